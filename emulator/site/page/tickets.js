/** The tickets as the database has them: status, description, files and history. */

import { el } from "./dom.js";
import { labelledValues, pageIn, pageLink } from "./emails.js";
import { LANGUAGES, named, t, when } from "./i18n.js";
import { icon } from "./icons.js";
import { get } from "./store.js";

const SIGNS = { image: "image", voice: "mic", audio: "mic", video: "play", document: "document", location: "location" };

export function row(ticket) {
  return [
    el("span", { class: "list-top" }, el("code", {}, ticket.code), el("time", {}, when(ticket.updated_at))),
    el("b", { class: "list-title", dir: "auto" }, ticket.summary || t("desk.no_words")),
    el("span", { class: "list-more" }, state(ticket.status), ` ${ticket.customer?.name ?? t("desk.erased_customer")}`),
  ];
}

function state(status) {
  return el("span", { class: `state state-${status}` }, named("status", status));
}

export function reading(ticket, back) {
  return el(
    "article",
    { class: "reading ticket" },
    back,
    el("header", { class: "ticket-head" }, el("code", {}, ticket.code), state(ticket.status)),
    el("h3", { dir: "auto" }, ticket.summary || t("desk.no_words")),
    ticket.wants_human ? el("p", { class: "wants-human" }, "🙋 ", t("event.human")) : null,
    values(ticket),
    pageLink(pageOf(ticket)),
    described(ticket),
    ticket.attachments.length ? [el("h4", {}, t("desk.attachments")), el("ul", { class: "files" }, ticket.attachments.map(file))] : null,
    el("h4", {}, t("desk.history")),
    el("ol", { class: "history" }, ticket.events.map(happened)),
  );
}

/** The technician's page, once an e-mail has brought its address. */
export function pageOf(ticket) {
  return pageIn((get("mails") ?? []).find((mail) => mail.text.includes(ticket.code) && pageIn(mail)));
}

function values(ticket) {
  const customer = ticket.customer;
  const who = customer ? [customer.name, customer.phone ? `+${customer.phone}` : t("phone.no_number")].filter(Boolean).join(" · ") : t("desk.erased_customer");
  const rows = [["actor.customer", who], ["app.language", LANGUAGES[ticket.language] ?? ticket.language], ["desk.opened", when(ticket.created_at)], ["desk.changed", when(ticket.updated_at)]];
  return labelledValues(rows);
}

function described(ticket) {
  if (!ticket.description || ticket.description === ticket.summary) return null;
  return [el("h4", {}, t("desk.reported")), el("p", { class: "described", dir: "auto" }, ticket.description)];
}

function file(attachment) {
  const about = attachment.caption || attachment.filename || attachment.place || attachment.mime_type || "";
  const picture = attachment.kind === "image" && attachment.media_id ? el("img", { src: `/emulator/file/${encodeURIComponent(attachment.media_id)}`, alt: "", loading: "lazy" }) : icon(SIGNS[attachment.kind] ?? "document");
  return el("li", {}, el("span", { class: "file-sign" }, picture), el("span", {}, el("b", {}, named("kind", attachment.kind)), el("small", { dir: "auto" }, about)));
}

function happened(event) {
  const body = event.kind === "status" ? named("status", event.body ?? "") : event.body;
  return el(
    "li",
    { class: `event-${event.actor}` },
    el("p", {}, el("b", {}, named("actor", event.actor)), ` · ${named("event", event.kind)} · `, el("time", {}, when(event.at))),
    body ? el("p", { class: "event-body", dir: "auto" }, body) : null,
  );
}
