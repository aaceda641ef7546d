/** The technicians' side: each one's mailbox, and the way to their list of tickets, which is the real one. */

import { segmented } from "./controls.js";
import { waitingLine } from "./countdown.js";
import { desk } from "./desk.js";
import { el, reconcile } from "./dom.js";
import * as mails from "./emails.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { reportExample } from "./phone.js";
import { post, toast } from "./server.js";
import { choose, get, on, ui } from "./store.js";

export function helpDesk() {
  const options = desk.technicians.map(({ address, name }) => [address, [name || address, unreadBadge(address)]]);
  const people = segmented({ name: "technician", label: t("actor.technician"), options, picked: (address) => choose({ technician: address, mail: null }) });
  const parts = { list: el("ul", { class: "list" }), pane: el("div", { class: "pane" }), body: el("div", { class: "split" }), waiting: el("div", { class: "waiting-mails" }) };
  const empty = el("div", { class: "empty" });
  parts.body.append(parts.list, parts.pane);
  on(["mails", "outbox", "ui"], () => draw(people, parts, empty));
  return [el("div", { class: "panel-head" }, people.node, listButton()), parts.waiting, parts.body, empty];
}

/** The address of whom the mailbox is shown. */
function technician() {
  const known = desk.technicians.map(({ address }) => address);
  return known.includes(ui.technician) ? ui.technician : known[0];
}

function mailsOf(address) {
  return (get("mails") ?? []).filter((mail) => mail.to.some((to) => to.toLowerCase() === address));
}

/** How many of the mailbox's e-mails, by default those that are shown, were not opened yet. */
export function unread(address = technician()) {
  return mailsOf(address).filter((mail) => !ui.read?.includes(mail.id)).length;
}

function unreadBadge(address) {
  const badge = el("span", { class: "badge" });
  on(["mails", "ui"], () => {
    const count = unread(address);
    badge.hidden = !count;
    badge.textContent = count;
    badge.setAttribute("aria-label", `${count} ${t("desk.unread")}`);
  });
  return badge;
}

/** Opens the list as the technician who was chosen: by the link in their mailbox, for which it asks if there is none. */
function listButton() {
  const words = [t("desk.list"), el("span", { class: "hidden" }, ` (${t("desk.new_window")})`)];
  const open = async () => {
    const tab = window.open("", "_blank"); // now: a window that is opened later is taken for a pop-up
    const answer = await post("list", { technician: technician() });
    if (answer?.address) return leave(tab, answer.address);
    tab?.close();
    if (answer) toast(t("desk.link_waits"));
  };
  return el("button", { type: "button", class: "secondary", on: { click: open } }, words, icon("out"));
}

function leave(tab, address) {
  if (!tab) return;
  tab.opener = null;
  tab.location = address;
}

function draw(people, parts, empty) {
  const items = mailsOf(technician());
  const chosen = items.find((item) => item.id === ui.mail);
  people.show(technician());
  parts.body.hidden = !items.length;
  empty.hidden = Boolean(items.length);
  parts.body.classList.toggle("reading", Boolean(chosen));
  reconcile(parts.waiting, waitingLine((row) => row.channel === "email", (words) => el("p", {}, icon("clock"), words)));
  reconcile(parts.list, items.map((item) => entry(item, item === chosen)));
  reconcile(parts.pane, [chosen ? opened(chosen) : { key: "none", make: () => el("p", { class: "pane-empty" }, t("desk.pick")) }]);
  reconcile(empty, items.length ? [] : [{ key: "none", make: () => nothing("desk", "desk.no_mails") }]);
}

function entry(mail, chosen) {
  const isUnread = !ui.read?.includes(mail.id);
  const open = () => choose({ mail: mail.id, ...(isUnread ? { read: [...(ui.read ?? []), mail.id].slice(-200) } : {}) });
  const make = () =>
    el("li", {}, el("button", { type: "button", class: `list-entry${isUnread ? " unread" : ""}`, "aria-current": chosen ? "true" : null, data: { focus: mail.id }, on: { click: open } }, mails.row(mail, isUnread)));
  return { key: mail.id, signature: [mail, chosen, isUnread], make };
}

function opened(mail) {
  const back = () => el("button", { type: "button", class: "back", on: { click: () => choose({ mail: null }) } }, icon("back"), t("desk.back"));
  return { key: mail.id, signature: mail, make: () => mails.reading(mail, back()) };
}

/** Shown instead of an empty section: what will be there, and a button that makes it happen. */
export function nothing(sign, word) {
  const report = el("button", { type: "button", class: "primary", on: { click: reportExample } }, t("steps.report"));
  return el("div", {}, icon(sign, "icon big"), el("b", {}, t(word)), desk.whatsapp ? null : report);
}
