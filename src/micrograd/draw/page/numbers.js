// The numbers of a page that stands still: those of the moment when it was made, for each sample. A live page puts
// an object with the same methods in this one's place; what is drawn and what is said follow.

const SPECIAL = { nan: NaN, inf: Infinity, "-inf": -Infinity };

export class StillNumbers {
  constructor(scene) {
    this.scene = scene;
  }

  // A number of the page's data: one for all samples, or a row with one for each.
  read(kept, sample) {
    const found = kept !== null && typeof kept === "object" ? this.scene.rows[kept.row][sample] : kept;
    return typeof found === "string" ? SPECIAL[found] : found;
  }

  // What a node holds: its `data`, `grad`, `computed` (by its operation, if its data was written over), `ignored` (the
  // derivative of what was written over it), `elsewhere` (the part of its gradient from another graph).
  number(kind, node, sample) {
    const told = this.scene.nodes[node];
    if (kind === "computed" && told.computed === undefined) return this.read(told.data, sample);
    return told[kind] === undefined ? 0 : this.read(told[kind], sample);
  }

  // The local derivative by an operand; undefined where only the user's _backward knows it.
  slope(node, use, sample) {
    const kept = this.scene.nodes[node].derivatives[use];
    return kept === undefined ? undefined : this.read(kept, sample);
  }

  // The derivative of a folded neuron's output by what goes into it.
  through(group, source, sample) {
    const kept = this.scene.groups[group].derivatives[source];
    return kept === undefined ? undefined : this.read(kept, sample);
  }

  get rootGradient() { return this.read(this.scene.rootGradient, 0); }
}
