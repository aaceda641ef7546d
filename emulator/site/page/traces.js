/** Each customer message with the calls it caused, newest first. */

import { summary } from "./bubble.js";
import { callTimeline } from "./call-timeline.js";
import { avatar, customerOf } from "./customers.js";
import { el, reconcile } from "./dom.js";
import { nothing } from "./help-desk.js";
import { duration, exact, t } from "./i18n.js";
import { get, on } from "./store.js";

const BACKGROUND = "background"; // the calls that belong to no message
const MAX_MESSAGES = 40;
const MAX_BACKGROUND = 40;
const toggledByUser = new Map();

export function traces() {
  const place = el("div", { class: "turns" });
  on(["calls", "turns", "chat", "ui"], () => draw(place));
  return place;
}

function draw(place) {
  const groups = grouped(get("calls"));
  const messages = [...groups.keys()].filter((wamid) => wamid !== BACKGROUND).reverse().slice(0, MAX_MESSAGES);
  const cards = messages.map((wamid, index) => card(wamid, groups.get(wamid), index === 0));
  if (groups.has(BACKGROUND)) cards.push(card(BACKGROUND, groups.get(BACKGROUND).slice(-MAX_BACKGROUND), false));
  reconcile(place, cards.length ? cards.map((one) => one.entry) : [{ key: "none", make: () => el("div", { class: "empty" }, nothing("inspector", "inspector.empty")) }]);
  for (const { entry, calls, first } of cards) refresh(place.querySelector(`[data-key="${CSS.escape(entry.key)}"]`), calls, first);
}

/** By message, oldest first. A call that carried several messages, as a batch does, belongs to each of them. */
function grouped(calls) {
  const groups = new Map();
  for (const call of calls) {
    for (const key of call.wamids.length ? call.wamids : [BACKGROUND]) groups.set(key, [...(groups.get(key) ?? []), call]);
  }
  for (const group of groups.values()) group.sort((one, other) => one.at - other.at);
  return groups;
}

function card(wamid, calls, first) {
  const make = () => {
    const head = el("summary", {});
    const node = el("details", { class: "turn", data: { wamid } }, head, el("div", { class: "calls" }));
    node.addEventListener("toggle", () => toggled(node, wamid));
    return node;
  };
  return { entry: { key: wamid, signature: 0, make }, calls, first };
}

/** What the user opened or closed stays so; otherwise the newest message is open. */
function toggled(node, wamid) {
  if (node.open !== node.wanted) toggledByUser.set(wamid, node.open);
  node.wanted = node.open;
  if (node.open) callTimeline(node.querySelector(".calls"), node.calls);
}

function refresh(node, calls, first) {
  const wamid = node.dataset.wamid;
  node.calls = calls;
  reconcile(node.querySelector("summary"), [{ key: "head", signature: headSignature(wamid, calls), make: () => head(wamid, calls) }]);
  node.wanted = toggledByUser.get(wamid) ?? (first && wamid !== BACKGROUND);
  if (node.open !== node.wanted) node.open = node.wanted;
  if (node.open) callTimeline(node.querySelector(".calls"), calls);
}

function headSignature(wamid, calls) {
  return [calls.length, calls.at(-1).number, get("turns")?.[wamid], Boolean(itemOf(wamid))];
}

/** The chat item and its customer. */
function itemOf(wamid) {
  for (const [key, items] of Object.entries(get("chat") ?? {})) {
    const item = items.find((one) => one.id === wamid);
    if (item) return { item, customer: customerOf(key) };
  }
  return null;
}

function head(wamid, calls) {
  const count = calls.length === 1 ? t("inspector.call") : t("inspector.calls", { count: calls.length });
  if (wamid === BACKGROUND) return el("div", { class: "turn-head" }, el("span", { class: "turn-words" }, el("b", {}, t("inspector.background")), el("small", {}, count)));
  const whose = itemOf(wamid);
  const words = whose ? summary(whose.item) : wamid;
  const who = whose?.customer ? `${whose.customer.name} · ` : "";
  return el(
    "div",
    { class: "turn-head" },
    whose?.customer ? avatar(whose.customer) : null,
    el("span", { class: "turn-words" }, el("b", { dir: "auto" }, words), el("small", {}, `${who}${exact(calls[0].at)} · ${count}`)),
    el("span", { class: "facts" }, facts(wamid, calls)),
  );
}

function facts(wamid, calls) {
  const turn = get("turns")?.[wamid];
  const found = [answered(calls), replied(calls)];
  if (turn?.cache === "hit") found.push(fact("good", t("inspector.hit")));
  if (turn?.cache === "miss") found.push(fact("plain", t("inspector.miss")));
  if (turn?.state) found.push(fact("plain", turn.state.replace(">", " → ")));
  return found;
}

function answered(calls) {
  const first = calls.find((call) => call.to === "webhook");
  if (!first) return null;
  const accepted = calls.find((call) => call.to === "webhook" && call.status === 200);
  if (!accepted) return fact("bad", t("inspector.answered_not"));
  return fact("good", t("inspector.answered", { ms: duration((accepted.at - first.at) * 1000 + accepted.ms) }));
}

function replied(calls) {
  const first = calls.find((call) => call.to === "webhook");
  const reply = calls.find((call) => call.to === "graph" && call.name === "message" && call.status === 200);
  if (!first || !reply) return null;
  return fact("good", t("inspector.replied", { ms: duration((reply.at - first.at) * 1000 + reply.ms) }));
}

function fact(kind, words) {
  return el("span", { class: `fact ${kind}` }, words);
}
