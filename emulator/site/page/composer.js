/** The line in which the customer writes, and what can be sent besides words. */

import { act, base64, toast } from "./api.js";
import { gist } from "./bubble.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";
import { current } from "./people.js";
import { paper, picture, PLACE, sticker, voice } from "./samples.js";
import { t } from "./words.js";

const MOST_BYTES = 16 * 2 ** 20;
const TALLEST = 120;

/** `node` to place, and `quote` to say which message is answered. */
export function composer() {
  const view = { quoted: null };
  view.quoting = el("div", { class: "quoting", hidden: true });
  view.text = el("textarea", { id: "composer", rows: "1", placeholder: t("phone.write"), "aria-label": t("phone.write"), maxlength: "4096", dir: "auto", on: { keydown: (event) => enter(event, view), input: () => grow(view) } });
  view.send = el("button", { type: "submit", class: "send" });
  const line = el("div", { class: "composer-line" }, attachments(view), el("div", { class: "composer-box" }, view.quoting, view.text), view.send);
  const node = el("form", { class: "composer", on: { submit: (event) => submit(event, view) } }, line);
  grow(view);
  return { node, quote: (item) => quote(view, item) };
}

function enter(event, view) {
  if (event.key === "Escape" && view.quoted) quote(view, null);
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit(event, view);
}

/** As high as its words, and with the button that fits: a microphone while there is nothing to send. */
function grow(view) {
  view.text.style.height = "auto";
  if (view.text.scrollHeight) view.text.style.height = `${Math.min(view.text.scrollHeight, TALLEST)}px`;
  const empty = !view.text.value.trim();
  const label = t(empty ? "phone.voice_now" : "phone.send");
  if (view.send.getAttribute("aria-label") === label) return;
  view.send.setAttribute("aria-label", label);
  view.send.title = label;
  view.send.replaceChildren(icon(empty ? "mic" : "send"));
}

async function submit(event, view) {
  event.preventDefault();
  const text = view.text.value.trim();
  if (!text) {
    if (event.type === "submit") await sendVoice();
    return;
  }
  const quotes = view.quoted ? { quotes: view.quoted.id } : {};
  view.text.value = "";
  quote(view, null);
  grow(view);
  if (await act(current().key, { do: "text", text, ...quotes })) return;
  view.text.value ||= text;
  grow(view);
}

function quote(view, item) {
  view.quoted = item;
  view.quoting.hidden = !item;
  view.quoting.replaceChildren();
  if (!item) return;
  const close = el("button", { type: "button", class: "round", "aria-label": t("phone.unquote"), on: { click: () => quote(view, null) } }, icon("close"));
  view.quoting.append(el("div", { class: "quote desk" }, el("b", {}, `${t("phone.quoting")} Mostrador`), el("span", {}, gist(item))), close);
  view.text.focus();
}

function attachments(view) {
  const photo = chooser("image/jpeg,image/png", (file) => sendFile("image", file, view));
  const document = chooser("", (file) => sendFile("document", file, view));
  const entries = [
    ["sample", "camera", async () => sendFile("image", named(await picture(), "impresora.jpg"), view)],
    ["image", "image", () => photo.click()],
    ["document", "document", () => document.click()],
    ["sample_document", "document", () => sendFile("document", named(paper(), "factura.pdf"), view)],
    ["voice", "mic", sendVoice],
    ["location", "location", () => act(current().key, { do: "location", ...PLACE })],
    ["sticker", "sticker", async () => sendFile("sticker", named(await sticker(), "sticker.webp"), view)],
    ["poll", "poll", () => act(current().key, { do: "unsupported", kind: "poll_creation" })],
  ];
  const summary = el("summary", { class: "attach", "aria-label": t("phone.attach"), title: t("phone.attach") }, icon("attach"));
  const menu = el("details", { class: "attachments" }, summary);
  const pick = (send) => () => {
    menu.open = false;
    summary.focus();
    send();
  };
  menu.append(el("div", { class: "attachments-menu" }, entries.map(([word, sign, send]) => tile(word, sign, pick(send)))), photo, document);
  return closing(menu, summary);
}

function tile(word, sign, send) {
  const round = el("span", { class: `tile-icon tile-${word}` }, icon(sign));
  return el("button", { type: "button", class: "tile", data: { attach: word }, on: { click: send } }, round, el("span", {}, t(`attach.${word}`)));
}

/** Folds with Escape, or when the focus or a click goes elsewhere. */
function closing(menu, summary) {
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    summary.focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  return menu;
}

function chooser(accept, take) {
  const input = el("input", { type: "file", class: "hidden", accept: accept || null, tabindex: "-1", "aria-hidden": "true" });
  input.addEventListener("change", () => {
    if (input.files[0]) take(input.files[0]);
    input.value = "";
  });
  return input;
}

function named(blob, name) {
  return new File([blob], name, { type: blob.type });
}

function sendVoice() {
  return sendFile("voice", named(voice(), "voz.wav"));
}

/** With a picture or a document, what is written in the line goes along as its caption. */
async function sendFile(kind, file, view) {
  if (file.size > MOST_BYTES) return toast(t("error.too_big"));
  const caption = view && kind !== "sticker" ? view.text.value.trim() : "";
  const what = { do: kind, content: await base64(file), mime_type: file.type || "application/octet-stream" };
  const answer = await act(current().key, { ...what, ...(kind === "document" ? { filename: file.name } : {}), ...(caption ? { caption } : {}) });
  if (answer && caption) {
    view.text.value = "";
    grow(view);
  }
  return answer;
}
