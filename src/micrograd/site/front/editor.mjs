// Python that makes a live page, to be changed and run in this tab: by our own compiler, loaded when it is first needed.

const at = (id) => document.getElementById(id);
const words = JSON.parse(at("words").textContent);
const language = document.documentElement.lang;
const PATIENCE = 10000;
let worker = null;
let address = null;

function say(text, isFault = false) {
  at("made").textContent = text;
  at("made").classList.toggle("fault", isFault);
}

function show(told) {
  at("printed").textContent = told;
  at("printed").hidden = !told;
}

function busy(isBusy) {
  at("make").disabled = isBusy;
  at("stop").hidden = !isBusy;
}

function stop(text, isFault = false) {
  worker?.terminate();
  worker = null;
  busy(false);
  say(text, isFault);
}

async function broken(reason) {
  const { firstBroken } = await import("../lab/static/pyodide/look.mjs").catch(() => ({ firstBroken: async () => null }));
  stop(`${words.broken} (${(await firstBroken()) ?? reason})`, true);
}

function begin() {
  const begun = new Worker(new URL("compile.mjs", import.meta.url), { type: "module" });
  const patience = setTimeout(async () => {
    const { firstBroken } = await import("../lab/static/pyodide/look.mjs").catch((error) => ({ firstBroken: async () => error.message }));
    const found = await firstBroken();
    if (found && worker === begun) stop(`${words.broken} (${found})`, true);
  }, PATIENCE);
  begun.addEventListener("error", (event) => { clearTimeout(patience); broken(event.message ?? ""); });
  begun.addEventListener("message", ({ data }) => {
    clearTimeout(patience);
    if (data.broken !== undefined) broken(data.broken);
    else if (data.ready) say(words["being made"]);
    else done(data);
  });
  return begun;
}

function done({ page, fault, printed }) {
  busy(false);
  show(fault ? [printed, fault].filter(Boolean).join("\n") : printed);
  say(fault ? words["not made"] : words["is made"], Boolean(fault));
  if (fault) return;
  if (address) URL.revokeObjectURL(address);
  address = URL.createObjectURL(new Blob([page], { type: "text/html" }));
  const frame = at("live");
  frame.src = address;
  frame.scrollIntoView({ block: "nearest" });
}

at("make").addEventListener("click", () => {
  busy(true);
  show("");
  say(worker ? words["being made"] : words["python comes"]);
  worker ??= begin();
  worker.postMessage({ source: at("source").value, language });
});
at("stop").addEventListener("click", () => stop(words.stopped));
at("source").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !at("make").disabled) {
    event.preventDefault();
    at("make").click();
  }
});
