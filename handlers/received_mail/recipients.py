"""Who else reads an answer by e-mail, beside us: an answer to others, too, is perhaps not meant for the customer."""

from collections.abc import Iterable, Iterator

from handlers.answer_address import AnswerAddresses
from handlers.received_mail.sender_check.mail_mailbox import addresses_in, canonical, without_tag
from state.model.received_mail import ReceivedMail


def further_recipients(
    mail: ReceivedMail, sender: str, addresses: AnswerAddresses, desk: str
) -> tuple[str, ...]:
    """The addresses in To and Cc of other people than the sender, in lower case, each once. Of ours, those for another ticket or
    technician than the first: only that one is answered.

    sender: their address; desk: the address of SUPPORT_EMAIL_FROM, which Reply-all may add.
    """
    known = {canonical(without_tag(each)) for each in (sender, desk)}
    found = dict.fromkeys(address for header in (*mail.to, *mail.cc) for address in addresses_in(header))
    others = [
        each for each in found if not addresses.is_ours(each) and canonical(without_tag(each)) not in known
    ]
    return (*others, *_of_others(found, addresses))


def _of_others(recipients: Iterable[str], addresses: AnswerAddresses) -> Iterator[str]:
    first: tuple[str, str] | None = None
    for each in recipients:
        for ours in addresses.read([each]):
            about = (ours.code, ours.technician)
            first = first or about
            if about != first:
                yield each
