"""Takes from Resend's webhook that an e-mail came to a technician's address: the outbox fetches it.

https://resend.com/docs/webhooks/emails/received
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from handlers.answer_address import AnswerAddress, AnswerAddresses
from handlers.log import Log, Severity
from handlers.outbox_sender import OutboxSender
from handlers.people import People
from state.model.received_mail import NewMail
from state.store.client import Store, new_lease
from state.store.errors import StoreRefused

_RECIPIENTS: Final = ("to", "cc", "bcc", "received_for")
_MAX_RECIPIENTS: Final = 100  # looked at: beyond is no answer to an e-mail
_EMAIL_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailInbox:
    """What comes to the addresses of technicians. addresses: None if answers by e-mail are off."""

    addresses: AnswerAddresses | None
    people: People
    store: Store
    sender: OutboxSender
    log: Log

    def receive(self, data: dict[str, Any], event_id: str) -> None:
        """Have the e-mail of an event fetched. To any other address it costs no call. Raises StoreUnavailable."""
        mail = self._addressed(data, event_id)
        if mail is None:
            return
        try:
            received = self.store.receive_mail(mail, new_lease(), self.sender.channels())
        except StoreRefused as error:  # it would be refused again
            self.log.write("event_refused", Severity.ERROR, kind="NewMail", error=str(error))
            return
        self.log.write("mail_received", code=mail.code, result=received.result)
        self.sender.start(received.rows)

    def _addressed(self, data: dict[str, Any], event_id: str) -> NewMail | None:
        """None unless it came to an address that we have signed, of somebody who is a technician, and can be fetched."""
        found = self.addresses.read(_recipients(data)) if self.addresses else ()
        if not found:
            self.log.write("mail_ignored", why="not to an address of ours")
            return None
        # Of several that of who wrote: others hear of nothing then. Whether they did is seen when it is fetched.
        sender = _sender(data)
        address = next((each for each in found if self._has(each, sender)), found[0])
        technician = self.people.by_id(address.technician)
        email_id = data.get("email_id")
        if technician is None or not (isinstance(email_id, str) and _EMAIL_ID.fullmatch(email_id)):
            why = "not a technician any more" if technician is None else "without an id"
            self.log.write("mail_ignored", Severity.WARNING, code=address.code, why=why)
            return None
        return NewMail(
            event_id=event_id,
            message_id=_message_id(data),
            email_id=email_id,
            code=address.code,
            technician=technician.address,
            seen=address.seen,
            for_team=address.for_team,
        )

    def _has(self, address: AnswerAddress, sender: str) -> bool:
        technician = self.people.by_id(address.technician)
        return technician is not None and technician.address.lower() == sender


def _sender(data: dict[str, Any]) -> str:
    """As it says itself, in lower case; empty if that cannot be read."""
    from handlers.received_mail.sender_check.mail_mailbox import addresses_in

    given = data.get("from")
    return next(iter(addresses_in(given)), "").lower() if isinstance(given, str) else ""


def _recipients(data: dict[str, Any]) -> Iterator[str]:
    """Their addresses. The headers are a stranger's: the standard library's parser runs out of stack on their parentheses."""
    from handlers.received_mail.sender_check.mail_mailbox import addresses_in

    given = (each for name in _RECIPIENTS if isinstance(found := data.get(name), list) for each in found)
    texts = [each for each in given if isinstance(each, str)][:_MAX_RECIPIENTS]
    return (address for text in texts for address in addresses_in(text))


def _message_id(data: dict[str, Any]) -> str:
    """Stands for the header, which its sender may have made as long as they like."""
    given = data.get("message_id")
    if not isinstance(given, str) or not given.strip():
        return ""
    return hashlib.sha256(given.strip().encode(errors="replace")).hexdigest()
