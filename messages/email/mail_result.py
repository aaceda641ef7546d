"""The e-mail that tells a technician what became of the one they answered with: sent, kept as a note, or refused, and why."""

from typing import Final
from zoneinfo import ZoneInfo

from messages.email.layout import Readers, entry, name_in_sentence
from messages.email.ticket_update import about_ticket_email
from messages.for_technicians import status_name
from messages.page.ticket_history import event_line
from messages.safe_text import clean, cut, fair_shares, one_line, utf16_length
from messages.texts.catalogue import text, when
from messages.whatsapp.notification_bubble import MAX_TECHNICIAN_TEXT
from state.model.answer_file import LIMITS
from state.model.language import Language
from state.model.outbox_row import Email
from state.model.received_mail import MailDetail, MailOutcome, MailResult
from state.model.ticket import TicketRecord

_MAX_WORDS: Final = 6_000  # UTF-16 units of all words of the events
_MAX_SENDER: Final = 200
_MAX_COMMAND: Final = 40
_MAX_FILES: Final = 10
# Nobody knows that it was the technician who wrote it.
_PERHAPS_NOT_THEIRS: Final = {MailOutcome.NOT_THEIRS, MailOutcome.UNPROVED, MailOutcome.UNREADABLE}


def mail_result_email(
    ticket: TicketRecord, result: MailResult, desk: Language, tz: ZoneInfo, link: str, *, readers: Readers
) -> Email:
    """The events of the ticket are what happened since the e-mail that was answered, if its detail says that something did: else the
    answer itself is among them. The same result gives the same bytes.
    """
    detail = result.detail or MailDetail()
    shown = ticket.events if result.outcome is MailOutcome.SENT and detail.meanwhile else ()
    meanwhile = [event for event in shown if event.id > result.seen]
    said = [clean(event.text or "").strip() for event in meanwhile]
    room = fair_shares([utf16_length(words) for words in said], _MAX_WORDS)
    entries = [
        entry(event_line(ticket, event, desk), desk, at=when(event.at, desk, tz), words=cut(words, share))
        for event, words, share in zip(meanwhile, said, room, strict=True)
    ]
    if detail.files:
        entries.append(entry(text(desk, "mail_files"), desk, words=_lost_files(detail, desk)))
    headline = _headline(result.outcome, detail, has_news=bool(meanwhile))
    why = _why(ticket, result.outcome, detail, desk)
    if detail.was_cut:
        why = f"{why} {text(desk, 'mail_was_cut')}"
    return about_ticket_email(ticket, desk, link, headline, entries, why, wants_human=False, readers=readers)


def _headline(outcome: MailOutcome, detail: MailDetail, *, has_news: bool) -> str:
    if outcome is MailOutcome.SENT and has_news:
        return "mail_sent_meanwhile"
    if outcome is MailOutcome.SENT:
        return "mail_sent_in_part" if detail.files else "mail_sent_cut"
    if outcome in _PERHAPS_NOT_THEIRS:
        return "mail_not_believed"
    return f"mail_{outcome}" if outcome.is_done else "mail_refused"


def _why(ticket: TicketRecord, outcome: MailOutcome, detail: MailDetail, desk: Language) -> str:
    return text(
        desk,
        f"mail_{outcome}_why",
        name=name_in_sentence(ticket.customer, desk),
        sender=cut(one_line(detail.sender), _MAX_SENDER) or text(desk, "mail_no_sender"),
        word=cut(one_line(detail.word), _MAX_COMMAND),
        status=status_name(desk, ticket.status_then or ticket.status),
        most=MAX_TECHNICIAN_TEXT,
    )


def _lost_files(detail: MailDetail, desk: Language) -> str:
    """A line for each."""
    lines = (
        text(desk, f"mail_file_{file.problem}", file=one_line(file.name) or "?", **LIMITS)
        for file in detail.files[:_MAX_FILES]
    )
    return "\n".join(lines)
