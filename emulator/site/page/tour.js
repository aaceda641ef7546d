/** Four first steps; each ticks itself off when it was done. */

import { reportNow } from "./conversation.js";
import { el, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { faultsOn } from "./breakage.js";
import { choose, get, on, ui } from "./store.js";
import { language, t } from "./words.js";

const STEPS = {
  report: { done: () => (get("tickets") ?? []).length > 0, go: report },
  mail: { done: () => (ui.read ?? []).length > 0, go: () => choose({ tab: "desk", desk: "mails" }) },
  hood: { done: () => Boolean(ui.visited?.hood), go: () => choose({ tab: "hood" }) },
  break: { done: () => Boolean(ui.broken), go: () => choose({ tab: "break" }) },
};

export function tour() {
  const steps = el("ol", {});
  const node = el("nav", { class: "tour", "aria-label": t("tour.label") }, steps, el("button", { type: "button", class: "round", "aria-label": t("tour.close"), title: t("tour.close"), on: { click: () => choose({ toured: true }) } }, icon("close")));
  on(["tickets", "switches", "ui"], () => {
    if (!ui.broken && faultsOn()) choose({ broken: true });
    node.hidden = Boolean(ui.toured);
    reconcile(steps, Object.entries(STEPS).map(([name, step], index) => entry(name, step, index + 1)));
  });
  return node;
}

function entry(name, { done, go }, number) {
  const isDone = done();
  const sign = isDone ? icon("check") : String(number);
  const word = isDone ? el("span", { class: "hidden" }, ` (${t("tour.done")})`) : null;
  const make = () => el("li", {}, el("button", { type: "button", class: `step${isDone ? " done" : ""}`, data: { focus: name }, on: { click: go } }, el("span", { class: "step-sign" }, sign), t(`tour.${name}`), word));
  return { key: name, signature: [isDone, language()], make };
}

function report() {
  const written = Object.values(get("chat") ?? {}).some((items) => items.length);
  if (!written) reportNow();
  document.getElementById("composer")?.focus();
}
