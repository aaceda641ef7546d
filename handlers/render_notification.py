"""Renders notifications when they are sent, from the ticket record in the outbox row.

The same record gives the same bytes, so every attempt under one key is the same e-mail.
"""

from dataclasses import dataclass
from datetime import datetime

from channels.resend_email import email_request
from channels.whatsapp import notification_requests
from handlers.desk_links import DeskAccess, DeskLinks
from handlers.settings import Settings
from handlers.signed_links import SignedLinks
from messages.email.desk_link import desk_link_email
from messages.email.new_ticket import digest_email
from messages.email.ticket_update import fresh_link_email, ticket_update_email
from messages.whatsapp.notification_bubble import notification_bubble
from messages.whatsapp.status_template import notification_line, status_template
from state.model.desk import DeskLinkRecord
from state.model.outbox_row import Content, OutboxRow
from state.model.ticket import Digest, TicketRecord
from state.store.rows import parse


class NothingToSend(Exception):
    """The recipient, or what the notification is about, no longer exists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRenderer:
    """Renders notifications: for customers in their language, for technicians in the desk's."""

    settings: Settings
    links: SignedLinks
    desk_links: DeskLinks

    def requests(self, row: OutboxRow) -> tuple[str, ...]:
        """The request for a row: its body if it is rendered already, else one that is rendered now. Raises NothingToSend.

        More than one: the same message for other ids of the customer, in the order to try them.
        """
        if row.content is Content.RENDERED:
            if row.body is None:
                raise NothingToSend("its content was erased")
            return (row.body,)
        if row.record is None:
            raise NothingToSend("the ticket is gone")
        match row.content:
            case Content.NOTIFICATION | Content.FULL_TEXT:
                return self._to_customer(parse(TicketRecord, row.record), row)
            case Content.DIGEST:
                return (self._digest(parse(Digest, row.record), row.dedup_key),)
            case Content.DESK_LINK:
                return (self._desk_link(parse(DeskLinkRecord, row.record), row.dedup_key),)
            case Content.UPDATE | Content.HUMAN | Content.LINK as content:
                written_at = datetime.fromisoformat(row.record["written_at"])
                ticket = parse(TicketRecord, row.record)
                return (self._to_technicians(ticket, content, row.dedup_key, written_at),)

    @property
    def _addresses(self) -> list[str]:
        return [technician.address for technician in self.settings.technicians]

    def _to_customer(self, ticket: TicketRecord, row: OutboxRow) -> tuple[str, ...]:
        if ticket.customer is None:
            raise NothingToSend("the customer is gone")
        if not row.as_template:
            return notification_requests(notification_bubble(ticket), ticket.customer, row.dedup_key)
        line = notification_line(ticket)
        template = status_template(self.settings.status_template, ticket.language, ticket.code, line)
        return notification_requests(template, ticket.customer, row.dedup_key)

    def _to_technicians(
        self, ticket: TicketRecord, content: Content, dedup_key: str, written_at: datetime
    ) -> str:
        # Valid from when the row was written, not from now: a second attempt would be a different e-mail.
        link = self.links.ticket_page(ticket.code, written_at)
        desk = self.settings.default_language
        if content is Content.LINK:
            mail, files = fresh_link_email(ticket, desk, link), []
        else:
            mail = ticket_update_email(ticket, desk, self.settings.support_timezone, link)
            files = [stored for event in ticket.events for stored in event.files]
        sender, technicians = self.settings.support_email_from, self._addresses
        return email_request(mail, sender, technicians, ticket.code, dedup_key, files)

    def _desk_link(self, record: DeskLinkRecord, dedup_key: str) -> str:
        found = [each for each in self.settings.technicians if each.address.lower() == record.recipient]
        if not found:
            raise NothingToSend("they are no technician any more")
        (technician,) = found
        access = DeskAccess(technician=technician.id, epoch=record.epoch)
        link = self.desk_links.link(access, record.written_at)
        mail = desk_link_email(technician.name, self.settings.default_language, link)
        sender = self.settings.support_email_from
        return email_request(mail, sender, [technician.address], "desk", dedup_key)

    def _digest(self, digest: Digest, dedup_key: str) -> str:
        if not digest.tickets:
            raise NothingToSend("the tickets are gone")
        links = [self.links.ticket_page(ticket.code, ticket.at) for ticket in digest.tickets]
        mail = digest_email(digest, self.settings.default_language, links)
        sender, technicians = self.settings.support_email_from, self._addresses
        return email_request(mail, sender, technicians, "digest", dedup_key)
