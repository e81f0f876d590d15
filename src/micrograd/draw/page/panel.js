// The panel of a page that trains: its parts, what they do together, and `window.playground` for scripts.

import { COLORS, drawCurves } from "./charts.js";
import { choice, set, show } from "./controls.js";
import { written } from "./figures.js";
import { hooks } from "./hooks.js";
import { LiveNumbers } from "./live.js";
import { Kernels } from "./machine.js";
import { Maps } from "./maps.js";
import { Plane, canShow } from "./plane.js";
import { keyOf, listen, toolRow } from "./points.js";
import { pythonOf } from "./python.js";
import { about, dragCards, reachPart, showReach } from "./reach.js";
import { trainingPart } from "./settings.js";
import { element, icon } from "./svg.js";
import { takingPart } from "./taking.js";
import { Trainer } from "./trainer.js";
import { currentLanguage, say } from "./words.js";

// With less movement wanted, the picture is drawn anew so often only.
const CALM = 400; // milliseconds
const at = (id) => document.getElementById(id);

export class Panel {
  constructor() {
    this.state = { playing: false, speed: 5, sample: 0, parameter: 0, neuron: 0, promise: null, tool: "move", axes: [0, 1] };
    this.drawnAt = 0;
  }

  async load({ scene, play }) {
    this.kernels = await Kernels.load(Uint8Array.from(atob(play.kernels), (sign) => sign.charCodeAt(0)));
    this.useTrainer(new Trainer(this.kernels, play));
    const kept = at("kept").textContent;
    if (kept) this.restore(JSON.parse(kept));
    return { ...scene, live: play };
  }

  useTrainer(trainer) {
    this.trainer = trainer;
    this.undo = [];
    this.plane = this.maps = null; // those of the trainer before
    Object.assign(this.state, { sample: 0, parameter: 0, neuron: 0, promise: null, axes: [0, Math.min(1, trainer.told.features - 1)] });
  }

  numbersFor(scene) {
    const off = (node) => this.trainer.off.size > 0 && scene.groups.some((group) => group.output === node && this.trainer.off.has(group.name));
    this.numbers = new LiveNumbers(scene, scene.live.nodes, scene.live.picture.lanes, off);
    this.numbers.rows = this.trainer.look(this.state.sample);
    return this.numbers;
  }

  begin(page) {
    this.page = page;
    this.build();
    this.update();
    dragCards(at("picture"), this);
    new ResizeObserver(() => this.draw()).observe(at("panel"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    new MutationObserver(() => this.draw()).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  get graph() { return this.page.graph; }

  build() {
    const { trainer, state } = this;
    const place = at("panel");
    place.setAttribute("aria-label", say("training"));
    this.plane = null;
    const charts = [];
    if (canShow(trainer)) {
      const canvas = element("canvas", { id: "plane", tabindex: 0, role: "application", "aria-label": say(trainer.told.features === 1 ? "curvePlane" : "plane") });
      this.plane = new Plane(canvas, trainer, state.axes);
      charts.push(element("div", { class: "chart" }, element("div", { class: "row" }, toolRow(this), ...this.axisChoices()), canvas, element("p", { class: "key" }, ...keyOf(this))));
      listen(canvas, this);
    }
    const curves = [element("canvas", { id: "curve", role: "img", "aria-label": say("lossCurve") })];
    if (trainer.present.accuracy !== null) curves.push(element("canvas", { id: "accuracy-curve", role: "img", "aria-label": say("accuracyCurve") }));
    charts.push(element("div", { class: "chart curves" }, ...curves));
    place.replaceChildren(...(this.choices?.() ?? []), trainingPart(this), element("div", { class: "charts" }, ...charts),
      element("div", { class: "others" }, reachPart(this), takingPart(this)));
    this.showPlaying();
    if (this.page) this.draw();
  }

  // Anew, with the field that the user is in where it was.
  rebuild() {
    const { id, selectionStart } = document.activeElement;
    this.build();
    const field = id && at(id);
    if (!field) return;
    field.focus();
    if (selectionStart !== null && selectionStart !== undefined) field.setSelectionRange?.(selectionStart, selectionStart);
  }

  // Of more than two inputs, two are in the plane.
  axisChoices() {
    const { told } = this.trainer;
    if (told.features < 3) return [];
    const names = told.inputs.map((name, k) => [String(k), name]);
    const select = (axis) => choice(`axis-${axis}`, say(axis ? "upwards" : "across"), names, String(this.state.axes[axis]), (chosen) => {
      this.state.axes[axis] = Number(chosen);
      this.build();
      at(`axis-${axis}`).focus();
    });
    return [set(select(0), select(1))];
  }

  // -- What can be done ------------------------------------------------------------------------------------------------

  advance(steps) {
    this.trainer.train(steps);
    this.state.promise = null;
    this.update();
  }

  reset() {
    this.play(false);
    this.trainer.reset();
    this.state.promise = null;
    this.update();
  }

  play(wanted) {
    this.state.playing = wanted && !this.trainer.ended;
    this.showPlaying();
    if (this.state.playing) requestAnimationFrame(() => this.frame());
  }

  showPlaying() {
    const control = at("play");
    const name = say(this.state.playing ? "pause" : "train");
    control.replaceChildren(icon(this.state.playing ? "pause" : "play"), name);
    for (const attribute of ["title", "aria-label"]) control.setAttribute(attribute, name);
  }

  frame() {
    if (!this.state.playing) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.trainer.train(this.state.speed, 2);
    this.state.promise = null;
    const now = performance.now();
    if (!calm || now - this.drawnAt >= CALM || this.trainer.ended) {
      this.drawnAt = now;
      this.update();
    }
    if (this.trainer.ended) this.play(false);
    else requestAnimationFrame(() => this.frame());
  }

  // What the gradient promises of a change, and what came of it. While a weight is dragged, since it was taken hold of.
  setParameter(i, value, isDrag = false) {
    const { trainer, state } = this;
    if (!isDrag || this.promiseFrom?.parameter !== i) {
      this.promiseFrom = { parameter: i, weight: trainer.weights[i], gradient: trainer.present.gradient[i], loss: trainer.present.loss };
    }
    const { weight, gradient, loss } = this.promiseFrom;
    trainer.setParameter(i, value);
    state.promise = { parameter: i, promised: gradient * (value - weight), came: trainer.present.loss - loss };
    if (!isDrag) this.promiseFrom = null;
    this.update();
  }

  chooseParameter(i, redraw = true) {
    this.state.parameter = i;
    show("parameter", String(i));
    if (redraw) {
      this.state.promise = null;
      this.update();
    }
  }

  toggleNeuron(name) {
    this.trainer.setSwitch(name, this.trainer.off.has(name));
    this.state.promise = null;
    this.state.neuron = this.trainer.told.switches.indexOf(name);
    this.build();
    this.update();
    at("switch").focus({ preventScroll: true });
  }

  setSample(sample) {
    if (!(sample >= 0) || sample >= this.trainer.samples || !Number.isInteger(sample)) return false;
    this.state.sample = sample;
    this.update();
    return true;
  }

  dataChanges(change) {
    change();
    this.state.promise = null;
    this.state.sample = Math.min(this.state.sample, this.trainer.samples - 1);
    if (this.plane) this.plane.range = undefined;
    this.dataChanged?.();
    this.update();
  }

  settingsChanged() {}

  // -- What is shown ---------------------------------------------------------------------------------------------------

  update() {
    this.numbers.rows = this.trainer.look(this.state.sample);
    this.page.renew();
    this.draw();
  }

  attachMaps(picture) {
    const { outputs } = this.trainer.told;
    const graph = this.page?.graph;
    this.maps = outputs && graph ? new Maps(graph, this.trainer) : null;
    this.maps?.attach(picture);
    if (this.page) this.drawPlane();
  }

  drawPlane() {
    if (!this.plane) return;
    const out = this.plane.draw(this.state.sample);
    this.maps?.draw(out, this.plane.cells, this.trainer.width, this.plane.isCurve);
  }

  draw() {
    const { trainer } = this;
    const { present, step, head } = trainer;
    const parts = [say("stepsDone", { count: step }), say("lossNow", { loss: written(present.loss) })];
    if (present.accuracy !== null) parts.push(say("accuracyNow", { percent: decimal(100 * present.accuracy) }));
    if (present.heldLoss !== null) parts.push(say("heldNow", { loss: written(present.heldLoss) }));
    if (present.heldAccuracy !== null) parts.push(say("heldAccuracyNow", { percent: decimal(100 * present.heldAccuracy) }));
    if (trainer.ended) parts.push(say(`ended: ${trainer.ended}`));
    else if (trainer.isGrowing) parts.push(say("growing"));
    at("training-state").textContent = parts.join("  ·  ");
    // The loss of a step is known before it, so the one of now is not among them yet.
    const upToNow = ({ points }, loss) => (points.length && step === head && loss !== null && points[points.length - 1][0] < step ? [...points, [step, loss]] : points);
    const losses = [upToNow(trainer.losses, present.loss), upToNow(trainer.heldLosses, present.heldLoss)];
    const pair = (first, second) => [{ points: first, color: COLORS[0], name: say("trainedOn") }, { points: second, color: COLORS[1], dash: [5, 3], name: say("heldBackShort") }];
    const shared = { steps: head, now: step };
    drawCurves(at("curve"), named(pair(...losses), say("loss")), written, shared);
    const accuracy = at("accuracy-curve");
    if (accuracy) drawCurves(accuracy, named(pair(trainer.accuracies.points, trainer.heldAccuracies.points), say("accuracy")), (share) => `${Math.round(100 * share)} %`, { ...shared, low: 0, high: 1 });
    this.drawPlane();
    showReach(this);
    const log = at("log");
    if (log && trainer.log && log.textContent.length !== trainer.log.join("\n").length) {
      log.textContent = trainer.log.join("\n");
      log.scrollTop = log.scrollHeight;
    }
    const back = at("back");
    back.max = head;
    back.value = step;
  }

  // One parameter's correction by the step that comes next, or those of a folded neuron.
  correction(nodes) {
    const { trainer, graph } = this;
    const after = trainer.foreseen();
    const lines = nodes.map((node) => {
      const place = graph.scene.live.nodes[node].parameter;
      const { name } = graph.nodes[node];
      return `${name}: ${written(trainer.weights[place])} → ${written(after[place])}  (∂ ${written(trainer.present.gradient[place])})`;
    });
    return lines.length > 4 ? `${lines.slice(0, 4).join("   ")}   …` : lines.join("   ");
  }

  keep() {
    const { speed, sample, axes } = this.state;
    return { ...this.trainer.keep(), view: { speed, sample, axes } };
  }

  restore(saved) {
    this.trainer.restore(saved);
    Object.assign(this.state, saved.view);
  }
}

function named(pair, text) {
  return pair[1].points.length ? pair : [{ ...pair[0], name: text }];
}

function decimal(percentage) {
  return percentage.toLocaleString(currentLanguage(), { maximumFractionDigits: 1 });
}

let announce;
const ready = new Promise((resolve) => { announce = resolve; });
export const panel = new Panel();
hooks.prepare = (told) => panel.load(told);
hooks.numbers = (scene) => panel.numbersFor(scene);
hooks.begin = (page) => {
  panel.begin(page);
  panel.attachMaps(at("picture"));
  announce();
};
hooks.drawn = (picture) => panel.attachMaps(picture);
hooks.keep = () => panel.keep();
hooks.about = (unit) => (panel.page ? about(unit, panel) : []);
hooks.correction = (nodes) => panel.correction(nodes);
hooks.speak = () => {
  panel.build();
  panel.update();
};

// In the order of `model.parameters()`, in which a parameter may be listed twice.
function listed(byPlace) {
  return panel.trainer.told.order.map((place) => byPlace[place]);
}

function checked(what, number, most) {
  if (!Number.isInteger(number) || number < 0 || number >= most) throw new RangeError(`${what}: expected a whole number from 0 to ${most - 1}, got ${number}`);
  return number;
}

window.playground = {
  ready,
  async step(n) {
    await ready;
    if (!Number.isInteger(n) || n < 0) throw new RangeError(`step(n): expected a whole number of steps, got ${n}`);
    if (n) panel.advance(n);
  },
  state() {
    const { step, present: { loss, gradient }, weights } = panel.trainer;
    return { step, loss, parameters: listed(weights), gradients: listed(gradient) };
  },
  setParameter(i, value) {
    const place = panel.trainer.told.order[checked("setParameter(i, value)", i, panel.trainer.told.order.length)];
    if (!Number.isFinite(value)) throw new RangeError(`setParameter(i, value): expected a finite number, got ${value}`);
    panel.setParameter(place, value);
  },
  setSample(i) { panel.setSample(checked("setSample(i)", i, panel.trainer.samples)); },
  // For the tests and the benchmark.
  internals() { return { kernels: panel.kernels, panel }; },
  // The Python that makes exactly this.
  python() { return pythonOf(panel.trainer); },
};
