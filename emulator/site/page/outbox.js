/** The outbox as the database has it: nothing leaves that is not a row here. */

import { el, reconcile } from "./dom.js";
import { icon } from "./icons.js";
import { get, on } from "./store.js";
import { exact } from "./time.js";
import { has, t } from "./words.js";

const OPEN = new Set(["ready", "sending", "unknown"]);

export function outbox() {
  const place = el("ul", { class: "outbox" });
  on(["outbox"], () => {
    const rows = get("outbox") ?? [];
    reconcile(place, rows.length ? rows.map((row) => ({ key: row.id, signature: row, make: () => line(row) })) : [nothing()]);
  });
  return place;
}

function line(row) {
  const kind = has(`outbox.${row.kind}`) ? t(`outbox.${row.kind}`) : row.kind;
  const next = OPEN.has(row.status) && row.next_at ? t("outbox.next", { time: exact(row.next_at) }) : null;
  return el(
    "li",
    {},
    el("span", { class: `outbox-sign ${row.kind}` }, icon(row.kind === "email" ? "desk" : "reply")),
    el("span", { class: "outbox-what" }, el("b", {}, kind), el("code", {}, row.dedup_key)),
    el("span", { class: "outbox-state" }, el("span", { class: `state row-${row.status}` }, has(`outbox.${row.status}`) ? t(`outbox.${row.status}`) : row.status), next ? el("small", {}, next) : null),
    el("span", { class: "outbox-time" }, el("time", {}, exact(row.created_at)), el("small", {}, `${t("outbox.attempts")}: ${row.attempts}`)),
    row.last_error ? el("span", { class: "outbox-error" }, row.last_error) : null,
  );
}

function nothing() {
  return { key: "none", make: () => el("li", { class: "empty" }, t("hood.outbox_empty")) };
}
