/** The latest content of each section, and what the user has chosen in this browser. */

const STORAGE_KEY = "mostrador-page";
const MAX_CALLS = 300;
const sections = { calls: [] };
const changed = new Set();
const listeners = [];

export function get(section) {
  return sections[section];
}

/** Calls come one by one: `all` first, then what is `new`. */
export function set(section, data) {
  sections[section] = section === "calls" ? (data.all ?? [...sections.calls, ...data.new]).slice(-MAX_CALLS) : data;
  announce(section);
}

/** Runs `render` now, and again when one of these sections has changed; changes at the same moment are one. */
export function on(names, render) {
  listeners.push({ names, render });
  render();
}

function announce(section) {
  if (!changed.size) queueMicrotask(notify);
  changed.add(section);
}

function notify() {
  const now = new Set(changed);
  changed.clear();
  for (const { names, render } of listeners) if (names.some((name) => now.has(name))) render();
}

/** Choices of this browser: tab, customer, technician, what was opened. They survive a reload. */
export const ui = load();

export function choose(changes) {
  Object.assign(ui, changes);
  try {
    localStorage.setItem(STORAGE_KEY, JSON.stringify(ui));
  } catch {
    // Without storage the page works until it is reloaded.
  }
  announce("ui");
}

function load() {
  try {
    return JSON.parse(localStorage.getItem(STORAGE_KEY)) ?? {};
  } catch {
    return {};
  }
}
