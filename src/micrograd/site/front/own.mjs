// The browser's Python with our package, and Graphviz beside it: for the lab's kernel, and for pages where Python is
// typed. Everything comes from the folder in which this file lies.
import { loadPyodide } from "./pyodide.mjs";

const here = new URL(".", import.meta.url).href;

const DRAW = `
import micrograd.draw, micrograd_graphviz
micrograd.draw.use_layout(micrograd_graphviz.render)
`;

export async function loadOurs(options) {
  const ours = { indexURL: here, packageBaseUrl: here, lockFileURL: here + "pyodide-lock.json" };
  const drawing = import("./graphviz.js").then((graphviz) => graphviz.instance());
  const [pyodide, graphviz] = await Promise.all([loadPyodide({ ...options, ...ours }), drawing]);
  pyodide.registerJsModule("micrograd_graphviz", {
    render: (dot, format) => graphviz.renderString(dot, { format }),
  });
  await pyodide.runPythonAsync(DRAW);
  return pyodide;
}
