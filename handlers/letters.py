"""Letters about a ticket: written when they leave, from the events they tell.

The same facts give the same bytes, so every try under one key is the same e-mail.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from channels.email import mail_body
from channels.whatsapp import message_body
from handlers.links import Links
from handlers.settings import Settings
from messages.bubbles import status_template
from messages.digest import digest_mail
from messages.letters import link_mail, news_mail
from messages.notice_line import notice_line
from messages.notices import notice_bubble
from state.outbox import Letter, OutboxRow
from state.records import Digest, TicketRecord


class LetterImpossible(Exception):
    """There is nobody to write to, or nothing to write about, any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letters:
    """Writes them: to customers in their language, to technicians in the desk's."""

    settings: Settings
    links: Links

    def request(self, row: OutboxRow) -> str:
        """What is sent for a row: its body as it was stored or, for a letter, the request its facts come to.

        Raises LetterImpossible.
        """
        if row.facts is None:
            if row.body in set(Letter):
                raise LetterImpossible("the ticket is gone")
            return row.body
        match Letter(row.body):
            case Letter.NOTICE | Letter.TEMPLATE as form:
                return self._to_customer(TicketRecord.from_json(row.facts), form, row.dedup_key)
            case Letter.NEWS | Letter.HUMAN | Letter.LINK as form:
                ticket = TicketRecord.from_json(row.facts)
                written_at = datetime.fromisoformat(row.facts["written_at"])
                return self._to_technicians(ticket, form, row.dedup_key, written_at)
            case Letter.DIGEST:
                return self._digest(Digest.from_json(row.facts), row.dedup_key)

    def _to_customer(self, ticket: TicketRecord, form: Letter, dedup_key: str) -> str:
        if ticket.customer is None:
            raise LetterImpossible("the customer is gone")
        if form is Letter.NOTICE:
            return message_body(notice_bubble(ticket), ticket.customer, dedup_key)
        line = notice_line(ticket)
        template = status_template(self.settings.status_template, ticket.language, ticket.code, line)
        return message_body(template, ticket.customer, dedup_key)

    def _to_technicians(
        self, ticket: TicketRecord, form: Letter, dedup_key: str, written_at: datetime
    ) -> str:
        # Good from when the row was written, not from now: a second try would be another e-mail.
        link = self.links.ticket_page(ticket.code, written_at)
        write = link_mail if form is Letter.LINK else news_mail
        mail = write(ticket, self.settings.default_language, self.settings.support_timezone, link)
        files = (
            () if form is Letter.LINK else [stored.file for event in ticket.events for stored in event.files]
        )
        sender, technicians = self.settings.support_email_from, self.settings.support_email_to
        return mail_body(mail, sender, technicians, ticket.code, dedup_key, files)

    def _digest(self, digest: Digest, dedup_key: str) -> str:
        if not digest.tickets:
            raise LetterImpossible("the tickets are gone")
        links = [self.links.ticket_page(ticket.code, ticket.at) for ticket in digest.tickets]
        mail = digest_mail(digest, self.settings.default_language, links)
        sender, technicians = self.settings.support_email_from, self.settings.support_email_to
        return mail_body(mail, sender, technicians, "digest", dedup_key)
