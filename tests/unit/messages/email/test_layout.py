"""Every e-mail stays whole: Gmail cuts off what is beyond 102 KB, and the button comes last."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from messages.email.layout import Readers
from messages.email.mail_result import mail_result_email
from messages.email.new_ticket import digest_email
from messages.email.ticket_update import fresh_link_email, ticket_update_email
from state.model.language import Language
from state.model.message import AttachmentKind, Sender
from state.model.outbox_row import Email
from state.model.received_mail import LostFile, MailDetail, MailOutcome, MailResult
from state.model.ticket import (
    Actor,
    Digest,
    DigestLine,
    EventKind,
    StoredFile,
    TicketEvent,
    TicketRecord,
    TicketStatus,
)
from tests.support.emails import TICKET, new_ticket_email
from tests.support.paths import ROOT

GMAIL = 102_000  # bytes
AT = datetime(2026, 11, 23, 17, 5, tzinfo=UTC)
TZ = ZoneInfo("America/Argentina/Buenos_Aires")
LINK = f"https://{'desk.' * 40}example/t/{'k' * 150}/"
# What takes the most bytes in HTML, in text, as a line, as a character, as two UTF-16 units.
EXPENSIVE = ['"', "'", "&", "<", "a\n", "\n", "ñ", "\u0800", "😀", "e\u0301"]


def _files(text: str, count: int) -> tuple[StoredFile, ...]:
    """Each with all words that a file can have, and a place."""
    file = StoredFile(
        id=1,
        kind=AttachmentKind.LOCATION,
        latitude=-34.6037,
        longitude=-58.3816,
        filename=text * 500,
        caption=text * 500,
        place=text * 500,
    )
    return (file,) * count


def _record(text: str, events: tuple[TicketEvent, ...] = ()) -> TicketRecord:
    return TicketRecord(
        code="TK-7F3K-9QX2",
        status=TicketStatus.IN_PROGRESS,
        summary=text * 500,
        description=text * 60_000,
        wants_human=True,
        assignee=None,
        rating=None,
        created_at=AT,
        updated_at=AT,
        language=Language.ES,
        customer=Sender(user_id="AR.1", wa_id="5491155550101", name=text * 500),
        actions=(),
        events=events,
        waiting=0,
    )


def _update(text: str, desk: Language, count: int) -> Email:
    event = TicketEvent(
        id=1, kind=EventKind.NOTE, actor=Actor.CUSTOMER, text=text * 4096, at=AT, files=_files(text, 10)
    )
    return ticket_update_email(_record(text, (event,) * count), desk, TZ, LINK)


def _new_ticket(text: str, desk: Language) -> Email:
    ticket = replace(TICKET, summary=text * 500, description=text * 60_000, files=_files(text, 30))
    hostile = replace(ticket, customer_name=text * 500, desk_language=desk, link=LINK, wants_human=True)
    return new_ticket_email(hostile)


def _result(text: str, desk: Language) -> Email:
    event = TicketEvent(id=1, kind=EventKind.NOTE, actor=Actor.CUSTOMER, text=text * 4096, at=AT)
    files = tuple(LostFile(name=text * 100, problem="type") for _ in range(30))
    detail = MailDetail(sender=text * 500, word=text * 500, files=files, meanwhile=True)
    result = MailResult(outcome=MailOutcome.SENT, seen=0, detail=detail)
    return mail_result_email(_record(text, (event,) * 20), result, desk, TZ, LINK, readers=Readers.CUSTOMER)


def _digest(text: str, desk: Language) -> Email:
    tickets = _most_in_a_digest()
    line = DigestLine(code="TK-7F3K-9QX2", summary=text * 500, wants_human=True, at=AT)
    return digest_email(Digest(tickets=(line,) * tickets), desk, [LINK] * tickets)


def _most_in_a_digest() -> int:
    """As the database has it."""
    schema = Path(ROOT, "supabase", "schemas", "40_outbox.sql").read_text("utf-8")
    body = schema.partition("function public.max_digest_events()")[2].partition("$$ select ")[2]
    return int(body.partition(" ")[0])


@pytest.mark.parametrize("text", EXPENSIVE)
@pytest.mark.parametrize("desk", Language)
def test_the_largest_mails_are_shown_whole(desk: Language, text: str) -> None:
    mails = {
        "new ticket": _new_ticket(text, desk),
        "update": _update(text, desk, 1),
        "update with a thousand events": _update(text, desk, 1000),
        "digest": _digest(text, desk),
        "link": fresh_link_email(_record(text), desk, LINK),
        "result": _result(text, desk),
    }
    sizes = {
        name: max(len(mail.html.encode()), len(mail.text.encode()), len(mail.subject.encode()))
        for name, mail in mails.items()
    }
    assert {name: size for name, size in sizes.items() if size > GMAIL} == {}
    assert all(LINK in mail.html and LINK in mail.text for mail in mails.values())
