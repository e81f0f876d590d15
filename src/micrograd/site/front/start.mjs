// What the lab's kernel loads as Pyodide: the real one, with our lock file, and Graphviz beside it, so that graphs
// can be drawn from the first cell on. It tells the page around the notebook how it went.
import { loadPyodide as load } from "./pyodide.mjs";

const here = new URL(".", import.meta.url).href;
const channel = new BroadcastChannel("micrograd-lab");

// The kernel goes into the notebook's folder, fr/light say, which tells in which language it is read.
const LISTEN = `
import os

def _into(path, chdir=os.chdir):
    os.chdir = chdir
    os.environ["LANG"] = str(path)[:2]
    chdir(path)

os.chdir = _into

import micrograd.draw, micrograd.lab.check, micrograd_graphviz
micrograd.draw.use_layout(micrograd_graphviz.render)
`;

// Of a file that is missing or cut off, the interpreter's own loader says nothing and waits for ever: where it takes
// long, look at each file.
const PATIENCE = 10000;

async function look() {
  await new Promise((resolve) => setTimeout(resolve, PATIENCE));
  const sizes = await (await fetch(here + "sizes.json")).json();
  for (const [name, size] of Object.entries(sizes)) {
    const answer = await fetch(here + name);
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    const { byteLength } = await answer.arrayBuffer();
    if (byteLength !== size) throw new Error(`${name}: ${byteLength} / ${size}`);
  }
  return new Promise(() => {}); // all is well: it is slow
}

export async function loadPyodide(options) {
  const ours = { indexURL: here, packageBaseUrl: here, lockFileURL: here + "pyodide-lock.json" };
  try {
    const drawing = import("./graphviz.js").then((graphviz) => graphviz.instance());
    const [pyodide, graphviz] = await Promise.race([Promise.all([load({ ...options, ...ours }), drawing]), look()]);
    pyodide.registerJsModule("micrograd_graphviz", {
      render: (dot, format) => graphviz.renderString(dot, { format }),
    });
    // Where the browser lets the kernel see no files (without service workers), the folder is there all the same.
    for (const folder of ["fr/light", "fr/full", "en/light", "en/full"]) pyodide.FS.mkdirTree(folder);
    await pyodide.runPythonAsync(LISTEN);
    channel.postMessage({ ready: true });
    return pyodide;
  } catch (error) {
    channel.postMessage({ failed: String(error.message ?? error).trim().split("\n").pop() });
    throw error;
  }
}
