// The page: its state, and what changes it.

import { roomFor, roomForPaper } from "./arrangement.js";
import { showExplanation } from "./explanation.js";
import { slopeWritten, written } from "./figures.js";
import { Film } from "./film.js";
import { Graph } from "./graph.js";
import { hooks } from "./hooks.js";
import { StillNumbers } from "./numbers.js";
import { Minimap } from "./minimap.js";
import { drawPicture, groupName, updateNumbers, updateSlopes } from "./picture.js";
import { element } from "./svg.js";
import { Writer } from "./writing.js";
import { drawFilm, drawLegend, drawNotices, drawToolbar, drawZoom, facts, updateFilm } from "./toolbar.js";
import { unpack } from "./unpack.js";
import { Viewport } from "./viewport.js";
import { say, useWords } from "./words.js";

// What is saved is the page as it came.
const source = `<!DOCTYPE html>\n${document.documentElement.outerHTML}`;
const told = await unpack(document.getElementById("data"));
const { words, functions, rules } = told;
let { scene } = told;
const at = (id) => document.getElementById(id);
useWords(words, told.lang);
if (hooks.prepare) {
  scene = await hooks.prepare(told);
  useWords(words, told.lang);
}
let graph = new Graph(scene, hooks.numbers?.(scene) ?? new StillNumbers(scene));
const state = {
  open: openAtFirst(), room: Infinity, selected: null, focusable: null, matches: [], query: "", rate: 0.1,
};
let film = new Film(graph, hooks.begin !== null);
let writer = new Writer(graph, rules, functions);
const viewport = new Viewport(at("stage"));
const minimap = new Minimap(at("map"), viewport);
let picture = null;
let timer = null;

const actions = {
  select(unit, options = {}) {
    state.selected = unit;
    if (unit !== null) {
      state.focusable = unit;
      // On a phone the explanation covers a part of the picture: lay out first.
      document.body.classList.add("explaining");
      showExplanation(at("explanation"), graph, writer, state, actions);
      viewport.reveal(unit, options.readable);
      if (options.focus) cardOf(unit)?.focus({ preventScroll: true });
    } else {
      document.body.classList.remove("explaining");
      showExplanation(at("explanation"), graph, writer, state, actions);
    }
    refresh();
  },
  // Selects a node wherever it is: folded groups around it unfold.
  goToNode(node, focus = false) {
    const around = graph.groupsAround(node).filter((group) => !state.open.has(group));
    around.forEach((group) => state.open.add(group));
    if (around.length) redraw();
    actions.select(`n${node}`, { focus });
  },
  toggle(group) {
    const before = placeOf(group);
    if (state.open.has(group)) state.open.delete(group);
    else state.open.add(group);
    afterFolding(before, group);
  },
  foldAll() {
    state.open.clear();
    arrangeAnew();
  },
  unfoldAll() {
    scene.groups.forEach((_, number) => state.open.add(number));
    arrangeAnew();
  },
  fit() {
    viewport.untouched = false;
    viewport.fit();
  },
  save() {
    const kept = hooks.keep && JSON.stringify(hooks.keep()).replaceAll("<", "\\u003c");
    const page = kept ? source.replace(/(<script type="application\/json" id="kept">)[^<]*/, (_, mark) => mark + kept) : source;
    const link = element("a", { download: "gradient.html", href: URL.createObjectURL(new Blob([page], { type: "text/html" })) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  },
  wholeScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else document.documentElement.requestFullscreen().catch(() => {});
  },
  setSample(sample) {
    if (!Number.isFinite(sample)) return;
    graph.sample = Math.max(0, Math.min(scene.samples - 1, Math.round(sample)));
    const focused = document.activeElement && document.activeElement.id;
    if (focused !== "sample-slider") drawToolbar(at("toolbar"), graph, state, actions);
    else {
      at("sample").value = graph.sample;
      document.querySelector(".facts").textContent = facts(graph);
    }
    if (focused && at(focused)) at(focused).focus();
    redraw();
    showExplanation(at("explanation"), graph, writer, state, actions);
  },
  setRate(rate) {
    state.rate = Number.isFinite(rate) && rate >= 0 ? rate : state.rate;
    showExplanation(at("explanation"), graph, writer, state, actions);
  },
  search(query) {
    state.query = query;
    const wanted = query.trim().toLowerCase();
    state.matches = [];
    state.match = -1;
    if (wanted) {
      state.found = scene.nodes.map((_, node) => node).filter((node) => searchText(node).includes(wanted));
      state.matches = [...new Set(state.found.map((node) => graph.unitOf(node, state.open)))];
    }
    at("found").textContent = !wanted ? "" : state.found.length ? String(state.found.length) : say("noMatch");
    refresh();
  },
  nextMatch() {
    if (!state.query.trim() || !state.found.length) return;
    state.match = (state.match + 1) % state.found.length;
    actions.goToNode(state.found[state.match]);
    at("found").textContent = say("matches", { number: state.match + 1, count: state.found.length });
  },
  setLanguage(chosen) {
    useWords(words, chosen);
    drawAll();
    hooks.speak?.();
    at(`language-${chosen}`).focus();
  },
  toggleTheme() {
    const isDark = getComputedStyle(document.documentElement).colorScheme.includes("dark")
      && (document.documentElement.dataset.theme === "dark" || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches));
    document.documentElement.dataset.theme = isDark ? "light" : "dark";
    state.choseTheme = true;
  },
  goTo(step) {
    pause();
    film.go(step);
    film.stepped = true;
    followFilm();
    refresh();
  },
  playOrPause() {
    if (film.playing) { pause(); refresh(); return; }
    if (film.at >= film.length) film.go(0);
    film.playing = true;
    refresh();
    tick();
  },
};

function openAtFirst() {
  return new Set(scene.groups.map((_, number) => number).filter((number) => scene.groups[number].open));
}

function tick() {
  clearTimeout(timer);
  if (!film.playing) return;
  timer = setTimeout(() => {
    film.go(film.at + 1);
    if (film.at >= film.length) { film.playing = false; film.stepped = true; }
    followFilm();
    refresh();
    tick();
  }, 900 / film.speed);
}

function pause() {
  film.playing = false;
  clearTimeout(timer);
}

function followFilm() {
  const current = film.current();
  if (current && !viewport.fitted) viewport.reveal(current.unit);
}

function afterFolding(before = null, group = null) {
  if (state.selected && state.selected[0] === "n") {
    const unit = graph.unitOf(Number(state.selected.slice(1)), state.open);
    if (unit !== state.selected) state.selected = unit;
  } else if (state.selected) {
    const group = Number(state.selected.slice(1));
    if (state.open.has(group)) state.selected = graph.groups[group].output === null ? null : `n${graph.groups[group].output}`;
    if (state.selected && state.selected[0] === "n") state.selected = graph.unitOf(Number(state.selected.slice(1)), state.open);
  }
  redraw(before, group);
  showExplanation(at("explanation"), graph, writer, state, actions);
  if (group === null) return;
  const next = cardOf(`g${group}`) ?? document.querySelector(`#picture [data-fold="${group}"]`);
  if (next?.matches(".card")) state.focusable = `g${group}`;
  refresh();
  next?.focus({ preventScroll: true });
}

function searchText(node) {
  const { name, fullName, op, sign, role } = graph.nodes[node];
  const groups = graph.groupsAround(node).map((group) => groupName(graph.groups[group]));
  return [name, fullName, op, sign, say(role), ...groups].join(" ").toLowerCase();
}

function cardOf(unit) {
  return document.querySelector(`#picture [data-unit="${unit}"]`);
}

function placeOf(group) {
  return picture.placed.get(`g${group}`) ?? picture.frames.get(group);
}

function redraw(before = null, group = null) {
  film.refold(state.open);
  picture = drawPicture(at("picture"), graph, state);
  hooks.drawn?.(at("picture"));
  if (!picture.placed.has(state.focusable)) state.focusable = graph.unitOf(graph.root, state.open);
  minimap.draw(picture);
  if (group === null) viewport.show(picture);
  else viewport.refold(picture, before, placeOf(group));
  refresh();
}

// The picture in the shape of its place, seen as at first.
function arrange() {
  state.room = roomFor(scene, state.open, at("stage").clientWidth, at("stage").clientHeight);
  redraw();
  const result = graph.unitOf(graph.root, state.open);
  viewport.start(result);
  minimap.settle(result);
}

function arrangeAnew() {
  viewport.untouched = true;
  afterFolding();
  arrange();
}

function refresh() {
  updateNumbers(at("picture"), graph, state, film);
  updateFilm(at("film"), film, caption());
}

// One line on the step that was just done: the sum, with its numbers.
function caption() {
  const current = film.current();
  if (current === null) return [say(film.at === 0 ? "filmStart" : film.corrections.length ? "filmEndLive" : "filmEnd")];
  if (current.isCorrection) {
    const phase = element("b", {}, say("phaseCorrection", { number: current.number, count: film.corrections.length }));
    return [phase, "  ", hooks.correction(current.node)];
  }
  const phase = element("b", {}, current.isForward
    ? say("phaseForward", { number: current.number, count: film.forward.length })
    : say("phaseBackward", { number: current.number, count: film.backward.length }));
  const inWords = current.isForward ? forwardLine(current.node) : backwardLine(current.node);
  return [phase, "  ", inWords];
}

// In a sum or a product, behind a sign.
function inBrackets(text) {
  return text.startsWith("-") ? `(${text})` : text;
}

function forwardLine(node) {
  const told = graph.nodes[node];
  const name = writer.name(node);
  const value = written(graph.data(node));
  if (!told.operands.length) return `${told.name || say(told.role)} = ${value}  (${say("given")})`;
  const operands = told.operands.map((operand) => written(graph.data(operand)));
  const result = told.computed === undefined ? value : `${written(graph.computed(node))} → ${value}`;
  if ((told.op === "+" || told.op === "*") && !told.terms && operands.length === 2) {
    return `${name} = ${writer.name(told.operands[0])} ${told.sign} ${writer.name(told.operands[1])} = ${operands[0]} ${told.sign} ${inBrackets(operands[1])} = ${result}`;
  }
  return `${name} = ${told.sign}(${operands.join(", ")}${told.terms ? ", …" : ""}) = ${result}`;
}

function backwardLine(node) {
  const name = writer.name(node);
  const root = writer.name(graph.root);
  const total = written(graph.grad(node));
  if (node === graph.root) return `∂${root}/∂${name} = ${total}`;
  const parts = graph.users(node).slice(0, 4).map(({ node: by, use }, k) => {
    const slope = graph.slope(by, use);
    if (slope === undefined) return "?";
    const first = slopeWritten(slope);
    return `${k ? inBrackets(first) : first} × ${inBrackets(written(graph.grad(by)))}`;
  });
  const more = graph.users(node).length > 4 || graph.isUsedElsewhere(node) ? " + …" : "";
  return `∂${root}/∂${name} = ${parts.join(" + ")}${more} = ${total}`;
}

// The card that an arrow key leads to: along an edge, or to the next card above or below.
function neighbour(unit, key) {
  const members = unit[0] === "n" ? [Number(unit.slice(1))] : scene.nodes.map((_, node) => node).filter((node) => graph.unitOf(node, state.open) === unit);
  const here = picture.placed.get(unit);
  if (!here) return null;
  const units = key === "ArrowLeft" ? members.flatMap((node) => graph.nodes[node].operands)
    : key === "ArrowRight" ? members.flatMap((node) => graph.users(node).map((user) => user.node)) : null;
  let candidates = units ? units.map((node) => graph.unitOf(node, state.open)) : [...picture.placed.keys()];
  candidates = [...new Set(candidates)].filter((one) => one !== unit);
  if (!units) {
    const below = key === "ArrowDown";
    candidates = candidates.filter((one) => (below ? picture.placed.get(one).y > here.y + 4 : picture.placed.get(one).y < here.y - 4));
  }
  const middle = ({ x, y, width, height }) => [x + width / 2, y + height / 2];
  const distance = (one) => {
    const [[x0, y0], [x1, y1]] = [middle(here), middle(picture.placed.get(one))];
    return units ? Math.abs(y1 - y0) : Math.abs(y1 - y0) + 3 * Math.abs(x1 - x0);
  };
  return candidates.sort((a, b) => distance(a) - distance(b))[0] ?? null;
}

function onPictureKey(event) {
  const unit = event.target.closest?.("[data-unit]")?.dataset.unit;
  const fold = event.target.closest?.("[data-fold]")?.dataset.fold;
  if (event.key === "Enter" && fold !== undefined) { event.preventDefault(); actions.toggle(Number(fold)); return; }
  if (!unit) return;
  if (event.key.startsWith("Arrow")) {
    event.preventDefault();
    const next = neighbour(unit, event.key);
    if (next) actions.select(next, { focus: true });
  } else if (event.key === "Enter") {
    event.preventDefault();
    actions.select(unit);
  } else if (event.key.toLowerCase() === "f") {
    const group = unit[0] === "g" ? Number(unit.slice(1)) : graph.nodes[Number(unit.slice(1))].group;
    if (group !== null) actions.toggle(group);
  }
}

function onPageKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, select, textarea")) return;
  const isButton = event.target.closest("button, [data-fold], [data-go]");
  const keys = {
    " ": () => actions.playOrPause(), ".": () => actions.goTo(film.at + 1), ",": () => actions.goTo(film.at - 1),
    "/": () => at("search").focus(), "+": () => viewport.zoom(1.3), "-": () => viewport.zoom(1 / 1.3), 0: () => actions.fit(),
    Escape: () => actions.select(null),
  };
  if (!(event.key in keys) || (event.key === " " && isButton)) return;
  event.preventDefault();
  keys[event.key]();
}

function follow(event) {
  if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
  const link = event.target.closest("[data-go]");
  if (!link) return;
  event.preventDefault();
  event.stopPropagation();
  actions.goToNode(Number(link.dataset.go), event.type === "keydown");
}

// The first time, the picture is drawn when its place is known.
function drawAll(isFirst = false) {
  document.documentElement.lang = words.title.fr === say("title") ? "fr" : "en";
  document.title = say(hooks.begin ? "playTitle" : "title");
  drawToolbar(at("toolbar"), graph, state, actions);
  drawNotices(at("notices"), graph);
  drawLegend(at("legend"), graph);
  drawZoom(at("zoom"), viewport, actions);
  drawFilm(at("film"), film, actions);
  if (!isFirst) redraw();
  showExplanation(at("explanation"), graph, writer, state, actions);
}

at("picture").addEventListener("click", (event) => {
  if (viewport.moved) return;
  const fold = event.target.closest("[data-fold]");
  const unit = event.target.closest("[data-unit]");
  if (fold) actions.toggle(Number(fold.dataset.fold));
  else if (unit) actions.select(unit.dataset.unit);
});
at("picture").addEventListener("dblclick", (event) => {
  const unit = event.target.closest("[data-unit^=g]");
  if (unit) actions.toggle(Number(unit.dataset.unit.slice(1)));
});
at("picture").addEventListener("keydown", onPictureKey);
at("explanation").addEventListener("click", follow);
at("explanation").addEventListener("keydown", follow);
document.addEventListener("keydown", onPageKey);
// Paper has a shape of its own: the picture is arranged for it, and afterwards as it was.
let onScreen = null;
window.addEventListener("beforeprint", () => {
  onScreen ??= { room: state.room, view: viewport.view() };
  viewport.isPrinting = true;
  state.room = roomForPaper(scene, state.open);
  redraw();
  viewport.print();
});
window.addEventListener("afterprint", () => {
  if (!onScreen) return;
  state.room = onScreen.room;
  viewport.isPrinting = false;
  redraw();
  viewport.goBack(onScreen.view);
  onScreen = null;
});
viewport.onResize = arrange;
drawAll(true);
arrange();
// A notebook around this page says whether it is dark; until somebody chooses here.
window.addEventListener("message", ({ data }) => {
  if (data && "microgradDark" in data && !state.choseTheme) {
    if (data.microgradDark === null) delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = data.microgradDark ? "dark" : "light";
  }
});
if (window.parent !== window) window.parent.postMessage("micrograd-explorer", "*");
// Of a page that lives.
hooks.begin?.({
  get graph() { return graph; },
  // The picture stays as it is, with the numbers of now.
  renew() {
    updateSlopes(at("picture"), graph);
    refresh();
    const isUsed = at("explanation").contains(document.activeElement) && document.activeElement.matches("input");
    if (state.selected !== null && !isUsed) showExplanation(at("explanation"), graph, writer, state, actions);
  },
  goTo(node) { actions.goToNode(node); },
  // Another graph.
  show(another) {
    scene = another;
    graph = new Graph(scene, hooks.numbers(scene));
    film = new Film(graph, true);
    writer = new Writer(graph, rules, functions);
    Object.assign(state, { open: openAtFirst(), room: Infinity, selected: null, focusable: null, matches: [], query: "" });
    viewport.untouched = true;
    drawAll();
    arrange();
  },
});
document.documentElement.dataset.ready = "yes";
