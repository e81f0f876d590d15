// A page with choices: data, network and loss, the handout's tasks, and a link that keeps them.

import { DRAWN_BOUNDS, addressOf, dataOf, fromAddress, toldOf } from "./catalogue.js";
import { choice, number, part } from "./controls.js";
import { hooks } from "./hooks.js";
import { panel } from "./panel.js";
import { button, element } from "./svg.js";
import { readTable } from "./table.js";
import { DEFAULTS, Trainer } from "./trainer.js";
import { currentLanguage, say } from "./words.js";

const DATA = ["moons", "circles", "xor", "spirals", "blobs", "curve"];
// What the handout's tasks 9 and 10 begin with: weights that come after those of the models made before.
const TASKS = {
  9: { layers: [2, 0, 0], skip: 54, steps: 10 },
  10: { layers: [16, 0, 0], skip: 60, steps: 100 },
};
let given = null;
let chosen = null;
let remembering;
const table = { text: "" };

hooks.prepare = async (told) => {
  given = told.play;
  if (!given.parts) return panel.load(told);
  const kept = document.getElementById("kept").textContent;
  const saved = kept ? JSON.parse(kept) : null;
  const { choice: fromLink, settings, held, lang } = fromAddress(location.hash, given.parts, given.offered);
  chosen = saved?.choice ?? fromLink;
  if (lang && !saved) told.lang = lang;
  const play = toldOf(chosen, given);
  const scene = await panel.load({ scene: play.scene, play });
  if (saved) return scene;
  Object.assign(panel.trainer.settings, settings);
  start(held);
  return scene;
};

// The weights of the choice, and the data that it holds back.
function start(held) {
  const { trainer } = panel;
  if (held) trainer.holdBack(held);
  trainer.drawWeights(chosen.seed ?? 0, chosen.skip);
}

// Another choice: the settings stay as they are.
function choose(changes, { settings = {}, redraw = true } = {}) {
  panel.play(false);
  const before = panel.trainer;
  const another = { ...chosen, ...changes };
  if ("data" in changes) another.own = changes.own ?? null;
  const play = toldOf(another, given);
  chosen = another;
  const trainer = new Trainer(panel.kernels, play);
  Object.assign(trainer.settings, before.settings, settings);
  const held = before.heldShare ?? 0;
  before.release();
  panel.useTrainer(trainer);
  start(trainer.samples > 2 ? held : 0);
  panel.page.show({ ...play.scene, live: play });
  panel.attachMaps(document.getElementById("picture"));
  if (redraw) panel.build();
  panel.update();
  remember();
}

function remember() {
  if (!chosen) return;
  chosen.seed = panel.trainer.seed ?? chosen.seed;
  if (panel.trainer.seed !== null) chosen.skip = 0;
  const address = addressOf(chosen, panel.trainer.settings, { lang: currentLanguage(), held: panel.trainer.heldShare ?? 0 });
  try {
    history.replaceState(null, "", address);
  } catch {
    // A frame has no address of its own.
  }
}

panel.settingsChanged = remember;
// Points that were moved, added or removed make the data one's own.
panel.dataChanged = () => {
  if (!chosen) return;
  const { X, Y, told } = panel.trainer;
  chosen.own = { X: [...X], Y: [...Y], features: told.features, classes: told.classes, bounds: told.bounds };
  document.getElementById("restore-data")?.removeAttribute("hidden");
  // While a point is dragged, its place changes more often than an address may.
  clearTimeout(remembering);
  remembering = setTimeout(remember, 300);
};
const { keep } = hooks;
hooks.keep = () => ({ ...keep(), ...(chosen ? { choice: chosen } : {}) });
const { speak } = hooks;
hooks.speak = () => {
  speak();
  remember();
};
window.addEventListener("hashchange", () => {
  if (!chosen) return;
  const { choice: another, settings, held } = fromAddress(location.hash, given.parts, given.offered);
  panel.trainer.heldShare = held;
  choose({ ...another, own: another.own ?? null }, { settings: { ...DEFAULTS, ...settings } });
});

panel.choices = () => {
  if (!chosen) return [];
  return [element("div", { class: "choices" }, dataPart(), networkPart(), taskPart())];
};

function again(changes, id, options) {
  choose(changes, options);
  document.getElementById(id)?.focus();
}

function dataPart() {
  const options = [...DATA, "drawn", "table"].map((name) => [name, say(`data: ${name}`)]);
  const pick = (name) => {
    if (name === "drawn") again({ data: name, own: drawn() }, "data-kind");
    else if (name === "table") showTable();
    else again({ data: name }, "data-kind");
  };
  const isOffered = DATA.includes(chosen.data);
  return part(say("dataChoice"),
    choice("data-kind", say("dataKind"), options, chosen.data, pick),
    isOffered ? choice("noise", say("noise"), given.offered.noises.map((n) => [String(n), n.toLocaleString(currentLanguage())]), String(chosen.noise), (n) => again({ data: chosen.data, noise: Number(n) }, "noise")) : null,
    isOffered ? choice("data-seed", say("dataSeed"), given.offered.seeds.map((n) => [String(n), String(n)]), String(chosen.dataSeed), (n) => again({ data: chosen.data, dataSeed: Number(n) }, "data-seed")) : null,
    isOffered ? button(say("restoreData"), { id: "restore-data", hidden: !chosen.own }, () => again({ data: chosen.data }, "data-kind"), `${say("dataAltered")} ↶ ${say("restoreData")}`) : null,
    chosen.data === "table" ? button(say("editTable"), { id: "edit-table" }, showTable, say("editTable")) : null);
}

// One point of each class to begin with, in a plane of its own.
function drawn() {
  panel.state.tool = "add-0";
  return { X: [-0.5, 0, 0.5, 0], Y: [0, 1], features: 2, classes: [0, 1], bounds: DRAWN_BOUNDS };
}

function networkPart() {
  const layer = (k) => number(`layer-${k + 1}`, say("layerSize", { number: k + 1 }), chosen.layers[k], { min: 0, max: 16, step: 1 }, (width) => {
    if (!Number.isInteger(width) || width < 0 || width > 16) return false;
    if (width === chosen.layers[k]) return true;
    choose({ layers: chosen.layers.map((n, i) => (i === k ? width : n)), skip: 0 }, { redraw: false });
    panel.rebuild();
    return true;
  });
  const isCurve = !dataOf(chosen, given.offered).classes;
  const losses = Object.keys(given.parts.tails).filter((name) => (name === "plain") === isCurve);
  return part(say("networkChoice"), layer(0), layer(1), layer(2),
    choice("activation", say("activationChoice"), given.parts.activations.map((name) => [name, say(`activation: ${name}`)]), chosen.activation, (name) => again({ activation: name }, "activation")),
    choice("loss", say("loss"), losses.map((name) => [name, say(`loss: ${name}`)]), isCurve ? "plain" : chosen.loss, (name) => again({ loss: name }, "loss")));
}

function taskPart() {
  const link = button(say("copyLink"), { id: "copy-link" }, async () => {
    remember();
    try {
      await navigator.clipboard.writeText(location.href);
      link.textContent = say("copied");
    } catch {
      link.textContent = say("linkIsAbove");
    }
  }, say("copyLink"));
  return part(say("tasksAndLink"),
    ...Object.keys(TASKS).map((task) => button(say("task", { number: Number(task) }), { id: `task-${task}` }, () => doTask(task), say("task", { number: Number(task) }))),
    link, element("pre", { id: "log", tabindex: 0, "aria-label": say("log"), hidden: !panel.trainer.log }, panel.trainer.log?.join("\n") ?? ""));
}

// A task of the handout, from its beginning to its last step, with its log.
function doTask(task) {
  const { layers, skip, steps } = TASKS[task];
  panel.trainer.heldShare = 0;
  choose({ data: "moons", noise: 0.1, dataSeed: 42, layers, activation: "relu", loss: "handout", seed: 42, skip, own: null },
    { settings: { ...DEFAULTS, rate: 1, schedule: "falling", over: 100 } });
  panel.trainer.log = [];
  panel.advance(steps);
  panel.build();
  document.getElementById(`task-${task}`).focus();
}

// -- Data of one's own, as text ----------------------------------------------------------------------------------------

function showTable() {
  document.getElementById("table")?.remove();
  const dialog = element("dialog", { id: "table", "aria-label": say("data: table") });
  const text = element("textarea", { id: "table-text", rows: 14, spellcheck: "false", "aria-label": say("data: table") });
  text.value = table.text;
  const told = element("div", { id: "table-told", role: "status" });
  const file = element("input", { type: "file", id: "table-file", accept: ".csv,.tsv,.txt,text/plain,text/csv", "aria-label": say("openFile") });
  file.addEventListener("change", async () => { if (file.files[0]) text.value = await file.files[0].text(); });
  const use = () => {
    table.text = text.value;
    const { problems, fault, data, ...more } = readTable(text.value);
    const faults = problems.slice(0, 20).map(({ number: line, what, ...rest }) => element("li", {}, say(what, { line: String(line), ...texts(rest) })));
    if (problems.length > 20) faults.push(element("li", {}, say("moreLines", { count: problems.length - 20 })));
    told.replaceChildren(...(fault ? [element("p", { class: "note" }, say(fault, texts(more)))] : []), ...(faults.length ? [element("p", {}, say("linesLeftOut", { count: problems.length })), element("ul", {}, ...faults)] : []));
    if (!data) return;
    choose({ data: "table", own: data });
    if (!problems.length) dialog.close();
  };
  dialog.append(element("h2", {}, say("data: table")), element("p", {}, say("tableHelp")), text, file,
    element("p", { class: "set" }, button(say("useTable"), { id: "use-table" }, use, say("useTable")), button(say("close"), { id: "close-table" }, () => dialog.close(), say("close"))), told);
  dialog.addEventListener("close", () => {
    dialog.remove();
    const list = document.getElementById("data-kind");
    list.value = chosen.data;
    list.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

function texts(told) {
  return Object.fromEntries(Object.entries(told).map(([name, value]) => [name, String(value).slice(0, 40)]));
}
