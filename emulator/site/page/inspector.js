/** The technical panel: the path of a message, which lights up with each call, the traces, and the outbox. */

import { segmented } from "./controls.js";
import { nextSweep, waiting } from "./countdown.js";
import { el, reconcile } from "./dom.js";
import { exact, named, t } from "./i18n.js";
import { icon, logo } from "./icons.js";
import { choose, get, on, ui } from "./store.js";
import { traces } from "./traces.js";

const LIT_MS = 900;
const LIT_BY = { webhook: ["whatsapp", "function"], graph: ["function", "whatsapp"], supabase: ["function", "supabase"], resend: ["function", "resend"], status: [] };
const OUTBOX_TO = { whatsapp: "graph", email: "resend", inbox: "resend", storage: "supabase" };
const OUTBOX_SIGN = { whatsapp: "reply", email: "desk", inbox: "desk", storage: "document" };
const OPEN_STATUSES = new Set(["ready", "sending", "unknown"]);

export function inspector() {
  const options = [["turns", t("name.messages")], ["outbox", t("inspector.outbox")]];
  const kinds = segmented({ name: "inspector", label: t("tab.inspector"), options, picked: (value) => choose({ inspector: value }) });
  const views = { turns: traces(), outbox: outbox() };
  on(["ui"], () => {
    const name = views[ui.inspector] ? ui.inspector : "turns";
    kinds.show(name);
    for (const [view, node] of Object.entries(views)) node.hidden = view !== name;
  });
  return [messagePath(), el("div", { class: "panel-head" }, kinds.node, nextSweep()), Object.values(views)];
}

function messagePath() {
  const stops = {
    whatsapp: stop("phone", "WhatsApp", t("actor.customer")),
    function: stop(null, t("function.title"), "webhook → 200"),
    supabase: stop("inspector", "Supabase", "commit_turn"),
    resend: stop("desk", "Resend", t("actor.technician")),
  };
  let last = get("calls").at(-1)?.number ?? 0;
  on(["calls"], () => {
    const fresh = get("calls").filter((call) => call.number > last);
    last = get("calls").at(-1)?.number ?? last;
    for (const name of new Set(fresh.flatMap((call) => LIT_BY[call.to] ?? []))) light(stops[name]);
  });
  const line = (kind) => el("span", { class: `path-line path-${kind}` });
  const label = `${t("inspector.path")}: WhatsApp → ${t("function.title")} → Supabase, Resend`;
  return el("div", { class: "message-path", role: "img", "aria-label": label }, stops.whatsapp, line("both"), stops.function, line("fork"), el("div", { class: "path-ends" }, stops.supabase, stops.resend));
}

function stop(sign, name, about) {
  return el("div", { class: "path-stop" }, sign ? icon(sign) : logo(), el("span", {}, el("b", {}, name), el("small", {}, about)));
}

function light(node) {
  node.classList.add("lit");
  clearTimeout(node.dimming);
  node.dimming = setTimeout(() => node.classList.remove("lit"), LIT_MS);
}

function outbox() {
  const place = el("ul", { class: "outbox" });
  on(["outbox"], () => {
    const rows = get("outbox") ?? [];
    reconcile(place, rows.length ? rows.map((row) => ({ key: row.id, signature: row, make: () => outboxRow(row) })) : [{ key: "none", make: () => el("li", { class: "empty" }, t("inspector.outbox_empty")) }]);
  });
  return place;
}

/** A received e-mail is not sent anywhere. */
function stateOf(row) {
  return row.channel === "inbox" && row.status === "sent" ? t("done") : named("outbox", row.status);
}

function outboxRow(row) {
  const next = OPEN_STATUSES.has(row.status) ? waiting(row) : null;
  return el(
    "li",
    {},
    el("span", { class: `outbox-sign to-${OUTBOX_TO[row.channel]}` }, icon(OUTBOX_SIGN[row.channel])),
    el("span", { class: "outbox-what" }, el("b", {}, named("outbox", row.channel)), el("code", {}, row.dedup_key)),
    el("span", { class: "outbox-state" }, el("span", { class: `state row-${row.status}` }, stateOf(row)), next ? el("small", {}, next) : null),
    el("span", { class: "outbox-time" }, el("time", {}, exact(row.created_at)), el("small", {}, `${t("outbox.attempts")}: ${row.attempts}`)),
    row.last_error ? el("span", { class: "outbox-error" }, row.last_error) : null,
  );
}
