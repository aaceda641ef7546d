"""Mails that answer one of ours, in the shapes of the programs that send them: `tests/data/mailed_answers`, one a file.

We wrote them after what these programs send. `typed` is what the technician typed; `typed_html` and `typed_text` how the program writes
that. In `html` and `text` they stand at [[typed]], and our e-mail at [[our e-mail]], line by line with what is before it. `line` and
`blank` are how the program writes any line, with [[words]], and an empty one.
"""

import json
import re
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path

from messages.email.layout import Readers
from messages.email.new_ticket import new_ticket_email
from state.model.language import Language
from state.model.outbox_row import Email
from state.model.received_mail import ReceivedMail
from tests.support.emails import TICKET
from tests.support.paths import DATA

RECORDED: list[Path] = sorted((DATA / "mailed_answers").glob("*.json"))
TYPED, OURS, WORDS = "[[typed]]", "[[our e-mail]]", "[[words]]"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedAnswer:
    """A mail as a program writes it. html, text: lines; None without such a part."""

    program: str
    language: str
    headers: dict[str, str]
    html: list[str] | None = None
    text: list[str] | None = None
    line: str | None = None
    blank: str | None = None
    typed_html: list[str] | None = None
    typed_text: list[str] | None = None
    typed: list[str]
    content_ids: list[str] | None = None

    def mail(self, ours: Email) -> ReceivedMail:
        """The mail when it answers this e-mail of ours."""
        return ReceivedMail(
            id="4ef9a417",
            sender=self.headers["from"],
            subject=self.headers["subject"],
            headers={name: (value,) for name, value in self.headers.items()},
            html=_filled(self.html, self.typed_html or [], _body(ours.html)),
            text=_filled(self.text, self.typed_text or [], ours.text),
        )

    def with_typed(self, lines: list[str]) -> "MailedAnswer":
        """The same with something else typed."""
        flowed = "format=flowed" in self.headers["content-type"]
        return replace(
            self,
            typed=lines,
            typed_html=[self._html_line(line) for line in lines] if self.html else None,
            typed_text=[_stuffed(line) for line in lines] if flowed else lines,
        )

    def _html_line(self, words: str) -> str:
        """Of blanks that would be lost the programs make others."""
        assert self.line
        assert self.blank
        kept = re.sub("^ | (?= )", "\xa0", words)
        return self.line.replace(WORDS, escape(kept, quote=False)) if words else self.blank


def recorded(path: Path) -> MailedAnswer:
    return MailedAnswer(**json.loads(path.read_text("utf-8")))


def our_email(desk: Language, *, cut_line: bool = True) -> Email:
    """One of our e-mails, with the line above which an answer is written; without it if answers are switched off."""
    return new_ticket_email(
        TICKET.record,
        desk,
        TICKET.tz,
        TICKET.link,
        readers=Readers.CUSTOMER if cut_line else Readers.COLLEAGUES,
    )


def _filled(lines: list[str] | None, typed: list[str], ours: str) -> str | None:
    if lines is None:
        return None
    whole = []
    for line in lines:
        before, found, after = line.partition(OURS)
        whole += [before + each + after for each in ours.splitlines()] if found else [line]
    return "\n".join(whole).replace(TYPED, "\n".join(typed))


def _body(html: str) -> str:
    """What programs quote: without the head, and the body as a div."""
    return "<div" + html[html.index("<body") + len("<body") : html.index("</body>")] + "</div>"


def _stuffed(line: str) -> str:
    """RFC 3676: a line that could be taken for a quoted one has a blank before it."""
    return f" {line}" if line.startswith((" ", ">", "From ")) else line
