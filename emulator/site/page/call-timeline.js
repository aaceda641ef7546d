/** The calls of one message as bars on a time axis; a click shows the JSON of request and answer. */

import { el, reconcile } from "./dom.js";
import { duration, t } from "./i18n.js";

const SERVICES = { webhook: "Webhook", supabase: "Supabase", graph: "WhatsApp", resend: "Resend" };
const AXIS_SECONDS = 4; // later calls get a line without a bar, so that the axis stays readable
const LAST_MARK = 0.9; // of the axis: beyond it the label of a mark has no room
const STEPS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];
const OPEN_DEPTH = 3; // of the JSON tree
const MAX_CHILDREN = 60;

/** Draws into `place`: the axis, the calls of the first seconds, then the later ones. */
export function callTimeline(place, calls) {
  const start = calls[0].at;
  const soon = calls.filter((call) => call.at - start < AXIS_SECONDS);
  const span = Math.max(1, ...soon.map((call) => (call.at - start) * 1000 + call.ms));
  const later = calls.filter((call) => call.at - start >= AXIS_SECONDS);
  reconcile(place, [
    { key: "axis", signature: span, make: () => axis(span) },
    ...soon.map((call) => entry(call, (call.at - start) * 1000, span)),
    ...later.map((call) => entry(call, 0, Math.max(span, call.ms), (call.at - start) * 1000)),
  ]);
}

function axis(span) {
  const step = STEPS_MS.find((each) => span / each <= 5) ?? span / 4;
  const marks = [];
  for (let at = 0; at < span * LAST_MARK; at += step) marks.push(placed(el("span", {}, at ? duration(at) : "0"), at / span));
  return el("div", { class: "axis", "aria-hidden": "true" }, el("div", { class: "axis-line" }, marks));
}

function placed(node, part) {
  node.style.left = `${part * 100}%`;
  return node;
}

function entry(call, offset, span, after = null) {
  const make = (old) => row(call, offset, span, after, old?.querySelector(".drawer"));
  return { key: call.number, signature: [call.number, offset, span], make };
}

function row(call, offset, span, after, drawer) {
  const bar = placed(el("span", { class: "bar" }), offset / span);
  bar.style.width = `${Math.max(0.6, (call.ms / span) * 100)}%`;
  const service = SERVICES[call.to] ?? t("to.status");
  const button = el(
    "button",
    { type: "button", class: `call to-${call.to}${call.status && call.status < 400 ? "" : " bad"}`, "aria-expanded": String(Boolean(drawer)), data: { focus: `call-${call.number}` } },
    el("span", { class: "call-name" }, el("b", {}, service), ` ${call.name}`),
    el("span", { class: "call-ms" }, duration(call.ms)),
    el("span", { class: "call-status" }, call.status ? String(call.status) : [el("span", { "aria-hidden": "true" }, "—"), el("span", { class: "hidden" }, t("inspector.no_answer"))]),
    el("span", { class: after === null ? "track" : "track after", "aria-hidden": "true" }, after === null ? bar : `+ ${duration(after)}`),
  );
  const node = el("div", { class: "call-row" }, button, drawer);
  button.addEventListener("click", () => {
    const opened = node.querySelector(".drawer");
    button.setAttribute("aria-expanded", String(!opened));
    if (opened) opened.remove();
    else node.append(exchange(call));
  });
  return node;
}

function exchange(call) {
  const marks = call.marks?.length ? el("span", { class: "marks" }, call.marks.join(" · ")) : null;
  return el(
    "div",
    { class: "drawer" },
    el("p", { class: "call-path" }, el("code", {}, `${call.method} ${call.path}`), marks),
    el("div", { class: "exchange" }, side("inspector.request", call.request), side("inspector.answer", call.answer)),
  );
}

function side(word, value) {
  return el("section", {}, el("p", {}, t(word)), el("div", { class: "json" }, node(value, null, 0)));
}

/** JSON as a tree that folds. */
function node(given, name, depth) {
  const value = inner(given);
  const label = name === null ? null : el("span", { class: "json-name" }, `${name}: `);
  if (value === null || typeof value !== "object") return el("div", { class: "json-line" }, label, leaf(value));
  const entries = Object.entries(value);
  const [left, right] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (!entries.length) return el("div", { class: "json-line" }, label, left + right);
  const note = value === given ? null : el("span", { class: "json-note" }, "text ");
  const summary = el("summary", {}, label, note, left, el("span", { class: "json-folded" }, el("span", {}, `${entries.length}`), right));
  const shown = entries.slice(0, MAX_CHILDREN).map(([key, child]) => node(child, key, depth + 1));
  const rest = entries.length > MAX_CHILDREN ? el("div", { class: "json-line" }, "…") : null;
  return el("details", { open: depth < OPEN_DEPTH }, summary, el("div", { class: "json-children" }, shown, rest), el("div", { class: "json-line" }, right));
}

/** A string that holds JSON is shown as JSON, too. */
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
