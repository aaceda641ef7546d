"""The mailbox in a From header, and addresses of one person that are written in several ways."""

import re
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Final

from handlers.mail_addresses import Mailbox, read_mailbox
from handlers.received_mail.sender_check.header_text import Malformed, read_header
from messages.safe_text import cut, one_line

_MAX_FROM: Final = 1000  # characters, most of them the name
_MAX_NAME: Final = 60  # UTF-16 units
# A comma may stand in a name: programs that decode `=?utf-8?q?Ruiz=2C_Marta?=` leave away the quotes that it needs then.
_WITH_NAME: Final = re.compile(r"(?P<name>[^<>:;]*)<\s*(?P<address>[^<>\x00\s]*)\s*>\s*")
_ALONE: Final = re.compile(r"\s*(?P<address>[^<>\x00\s,:;]+)\s*")
_BETWEEN_ADDRESSES: Final = re.compile(r"[\s<>,:;()\"\x00]+")
_GMAIL: Final = {"gmail.com", "googlemail.com"}


def read_from(value: str) -> Mailbox:
    """The one mailbox of a From header; its address in lower case, its name decoded and perhaps empty.

    Raises ValueError if there is none or several, a group (RFC 5322, 3.4), or if the address is none that we would write to.
    """
    header = read_header(value, _MAX_FROM)
    found = _WITH_NAME.fullmatch(header.without_comments) or _ALONE.fullmatch(header.without_comments)
    if found is None:
        raise Malformed
    address = read_mailbox(found["address"]).address.lower()
    written = found.groupdict().get("name")
    if written is None:
        return Mailbox(name=_shown(" ".join(header.comments), address), address=address)
    if "@" in written and written.strip().lower() != address:
        raise Malformed
    return Mailbox(name=_shown(header.restore([written])[0], address), address=address)


def addresses_in(value: str) -> tuple[str, ...]:
    """All that look like e-mail addresses in a header, in lower case: rather too many of them than too few."""
    with suppress(Malformed):
        value = read_header(value, len(value)).without_comments
    words = (each.strip(".'").lower() for each in _BETWEEN_ADDRESSES.split(value))
    return tuple(each for each in words if "@" in each.strip("@"))


def domain_of(address: str) -> str:
    """What stands after the last @: all of it without one."""
    return address.rpartition("@")[2]


def canonical(address: str) -> str:
    """The address of a mailbox, whichever way it is written. Gmail does not look at dots, and has two domains."""
    local, _, domain = address.lower().rpartition("@")
    if domain not in _GMAIL:
        return f"{local}@{domain}"
    user, plus, tag = local.partition("+")
    return f"{user.replace('.', '')}{plus}{tag}@gmail.com"


def without_tag(address: str) -> str:
    """marta+soporte@example.com is Marta's, with a note to herself."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def _shown(name: str, address: str) -> str:
    """As it may be shown; empty if it says no more than the address."""
    shown = cut(one_line(_decoded(name)).strip("' "), _MAX_NAME)
    return "" if shown.lower() == address else shown


def _decoded(name: str) -> str:
    try:
        return str(make_header(decode_header(name)))
    except (HeaderParseError, LookupError, ValueError):  # an unknown character set, wrong base64 or bytes
        return ""
