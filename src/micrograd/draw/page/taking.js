// What one takes along: the weights, and the Python that makes exactly what the page shows.

import { download, part } from "./controls.js";
import { pythonOf } from "./python.js";
import { button, element } from "./svg.js";
import { say } from "./words.js";

export function takingPart(panel) {
  return part(say("takeAlong"),
    button(say("saveWeights"), { id: "save-weights" }, () => saveWeights(panel.trainer), say("saveWeights")),
    button(say("showPython"), { id: "show-python" }, () => showPython(panel.trainer), say("showPython")));
}

// The weights under their names, as `load_state_dict` takes them.
function saveWeights({ told, weights }) {
  const named = Object.fromEntries(told.names.map((name, i) => [name, weights[i]]));
  download("weights.json", JSON.stringify(named, null, 1), "application/json");
}

function showPython(trainer) {
  document.getElementById("python")?.remove();
  const text = pythonOf(trainer);
  const dialog = element("dialog", { id: "python", "aria-label": say("showPython") });
  const code = element("pre", { tabindex: 0, "aria-label": say("showPython") }, text);
  const done = element("span", { role: "status" });
  dialog.append(
    element("h2", {}, say("showPython")), element("p", {}, say("pythonMeans")), code,
    element("p", { class: "set" },
      button(say("copy"), { id: "copy-python" }, async () => { done.textContent = (await copy(text, code)) ? say("copied") : say("selected"); }, say("copy")),
      button(say("asScript"), { id: "save-python" }, () => download("training.py", text, "text/x-python"), say("asScript")),
      button(say("asNotebook"), { id: "save-notebook" }, () => download("training.ipynb", notebookOf(text), "application/x-ipynb+json"), say("asNotebook")),
      button(say("close"), { id: "close-python" }, () => dialog.close(), say("close")), done));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

async function copy(text, code) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // A frame may not write to the clipboard: then the text is selected, to be copied by hand.
    getSelection().selectAllChildren(code);
    return document.execCommand("copy");
  }
}

function notebookOf(text) {
  const lines = (source) => source.trimEnd().split(/(?<=\n)/);
  return JSON.stringify({
    nbformat: 4, nbformat_minor: 5,
    metadata: { kernelspec: { display_name: "Python 3", language: "python", name: "python3" }, language_info: { name: "python" } },
    cells: [
      { cell_type: "markdown", id: "what", metadata: {}, source: lines(`# ${say("playTitle")}\n\n${say("pythonMeans")}`) },
      { cell_type: "code", id: "all", metadata: {}, execution_count: null, outputs: [], source: lines(text) },
    ],
  }, null, 1);
}
