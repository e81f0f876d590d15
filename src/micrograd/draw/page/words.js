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

// Texts put in are not read for braces again.
export function fill(template, filled = {}) {
  return template.replace(/\{(\w+)\}/g, (mark, name) => (name in filled ? String(filled[name]) : mark));
}

export function say(key, filled = {}) {
  return fill(texts[key][language], filled);
}
