// The panel of a page that trains: its controls, its charts, and `window.playground` for scripts.

import { Plane, drawCurve } from "./charts.js";
import { written } from "./figures.js";
import { hooks } from "./hooks.js";
import { LiveNumbers } from "./live.js";
import { Kernels } from "./machine.js";
import { button, element, icon } from "./svg.js";
import { Trainer } from "./trainer.js";
import { currentLanguage, say } from "./words.js";

let announce;
const ready = new Promise((resolve) => { announce = resolve; });
window.playground = { ready };

const state = { playing: false, speed: 5, sample: 0, parameter: 0, promise: null };
let trainer, numbers, page, plane;

hooks.numbers = async ({ scene, play }) => {
  const module = Uint8Array.from(atob(play.kernels), (sign) => sign.charCodeAt(0));
  trainer = new Trainer(await Kernels.load(module), play);
  const kept = document.getElementById("kept").textContent;
  if (kept) trainer.restore(JSON.parse(kept));
  numbers = new LiveNumbers(scene, play.nodes, play.picture.lanes);
  numbers.rows = trainer.look(0);
  return numbers;
};

hooks.begin = (given) => {
  page = given;
  build();
  update();
  announce();
};

hooks.keep = () => trainer.keep();

hooks.speak = () => {
  build();
  draw();
};

function build() {
  const place = document.getElementById("panel");
  const { told } = trainer;
  place.setAttribute("aria-label", say("training"));
  const charts = [element("canvas", { id: "curve", role: "img", "aria-label": say("lossCurve") })];
  if (told.output && told.features === 2 && told.classes) {
    charts.unshift(element("canvas", { id: "plane", role: "img", "aria-label": say("plane") }));
  }
  place.replaceChildren(
    element("div", { class: "training" }, ...controls(), element("p", { id: "training-state", role: "status" })),
    element("div", { class: "charts" }, ...charts),
    element("div", { class: "reach" }, ...reachIn()),
  );
  const canvas = document.getElementById("plane");
  if (canvas) {
    plane = new Plane(canvas, trainer);
    canvas.addEventListener("pointerdown", drag);
    canvas.addEventListener("dblclick", relabel);
  }
  new ResizeObserver(() => draw()).observe(place);
}

function set(...children) {
  return element("span", { class: "set" }, ...children);
}

function number(id, label, value, options, onChange) {
  const input = element("input", { type: "number", id, value, ...options });
  input.addEventListener("change", () => {
    const chosen = Number(input.value);
    if (input.value === "" || !Number.isFinite(chosen) || onChange(chosen) === false) input.value = value;
    else { value = chosen; }
  });
  return set(element("label", { for: id }, label), input);
}

function choice(id, label, options, value, onChange) {
  const select = element("select", { id, "aria-label": label },
    ...options.map(([name, text]) => element("option", { value: name, selected: name === value }, text)));
  select.addEventListener("change", () => onChange(select.value));
  return set(element("label", { for: id }, label), select);
}

function controls() {
  const { settings } = trainer;
  const positive = (name) => (chosen) => {
    if (chosen < 0) return false;
    settings[name] = chosen;
    return true;
  };
  return [
    set(
      button(say("train"), { id: "play" }, () => play(!state.playing), icon("play")),
      button(say("oneStep"), { id: "step" }, () => advance(1), "+1"),
      button(say("tenSteps"), { id: "ten-steps" }, () => advance(10), "+10"),
      button(say("startAgain"), { id: "reset" }, reset, icon("start")),
    ),
    ...(trainer.told.fresh ? [number("seed", say("otherWeights"), "", { min: 0, max: 4294967295, step: 1 }, (seed) => {
      if (seed < 0 || seed > 4294967295 || seed !== Math.floor(seed)) return false;
      trainer.drawWeights(seed);
      reset();
      return true;
    })] : []),
    number("learning-rate", say("learningRate"), settings.rate, { min: 0, step: "any" }, positive("rate")),
    choice("schedule", say("schedule"), [["constant", say("constantRate")], ["falling", say("fallingRate")]],
      settings.schedule, (chosen) => { settings.schedule = chosen; }),
    choice("optimizer", say("optimizer"), [["sgd", "SGD"], ["momentum", say("withMomentum")], ["adam", "Adam"]],
      settings.optimizer, (chosen) => {
        settings.optimizer = chosen;
        settings.momentum = 0.9;
        trainer.optimizer.first.fill(0);
        trainer.optimizer.second.fill(0);
        trainer.optimizer.step = 0;
      }),
    number("batch-size", say("batchSize"), trainer.samples, { min: 1, max: trainer.samples, step: 1 }, (chosen) => {
      if (chosen < 1 || chosen !== Math.floor(chosen)) return false;
      settings.batch = chosen >= trainer.samples ? 0 : chosen;
      return true;
    }),
    choice("steps-a-frame", say("stepsAFrame"), ["1", "5", "20", "50"].map((n) => [n, n]), String(state.speed),
      (chosen) => { state.speed = Number(chosen); }),
  ];
}

function reachIn() {
  const { told } = trainer;
  const sample = number("chosen-sample", say("sample"), state.sample, { min: 0, max: trainer.samples - 1, step: 1 },
    (chosen) => setSample(chosen));
  const names = told.names.map((name, i) => [String(i), name]);
  const parameter = choice("parameter", say("parameterToSet"), names, String(state.parameter), (chosen) => {
    state.parameter = Number(chosen);
    state.promise = null;
    update();
  });
  const value = element("input", { type: "number", id: "parameter-value", step: "any", "aria-label": say("newValue") });
  value.addEventListener("change", () => {
    if (value.value !== "" && Number.isFinite(Number(value.value))) setParameter(state.parameter, Number(value.value));
    update();
  });
  const back = element("input", { type: "range", id: "back", min: 0, max: 0, value: 0, "aria-label": say("goBack") });
  back.addEventListener("change", () => {
    play(false);
    trainer.goBack(Number(back.value));
    update();
  });
  return [
    sample, parameter, set(element("label", { for: "parameter-value" }, "="), value),
    element("p", { id: "promise", role: "status" }),
    set(element("label", { for: "back" }, say("goBack")), back),
    button(say("saveWeights"), { id: "save-weights" }, saveWeights, say("saveWeights")),
  ];
}

// -- What can be done --------------------------------------------------------------------------------------------

function advance(steps) {
  trainer.train(steps);
  update();
}

function reset() {
  play(false);
  trainer.reset();
  state.promise = null;
  update();
}

function play(wanted) {
  state.playing = wanted && !trainer.ended;
  const control = document.getElementById("play");
  control.replaceChildren(icon(state.playing ? "pause" : "play"));
  for (const name of ["title", "aria-label"]) control.setAttribute(name, say(state.playing ? "pause" : "train"));
  if (state.playing) requestAnimationFrame(frame);
}

function frame() {
  if (!state.playing) return;
  advance(state.speed);
  if (trainer.ended) play(false);
  else requestAnimationFrame(frame);
}

// What the gradient promises of a change, and what came of it.
function setParameter(i, value) {
  const { present, weights } = trainer;
  const change = value - weights[i];
  const promised = present.gradient[i] * change;
  weights[i] = value;
  trainer.ended = null;
  trainer.measure();
  state.promise = { name: trainer.told.names[i], promised, came: trainer.present.loss - present.loss };
  trainer.kept[trainer.step] = weights.slice();
}

function setSample(sample) {
  if (sample < 0 || sample >= trainer.samples || sample !== Math.floor(sample)) return false;
  state.sample = sample;
  update();
  return true;
}

function drag(event) {
  const canvas = event.currentTarget;
  const sample = plane.sampleAt(event.offsetX, event.offsetY);
  if (sample === null) return;
  setSample(sample);
  document.getElementById("chosen-sample").value = sample;
  canvas.setPointerCapture(event.pointerId);
  const move = ({ offsetX, offsetY }) => {
    trainer.X.set(plane.pointAt(offsetX, offsetY), 2 * sample);
    trainer.measure();
    update();
  };
  canvas.addEventListener("pointermove", move);
  canvas.addEventListener("pointerup", () => canvas.removeEventListener("pointermove", move), { once: true });
}

// A point of the other class.
function relabel(event) {
  const sample = plane.sampleAt(event.offsetX, event.offsetY);
  if (sample === null) return;
  const [first, second] = trainer.told.classes;
  trainer.Y[sample] = trainer.Y[sample] === first ? second : first;
  trainer.measure();
  update();
}

// The weights under their names, as `load_state_dict` takes them.
function saveWeights() {
  const told = Object.fromEntries(trainer.told.names.map((name, i) => [name, trainer.weights[i]]));
  const file = new Blob([JSON.stringify(told, null, 1)], { type: "application/json" });
  const link = element("a", { download: "weights.json", href: URL.createObjectURL(file) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// -- What is shown -----------------------------------------------------------------------------------------------

function update() {
  numbers.rows = trainer.look(state.sample);
  page.renew();
  draw();
}

function draw() {
  const { told, present, step } = trainer;
  const accuracy = trainer.accuracy();
  const parts = [say("stepsDone", { count: step }), say("lossNow", { loss: written(present.loss) })];
  if (accuracy !== null) parts.push(say("accuracyNow", { percent: decimal(100 * accuracy) }));
  if (trainer.ended) parts.push(say(`ended: ${trainer.ended}`));
  document.getElementById("training-state").textContent = parts.join("  ·  ");
  drawCurve(document.getElementById("curve"), trainer.history, written);
  plane?.draw(state.sample);
  const value = document.getElementById("parameter-value");
  if (document.activeElement !== value) value.value = Number(trainer.weights[state.parameter].toPrecision(6));
  const back = document.getElementById("back");
  back.max = step;
  back.value = step;
  const { promise } = state;
  document.getElementById("promise").textContent = promise
    ? say("promised", { name: promise.name, promised: written(promise.promised), came: written(promise.came) })
    : say("gradientNow", { name: told.names[state.parameter], number: written(present.gradient[state.parameter]) });
}

function decimal(percentage) {
  return percentage.toLocaleString(currentLanguage(), { maximumFractionDigits: 1 });
}

// In the order of `model.parameters()`, in which a parameter may be listed twice.
function listed(byPlace) {
  return trainer.told.order.map((place) => byPlace[place]);
}

Object.assign(window.playground, {
  async step(n) {
    await ready;
    advance(n);
  },
  state() {
    const { loss, gradient } = trainer.present;
    return { step: trainer.step, loss, parameters: listed(trainer.weights), gradients: listed(gradient) };
  },
  setParameter(i, value) {
    setParameter(trainer.told.order[i], value);
    update();
  },
  setSample(i) {
    setSample(i);
  },
});
