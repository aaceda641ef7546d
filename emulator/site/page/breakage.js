/** Break it: the switches, what should happen beside each, and the counters that show that it did. */

import { post } from "./api.js";
import { counters } from "./counters.js";
import { el, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { segmented } from "./segmented.js";
import { get, on } from "./store.js";
import { has, t } from "./words.js";

const META = { twice: true, out_of_order: true, late: 10, batch: true };
const SERVICES = { graph: ["ok", "slow", "down", "lost_answer", "quota"], resend: ["ok", "slow", "down", "lost_answer", "quota"], supabase: ["ok", "slow", "down", "lost_answer"] };
const DEEDS = ["kill_between", "freeze", "cold_start", "sweep"];
const TOLD_MS = 5000;

export function breakage() {
  const [graph, resend, supabase] = Object.entries(SERVICES).map(([name, modes]) => service(name, modes));
  return [el("div", { class: "break-top" }, el("p", {}, t("break.intro")), reset()), counters(), el("div", { class: "faults" }, el("div", {}, meta(), graph, resend), el("div", {}, lambda(), supabase))];
}

/** How many switches are not as they are in good times. */
export function faultsOn() {
  const switches = get("switches") ?? {};
  const habits = Object.values(switches.meta ?? {}).filter(Boolean).length;
  const modes = Object.keys(SERVICES).filter((name) => (switches[name] ?? "ok") !== "ok").length;
  return habits + modes + (switches.two_instances ? 1 : 0) + (switches.armed ?? []).length;
}

function reset() {
  const count = el("span", { class: "faults-on" });
  const button = el("button", { type: "button", class: "primary reset", on: { click: () => post("reset_faults") } }, icon("undo"), t("break.reset"));
  on(["switches"], () => {
    const faults = faultsOn();
    count.hidden = !faults;
    count.textContent = faults === 1 ? t("break.on_one") : t("break.on", { count: faults });
  });
  return el("div", { class: "reset-place" }, count, button);
}

function group(title, ...parts) {
  return el("section", { class: "fault" }, el("h3", {}, title), parts);
}

function meta() {
  const rows = Object.entries(META).map(([name, value]) => {
    const flip = (isOn) => post("switch", { meta: { [name]: isOn ? value : value === true ? false : 0 } });
    return toggle(`meta.${name}`, flip, () => Boolean(get("switches")?.meta?.[name]));
  });
  return group(t("meta.title"), el("div", { class: "toggles" }, rows));
}

function toggle(word, flip, isOn) {
  const words = el("span", {}, el("b", {}, t(word)), el("small", {}, t(`${word}.then`)));
  const button = el("button", { type: "button", role: "switch", class: "toggle", data: { focus: word, switch: word }, on: { click: () => flip(!isOn()) } }, words, el("span", { class: "knob" }));
  on(["switches"], () => button.setAttribute("aria-checked", String(isOn())));
  return button;
}

/** What was picked stays marked while the server has not answered, whatever events come in between. */
function service(name, modes) {
  let asked = null;
  const then = el("p", { class: "then", "aria-live": "polite" });
  const options = modes.map((mode) => [mode, t(`mode.${mode}`)]);
  const picked = async (mode) => {
    asked = mode;
    const answer = await post("switch", { [name]: mode });
    if (asked === mode) asked = null;
    if (!answer) show();
  };
  const choice = segmented({ name, label: t(`${name}.title`), options, small: true, picked });
  const section = group(t(`${name}.title`), choice.node, then);
  const show = () => {
    const mode = asked ?? get("switches")?.[name] ?? "ok";
    choice.show(mode);
    then.textContent = t(`${name}.${mode}.then`);
    section.classList.toggle("on", mode !== "ok");
  };
  on(["switches"], show);
  return section;
}

function lambda() {
  const flip = (isOn) => post("switch", { two_instances: isOn });
  const two = toggle("function.two_instances", flip, () => Boolean(get("switches")?.two_instances));
  return group(t("function.title"), instances(), el("div", { class: "toggles" }, DEEDS.map(deed), two));
}

function deed(name) {
  const told = el("small", { class: "told", role: "status" });
  const isArmed = () => Boolean(get("switches")?.armed?.includes(name));
  on(["switches"], () => (told.textContent = isArmed() ? t("function.armed") : ""));
  const button = el("button", { type: "button", class: "secondary", "aria-label": `${t(`function.${name}`)}: ${t("function.do")}`, data: { deed: name } }, t("function.do"));
  button.addEventListener("click", async () => {
    button.disabled = true;
    const answer = await post("function", { do: name });
    button.disabled = false;
    if (!answer || isArmed()) return;
    told.textContent = answer.outcomes ? t("function.swept", { count: answer.outcomes.sent ?? 0 }) : t("function.done");
    setTimeout(() => (told.textContent = isArmed() ? t("function.armed") : ""), TOLD_MS);
  });
  return el("div", { class: "deed" }, el("span", {}, el("b", {}, t(`function.${name}`)), el("small", {}, t(`function.${name}.then`)), told), button);
}

function instances() {
  const place = el("ul", { class: "instances", "aria-label": t("function.hint") });
  on(["instances"], () => reconcile(place, (get("instances") ?? []).map((one) => ({ key: one.name, signature: one, make: () => instance(one) }))));
  return place;
}

function instance({ name, pid, state }) {
  const word = has(`instance.${state}`) ? t(`instance.${state}`) : state;
  return el("li", { class: `instance ${state}` }, el("i", {}), el("b", {}, name), el("span", {}, pid ? `${word} · ${pid}` : word));
}
