/** The page's own texts, times and dates, in the desk's language and time zone; what the desk says comes from the desk. */

import { desk } from "./desk.js";

const MINUTES = { hour: "2-digit", minute: "2-digit", hour12: false };
const DATE = { year: "numeric", month: "2-digit", day: "2-digit" };

export const language = desk.language;

/** The text for a key; `{name}` in it becomes values.name. */
export function t(key, values = {}) {
  const text = desk.texts[key] ?? key;
  return text.replace(/\{(\w+)\}/gu, (_, name) => values[name] ?? "");
}

/** The text for a value of the database, or the value itself when this page does not know it. */
export function named(group, value) {
  const key = `${group}.${value}`;
  return key in desk.texts ? t(key) : value;
}

/** `value` in unix seconds. */
function format(value, parts) {
  return new Intl.DateTimeFormat(language, { ...parts, timeZone: desk.timezone }).format(value * 1000);
}

export function clock(value) {
  return format(value, MINUTES);
}

export function exact(value) {
  return format(value, { ...MINUTES, second: "2-digit" });
}

export function dayKey(value) {
  return format(value, DATE);
}

export function day(value) {
  const now = Date.now() / 1000;
  const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
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
  const seconds = new Intl.NumberFormat(language, { maximumFractionDigits: ms < 10000 ? 1 : 0 });
  return `${seconds.format(ms / 1000)} s`;
}

/** Of whole seconds: 43 s, 4 min 5 s, 2 h 10 min. */
export function span(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/** What a country is called, by its code. */
export function country(code) {
  return new Intl.DisplayNames([language], { type: "region" }).of(code);
}
