/** Talks to the emulator: posts what the user does, and receives the sections of the page as server-sent events. */

import { el } from "./dom.js";
import { t } from "./i18n.js";
import { set } from "./store.js";

const RECONNECT_MS = 1500;
const TOAST_MS = 6000;

export function connect() {
  const source = new EventSource("/emulator/events");
  source.addEventListener("open", () => set("connection", "connected"));
  source.addEventListener("error", () => {
    set("connection", "reconnecting");
    if (source.readyState === EventSource.CLOSED) setTimeout(connect, RECONNECT_MS);
  });
  source.addEventListener("message", (event) => {
    for (const [section, data] of Object.entries(JSON.parse(event.data))) set(section, data);
  });
}

/** The answer, or null when the request failed, which is then shown to the user. */
export async function post(path, body = {}) {
  try {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(`/emulator/${path}`, { method: "POST", headers, body: JSON.stringify(body, wellFormed) });
    const answer = await response.json();
    if (response.ok) return answer;
    toast(answer.key ? t(answer.key) : (answer.error ?? String(response.status)));
  } catch {
    toast(t("error.unreachable"));
  }
  return null;
}

/** Half an emoji is sent as U+FFFD: JSON parsers refuse it. */
function wellFormed(_, value) {
  return typeof value === "string" ? value.toWellFormed() : value;
}

/** Something that a customer does on the phone. */
export function act(customer, action) {
  return post("actions", { customer: customer.key, ...action });
}

export function toast(message) {
  const note = el("p", { class: "toast" }, message);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), TOAST_MS);
}
