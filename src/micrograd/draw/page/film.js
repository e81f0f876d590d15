// Forward and backward as a film: which number appears at which step, in the engine's order. On a page that trains,
// the corrections of the parameters follow.

export class Film {
  constructor(graph, corrects = false) {
    this.graph = graph;
    this.corrects = corrects;
    this.speed = 1;
    // On a page that trains, "play" is the training's.
    this.controlId = corrects ? "film-play" : "play";
    this.at = 0;
    this.refold(new Set());
    this.at = this.length;
  }

  get length() { return this.forward.length + this.backward.length + this.corrections.length; }

  // The steps of the picture as it is folded now: a folded neuron's number comes when its output's does.
  refold(open) {
    const { graph } = this;
    const finished = this.forward && this.at >= this.length;
    const share = this.forward && this.length ? this.at / this.length : 1;
    const steps = (order) => {
      const units = new Map();
      for (const node of order) {
        const unit = graph.unitOf(node, open);
        if (graph.outputsOf(unit).includes(node)) { units.delete(unit); units.set(unit, node); }
      }
      return [...units].map(([unit, node]) => ({ unit, node }));
    };
    this.forward = steps(graph.nodes.map((_, node) => node));
    this.backward = steps(graph.scene.backward);
    this.corrections = this.corrects ? this.parametersIn(open) : [];
    this.forwardAt = new Map(this.forward.map((step, k) => [step.unit, k]));
    this.backwardAt = new Map(this.backward.map((step, k) => [step.unit, k]));
    this.at = finished ? this.length : Math.round(share * this.length);
  }

  // A step for each parameter that is in sight, and one for all that are in a folded neuron or layer.
  parametersIn(open) {
    const units = new Map();
    this.graph.nodes.forEach((told, node) => {
      const unit = this.graph.unitOf(node, open);
      if (told.role === "parameter") units.set(unit, [...(units.get(unit) ?? []), node]);
    });
    return [...units].map(([unit, nodes]) => ({ unit, node: nodes }));
  }

  go(step) {
    this.at = Math.max(0, Math.min(this.length, step));
  }

  // The step that has just been done, or null at the start and at the end.
  current() {
    if (this.at === 0 || this.at === this.length && !this.playing && !this.stepped) return null;
    const before = this.forward.length + this.backward.length;
    if (this.at > before) return { ...this.corrections[this.at - before - 1], isForward: false, isCorrection: true, number: this.at - before };
    const isForward = this.at <= this.forward.length;
    const step = isForward ? this.forward[this.at - 1] : this.backward[this.at - 1 - this.forward.length];
    return { ...step, isForward, number: isForward ? this.at : this.at - this.forward.length };
  }

  hasData(unit) { return this.forwardAt.get(unit) < this.at; }
  hasGrad(unit) { return this.forward.length + this.backwardAt.get(unit) < this.at; }
}
