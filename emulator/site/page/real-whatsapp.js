/** In the place of the phone, where real WhatsApp is used: the number to write to. */

import { desk } from "./desk.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";

export function realWhatsapp() {
  const { number, link } = desk.whatsapp;
  const open = el("a", { class: "primary", href: link, target: "_blank", rel: "noreferrer" }, t("real.open"), el("span", { class: "hidden" }, ` (${t("desk.new_window")})`));
  return [el("div", { class: "empty" }, el("div", {}, icon("phone", "icon big"), el("b", {}, t("real.write", { number })), open))];
}
