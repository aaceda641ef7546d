/** The page's own words in Spanish, English and Portuguese; what the desk says comes from the desk. */

import { choose, ui } from "./store.js";
import { EN } from "./words-en.js";
import { ES } from "./words-es.js";
import { PT } from "./words-pt.js";

const WORDS = { es: ES, en: EN, pt: PT };

export const LANGUAGES = { es: "Español", en: "English", pt: "Português" };

/** What was picked, else the browser's, else Spanish. */
export function language() {
  if (WORDS[ui.language]) return ui.language;
  const known = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => WORDS[tag]);
  return known ?? "es";
}

export function pick(chosen) {
  choose({ language: chosen });
  document.documentElement.lang = chosen;
}

/** The words for a key; `{name}` in them becomes values.name. */
export function t(key, values = {}) {
  const words = WORDS[language()][key] ?? key;
  return words.replace(/\{(\w+)\}/gu, (_, name) => values[name] ?? "");
}

export function has(key) {
  return key in WORDS[language()];
}
