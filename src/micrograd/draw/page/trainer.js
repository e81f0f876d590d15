// The training of a page: weights, data, and the three programs that the kernels run on them. It knows no page.

export class Trainer {
  constructor(kernels, told) {
    this.kernels = kernels;
    this.told = told;
    this.start = Float64Array.from(told.weights);
    this.loss = kernels.program(told.loss);
    this.output = told.output ? kernels.program(told.output) : null;
    this.picture = kernels.program(told.picture);
    this.X = Float64Array.from(told.X);
    this.Y = Float64Array.from(told.Y);
    this.settings = { rate: 0.1, schedule: "constant", momentum: 0, optimizer: "sgd", batch: 0 };
    this.reset();
  }

  get samples() { return this.X.length / this.told.features; }
  get weights() { return this.optimizer.weights; }

  reset() {
    const count = this.start.length;
    this.optimizer = {
      kind: 0, nesterov: 0, step: 0, patience: 0, since_best: 0, momentum: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-8,
      tolerance: 0, best: Infinity,
      weights: this.start.slice(), first: new Float64Array(count), second: new Float64Array(count),
    };
    this.step = 0;
    this.history = [];
    this.ended = null;
    this.kept = [this.weights.slice()];
    this.epoch = 0;
    this.order = null;
    this.measure();
  }

  // Begin with the weights that Python draws for the same model after `random.seed(seed)`.
  drawWeights(seed) {
    const { fresh } = this.told;
    const drawn = this.kernels.uniform(seed, -1, 1, fresh.filter(Boolean).length);
    let next = 0;
    this.start = Float64Array.from(fresh, (isDrawn) => (isDrawn ? drawn[next++] : 0));
    this.reset();
  }

  // All that a page needs to go on from here.
  keep() {
    const { start, step, history, settings, X, Y } = this;
    return { start: [...start], weights: [...this.weights], step, history, settings, X: [...X], Y: [...Y] };
  }

  restore({ start, weights, step, history, settings, X, Y }) {
    this.X = Float64Array.from(X);
    this.Y = Float64Array.from(Y);
    this.start = Float64Array.from(start);
    Object.assign(this.settings, settings);
    this.reset();
    this.weights.set(weights);
    this.step = step;
    this.history = history;
    this.kept = [];
    this.kept[step] = this.weights.slice();
    this.measure();
  }

  // The learning rate of a step, as the handout lowers it: by nine tenths over a hundred steps, and no further.
  rateAt(step) {
    const { rate, schedule } = this.settings;
    return schedule === "falling" ? rate * Math.max(0.1, 1 - (0.9 * step) / 100) : rate;
  }

  train(steps) {
    if (this.ended) return;
    const { optimizer, momentum, batch } = this.settings;
    this.optimizer.kind = optimizer === "adam" ? 1 : 0;
    this.optimizer.momentum = optimizer === "momentum" ? momentum : 0;
    const full = !batch || batch >= this.samples;
    for (let left = steps; left > 0 && !this.ended; ) {
      const round = full ? left : 1;
      const rates = Array.from({ length: round }, (_, k) => this.rateAt(this.step + k));
      const before = this.weights.slice();
      const { losses, state } = this.loss.train(this.optimizer, this.X, this.Y, rates, full ? null : this.nextBatch(batch));
      losses.forEach((loss) => this.history.push(loss));
      this.step += losses.length;
      if (state !== "running") {
        this.ended = state;
        if (!this.weights.every(Number.isFinite)) this.weights.set(before);
      }
      left -= round;
    }
    this.remember();
    this.measure();
  }

  // The next samples of an epoch: the orders are those of Python's random.Random(epoch).shuffle, epoch by epoch.
  nextBatch(size) {
    if (!this.order?.length) this.order = this.kernels.shuffled(this.epoch++, this.samples);
    const order = this.order.splice(0, size);
    return { order, starts: [0, order.length] };
  }

  // The weights of so many steps that a slider can go back to: at most 4 MB of them.
  remember() {
    const most = Math.max(2, Math.floor(500000 / this.weights.length));
    this.kept[this.step] = this.weights.slice();
    const steps = Object.keys(this.kept).map(Number);
    if (steps.length > most) steps.filter((step, k) => step && k % 2).forEach((step) => delete this.kept[step]);
  }

  goBack(step) {
    const known = Object.keys(this.kept).map(Number).filter((kept) => kept <= step);
    const to = Math.max(...known);
    this.weights.set(this.kept[to]);
    this.optimizer.first.fill(0);
    this.optimizer.second.fill(0);
    this.optimizer.step = 0;
    this.kept.length = to + 1;
    this.step = to;
    this.history.length = Math.min(this.history.length, to);
    this.order = null;
    this.ended = null;
    this.measure();
  }

  // Loss and gradient of all samples at the present weights.
  measure() {
    const { loss, gradient, left } = this.loss.gradient(this.weights, this.X, this.Y);
    this.present = { loss, gradient };
    if (left || !Number.isFinite(loss)) this.ended ??= "outside of the domain";
  }

  outputs(points) {
    return this.output.evaluate(this.weights, points).results;
  }

  accuracy() {
    const { classes } = this.told;
    if (!this.output || !classes) return null;
    const out = this.outputs(this.X);
    let right = 0;
    this.Y.forEach((label, sample) => { if ((out[sample] > this.told.threshold) === (label === classes[1])) right += 1; });
    return right / this.samples;
  }

  // The numbers of every node, for one sample.
  look(sample) {
    const { features, targets } = this.told;
    const x = this.X.subarray(sample * features, (sample + 1) * features);
    const y = this.Y.subarray(sample * targets, (sample + 1) * targets);
    this.picture.gradient(this.weights, x, y);
    return this.picture.rows().slice();
  }
}
