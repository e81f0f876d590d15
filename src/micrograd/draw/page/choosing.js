// Choosing what to say: a telling (telling.py says what it is made of) and the graph's numbers give sentences and
// equations. The same rules as choosing.py; a test compares the two.

import { trailOfGradient, trailOfValue } from "./trails.js";

const ROUNDING = 1e-9;
const LONG_WAY = 12;

export class Choice {
  constructor(node, graph, rate) {
    Object.assign(this, { node, graph, rate });
  }

  // The sections with everything chosen: no condition is left, and numbers are numbers.
  sections(telling) {
    return telling.map(([title, parts]) => [title, this.parts(parts)]).filter(([, parts]) => parts.length > 0);
  }

  // Trails are followed once, and only where a number is not finite.
  get steps() { return (this.ofGradient ??= trailOfGradient(this.node, this.graph)); }
  get values() { return (this.ofValue ??= trailOfValue(this.node, this.graph)); }

  place(place) {
    const { steps, values } = PLACES.has(place) ? this : {};
    switch (place) {
      case "root": return this.graph.root;
      case "source": return values[values.length - 1];
      case "cause": return steps[0].user;
      case "start": return steps[steps.length - 1].node;
      case "origin": return steps[steps.length - 1].user;
      default: return place.split(".").filter(Boolean).reduce((node, step) => {
        const number = Number(step.slice(1));
        return step[0] === "o" ? this.graph.operands(node)[number] : this.graph.users(node)[number].node;
      }, this.node);
    }
  }

  number(told) {
    if (!Array.isArray(told)) return told;
    const [kind, first, second] = told;
    switch (kind) {
      case "+": return this.number(first) + this.number(second);
      case "-": return this.number(first) - this.number(second);
      case "*": return this.number(first) * this.number(second);
      case "rate": return this.rate;
      case "slope": return this.graph.slope(this.node, first);
      case "through": return this.through(this.graph.users(this.node)[first]);
      case "passed": return this.passed(first).total;
      case "passedSize": return this.passed(0).size;
      case "trail": return this.trail(first, second);
      default: return this.graph.number(kind, this.place(first));
    }
  }

  through({ node, use }) { return this.graph.slope(node, use); }

  passed(first) {
    let [total, size] = [0, Math.abs(this.graph.number("grad", this.node))];
    for (const { node, use } of this.graph.users(this.node).slice(first)) {
      const slope = this.graph.slope(node, use);
      if (slope === undefined) continue;
      const product = slope * this.graph.number("grad", node);
      total += product;
      size += Math.abs(product);
    }
    return { total, size };
  }

  trail(what, step) {
    if (what === "length") return this.steps.length;
    if (what === "valueLength") return this.values.length - 1;
    return this.steps.at(step)[what];
  }

  holds([kind, ...rest]) {
    if (kind === "not") return !this.holds(rest[0]);
    if (kind === "all") return rest.every((one) => this.holds(one));
    if (kind === "any") return rest.some((one) => this.holds(one));
    if (kind === "hasLine") return this.graph.line(this.place(rest[0])) !== "";
    const numbers = rest.map((one) => this.number(one));
    if (kind === "known") return numbers[0] !== undefined;
    if (numbers.includes(undefined)) return false;
    const [a, b, size] = numbers;
    switch (kind) {
      case "finite": return Number.isFinite(a);
      case "unequal": return Number.isFinite(a - b) && Math.abs(a - b) > ROUNDING * size;
      case "=": return a === b;
      case "<": return a < b;
      default: return a > b;
    }
  }

  parts(parts) {
    return parts.flatMap((part) => (part[0] === "if" ? this.parts(this.holds(part[1]) ? part[2] : part[3]) : [this.part(part)]));
  }

  part([kind, ...rest]) {
    switch (kind) {
      case "say": case "note": return [kind, rest[0], this.fillings(rest[1])];
      case "words": return [kind, rest[0], rest[1], this.letters("names", rest[2])];
      case "equation": return [kind, this.terms(rest[0]), rest[1].map((line) => this.terms(line))];
      case "sum": {
        const [left, symbols, lines, total] = rest;
        return [kind, this.terms(left), this.terms(symbols), lines.map((line) => this.terms(line)).filter((line) => line.length), this.term(total)];
      }
      default: return [kind];
    }
  }

  terms(terms) {
    return terms.flatMap((term) => (term[0] === "if" ? this.terms(this.holds(term[1]) ? term[2] : term[3]) : [this.term(term)]));
  }

  term(term) {
    if (!Array.isArray(term)) return term;
    const [kind, ...rest] = term;
    switch (kind) {
      case "name": case "gradOf": case "by": return [kind, this.place(rest[0])];
      case "d": return [kind, this.place(rest[0]), this.place(rest[1])];
      case "number": case "slope": return [kind, this.number(rest[0]), typeof rest[1] === "string" ? this.place(rest[1]) : null];
      case "rate": return [kind, this.rate];
      case "formula": return [kind, rest[0], rest[1], this.letters(rest[2], rest[3])];
      case "call": return [kind, rest[0], rest[1].map((place) => this.place(place))];
      default: return [kind, this.number(rest[0]), rest[1], this.fillings(rest[2])];
    }
  }

  // What stands for the letters of a rule's formula: names, or numbers that lead somewhere.
  letters(how, exponent) {
    const operands = this.graph.operands(this.node);
    const places = { a: operands[0], b: operands[operands.length - 1], o: this.node };
    const filled = Object.entries(places).map(([letter, node]) =>
      [letter, how === "names" ? ["name", node] : ["number", this.graph.number(letter === "o" ? "computed" : "data", node), node]]);
    return { ...Object.fromEntries(filled), k: exponent };
  }

  fillings(fillings) {
    return Object.fromEntries(Object.entries(fillings).map(([name, told]) => [name, this.filling(told)]));
  }

  filling(told) {
    if (!Array.isArray(told)) return told;
    const [kind, first, second, third] = told;
    switch (kind) {
      case "list": return [kind, first.map((one) => this.filling(one)), second];
      case "say": return [kind, first, this.fillings(second)];
      case "sample": return this.graph.sample;
      case "line": return this.graph.line(this.place(first));
      case "rule": return [kind, first, second, this.letters("names", third)];
      case "function": return told;
      case "trail": {
        const nodes = first === "value" ? this.values : [this.node, ...this.steps.map(({ user }) => user)];
        const names = nodes.map((node) => ["name", node]);
        if (names.length > LONG_WAY) names.splice(LONG_WAY / 2, names.length - LONG_WAY, "…");
        return ["list", names, " ← "];
      }
      default: return this.term(told);
    }
  }
}

const PLACES = new Set(["root", "source", "cause", "start", "origin"]);
