/** The page's icons, drawn as lines on a grid of 24. */

import { svg } from "./dom.js";

const PATHS = {
  phone: "M8 2h8a2 2 0 0 1 2 2v16a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2zM11 18.5h2",
  desk: "M3 7a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2zM3.5 7.5l8.5 6 8.5-6",
  inspector: "M4 6h9M4 12h14M9 18h11",
  faults: "M13 2L5 13.5h6L10 22l9-12h-6.5z",
  send: "M4 12l16-8-5.5 16-3-6.5zM11.5 13.5L20 4",
  mic: "M12 3a3 3 0 0 1 3 3v6a3 3 0 0 1-6 0V6a3 3 0 0 1 3-3zM6 11.5a6 6 0 0 0 12 0M12 17.5V21",
  image: "M4 5h16v14H4zM4 16l4.5-5 4 4.5 3-3L20 17M15.5 9h.01",
  camera: "M4 8h3.5L9 5.5h6L16.5 8H20v11H4zM12 16.5a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4z",
  document: "M7 3h7l5 5v13H7zM14 3v5h5M10 13h6M10 17h6",
  location: "M12 21s7-6.2 7-11.2A7 7 0 0 0 5 9.8C5 14.8 12 21 12 21zM12 12.3a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z",
  sticker: "M5 4h14v10l-6 6H5zM13 20v-6h6M9 9h.01M14 9h.01M9 12.5c1.2 1.3 3.8 1.3 5 0",
  poll: "M5 20V10M12 20V4M19 20v-7",
  reply: "M10 6l-6 5.5L10 17v-3.5c5 0 8 1.5 10 5 0-5.5-3-9.5-10-9.5z",
  list: "M9 6h11M9 12h11M9 18h11M4.5 6h.01M4.5 12h.01M4.5 18h.01",
  smile: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9 10h.01M15 10h.01M8.5 14.5c1.7 2 5.3 2 7 0",
  close: "M6 6l12 12M18 6L6 18",
  back: "M15 5l-7 7 7 7",
  down: "M6 9l6 6 6-6",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  out: "M14 4h6v6M20 4l-9 9M18 14v6H4V6h6",
  check: "M5 12.5l4.5 4.5L19 7.5",
  plus: "M12 5v14M5 12h14",
  undo: "M4 9h10a5.5 5.5 0 0 1 0 11H9M4 9l4.5-4.5M4 9l4.5 4.5",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7.5V12l3 2",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5L20 20",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
};

export function icon(name, className = "icon") {
  return svg("svg", { class: className, viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: PATHS[name] }));
}

/** The counter's bell in a speech bubble. */
export function logo() {
  return svg(
    "svg",
    { class: "logo", viewBox: "0 0 32 32", "aria-hidden": "true" },
    svg("path", { class: "logo-bubble", d: "M6 3h20a4 4 0 0 1 4 4v15a4 4 0 0 1-4 4H14l-7 5v-5H6a4 4 0 0 1-4-4V7a4 4 0 0 1 4-4z" }),
    svg("path", { class: "logo-bell", d: "M7.5 19.5h17M9 19a7 7 0 0 1 14 0M16 12V9.5M14 9.5h4" }),
  );
}

const TICKS = {
  clock: ["M8 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM8 6v3l2 1.3"],
  sent: ["M3 9.5l3.2 3.2L13 5.5"],
  delivered: ["M1 9.5l3.2 3.2L11 5.5", "M7.2 12.2l.6.5L15 5.5"],
  read: ["M1 9.5l3.2 3.2L11 5.5", "M7.2 12.2l.6.5L15 5.5"],
  failed: ["M8 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM8 6v3.5M8 12h.01"],
};

export function ticks(state, label) {
  const drawn = TICKS[state].map((d) => svg("path", { d }));
  return svg("svg", { class: `ticks ${state}`, viewBox: "0 0 16 18", role: "img", "aria-label": label }, drawn);
}
