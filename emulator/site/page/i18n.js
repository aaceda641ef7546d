/** The page's own texts, times and dates in the user's language; what the desk says comes from the desk. */

import { EN } from "./i18n-en.js";
import { ES } from "./i18n-es.js";
import { PT } from "./i18n-pt.js";
import { ui } from "./store.js";

const TEXTS = { es: ES, en: EN, pt: PT };
const MINUTES = { hour: "2-digit", minute: "2-digit", hour12: false };

export const LANGUAGES = { es: "Español", en: "English", pt: "Português" };

/** What was picked, else the browser's, else Spanish. */
export function language() {
  if (TEXTS[ui.language]) return ui.language;
  const known = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => TEXTS[tag]);
  return known ?? "es";
}

/** The text for a key; `{name}` in it becomes values.name. */
export function t(key, values = {}) {
  const text = TEXTS[language()][key] ?? key;
  return text.replace(/\{(\w+)\}/gu, (_, name) => values[name] ?? "");
}

/** The text for a value of the database, or the value itself when this page does not know it. */
export function named(group, value) {
  const key = `${group}.${value}`;
  return key in TEXTS[language()] ? t(key) : value;
}

/** From unix seconds or from what the database says. */
function moment(value) {
  return new Date(typeof value === "number" ? value * 1000 : value);
}

function format(value, parts) {
  return new Intl.DateTimeFormat(language(), parts).format(moment(value));
}

export function clock(value) {
  return format(value, MINUTES);
}

export function exact(value) {
  return format(value, { ...MINUTES, second: "2-digit" });
}

export function dayKey(value) {
  return moment(value).toDateString();
}

export function day(value) {
  const now = Date.now() / 1000;
  const relative = new Intl.RelativeTimeFormat(language(), { numeric: "auto" });
  for (const days of [0, 1]) if (dayKey(value) === dayKey(now - days * 86400)) return relative.format(-days, "day");
  return format(value, { day: "numeric", month: "long", year: "numeric" });
}

/** The time today, the date and the time before. */
export function when(value) {
  if (dayKey(value) === dayKey(Date.now() / 1000)) return clock(value);
  return `${format(value, { day: "numeric", month: "short" })}, ${clock(value)}`;
}

export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = new Intl.NumberFormat(language(), { maximumFractionDigits: ms < 10000 ? 1 : 0 });
  return `${seconds.format(ms / 1000)} s`;
}
