/** Whose phone is shown: the customers to switch between, and the dialog that adds one. */

import { dialog } from "./controls.js";
import { el, reconcile } from "./dom.js";
import { country, t } from "./i18n.js";
import { icon } from "./icons.js";
import { post } from "./server.js";
import { choose, get, on, ui } from "./store.js";

// How a mobile number begins there; eight digits follow.
const COUNTRIES = { AR: "54911", MX: "52155", CO: "57300", CL: "569", PE: "519", ES: "346", BR: "55119", PT: "3519", US: "155", GB: "4477" };

/** The customer whose phone is shown; undefined until the server has named one. */
export function current() {
  return customerOf(ui.customer) ?? get("customers")?.[0];
}

export function customerOf(key) {
  return get("customers")?.find((customer) => customer.key === key);
}

export function switcher() {
  const chips = el("div", { class: "chips" });
  const search = el("input", { type: "search", placeholder: t("phone.find"), "aria-label": t("phone.find_who"), autocomplete: "off" });
  let shown = null;
  const draw = () => {
    const found = (get("customers") ?? []).filter((customer) => fits(customer, search.value));
    reconcile(chips, found.length ? found.map(entry) : [{ key: "nobody", make: () => el("span", { class: "nobody" }, t("phone.nobody")) }]);
    if (shown !== current()?.key) scrollTo(chips, chips.querySelector("[aria-pressed=true]"));
    shown = current()?.key;
  };
  search.addEventListener("input", draw);
  on(["customers", "chat", "ui"], draw);
  const adder = el("button", { type: "button", class: "chip chip-add", "aria-label": t("phone.add"), title: t("phone.add"), on: { click: add } }, icon("plus"));
  return el("div", { class: "switcher", role: "group", "aria-label": t("phone.who") }, el("label", { class: "search" }, icon("search"), search), chips, adder);
}

/** By a part of the name, without its accents, of the number in any form, or of the username. */
function fits(customer, words) {
  const [number, wanted] = [words.replace(/\D/gu, ""), plain(words)];
  return [customer.name, customer.username ?? ""].some((name) => plain(name).includes(wanted)) || Boolean(number && customer.phone?.includes(number));
}

function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").trim().toLowerCase();
}

/** Moves a row sideways until this chip is seen. Not with `scrollIntoView`: from there the Tab key would go on, past all before it. */
function scrollTo(chips, chip) {
  if (!chip) return;
  const [row, box] = [chips.getBoundingClientRect(), chip.getBoundingClientRect()];
  if (box.left < row.left) chips.scrollLeft -= row.left - box.left;
  else if (box.right > row.right) chips.scrollLeft += Math.min(box.right - row.right, box.left - row.left);
}

function entry(customer) {
  const chosen = customer.key === current().key;
  const unread = chosen ? 0 : unseen(customer.key);
  return { key: customer.key, signature: [customer, chosen, unread], make: () => chip(customer, chosen, unread) };
}

function chip(customer, chosen, unread) {
  const about = customer.phone ? `+${customer.phone}` : t("phone.no_number");
  return el(
    "button",
    { type: "button", class: "chip", "aria-pressed": String(chosen), title: about, data: { focus: customer.key }, on: { click: () => choose({ customer: customer.key }) } },
    avatar(customer),
    el("span", { class: "chip-name" }, customer.name),
    customer.phone ? null : el("span", { class: "chip-about", "aria-label": about }, "@"),
    unread ? el("span", { class: "badge", "aria-label": `${unread} ${t("desk.unread")}` }, String(unread)) : null,
  );
}

export function avatar(customer) {
  const letters = customer.name.split(/\s+/u).slice(0, 2).map((word) => [...word][0] ?? "").join("");
  const hue = [...customer.key].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 5, 0);
  return el("span", { class: `avatar avatar-${hue}`, "aria-hidden": "true" }, letters.toUpperCase());
}

function unseen(key) {
  const seen = ui.seen?.[key] ?? 0;
  return (get("chat")?.[key] ?? []).filter((item) => item.from === "desk" && item.at > seen).length;
}

/** Remembers that this customer's chat was on the screen. */
export function markSeen(key, items) {
  const last = Math.max(0, ...items.map((item) => item.at));
  if (last > (ui.seen?.[key] ?? 0)) choose({ seen: { ...ui.seen, [key]: last } });
}

function add() {
  const name = input("name", { required: true, autocomplete: "off", maxlength: "60" });
  const phone = input("phone", { required: true, inputmode: "tel", pattern: "[+0-9 \\(\\)\\-]{8,20}" });
  const username = input("username", { required: true, pattern: "[a-z0-9._]{3,30}", maxlength: "30" });
  const countries = el("select", { class: "input", name: "country" }, Object.keys(COUNTRIES).map((code) => el("option", { value: code }, country(code))));
  let suggested = "";
  const suggest = () => {
    if (phone.value === suggested) phone.value = suggested = `${COUNTRIES[countries.value]}${digits(8)}`;
  };
  countries.addEventListener("change", suggest);
  suggest();
  const withNumber = el("fieldset", { class: "fields" }, field("add.phone", phone));
  const withUsername = el("fieldset", { class: "fields" }, field("add.username", username));
  const show = (shown) => [withNumber, withUsername].forEach((part) => (part.hidden = part.disabled = part !== shown));
  const kinds = [radio("add.with_number", true, () => show(withNumber)), radio("phone.no_number", false, () => show(withUsername))];
  const kind = el("fieldset", { class: "kinds" }, el("legend", {}, t("add.kind")), kinds);
  show(withNumber);
  const body = el("div", { class: "fields" }, field("add.name", name), field("add.country", countries), kind, withNumber, withUsername);
  dialog({ title: t("phone.add"), body, action: t("add.save"), submit: save });
}

function input(name, attributes) {
  return el("input", { class: "input", name, ...attributes });
}

function field(word, control) {
  return el("label", { class: "field" }, el("span", {}, t(word)), control);
}

function radio(word, checked, change) {
  return el("label", { class: "radio" }, el("input", { type: "radio", name: "kind", checked, on: { change } }), t(word));
}

/** `values` holds the fields of the kind that was chosen, and no others. */
async function save({ name, phone, username, country: code }) {
  const identity = phone ? { phone: phone.replace(/\D/gu, "") } : { username };
  const answer = await post("customers", { name: name.trim(), bsuid: `${code}.${digits(10)}`, ...identity });
  if (answer) choose({ customer: answer.key });
  return Boolean(answer);
}

function digits(count) {
  return Array.from({ length: count }, () => Math.floor(Math.random() * 10)).join("");
}
