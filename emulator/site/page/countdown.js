/** How long something still waits, counted down each second. */

import { el } from "./dom.js";
import { named, span, t } from "./i18n.js";
import { get, on } from "./store.js";

const OPEN_STATUSES = ["ready", "unknown"];
const MIN_WAIT = 1; // seconds; what is shorter leaves at once

/** `word` is the text with the time that is left until `until`, in unix seconds; `over` the one after that. */
export function countdown(word, until, over = "wait.sweep") {
  const node = el("span", { class: "countdown", role: "timer", "aria-live": "off", data: { word, until, over } });
  show(node);
  return node;
}

/** Of an outbox row that is not sent. */
export function waiting(row) {
  if (row.held) return el("span", {}, t("wait.held"));
  if (row.status !== "ready") return countdown("wait.next_try", row.next_at);
  return countdown(row.gathers ? "wait.gathers" : "wait.leaves", row.next_at);
}

/** A line about the first row that waits on purpose, of those for which `isMine` is true; entries for `reconcile`. */
export function waitingLine(isMine, make) {
  const rows = (get("outbox") ?? []).filter((row) => OPEN_STATUSES.includes(row.status) && !row.held && row.next_at - row.created_at > MIN_WAIT && isMine(row));
  const first = rows.sort((one, other) => one.next_at - other.next_at)[0];
  return first ? [{ key: `waiting-${first.id}`, signature: first, make: () => make(el("span", {}, named("outbox", first.channel), ": ", waiting(first))) }] : [];
}

export function nextSweep() {
  const place = el("p", { class: "next-sweep" });
  on(["next_sweep"], () => {
    const at = get("next_sweep");
    place.replaceChildren(...(at ? [countdown("wait.next_sweep", at, "wait.sweeping")] : []));
  });
  return place;
}

function show(node) {
  const { word, until, over } = node.dataset;
  const left = secondsTo(until);
  node.textContent = left > 0 ? t(word, { time: span(left) }) : t(over, { time: span(secondsTo(get("next_sweep"))) });
}

function secondsTo(time) {
  return Math.max(0, Math.ceil((time ?? 0) - Date.now() / 1000));
}

setInterval(() => document.querySelectorAll(".countdown").forEach(show), 1000);
