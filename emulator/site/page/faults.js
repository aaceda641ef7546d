/** The faults to switch on, what should happen with each, and the counters that show that it did. */

import { segmented } from "./controls.js";
import { el, reconcile } from "./dom.js";
import { named, t } from "./i18n.js";
import { icon } from "./icons.js";
import { post } from "./server.js";
import { get, on } from "./store.js";

const META = { twice: true, out_of_order: true, late: 10, batch: true, forgotten: true };
const MODES = ["ok", "slow", "down", "lost_answer"];
const SERVICES = { graph: [...MODES, "quota"], resend: [...MODES, "quota"], supabase: MODES, storage: MODES };
const FUNCTION_ACTIONS = ["kill_between", "freeze", "cold_start", "sweep"];
const OUTCOME_MS = 5000;
const FLOW = ["messages", "turns", "tickets", "replies", "mails", "waiting"];
const ZERO = ["lost", "doubled"];

export function faults() {
  const [graph, resend, supabase, storage] = Object.entries(SERVICES).map(([name, modes]) => service(name, modes));
  return [el("div", { class: "faults-top" }, el("p", {}, t("faults.intro")), reset()), counters(), el("div", { class: "faults" }, el("div", {}, meta(), graph, resend), el("div", {}, functionActions(), supabase, storage))];
}

/** How many switches differ from normal operation. */
export function faultsOn() {
  const switches = get("switches") ?? {};
  const deliveries = Object.values(switches.meta ?? {}).filter(Boolean).length;
  const modes = Object.keys(SERVICES).filter((name) => (switches[name] ?? "ok") !== "ok").length;
  return deliveries + modes + (switches.two_instances ? 1 : 0) + (switches.armed ?? []).length;
}

function reset() {
  const count = el("span", { class: "faults-on" });
  const button = el("button", { type: "button", class: "primary reset", on: { click: () => post("reset_faults") } }, icon("undo"), t("faults.reset"));
  on(["switches"], () => {
    const faults = faultsOn();
    count.hidden = !faults;
    count.textContent = t("faults.on", { count: faults });
  });
  return el("div", { class: "reset-place" }, count, button);
}

function group(title, ...parts) {
  return el("section", { class: "fault" }, el("h2", {}, title), parts);
}

function meta() {
  const rows = Object.entries(META).map(([name, value]) => {
    const flip = (isOn) => post("switches", { meta: { [name]: isOn ? value : value === true ? false : 0 } });
    return toggle(`meta.${name}`, flip, () => Boolean(get("switches")?.meta?.[name]));
  });
  return group(t("meta.title"), el("div", { class: "toggles" }, rows));
}

function toggle(word, flip, isOn) {
  const words = el("span", {}, el("b", {}, t(word)), el("small", {}, t(`${word}.effect`)));
  const button = el("button", { type: "button", role: "switch", class: "toggle", data: { focus: word, switch: word }, on: { click: () => flip(!isOn()) } }, words, el("span", { class: "knob" }));
  on(["switches"], () => button.setAttribute("aria-checked", String(isOn())));
  return button;
}

/** What was picked stays checked until the server has answered, whatever events come in between. */
function service(name, modes) {
  let requested = null;
  const effect = el("small", { "aria-live": "polite" });
  const options = modes.map((mode) => [mode, t(`mode.${mode}`)]);
  const picked = async (mode) => {
    requested = mode;
    const answer = await post("switches", { [name]: mode });
    if (requested === mode) requested = null;
    if (!answer) show();
  };
  const choice = segmented({ name, label: t(`${name}.title`), options, small: true, picked });
  const section = group(t(`${name}.title`), choice.node, effect);
  const show = () => {
    const mode = requested ?? get("switches")?.[name] ?? "ok";
    choice.show(mode);
    effect.textContent = t(`${name}.${mode}.effect`);
    section.classList.toggle("on", mode !== "ok");
  };
  on(["switches"], show);
  return section;
}

function functionActions() {
  const flip = (isOn) => post("switches", { two_instances: isOn });
  const two = toggle("function.two_instances", flip, () => Boolean(get("switches")?.two_instances));
  return group(t("function.title"), instances(), el("div", { class: "toggles" }, FUNCTION_ACTIONS.map(functionAction), two));
}

function functionAction(name) {
  const outcome = el("small", { class: "outcome", role: "status" });
  const isArmed = () => Boolean(get("switches")?.armed?.includes(name));
  on(["switches"], () => (outcome.textContent = isArmed() ? t("function.armed") : ""));
  const button = el("button", { type: "button", class: "secondary", "aria-label": `${t(`function.${name}`)}: ${t("function.do")}`, data: { action: name } }, t("function.do"));
  button.addEventListener("click", async () => {
    button.disabled = true;
    const answer = await post("function", { do: name });
    button.disabled = false;
    if (!answer || isArmed()) return;
    outcome.textContent = answer.outcomes ? t("function.swept", { count: answer.outcomes.sent ?? 0 }) : t("done");
    setTimeout(() => (outcome.textContent = isArmed() ? t("function.armed") : ""), OUTCOME_MS);
  });
  return el("div", { class: "function-action" }, el("span", {}, el("b", {}, t(`function.${name}`)), el("small", {}, t(`function.${name}.effect`)), outcome), button);
}

function instances() {
  const place = el("ul", { class: "instances", "aria-label": t("function.title") });
  on(["instances"], () => reconcile(place, (get("instances") ?? []).map((one) => ({ key: one.name, signature: one, make: () => instance(one) }))));
  return place;
}

function instance({ name, pid, state }) {
  const word = named("instance", state);
  return el("li", { class: `instance ${state}` }, el("i", {}), el("b", {}, name), el("span", {}, pid ? `${word} · ${pid}` : word));
}

function counters() {
  const small = FLOW.map((name) => counter(name, "count"));
  const big = ZERO.map((name) => counter(name, "zero"));
  return el("section", { class: "counters", "aria-label": t("faults.counters") }, el("dl", { class: "flow" }, small), el("dl", { class: "zeros" }, big));
}

function counter(name, kind) {
  const value = el("dd", {});
  const node = el("div", { class: kind, data: { count: name } }, el("dt", {}, t(`name.${name}`)), value);
  on(["counters"], () => {
    const counted = get("counters") ?? {};
    value.textContent = written(name, counted);
    node.classList.toggle("wrong", ZERO.includes(name) && counted[name] > 0);
  });
  return node;
}

/** Replies and mails as "2 / 3" while some are still due. */
function written(name, counted) {
  const pairs = { replies: [counted.replies_sent, counted.replies], mails: [counted.mails, counted.mails_due] };
  const [done, due] = pairs[name] ?? [counted[name], counted[name]];
  return done === due ? String(done ?? 0) : `${done} / ${due}`;
}
