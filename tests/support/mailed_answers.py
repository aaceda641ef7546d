"""Mails that answer one of ours, in the shapes of the programs that send them: `tests/data/mailed_answers`, one a file.

We wrote them after what these programs send. `typed` is what the technician typed; `typed_html` and `typed_text` how the program writes
that. In `html` and `text` they stand at [[typed]], and our e-mail at [[our e-mail]], line by line with what is before it. `line` and
`blank` are how the program writes any line, with [[words]], and an empty one.
"""

import json
from dataclasses import dataclass
from html import escape
from pathlib import Path

from messages.texts.catalogue import text
from state.model.language import Language
from state.model.outbox_row import Email
from state.model.received_mail import ReceivedMail
from tests.support.emails import TICKET, new_ticket_email
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

    def mail(self, ours: Email, typed_html: list[str] | None = None) -> ReceivedMail:
        """The mail when it answers this e-mail of ours, perhaps with something else typed in its HTML."""
        typed = self.typed_html if typed_html is None else typed_html
        return ReceivedMail(
            id="4ef9a417",
            sender=self.headers["from"],
            subject=self.headers["subject"],
            headers={name: (value,) for name, value in self.headers.items()},
            html=_filled(self.html, typed or [], _body(ours.html)),
            text=_filled(self.text, self.typed_text or [], ours.text),
        )

    def writes(self, lines: list[str]) -> list[str]:
        """These lines as the program writes them in HTML: of blanks that it would lose it makes others."""
        assert self.line
        assert self.blank
        return [self.line.replace(WORDS, _words(line)) if line else self.blank for line in lines]


def recorded(path: Path) -> MailedAnswer:
    return MailedAnswer(**json.loads(path.read_text("utf-8")))


def our_email(language: Language, *, cut_line: bool = True) -> Email:
    """One of our e-mails, as its receiver answers it. cut_line: older ones had none."""
    mail = new_ticket_email(TICKET)
    if not cut_line:
        return mail
    line = text(language, "email_cut_line")
    start = mail.html.index(">", mail.html.index("<body")) + 1
    html = f'{mail.html[:start]}\n<p style="margin:0;font-size:13px;color:#5f6b78;">{line}</p>{mail.html[start:]}'
    return Email(subject=mail.subject, html=html, text=f"{line}\n\n{mail.text}", about=mail.about)


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


def _words(line: str) -> str:
    bare = line.lstrip(" ")
    return "&nbsp;" * (len(line) - len(bare)) + escape(bare, quote=False).replace("  ", "&nbsp; ")
