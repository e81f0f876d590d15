// Reaching in: the sample that is shown, a weight that is typed or dragged, a neuron that is switched off.

import { choice, number, part, set, show } from "./controls.js";
import { written } from "./figures.js";
import { button, element } from "./svg.js";
import { say } from "./words.js";

export function reachPart(panel) {
  const { trainer, state } = panel;
  const { told } = trainer;
  const parameter = choice("parameter", say("parameterToSet"), told.names.map((name, i) => [String(i), name]), String(state.parameter), (chosen) => panel.chooseParameter(Number(chosen)));
  const value = number("parameter-value", say("value"), shown(trainer.weights[state.parameter]), { step: "any", "aria-label": say("newValue") }, (chosen) => {
    if (chosen !== Number(shown(trainer.weights[state.parameter]))) panel.setParameter(state.parameter, chosen);
    return true;
  });
  return part(say("reachIn"),
    number("chosen-sample", say("sample"), state.sample, { min: 0, step: 1 }, (chosen) => panel.setSample(chosen)),
    parameter, value, slider("parameter-slider", panel),
    element("p", { id: "promise", role: "status" }),
    ...(told.switches.length ? [switches(panel)] : []));
}

function shown(weight) {
  return Number(weight.toPrecision(6));
}

// As far as the weight at the moment, and then some, in both directions.
function slider(id, panel) {
  const { trainer, state } = panel;
  const reach = Math.max(2, Math.ceil(1.5 * Math.abs(trainer.weights[state.parameter])));
  const made = element("input", { type: "range", id, min: -reach, max: reach, step: "any", value: trainer.weights[state.parameter], "aria-label": say("newValue") });
  made.addEventListener("pointerdown", () => { panel.promiseFrom = null; });
  made.addEventListener("input", () => panel.setParameter(state.parameter, Number(made.value), true));
  return made;
}

function switches(panel) {
  const { trainer, state } = panel;
  const { switches: names } = trainer.told;
  const isOff = () => trainer.off.has(names[state.neuron]);
  const toggle = button("", { id: "switch" }, () => panel.toggleNeuron(names[state.neuron]));
  const write = () => {
    toggle.textContent = say(isOff() ? "switchOn" : "switchOff");
    toggle.removeAttribute("title");
    toggle.setAttribute("aria-label", toggle.textContent);
    toggle.setAttribute("aria-pressed", String(isOff()));
  };
  const list = choice("neuron", say("neuron"), names.map((name, k) => [String(k), name]), String(state.neuron), (chosen) => {
    state.neuron = Number(chosen);
    write();
  });
  write();
  return set(list, toggle);
}

// Beside the explanation of a parameter or of a neuron: what one can do with it.
export function about(unit, panel) {
  const { trainer, graph } = panel;
  const number_ = Number(unit.slice(1));
  if (unit[0] === "g") {
    const { name, kind } = graph.groups[number_];
    if (kind !== "neuron" || !trainer.told.switches.includes(name)) return [];
    const label = say(trainer.off.has(name) ? "switchOn" : "switchOff");
    return [element("p", {}, button(label, { class: "plain", "aria-pressed": String(trainer.off.has(name)) }, () => panel.toggleNeuron(name), label))];
  }
  const place = graph.scene.live.nodes[number_].parameter;
  if (place === undefined) return [];
  const field = number("weight-here", say("newValue"), shown(trainer.weights[place]), { step: "any" }, (chosen) => {
    if (chosen !== Number(shown(trainer.weights[place]))) panel.setParameter(place, chosen);
    return true;
  });
  const comes = { name: trainer.told.names[place], before: written(trainer.weights[place]), after: written(trainer.foreseen()[place]) };
  return [element("p", {}, field), element("p", { class: "words" }, promised(panel, place)), element("p", { class: "words" }, say("stepOfAll", comes))];
}

export function promised({ trainer, state: { promise } }, parameter) {
  if (promise && promise.parameter === parameter) {
    return say("promised", { name: trainer.told.names[parameter], promised: written(promise.promised), came: written(promise.came) });
  }
  return say("gradientNow", { name: trainer.told.names[parameter], number: written(trainer.present.gradient[parameter]) });
}

export function showReach(panel) {
  const { trainer, state } = panel;
  show("parameter-value", shown(trainer.weights[state.parameter]));
  const bar = document.getElementById("parameter-slider");
  if (bar !== document.activeElement) {
    const reach = Math.max(2, Math.ceil(1.5 * Math.abs(trainer.weights[state.parameter])));
    if (reach > Number(bar.max)) [bar.min, bar.max] = [-reach, reach];
    bar.value = trainer.weights[state.parameter];
  }
  show("chosen-sample", state.sample);
  document.getElementById("promise").textContent = promised(panel, state.parameter);
}

// A parameter's card, pulled up or down, changes its number: a hundredth for each pixel, a thousandth with Shift.
export function dragCards(picture, panel) {
  picture.addEventListener("pointerdown", (event) => {
    const card = event.target.closest?.(".card.parameter");
    if (!card) return;
    const place = panel.graph.scene.live.nodes[Number(card.dataset.unit.slice(1))].parameter;
    if (place === undefined) return;
    event.stopPropagation();
    const [start, value] = [event.clientY, panel.trainer.weights[place]];
    panel.promiseFrom = null;
    let pulled = false;
    const move = ({ clientY, shiftKey }) => {
      pulled ||= Math.abs(clientY - start) > 4;
      if (!pulled) return;
      panel.chooseParameter(place, false);
      panel.setParameter(place, value + (start - clientY) * (shiftKey ? 0.001 : 0.01), true);
    };
    const end = () => {
      window.removeEventListener("pointermove", move);
      panel.promiseFrom = null;
    };
    window.addEventListener("pointermove", move);
    window.addEventListener("pointerup", end, { once: true });
    window.addEventListener("pointercancel", end, { once: true });
  }, true);
}
