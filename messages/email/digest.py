"""The e-mail that stands for many: more tickets came within an hour than there are single e-mails for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from messages.jinja_templates import render
from messages.safe_text import one_line
from messages.texts.catalogue import text
from state.model.language import Language
from state.model.outbox_row import Email
from state.model.ticket import Digest, DigestLine


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A ticket as the e-mail lists it, all of it one line."""

    code: str
    summary: str
    wants_human: bool
    link: str


def digest_email(digest: Digest, desk: Language, links: Sequence[str]) -> Email:
    """One line for each ticket, with the link to its page. The same digest gives the same bytes."""
    say = partial(text, desk)
    facts = {
        "say": say,
        "lang": desk.value,
        "tickets": [_line(ticket, desk, link) for ticket, link in zip(digest.tickets, links, strict=True)],
    }
    return Email(
        subject=say("digest_subject", count=len(digest.tickets)),
        html=render("digest.html", facts),
        text=render("digest.txt", facts),
    )


def _line(ticket: DigestLine, desk: Language, link: str) -> _Line:
    return _Line(
        code=one_line(ticket.code),
        summary=one_line(ticket.summary) or text(desk, "no_words"),
        wants_human=ticket.wants_human,
        link=link,
    )
