/** What the server said last, by section, and what the person has chosen on this page. */

const KEPT = "mostrador-page";
const sections = { calls: [] };
const sizes = { calls: 300 };
let listeners = [];
let waiting = null;

export function get(section) {
  return sections[section];
}

export function set(section, data) {
  sections[section] = data;
  announce(section);
}

/** Calls come piece by piece: `all` first, then what is `new`. */
export function addCalls(data) {
  const calls = data.all ?? [...sections.calls, ...(data.new ?? [])];
  set("calls", calls.slice(-sizes.calls));
}

/** Runs `render` now, and again (once for all changes of a moment) when one of these sections has changed. */
export function on(names, render) {
  listeners.push({ names: new Set(names), render });
  render();
}

export function forgetListeners() {
  listeners = [];
}

function announce(section) {
  waiting ??= new Set();
  if (waiting.size === 0) queueMicrotask(tell);
  waiting.add(section);
}

function tell() {
  const changed = [...waiting];
  waiting = null;
  for (const { names, render } of listeners) if (changed.some((name) => names.has(name))) render();
}

/** Choices of this browser: language, tab, customer, what was opened. They survive a reload. */
export const ui = read();

export function choose(changes) {
  Object.assign(ui, changes);
  try {
    localStorage.setItem(KEPT, JSON.stringify(ui));
  } catch {
    // A browser that keeps nothing still shows everything.
  }
  announce("ui");
}

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}
