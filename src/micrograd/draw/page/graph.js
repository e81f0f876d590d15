// The graph's nodes with the numbers of one sample, and which node uses which.

const SPECIAL = { nan: NaN, inf: Infinity, "-inf": -Infinity };

export class Graph {
  constructor(scene) {
    this.scene = scene;
    this.nodes = scene.nodes;
    this.groups = scene.groups;
    this.sample = 0;
    this.users = scene.nodes.map(() => []);
    scene.nodes.forEach((node, head) =>
      node.operands.forEach((operand, use) => this.users[operand].push({ node: head, use })));
    this.root = scene.nodes.length - 1;
  }

  // A number of the page's data: one for all samples, or a row with one for each.
  number(kept, sample = this.sample) {
    const found = kept !== null && typeof kept === "object" ? this.scene.rows[kept.row][sample] : kept;
    return typeof found === "string" ? SPECIAL[found] : found;
  }

  data(node) { return this.number(this.nodes[node].data); }
  grad(node) { return this.number(this.nodes[node].grad); }
  derivative(node, use) {
    const kept = this.nodes[node].derivatives[use];
    return kept === undefined ? undefined : this.number(kept);
  }

  // The value from which the nodes that use this one were computed... is its data, overwritten or not.
  computed(node) {
    const kept = this.nodes[node].computed;
    return kept === undefined ? this.data(node) : this.number(kept);
  }

  // Whether the same Value serves all samples, while those that use it differ from sample to sample.
  isShared(node) {
    return this.scene.allSamples > 1 && this.nodes[node].role === "parameter";
  }

  isFinite(node) {
    return Number.isFinite(this.data(node)) && Number.isFinite(this.grad(node));
  }

  symbol(node) {
    const { name } = this.nodes[node];
    return name || null;
  }

  groupsAround(node) {
    const path = [];
    for (let group = this.nodes[node].group; group !== null; group = this.groups[group].parent) path.unshift(group);
    return path;
  }

  // The outermost folded group around a node, or the node itself: what the picture shows of it.
  unitOf(node, open) {
    const closed = this.groupsAround(node).find((group) => !open.has(group));
    return closed === undefined ? `n${node}` : `g${closed}`;
  }

  // The nodes that a unit shows the numbers of: itself, a neuron's output, a layer's outputs.
  outputsOf(unit) {
    const number = Number(unit.slice(1));
    if (unit[0] === "n") return [number];
    if (this.groups[number].output !== null) return [this.groups[number].output];
    return this.neuronsOf(number).map((neuron) => this.groups[neuron].output);
  }

  neuronsOf(layer) {
    return this.groups.map((_, number) => number).filter((number) => this.groups[number].parent === layer);
  }
}
