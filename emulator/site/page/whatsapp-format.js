/** WhatsApp's text formatting, *bold* _italics_ ~strike~ `mono` ``` and > quotes, as nodes. */

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

/** Paragraphs and quotations; empty lines at the edges of one are left out, its margin is space enough. */
function lines(text) {
  const blocks = text.match(/(?:^> .*\n?)+|(?:^(?!> ).*\n?)+/gmu) ?? [];
  return blocks.map((block) => {
    const isQuote = block.startsWith("> ");
    const inside = (isQuote ? block.replace(/^> /gmu, "") : block).replace(/^(?:\s*\n)+|\s+$/gu, "");
    return inside && el(isQuote ? "blockquote" : "p", {}, joined(inside.split("\n")));
  }).filter(Boolean);
}

function joined(all) {
  return all.flatMap((line, index) => (index ? ["\n", ...whole(line)] : whole(line)));
}

function whole(line) {
  return BULLET.test(line) ? ["• ", ...inline(line.replace(BULLET, ""))] : inline(line);
}

/** What looks like a link is none: a click must not leave the page. */
function inline(text) {
  const link = LINK.exec(text);
  const found = MARKED.exec(text);
  if (link && (!found || link.index <= found.index)) return around(text, link.index, link[0].length, el("span", { class: "link" }, link[0]));
  if (!found) return text ? [text] : [];
  const start = found.index + found[1].length;
  const inner = found[2] === "`" ? [found[3]] : inline(found[3]);
  return around(text, start, found[3].length + 2, el(TAGS[found[2]], {}, inner));
}

function around(text, start, length, node) {
  const before = text.slice(0, start);
  return [...(before ? [before] : []), node, ...inline(text.slice(start + length))];
}
