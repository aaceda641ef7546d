/** JSON as a tree that folds. */

import { el } from "./dom.js";

const OPEN_DEPTH = 3;
const MOST_CHILDREN = 60;

export function jsonView(value) {
  return el("div", { class: "json" }, node(value, null, 0));
}

function node(given, name, depth) {
  const value = inner(given);
  const label = name === null ? null : el("span", { class: "json-name" }, `${name}: `);
  if (value === null || typeof value !== "object") return el("div", { class: "json-line" }, label, leaf(value));
  const entries = Object.entries(value);
  const [left, right] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (!entries.length) return el("div", { class: "json-line" }, label, left + right);
  const note = value === given ? null : el("span", { class: "json-note" }, "text ");
  const summary = el("summary", {}, label, note, left, el("span", { class: "json-folded" }, el("span", {}, `${entries.length}`), right));
  const shown = entries.slice(0, MOST_CHILDREN).map(([key, child]) => node(child, key, depth + 1));
  const rest = entries.length > MOST_CHILDREN ? el("div", { class: "json-line" }, "…") : null;
  return el("details", { open: depth < OPEN_DEPTH }, summary, el("div", { class: "json-children" }, shown, rest), el("div", { class: "json-line" }, right));
}

/** A body that travels as text is JSON all the same. */
function inner(value) {
  if (typeof value !== "string" || !/^\s*[{[]/u.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function leaf(value) {
  const kind = value === null ? "null" : typeof value;
  return el("span", { class: `json-${kind}` }, kind === "string" ? JSON.stringify(value) : String(value));
}
