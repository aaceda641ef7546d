"""Who sent an answer by e-mail: only a technician's own address counts, and only if it is proved."""

from collections.abc import Callable

from handlers.mail_addresses import Mailbox
from handlers.received_mail.refusal import MailRefused
from handlers.received_mail.sender_check.mail_mailbox import (
    addresses_in,
    canonical,
    domain_of,
    read_from,
    without_tag,
)
from handlers.received_mail.sender_check.public_domains import PUBLIC_DOMAINS
from handlers.received_mail.sender_check.sender_proof import Headers, is_proved
from state.model.received_mail import MailDetail, MailOutcome, ReceivedMail
from state.model.technician import Technician


def check_sender(
    mail: ReceivedMail, technician: Technician, original_headers: Callable[[], Headers]
) -> Mailbox:
    """Who sent it, on behalf of the technician: the address in lower case, the name as their mail program shows it, cleaned.

    Raises MailRefused, and what `original_headers` raises: NOT_THEIRS for another address than the technician's, or for none that can be
    read (then no sender is named), UNPROVED if anybody may have written it there.

    original_headers: of the mail as it was transmitted; called only for a domain without a DMARC record.
    """
    try:
        sender = _sender(mail)
    except ValueError:
        raise MailRefused(MailOutcome.NOT_THEIRS) from None
    if not _is_theirs(sender.address, technician):
        raise MailRefused(MailOutcome.NOT_THEIRS, MailDetail(sender=sender.address))
    if not is_proved(mail, sender.address, original_headers):
        raise MailRefused(MailOutcome.UNPROVED, MailDetail(sender=sender.address))
    return sender


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
