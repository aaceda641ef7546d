/** The way of a message in one picture; whatever is called lights up. */

import { el } from "./dom.js";
import { icon, logo } from "./icons.js";
import { get, on } from "./store.js";
import { t } from "./words.js";

const LIT_MS = 900;
const LIT_BY = { webhook: ["whatsapp", "function"], graph: ["function", "whatsapp"], supabase: ["function", "supabase"], resend: ["function", "resend"], status: [] };

export function route() {
  const stops = {
    whatsapp: stop("phone", "WhatsApp", t("hood.customer")),
    function: stop(null, t("hood.function"), "webhook → 200"),
    supabase: stop("hood", "Supabase", "commit_turn"),
    resend: stop("desk", "Resend", t("hood.team")),
  };
  let last = get("calls").at(-1)?.number ?? 0;
  on(["calls"], () => {
    const fresh = get("calls").filter((call) => call.number > last);
    last = get("calls").at(-1)?.number ?? last;
    for (const name of new Set(fresh.flatMap((call) => LIT_BY[call.to] ?? []))) light(stops[name]);
  });
  const line = (way) => el("span", { class: `way way-${way}`, "aria-hidden": "true" });
  return el("div", { class: "route", role: "img", "aria-label": t("hood.map") }, stops.whatsapp, line("both"), stops.function, line("fork"), el("div", { class: "route-ends" }, stops.supabase, stops.resend));
}

function stop(sign, name, about) {
  return el("div", { class: "stop" }, sign ? icon(sign) : logo(), el("span", {}, el("b", {}, name), el("small", {}, about)));
}

function light(node) {
  node.classList.add("lit");
  clearTimeout(node.dimming);
  node.dimming = setTimeout(() => node.classList.remove("lit"), LIT_MS);
}
