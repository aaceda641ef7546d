/** Builds the page: header, tabs and the four panels. */

import { desk } from "./desk.js";
import { el } from "./dom.js";
import { faults, faultsOn } from "./faults.js";
import { firstSteps } from "./first-steps.js";
import { helpDesk, unread } from "./help-desk.js";
import { language, t } from "./i18n.js";
import { icon, logo } from "./icons.js";
import { inspector } from "./inspector.js";
import { phone } from "./phone.js";
import { realWhatsapp } from "./real-whatsapp.js";
import { connect } from "./server.js";
import { choose, get, on, ui } from "./store.js";

// With real WhatsApp there is nobody to play, and nothing to break.
const PANELS = desk.whatsapp ? { phone: realWhatsapp, desk: helpDesk, inspector } : { phone, desk: helpDesk, inspector, faults };
const local = desk.whatsapp ? "app.real" : "app.local";
const wide = matchMedia("(min-width: 1100px)");

function build() {
  document.documentElement.lang = language;
  document.title = `Mostrador · ${t("app.tagline")}`;
  const panels = Object.entries(PANELS).map(([name, make]) => panel(name, make()));
  const [first, ...others] = panels;
  const side = el("div", { class: "side" }, desk.whatsapp ? null : firstSteps(), tabs(), others);
  document.body.replaceChildren(...(desk.whatsapp ? [] : [skip()]), top(), el("main", {}, first, side), el("div", { id: "toasts", role: "alert" }));
  on(["ui"], () => showTab(panels));
}

function skip() {
  const go = (event) => {
    event.preventDefault();
    choose({ tab: "phone" });
    queueMicrotask(() => document.getElementById("composer").focus());
  };
  return el("a", { class: "skip", href: "#composer", on: { click: go } }, t("app.skip"));
}

function top() {
  const title = el("div", { class: "brand" }, logo(), el("div", {}, el("h1", {}, "Mostrador"), el("p", { class: "brand-tagline" }, t("app.tagline")), el("p", { class: "brand-local" }, t(local))));
  return el("header", { class: "top" }, title, el("p", { class: "local" }, icon(desk.whatsapp ? "phone" : "lock"), t(local)), connection());
}

function connection() {
  const words = el("span", {});
  const node = el("p", { class: "connection", role: "status" }, el("i", {}), words);
  on(["connection"], () => {
    const state = get("connection") ?? "reconnecting";
    node.dataset.state = state;
    words.textContent = t(`connection.${state}`);
  });
  return node;
}

function tabs() {
  const buttons = Object.keys(PANELS).map(tab);
  const list = el("div", { class: "tabs", role: "tablist", "aria-label": t("app.sections") }, buttons);
  list.addEventListener("keydown", (event) => step(event, buttons));
  on(["ui", "mails", "switches"], () => mark(buttons));
  return list;
}

function tab(name) {
  return el("button", { type: "button", role: "tab", id: `tab-${name}`, class: `tab tab-${name}`, "aria-controls": `panel-${name}`, data: { name }, on: { click: () => choose({ tab: name }) } }, icon(name), el("span", {}, t(`tab.${name}`)), el("span", { class: "badge", hidden: true }));
}

function mark(buttons) {
  const counts = { desk: unread(), faults: faultsOn() };
  const labels = { desk: `${counts.desk} ${t("desk.unread")}`, faults: t("faults.on", { count: counts.faults }) };
  for (const button of buttons) {
    const chosen = button.dataset.name === shownTab();
    const badge = button.querySelector(".badge");
    button.setAttribute("aria-selected", String(chosen));
    button.tabIndex = chosen ? 0 : -1;
    badge.hidden = !counts[button.dataset.name];
    badge.textContent = counts[button.dataset.name] ?? "";
    badge.setAttribute("aria-label", labels[button.dataset.name] ?? "");
  }
}

/** The arrow keys move between the tabs. */
function step(event, buttons) {
  const way = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!way) return;
  const seen = buttons.filter((button) => button.offsetParent);
  const next = seen[(seen.indexOf(document.activeElement) + way + seen.length) % seen.length];
  next.click();
  next.focus();
}

function panel(name, content) {
  const role = name === "phone" ? "region" : "tabpanel";
  return el("section", { class: `panel panel-${name}`, id: `panel-${name}`, role, "aria-label": t(`tab.${name}`), data: { name } }, content);
}

/** On a wide screen one of the other three is always shown beside the phone. */
function shownTab() {
  const name = PANELS[ui.tab] ? ui.tab : "phone";
  return wide.matches && name === "phone" ? (ui.beside ?? "desk") : name;
}

function showTab(panels) {
  const shown = shownTab();
  for (const node of panels) node.hidden = node.dataset.name !== shown && !(wide.matches && node.dataset.name === "phone");
  document.body.dataset.tab = shown;
  if (shown !== "phone" && (ui.beside !== shown || !ui.visited?.[shown])) choose({ beside: shown, visited: { ...ui.visited, [shown]: true } });
}

wide.addEventListener("change", () => choose({}));
build();
connect();
