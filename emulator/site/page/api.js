/** What the page asks the server to do; a refusal is shown and not thrown. */

import { el } from "./dom.js";
import { t } from "./words.js";

const SHOWN_MS = 6000;

/** The answer, or null when it was refused. */
export async function post(path, body = {}) {
  try {
    const response = await fetch(`/emulator/${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (response.ok) return answer;
    toast(answer.error ?? String(response.status));
  } catch {
    toast(t("error.unreachable"));
  }
  return null;
}

export function act(person, what) {
  return post("act", { person, ...what });
}

export function toast(message) {
  const place = document.getElementById("toasts");
  const note = el("p", { class: "toast" }, message);
  place.append(note);
  setTimeout(() => note.remove(), SHOWN_MS);
}

/** A file or blob as the server takes it. */
export function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result.slice(reader.result.indexOf(",") + 1)));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(blob);
  });
}
