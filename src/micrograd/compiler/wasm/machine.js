// The compiled kernels in a page: loads programs that Python wrote down (`to_json`), and runs and trains them. All
// numbers are float64; samples lie one after another, as in Python.

const WORD = 8; // bytes

/** What can be wrong with a program or a training, in the order of the record's field `state`. */
export const STATES = ["running", "loss not finite", "weights not finite", "no progress", "outside of the domain"];

export class Kernels {
  /** Compile the module's bytes, and return kernels that are ready. */
  static async load(bytes) {
    const { instance } = await WebAssembly.instantiate(bytes, {});
    instance.exports._initialize?.();
    return new Kernels(instance.exports);
  }

  constructor(exports) {
    this.exports = exports;
    const names = this.text(exports.training_fields(), exports.training_fields_length());
    this.trainingFields = names.split(",").filter(Boolean).map((field) => field.split(" "));
  }

  text(address, length) {
    return new TextDecoder().decode(new Uint8Array(this.exports.memory.buffer, address, length));
  }

  /** Views of the memory hold until the next allocation only: the memory may move when it grows. */
  reals(address, count) {
    return new Float64Array(this.exports.memory.buffer, address, count);
  }

  words(address, count) {
    return new BigInt64Array(this.exports.memory.buffer, address, count);
  }

  allocate(count, bytes = WORD) {
    const address = this.exports.allocate(Math.max(count, 1) * bytes);
    if (address === 0) throw new RangeError(`no memory for ${count} numbers`);
    return address;
  }

  keepReals(numbers) {
    const address = this.allocate(numbers.length);
    this.reals(address, numbers.length).set(numbers);
    return address;
  }

  keepWords(numbers) {
    const address = this.allocate(numbers.length);
    this.words(address, numbers.length).set(Array.from(numbers, BigInt));
    return address;
  }

  /** What Python draws after `random.seed(seed)` by as many calls of `random.uniform(low, high)`. */
  uniform(seed, low, high, count) {
    const address = this.allocate(count);
    this.exports.uniform(seed, low, high, count, address);
    const drawn = this.reals(address, count).slice();
    this.exports.release(address);
    return drawn;
  }

  /** What `random.shuffle` makes of 0, 1, ..., count - 1 after `random.seed(seed)`. */
  shuffled(seed, count) {
    const address = this.allocate(count);
    this.exports.shuffled(seed, count, address);
    const order = Array.from(this.words(address, count), Number);
    this.exports.release(address);
    return order;
  }

  program(written) {
    return new Program(this, written);
  }
}

/** Arrays of numbers in the kernels' memory, by name; one that grows is allocated anew. */
class Arrays {
  constructor(kernels) {
    this.kernels = kernels;
    this.places = new Map();
  }

  room(name, count) {
    const place = this.places.get(name);
    if (place && place.count >= count) return place.address;
    if (place) this.kernels.exports.release(place.address);
    const address = this.kernels.allocate(count);
    this.places.set(name, { address, count });
    return address;
  }

  reals(name, numbers) {
    const address = this.room(name, numbers.length);
    this.kernels.reals(address, numbers.length).set(numbers);
    return address;
  }

  words(name, numbers) {
    const address = this.room(name, numbers.length);
    const view = this.kernels.words(address, numbers.length);
    numbers.forEach((number, i) => (view[i] = BigInt(number)));
    return address;
  }

  release() {
    for (const { address } of this.places.values()) this.kernels.exports.release(address);
    this.places.clear();
  }
}

export class Program {
  constructor(kernels, written) {
    this.kernels = kernels;
    this.written = written;
    this.arrays = new Arrays(kernels);
    this.kept = ["results", "initial", "numbers", "shared", "forward", "backward"].map((name) =>
      name === "initial" || name === "numbers" ? kernels.keepReals(written[name]) : kernels.keepWords(written[name]),
    );
    const { parameters, captured, features, targets, rows, lanes, seed, packed } = written;
    const lengths = ["results", "initial", "numbers", "shared", "forward", "backward"].map((n) => written[n].length);
    const sizes = kernels.allocate(14, 4);
    new Int32Array(kernels.exports.memory.buffer, sizes, 14).set(
      [parameters, captured, features, targets, rows, lanes, seed, ...lengths, packed],
    );
    this.address = kernels.exports.program_new(sizes, ...this.kept);
    kernels.exports.release(sizes);
    if (this.address === 0) {
      const { exports } = kernels;
      throw new Error(`this is no program: ${kernels.text(exports.problem(), exports.problem_length())}`);
    }
  }

  release() {
    this.kernels.exports.program_end(this.address);
    this.kept.forEach((address) => this.kernels.exports.release(address));
    this.arrays.release();
  }

  samples(X) {
    const { features } = this.written;
    if (!features || X.length === 0 || X.length % features)
      throw new RangeError(`${X.length} numbers are no samples of ${features} features`);
    return X.length / features;
  }

  /** The results of each sample, one sample after another. */
  evaluate(weights, X, captured = this.written.constants) {
    const samples = this.samples(X);
    const count = (samples * this.written.results.length) / 2;
    const given = [this.arrays.reals("weights", weights), this.arrays.reals("captured", captured)];
    const out = this.arrays.room("out", count);
    const x = this.arrays.reals("X", X);
    const left = this.checked(this.kernels.exports.evaluate(this.address, ...given, x, samples, out));
    return { results: this.kernels.reals(out, count).slice(), left };
  }

  /** The mean loss over the samples, its gradient by the parameters, and whether an operation left its domain. */
  gradient(weights, X, Y, captured = this.written.constants) {
    const samples = this.samples(X);
    const given = [this.arrays.reals("weights", weights), this.arrays.reals("captured", captured)];
    const data = [this.arrays.reals("X", X), this.arrays.reals("Y", Y)];
    const [loss, gradient] = [this.arrays.room("loss", 1), this.arrays.room("gradient", weights.length)];
    const { exports } = this.kernels;
    const left = this.checked(exports.gradient(this.address, ...given, ...data, samples, loss, gradient));
    return {
      loss: this.kernels.reals(loss, 1)[0],
      gradient: this.kernels.reals(gradient, weights.length).slice(),
      left,
    };
  }

  /** The rows after a call of `gradient` on at most one block of samples: row r of sample s is at r * lanes + s. */
  rows() {
    return this.kernels.reals(this.kernels.exports.rows(this.address), this.written.rows * this.written.lanes);
  }

  /**
   * Train for as many steps as there are rates. `optimizer` has the record's fields (kind 0: SGD, 1: Adam; momentum,
   * beta1, ...) and the arrays weights, first and second, all of which are changed; `batches` is null (all samples at
   * each step) or {order, starts}. Returns the losses of the steps that were made, and the state it ended in.
   */
  train(optimizer, X, Y, rates, batches = null, captured = this.written.constants) {
    const { exports } = this.kernels;
    const samples = this.samples(X);
    const count = optimizer.weights.length;
    const names = ["weights", "first", "second"];
    const addresses = names.map((name) => this.arrays.reals(name, optimizer[name]));
    addresses.splice(1, 0, this.arrays.reals("previous", optimizer.weights));
    const data = [this.arrays.reals("captured", captured), this.arrays.reals("X", X), this.arrays.reals("Y", Y)];
    const order = batches ? this.arrays.words("order", batches.order) : 0;
    const starts = batches ? this.arrays.words("starts", batches.starts) : 0;
    const schedule = this.arrays.reals("rates", rates);
    const losses = this.arrays.room("losses", rates.length);
    const record = this.arrays.room("training", exports.training_size() / WORD);
    const table = this.arrays.room("table", 4);
    new Int32Array(exports.memory.buffer, table, 4).set(addresses);
    this.fill(record, { ...optimizer, samples, threads: 1 });
    this.checked(
      exports.train(this.address, record, table, ...data, order, starts, schedule, rates.length, losses),
    );
    const told = this.read(record);
    names.forEach((name, i) => {
      optimizer[name].set(this.kernels.reals(addresses[i ? i + 1 : 0], count));
    });
    for (const name of ["step", "since_best", "best"]) optimizer[name] = told[name];
    return { losses: this.kernels.reals(losses, told.done).slice(), state: STATES[told.state] };
  }

  fill(record, values) {
    const view = new DataView(this.kernels.exports.memory.buffer, record);
    this.kernels.trainingFields.forEach(([name, kind], i) => {
      const value = values[name] ?? (name === "best" ? Infinity : 0);
      if (kind === "i") view.setBigInt64(i * WORD, BigInt(value), true);
      else view.setFloat64(i * WORD, value, true);
    });
  }

  read(record) {
    const view = new DataView(this.kernels.exports.memory.buffer, record);
    return Object.fromEntries(
      this.kernels.trainingFields.map(([name, kind], i) => [
        name,
        kind === "i" ? Number(view.getBigInt64(i * WORD, true)) : view.getFloat64(i * WORD, true),
      ]),
    );
  }

  checked(answer) {
    if (answer === 0) throw new RangeError("no memory for these samples");
    return answer === 2;
  }
}
