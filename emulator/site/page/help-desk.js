/** The technicians' side: their mailbox and the tickets, each as a list and the entry that was chosen from it. */

import { segmented } from "./controls.js";
import { el, reconcile } from "./dom.js";
import * as mails from "./emails.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { reportExample } from "./phone.js";
import { choose, get, on, ui } from "./store.js";
import * as tickets from "./tickets.js";

const VIEWS = { mails, tickets };
const keyOf = (item) => item.id ?? item.code;

export function helpDesk() {
  const options = Object.keys(VIEWS).map((name) => [name, t(`name.${name}`)]);
  const kinds = segmented({ name: "desk", label: t("tab.desk"), options, picked: (value) => choose({ desk: value }) });
  const parts = { list: el("ul", { class: "list" }), pane: el("div", { class: "pane" }), boxes: el("div", {}), body: el("div", { class: "split" }) };
  const empty = el("div", { class: "empty" });
  parts.body.append(parts.list, parts.pane);
  on(["mails", "tickets", "ui"], () => draw(kinds, parts, empty));
  return [el("div", { class: "panel-head" }, kinds.node, parts.boxes), parts.body, empty];
}

function draw(kinds, parts, empty) {
  const name = VIEWS[ui.desk] ? ui.desk : "mails";
  const all = get(name) ?? [];
  const addresses = name === "mails" ? mails.mailboxes(all) : [];
  const items = addresses.includes(ui.mailbox) ? all.filter((mail) => mail.to.includes(ui.mailbox)) : all;
  const choice = { key: "boxes", signature: [addresses, ui.mailbox], make: () => mails.mailboxChoice(addresses) };
  reconcile(parts.boxes, addresses.length > 1 ? [choice] : []);
  const chosen = items.find((item) => keyOf(item) === ui[name]);
  kinds.show(name);
  parts.body.hidden = !items.length;
  empty.hidden = Boolean(items.length);
  parts.body.classList.toggle("reading", Boolean(chosen));
  reconcile(parts.list, items.map((item) => entry(name, item, item === chosen)));
  reconcile(parts.pane, [chosen ? opened(name, chosen) : { key: "none", signature: name, make: () => el("p", { class: "pane-empty" }, t("desk.pick")) }]);
  reconcile(empty, items.length ? [] : [{ key: name, make: () => nothing(name === "mails" ? "desk" : "ticket", `desk.no_${name}`) }]);
}

function entry(name, item, chosen) {
  const key = keyOf(item);
  const unread = name === "mails" && !ui.read?.includes(key);
  const open = () => choose({ [name]: key, ...(unread ? { read: [...(ui.read ?? []), key].slice(-200) } : {}) });
  const make = () =>
    el("li", {}, el("button", { type: "button", class: `list-entry${unread ? " unread" : ""}`, "aria-current": chosen ? "true" : null, data: { focus: key }, on: { click: open } }, VIEWS[name].row(item, unread)));
  return { key, signature: [item, chosen, unread], make };
}

function opened(name, item) {
  const back = () => el("button", { type: "button", class: "back", on: { click: () => choose({ [name]: null }) } }, icon("back"), t("desk.back"));
  const make = () => VIEWS[name].reading(item, back());
  return { key: keyOf(item), signature: [item, name, VIEWS[name].pageOf?.(item)], make };
}

/** Shown instead of an empty section: what will be there, and a button that makes it happen. */
export function nothing(sign, word) {
  const report = el("button", { type: "button", class: "primary", on: { click: reportExample } }, t("steps.report"));
  return el("div", {}, icon(sign, "icon big"), el("b", {}, t(word)), report);
}
