"""Mail addresses as an operator writes them: `ana@example.com` or `Ana Ruiz <ana@example.com>`, several with commas between them.

Narrower than RFC 5322, as Resend is: an address that it would refuse is refused at the start, not with each e-mail.
"""

import re
from dataclasses import dataclass, field
from typing import Final

_MAX_RECIPIENTS: Final = 50  # Resend's, of one e-mail
_ATOM: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL: Final = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(
    rf"(?=.{{1,64}}@.{{1,253}}\Z){_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?=[A-Za-z]){_LABEL}"
)
_NAMED: Final = re.compile(r'(?:"(?P<quoted>[^"\\]*)"|(?P<name>[^"\\<>@,;:]*))\s*<(?P<address>[^<>]*)>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """name: as it was written, without quotes; may be empty."""

    name: str = field(repr=False)
    address: str = field(repr=False)


def read_mailbox(text: str) -> Mailbox:
    """Read one address. Raises ValueError, with the text, if Resend would refuse it or somebody could not see all of it."""
    text = text.strip()
    named = _NAMED.fullmatch(text)
    address = named["address"] if named else text
    if not (text.isprintable() and _ADDRESS.fullmatch(address)):
        raise ValueError(text)
    return Mailbox(name=((named["quoted"] or named["name"] or "") if named else "").strip(), address=address)


def read_mailboxes(text: str) -> tuple[Mailbox, ...]:
    """Read addresses with commas between them; none between two commas is no error. Raises ValueError, also for more than 50."""
    found = tuple(read_mailbox(part) for part in split_mailboxes(text))
    if len(found) > _MAX_RECIPIENTS:
        raise ValueError(text)
    return found


def split_mailboxes(text: str) -> list[str]:
    """The parts between commas, but for commas in quotes."""
    parts, quoted = [""], False
    for c in text:
        quoted ^= c == '"'
        if c == "," and not quoted:
            parts.append("")
        else:
            parts[-1] += c
    return [part.strip() for part in parts if part.strip()]
