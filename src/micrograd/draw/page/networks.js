// A scene, as Python makes one of a graph, for a network that was chosen in the page: an MLP and a loss.

// `choice` is {features, widths (the last one 1), activation, loss}; `parts` are Python's ingredients (choices.py).
export function sceneOf(choice, parts) {
  const builder = new Builder(choice, parts);
  const { nodes, groups } = builder;
  return {
    nodes, groups, containers: builder.containers(), tellings: parts.tellings,
    frame: { padding: parts.frame.padding, title: parts.frame.title, folded: parts.frame.folded },
    backward: nodes.map((_, k) => nodes.length - 1 - k), samples: 0, allSamples: 0, unlike: 0, hidden: 0,
    totalNodes: nodes.length, rootGradient: 1, rows: [],
  };
}

const SIGNS = { "+": "+", "*": "×", ReLU: "ReLU", tanh: "tanh", sigmoid: "σ" };
const OPERATIONS = { relu: "ReLU", tanh: "tanh", sigmoid: "sigmoid" };

class Builder {
  constructor({ features, widths, activation, loss }, parts) {
    Object.assign(this, { features, widths, activation: OPERATIONS[activation] ?? "", loss, parts });
    this.groups = [];
    this.graph();
    this.number();
    this.group();
  }

  // The nodes as Python's operations make them, as objects with operands.
  graph() {
    let signal = Array.from({ length: this.features }, (_, k) => ({ role: "input", name: `x${k}`, local: `x${k}`, operands: [] }));
    let place = 0;
    this.neurons = [];
    this.widths.forEach((width, layer) => {
      const isLast = layer === this.widths.length - 1;
      const outputs = Array.from({ length: width }, (_, k) => {
        const owner = `layers.${layer}.neurons.${k}`;
        const own = [];
        const add = (node) => { own.push(node); return node; };
        const weights = signal.map((_, i) => ({ role: "parameter", name: `w${i}`, local: `w${i}`, fullName: `${owner}.w.${i}`, parameter: place++, operands: [] }));
        const bias = { role: "parameter", name: "b", local: "b", fullName: `${owner}.b`, parameter: place++, operands: [] };
        own.push(bias);
        let total = bias;
        signal.forEach((given, i) => {
          add(weights[i]);
          const product = add({ role: "operation", op: "*", local: `p${i}`, operands: [weights[i], given] });
          total = add({ role: "operation", op: "+", local: `s${i}`, operands: [total, product] });
        });
        if (!isLast && this.activation) total = add({ role: "operation", op: this.activation, local: "a", operands: [total] });
        this.neurons.push({ owner, layer, own, output: total });
        return total;
      });
      signal = outputs;
    });
    this.parameters = place;
    const tail = this.parts.tails[this.loss].nodes.map((told, k) => ({ ...told, local: `t${k}` }));
    for (const node of tail) node.operands = node.operands.map((name) => (name === "score" ? signal[0] : tail[Number(name.slice(1))]));
    this.root = tail[tail.length - 1];
  }

  // The nodes in topological order, as the engine goes through them, with their names.
  number() {
    const order = new Map();
    const visit = (node) => {
      if (order.has(node)) return;
      node.operands.forEach(visit);
      order.set(node, order.size);
    };
    visit(this.root);
    let operations = 0;
    let constants = 0;
    this.at = order;
    this.objects = [...order.keys()];
    this.nodes = this.objects.map((node) => {
      if (node.role === "operation") operations += 1;
      if (node.role === "constant") constants += 1;
      return {
        role: node.role, name: { operation: `v${operations}`, constant: `c${constants}` }[node.role] ?? node.name, fullName: node.fullName ?? "",
        op: node.op ?? "", sign: node.sign ?? SIGNS[node.op] ?? "", operands: node.operands.map((operand) => order.get(operand)), group: null, derivatives: [],
      };
    });
    const users = this.nodes.map(() => 0);
    for (const { operands } of this.nodes) for (const operand of operands) users[operand] += 1;
    this.nodes.forEach((node, k) => { node.telling = this.parts.telling[kindOf(this.nodes, node, users[k])] ?? 0; });
  }

  group() {
    // In the order in which the graph goes through them: as Python numbers its groups.
    const neurons = [...this.neurons].sort((a, b) => this.at.get(a.output) - this.at.get(b.output));
    const layers = new Map();
    const isCrowded = this.neurons.length + this.nodes.filter(({ role }) => role !== "parameter").length > 400;
    for (const { owner, layer, own, output } of neurons) {
      if (this.widths[layer] > 1 && !layers.has(layer)) {
        layers.set(layer, this.groups.length);
        this.groups.push({ kind: "layer", name: `layers.${layer}`, parent: null, nodes: [], output: null, open: this.widths[layer] <= 6 && !isCrowded, derivatives: {} });
      }
      const number = this.groups.length;
      const nodes = own.map((node) => this.at.get(node)).sort((a, b) => a - b);
      this.groups.push({ kind: "neuron", name: owner, parent: layers.get(layer) ?? null, nodes, output: this.at.get(output), open: false, derivatives: {} });
      for (const node of nodes) this.nodes[node].group = number;
    }
    this.layerOf = new Map(this.groups.map((group, number) => [number, Number(/^layers\.(\d+)/.exec(group.name)[1])]));
  }

  path(group) {
    const found = [];
    for (let g = group; g !== null; g = this.groups[g].parent) found.unshift(g);
    return [null, ...found];
  }

  // The page and all groups as containers, with the edges cut where they cross a border; as layout.py cuts them.
  containers() {
    const found = new Map([[null, []], ...this.groups.map((_, number) => [number, []])]);
    const known = new Set();
    const item = (path, depth, node) => (depth + 1 < path.length ? `g${path[depth + 1]}` : `n${node}`);
    const add = (container, segment) => {
      const key = `${container} ${segment.tail} ${segment.head} ${segment.source}`;
      if (segment.use === null && known.has(key)) return;
      known.add(key);
      found.get(container).push(segment);
    };
    this.nodes.forEach(({ operands }, head) => operands.forEach((source, use) => {
      const [from, to] = [this.path(this.nodes[source].group), this.path(this.nodes[head].group)];
      let common = 0;
      while (common < Math.min(from.length, to.length) && from[common] === to[common]) common += 1;
      common -= 1;
      for (let depth = from.length - 1; depth > common; depth -= 1) add(from[depth], { source, tail: item(from, depth, source), head: `o${source}`, use: null });
      const last = item(to, common, head);
      add(from[common], { source, tail: item(from, common, source), head: last, use: last[0] === "n" ? use : null });
      for (let depth = common + 1; depth < to.length; depth += 1) {
        const end = item(to, depth, head);
        add(to[depth], { source, tail: `i${source}`, head: end, use: end[0] === "n" ? use : null });
      }
    }));
    return [null, ...this.groups.keys()].map((group) => {
      const segments = found.get(group);
      const layout = group === null ? this.pageLayout(segments) : this.groups[group].kind === "layer" ? this.layerLayout(group, segments) : this.neuronLayout(group, segments);
      return { segments, layouts: [{ open: [], ...layout }] };
    });
  }

  fromTemplate({ size, items, curves }, names, segments) {
    const placed = {};
    for (const [item, name] of names) placed[item] = items[name];
    return { size, items: placed, curves: segments.map(({ tail, head }) => curves[`${names.get(tail)} ${names.get(head)}`]) };
  }

  pageLayout(segments) {
    const names = new Map();
    this.groups.forEach(({ parent }, number) => { if (parent === null) names.set(`g${number}`, `layer${this.layerOf.get(number)}`); });
    this.nodes.forEach(({ group }, k) => { if (group === null) names.set(`n${k}`, this.objects[k].local); });
    return this.fromTemplate(this.parts.pages[`${this.features} ${this.widths.length - 1} ${this.loss}`], names, segments);
  }

  neuronLayout(group, segments) {
    const names = new Map();
    const objects = this.groups[group].nodes.map((k) => this.objects[k]);
    for (const k of this.groups[group].nodes) names.set(`n${k}`, this.objects[k].local);
    const entries = [...new Set(segments.filter(({ tail }) => tail[0] === "i").map(({ tail }) => tail))];
    entries.forEach((entry, place) => names.set(entry, `i${place}`));
    names.set(`o${this.groups[group].output}`, "o");
    const isActivated = objects.some(({ local }) => local === "a");
    return this.fromTemplate(this.parts.neurons[`${entries.length} ${isActivated ? "activated" : "plain"}`], names, segments);
  }

  // Below each other, with room on the left for the edges to fan out.
  layerLayout(group, segments) {
    const [fan, gap] = [130, 18];
    const [cardWidth, cardHeight] = this.parts.frame.neuron;
    const items = {};
    let y = 0;
    this.groups.forEach(({ parent }, number) => {
      if (parent !== group) return;
      items[`g${number}`] = [fan + cardWidth / 2, y + cardHeight / 2, cardWidth, cardHeight];
      y += cardHeight + gap;
    });
    const [width, height] = [fan + cardWidth + 2 * gap, y - gap];
    const entries = [...new Set(segments.filter(({ tail }) => tail[0] === "i").map(({ tail }) => tail))];
    entries.forEach((entry, k) => { items[entry] = [0, (height * (k + 1)) / (entries.length + 1), 1, 14]; });
    for (const { tail, head } of segments) if (head[0] === "o") items[head] = [width, items[tail][1], 1, 14];
    const curves = segments.map(({ tail, head }) => {
      const [x0, y0] = [items[tail][0] + items[tail][2] / 2, items[tail][1]];
      const [x1, y1] = [items[head][0] - items[head][2] / 2, items[head][1]];
      const bend = (x1 - x0) / 2;
      return [x0, y0, x0 + bend, y0, x1 - bend, y1, x1, y1];
    });
    return { size: [width, height], items, curves };
  }
}

// What kind of node it is, of all that are explained in the same words.
function kindOf(nodes, { role, op, operands }, users) {
  const told = (operand) => {
    const { role: own, op: by, operands: factors } = nodes[operand];
    return `${own}${by}${by === "*" ? `(${factors.map((factor) => nodes[factor].role).join(",")})` : ""}`;
  };
  return [role, op, users, new Set(operands).size, ...operands.map(told)].join(" ");
}

// What a trainer is told of such a network: its names and programs, in which every elementary node keeps its number.
export function graphOf(choice, parts) {
  const { objects, at, neurons, parameters } = new Builder(choice, parts);
  return { objects, at, neurons, parameters };
}
