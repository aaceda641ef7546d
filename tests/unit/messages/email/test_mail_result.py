"""The e-mail that tells a technician what became of theirs."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from messages.email.layout import Readers
from messages.email.mail_result import mail_result_email
from messages.texts.catalogue import text
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
# Prepositions that would have to run together with an article: "a el cliente" is "al cliente".
RUN_TOGETHER = {
    Language.ES: re.compile(r"\b(a|de) el\b"),
    Language.EN: re.compile(r"\bthe the\b"),
    Language.PT: re.compile(r"\b(a|de|em|por) [oa]s?\b"),
}


def told(
    outcome: MailOutcome,
    detail: MailDetail | None = None,
    ticket: TicketRecord = TICKET,
    desk: Language = Language.ES,
) -> tuple[str, str]:
    """The text and the HTML."""
    result = MailResult(outcome=outcome, seen=SEEN, detail=detail or MailDetail())
    mail = mail_result_email(ticket, result, desk, TZ, LINK, readers=Readers.CUSTOMER)
    return mail.text, mail.html


def sentences(mail: str) -> str:
    """The lines in which a name stands within a sentence: not the title's."""
    return "\n".join(line for line in mail.splitlines() if line.endswith("."))


@pytest.mark.parametrize("desk", Language)
@pytest.mark.parametrize("outcome", TOLD)
def test_every_outcome_is_said_with_the_link(outcome: MailOutcome, desk: Language) -> None:
    plain, html = told(outcome, desk=desk)
    assert LINK in plain
    assert LINK in html
    assert "{" not in plain


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
    said, _ = told(MailOutcome.SENT, MailDetail(meanwhile=True))
    assert "ya prendió sola" in said
    assert "la de la caja" not in said


def test_of_what_only_lacks_a_file_nothing_is_news() -> None:
    files = (LostFile(name="plano.dwg", problem=FileProblem.TYPE),)
    said, _ = told(MailOutcome.SENT, MailDetail(files=files))
    assert "salió, pero no completa" in said
    assert "ya prendió sola" not in said


def test_of_what_was_refused_nothing_of_the_ticket_is_news() -> None:
    assert "ya prendió sola" not in told(MailOutcome.EMPTY)[0]


def test_it_says_whose_address_wrote() -> None:
    assert "otro@example.org" in told(MailOutcome.NOT_THEIRS, MailDetail(sender="otro@example.org"))[0]


def test_without_its_detail_as_the_customer_was_erased() -> None:
    result = MailResult(outcome=MailOutcome.NOT_THEIRS, seen=SEEN)
    mail = mail_result_email(
        replace(TICKET, customer=None), result, Language.ES, TZ, LINK, readers=Readers.COLLEAGUES
    )
    assert "Vino de un remitente que no pudimos leer, y no de tu dirección." in mail.text


@pytest.mark.parametrize("desk", Language)
@pytest.mark.parametrize("outcome", TOLD)
def test_a_customer_without_name_and_number_has_words_for_them(outcome: MailOutcome, desk: Language) -> None:
    nobody = replace(TICKET, customer=Sender(user_id="AR.x"))
    said = sentences(told(outcome, ticket=nobody, desk=desk)[0])
    assert text(desk, "email_no_name") not in said
    assert not RUN_TOGETHER[desk].search(said)


@pytest.mark.parametrize("outcome", [MailOutcome.NOT_THEIRS, MailOutcome.UNPROVED, MailOutcome.UNREADABLE])
def test_what_nobody_knows_to_be_theirs_is_not_called_theirs(outcome: MailOutcome) -> None:
    said, _ = told(outcome)
    assert "Llegó un correo que no le mandamos a nadie" in said
    assert "Tu correo no" not in said


@pytest.mark.parametrize("desk", Language)
@pytest.mark.parametrize("outcome", TOLD)
def test_nobody_is_told_to_run_a_command(outcome: MailOutcome, desk: Language) -> None:
    """It is read by a technician, who may have no access to the machine."""
    assert "ops" not in re.findall(r"\w+", told(outcome, desk=desk)[0])


class TestOfWhichNotAllWasRead:
    CUT = MailDetail(was_cut=True)
    LOST = (LostFile(name="plano.dwg", problem=FileProblem.TYPE),)

    def mail(self, detail: MailDetail, outcome: MailOutcome = MailOutcome.SENT) -> str:
        return told(outcome, detail, replace(TICKET, events=()))[0]

    def test_is_not_said_to_be_incomplete(self) -> None:
        """What was not read may have been all quoted."""
        said = self.mail(self.CUT)
        assert "Tu respuesta salió; revisa si está completa" in said
        assert "solo leímos el comienzo" in said

    def test_is_incomplete_without_a_file(self) -> None:
        said = self.mail(replace(self.CUT, files=self.LOST))
        assert "Tu respuesta salió, pero no completa" in said
        assert "solo leímos el comienzo" in said

    @pytest.mark.parametrize("outcome", [MailOutcome.NOTED, MailOutcome.TAKEN])
    def test_is_said_of_what_is_not_for_the_customer(self, outcome: MailOutcome) -> None:
        assert "solo leímos el comienzo" in self.mail(self.CUT, outcome)

    def test_is_not_said_of_any_other(self) -> None:
        assert "solo leímos el comienzo" not in self.mail(MailDetail(files=self.LOST))


def test_what_strangers_write_stays_text() -> None:
    detail = MailDetail(sender=MARKUP, word=MARKUP, files=(LostFile(name=MARKUP, problem=FileProblem.TYPE),))
    for outcome in TOLD:
        page = Page(told(outcome, detail)[1])
        assert "script" not in page.tags
