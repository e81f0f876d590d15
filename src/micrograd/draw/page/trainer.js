// The training of a page: weights, data, and the programs that the kernels run on them. It knows no page.

import { Journal } from "./journal.js";
import { rateAt } from "./schedules.js";
import { Series } from "./series.js";

export const DEFAULTS = { rate: 0.1, schedule: "constant", over: 100, optimizer: "sgd", momentum: 0.9, batch: 0 };
// The weights of steps that one can go back to take at most so many numbers: 4 MB.
const MOST_KEPT = 500000;
const MOST_LINES = 1000;

export class Trainer {
  constructor(kernels, told) {
    this.kernels = kernels;
    this.told = told;
    this.start = Float64Array.from(told.weights);
    this.seed = null;
    this.loss = kernels.program(told.loss);
    this.switched = told.switched ? kernels.program(told.switched.words) : null;
    this.outputsProgram = told.outputs ? kernels.program(told.outputs.words) : null;
    this.picture = kernels.program(told.picture);
    this.X = Float64Array.from(told.X);
    this.Y = Float64Array.from(told.Y);
    this.held = Array(this.samples).fill(false);
    this.off = new Set();
    this.log = null;
    this.settings = { ...DEFAULTS };
    this.reset();
  }

  get samples() { return this.X.length / this.told.features; }
  get weights() { return this.optimizer.weights; }
  get classes() { return this.told.classes; }

  release() {
    for (const program of [this.loss, this.switched, this.outputsProgram, this.picture]) program?.release();
  }

  reset() {
    this.optimizer = { ...freshMoments(this.start.length), weights: this.start.slice() };
    this.step = this.head = 0;
    this.losses = new Series();
    this.heldLosses = new Series();
    this.accuracies = new Series();
    this.heldAccuracies = new Series();
    this.ended = null;
    if (this.log) this.log = [];
    this.isFresh = this.wentBack = false;
    this.kept = new Map([[0, this.weights.slice()]]);
    this.restartBatches();
    this.journal = new Journal(this);
    this.measure();
  }

  restartBatches() {
    this.epoch = 0;
    this.order = [];
  }

  forgetMoments() {
    Object.assign(this.optimizer, freshMoments(this.weights.length));
    this.isFresh = true;
  }

  // Begin with the weights that Python draws for the same model after `random.seed(seed)`; before them, it may have
  // drawn others (`skipped` numbers).
  drawWeights(seed, skipped = 0) {
    const { fresh } = this.told;
    const drawn = this.kernels.uniform(seed, -1, 1, skipped + fresh.filter(Boolean).length);
    let next = skipped;
    this.start = Float64Array.from(fresh, (isDrawn) => (isDrawn ? drawn[next++] : 0));
    this.seed = skipped ? null : seed;
    this.reset();
  }

  setData(X, Y) {
    this.X = Float64Array.from(X);
    this.Y = Float64Array.from(Y);
    this.held = Array(this.samples).fill(false);
    this.reset();
  }

  train(steps, parts = 10) {
    if (this.ended) return;
    this.forgetFuture();
    // In parts, so that one can go back to between them; each by itself while a log is kept.
    const part = this.log ? 1 : Math.max(1, Math.ceil(steps / parts));
    for (let left = steps; left > 0 && !this.ended; left -= part) this.trainPart(Math.min(part, left));
    this.measure();
  }

  trainPart(steps) {
    const { settings, optimizer } = this;
    optimizer.kind = settings.optimizer === "adam" ? 1 : 0;
    optimizer.momentum = settings.optimizer === "momentum" ? settings.momentum : 0;
    const { X, Y, rows } = this.training();
    const samples = rows ? rows.length : this.samples;
    const full = !settings.batch || settings.batch >= samples;
    const rates = Array.from({ length: steps }, (_, k) => rateAt(settings, this.step + k));
    const before = this.weights.slice();
    if (this.log) this.note();
    const action = { offset: this.step - optimizer.step, fresh: this.isFresh, start: this.step };
    const program = this.program();
    const batches = full ? null : this.nextBatches(steps, settings.batch, samples);
    const { losses, state } = program.train(optimizer, X, Y, rates, batches, this.constants(program));
    // Of a step that left the finite numbers, nothing stays: nor of the one that led there.
    if (this.log && losses.length) this.writeLog(losses[0]);
    const undone = { "loss not finite": 2, "weights not finite": 1 }[state] ?? 0;
    losses.forEach((loss, k) => this.losses.push(this.step + k, loss));
    const done = Math.max(0, losses.length - undone);
    this.step += done;
    this.isFresh &&= done === 0;
    if (done) this.journal.trained(done, { ...action, settings: { ...settings }, samples });
    if (state !== "running") {
      this.ended = state;
      if (!this.weights.every(Number.isFinite)) this.weights.set(before);
      this.forgetMoments();
    }
    this.remember();
    this.note();
  }

  // As the handout prints it: what a step began with.
  writeLog(loss) {
    const { accuracy } = this.present;
    this.log.push(`[step ${this.step}] loss ${loss}${accuracy === null ? "" : `, accuracy ${(100 * accuracy).toFixed(1)}%`}`);
    if (this.log.length > MOST_LINES) this.log.shift();
  }

  // The next batches: the orders are those of Python's random.Random(epoch).shuffle, epoch by epoch.
  nextBatches(count, size, samples) {
    const order = [], starts = [0];
    for (let k = 0; k < count; k += 1) {
      if (!this.order.length) this.order = this.kernels.shuffled(this.epoch++, samples);
      order.push(...this.order.splice(0, size));
      starts.push(order.length);
    }
    return { order, starts };
  }

  // -- Neurons that are switched off --------------------------------------------------------------------------------

  program() { return this.off.size ? this.switched : this.loss; }

  constants(program) {
    return program === this.switched ? this.withSwitches(program.written.constants, this.told.switched.places) : program.written.constants;
  }

  withSwitches(constants, places) {
    const set = constants.slice();
    places.forEach((place, k) => { if (place >= 0) set[place] = this.off.has(this.told.switches[k]) ? 0 : 1; });
    return set;
  }

  setSwitch(name, isOn) {
    if (isOn) this.off.delete(name);
    else this.off.add(name);
    this.journal.switched(name, isOn);
    this.ended = null;
    this.measure();
  }

  // -- What it knows ------------------------------------------------------------------------------------------------

  // The samples that it is trained on; `rows` is null where that is all of them.
  training() { return this.part(false); }

  part(isHeld) {
    if (!this.held.includes(true)) return isHeld ? { X: [], Y: [], rows: [] } : { X: this.X, Y: this.Y, rows: null };
    const { features, targets } = this.told;
    const rows = [...this.held.keys()].filter((k) => this.held[k] === isHeld);
    const taken = (from, width) => Float64Array.from(rows.flatMap((k) => [...from.subarray(k * width, (k + 1) * width)]));
    return { X: taken(this.X, features), Y: taken(this.Y, targets), rows };
  }

  // Loss and gradient of all training samples at the present weights.
  measure() {
    const program = this.program();
    const { X, Y } = this.training();
    const { loss, gradient, left } = program.gradient(this.weights, X, Y, this.constants(program));
    this.present = { loss, gradient };
    if (left || !Number.isFinite(loss)) this.ended ??= left ? "outside of the domain" : "loss not finite";
    this.note();
  }

  // Accuracies, and the loss of the samples held back: as they are now, and for the curves.
  note() {
    const { present, step } = this;
    const { X, Y, rows } = this.training();
    present.accuracy = this.accuracyOf(X, Y);
    this.accuracies.push(step, present.accuracy ?? NaN);
    present.heldLoss = present.heldAccuracy = null;
    if (!rows) return;
    const held = this.part(true);
    const program = this.program();
    present.heldLoss = program.gradient(this.weights, held.X, held.Y, this.constants(program)).loss;
    present.heldAccuracy = this.accuracyOf(held.X, held.Y);
    this.heldLosses.push(step, present.heldLoss);
    this.heldAccuracies.push(step, present.heldAccuracy ?? NaN);
  }

  // The model's outputs and those of its neurons, one sample after another.
  outputs(points) {
    const { words, places } = this.told.outputs;
    return this.outputsProgram.evaluate(this.weights, points, this.withSwitches(words.constants, places)).results;
  }

  get width() { return this.outputsProgram.written.results.length / 2; }

  // Of one sample's outputs, from `at` on: the class that they stand for.
  classAt(out, at) {
    const { count } = this.told.outputs;
    if (count === 1) return this.classes[out[at] > this.told.threshold ? 1 : 0];
    let best = 0;
    for (let k = 1; k < count; k += 1) if (out[at + k] > out[at + best]) best = k;
    return this.classes[best];
  }

  accuracyOf(X, Y) {
    if (!this.outputsProgram || !this.classes || !Y.length) return null;
    const out = this.outputs(X);
    let right = 0;
    for (let sample = 0; sample < Y.length; sample += 1) if (this.classAt(out, sample * this.width) === Y[sample]) right += 1;
    return right / Y.length;
  }

  // The numbers of every node, for one sample.
  look(sample) {
    const { features, targets, picture } = this.told;
    const x = this.X.subarray(sample * features, (sample + 1) * features);
    const y = this.Y.subarray(sample * targets, (sample + 1) * targets);
    this.picture.gradient(this.weights, x, y, this.withSwitches(picture.constants, picture.switches));
    return this.picture.rows().slice();
  }

  // What the next step would make of the weights; nothing changes by asking.
  foreseen() {
    const { optimizer, order, epoch } = this;
    const copy = { ...optimizer, weights: optimizer.weights.slice(), first: optimizer.first.slice(), second: optimizer.second.slice() };
    copy.kind = this.settings.optimizer === "adam" ? 1 : 0;
    copy.momentum = this.settings.optimizer === "momentum" ? this.settings.momentum : 0;
    const { X, Y, rows } = this.training();
    const samples = rows ? rows.length : this.samples;
    const full = !this.settings.batch || this.settings.batch >= samples;
    this.order = order.slice();
    const batches = full ? null : this.nextBatches(1, this.settings.batch, samples);
    [this.order, this.epoch] = [order, epoch];
    const program = this.program();
    program.train(copy, X, Y, [rateAt(this.settings, this.step)], batches, this.constants(program));
    return copy.weights;
  }

  // -- Back to earlier steps ----------------------------------------------------------------------------------------

  remember() {
    this.head = Math.max(this.head, this.step);
    this.kept.set(this.step, this.weights.slice());
    const most = Math.max(3, Math.floor(MOST_KEPT / this.weights.length));
    if (this.kept.size <= most) return;
    [...this.kept.keys()].slice(1, -1).filter((_, k) => k % 2 === 0).forEach((step) => this.kept.delete(step));
  }

  // The weights of a step: those that were kept, or made again from the last ones before; where that is not possible,
  // the nearest that were kept on the way there.
  goTo(step) {
    const known = [...this.kept.keys()].sort((a, b) => a - b);
    const before = known.filter((one) => one <= step).pop();
    const weights = before === step ? null : this.madeAgain(before, step);
    const after = known.find((one) => one >= step);
    const to = weights ? step : step > this.step && before <= this.step ? after ?? before : before;
    this.weights.set(weights ?? this.kept.get(to));
    this.forgetMoments();
    this.restartBatches();
    this.step = to;
    this.wentBack = true;
    this.ended = null;
    this.measure();
  }

  // Plain steps on all samples, of one training and on the data of now, come out the same when they are done again.
  madeAgain(from, to) {
    const { actions } = this.journal;
    const at = actions.findIndex(({ kind, start, steps }) => kind === "train" && start <= from && to <= start + steps);
    if (at < 0 || actions.slice(at).some(({ kind }) => !["train", "set", "restart"].includes(kind))) return null;
    const { settings, samples } = actions[at];
    if (settings.optimizer !== "sgd" || (settings.batch && settings.batch < samples)) return null;
    const copy = { ...freshMoments(this.weights.length), weights: this.kept.get(from).slice() };
    const rates = Array.from({ length: to - from }, (_, k) => rateAt(settings, from + k));
    const program = this.program();
    const { X, Y } = this.training();
    program.train(copy, X, Y, rates, null, this.constants(program));
    return copy.weights.every(Number.isFinite) ? copy.weights : null;
  }

  // Whether the loss is far above that of the beginning: a learning rate too large, most likely.
  get isGrowing() {
    const [first] = this.losses.points;
    return first !== undefined && this.step > 0 && this.present.loss > 10 * Math.max(first[1], 1e-6);
  }

  // Whoever went back and changes something goes another way from there.
  forgetFuture() {
    if (!this.wentBack) return;
    this.wentBack = false;
    for (const step of [...this.kept.keys()]) if (step > this.step) this.kept.delete(step);
    for (const series of [this.losses, this.heldLosses, this.accuracies, this.heldAccuracies]) series.cut(this.step);
    this.head = this.step;
    this.journal.cut(this.step);
  }

  setParameter(i, value) {
    this.forgetFuture();
    this.weights[i] = value;
    this.ended = null;
    this.kept.set(this.step, this.weights.slice());
    this.journal.set(i, value);
    this.measure();
  }

  // -- Data that change ---------------------------------------------------------------------------------------------

  changeSample(sample, x, y) {
    const { features, targets } = this.told;
    if (x) this.X.set(x, features * sample);
    if (y) this.Y.set(y, targets * sample);
    this.dataChanged();
    this.journal.changed(sample);
  }

  addSample(x, y) {
    this.X = Float64Array.from([...this.X, ...x]);
    this.Y = Float64Array.from([...this.Y, ...y]);
    this.held.push(false);
    this.restartBatches();
    this.journal.added(x, y);
    this.dataChanged();
  }

  removeSample(sample) {
    if (this.training().rows?.length === 1 || this.samples === 1) return false;
    const { features, targets } = this.told;
    const without = (from, width) => from.filter((_, k) => Math.floor(k / width) !== sample);
    [this.X, this.Y] = [without(this.X, features), without(this.Y, targets)];
    this.held.splice(sample, 1);
    this.restartBatches();
    this.journal.removed(sample);
    this.dataChanged();
    return true;
  }

  // Hold back a share of the samples: the last ones of Python's random.Random(0).shuffle.
  holdBack(share) {
    const order = this.kernels.shuffled(0, this.samples);
    const count = Math.min(this.samples - 1, Math.round(share * this.samples));
    this.held = Array(this.samples).fill(false);
    order.slice(this.samples - count).forEach((sample) => { this.held[sample] = true; });
    this.heldShare = share;
    this.restartBatches();
    this.journal.heldBack();
    this.dataChanged();
  }

  dataChanged() {
    this.ended = null;
    this.measure();
  }

  // -- A page that is saved -----------------------------------------------------------------------------------------

  keep() {
    const { start, seed, step, head, settings, held, heldShare, epoch, order, ended, isFresh, wentBack, optimizer, journal } = this;
    const series = [this.losses, this.heldLosses, this.accuracies, this.heldAccuracies].map(({ points }) => points);
    const moments = { step: optimizer.step, first: [...optimizer.first], second: [...optimizer.second] };
    const kept = [...this.kept].filter((_, k, all) => k % Math.ceil((all.length * start.length) / 50000 || 1) === 0 || k === all.length - 1);
    return {
      start: [...start], seed, weights: [...this.weights], step, head, settings, held, heldShare, epoch, order, ended, isFresh, wentBack, moments,
      series, kept: kept.map(([at, weights]) => [at, [...weights]]), X: [...this.X], Y: [...this.Y], off: [...this.off],
      journal: journal.actions,
    };
  }

  restore(saved) {
    this.X = Float64Array.from(saved.X);
    this.Y = Float64Array.from(saved.Y);
    this.start = Float64Array.from(saved.start);
    this.off = new Set(saved.off);
    Object.assign(this.settings, saved.settings);
    Object.assign(this, { held: saved.held, heldShare: saved.heldShare, seed: saved.seed });
    this.reset();
    for (const name of ["step", "head", "epoch", "order", "ended", "isFresh", "wentBack"]) this[name] = saved[name];
    this.weights.set(saved.weights);
    this.optimizer.step = saved.moments.step;
    this.optimizer.first.set(saved.moments.first);
    this.optimizer.second.set(saved.moments.second);
    [this.losses, this.heldLosses, this.accuracies, this.heldAccuracies] = saved.series.map((points) => new Series(points));
    this.kept = new Map(saved.kept.map(([at, weights]) => [at, Float64Array.from(weights)]));
    this.journal.actions = saved.journal;
    this.measure();
  }
}

function freshMoments(count) {
  return {
    kind: 0, nesterov: 0, step: 0, patience: 0, since_best: 0, momentum: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-8,
    tolerance: 0, best: Infinity, first: new Float64Array(count), second: new Float64Array(count),
  };
}
