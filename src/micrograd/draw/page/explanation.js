// The panel that explains what is selected.

import { Choice } from "./choosing.js";
import { exactly, written } from "./figures.js";
import { hooks } from "./hooks.js";
import { groupName } from "./picture.js";
import { button, element } from "./svg.js";
import { paragraph } from "./writing.js";
import { say } from "./words.js";

export function showExplanation(panel, graph, writer, state, actions) {
  panel.setAttribute("aria-label", say("explanation"));
  panel.classList.toggle("empty", state.selected === null);
  if (state.selected === null) {
    panel.replaceChildren(element("h2", {}, say("explanation")), paragraph(say("start")), paragraph(say("keys"), "keys"));
    return;
  }
  const number = Number(state.selected.slice(1));
  const parts = state.selected[0] === "n" ? ofNode(number, graph, writer, state, actions) : ofGroup(number, graph, state, actions);
  panel.replaceChildren(button(say("close"), { class: "close" }, () => actions.select(null), "✕"), ...parts);
  panel.scrollTop = 0;
}

function ofNode(node, graph, writer, state, actions) {
  const told = graph.nodes[node];
  const heading = element("h2", { class: told.role }, element("span", { class: "chip" }, told.sign || "•"), " ", told.name || written(graph.data(node)),
    " ", element("small", {}, say(told.role)));
  const full = told.fullName ? [paragraph(told.fullName, "fullname")] : [];
  const sections = new Choice(node, graph, state.rate).sections(graph.scene.tellings[told.telling]);
  const rate = () => inputOfRate(state.rate, actions);
  return [heading, ...full, ...(hooks.about?.(`n${node}`) ?? []), ...folding(told.group, graph, actions), ...sections.map(([title, parts]) => {
    // In a page that trains, one sample's step is not the training's.
    const heading = title === "step" && hooks.about ? "stepOfSample" : title;
    const made = section(title, heading, writer.section(parts, rate));
    marked(title, made);
    return made;
  })];
}

// For whoever reads the page with a program: which numbers are the results of a section.
function marked(title, made) {
  const formulas = [...made.querySelectorAll(".formula")].map((formula) => [...formula.querySelectorAll("[data-value]")].pop());
  if (title === "local") formulas.forEach((number, use) => number?.setAttribute("data-derivative", use));
  if (title === "backward") formulas.pop()?.setAttribute("data-total", "grad");
  if (title === "step") formulas.pop()?.setAttribute("data-total", "step");
}

function inputOfRate(rate, actions) {
  const input = element("input", { type: "number", min: 0, step: "any", value: rate, id: "rate" });
  input.addEventListener("change", () => actions.setRate(Number(input.value)));
  return element("label", { for: "rate" }, `${say("learningRate")} = `, input);
}

function folding(group, graph, actions) {
  if (group === null) return [];
  const label = say("foldOne", { name: groupName(graph.groups[group]) });
  return [element("p", {}, button(label, { class: "plain", "data-fold": group }, () => actions.toggle(group), `− ${label}`))];
}

function section(kind, title, parts) {
  return element("section", { class: kind }, element("h3", {}, say(title)), ...parts);
}

function ofGroup(number, graph, _state, actions) {
  const group = graph.groups[number];
  const label = say("unfoldOne", { name: groupName(group) });
  const heading = element("h2", { class: "neuron" }, element("span", { class: "chip" }, "⊞"), " ", groupName(group), " ", element("small", {}, say(group.kind)));
  const unfold = element("p", {}, button(label, { class: "plain", "data-fold": number }, () => actions.toggle(number), `+ ${label}`));
  const full = paragraph(group.name, "fullname");
  return [heading, full, ...(hooks.about?.(`g${number}`) ?? []), unfold, ...(group.kind === "neuron" ? neuronTable(number, graph) : layerTable(number, graph))];
}

function neuronTable(number, graph) {
  const group = graph.groups[number];
  const output = graph.nodes[group.output];
  const isActivated = output.operands.length === 1;
  const activation = isActivated ? say("thenActivation", { op: output.sign }) : say("noActivation");
  const parameters = group.nodes.filter((node) => graph.nodes[node].role === "parameter");
  const products = group.nodes.filter((node) => graph.nodes[node].op === "*");
  const rows = products.map((product) => {
    const [first, second] = graph.nodes[product].operands;
    const [weight, input] = graph.nodes[first].role === "parameter" ? [first, second] : [second, first];
    return element("tr", {}, element("th", { scope: "row" }, `${named(graph, weight)} × ${named(graph, input)}`),
      cell(graph.data(weight), weight), cell(graph.data(input), input), cell(graph.data(product), product));
  });
  const biases = parameters.filter((node) => graph.nodes[node].name === "b");
  for (const bias of biases) {
    rows.push(element("tr", {}, element("th", { scope: "row" }, "b"), element("td"), element("td"), cell(graph.data(bias), bias)));
  }
  const before = isActivated ? output.operands[0] : group.output;
  rows.push(element("tr", { class: "total" }, element("th", { scope: "row" }, "Σ"), element("td"), element("td"), cell(graph.computed(before), before)));
  if (isActivated) rows.push(element("tr", { class: "total" }, element("th", { scope: "row" }, output.sign), element("td"), element("td"), cell(graph.data(group.output), group.output)));
  const gradients = parameters.map((node) => element("tr", {}, element("th", { scope: "row" }, named(graph, node)), cell(graph.data(node), node), cell(graph.grad(node), node)));
  return [
    section("forward", "forward", [paragraph(say("isNeuron", { activation })), element("table", {}, ...rows)]),
    section("backward", "backward", [element("table", {}, headings(["", say("data"), say("grad")]), ...gradients,
      element("tr", { class: "total" }, element("th", { scope: "row" }, named(graph, group.output)), cell(graph.data(group.output), group.output), cell(graph.grad(group.output), group.output)))]),
  ];
}

function layerTable(number, graph) {
  const neurons = graph.neuronsOf(number);
  const rows = neurons.map((neuron) => {
    const { output } = graph.groups[neuron];
    return element("tr", {}, element("th", { scope: "row" }, groupName(graph.groups[neuron])), cell(graph.data(output), output), cell(graph.grad(output), output));
  });
  return [paragraph(say("isLayer", { count: neurons.length })), element("table", {}, headings(["", say("data"), say("grad")]), ...rows)];
}

function headings(texts) {
  return element("tr", {}, ...texts.map((text) => element("th", { scope: "col" }, text)));
}

function named(graph, node) {
  return graph.nodes[node].name || written(graph.data(node));
}

function cell(number, from) {
  return element("td", {}, numberButton(number, from));
}

function numberButton(number, from) {
  return element("button", { type: "button", class: "number", "data-go": from, "data-value": exactly(number) }, written(number));
}
