/** The calls of one message as bars on one time axis; a click shows what was sent and what came back. */

import { el, reconcile } from "./dom.js";
import { jsonView } from "./json-view.js";
import { duration } from "./time.js";
import { t } from "./words.js";

const SERVICES = new Set(["webhook", "supabase", "graph", "resend", "status"]);
const SAME_BREATH = 4; // seconds; what comes later is told apart, or it would flatten the rest
const LAST_MARK = 0.9; // of the axis: beyond it a mark's words have no room
const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000];

/** Draws into `place`: an axis, the calls of the first seconds, then those that came later. */
export function timeline(place, calls) {
  const start = calls[0].at;
  const soon = calls.filter((call) => call.at - start < SAME_BREATH);
  const span = Math.max(1, ...soon.map((call) => (call.at - start) * 1000 + call.ms));
  const later = calls.filter((call) => call.at - start >= SAME_BREATH);
  reconcile(place, [
    { key: "axis", signature: span, make: () => axis(span) },
    ...soon.map((call) => entry(call, (call.at - start) * 1000, span)),
    ...later.map((call) => entry(call, 0, Math.max(span, call.ms), (call.at - start) * 1000)),
  ]);
}

function axis(span) {
  const step = STEPS.find((each) => span / each <= 5) ?? span / 4;
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
  const name = `${t(`to.${call.to}`)} ${call.name}`;
  const result = call.status || t("hood.no_answer");
  const label = t("hood.show_json", { name, ms: duration(call.ms), status: result });
  const service = SERVICES.has(call.to) ? call.to : "status";
  const button = el(
    "button",
    { type: "button", class: `call to-${service}${isBad(call) ? " bad" : ""}`, "aria-label": label, "aria-expanded": String(Boolean(drawer)), data: { focus: `call-${call.number}` } },
    el("span", { class: "call-name" }, el("b", {}, t(`to.${call.to}`)), ` ${call.name}`),
    after === null ? el("span", { class: "track" }, bar) : el("span", { class: "track after" }, t("hood.later", { after: duration(after) })),
    el("span", { class: "call-ms" }, duration(call.ms)),
    el("span", { class: "call-status" }, String(call.status || "—")),
  );
  const node = el("div", { class: "call-row" }, button, drawer);
  button.addEventListener("click", () => unfold(node, button, call));
  return node;
}

function isBad(call) {
  return !call.status || call.status >= 400;
}

function unfold(node, button, call) {
  const drawer = node.querySelector(".drawer");
  button.setAttribute("aria-expanded", String(!drawer));
  if (drawer) drawer.remove();
  else node.append(exchange(call));
}

function exchange(call) {
  const marks = call.marks?.length ? el("span", { class: "marks" }, call.marks.join(" · ")) : null;
  return el(
    "div",
    { class: "drawer" },
    el("p", { class: "call-path" }, el("code", {}, `${call.method} ${call.path}`), marks),
    el("div", { class: "exchange" }, side("hood.request", call.request), side("hood.answer", call.answer)),
  );
}

function side(word, value) {
  const empty = value === null || value === undefined || value === "";
  return el("section", {}, el("h5", {}, t(word)), empty ? el("p", { class: "json-null" }, t("hood.nothing")) : jsonView(value));
}
