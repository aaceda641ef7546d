/** Dialogs: the bottom sheet inside the phone, the small form, the large picture. Escape closes, focus goes back. */

import { el } from "./dom.js";
import { icon } from "./icons.js";
import { t } from "./words.js";

/** `submit` may be slow; it closes the dialog by answering true. With `inside`, a sheet at the foot of that node. */
export function dialog({ title, body, action, submit, inside }) {
  const heading = el("h2", { id: "dialog-title" }, title);
  const close = el("button", { type: "button", class: "round", "aria-label": t("sheet.close"), on: { click: () => shell.close() } }, icon("close"));
  const send = action ? el("button", { type: "submit", class: "primary" }, action) : null;
  const form = el("form", { class: "dialog-form" }, el("header", {}, heading, close), body, send ? el("footer", {}, send) : null);
  const shell = el("dialog", { class: inside ? "sheet" : "card-dialog", "aria-labelledby": "dialog-title" }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await submit()) shell.close();
  });
  return open(shell, inside);
}

export function largePicture(address, words) {
  const picture = el("img", { src: address, alt: words });
  const shell = el("dialog", { class: "picture-dialog", "aria-label": words }, picture);
  const close = el("button", { type: "button", class: "round", "aria-label": t("sheet.close"), on: { click: () => shell.close() } }, icon("close"));
  shell.prepend(close);
  open(shell);
}

function open(shell, inside) {
  const before = document.activeElement;
  document.body.append(shell);
  const place = () => inside && placeAtFootOf(shell, inside);
  shell.addEventListener("click", (event) => event.target === shell && shell.close());
  shell.addEventListener("close", () => {
    removeEventListener("resize", place);
    inside?.classList.remove("dimmed");
    shell.remove();
    if (before?.isConnected) before.focus({ preventScroll: true });
  });
  addEventListener("resize", place);
  inside?.classList.add("dimmed");
  shell.showModal();
  place();
  return shell;
}

function placeAtFootOf(shell, node) {
  const edges = node.getBoundingClientRect();
  shell.style.left = `${edges.left}px`;
  shell.style.width = `${edges.width}px`;
  shell.style.bottom = `${Math.max(0, innerHeight - edges.bottom)}px`;
  shell.style.maxHeight = `${edges.height * 0.85}px`;
}
