// The numbers of a page that lives: the rows of a program in which every elementary node keeps its own.

export class LiveNumbers {
  // `places` tells for each node of the picture the rows of its values, of its gradients and of its local derivatives.
  // `isOff` tells of a node whether it is the output of a neuron that is switched off: then nothing passes through it.
  constructor(scene, places, lanes, isOff) {
    this.scene = scene;
    this.places = places;
    this.lanes = lanes;
    this.isOff = isOff;
    this.rows = new Float64Array(0);
  }

  row(number) {
    return number < 0 ? 0 : this.rows[number * this.lanes];
  }

  number(kind, node) {
    const place = this.places[node];
    if (kind === "data" || kind === "computed") return this.row(place.value);
    if (kind === "grad") return place.gradients.reduce((sum, row) => sum + this.row(row), 0);
    return 0;
  }

  slope(node, use) {
    if (this.isOff(node)) return 0;
    const [kind, where] = this.places[node].slopes[use] ?? [];
    return kind === undefined ? undefined : kind === "row" ? this.row(where) : where;
  }

  // The derivative of a folded neuron's output by what goes into it: the products along the ways between them.
  through(group, source) {
    const { output, nodes } = this.scene.groups[group];
    const inside = new Set(nodes);
    const reached = new Map([[output, 1]]);
    for (const node of [...nodes].sort((a, b) => b - a)) {
      if (!reached.has(node)) continue;
      this.scene.nodes[node].operands.forEach((operand, use) => {
        const part = reached.get(node) * (this.slope(node, use) ?? 0);
        reached.set(operand, (reached.get(operand) ?? 0) + part);
      });
    }
    return inside.has(source) ? undefined : reached.get(source);
  }

  get rootGradient() { return 1; }
}
