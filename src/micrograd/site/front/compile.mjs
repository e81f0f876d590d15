// A worker that runs Python which somebody typed, and gives the page that it makes. Python is loaded once, when the
// first program comes; every program begins with names of its own.
import { loadOurs } from "../lab/static/pyodide/own.mjs";

const PACKAGES = [[packages]];

const RUN = `
from micrograd.draw import typed
typed.made_from(source, language)
`;

const python = loadOurs({ packages: PACKAGES });
python.then(() => postMessage({ ready: true }), (error) => postMessage({ broken: String(error.message ?? error).trim().split("\n").pop() }));

addEventListener("message", async ({ data: { source, language } }) => {
  const pyodide = await python;
  const given = pyodide.toPy({ source, language });
  const made = pyodide.runPython(RUN, { globals: given });
  postMessage(made.toJs({ dict_converter: Object.fromEntries }));
  made.destroy();
  given.destroy();
});
