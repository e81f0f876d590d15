// The parts of an explanation of one node: its value, its local derivatives, its gradient, what to notice.

import { exactly, written } from "./figures.js";
import { block, figure, filled, indented, math, nameOf, partial, sign, slope } from "./formula.js";
import { element } from "./svg.js";
import { currentLanguage, fill, say } from "./words.js";

export class Sections {
  constructor(graph, rules, functions) {
    Object.assign(this, { graph, rules, functions });
  }

  name(node) {
    return this.graph.nodes[node].name || written(this.graph.data(node));
  }

  // In a formula: a name, or the number of a constant that has none.
  symbol(node) {
    const { name } = this.graph.nodes[node];
    return name ? nameOf(name) : figure(this.graph.data(node), node, true);
  }

  result() { return this.symbol(this.graph.root); }

  fillIns(node, asNumbers) {
    const { graph } = this;
    const told = graph.nodes[node];
    const [a, b] = [told.operands[0], told.operands[told.operands.length - 1]];
    const one = (which) => (brackets) => (asNumbers ? figure(graph.data(which), which, brackets) : this.symbol(which));
    const own = (brackets) => (asNumbers ? figure(graph.computed(node), node, brackets) : this.symbol(node));
    return { a: one(a), b: one(b), o: own, k: (brackets) => figureOfExponent(told.exponent, brackets) };
  }

  forward(node) {
    const { graph } = this;
    const told = graph.nodes[node];
    const name = this.name(node);
    if (told.terms) return this.forwardOfSum(node);
    if (!told.operands.length) {
      const key = { parameter: "isParameter", input: "isInput" }[told.role] ?? "isConstant";
      const parts = [paragraph(say(key, { name }))];
      if (told.copies) parts.push(paragraph(say("copies", { count: told.copies })));
      parts.push(block(...equation(told.name ? [this.symbol(node)] : [], [figure(graph.data(node))])));
      return parts;
    }
    const rule = this.rules[told.rule];
    if (told.custom || !rule || told.hiddenOperands) {
      const operands = told.operands.flatMap((operand, k) => [...(k ? [sign(",")] : []), this.symbol(operand)]);
      return [block(this.symbol(node), sign("="), math("mtext", told.op), sign("("), ...operands, sign(")"),
        sign("="), figure(graph.computed(node)))];
    }
    const [a, b] = [told.operands[0], told.operands[told.operands.length - 1]];
    const does = fill(rule.value[currentLanguage()], { a: this.name(a), b: this.name(b), k: told.exponent });
    return [
      paragraph(say("does", { name, does })),
      block(this.symbol(node), sign("="), filled(rule.value.math, this.fillIns(node, false))),
      block(indented(this.symbol(node)), sign("="), filled(rule.value.math, this.fillIns(node, true)),
        sign("="), figure(graph.computed(node))),
    ];
  }

  forwardOfSum(node) {
    const { graph } = this;
    const told = graph.nodes[node];
    const shown = told.operands.reduce((total, operand) => total + graph.data(operand), 0);
    return [
      paragraph(say("isSum", { name: this.name(node), count: told.terms, sample: graph.sample })),
      block(this.symbol(node), sign("="), ...plus(told.operands.map((operand) => this.symbol(operand))), sign("+"), math("mo", "⋯")),
      block(indented(this.symbol(node)), sign("="),
        ...plus(told.operands.map((operand, k) => figure(graph.data(operand), operand, k > 0))), sign("+"),
        math("munder", math("mrow", figure(graph.data(node) - shown, null, true)), math("mtext", say("otherTerms"))),
        sign("="), figure(graph.data(node))),
    ];
  }

  local(node) {
    const { graph } = this;
    const told = graph.nodes[node];
    if (!told.operands.length) return [paragraph(say("noOperands", { name: this.name(node) }))];
    if (told.custom) return [paragraph(say("custom"))];
    const rule = this.rules[told.rule];
    return told.operands.flatMap((operand, use) => {
      // A factor's derivative is the other factor: the number leads there.
      const letter = rule && !told.terms && /^<math[^>]*><mrow><mi>([ab])<\/mi><\/mrow><\/math>$/.exec(rule.derivatives[use]?.math ?? "");
      const number = slope(graph.derivative(node, use), letter ? told.operands[letter[1] === "a" ? 0 : 1] : null);
      number.setAttribute("data-derivative", use);
      const left = [partial(this.symbol(node), this.symbol(operand)), sign("=")];
      const formula = !told.terms && rule && !told.hiddenOperands && rule.derivatives[use];
      if (!formula) return [block(...left, number)];
      const words = fill(formula[currentLanguage()], {
        a: this.name(told.operands[0]), b: this.name(told.operands[told.operands.length - 1]),
      });
      const middle = /<mi>[abok]<\/mi>/.test(formula.math)
        ? [filled(formula.math, this.fillIns(node, false)), sign("="), ...this.unlessPlain(formula, node, use)] : [];
      return [block(...left, ...middle, number), paragraph(`${words}.`, "words")];
    });
  }

  // The formula with its numbers, unless it is one number alone, which follows anyway.
  unlessPlain(formula, node) {
    if (/^<math[^>]*><mrow><mi>[abok]<\/mi><\/mrow><\/math>$/.test(formula.math)) return [];
    return [filled(formula.math, this.fillIns(node, true)), sign("=")];
  }

  backward(node) {
    const { graph } = this;
    const name = this.name(node);
    const parts = [];
    const total = () => {
      const made = figure(graph.grad(node));
      made.setAttribute("data-total", "grad");
      return made;
    };
    const left = [partial(this.result(), this.symbol(node)), sign("=")];
    if (node === graph.root) {
      return [paragraph(say("isRoot", { name })), block(...left, total())];
    }
    const users = graph.users[node];
    if (!users.length) return [paragraph(say("noUsers")), block(...left, total())];
    const user = this.name(users[0].node);
    const others = this.othersThatUse(node);
    parts.push(paragraph(others ? say("usedElsewhere", { name }) : users.length === 1 ? say("oneUser", { name, user }) : say("manyUsers", { name, count: users.length })));
    const known = users.filter(({ node: by, use }) => graph.derivative(by, use) !== undefined);
    if (known.length) {
      parts.push(block(...left, ...plus(known.map(({ node: by }) =>
        math("mrow", partial(this.symbol(by), this.symbol(node)), sign("×"), partial(this.result(), this.symbol(by)))))));
    }
    const terms = known.map(({ node: by, use }, k) => math("mrow", slope(graph.derivative(by, use), by, k > 0), sign("×"), figure(graph.grad(by), by, true)));
    const mine = known.reduce((sum, { node: by, use }) => sum + graph.derivative(by, use) * graph.grad(by), 0);
    const left2 = [indented(left[0].cloneNode(true)), sign("=")];
    const elsewhere = this.number(graph.nodes[node].elsewhere);
    if (others) {
      const rest = graph.grad(node) - mine - elsewhere;
      terms.push(math("munder", math("mrow", figure(rest, null, terms.length > 0)), math("mtext", others)));
    } else if (known.length < users.length) {
      const by = users.find(({ node: other, use }) => graph.derivative(other, use) === undefined).node;
      terms.push(math("munder", math("mrow", figure(graph.grad(node) - mine, by, true)), math("mtext", say("customPart", { user: this.name(by) }))));
    }
    if (elsewhere) terms.push(figure(elsewhere, null, true));
    // One long line for each contribution, so that it can be read on a phone too.
    terms.forEach((term, k) => parts.push(block(...(k ? [indented(left[0].cloneNode(true)), sign("+")] : left2), term)));
    parts.push(block(indented(left[0].cloneNode(true)), sign("="), total()));
    if (elsewhere) parts.push(paragraph(say("elsewhere", { number: written(elsewhere) }), "note"));
    return parts;
  }

  // Who uses a node without being shown as its user: in other samples, in other uses of its neuron, out of sight.
  othersThatUse(node) {
    const { uses, unseenUsers } = this.graph.nodes[node];
    const found = [];
    if (this.graph.isShared(node)) found.push(say("otherSamples", { count: this.graph.scene.allSamples - 1 }));
    if (uses) found.push(say("otherUses", { count: uses - 1 }));
    if (unseenUsers) found.push(say("unseenUsers"));
    return found.join(" + ");
  }

  number(kept) { return kept === undefined ? 0 : this.graph.number(kept); }

  // What deserves a second look, in sentences.
  notices(node) {
    const { graph } = this;
    const told = graph.nodes[node];
    const found = [];
    if (told.computed !== undefined) found.push(...this.overwritten(node));
    if (!graph.isFinite(node)) found.push(say("notFinite"));
    if (told.stale) found.push(say("stale"));
    if (told.hiddenOperands) found.push(say("hiddenOperands", { count: told.hiddenOperands }));
    if (told.op === "ReLU" && !told.custom && graph.derivative(node, 0) === 0) found.push(say("reluClosed"));
    const isMinusOne = (operand) => !graph.nodes[operand].operands.length && graph.nodes[operand].role !== "parameter" && graph.data(operand) === -1;
    if (told.op === "*" && told.operands.some(isMinusOne)) found.push(say("negation"));
    const isOpposite = (operand) => {
      const other = graph.nodes[operand];
      return (other.op === "*" && other.operands.some(isMinusOne)) || (other.role === "constant" && graph.data(operand) < 0);
    };
    if (told.op === "+" && !told.terms && told.operands.some(isOpposite)) found.push(say("subtraction"));
    if (told.op === "**-1") found.push(say("reciprocal"));
    return found.map((text) => paragraph(text, "note"));
  }

  overwritten(node) {
    const { graph } = this;
    const told = graph.nodes[node];
    const filledIn = { before: written(graph.computed(node)), after: written(graph.data(node)) };
    const texts = [say("overwritten", filledIn)];
    if (!told.applied) return [...texts, say("overwrittenUnknown")];
    const slope = this.number(told.ignored);
    texts.push(say("overwrittenBy", { ...filledIn, function: this.functions[told.applied][currentLanguage()], slope: written(slope) }));
    const call = told.applied === "abs" ? "abs(x)" : `x.${told.applied.toLowerCase()}()`;
    texts.push(say("overwrittenFix", { right: written(graph.grad(node) * slope), wrong: written(graph.grad(node)), call }));
    return texts;
  }
}

export function paragraph(text, kind = "") {
  return element("p", { class: kind || null }, text);
}

export function numberButton(number, from) {
  return element("button", { type: "button", class: "number", "data-go": from, "data-value": exactly(number) }, written(number));
}

function figureOfExponent(exponent, inBrackets) {
  const made = math("mn", String(exponent).replace("-", "−"));
  return exponent < 0 && inBrackets ? math("mrow", sign("("), made, sign(")")) : made;
}

function plus(elements) {
  return elements.flatMap((one, k) => (k ? [sign("+"), one] : [one]));
}

function equation(left, right) {
  return left.length ? [...left, sign("="), ...right] : right;
}
