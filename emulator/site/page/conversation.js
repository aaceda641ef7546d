/** The bubbles of one customer, oldest first, with day separators and the typing dots. */

import { act } from "./api.js";
import { bubble } from "./bubble.js";
import { dialog } from "./dialog.js";
import { el, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { current, markSeen } from "./people.js";
import { choose, get, on } from "./store.js";
import { day, dayKey } from "./time.js";
import { language, t } from "./words.js";

const NEAR_END = 80;
const FIRST_WORDS = ["no me anda la impresora", "my laptop won’t boot", "o computador travou"];

/** `quote` is told which message the next one answers. */
export function conversation(screen, quote) {
  const log = el("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": t("phone.chat"), tabindex: "0" });
  const latest = el("button", { type: "button", class: "latest round", "aria-label": t("phone.latest"), hidden: true, on: { click: () => toEnd(log) } }, icon("down"));
  const view = { log, latest, screen, quote, shown: null };
  log.addEventListener("scroll", () => (latest.hidden = isAtEnd(log)));
  new ResizeObserver(() => view.atEnd && toEnd(log)).observe(log);
  on(["people", "chat", "typing", "ui"], () => draw(view));
  return el("div", { class: "conversation" }, log, latest);
}

function draw(view) {
  const person = current();
  if (!person) return;
  const other = view.shown !== person.key;
  const stay = other || isAtEnd(view.log);
  const items = get("chat")?.[person.key] ?? [];
  if (other) view.log.replaceChildren();
  reconcile(view.log, entries(view, person, items));
  view.shown = person.key;
  view.atEnd = stay;
  if (stay) toEnd(view.log);
  view.latest.hidden = isAtEnd(view.log);
  if (!document.hidden && view.log.clientHeight) markSeen(person.key, items);
}

function entries(view, person, items) {
  const known = new Map(items.map((item) => [item.id, item]));
  const reactions = lastReactions(items);
  const found = [{ key: "notice", signature: language(), make: () => el("p", { class: "notice" }, icon("lock"), t("phone.notice")) }];
  let date = null;
  for (const item of items) {
    if (item.kind === "reaction") continue;
    if (dayKey(item.at) !== date) found.push(separator(item, (date = dayKey(item.at))));
    found.push(message(view, person, item, known.get(item.quotes), reactions.get(item.id)));
  }
  if (!items.length) found.push(suggestions(person));
  if (isTyping(person)) found.push({ key: "typing", signature: 0, make: typing });
  return found;
}

function lastReactions(items) {
  return new Map(items.filter((item) => item.kind === "reaction").map((item) => [item.reaction_to, item.text]));
}

function separator(item, key) {
  return { key, signature: day(item.at), make: () => el("p", { class: "day" }, el("span", {}, day(item.at))) };
}

function message(view, person, item, quoted, reaction) {
  const doing = {
    press: (of, choice) => act(person.key, { do: "press", id: choice.id, of: of.id }),
    open: (of) => openList(view, person, of),
    quote: view.quote,
    react: (to, emoji) => act(person.key, { do: "reaction", emoji, to: to.id }),
  };
  return { key: item.id, signature: [item, quoted?.id, reaction, language()], make: () => bubble(item, { quoted, reaction, doing }) };
}

export function isTyping(person) {
  const until = get("typing")?.[person.key] ?? 0;
  return until > Date.now() / 1000;
}

function typing() {
  const dots = el("span", { class: "dots" }, el("i"), el("i"), el("i"));
  return el("div", { class: "row theirs", "aria-label": t("phone.typing") }, el("div", { class: "bubble" }, dots));
}

function suggestions(person) {
  const write = (text) => act(person.key, { do: "text", text });
  const make = () =>
    el("div", { class: "suggestions" }, el("p", {}, t("phone.empty")), FIRST_WORDS.map((text) => el("button", { type: "button", class: "suggestion", on: { click: () => write(text) } }, text)));
  return { key: "suggestions", signature: person.key, make };
}

export function reportNow() {
  const first = { es: FIRST_WORDS[0], en: FIRST_WORDS[1], pt: FIRST_WORDS[2] }[language()];
  choose({ tab: "phone" });
  return act(current().key, { do: "text", text: first });
}

function openList(view, person, item) {
  const rows = item.choices.map((choice, index) => row(choice, index === 0));
  const body = el("fieldset", { class: "rows" }, el("legend", { class: "hidden" }, item.list_button), rows);
  const submit = async () => {
    const picked = body.querySelector("input:checked");
    return Boolean(picked && (await act(person.key, { do: "choose", id: picked.value, of: item.id })));
  };
  dialog({ title: item.list_button, body, action: t("sheet.send"), submit, inside: view.screen });
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
