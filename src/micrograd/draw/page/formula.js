// Formulas in MathML. The rules' formulas speak of a, b (operands), o (result) and k (exponent); they are
// filled in with names, or with numbers that lead to the node they come from.

import { exactly, slopeWritten, written } from "./figures.js";
import { element } from "./svg.js";

const MATHML = "http://www.w3.org/1998/Math/MathML";

export function math(tag, ...children) {
  const made = document.createElementNS(MATHML, tag);
  made.append(...children);
  return made;
}

// An equation on a line of its own; where the line is too short, it breaks before an = or a +.
export function block(...children) {
  const pieces = [[]];
  let hasEquals = false;
  for (const child of children.flatMap((one) => (one.isFormula ? [...one.children] : [one]))) {
    const isBreak = child.localName === "mo" && (child.textContent === "+" || (child.textContent === "=" && hasEquals));
    hasEquals ||= child.localName === "mo" && child.textContent === "=";
    if (isBreak) pieces.push([]);
    pieces[pieces.length - 1].push(child);
  }
  return element("div", { class: "formula" }, ...pieces.map((piece) => {
    const made = math("math", math("mrow", ...piece));
    made.setAttribute("displaystyle", "true");
    return made;
  }));
}

export function sign(text) {
  const made = math("mo", text);
  // At the start of a line, such a sign is still between two terms.
  if ("=+−×←".includes(text)) made.setAttribute("form", "infix");
  return made;
}

// Room for what stands above, so that equals signs stand below each other; without its height.
export function indented(like) {
  const made = math("mpadded", math("mphantom", like));
  made.setAttribute("height", "0");
  made.setAttribute("depth", "0");
  return made;
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
export function figure(number, from = null, negativeInBrackets = false, text = written(number)) {
  const made = math("mn", text.replaceAll("-", "−"));
  made.setAttribute("data-value", exactly(number));
  if (from !== null) {
    made.setAttribute("class", "number");
    made.setAttribute("data-go", String(from));
    made.setAttribute("tabindex", "0");
    made.setAttribute("role", "link");
  }
  return number < 0 && negativeInBrackets ? math("mrow", sign("("), made, sign(")")) : made;
}

// A local derivative.
export function slope(number, from = null, negativeInBrackets = false) {
  return figure(number, from, negativeInBrackets, slopeWritten(number));
}

// A rule's formula with its symbols replaced: `fillIn` maps a, b, o, k to a function that makes an element, and
// is told whether a negative number needs brackets there.
export function filled(source, fillIn) {
  const parsed = new DOMParser().parseFromString(source, "application/xml").documentElement;
  const made = math("mrow", ...[...parsed.children].map((child) => copied(child, fillIn)));
  // Lines break within it, too: the outer mrow of LaTeX's translation is not needed.
  if (made.children.length === 1 && made.firstChild.localName === "mrow") made.replaceChildren(...made.firstChild.children);
  made.isFormula = true;
  return made;
}

function copied(child, fillIn) {
  const text = child.textContent;
  if (child.localName === "mi" && text in fillIn) return fillIn[text](needsBrackets(child));
  const made = math(child.localName);
  for (const name of ["stretchy", "fence", "form", "lspace", "rspace"]) {
    if (child.hasAttribute(name)) made.setAttribute(name, child.getAttribute(name));
  }
  if (child.children.length) made.append(...[...child.children].map((inner) => copied(inner, fillIn)));
  else made.textContent = text;
  return made;
}

// After a sign of calculation, and below an exponent.
function needsBrackets(child) {
  const before = child.previousElementSibling;
  if (before === null) return child.parentElement.localName === "msup";
  return child.parentElement.localName !== "msup" && "+−-×".includes(before.textContent);
}
