/** Four first steps for a newcomer; each is checked off when it has been done. */

import { iconButton } from "./controls.js";
import { el, reconcile } from "./dom.js";
import { faultsOn } from "./faults.js";
import { t } from "./i18n.js";
import { icon } from "./icons.js";
import { reportExample } from "./phone.js";
import { choose, get, on, ui } from "./store.js";

const STEPS = {
  report: { done: () => (get("mails") ?? []).length > 0, go: report },
  mail: { done: () => (ui.read ?? []).length > 0, go: () => choose({ tab: "desk" }) },
  inspector: { done: () => Boolean(ui.visited?.inspector), go: () => choose({ tab: "inspector" }) },
  faults: { done: () => Boolean(ui.faultTried), go: () => choose({ tab: "faults" }) },
};

export function firstSteps() {
  const steps = el("ol", {});
  const close = iconButton("close", t("close"), () => choose({ stepsHidden: true }));
  const node = el("nav", { class: "first-steps", "aria-label": t("steps.label") }, steps, close);
  on(["mails", "switches", "ui"], () => {
    if (!ui.faultTried && faultsOn()) choose({ faultTried: true });
    node.hidden = Boolean(ui.stepsHidden);
    reconcile(steps, Object.entries(STEPS).map(([name, step], index) => entry(name, step, index + 1)));
  });
  return node;
}

function entry(name, { done, go }, number) {
  const isDone = done();
  const sign = isDone ? icon("check") : String(number);
  const word = isDone ? el("span", { class: "hidden" }, ` (${t("done")})`) : null;
  const make = () => el("li", {}, el("button", { type: "button", class: `step${isDone ? " done" : ""}`, data: { focus: name }, on: { click: go } }, el("span", { class: "step-sign" }, sign), t(`steps.${name}`), word));
  return { key: name, signature: isDone, make };
}

function report() {
  const written = Object.values(get("chat") ?? {}).some((items) => items.length);
  if (!written) reportExample();
  document.getElementById("composer")?.focus();
}
