/** The count: what came in, what it led to, and that nothing was lost or doubled. */

import { el } from "./dom.js";
import { get, on } from "./store.js";
import { t } from "./words.js";

const FLOW = ["messages", "turns", "tickets", "replies", "mails", "waiting"];
const ZERO = ["lost", "doubled"];

export function counters() {
  const small = FLOW.map((name) => number(name, "count"));
  const big = ZERO.map((name) => number(name, "zero"));
  on(["counters"], () => {
    const counted = get("counters") ?? {};
    for (const { name, value, node } of [...small, ...big]) {
      value.textContent = written(name, counted);
      if (ZERO.includes(name)) node.classList.toggle("wrong", (counted[name] ?? 0) > 0);
    }
  });
  return el("section", { class: "counters", "aria-label": t("break.counters") }, el("dl", { class: "flow" }, small.map((one) => one.node)), el("dl", { class: "zeros" }, big.map((one) => one.node)));
}

function number(name, kind) {
  const value = el("dd", {});
  return { name, value, node: el("div", { class: kind, data: { count: name } }, el("dt", {}, t(`count.${name}`)), value) };
}

/** Replies and mails as "2 of 3" while some are still due. */
function written(name, counted) {
  const pairs = { replies: [counted.replies_sent, counted.replies], mails: [counted.mails, counted.mails_due] };
  const [done, due] = pairs[name] ?? [counted[name], counted[name]];
  return done === due ? String(done ?? 0) : t("count.of", { done: done ?? 0, due: due ?? 0 });
}
