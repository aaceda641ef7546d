"""The e-mail that stands for many: more tickets came within an hour than there are single e-mails for."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from messages.jinja_templates import render
from messages.safe_text import one_line
from messages.texts.catalogue import text
from state.model.language import Language
from state.model.outbox_row import Email
from state.model.ticket import Digest, DigestLine


def digest_email(digest: Digest, desk: Language, links: Sequence[str]) -> Email:
    """One line for each ticket, with the link to its page. The same digest gives the same bytes."""
    say = partial(text, desk)
    lines = [_as_one_line(ticket, desk) for ticket in digest.tickets]
    values = {"say": say, "lang": desk.value, "tickets": list(zip(lines, links, strict=True))}
    return Email(
        subject=say("email_digest_subject", count=len(lines)),
        html=render("email/digest.html", values),
        text=render("email/digest.txt", values),
    )


def _as_one_line(ticket: DigestLine, desk: Language) -> DigestLine:
    summary = one_line(ticket.summary) or text(desk, "no_text")
    return replace(ticket, code=one_line(ticket.code), summary=summary)
