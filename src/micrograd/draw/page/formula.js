// Formulas in MathML. The rules' formulas speak of a, b (operands), o (result) and k (exponent); they are
// filled in with names, or with numbers that lead to the node they come from.

import { exactly, written } from "./figures.js";

const MATHML = "http://www.w3.org/1998/Math/MathML";

export function math(tag, ...children) {
  const element = document.createElementNS(MATHML, tag);
  element.append(...children);
  return element;
}

export function block(...children) {
  const element = math("math", math("mrow", ...children));
  element.setAttribute("display", "block");
  return element;
}

export function sign(text) {
  return math("mo", text);
}

// A name such as w0 is set with its number as an index.
export function nameOf(symbol) {
  const parts = /^([A-Za-zα-ω]{1,2})(\d+)$/.exec(symbol);
  return parts ? math("msub", math("mi", parts[1]), math("mn", parts[2])) : math("mi", symbol);
}

export function partial(above, below) {
  return math("mfrac", math("mrow", sign("∂"), above), math("mrow", sign("∂"), below));
}

// A number; `from` is the node that a click on it leads to, `negativeInBrackets` puts (−2) for -2.
export function figure(number, from = null, negativeInBrackets = false) {
  const element = math("mn", written(number).replace("-", "−"));
  element.setAttribute("data-value", exactly(number));
  if (from !== null) {
    element.setAttribute("class", "number");
    element.setAttribute("data-go", String(from));
    element.setAttribute("tabindex", "0");
    element.setAttribute("role", "link");
  }
  return number < 0 && negativeInBrackets ? math("mrow", sign("("), element, sign(")")) : element;
}

// A rule's formula with its symbols replaced: `fillIn` maps a, b, o, k to a function that makes an element.
export function filled(source, fillIn) {
  const parsed = new DOMParser().parseFromString(source, "application/xml").documentElement;
  return math("mrow", ...[...parsed.children].map((child) => copied(child, fillIn)));
}

function copied(element, fillIn) {
  const text = element.textContent;
  if (element.localName === "mi" && text in fillIn) return fillIn[text]();
  const made = math(element.localName);
  for (const name of ["stretchy", "fence", "form", "lspace", "rspace"]) {
    if (element.hasAttribute(name)) made.setAttribute(name, element.getAttribute(name));
  }
  if (element.children.length) made.append(...[...element.children].map((child) => copied(child, fillIn)));
  else made.textContent = text;
  return made;
}
