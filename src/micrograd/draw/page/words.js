// The page's texts in its current language.

let texts = {};
let language = "en";

export function useWords(words, lang) {
  texts = words;
  language = lang;
}

export function currentLanguage() {
  return language;
}

// Texts put in are not read for braces again; counts of nodes are written as the language does.
export function fill(template, filled = {}) {
  return template.replace(/\{(\w+)\}/g, (mark, name) => {
    if (!(name in filled)) return mark;
    const value = filled[name];
    return typeof value === "number" ? value.toLocaleString(language, { maximumFractionDigits: 20 }) : String(value);
  });
}

export function say(key, filled = {}) {
  const text = texts[key][language];
  // In French, no line begins with a colon.
  return fill(language === "fr" ? text.replace(/ ([:;!?»])/g, "\u00a0$1") : text, filled);
}
