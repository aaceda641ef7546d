"""The mail that is quoted below an answer, as far as its words say so: "On ... wrote:", "From: ... Sent: ...", "-----Original Message-----".

The searching is mail-parser-reply's. Its own patterns are not used: its Spanish one can never match, there is none for Portuguese,
"Thanks," ends the text for it, and on long lines they take quadratic time. So this registers a language of its own with it.
"""

import re
from collections.abc import Sequence
from typing import Final

from mailparser_reply import EmailMessage
from mailparser_reply.constants import MAIL_LANGUAGES

from handlers.received_mail.typed.lines import Line, Origin

MAX_SEARCHED: Final = 20_000  # characters; nobody reads more than 4,096 of an answer in WhatsApp

_OURS: Final = "mostrador"
_NEVER: Final = "(?!)"
_QUOTED: Final = r"(?:> ?){0,9}"
_WROTE: Final = r"(?:escribi[oó]|ha escrito|wrote|escreveu)"
_ON: Final = r"(?:El|En|On|Em|No dia|A) "
# A character of an attribution, which may be wrapped but has no blank line in it, and no second beginning: what comes before that
# was typed ("El cable es este.").
_SIGN: Final = rf"(?:[^\n]|\n(?!\n|{_ON}[^\n]{{0,25}}\d))"
_BEFORE_WROTE: Final = rf"(?:(?!{_WROTE}\s?:){_SIGN}){{0,300}}?"
_ADDRESS: Final = r"[^\s<>@]{1,100}@[^\s<>@]{1,100}"
_TIME: Final = r"\b\d{1,2}[:.h]\d{2}"
_DATE: Final = r"\b(?:\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4})\b"
_WITH_ADDRESS: Final = rf"(?={_BEFORE_WROTE}\d)(?={_BEFORE_WROTE}[<(\[](?:mailto:|\n)?[^\s<>@]{{1,100}}@)"
_WITH_TIME: Final = rf"(?={_BEFORE_WROTE}{_DATE})(?={_BEFORE_WROTE}{_TIME})"
_THEN_QUOTED: Final = r"(?=\n{0,3}(?:>|--\n|\Z))"
# Somebody may type "El técnico escribió:", or even when. A program says from which address, or puts the quoted mail below.
_ATTRIBUTIONS: Final = (
    rf"{_ON}{_WITH_ADDRESS}{_BEFORE_WROTE}{_WROTE}\s?:$",
    rf"{_ON}{_WITH_TIME}{_BEFORE_WROTE}{_WROTE}\s?:${_THEN_QUOTED}",
    # Soporte <soporte@example.com> escribió (el 30 nov 2026):
    rf"[^\n<>]{{0,100}}<{_ADDRESS}>,? {_WROTE}[^\n:]{{0,60}}(?::\d\d[^\n:]{{0,30}}){{0,2}}:$",
    # 2026-11-30 10:00 GMT-03:00 Soporte <soporte@example.com>:
    rf"\d{{4}}-\d{{2}}-\d{{2}}[^\n<>]{{1,100}}<{_ADDRESS}>:$",
)
_BOLD: Final = r"[*_ ]{0,3}"
_FROM: Final = r"(?:De|From)"
_SENT: Final = r"(?:Enviad[oa](?: el| em)?|Fecha|Sent|Date|Data)"
_TO: Final = r"(?:Para|A|To|Asunto|Subject|Assunto)"
_FEW_LINES: Final = r"(?:[^\n]{1,300}\n){0,5}?"
_HEADERS: Final = (
    rf"{_BOLD}{_FROM}{_BOLD}:[^\n]{{1,300}}"
    rf"(?=\n{_FEW_LINES}{_QUOTED}{_BOLD}{_SENT}{_BOLD}:[^\n]{{0,100}}{_TIME})"
    rf"(?=\n{_FEW_LINES}{_QUOTED}{_BOLD}{_TO}{_BOLD}:)"
)
_ORIGINAL: Final = (
    r"[-_*]{2,20} ?(?:Mensaje original|Original message|Mensagem original"
    r"|Mensaje reenviado|Forwarded message|Mensagem encaminhada) ?[-_*]{2,20}$"
)

# Of each one group, which is what the library takes.
MAIL_LANGUAGES[_OURS] = {
    "wrote_header": rf"^({_QUOTED}(?:{'|'.join(_ATTRIBUTIONS)}))",
    "from_header": rf"^({_QUOTED}(?:{_HEADERS}|{_ORIGINAL}))",
    "disclaimers": _NEVER,
    "signatures": _NEVER,
    "sent_from": _NEVER,
}

_MARK: Final = ">"
_SHORT_RULE: Final = "___"
_RULE: Final = re.compile(r"[_\-]{20,}")


def above_quoted_mail(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines above the first that says that a mail is quoted there, or above "--", which begins a signature."""
    searched = _searched(lines)
    kept = _words_kept("\n".join(_without_gaps([_words(line) for line in searched])))
    above = _first(searched, kept)
    if len(above) == len(searched):
        return lines
    while above and (above[-1].is_blank or _RULE.fullmatch(above[-1].text.strip())):
        above = above[:-1]
    return above


def _searched(lines: Sequence[Line]) -> Sequence[Line]:
    left = MAX_SEARCHED
    for number, line in enumerate(lines):
        if left < 0:
            return lines[:number]
        left -= len(line.text) + 1
    return lines


def _words(line: Line) -> str:
    """A line as it is searched. A long rule, which the library would take away, keeps its place."""
    words = " ".join(line.text.split())
    if line.origin is Origin.QUOTE:
        return _MARK
    return _SHORT_RULE if _RULE.fullmatch(words) else words


def _without_gaps(words: Sequence[str]) -> list[str]:
    """Of blank lines that follow each other one: the library searches each of them to the last."""
    return [each for place, each in enumerate(words) if each or place == 0 or words[place - 1]]


def _words_kept(text: str) -> int:
    """How many lines that are not blank come before what is quoted."""
    mail = EmailMessage(
        text=text, languages=[_OURS], default_language=_OURS, include_english=False, keep_hyphen_lists=True
    )
    first = mail.read().replies[0]
    body = "" if first.headers else first.body
    return sum(1 for line in body.split("\n") if line)


def _first(lines: Sequence[Line], count: int) -> Sequence[Line]:
    """The lines up to the `count`-th that is not blank; all of them if there are not more."""
    for number, line in enumerate(lines):
        if _words(line):
            if not count:
                return lines[:number]
            count -= 1
    return lines
