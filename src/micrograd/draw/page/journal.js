// What was done since the start, in the order in which it was done: enough to do it again, in Python.

export class Journal {
  constructor(trainer) {
    this.trainer = trainer;
    const { start, seed, X, Y, held, off } = trainer;
    this.actions = [{ kind: "start", start: [...start], seed, X: [...X], Y: [...Y], held: [...held], off: [...off] }];
  }

  get last() { return this.actions[this.actions.length - 1]; }

  trained(steps, { settings, samples, fresh, start, offset }) {
    const { last } = this;
    const same = last.kind === "train" && !fresh && last.samples === samples && JSON.stringify(last.settings) === JSON.stringify(settings);
    if (same) last.steps += steps;
    else this.actions.push({ kind: "train", steps, settings, samples, fresh: Boolean(fresh), start, offset });
  }

  set(parameter, value) {
    const at = this.trainer.step;
    if (this.last.kind === "set" && this.last.parameter === parameter) this.last.value = value;
    else this.actions.push({ kind: "set", at, parameter, value });
  }

  switched(name, isOn) {
    this.actions.push({ kind: "switch", name, isOn });
  }

  changed(sample) {
    const { features, targets } = this.trainer.told;
    const [x, y] = [[this.trainer.X, features], [this.trainer.Y, targets]].map(([from, width]) => [...from.subarray(sample * width, (sample + 1) * width)]);
    if (this.last.kind === "change" && this.last.sample === sample) Object.assign(this.last, { x, y });
    else this.actions.push({ kind: "change", sample, x, y });
  }

  added(x, y) {
    this.actions.push({ kind: "add", x: [...x], y: [...y] });
  }

  removed(sample) {
    this.actions.push({ kind: "remove", sample });
  }

  heldBack() {
    this.actions.push({ kind: "hold", held: [...this.trainer.held] });
  }

  // Back at a step: the training after it is forgotten, what happened to the data is not.
  cut(step) {
    this.actions = this.actions.filter((action) => {
      if (action.kind === "set") return action.at <= step;
      if (action.kind !== "train") return true;
      action.steps = Math.min(action.steps, step - action.start);
      return action.steps > 0;
    });
    this.actions.push({ kind: "restart" });
  }
}
