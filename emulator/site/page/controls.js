/** Controls that the platform has no ready-made look for: a segmented choice, a menu, dialogs. */

import { el } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";

/** Radio buttons side by side. `options` are [value, label]; `show(value)` checks one without calling `picked`. */
export function segmented({ name, label, options, picked, small = false }) {
  const inputs = options.map(([value]) => el("input", { type: "radio", name, value, on: { change: () => picked(value) } }));
  const labels = options.map(([value, words], index) => el("label", { class: "segment", data: { value } }, inputs[index], el("span", {}, words)));
  const node = el("div", { class: `segmented${small ? " small" : ""}`, role: "radiogroup", "aria-label": label }, labels);
  const show = (value) => inputs.forEach((input) => (input.checked = input.value === value));
  return { node, show };
}

export function iconButton(sign, label, click, more = {}) {
  return el("button", { type: "button", class: "round", "aria-label": label, title: label, on: { click }, ...more }, icon(sign));
}

/** A <details> that closes with Escape, and when the focus goes elsewhere. */
export function menu(name, { sign, label, summaryClass = null }, ...content) {
  const summary = el("summary", { class: summaryClass, "aria-label": label, title: label }, icon(sign));
  const node = el("details", { class: name }, summary, content);
  node.addEventListener("keydown", (event) => event.key === "Escape" && node.open && closeMenu(node));
  node.addEventListener("focusout", ({ relatedTarget }) => {
    if (relatedTarget && !node.contains(relatedTarget)) node.open = false;
  });
  return node;
}

export function closeMenu(node) {
  node.open = false;
  node.querySelector("summary").focus();
}

/** A form; `submit` gets its values, and the dialog closes once it returns true. A `sheet` is at the foot of the phone's screen. */
export function dialog({ title, body, action, submit, sheet = false }) {
  const header = el("header", {}, el("h2", { id: "dialog-title" }, title), closeButton());
  const send = el("button", { type: "submit", class: "primary" }, action);
  const form = el("form", { class: "dialog-form" }, header, body, el("footer", {}, send));
  const shell = el("dialog", { class: sheet ? "sheet" : "card-dialog", "aria-labelledby": "dialog-title" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await submit(Object.fromEntries(new FormData(form)))) shell.close();
  });
  open(shell);
}

export function largePicture(address, words) {
  open(el("dialog", { class: "picture-dialog", "aria-label": words }, closeButton(), el("img", { src: address, alt: words })));
}

function closeButton() {
  return iconButton("close", t("close"), (event) => event.target.closest("dialog").close());
}

/** Escape or a click beside it closes it; the browser then gives the focus back. */
function open(shell) {
  document.body.append(shell);
  shell.addEventListener("click", (event) => event.target === shell && shell.close());
  shell.addEventListener("close", () => shell.remove());
  shell.showModal();
}
