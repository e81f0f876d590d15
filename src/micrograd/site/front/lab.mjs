// The frame around the notebook: which edition, is Python there, is the work saved, take it along.
import { firstBroken } from "./static/pyodide/look.mjs";

const words = JSON.parse(document.getElementById("words").textContent);
const language = document.documentElement.lang;
const edition = new URLSearchParams(location.search).get("edition") === "full" ? "full" : "light";
const path = `${language}/${edition}/gradient.ipynb`;
const frame = document.getElementById("notebook");
const take = document.getElementById("take");

function say(state) {
  document.getElementById("state").textContent = state;
}

function notice(text, label, action) {
  const line = document.createElement("p");
  line.className = "notice";
  line.append(text, " ");
  if (label) {
    const button = document.createElement("button");
    button.textContent = label;
    button.addEventListener("click", action);
    line.append(button);
  }
  document.getElementById("notices").append(line);
  return line;
}

// -- Is Python there? ------------------------------------------------------------------------------------------

// A kernel says once how its start went; one of another tab may, too, later. Where nothing is heard for long, each file
// that it needs is looked at.
let told = false;
setTimeout(async () => {
  if (told) return;
  const found = await firstBroken();
  if (found) failed(found);
}, 10000);
setTimeout(() => told || notice(words.slow, words.reload, () => location.reload()), 60000);

function failed(reason) {
  if (told) return;
  told = true;
  say(words.failed);
  notice(`${words.broken} (${reason})`, words.reload, () => location.reload());
}

new BroadcastChannel("micrograd-lab").addEventListener("message", async ({ data }) => {
  if (told) return;
  if (data.failed) failed((await firstBroken()) ?? data.failed);
  else {
    told = true;
    say(words.ready);
  }
});

// -- One notebook, one tab -------------------------------------------------------------------------------------

navigator.locks?.request(`micrograd-lab ${path}`, { ifAvailable: true }, (lock) => {
  if (!lock) notice(words["other tab"]);
  // Held as long as the page is open.
  return lock && new Promise(() => {});
});

// -- The notebook ----------------------------------------------------------------------------------------------

async function opened() {
  for (;;) {
    const app = frame.contentWindow.jupyterapp;
    const context = app?.shell.currentWidget?.context;
    if (context?.isReady) return { app, context };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function watch(context) {
  context.saveState.connect((_, state) => {
    if (state === "failed") notice(words["not saved"], words.take, () => take.click());
    if (state === "completed") say(words.saved);
  });
  context.model.contentChanged.connect(() => say(words.changed));
  // Whoever turns to another tab, or closes this one, has not always saved.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && context.model.dirty) context.save().catch(() => {});
  });
}

async function published() {
  // Whatever a browser has kept: a file that has not changed for a month, it would not ask for again for days.
  const answer = await fetch(`files/${path}`, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer.json();
}

async function compare(app, context) {
  const fresh = await published();
  const edition = fresh.metadata.micrograd.published;
  if (edition === context.model.getMetadata("micrograd")?.published) return;
  const place = path.replace("gradient.ipynb", `gradient-${edition}.ipynb`);
  const line = notice(words.newer, words["open newer"], async () => {
    await app.serviceManager.contents.save(place, { type: "notebook", format: "json", content: fresh });
    line.remove();
    show(place);
  });
}

take.addEventListener("click", () => {
  const { context } = take;
  // What is on the screen, saved or not; with the kernel that it has at a desk.
  const notebook = context.model.toJSON();
  notebook.metadata.kernelspec = { display_name: "Python 3", language: "python", name: "python3" };
  const file = new Blob([JSON.stringify(notebook, null, 1) + "\n"], { type: "application/x-ipynb+json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "gradient.ipynb";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  context.save().catch(() => {});
  notice(words.taken);
});

async function show(place) {
  frame.src = `notebooks/index.html?path=${encodeURIComponent(place)}`;
  const { app, context } = await opened();
  take.context = context;
  take.disabled = false;
  watch(context);
  await compare(app, context);
}

document.getElementById(edition).setAttribute("aria-current", "page");
if (edition === "full") notice(words["needs internet"]);
show(path).catch((error) => notice(`${words.broken} (${error.message})`, words.reload, () => location.reload()));
