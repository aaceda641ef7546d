/** Answers an e-mail as people do: with their mail program, or as somebody who may not. Resend's stand-in receives what that makes of it. */

import { desk } from "./desk.js";
import { el } from "./dom.js";
import { t } from "./i18n.js";
import { post, toast } from "./server.js";

const MAX_BYTES = 16 * 2 ** 20;
const STRANGER = "stranger@example.org";
const PROGRAMS = { gmail: "Gmail", outlook: "Outlook", iphone: "iPhone" };

/** The button, and the form that it shows; neither for an e-mail that asks for no answer. */
export function replyForm(mail) {
  if (!isAnswerable(mail)) return { button: null, form: null };
  const form = build(mail);
  const button = el("button", { type: "button", class: "secondary", "aria-expanded": "false", "aria-controls": form.id, on: { click: toggle } }, t("desk.reply"));
  function toggle() {
    form.hidden = !form.hidden;
    button.setAttribute("aria-expanded", String(!form.hidden));
    if (!form.hidden) form.elements.text.focus();
  }
  return { button, form };
}

function isAnswerable(mail) {
  return Boolean(desk.answer_domain) && mail.reply_to.some((address) => address.replace(/>$/u, "").endsWith(`@${desk.answer_domain}`));
}

function build(mail) {
  const id = `reply-${mail.id}`;
  const name = nameOf(mail);
  const text = el("textarea", { class: "input", name: "text", rows: "4", dir: "auto", "aria-describedby": `${id}-hint` });
  const hint = el("small", { id: `${id}-hint` }, t("reply.hint"));
  const program = select("program", Object.entries(PROGRAMS));
  const programField = field("reply.program", program);
  const sender = select("sender", [["technician", name], ["stranger", t("reply.stranger", { address: STRANGER })], ["forged", t("reply.forged", { name })], ["out_of_office", t("reply.out_of_office", { name })]]);
  // The server answers for who is away, not a program.
  sender.addEventListener("change", () => (programField.hidden = sender.value === "out_of_office"));
  const cc = el("input", { class: "input", name: "cc", type: "email", autocomplete: "off", spellcheck: "false" });
  const file = el("input", { class: "input", name: "file", type: "file" });
  const send = el("button", { type: "submit", class: "primary" }, t("reply.send"));
  const outcome = el("p", { class: "reply-outcome", role: "status" });
  const form = el("form", { class: "reply-form", id, hidden: true, "aria-label": t("desk.reply") }, field("reply.text", text), hint, el("div", { class: "reply-fields" }, field("reply.sender", sender), programField, field("reply.cc", cc), field("reply.file", file)), el("div", { class: "reply-foot" }, send, outcome));
  form.addEventListener("submit", (event) => submit(event, mail, { form, send, outcome }));
  return form;
}

function nameOf(mail) {
  const known = desk.technicians.find(({ address }) => mail.to.some((to) => to.toLowerCase() === address));
  return known?.name || known?.address || mail.to[0];
}

function select(name, options) {
  return el("select", { class: "input", name }, options.map(([value, words]) => el("option", { value }, words)));
}

function field(word, control) {
  return el("label", { class: "field" }, el("span", {}, t(word)), control);
}

async function submit(event, mail, { form, send, outcome }) {
  event.preventDefault();
  const { text, sender, program, cc, file } = form.elements;
  const attached = file.files[0];
  if (attached?.size > MAX_BYTES) return toast(t("error.too_big"));
  send.disabled = true;
  outcome.textContent = t("reply.sending");
  const optional = { ...(cc.value ? { cc: cc.value } : {}), ...(attached ? { file: await encoded(attached) } : {}) };
  const answer = await post("reply", { mail: mail.id, text: text.value, sender: sender.value, program: program.value, ...optional });
  send.disabled = false;
  outcome.textContent = said(answer);
  if (answer?.status === 200) for (const input of [text, file]) input.value = "";
}

function said(answer) {
  if (!answer) return "";
  return answer.status ? t("reply.answered", answer) : t("reply.unanswered");
}

async function encoded(file) {
  const content = new Uint8Array(await file.arrayBuffer()).toBase64();
  return { name: file.name, content_type: file.type || "application/octet-stream", content };
}
