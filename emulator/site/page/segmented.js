/** A few choices side by side, of which one holds: radio buttons by another look. */

import { el } from "./dom.js";

/** `options` are [value, words]; `show(value)` marks one without calling `picked`. */
export function segmented({ name, label, options, picked, small = false }) {
  const inputs = options.map(([value]) => el("input", { type: "radio", name, value, on: { change: () => picked(value) } }));
  const labels = options.map(([value, words], index) => el("label", { class: "segment", data: { value } }, inputs[index], el("span", {}, words)));
  const node = el("div", { class: `segmented${small ? " small" : ""}`, role: "radiogroup", "aria-label": label }, labels);
  const show = (value) => inputs.forEach((input) => (input.checked = input.value === value));
  return { node, show };
}
