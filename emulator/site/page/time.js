/** Times and dates as the page's language writes them. */

import { language, t } from "./words.js";

/** From unix seconds or from what the database says. */
export function moment(value) {
  return new Date(typeof value === "number" ? value * 1000 : value);
}

export function clock(value) {
  return new Intl.DateTimeFormat(language(), { hour: "2-digit", minute: "2-digit", hour12: false }).format(moment(value));
}

export function exact(value) {
  const parts = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false };
  return new Intl.DateTimeFormat(language(), parts).format(moment(value));
}

export function dayKey(value) {
  const date = moment(value);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

export function day(value) {
  const now = Date.now() / 1000;
  if (dayKey(value) === dayKey(now)) return t("day.today");
  if (dayKey(value) === dayKey(now - 86400)) return t("day.yesterday");
  return new Intl.DateTimeFormat(language(), { day: "numeric", month: "long", year: "numeric" }).format(moment(value));
}

/** The time today, the date and the time before. */
export function when(value) {
  if (dayKey(value) === dayKey(Date.now() / 1000)) return clock(value);
  const parts = { day: "numeric", month: "short" };
  return `${new Intl.DateTimeFormat(language(), parts).format(moment(value))}, ${clock(value)}`;
}

export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = new Intl.NumberFormat(language(), { maximumFractionDigits: ms < 10000 ? 1 : 0 });
  return `${seconds.format(ms / 1000)} s`;
}
