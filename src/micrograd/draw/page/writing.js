// Writing down a chosen explanation in HTML and MathML; terminal.py does it as text.

import { written, slopeWritten } from "./figures.js";
import { block, figure, filled, indented, math, nameOf, partial, sign, slope } from "./formula.js";
import { element } from "./svg.js";
import { currentLanguage, fill, say } from "./words.js";

export class Writer {
  constructor(graph, rules, functions) {
    Object.assign(this, { graph, rules, functions });
  }

  // `inputOfRate` is made where the learning rate can be changed.
  section(parts, inputOfRate) {
    return parts.flatMap(([kind, ...rest]) => {
      switch (kind) {
        case "say": return [paragraph(this.sentence(...rest))];
        case "note": return [paragraph(this.sentence(...rest), "note")];
        case "words": return [paragraph(`${this.words(...rest)}.`, "words")];
        case "rate": return [inputOfRate()];
        case "sum": return this.sum(...rest);
        default: return this.equation(...rest);
      }
    });
  }

  name(node) {
    return this.graph.nodes[node].name || written(this.graph.data(node));
  }

  sentence(key, fillings) {
    return say(key, Object.fromEntries(Object.entries(fillings).map(([name, told]) => [name, this.filling(told)])));
  }

  filling(told) {
    if (!Array.isArray(told)) return told;
    const [kind, first, second] = told;
    switch (kind) {
      case "name": return this.name(first);
      case "number": return written(first);
      case "slope": return slopeWritten(first);
      case "function": return this.functions[first][currentLanguage()];
      case "rule": return this.words(...told.slice(1));
      case "say": return this.sentence(first, second);
      default: return first.map((one) => this.filling(one)).join(second);
    }
  }

  formulaOf(rule, derivative) {
    return derivative < 0 ? this.rules[rule].value : this.rules[rule].derivatives[derivative];
  }

  words(rule, derivative, letters) {
    const named = (letter) => this.name(letters[letter][1]);
    return fill(this.formulaOf(rule, derivative)[currentLanguage()], { a: named("a"), b: named("b"), o: named("o"), k: letters.k });
  }

  // The first line begins with what is explained; the others stand below its equals sign.
  equation(left, lines) {
    return lines.map((line, k) => {
      const start = this.terms(left);
      return block(...(k ? start.map(indented) : start), ...this.terms(line, left.length > 0));
    });
  }

  // One line for each contribution, so that it can be read on a phone too.
  sum(left, symbols, lines, total) {
    const following = lines.map((line, k) => [k ? "+" : "=", ...line]);
    return this.equation(left, [...(symbols.length ? [symbols] : []), ...following, ["=", total]]);
  }

  terms(terms) {
    let before = "";
    return terms.flatMap((term) => {
      const made = typeof term === "string" ? this.text(term) : this.term(term, "+−×←".includes(before) && before !== "");
      before = typeof term === "string" ? term : " ";
      return made === null ? [] : [made];
    });
  }

  text(text) {
    return "=+−×←⋯".includes(text) ? sign(text) : math("mi", text);
  }

  // A name, or the number of a constant that has none.
  symbol(node) {
    const { name } = this.graph.nodes[node];
    return name ? nameOf(name) : figure(this.graph.data(node), node, true);
  }

  term([kind, ...rest], inBrackets) {
    const [first, second, third] = rest;
    switch (kind) {
      case "name": return this.symbol(first);
      case "gradOf": return math("mrow", this.symbol(first), sign("."), math("mtext", "grad"));
      case "d": return partial(this.symbol(first), this.symbol(second));
      case "number": return figure(first, second, inBrackets);
      case "slope": return slope(first, second, inBrackets);
      case "rate": return math("mn", String(first));
      case "by": return null;
      case "call": return math("mrow", math("mtext", first), sign("("),
        ...second.flatMap((node, k) => [...(k ? [sign(",")] : []), this.symbol(node)]), sign(")"));
      case "under": return math("munder", math("mrow", figure(first, null, inBrackets)), math("mtext", this.sentence(second, third)));
      default: return filled(this.formulaOf(first, second).math, this.letters(third));
    }
  }

  letters({ k, ...letters }) {
    const made = Object.entries(letters).map(([letter, [kind, what, leadsTo]]) =>
      [letter, (brackets) => (kind === "name" ? this.symbol(what) : figure(what, leadsTo, brackets))]);
    return { ...Object.fromEntries(made), k: (brackets) => exponent(k, brackets) };
  }
}

export function paragraph(text, kind = "") {
  return element("p", { class: kind || null }, text);
}

function exponent(number, inBrackets) {
  const made = math("mn", number.replace("-", "−"));
  return number[0] === "-" && inBrackets ? math("mrow", sign("("), made, sign(")")) : made;
}
