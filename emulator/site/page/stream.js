/** The server-sent events, from the server to the store, and whether the line is up. */

import { addCalls, set } from "./store.js";

const SECTIONS = ["people", "chat", "typing", "mails", "tickets", "outbox", "turns", "switches", "instances", "counters"];
const AGAIN_MS = 1500;

export function connect() {
  const source = new EventSource("/emulator/events");
  source.addEventListener("open", () => set("connection", "connected"));
  source.addEventListener("error", () => failed(source));
  source.addEventListener("calls", (event) => addCalls(JSON.parse(event.data)));
  for (const section of SECTIONS) {
    source.addEventListener(section, (event) => set(section, JSON.parse(event.data)));
  }
}

function failed(source) {
  set("connection", "reconnecting");
  if (source.readyState === EventSource.CLOSED) setTimeout(connect, AGAIN_MS);
}
