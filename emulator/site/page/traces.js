/** Each customer message with the calls it caused, newest first. */

import { summary } from "./bubble.js";
import { callTimeline } from "./call-timeline.js";
import { avatar, customerOf } from "./customers.js";
import { el, reconcile } from "./dom.js";
import { nothing } from "./help-desk.js";
import { duration, exact, t } from "./i18n.js";
import { get, on } from "./store.js";

const BACKGROUND = "background"; // the calls that belong to no message
const MAX_SHOWN = 40; // messages, and calls of the background
const toggledByUser = new Map();

export function traces() {
  const place = el("div", { class: "turns" });
  on(["calls", "turns", "chat", "ui"], () => draw(place));
  return place;
}

function draw(place) {
  const groups = grouped(get("calls"));
  const messages = [...groups.keys()].filter((wamid) => wamid !== BACKGROUND).reverse().slice(0, MAX_SHOWN);
  const cards = messages.map((wamid, index) => entry(wamid, groups.get(wamid), index === 0));
  if (groups.has(BACKGROUND)) cards.push(entry(BACKGROUND, groups.get(BACKGROUND).slice(-MAX_SHOWN), false));
  reconcile(place, cards.length ? cards : [{ key: "none", make: () => el("div", { class: "empty" }, nothing("inspector", "inspector.empty")) }]);
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

/** What the user opened or closed stays so; otherwise the newest message is open. */
function entry(wamid, calls, newest) {
  const open = toggledByUser.get(wamid) ?? newest;
  const signature = [calls.length, calls.at(-1).number, get("turns")?.[wamid], Boolean(itemOf(wamid)), open];
  return { key: wamid, signature, make: (old) => card(wamid, calls, open, old) };
}

function card(wamid, calls, open, old) {
  const place = old?.querySelector(".calls") ?? el("div", { class: "calls" });
  const title = el("summary", { data: { focus: wamid } }, head(wamid, calls));
  const node = el("details", { class: "turn", open }, title, place);
  title.addEventListener("click", () => toggledByUser.set(wamid, !node.open));
  callTimeline(place, calls);
  return node;
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
  const count = t("inspector.calls", { count: calls.length });
  if (wamid === BACKGROUND) return el("div", { class: "turn-head" }, el("span", { class: "turn-words" }, el("b", {}, t("inspector.background")), el("small", {}, count)));
  const whose = itemOf(wamid);
  const words = whose ? summary(whose.item) : wamid;
  const who = whose?.customer ? `${whose.customer.name} · ` : "";
  return el(
    "div",
    { class: "turn-head" },
    whose?.customer ? avatar(whose.customer) : null,
    el("span", { class: "turn-words" }, el("b", { dir: "auto" }, words), el("small", {}, `${who}${exact(calls[0].at)} · ${count}`)),
    el("span", { class: "tags" }, tags(wamid, calls)),
  );
}

function tags(wamid, calls) {
  const turn = get("turns")?.[wamid];
  const found = times(calls);
  if (turn?.cache) found.push(tag(turn.cache === "hit" ? "good" : "", t(`inspector.${turn.cache}`)));
  if (turn?.state) found.push(tag("", turn.state.replace(">", " → ")));
  return found;
}

/** How long it took until Meta had its 200, and until the reply was out. */
function times(calls) {
  const first = calls.find((call) => call.to === "webhook");
  if (!first) return [];
  const took = (call) => ({ ms: duration((call.at - first.at) * 1000 + call.ms) });
  const accepted = calls.find((call) => call.to === "webhook" && call.status === 200);
  const reply = calls.find((call) => call.to === "graph" && call.name === "message" && call.status === 200);
  const answered = accepted ? tag("good", t("inspector.answered", took(accepted))) : tag("bad", t("inspector.answered_not"));
  return reply ? [answered, tag("good", t("inspector.replied", took(reply)))] : [answered];
}

function tag(kind, words) {
  return el("span", { class: `state ${kind}` }, words);
}
