"""Renders notifications when they are sent, from the ticket record in the outbox row.

The same record gives the same bytes, so every attempt under one key is the same e-mail.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from channels.resend_email import AttachmentRef, attachment_refs, email_request
from channels.whatsapp import notification_requests
from handlers.answer_address import AnswerAddress, AnswerAddresses
from handlers.desk_links import DeskAccess, DeskLinks
from handlers.people import People
from handlers.settings import Settings
from handlers.signed_links import SignedLinks
from messages.email.desk_link import desk_link_email
from messages.email.layout import Readers
from messages.email.mail_result import mail_result_email
from messages.email.new_ticket import digest_email, new_ticket_email
from messages.email.ticket_update import fresh_link_email, ticket_update_email, undelivered_email
from messages.whatsapp.file_message import file_message
from messages.whatsapp.notification_bubble import notification_bubble
from messages.whatsapp.status_template import notification_line, status_template
from state.model.desk import DeskLinkRecord
from state.model.outbox_row import Content, Email, OutboxRow
from state.model.received_mail import MailResult
from state.model.technician import Technician
from state.model.ticket import Actor, Digest, EventKind, StoredFile, TicketRecord
from state.store.rows import parse

_WITHOUT_FILES: Final = {Content.LINK, Content.MAIL_RESULT}


class NothingToSend(Exception):
    """The recipient, or what the notification is about, no longer exists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicianEmail:
    """One e-mail of a row. technician: the id of whom it is for; key: the row's and theirs."""

    technician: str
    key: str
    request: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRenderer:
    """Renders notifications: for customers in their language, for technicians in the desk's."""

    settings: Settings
    people: People
    links: SignedLinks
    desk_links: DeskLinks
    answers: AnswerAddresses

    def whatsapp(self, row: OutboxRow) -> tuple[str, ...]:
        """The request for a WhatsApp row: its body if it is rendered already, else one that is rendered now. Raises NothingToSend.

        More than one: the same message for other ids of the customer, in the order to try them.
        """
        if row.content is Content.RENDERED:
            if row.body is None:
                raise NothingToSend("its content was erased")
            return (row.body,)
        ticket = parse(TicketRecord, _record(row))
        if ticket.customer is None:
            raise NothingToSend("the customer is gone")
        if not row.as_template:
            return notification_requests(notification_bubble(ticket), ticket.customer, row.dedup_key)
        line = notification_line(ticket)
        template = status_template(self.settings.status_template, ticket.language, ticket.code, line)
        return notification_requests(template, ticket.customer, row.dedup_key)

    def file(self, row: OutboxRow, upload: Callable[[StoredFile], str]) -> tuple[str, ...]:
        """The request for a technician's file, as `whatsapp` does. Raises NothingToSend, and what `upload` raises.

        upload: returns the id under which Meta has the file.
        """
        ticket = parse(TicketRecord, _record(row))
        if ticket.customer is None:
            raise NothingToSend("the customer is gone")
        files = (file for event in ticket.events for file in event.files)
        file = next((file for file in files if file.object == row.object), None)
        if file is None:
            raise NothingToSend("the file was deleted")
        return notification_requests(file_message(ticket, file, upload(file)), ticket.customer, row.dedup_key)

    def emails(self, row: OutboxRow) -> tuple[list[TechnicianEmail], tuple[AttachmentRef, ...]]:
        """An e-mail for each technician whom a row concerns, and the files that are attached to each. Raises NothingToSend.

        No e-mail for who would only read what they have noted themselves.
        """
        record = _record(row)
        if row.content is Content.DIGEST:
            mails = [self._email(row, each, "digest", mail) for each, mail in self._digests(record)]
            if not mails:
                raise NothingToSend("the tickets are gone")
            return mails, ()
        if row.content is Content.DESK_LINK:
            return [self._desk_link(row, parse(DeskLinkRecord, record))], ()
        ticket = parse(TicketRecord, record)
        # Valid from when the row was written, not from now: a second attempt would be a different e-mail.
        written_at = datetime.fromisoformat(record["written_at"])
        result = parse(MailResult, record["mailed"]) if record.get("mailed") else None
        if row.content is Content.MAIL_RESULT and result is None:
            raise NothingToSend("the e-mail is read again")
        readers = self._readers(ticket, row.content, result)
        mails = []
        for each in self._recipients(row, ticket):
            told = _as_told(ticket, row.content, each)
            if told.events or not ticket.events:
                mail = self._about(told, row.content, each, written_at, result, readers)
                answered = _answered(ticket, each, result, readers)
                mails.append(self._email(row, each, ticket.code, mail, answered))
        # A technician's own may get its id at Meta between two attempts: the second would be another e-mail.
        files = [
            stored for event in ticket.events if event.actor is not Actor.TECHNICIAN for stored in event.files
        ]
        return mails, attachment_refs(ticket.code, files) if row.content not in _WITHOUT_FILES else ()

    def _readers(self, ticket: TicketRecord, content: Content, result: MailResult | None) -> Readers:
        """Of what is answered to an e-mail. Who answers a colleague's note, or what they handed over, talks to them."""
        if not self.settings.answer_domain or ticket.customer is None:
            return Readers.COLLEAGUES
        if result:
            return Readers.TEAM if result.for_team else Readers.CUSTOMER
        is_among_us = content is Content.UPDATE and not any(
            event.actor is Actor.CUSTOMER for event in ticket.events
        )
        return Readers.TEAM if is_among_us else Readers.CUSTOMER

    def _desk_link(self, row: OutboxRow, record: DeskLinkRecord) -> TechnicianEmail:
        """The link to the list of tickets, for the one technician who asked for it."""
        technician = self.people.by_address(record.recipient)
        if technician is None:
            raise NothingToSend("the technician is gone")
        access = DeskAccess(technician=technician.id, epoch=record.epoch)
        link = self.desk_links.link(access, record.written_at)
        mail = desk_link_email(technician.name, self.settings.default_language, link)
        return self._email(row, technician, "desk", mail)

    def _recipients(self, row: OutboxRow, ticket: TicketRecord) -> Sequence[Technician]:
        if found := self.people.by_address(row.recipient):
            return (found,)
        # That somebody's words did not arrive is for who has the ticket now.
        if row.recipient is not None and row.content is not Content.UNDELIVERED:
            raise NothingToSend("the technician is gone")
        if row.content is Content.OPENED:
            opener = self.people.by_address(ticket.opening.author_address) if ticket.opening else None
            # Who has opened it knows. But of a mailbox that several share, a colleague may have.
            knows = opener if opener and opener.name else None
            return [each for each in self.people.technicians if each is not knows]
        return self.people.concerned(ticket.assignee_address, away=ticket.assignee_away)

    def _about(
        self,
        ticket: TicketRecord,
        content: Content,
        technician: Technician,
        written_at: datetime,
        result: MailResult | None,
        readers: Readers,
    ) -> Email:
        link = self.links.ticket_page(ticket.code, technician.id, written_at)
        desk, tz = self.settings.default_language, self.settings.support_timezone
        if result:
            return mail_result_email(ticket, result, desk, tz, link, readers=readers)
        match content:
            case Content.LINK:
                return fresh_link_email(ticket, desk, link, readers=readers)
            case Content.OPENED:
                return new_ticket_email(ticket, desk, tz, link, readers=readers)
            case Content.UNDELIVERED:
                return undelivered_email(ticket, desk, tz, link, readers=readers)
            case _:
                return ticket_update_email(ticket, desk, tz, link, readers=readers)

    def _digests(self, record: dict[str, Any]) -> Iterator[tuple[Technician, Email]]:
        """For each technician the digest of the tickets that concern them, if there are any."""
        digest = parse(Digest, record)
        for technician in self.people.technicians:
            theirs = tuple(
                ticket
                for ticket in digest.tickets
                if technician in self.people.concerned(ticket.assignee_address, away=ticket.assignee_away)
            )
            links = [self.links.ticket_page(ticket.code, technician.id, ticket.at) for ticket in theirs]
            if theirs:
                own = replace(digest, tickets=theirs)
                yield technician, digest_email(own, self.settings.default_language, links)

    def _email(
        self,
        row: OutboxRow,
        technician: Technician,
        about: str,
        mail: Email,
        answered: AnswerAddress | None = None,
    ) -> TechnicianEmail:
        """answered: what an answer to it would be about; None: it goes to the colleagues."""
        key = f"{row.dedup_key}/{technician.id}"
        reply_to = [each.address for each in self.people.technicians]
        if answered:
            reply_to = [self.answers.write(answered)]
        sender = self.settings.support_email_from
        request = email_request(mail, sender, technician.address, reply_to, about, key, row.id)
        return TechnicianEmail(technician=technician.id, key=key, request=request)


def _answered(
    ticket: TicketRecord, technician: Technician, result: MailResult | None, readers: Readers
) -> AnswerAddress | None:
    """What an answer to an e-mail is about. None: it goes to the colleagues."""
    if readers is Readers.COLLEAGUES:
        return None
    seen = result.seen if result else max((event.id for event in ticket.events), default=0)
    for_team = readers is Readers.TEAM
    return AnswerAddress(code=ticket.code, technician=technician.id, seen=seen, for_team=for_team)


def _as_told(ticket: TicketRecord, content: Content, technician: Technician) -> TicketRecord:
    """The ticket without the notes that they wrote themselves. Of a mailbox that several share, a colleague may have."""
    if content is not Content.UPDATE or not technician.name:
        return ticket
    address = technician.address.lower()
    news = (
        event
        for event in ticket.events
        if event.kind is not EventKind.INTERNAL or event.author_address != address
    )
    return replace(ticket, events=tuple(news))


def _record(row: OutboxRow) -> dict[str, Any]:
    if row.record is None:
        raise NothingToSend("the ticket is gone")
    return row.record
