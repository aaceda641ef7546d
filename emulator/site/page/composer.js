/** Where the customer writes, and the menu of what else can be sent. */

import { quotation } from "./bubble.js";
import { closeMenu, iconButton, menu } from "./controls.js";
import { current } from "./customers.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { act, toast } from "./server.js";

const MAX_BYTES = 16 * 2 ** 20;
const MAX_HEIGHT = 120; // pixels
const LOCATION = { latitude: -34.60376, longitude: -58.38162, name: "Av. Corrientes 1234" };

/** `quote(item)` makes the next message an answer to that one. */
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

/** Fits the height to the text, and the button: a microphone while there is nothing to send. */
function grow(view) {
  view.text.style.height = "auto";
  if (view.text.scrollHeight) view.text.style.height = `${Math.min(view.text.scrollHeight, MAX_HEIGHT)}px`;
  const empty = !view.text.value.trim();
  const label = t(empty ? "kind.voice" : "phone.send");
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
  if (await act(current(), { do: "text", text, ...quotes })) return;
  view.text.value ||= text;
  grow(view);
}

function quote(view, item) {
  view.quoted = item;
  view.quoting.hidden = !item;
  view.quoting.replaceChildren();
  if (!item) return;
  const close = iconButton("close", t("close"), () => quote(view, null));
  view.quoting.append(quotation(item), close);
  view.text.focus();
}

function attachments(view) {
  const photo = fileInput("image/jpeg,image/png", (file) => sendFile("image", file, view));
  const anyFile = fileInput(null, (file) => sendFile("document", file, view));
  const entries = [
    ["sample", "camera", "attach.sample", async () => sendFile("image", await sample("photo.jpg", "image/jpeg", "impresora.jpg"), view)],
    ["image", "image", "kind.image", () => photo.click()],
    ["document", "document", "kind.document", () => anyFile.click()],
    ["sample_document", "document", "attach.sample_document", async () => sendFile("document", await sample("document.pdf", "application/pdf", "factura.pdf"), view)],
    ["voice", "mic", "kind.voice", sendVoice],
    ["location", "location", "kind.location", () => act(current(), { do: "location", ...LOCATION })],
    ["sticker", "sticker", "kind.sticker", async () => sendFile("sticker", await sample("sticker.webp", "image/webp"))],
    ["poll", "poll", "attach.poll", () => act(current(), { do: "unsupported", kind: "poll_creation" })],
  ];
  const pick = (send) => {
    closeMenu(node);
    send();
  };
  const tiles = entries.map(([name, sign, word, send]) => tile(name, sign, word, () => pick(send)));
  const label = { sign: "plus", label: t("phone.attach"), summaryClass: "attach" };
  const node = menu("attachments", label, el("div", { class: "attachments-menu" }, tiles), photo, anyFile);
  return node;
}

function tile(name, sign, word, click) {
  const round = el("span", { class: `tile-icon tile-${name}` }, icon(sign));
  return el("button", { type: "button", class: "tile", data: { attach: name }, on: { click } }, round, el("span", {}, t(word)));
}

function fileInput(accept, take) {
  const input = el("input", { type: "file", class: "hidden", accept, tabindex: "-1", "aria-hidden": "true" });
  input.addEventListener("change", () => {
    if (input.files[0]) take(input.files[0]);
    input.value = "";
  });
  return input;
}

/** Something to send for who has nothing at hand. */
async function sample(file, type, name = file) {
  const response = await fetch(`/page/sample-${file}`);
  return new File([await response.blob()], name, { type });
}

async function sendVoice() {
  return sendFile("voice", await sample("voice.wav", "audio/wav"));
}

/** With a picture or a document of a `view`, the text that is being written goes along as its caption. */
async function sendFile(kind, file, view = null) {
  if (file.size > MAX_BYTES) return toast(t("error.too_big"));
  const caption = view?.text.value.trim();
  const content = new Uint8Array(await file.arrayBuffer()).toBase64();
  const action = { do: kind, content, mime_type: file.type || "application/octet-stream" };
  const answer = await act(current(), { ...action, ...(kind === "document" ? { filename: file.name } : {}), ...(caption ? { caption } : {}) });
  if (answer && caption) {
    view.text.value = "";
    grow(view);
  }
  return answer;
}
