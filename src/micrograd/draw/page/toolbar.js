// The controls above the picture and below it, and the legend.

import { written } from "./figures.js";
import { hooks } from "./hooks.js";
import { button, element, icon, svg } from "./svg.js";
import { currentLanguage, say } from "./words.js";

export function drawToolbar(bar, graph, state, actions) {
  const title = element("h1", {}, say(hooks.begin ? "playTitle" : "title"));
  const parts = [title];
  if (graph.scene.samples > 1) parts.push(samplePicker(graph, actions));
  if (graph.groups.length) {
    parts.push(element("span", { class: "set folds" },
      button(say("foldAll"), { id: "fold-all" }, actions.foldAll, say("foldAll")),
      button(say("unfoldAll"), { id: "unfold-all" }, actions.unfoldAll, say("unfoldAll"))));
  }
  const search = element("input", { type: "search", id: "search", placeholder: say("search"), "aria-label": say("search"), value: state.query });
  const found = element("output", { for: "search", id: "found" });
  search.addEventListener("input", () => actions.search(search.value));
  search.addEventListener("keydown", (event) => {
    if (event.key === "Enter") { event.preventDefault(); actions.nextMatch(); }
    if (event.key === "Escape") { search.value = ""; actions.search(""); search.blur(); }
  });
  const language = element("span", { class: "set", role: "group", "aria-label": say("language") },
    ...["fr", "en"].map((lang) => button(lang === "fr" ? "Français" : "English",
      { lang, id: `language-${lang}`, "aria-pressed": String(currentLanguage() === lang) }, () => actions.setLanguage(lang), lang.toUpperCase())));
  parts.push(element("span", { class: "search" }, search, found), element("span", { class: "grow" }), language,
    button(say("theme"), { id: "theme" }, actions.toggleTheme, icon("theme")),
    button(say("save"), { id: "save" }, actions.save, icon("save")),
    button(say("print"), { id: "print" }, () => window.print(), icon("print")));
  bar.replaceChildren(...parts);
}

function samplePicker(graph, actions) {
  const count = graph.scene.samples;
  const input = element("input", { type: "number", id: "sample", min: 0, max: count - 1, value: graph.sample, "aria-label": say("sample") });
  input.addEventListener("change", () => actions.setSample(Number(input.value)));
  const slider = element("input", { type: "range", id: "sample-slider", min: 0, max: count - 1, value: graph.sample, "aria-label": say("sample") });
  slider.addEventListener("input", () => actions.setSample(Number(slider.value)));
  return element("span", { class: "set sample" }, element("label", { for: "sample" }, say("sample")),
    button(say("previousSample"), { id: "previous-sample" }, () => actions.setSample(graph.sample - 1), "‹"), input,
    button(say("nextSample"), { id: "next-sample" }, () => actions.setSample(graph.sample + 1), "›"), slider,
    element("span", { class: "facts" }, facts(graph)));
}

// The inputs of the sample that is shown, to tell it from the others.
export function facts(graph) {
  return graph.nodes.map((node, k) => [node, k]).filter(([node]) => node.role === "input").slice(0, 3)
    .map(([node, k]) => `${node.name} = ${written(graph.data(k))}`).join("   ");
}

export function drawNotices(place, graph) {
  const { scene } = graph;
  // What no longer fits together comes first, and cannot be overlooked.
  const warnings = (scene.notices ?? []).map((key) => element("p", { class: "note" }, say(key)));
  const texts = [];
  if (scene.allSamples > 1) {
    texts.push(say("batchOf", { count: scene.allSamples, total: scene.totalNodes }));
    if (scene.samples < scene.allSamples) texts.push(say("samplesLeftOut", { shown: scene.samples }));
    if (scene.unlike) texts.push(say("unlike", { count: scene.unlike }));
  }
  if (scene.hidden) texts.push(say("shownOf", { total: scene.totalNodes, shown: scene.totalNodes - scene.hidden, hidden: scene.hidden }));
  const gradients = scene.nodes.map((_, node) => graph.grad(node));
  if (scene.totalNodes === 1) texts.push(say("alone"));
  const start = graph.numbers.rootGradient;
  if (gradients.every((grad) => grad === 0)) texts.push(say("neverSwept"));
  else if (start !== 1 && !scene.notices?.includes("otherSweep")) texts.push(say("rootNotOne", { number: written(start) }));
  const broken = scene.nodes.filter((_, node) => !graph.isFinite(node)).length;
  if (broken) texts.push(say("badNumbers", { count: broken }));
  // Where there is no room for an empty panel, this is how to fill it.
  const hint = element("p", { class: "hint" }, say("hint"));
  place.replaceChildren(...warnings, ...texts.map((text) => element("p", {}, text)), hint);
}

export function drawLegend(list, graph) {
  const roles = ["parameter", "input", "constant", "operation", "sum", "result"];
  const present = roles.filter((role) => graph.nodes.some((node) => node.role === role));
  if (graph.groups.length) present.push("neuron");
  list.replaceChildren(...present.map((role) => element("li", {}, swatch(role), say(role))));
}

function swatch(role) {
  const rounded = (x, y, radius, kind = "outline") => svg("rect", { class: kind, x, y, width: 24, height: 14, rx: radius });
  const shapes = {
    parameter: () => [svg("path", { class: "outline", d: "M5,1H21L25,8L21,15H5L1,8Z" })],
    result: () => [rounded(1, 1, 1), svg("rect", { class: "inner", x: 3, y: 3, width: 20, height: 10 })],
    sum: () => [rounded(7, -5, 4), rounded(4, -2, 4), rounded(1, 1, 4)],
    neuron: () => [rounded(4, -2, 4), rounded(1, 1, 4)],
  };
  const made = shapes[role]?.() ?? [rounded(1, 1, { input: 7, constant: 1 }[role] ?? 4)];
  return svg("svg", { class: `card ${role === "neuron" ? "folded neuron" : role}`, viewBox: role === "sum" || role === "neuron" ? "0 -6 32 22" : "0 0 26 16", height: role === "sum" || role === "neuron" ? 22 : 16, "aria-hidden": "true" }, ...made);
}

export function drawZoom(place, viewport, actions) {
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", say("zoom"));
  place.replaceChildren(
    button(say("zoomIn"), { id: "zoom-in" }, () => viewport.zoom(1.3), "+"),
    button(say("zoomOut"), { id: "zoom-out" }, () => viewport.zoom(1 / 1.3), "−"),
    button(say("zoomFit"), { id: "zoom-fit" }, actions.fit, icon("fit")),
    ...(document.fullscreenEnabled ? [button(say("wholeScreen"), { id: "whole-screen" }, actions.wholeScreen, icon("whole"))] : []));
}

export function drawFilm(bar, film, actions) {
  bar.setAttribute("aria-label", say("film"));
  const slider = element("input", { type: "range", id: "film-slider", min: 0, max: film.length, value: film.at, "aria-label": say("film") });
  slider.addEventListener("input", () => actions.goTo(Number(slider.value)));
  const share = (100 * film.forward.length) / Math.max(1, film.length);
  slider.style.setProperty("--turn", `${share}%`);
  const caption = element("p", { id: "caption", "aria-live": "polite" });
  const speed = element("select", { id: "speed", "aria-label": say("speed") },
    ...[["0.5", "½×"], ["1", "1×"], ["2", "2×"], ["4", "4×"], ["16", "16×"]].map(([value, text]) => element("option", { value, selected: value === String(film.speed) }, text)));
  speed.addEventListener("change", () => { film.speed = Number(speed.value); });
  bar.replaceChildren(element("div", { class: "controls" },
    button(say("toStart"), { id: "to-start" }, () => actions.goTo(0), icon("start")),
    button(say("stepBack"), { id: "step-back" }, () => actions.goTo(film.at - 1), icon("back")),
    button(say("play"), { id: film.controlId, "data-film": "play" }, actions.playOrPause, icon("play")),
    button(say("stepForward"), { id: "step-forward" }, () => actions.goTo(film.at + 1), icon("forward")),
    button(say("toEnd"), { id: "to-end" }, () => actions.goTo(film.length), icon("end")),
    slider, speed), caption);
}

export function updateFilm(bar, film, text) {
  const slider = bar.querySelector("#film-slider");
  slider.max = film.length;
  slider.value = film.at;
  const play = bar.querySelector("[data-film=play]");
  play.replaceChildren(icon(film.playing ? "pause" : "play"));
  for (const name of ["title", "aria-label"]) play.setAttribute(name, say(film.playing ? "pause" : "play"));
  bar.querySelector("#step-back").disabled = bar.querySelector("#to-start").disabled = film.at === 0;
  bar.querySelector("#step-forward").disabled = bar.querySelector("#to-end").disabled = film.at === film.length;
  bar.querySelector("#caption").replaceChildren(...text);
}
