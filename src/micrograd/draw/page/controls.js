// The panel's fields, each with its label.

import { element } from "./svg.js";

export function set(...children) {
  return element("span", { class: "set" }, ...children);
}

export function part(title, ...children) {
  return element("section", { class: "part" }, element("h2", {}, title), ...children);
}

// A number counts as soon as it is one that `onChange` takes; what it refuses (false) goes when the field is left.
export function number(id, label, value, options, onChange) {
  const input = element("input", { type: "number", id, value, ...options });
  let good = value;
  const take = () => {
    const chosen = Number(input.value);
    const taken = input.value !== "" && Number.isFinite(chosen) && onChange(chosen) !== false;
    input.toggleAttribute("aria-invalid", !taken);
    if (taken) good = input.value;
    return taken;
  };
  input.addEventListener("input", take);
  input.addEventListener("change", () => {
    if (!take()) input.value = good;
    input.removeAttribute("aria-invalid");
  });
  return set(element("label", { for: id }, label), input);
}

export function choice(id, label, options, value, onChange) {
  const select = element("select", { id },
    ...options.map(([name, text]) => element("option", { value: name, selected: name === value }, text)));
  select.addEventListener("change", () => onChange(select.value));
  return set(element("label", { for: id }, label), select);
}

// A field that the user is in is left alone.
export function show(id, value) {
  const input = document.getElementById(id);
  if (input && input !== document.activeElement && input.value !== String(value)) input.value = value;
}

export function download(name, text, type) {
  const link = element("a", { download: name, href: URL.createObjectURL(new Blob([text], { type })) });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
