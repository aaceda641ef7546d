"""The e-mail that tells a technician what became of theirs."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from messages.email.mail_result import mail_result_email
from state.model.answer_file import FileProblem
from state.model.language import Language
from state.model.message import Sender
from state.model.received_mail import LostFile, MailDetail, MailOutcome, MailResult
from state.model.ticket import Actor, EventKind, TicketEvent, TicketRecord, TicketStatus
from tests.support.emails import LINK, MARKUP, Page

AT = datetime(2026, 12, 1, 15, 4, tzinfo=UTC)
TZ = ZoneInfo("America/Lima")
SEEN = 4
BEFORE = TicketEvent(id=SEEN, kind=EventKind.NOTE, actor=Actor.CUSTOMER, text="la de la caja", at=AT)
SINCE = TicketEvent(id=SEEN + 1, kind=EventKind.NOTE, actor=Actor.CUSTOMER, text="ya prendió sola", at=AT)
TICKET = TicketRecord(
    code="TK-7F3K-9QX2",
    summary="No imprime",
    description="",
    language=Language.ES,
    status=TicketStatus.IN_PROGRESS,
    assignee=None,
    rating=None,
    created_at=AT,
    updated_at=AT,
    customer=Sender(name="Ana Pérez", wa_id="5491155550101", user_id="AR.x"),
    actions=(),
    waiting=0,
    status_then=TicketStatus.IN_PROGRESS,
    events=(BEFORE, SINCE),
)
SILENT = {MailOutcome.AUTOMATIC, MailOutcome.FORMER}
TOLD = [outcome for outcome in MailOutcome if outcome not in SILENT]
PROBLEMS = [*FileProblem, "note", "no_room", "own_link", "unreadable"]


def told(
    outcome: MailOutcome,
    detail: MailDetail | None = None,
    ticket: TicketRecord = TICKET,
    desk: Language = Language.ES,
) -> tuple[str, str]:
    """The text and the HTML."""
    result = MailResult(outcome=outcome, seen=SEEN, detail=detail or MailDetail())
    mail = mail_result_email(ticket, result, desk, TZ, LINK, answers=True)
    return mail.text, mail.html


@pytest.mark.parametrize("desk", Language)
@pytest.mark.parametrize("outcome", TOLD)
def test_every_outcome_is_said_with_the_link(outcome: MailOutcome, desk: Language) -> None:
    text, html = told(outcome, desk=desk)
    assert LINK in text
    assert LINK in html
    assert "{" not in text


@pytest.mark.parametrize("outcome", TOLD)
def test_no_two_outcomes_read_alike(outcome: MailOutcome) -> None:
    others = [told(other)[0] for other in TOLD if other is not outcome]
    assert told(outcome)[0] not in others


@pytest.mark.parametrize("desk", Language)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_every_file_is_named_with_its_reason(problem: str, desk: Language) -> None:
    files = (LostFile(name="plano.dwg", problem=problem),)
    assert "plano.dwg: " in told(MailOutcome.SENT, MailDetail(files=files), desk=desk)[0]


def test_what_happened_since_is_shown_and_nothing_before() -> None:
    text, _ = told(MailOutcome.SENT, MailDetail(meanwhile=True))
    assert "ya prendió sola" in text
    assert "la de la caja" not in text


def test_of_what_only_lacks_a_file_nothing_is_news() -> None:
    files = (LostFile(name="plano.dwg", problem=FileProblem.TYPE),)
    text, _ = told(MailOutcome.SENT, MailDetail(files=files))
    assert "salió, pero no completa" in text
    assert "ya prendió sola" not in text


def test_of_what_was_refused_nothing_of_the_ticket_is_news() -> None:
    assert "ya prendió sola" not in told(MailOutcome.EMPTY)[0]


def test_it_says_whose_address_wrote() -> None:
    assert "otro@example.org" in told(MailOutcome.NOT_THEIRS, MailDetail(sender="otro@example.org"))[0]


def test_without_its_detail_as_the_customer_was_erased() -> None:
    result = MailResult(outcome=MailOutcome.NOT_THEIRS, seen=SEEN)
    mail = mail_result_email(replace(TICKET, customer=None), result, Language.ES, TZ, LINK, answers=False)
    assert "?" in mail.text


def test_what_strangers_write_stays_text() -> None:
    detail = MailDetail(sender=MARKUP, word=MARKUP, files=(LostFile(name=MARKUP, problem=FileProblem.TYPE),))
    for outcome in TOLD:
        page = Page(told(outcome, detail)[1])
        assert "script" not in page.tags
