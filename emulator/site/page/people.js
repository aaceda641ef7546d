/** Who the phone belongs to at the moment: the switcher, and the dialog that adds somebody. */

import { post } from "./api.js";
import { dialog } from "./dialog.js";
import { el, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { choose, get, on, ui } from "./store.js";
import { t } from "./words.js";

const COUNTRIES = ["AR", "MX", "CO", "CL", "ES", "BR", "US"];

/** The person whose phone is shown; undefined until the server has named somebody. */
export function current() {
  const people = get("people") ?? [];
  return people.find((person) => person.key === ui.person) ?? people[0];
}

export function personOf(key) {
  return (get("people") ?? []).find((person) => person.key === key);
}

export function switcher() {
  const chips = el("div", { class: "chips" });
  let shown = null;
  on(["people", "chat", "ui"], () => {
    reconcile(chips, (get("people") ?? []).map(entry));
    if (shown !== current()?.key) chips.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
    shown = current()?.key;
  });
  return el("div", { class: "switcher", role: "group", "aria-label": t("phone.who") }, chips, adder());
}

function entry(person) {
  const chosen = person.key === current().key;
  const unread = chosen ? 0 : unseen(person.key);
  return { key: person.key, signature: [person, chosen, unread], make: () => chip(person, chosen, unread) };
}

function chip(person, chosen, unread) {
  const about = person.phone ? `+${person.phone}` : t("phone.no_number");
  return el(
    "button",
    { type: "button", class: "chip", "aria-pressed": String(chosen), title: about, data: { focus: person.key }, on: { click: () => choose({ person: person.key }) } },
    avatar(person),
    el("span", { class: "chip-name" }, person.name),
    person.phone ? null : el("span", { class: "chip-about", "aria-label": t("phone.no_number") }, "@"),
    unread ? el("span", { class: "badge", "aria-label": t("phone.unread", { count: unread }) }, String(unread)) : null,
  );
}

function adder() {
  return el("button", { type: "button", class: "chip chip-add", "aria-label": t("phone.add"), title: t("phone.add"), on: { click: add } }, icon("plus"));
}

export function avatar(person) {
  const letters = person.name.split(/\s+/u).slice(0, 2).map((word) => [...word][0] ?? "").join("");
  const hue = [...person.key].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 5, 0);
  return el("span", { class: `avatar avatar-${hue}`, "aria-hidden": "true" }, letters.toUpperCase());
}

function unseen(key) {
  const seen = ui.seen?.[key] ?? 0;
  return (get("chat")?.[key] ?? []).filter((item) => item.from === "desk" && item.at > seen).length;
}

/** Remembers that this person's chat was on the screen. */
export function markSeen(key, items) {
  const last = Math.max(0, ...items.map((item) => item.at));
  if (last > (ui.seen?.[key] ?? 0)) choose({ seen: { ...ui.seen, [key]: last } });
}

function add() {
  const form = fields();
  dialog({ title: t("add.title"), body: form.body, action: t("add.save"), submit: () => save(form) });
}

function fields() {
  const name = input("name", { required: true, autocomplete: "off", maxlength: "60" });
  const phone = input("phone", { inputmode: "tel", pattern: "[+0-9 \\(\\)\\-]{8,20}", value: `54911${digits(8)}` });
  const username = input("username", { pattern: "[a-z0-9._]{3,30}", maxlength: "30" });
  const country = el("select", { class: "input" }, COUNTRIES.map((code) => el("option", { value: code }, code)));
  const withNumber = kind("add.with_number", true);
  const withUsername = kind("add.with_username", false);
  const numbered = el("div", { class: "fields" }, field("add.phone", phone));
  const named = el("div", { class: "fields" }, field("add.username", username), field("add.country", country));
  const show = () => {
    const byNumber = withNumber.input.checked;
    numbered.hidden = !byNumber;
    named.hidden = byNumber;
    phone.required = byNumber;
    username.required = !byNumber;
    phone.disabled = !byNumber;
    username.disabled = byNumber;
  };
  for (const choice of [withNumber, withUsername]) choice.input.addEventListener("change", show);
  show();
  const kinds = el("fieldset", { class: "kinds" }, el("legend", {}, t("add.kind")), withNumber.label, withUsername.label);
  const body = el("div", { class: "fields" }, field("add.name", name), kinds, numbered, named);
  return { body, name, phone, username, country, withNumber };
}

function input(name, attributes) {
  return el("input", { class: "input", name, ...attributes });
}

function field(word, control) {
  return el("label", { class: "field" }, el("span", {}, t(word)), control);
}

function kind(word, checked) {
  const choice = el("input", { type: "radio", name: "kind", checked });
  return { input: choice, label: el("label", { class: "radio" }, choice, t(word)) };
}

async function save({ name, phone, username, country, withNumber }) {
  const numbered = withNumber.input.checked;
  const bsuid = `${country.value}.${digits(10)}`;
  const person = numbered
    ? { name: name.value.trim(), phone: phone.value.replace(/\D/gu, ""), bsuid }
    : { name: name.value.trim(), bsuid, username: username.value };
  const answer = await post("people", person);
  if (answer) choose({ person: answer.key });
  return Boolean(answer);
}

function digits(count) {
  return Array.from({ length: count }, () => Math.floor(Math.random() * 10)).join("");
}
