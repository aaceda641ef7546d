"""The headers of any e-mail, however wrong: the standard library's newer policies raise IndexError at some of them."""

import re
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, quote

Mail = Message
_NEEDS_QUOTES = re.compile(r'[][\\()<>@,:;".]')


def values(message: Mail, name: str) -> list[str]:
    """All values of a header, decoded and on one line each."""
    return [decoded(str(value)) for value in message.get_all(name, [])]


def value(message: Mail, name: str) -> str:
    """The first one; empty without one."""
    return next(iter(values(message, name)), "")


def addresses(message: Mail, name: str) -> list[tuple[str, str]]:
    """Of a header of addresses each name, decoded, and address."""
    written = [str(value) for value in message.get_all(name, [])]
    return [(decoded(each), address) for each, address in getaddresses(written) if "@" in address]


def written(name: str, address: str) -> str:
    """As people write it: `Marta Ruiz <marta@example.com>`."""
    if not name:
        return address
    return f"{_quoted(name) if _NEEDS_QUOTES.search(name) else name} <{address}>"


def decoded(text: str) -> str:
    """Without encoded words, on one line."""
    with suppress(
        LookupError, HeaderParseError, ValueError
    ):  # no such character set, or nothing that is in it
        text = str(make_header(decode_header(text)))
    return clean(" ".join(text.splitlines()))


def _quoted(name: str) -> str:
    return f'"{quote(name)}"'


def clean(text: str) -> str:
    """Without bytes that were no characters."""
    return text.encode("utf-8", "replace").decode()
