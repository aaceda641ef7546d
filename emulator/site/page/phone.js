/** The customer's phone: its frame, and the conversation with day separators and the typing dots. */

import { bubble } from "./bubble.js";
import { composer } from "./composer.js";
import { dialog, iconButton } from "./controls.js";
import { waitingLine } from "./countdown.js";
import { current, markSeen, switcher } from "./customers.js";
import { el, reconcile } from "./dom.js";
import { clock, day, dayKey, language, t } from "./i18n.js";
import { icon, logo } from "./icons.js";
import { act } from "./server.js";
import { choose, get, on } from "./store.js";

const NEAR_END = 80; // pixels from the end in which new messages keep the log at its end
const EXAMPLES = { es: "no me anda la impresora", en: "my laptop won’t boot", pt: "o computador travou" };

export function phone() {
  const screen = el("div", { class: "screen" });
  const writing = composer();
  screen.append(statusBar(), head(), conversation(writing.quote), writing.node);
  return [switcher(), el("div", { class: "device" }, screen)];
}

function statusBar() {
  const time = el("span", {});
  const show = () => (time.textContent = clock(Date.now() / 1000));
  show();
  setInterval(show, 10_000);
  return el("div", { class: "status-bar", "aria-hidden": "true" }, time, el("span", { class: "island" }), el("span", { class: "battery" }));
}

function head() {
  const about = el("span", { class: "head-about" });
  on(["typing", "customers", "ui"], () => {
    about.textContent = t(current() && isTyping(current()) ? "phone.typing" : "phone.business");
  });
  return el("header", { class: "chat-head" }, el("span", { class: "head-logo" }, logo()), el("div", {}, el("h2", {}, "Mostrador"), about));
}

function isTyping(customer) {
  return customer.key in (get("typing") ?? {});
}

/** `quote` is called with the message that the next one is to answer. */
function conversation(quote) {
  const log = el("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": "Mostrador", tabindex: "0" });
  const latest = iconButton("down", t("phone.latest"), () => toEnd(log), { class: "latest round", hidden: true });
  const view = { log, latest, quote, shown: null };
  log.addEventListener("scroll", () => (latest.hidden = isAtEnd(log)));
  new ResizeObserver(() => view.atEnd && toEnd(log)).observe(log);
  on(["customers", "chat", "typing", "outbox", "ui"], () => draw(view));
  return el("div", { class: "conversation" }, log, latest);
}

function draw(view) {
  const customer = current();
  if (!customer) return;
  const other = view.shown !== customer.key;
  const items = get("chat")?.[customer.key] ?? [];
  view.atEnd = other || isAtEnd(view.log);
  if (other) view.log.replaceChildren();
  reconcile(view.log, entries(view, customer, items));
  view.shown = customer.key;
  if (view.atEnd) toEnd(view.log);
  view.latest.hidden = isAtEnd(view.log);
  if (!document.hidden && view.log.clientHeight) markSeen(customer.key, items);
}

function entries(view, customer, items) {
  const known = new Map(items.map((item) => [item.id, item]));
  const reactions = new Map(items.filter((item) => item.kind === "reaction").map((item) => [item.reaction_to, item.text]));
  const found = [{ key: "notice", make: () => el("p", { class: "notice" }, icon("lock"), t("phone.notice")) }];
  let date = null;
  for (const item of items) {
    if (item.kind === "reaction") continue;
    if (dayKey(item.at) !== date) found.push(separator(item, (date = dayKey(item.at))));
    found.push(message(view, customer, item, known.get(item.quotes), reactions.get(item.id)));
  }
  if (!items.length) found.push(suggestions(customer));
  if (isTyping(customer)) found.push({ key: "typing", signature: 0, make: typing });
  const line = waitingLine((row) => row.channel === "whatsapp" && row.customer === customer.key, (words) => el("p", { class: "waiting-reply" }, icon("clock"), words));
  return [...found, ...line];
}

function separator(item, key) {
  return { key, signature: day(item.at), make: () => el("p", { class: "day" }, el("span", {}, day(item.at))) };
}

function message(view, customer, item, quoted, reaction) {
  const actions = {
    press: (of, choice) => act(customer, { do: "press", id: choice.id, of: of.id }),
    open: (of) => openList(customer, of),
    quote: view.quote,
    react: (to, emoji) => act(customer, { do: "reaction", emoji, to: to.id }),
  };
  return { key: item.id, signature: [item, quoted?.id, reaction], make: () => bubble(item, { quoted, reaction, actions }) };
}

function typing() {
  const dots = el("span", { class: "dots" }, el("i"), el("i"), el("i"));
  return el("div", { class: "row theirs", "aria-label": t("phone.typing") }, el("div", { class: "bubble" }, dots));
}

function suggestions(customer) {
  const suggestion = (text) => el("button", { type: "button", class: "suggestion", on: { click: () => act(customer, { do: "text", text }) } }, text);
  const make = () => el("div", { class: "suggestions" }, el("p", {}, t("phone.empty")), Object.values(EXAMPLES).map(suggestion));
  return { key: "suggestions", signature: customer.key, make };
}

/** Shows the phone, with a first message in the desk's language. */
export function reportExample() {
  choose({ tab: "phone" });
  return act(current(), { do: "text", text: EXAMPLES[language] ?? EXAMPLES.es });
}

function openList(customer, item) {
  const rows = item.choices.map((choice, index) => row(choice, index === 0));
  const body = el("fieldset", { class: "rows" }, el("legend", { class: "hidden" }, item.list_button), rows);
  const submit = (values) => act(customer, { do: "choose", id: values.row, of: item.id });
  dialog({ title: item.list_button, body, action: t("phone.send"), submit, sheet: true });
}

function row(choice, first) {
  const radio = el("input", { type: "radio", name: "row", value: choice.id, required: true, checked: first });
  const words = el("span", { class: "row-words" }, el("b", {}, choice.title), choice.description ? el("small", {}, choice.description) : null);
  return el("label", { class: "list-row" }, words, radio);
}

function isAtEnd(log) {
  return log.scrollHeight - log.scrollTop - log.clientHeight < NEAR_END;
}

function toEnd(log) {
  log.scrollTop = log.scrollHeight;
}
