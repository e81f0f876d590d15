// The graph's structure, with the numbers of the sample that is shown.

export class Graph {
  constructor(scene, numbers) {
    this.scene = scene;
    this.numbers = numbers;
    this.nodes = scene.nodes;
    this.groups = scene.groups;
    this.sample = 0;
    this.usersOf = scene.nodes.map(() => []);
    scene.nodes.forEach((node, head) =>
      node.operands.forEach((operand, use) => this.usersOf[operand].push({ node: head, use })));
    this.root = scene.nodes.length - 1;
  }

  operands(node) { return this.nodes[node].operands; }
  users(node) { return this.usersOf[node]; }
  line(node) { return this.nodes[node].line ?? ""; }

  number(kind, node) { return this.numbers.number(kind, node, this.sample); }
  slope(node, use) { return this.numbers.slope(node, use, this.sample); }
  through(group, source) { return this.numbers.through(group, source, this.sample); }
  data(node) { return this.number("data", node); }
  grad(node) { return this.number("grad", node); }
  computed(node) { return this.number("computed", node); }

  // Whether it is used by more than is shown: in other samples, in other uses of its neuron, out of sight.
  isUsedElsewhere(node) {
    const { role, uses, unseenUsers } = this.nodes[node];
    return Boolean(uses || unseenUsers || (role === "parameter" && this.scene.allSamples > 1));
  }

  isFinite(node) {
    return Number.isFinite(this.data(node)) && Number.isFinite(this.grad(node));
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
