/** Under the hood: each customer message with the calls it caused, and the outbox. */

import { gist } from "./bubble.js";
import { reportNow } from "./conversation.js";
import { el, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { outbox } from "./outbox.js";
import { avatar, personOf } from "./people.js";
import { route } from "./route.js";
import { segmented } from "./segmented.js";
import { choose, get, on, ui } from "./store.js";
import { duration, exact } from "./time.js";
import { timeline } from "./timeline.js";
import { t } from "./words.js";

const BACKGROUND = "background";
const MOST = 40;
const MOST_BACKGROUND = 40;
const opened = new Map();

export function hood() {
  const options = [["turns", t("hood.turns")], ["outbox", t("hood.outbox")]];
  const kinds = segmented({ name: "hood", label: t("hood.switch"), options, picked: (value) => choose({ hood: value }) });
  const turns = el("div", { class: "turns" });
  const rows = outbox();
  on(["calls", "turns", "chat", "ui"], () => drawTurns(turns));
  on(["ui"], () => {
    const name = ui.hood === "outbox" ? "outbox" : "turns";
    kinds.show(name);
    turns.hidden = name !== "turns";
    rows.hidden = name === "turns";
  });
  return [route(), el("div", { class: "panel-head" }, kinds.node), turns, rows];
}

function drawTurns(place) {
  const groups = grouped(get("calls"));
  const messages = [...groups.keys()].filter((wamid) => wamid !== BACKGROUND).reverse().slice(0, MOST);
  const cards = messages.map((wamid, index) => card(wamid, groups.get(wamid), index === 0));
  if (groups.has(BACKGROUND)) cards.push(card(BACKGROUND, groups.get(BACKGROUND).slice(-MOST_BACKGROUND), false));
  reconcile(place, cards.length ? cards.map((one) => one.entry) : [nothing()]);
  for (const { entry, calls, first } of cards) refresh(place.querySelector(`[data-key="${CSS.escape(entry.key)}"]`), calls, first);
}

/** By message, in the order in which they came; what belongs to none together. */
function grouped(calls) {
  const groups = new Map();
  for (const call of calls) {
    for (const key of keysOf(call)) groups.set(key, [...(groups.get(key) ?? []), call]);
  }
  for (const group of groups.values()) group.sort((one, other) => one.at - other.at);
  return groups;
}

/** A call that carried several messages, as a batch does, belongs to each of them. */
function keysOf(call) {
  if (call.wamids?.length) return call.wamids;
  return [call.wamid ?? BACKGROUND];
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

/** What a person opened or closed stays so; otherwise the newest message is open. */
function toggled(node, wamid) {
  if (node.open !== node.wanted) opened.set(wamid, node.open);
  node.wanted = node.open;
  if (node.open) timeline(node.querySelector(".calls"), node.calls);
}

function refresh(node, calls, first) {
  const wamid = node.dataset.wamid;
  node.calls = calls;
  reconcile(node.querySelector("summary"), [{ key: "head", signature: headSignature(wamid, calls), make: () => head(wamid, calls) }]);
  node.wanted = opened.get(wamid) ?? (first && wamid !== BACKGROUND);
  if (node.open !== node.wanted) node.open = node.wanted;
  if (node.open) timeline(node.querySelector(".calls"), calls);
}

function headSignature(wamid, calls) {
  return [calls.length, calls.at(-1).number, get("turns")?.[wamid], Boolean(found(wamid))];
}

/** The chat item and whose it is. */
function found(wamid) {
  for (const [key, items] of Object.entries(get("chat") ?? {})) {
    const item = items.find((one) => one.id === wamid);
    if (item) return { item, person: personOf(key) };
  }
  return null;
}

function head(wamid, calls) {
  const count = calls.length === 1 ? t("hood.call") : t("hood.calls", { count: calls.length });
  if (wamid === BACKGROUND) return el("div", { class: "turn-head" }, el("span", { class: "turn-words" }, el("b", {}, t("hood.background")), el("small", {}, count)));
  const whose = found(wamid);
  const words = whose ? gist(whose.item) : wamid;
  const who = whose?.person ? `${whose.person.name} · ` : "";
  return el(
    "div",
    { class: "turn-head" },
    whose?.person ? avatar(whose.person) : null,
    el("span", { class: "turn-words" }, el("b", { dir: "auto" }, words), el("small", {}, `${who}${exact(calls[0].at)} · ${count}`)),
    el("span", { class: "facts" }, facts(wamid, calls)),
  );
}

function facts(wamid, calls) {
  const turn = get("turns")?.[wamid];
  const told = [answered(calls), replied(calls)];
  if (turn?.cache === "hit") told.push(fact("good", t("hood.hit")));
  if (turn?.cache === "miss") told.push(fact("plain", t("hood.miss")));
  if (turn?.state) told.push(fact("plain", turn.state.replace(">", " → ")));
  return told;
}

function answered(calls) {
  const first = calls.find((call) => call.to === "webhook");
  if (!first) return null;
  const accepted = calls.find((call) => call.to === "webhook" && call.status === 200);
  if (!accepted) return fact("bad", t("hood.answered_not"));
  return fact("good", t("hood.answered", { ms: duration((accepted.at - first.at) * 1000 + accepted.ms) }));
}

function replied(calls) {
  const first = calls.find((call) => call.to === "webhook");
  const reply = calls.find((call) => call.to === "graph" && call.name === "message" && call.status === 200);
  if (!first || !reply) return null;
  return fact("good", t("hood.replied", { ms: duration((reply.at - first.at) * 1000 + reply.ms) }));
}

function fact(kind, words) {
  return el("span", { class: `fact ${kind}` }, words);
}

function nothing() {
  const report = el("button", { type: "button", class: "primary", on: { click: reportNow } }, t("desk.report_now"));
  return { key: "none", make: () => el("div", { class: "empty" }, el("div", {}, icon("hood", "icon big"), el("p", {}, el("b", {}, t("hood.empty"))), el("p", {}, t("hood.empty_more")), report)) };
}
