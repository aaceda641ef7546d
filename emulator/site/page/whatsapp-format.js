/** WhatsApp's own marks, *bold* _italics_ ~strike~ `mono` ``` and > quotes, as nodes. */

import { el } from "./dom.js";

const TAGS = { "*": "strong", _: "em", "~": "s", "`": "code" };
const MARKED = /(^|[\s\p{P}\p{S}])([*_~`])(?=\S)(.*?\S)\2(?=$|[\s\p{P}\p{S}])/u;
const LINK = /\bhttps?:\/\/[^\s<>]+[^\s<>.,;:!?)'"]/u;
const FENCE = /```([\s\S]+?)```/u;
const BULLET = /^[-*] (?=\S)/u;

/** The nodes for a message's text. */
export function formatted(text) {
  const fenced = FENCE.exec(text);
  if (!fenced) return lines(text);
  const after = text.slice(fenced.index + fenced[0].length);
  return [...lines(text.slice(0, fenced.index)), el("pre", {}, fenced[1].trim()), ...formatted(after)];
}

/** One line without marks, for lists and quotations. */
export function plain(text) {
  return text.replace(/^> ?/gmu, "").replace(/([*_~`])(?=\S)(.+?)\1/gu, "$2").replace(/\s+/gu, " ").trim();
}

function lines(text) {
  const nodes = [];
  for (const block of blocks(text)) nodes.push(block.quote ? quotation(block.lines) : paragraph(block.lines));
  return nodes;
}

/** Neighbouring lines of one kind together; empty lines at the edges of a block are space enough. */
function blocks(text) {
  const found = [];
  for (const line of text.split("\n")) {
    const quote = line.startsWith("> ");
    if (!found.length || found.at(-1).quote !== quote) found.push({ quote, lines: [] });
    found.at(-1).lines.push(quote ? line.slice(2) : line);
  }
  return found.map((block) => ({ ...block, lines: trimmed(block.lines) })).filter((block) => block.lines.length);
}

function trimmed(all) {
  const first = all.findIndex((line) => line.trim());
  return first < 0 ? [] : all.slice(first, all.findLastIndex((line) => line.trim()) + 1);
}

function quotation(all) {
  return el("blockquote", {}, joined(all));
}

function paragraph(all) {
  return el("p", {}, joined(all));
}

function joined(all) {
  return all.flatMap((line, index) => (index ? ["\n", ...whole(line)] : whole(line)));
}

function whole(line) {
  return BULLET.test(line) ? ["• ", ...inline(line.replace(BULLET, ""))] : inline(line);
}

function inline(text) {
  const link = LINK.exec(text);
  const found = MARKED.exec(text);
  if (link && (!found || link.index <= found.index)) return around(text, link.index, link[0].length, linked(link[0]));
  if (!found) return text ? [text] : [];
  const start = found.index + found[1].length;
  const inner = found[2] === "`" ? [found[3]] : inline(found[3]);
  return around(text, start, found[3].length + 2, el(TAGS[found[2]], {}, inner));
}

function around(text, start, length, node) {
  const before = text.slice(0, start);
  return [...(before ? [before] : []), node, ...inline(text.slice(start + length))];
}

/** Looks like a link and leads nowhere: the page is not to be lost by a click. */
function linked(address) {
  return el("span", { class: "link" }, address);
}
