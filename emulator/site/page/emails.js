/** An e-mail as a row of a mailbox, and opened: as HTML and as text. */

import { segmented } from "./controls.js";
import { el } from "./dom.js";
import { exact, t, when } from "./i18n.js";
import { icon } from "./icons.js";
import { replyForm } from "./reply-form.js";
import { choose, ui } from "./store.js";

const ADDRESS = /https?:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?\/t\/[^\s<>"]+/u;

/** The technician's page of a ticket, if this e-mail links to one on this machine. */
function pageIn(mail) {
  return ADDRESS.exec(mail.text)?.[0] ?? null;
}

function pageLink(address) {
  if (!address) return null;
  const words = [t("desk.ticket_page"), el("span", { class: "hidden" }, ` (${t("desk.new_window")})`)];
  return el("a", { class: "secondary", href: address, target: "_blank", rel: "noopener" }, words, icon("out"));
}

export function row(mail, unread) {
  const sender = mail.from.replace(/<.*>|"/gu, "").trim();
  return [
    el("span", { class: "list-top" }, el("span", {}, sender), el("time", {}, when(mail.at))),
    el("b", { class: "list-title" }, mail.subject, unread ? el("span", { class: "hidden" }, ` (${t("desk.unread")})`) : null),
    el("span", { class: "list-more" }, mail.excerpt),
  ];
}

export function reading(mail, back) {
  const frame = el("iframe", { class: "mail-frame", sandbox: "allow-popups allow-popups-to-escape-sandbox", src: mail.html_url, title: mail.subject });
  const text = el("pre", { class: "mail-text", tabindex: "0" }, mail.text);
  const show = (part) => {
    frame.hidden = part !== "html";
    text.hidden = part === "html";
  };
  const options = [["html", t("desk.html")], ["text", t("desk.text")]];
  const parts = segmented({ name: "mail-part", label: mail.subject, options, small: true, picked: (part) => { choose({ part }); show(part); } });
  const part = ui.part === "text" ? "text" : "html";
  parts.show(part);
  show(part);
  const reply = replyForm(mail);
  const tools = el("div", { class: "tools" }, parts.node, el("div", { class: "tools-end" }, reply.button, pageLink(pageIn(mail))));
  return el("article", { class: "reading mail" }, back, el("h2", {}, mail.subject), envelope(mail), tools, reply.form, frame, text);
}

function envelope(mail) {
  const attached = mail.attachments.map((file) => `${file.filename} (${Math.ceil(file.size / 1024)} KB)`).join(", ");
  const rows = [["desk.from", mail.from], ["desk.to", mail.to.join(", ")], ["desk.reply_to", mail.reply_to.join(", ")], ["desk.received", exact(mail.at)], ["desk.thread", mail.thread], ["desk.key", mail.key], ["desk.attachments", attached]];
  return labelledValues(rows);
}

/** Of [word, value]; what has no value is left out. */
function labelledValues(rows) {
  const shown = rows.filter(([, value]) => value).map(([word, value]) => el("div", {}, el("dt", {}, t(word)), el("dd", {}, value)));
  return el("dl", { class: "labelled-values" }, shown);
}
