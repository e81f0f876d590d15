// Making elements. All text goes in as text, never as markup: names come from the user's program.

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}, ...children) {
  return dress(document.createElementNS(SVG, tag), attributes, children);
}

export function element(tag, attributes = {}, ...children) {
  return dress(document.createElement(tag), attributes, children);
}

function dress(made, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

// Pictures on buttons, drawn rather than written: not every font has them.
const ICONS = {
  play: "M5,3V13L13,8Z", pause: "M4,3H7V13H4ZM9,3H12V13H9Z", forward: "M3,3V13L10,8ZM11,3H13V13H11Z", back: "M13,3V13L6,8ZM3,3H5V13H3Z",
  end: "M2,3V13L7,8ZM7,3V13L12,8ZM12,3H14V13H12Z", start: "M14,3V13L9,8ZM9,3V13L4,8ZM2,3H4V13H2Z",
  theme: "M8,1A7,7 0 1 0 8,15A7,7 0 1 0 8,1ZM8,3V13A5,5 0 0 1 8,3Z", print: "M4,1H12V5H4ZM1,6H15V12H12V15H4V12H1ZM5.5,10V13.5H10.5V10Z",
  whole: "M1,3H15V13H1ZM3,5V11H13V5Z",
  save: "M7,1H9V8H12L8,12L4,8H7ZM2,13H14V15H2Z",
  fit: "M1,1H6V3H3V6H1ZM10,1H15V6H13V3H10ZM1,10H3V13H6V15H1ZM13,10H15V15H10V13H13Z",
};

export function icon(name) {
  return svg("svg", { class: "icon", viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", "data-icon": name }, svg("path", { d: ICONS[name], "fill-rule": "evenodd" }));
}

export function button(label, attributes, onClick, ...children) {
  const made = element("button", { type: "button", title: label, "aria-label": spoken(label, children), ...attributes }, ...children);
  made.addEventListener("click", onClick);
  return made;
}

// Whoever says what stands on a button has to reach it: its name contains that.
function spoken(label, children) {
  const plain = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  const text = children.filter((child) => typeof child === "string").join(" ");
  return !plain(text) || ` ${plain(label)} `.includes(` ${plain(text)} `) ? label : `${text}: ${label}`;
}
