/** The customer's phone: its frame, its head, the conversation and the line to write in. */

import { composer } from "./composer.js";
import { conversation, isTyping } from "./conversation.js";
import { el } from "./dom.js";
import { logo } from "./icons.js";
import { current, switcher } from "./people.js";
import { get, on, set } from "./store.js";
import { clock } from "./time.js";
import { t } from "./words.js";

let wake = 0;
let ticking = 0;

export function phone() {
  const screen = el("div", { class: "screen" });
  const writing = composer();
  screen.append(statusBar(), head(), conversation(screen, writing.quote), writing.node);
  on(["typing"], stopTypingInTime);
  return [switcher(), el("div", { class: "device" }, screen)];
}

function statusBar() {
  const time = el("span", {});
  const show = () => (time.textContent = clock(Date.now() / 1000));
  show();
  clearInterval(ticking);
  ticking = setInterval(show, 10_000);
  return el("div", { class: "status-bar", "aria-hidden": "true" }, time, el("span", { class: "island" }), el("span", { class: "battery" }));
}

function head() {
  const about = el("span", { class: "head-about" });
  on(["typing", "people", "ui"], () => {
    const busy = Boolean(current() && isTyping(current()));
    about.textContent = t(busy ? "phone.typing" : "phone.business");
    about.classList.toggle("busy", busy);
  });
  return el("header", { class: "chat-head" }, el("span", { class: "head-logo" }, logo()), el("div", {}, el("h2", {}, "Mostrador"), about));
}

/** The dots go by themselves when their time is over, also when no event says so. */
function stopTypingInTime() {
  clearTimeout(wake);
  const now = Date.now() / 1000;
  const next = Math.min(...Object.values(get("typing") ?? {}).filter((until) => until > now));
  if (Number.isFinite(next)) wake = setTimeout(() => set("typing", get("typing")), (next - now) * 1000 + 50);
}
