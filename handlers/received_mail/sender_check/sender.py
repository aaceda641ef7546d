"""Who sent an answer by e-mail: only a technician's own address counts, and only if it is proved."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from handlers.mail_addresses import Mailbox
from handlers.received_mail.sender_check.mail_mailbox import (
    addresses_in,
    canonical,
    domain_of,
    read_from,
    without_tag,
)
from handlers.received_mail.sender_check.public_domains import PUBLIC_DOMAINS
from handlers.received_mail.sender_check.sender_proof import Headers, is_proved
from state.model.received_mail import ReceivedMail
from state.model.technician import Technician


class SenderProblem(StrEnum):
    """NOT_THEIRS: another address than the technician's, or none that can be read. UNPROVED: anybody may have written it there."""

    NOT_THEIRS = "not_theirs"
    UNPROVED = "unproved"


class SenderRefused(Exception):
    """A mail is not the technician's. address: whose it says it is, in lower case; empty if that cannot be read."""

    def __init__(self, problem: SenderProblem, address: str) -> None:
        super().__init__(str(problem))
        self.problem = problem
        self.address = address


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSender:
    """Who sent a mail. address: in lower case; name: as their mail program shows it, cleaned; may be empty."""

    address: str = field(repr=False)
    name: str = field(default="", repr=False)


def check_sender(
    mail: ReceivedMail, technician: Technician, original_headers: Callable[[], Headers]
) -> MailSender:
    """Who sent it, on behalf of the technician. Raises SenderRefused, and what `original_headers` raises.

    original_headers: of the mail as it was transmitted; called only for a domain without a DMARC record.
    """
    try:
        sender = _sender(mail)
    except ValueError:
        raise SenderRefused(SenderProblem.NOT_THEIRS, "") from None
    if not _is_theirs(sender.address, technician):
        raise SenderRefused(SenderProblem.NOT_THEIRS, sender.address)
    if not is_proved(mail, sender.address, original_headers):
        raise SenderRefused(SenderProblem.UNPROVED, sender.address)
    return MailSender(address=sender.address, name=sender.name)


def _sender(mail: ReceivedMail) -> Mailbox:
    """The one mailbox that the mail names as its sender, wherever it says so. Raises ValueError."""
    written = mail.headers.get("from", ())
    if not written:
        return read_from(mail.sender)
    (header,) = written  # ValueError if there are two
    sender = read_from(header)
    if set(addresses_in(mail.sender)) != {sender.address}:
        raise ValueError("two senders")
    return sender


def _is_theirs(address: str, technician: Technician) -> bool:
    own = technician.address.lower()
    if canonical(address) in {canonical(own), canonical(without_tag(own))}:
        return True
    domain = domain_of(own)
    is_shared = not technician.name and domain not in PUBLIC_DOMAINS
    return is_shared and domain_of(address) == domain
