// The words of a program in which every elementary node of a graph keeps its numbers: what elementary.py writes down,
// for a graph that was put together in the page. Which fields an instruction has comes from Python.

const NONE = -1;

export class Assembly {
  // `objects`: the nodes, operands first; `inputs`: those of the sample, in the order of its numbers; `switched`: the
  // outputs of neurons, each with a factor of its own.
  constructor(objects, inputs, parameters, switched, parts) {
    this.parts = parts;
    this.row = new Map(inputs.map((node, k) => [node, k]));
    this.rows = inputs.length;
    this.numbers = [];
    this.forward = [];
    this.backward = [];
    this.initial = Array(parameters).fill(0);
    this.switched = new Map(switched.map((node, k) => [node, parameters + k]));
    this.initial.push(...switched.map(() => 1));
    this.raw = new Map();
    this.factor = new Map();
    for (const node of objects) this.compute(node);
    this.slopes = new Map(objects.map((node) => [node, this.slopesOf(node)]));
    this.root = objects[objects.length - 1];
    this.sweep(objects);
  }

  newRow() { return this.rows++; }

  number(...values) {
    this.numbers.push(...values);
    return this.numbers.length - values.length;
  }

  sum(out, constant, linear, products = []) {
    const numbers = this.number(constant, ...linear.map(([c]) => c), ...products.map(([c]) => c));
    return ["Sum", { out, numbers, linear: linear.length, products: products.length }, [...linear.map(([, row]) => row), ...products.flatMap(([, a, b]) => [a, b])]];
  }

  compute(node) {
    if (this.row.has(node)) return;
    const rows = node.operands.map((operand) => this.row.get(operand));
    const out = this.newRow();
    this.row.set(node, out);
    const [name, exponent] = operationOf(node);
    if (node.parameter !== undefined) this.forward.push(["Splat", { out, slot: node.parameter }, []]);
    else if (!rows.length) this.forward.push(this.sum(out, node.value, []));
    else if (name === "+") this.forward.push(this.sum(out, 0, [[1, rows[0]], [1, rows[1]]]));
    else if (name === "*") this.forward.push(this.sum(out, 0, [], [[1, rows[0], rows[1]]]));
    else this.forward.push(["Map", { out, function: this.parts.functions[name], operand: rows[0], exponent: this.number(exponent), slope: NONE }, []]);
    if (!this.switched.has(node)) return;
    const [factor, behind] = [this.newRow(), this.newRow()];
    this.forward.push(["Splat", { out: factor, slot: this.switched.get(node) }, []], this.sum(behind, 0, [], [[1, out, factor]]));
    this.factor.set(node, factor);
    this.raw.set(node, out);
    this.row.set(node, behind);
  }

  slopesOf(node) {
    const rows = node.operands.map((operand) => this.row.get(operand));
    const [name, exponent] = operationOf(node);
    if (!rows.length) return [];
    if (name === "+") return [["number", 1], ["number", 1]];
    if (name === "*") return [["row", rows[1]], ["row", rows[0]]];
    if (this.parts.still.includes(name)) return [["number", 0]];
    if (this.ones === undefined) {
      this.ones = this.newRow();
      this.backward.push(this.sum(this.ones, 1, []));
    }
    const out = this.newRow();
    const result = this.raw.get(node) ?? this.row.get(node);
    this.backward.push(["MapGradient", { out, function: this.parts.functions[name], gradient: this.ones, operand: rows[0], result, exponent: this.number(exponent) }, []]);
    return [["row", out]];
  }

  sweep(objects) {
    this.seed = this.newRow();
    this.gradients = new Map();
    const parts = new Map([[this.root, [[this.seed, ["number", 1]]]]]);
    for (const node of [...objects].reverse()) {
      if (!parts.has(node)) continue;
      let out = this.newRow();
      this.gradients.set(node, out);
      const of = (kind) => parts.get(node).filter(([, slope]) => slope[0] === kind);
      this.backward.push(this.sum(out, 0, of("number").map(([row, slope]) => [slope[1], row]), of("row").map(([row, slope]) => [1, row, slope[1]])));
      if (node.parameter !== undefined) this.backward.push(["SplatGradient", { slot: node.parameter, gradient: out }, []]);
      if (this.factor.has(node)) {
        const before = this.newRow();
        this.backward.push(this.sum(before, 0, [], [[1, out, this.factor.get(node)]]));
        out = before;
      }
      node.operands.forEach((operand, use) => {
        if (!parts.has(operand)) parts.set(operand, []);
        parts.get(operand).push([out, this.slopes.get(node)[use]]);
      });
    }
  }

  // The program; its results are the rows of some nodes.
  words(results, features, targets, parameters) {
    const { rows } = this;
    const lanes = lanesFor(rows, this.parts.lanes);
    const load = ["Load", { out: 0, count: features, first: 0 }, []];
    const captured = this.initial.length - parameters;
    return {
      parameters, captured, features, targets, rows, lanes, seed: this.seed,
      results: results.flatMap((node) => [this.row.get(node), NONE]), initial: this.initial, numbers: this.numbers, shared: [],
      forward: this.encoded([load, ...this.forward], lanes), backward: this.encoded(this.backward, lanes), work: 0, packed: 0,
      constants: this.initial.slice(parameters), switches: Array.from({ length: captured }, (_, k) => k),
    };
  }

  encoded(instructions, lanes) {
    const isRow = { Load: ["out"], Sum: ["out"], Map: ["out", "operand", "slope"], MapGradient: ["out", "gradient", "operand", "result"], Splat: ["out"], SplatGradient: ["gradient"] };
    const scaled = (row) => (row === NONE ? NONE : row * lanes);
    return instructions.flatMap(([name, fields, operands]) => {
      const values = this.parts.layout[name].map((field) => (isRow[name].includes(field) ? scaled(fields[field]) : fields[field]));
      return [this.parts.kinds[name], 2 + values.length + operands.length, ...values, ...operands.map(scaled)];
    });
  }

  // Where the numbers of each node lie, as a page's numbers are told.
  places(objects) {
    return objects.map((node) => ({
      value: this.row.get(node), gradients: this.gradients.has(node) ? [this.gradients.get(node)] : [], slopes: this.slopes.get(node),
      ...(node.parameter === undefined ? {} : { parameter: node.parameter }),
    }));
  }
}

// So many that all rows of a block stay in the cache, and an odd number of groups: as encode.py chooses them.
function lanesFor(rows, lanes) {
  const groups = Math.floor(Math.min(120, Math.max(lanes, Math.floor(65536 / rows))) / lanes);
  return lanes * (groups - 1 + (groups % 2));
}

// The compiler's own program of a network, from the formulas that ready_made.py found for its shape.
export function readyMade(template, { features, widths, parameters, lanes: group }) {
  const hidden = widths.slice(0, -1);
  const known = [1, ...hidden, ...hidden.slice(1).map((width, k) => hidden[k] * width)];
  const value = (formula) => formula.reduce((sum, coefficient, k) => sum + coefficient * known[k], 0);
  const rows = value(template.rows);
  const lanes = lanesFor(rows, group);
  const words = (instructions) => instructions.flatMap(([kind, fields, runs]) => {
    const numbers = fields.map(([fixed, multiple]) => value(fixed) + value(multiple) * lanes);
    const operands = runs.flatMap(([start, multiple, count]) => Array.from({ length: value(count) }, (_, k) => value(start) + (value(multiple) + k) * lanes));
    return [kind, 2 + numbers.length + operands.length, ...numbers, ...operands];
  });
  return {
    parameters, captured: 0, features, targets: 1, rows, lanes, seed: value(template.seed), results: [value(template.result), NONE],
    initial: Array(parameters).fill(0), numbers: template.numbers, shared: [], forward: words(template.forward), backward: words(template.backward),
    work: 0, packed: 0, constants: [],
  };
}

function operationOf({ op = "" }) {
  return op.startsWith("**") && op !== "**" ? ["**k", Number(op.slice(2))] : [op, 0];
}
