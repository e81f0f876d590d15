// The panel that explains what is selected.

import { written } from "./figures.js";
import { block, figure, indented, math, nameOf, sign } from "./formula.js";
import { groupName } from "./picture.js";
import { numberButton, paragraph } from "./sections.js";
import { button, element } from "./svg.js";
import { say } from "./words.js";

export function showExplanation(panel, graph, sections, state, actions) {
  panel.setAttribute("aria-label", say("explanation"));
  panel.classList.toggle("empty", state.selected === null);
  if (state.selected === null) {
    panel.replaceChildren(element("h2", {}, say("explanation")), paragraph(say("start")), paragraph(say("keys"), "keys"));
    return;
  }
  const number = Number(state.selected.slice(1));
  const parts = state.selected[0] === "n" ? ofNode(number, graph, sections, state, actions) : ofGroup(number, graph, state, actions);
  panel.replaceChildren(button(say("close"), { class: "close" }, () => actions.select(null), "✕"), ...parts);
  panel.scrollTop = 0;
}

function ofNode(node, graph, sections, state, actions) {
  const told = graph.nodes[node];
  const heading = element("h2", { class: told.role }, element("span", { class: "chip" }, told.sign || "•"), " ", told.name || written(graph.data(node)),
    " ", element("small", {}, say(told.role)));
  const full = told.fullName ? [paragraph(told.fullName, "fullname")] : [];
  const notices = sections.notices(node);
  return [
    heading, ...full, ...folding(told.group, graph, actions),
    ...(notices.length ? [section("attention", "attention", notices)] : []),
    section("forward", "forward", sections.forward(node)),
    ...(told.operands.length ? [section("local", "local", sections.local(node))] : []),
    section("backward", "backward", sections.backward(node)),
    ...(told.role === "parameter" ? [section("step", "step", descent(node, graph, sections, state, actions))] : []),
  ];
}

function folding(group, graph, actions) {
  if (group === null) return [];
  const label = say("foldOne", { name: groupName(graph.groups[group]) });
  return [element("p", {}, button(label, { class: "plain", "data-fold": group }, () => actions.toggle(group), `− ${label}`))];
}

function section(kind, title, parts) {
  return element("section", { class: kind }, element("h3", {}, say(title)), ...parts);
}

function descent(node, graph, sections, state, actions) {
  const [data, grad, rate] = [graph.data(node), graph.grad(node), state.rate];
  const [name, root] = [sections.name(node), sections.name(graph.root)];
  const input = element("input", { type: "number", min: 0, step: "any", value: rate, id: "rate" });
  input.addEventListener("change", () => actions.setRate(Number(input.value)));
  const label = element("label", { for: "rate" }, `${say("learningRate")} = `, input);
  if (!Number.isFinite(grad)) return [paragraph(say("stepBroken"))];
  const own = () => nameOf(name);
  const gradient = math("mfrac", math("mrow", sign("∂"), sections.result()), math("mrow", sign("∂"), own()));
  const after = figure(data - rate * grad);
  after.setAttribute("data-total", "step");
  return [
    paragraph(say(grad > 0 ? "stepDown" : grad < 0 ? "stepUp" : "stepNone", { name, root })), label,
    block(own(), sign("←"), own(), sign("−"), math("mi", "η"), sign("×"), gradient),
    block(indented(own()), sign("="), figure(data), sign("−"), math("mn", String(rate)), sign("×"), figure(grad, null, true), sign("="), after),
    paragraph(say("stepEffect", { root, number: written(-rate * grad * grad) })),
  ];
}

function ofGroup(number, graph, state, actions) {
  const group = graph.groups[number];
  const label = say("unfoldOne", { name: groupName(group) });
  const heading = element("h2", { class: "neuron" }, element("span", { class: "chip" }, "⊞"), " ", groupName(group), " ", element("small", {}, say(group.kind)));
  const unfold = element("p", {}, button(label, { class: "plain", "data-fold": number }, () => actions.toggle(number), `+ ${label}`));
  const full = paragraph(group.name, "fullname");
  return [heading, full, unfold, ...(group.kind === "neuron" ? neuronTable(number, graph) : layerTable(number, graph))];
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
