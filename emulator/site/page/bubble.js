/** One message as WhatsApp shows it. */

import { closeMenu, largePicture, menu } from "./controls.js";
import { el, svg } from "./dom.js";
import { clock, named, t } from "./i18n.js";
import { icon, ticks } from "./icons.js";
import { formatted, plain } from "./whatsapp-format.js";

const EMOJI = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
const WAVE = [4, 7, 11, 8, 14, 18, 12, 9, 15, 20, 16, 10, 6, 12, 17, 13, 8, 5, 9, 14, 18, 11, 7, 10, 6, 4];

/** `actions` are functions of the message: press, open, quote, react. */
export function bubble(item, { quoted, reaction, actions }) {
  const mine = item.from === "customer";
  const body = el("div", { class: "bubble-body" }, quoted ? quotation(quoted) : null, (CONTENT[item.kind] ?? words)(item));
  (body.querySelector(".words") ?? body).append(stamp(item, mine)); // in the words' last line, where there is room
  const box = el("div", { class: `bubble bubble-${item.kind}` }, body, item.from === "desk" ? choices(item, actions) : null);
  const spoken = el("span", { class: "hidden" }, mine ? `${t("phone.you")}: ` : "Mostrador: ");
  return el(
    "div",
    { class: `row ${mine ? "mine" : "theirs"}`, data: { wamid: item.id } },
    spoken,
    el("div", { class: "bubble-place" }, box, reaction ? el("span", { class: "reacted", role: "img", "aria-label": t("phone.reacted", { emoji: reaction }) }, reaction) : null),
    mine ? null : actionsMenu(item, reaction, actions),
  );
}

/** A message in one line, for quotations and lists. */
export function summary(item) {
  return plain(item.text ?? "") || named("kind", item.kind);
}

export function quotation(item) {
  const who = item.from === "customer" ? t("phone.you") : "Mostrador";
  return el("div", { class: `quote ${item.from}` }, el("b", {}, who), el("span", {}, summary(item)));
}

function words(item) {
  return item.text ? el("div", { class: "words", dir: "auto" }, formatted(item.text)) : null;
}

const CONTENT = {
  image: (item) => [item.file ? photo(item) : el("p", { class: "placeholder" }, t("kind.image")), words(item)],
  sticker: (item) => (item.file ? el("img", { class: "sticker", src: item.file.url, alt: t("kind.sticker") }) : el("p", { class: "placeholder" }, t("kind.sticker"))),
  document: (item) => [documentCard(item), words(item)],
  video: (item) => [item.file ? el("video", { class: "video", src: item.file.url, controls: true, preload: "metadata" }) : null, words(item)],
  voice: (item) => sound(item),
  audio: (item) => sound(item),
  location: (item) => locationCard(item.location ?? {}),
  unsupported: () => el("p", { class: "placeholder" }, icon("poll"), t("kind.unsupported")),
  template: (item) => [el("small", { class: "placeholder" }, t("kind.template")), words(item)],
};

function photo(item) {
  const label = item.text ? plain(item.text) : t("kind.image");
  const picture = el("img", { src: item.file.url, alt: label, loading: "lazy" });
  const open = () => largePicture(item.file.url, label);
  return el("button", { type: "button", class: "photo", "aria-label": t("image.open"), on: { click: open } }, picture);
}

function documentCard(item) {
  const name = item.file?.filename ?? t("kind.document");
  const kind = (item.file?.mime_type ?? "").split("/").at(-1).toUpperCase().slice(0, 12);
  const shown = [icon("document"), el("span", {}, el("b", {}, name), el("small", {}, kind))];
  if (!item.file) return el("div", { class: "document-card" }, shown);
  return el("a", { class: "document-card", href: item.file.url, download: name }, shown);
}

function sound(item) {
  const audio = new Audio();
  const button = el("button", { type: "button", class: "play", on: { click: () => toggle(audio, item) } });
  const show = () => {
    button.replaceChildren(icon(audio.paused ? "play" : "pause"));
    button.setAttribute("aria-label", `${t(audio.paused ? "voice.play" : "voice.pause")}: ${t(`kind.${item.kind}`)}`);
  };
  for (const event of ["play", "pause", "ended"]) audio.addEventListener(event, show);
  show();
  return el("div", { class: "sound" }, button, wave(), el("span", { class: "sound-mic" }, icon("mic")));
}

function toggle(audio, item) {
  audio.src ||= item.file.url;
  if (audio.paused) audio.play().catch(() => {});
  else audio.pause();
}

function wave() {
  const bars = WAVE.map((height, index) => svg("rect", { x: index * 5, y: 12 - height / 2, width: 2.6, height, rx: 1.3 }));
  return svg("svg", { class: "wave", viewBox: "0 0 128 24", "aria-hidden": "true" }, bars);
}

function locationCard({ latitude, longitude, name }) {
  const degrees = (value) => Number(value ?? 0).toFixed(5);
  const roads = ["M-5 60 C60 40 120 80 245 30", "M60 -5 L90 125", "M150 -5 C140 50 190 80 170 125", "M-5 100 L245 85", "M205 -5 L215 125"];
  const map = svg("svg", { class: "map", viewBox: "0 0 240 120", "aria-hidden": "true" }, roads.map((d) => svg("path", { d })), svg("circle", { cx: 120, cy: 56, r: 20 }));
  return el("div", { class: "location-card" }, el("div", { class: "map-place" }, map, icon("location", "icon pin")), el("b", {}, name ?? t("kind.location")), el("small", {}, `${degrees(latitude)}, ${degrees(longitude)}`));
}

function stamp(item, mine) {
  const failed = item.ticks === "failed";
  const word = item.ticks && t(`ticks.${item.ticks}`, item);
  const shown = word && (mine || failed) ? ticks(item.ticks, word) : null;
  return el("span", { class: "stamp", title: mine ? null : word }, el("time", {}, clock(item.at)), shown);
}

function choices(item, actions) {
  if (!item.choices?.length) return null;
  if (item.kind === "list") return el("div", { class: "choices" }, choice("list", item.list_button ?? "…", () => actions.open(item), "list"));
  return el("div", { class: "choices" }, item.choices.map((one) => choice("reply", one.title, () => actions.press(item, one), one.id)));
}

function choice(sign, title, click, focus) {
  return el("button", { type: "button", class: "choice", data: { focus, choice: focus }, on: { click } }, icon(sign), title);
}

function actionsMenu(item, reaction, { quote, react }) {
  const run = (action, ...more) => {
    closeMenu(node);
    action(item, ...more);
  };
  const reply = el("button", { type: "button", class: "action", "aria-label": t("phone.reply"), title: t("phone.reply"), on: { click: () => run(quote) } }, icon("reply"));
  const emoji = EMOJI.map((one) => emojiButton(one, reaction === one, () => run(react, reaction === one ? null : one)));
  const node = menu("actions", { sign: "smile", label: t("phone.actions") }, el("div", { class: "actions-menu" }, reply, emoji));
  return node;
}

function emojiButton(emoji, chosen, click) {
  return el("button", { type: "button", class: "action", "aria-label": t("phone.react", { emoji }), "aria-pressed": String(chosen), on: { click } }, emoji);
}
