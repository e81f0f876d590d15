// Runs pytest in Pyodide under Node: node in_pyodide.mjs PYODIDE PROJECT LIBRARIES PEERS ARGUMENTS...
const [folder, project, libraries, peers, ...given] = process.argv.slice(2);
const { loadPyodide } = await import(`${folder}/pyodide.mjs`);
const pyodide = await loadPyodide({ indexURL: folder, env: { HOME: "/tmp", MICROGRAD_PEERS: "/peers", LANG: "C", MICROGRAD_WORDS: process.env.MICROGRAD_WORDS ?? "" } });
for (const [place, root] of Object.entries({ "/project": project, "/libraries": libraries, "/peers": peers })) {
  pyodide.FS.mkdirTree(place);
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root }, place);
}
pyodide.globals.set("given", pyodide.toPy(given));
const code = await pyodide.runPythonAsync(`
import os, sys
sys.path[:0] = ["/project/src", "/libraries"]
os.chdir("/project")
sys.dont_write_bytecode = True
import pytest
int(pytest.main(["-q", "-p", "no:cacheprovider", "-o", "addopts=", *given]))
`);
process.exit(code);
