/** The technicians' side: their mailbox and the tickets, a list and what was chosen from it. */

import { reportNow } from "./conversation.js";
import { el, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { mails } from "./mails.js";
import { segmented } from "./segmented.js";
import { choose, get, on, ui } from "./store.js";
import { tickets } from "./tickets.js";
import { t } from "./words.js";

const VIEWS = { mails, tickets };

export function desk() {
  const options = Object.keys(VIEWS).map((name) => [name, t(`desk.${name}`)]);
  const kinds = segmented({ name: "desk", label: t("desk.switch"), options, picked: (value) => choose({ desk: value }) });
  const parts = { list: el("ul", { class: "list" }), pane: el("div", { class: "pane" }), body: el("div", { class: "split" }) };
  const empty = el("div", { class: "empty" });
  parts.body.append(parts.list, parts.pane);
  on(["mails", "tickets", "ui"], () => draw(kinds, parts, empty));
  return [el("div", { class: "panel-head" }, kinds.node), parts.body, empty];
}

function draw(kinds, parts, empty) {
  const name = VIEWS[ui.desk] ? ui.desk : "mails";
  const { keyOf, row, reading } = VIEWS[name];
  const items = get(name) ?? [];
  const chosen = items.find((item) => keyOf(item) === ui[name]);
  kinds.show(name);
  parts.body.hidden = !items.length;
  empty.hidden = Boolean(items.length);
  parts.body.classList.toggle("reading", Boolean(chosen));
  reconcile(parts.list, items.map((item) => entry(name, item, item === chosen, keyOf, row)));
  reconcile(parts.pane, [chosen ? opened(name, chosen, keyOf, reading) : { key: "none", signature: name, make: () => el("p", { class: "pane-empty" }, t("desk.pick")) }]);
  reconcile(empty, items.length ? [] : [{ key: name, make: () => nothing(name) }]);
}

function entry(name, item, chosen, keyOf, row) {
  const key = keyOf(item);
  const unread = name === "mails" && !ui.read?.includes(key);
  const open = () => choose({ [name]: key, ...(unread ? { read: [...(ui.read ?? []), key].slice(-200) } : {}) });
  const make = () =>
    el("li", {}, el("button", { type: "button", class: `list-entry${unread ? " unread" : ""}`, "aria-current": chosen ? "true" : null, data: { focus: key }, on: { click: open } }, row(item, unread)));
  return { key, signature: [item, chosen, unread], make };
}

function opened(name, item, keyOf, reading) {
  const back = () => el("button", { type: "button", class: "back", on: { click: () => choose({ [name]: null }) } }, icon("back"), t("desk.back"));
  const make = (old) => reading(item, back(), old);
  return { key: keyOf(item), signature: [item, name, VIEWS[name].beside?.(item)], make };
}

function nothing(name) {
  const sign = icon(name === "mails" ? "desk" : "ticket", "icon big");
  const report = el("button", { type: "button", class: "primary", on: { click: reportNow } }, t("desk.report_now"));
  return el("div", {}, sign, el("p", {}, el("b", {}, t(`desk.no_${name}`))), el("p", {}, t(`desk.no_${name}_more`)), report);
}
