// What the lab's kernel loads as Pyodide: ours, from the first cell on. It tells the page around the notebook how it went.
import { loadOurs } from "./own.mjs";

const channel = new BroadcastChannel("micrograd-lab");

// The kernel goes into the notebook's folder, fr/light say, which tells in which language it is read.
const LISTEN = `
import os

def _into(path, chdir=os.chdir):
    os.chdir = chdir
    os.environ["LANG"] = str(path)[:2]
    chdir(path)

os.chdir = _into

import micrograd.lab.check
`;

export async function loadPyodide(options) {
  try {
    const pyodide = await loadOurs(options);
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
