"""The addresses to which technicians answer our e-mails: each theirs, for one ticket, and signed, as whoever writes there is read by a customer."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_PURPOSE: Final = b"mailed-answer"
_MAC_LENGTH: Final = 20  # hexadecimal digits: 80 bits, which can be tried against the running desk only
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
# With the hyphens 10 + 12 + 12 + 1 + 20 + 4 characters at most: within the 64 of RFC 5321 before the @.
_LOCAL_PART: Final = re.compile(
    r"(?P<ticket>tk[0-9a-z]{8})-(?P<technician>[0-9a-f]{12})-(?P<seen>[0-9a-z]{1,12})(?P<team>-n)?-(?P<mac>[0-9a-f]{20})"
)


def is_address_in(text: str) -> bool:
    """Whether something in a text looks like such an address, of any domain and signed or not."""
    return _LOCAL_PART.search(text.lower()) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAddress:
    """What an address stands for. code: the ticket's; technician: their id; seen: the latest event of the ticket that the e-mail told.

    for_team: the e-mail told what technicians say to each other, so an answer to it is a note, unless it says something else.
    """

    code: str
    technician: str
    seen: int
    for_team: bool = False


class AnswerAddresses:
    """Makes and reads the addresses. The first key signs; those signed with any key are read (two during a rotation).

    domain: INBOUND_EMAIL_DOMAIN. Lower case throughout: some mail programs write every address so.
    """

    def __init__(self, domain: str, keys: Sequence[str]) -> None:
        self.domain = domain
        self._keys = [key.encode() for key in keys]

    def write(self, address: AnswerAddress) -> str:
        """The address, to stand in Reply-To."""
        local = _local_part(address)
        return f"{local}-{_mac(self._keys[0], local)}@{self.domain}"

    def read(self, recipients: Iterable[str]) -> tuple[AnswerAddress, ...]:
        """What those of these e-mail addresses stand for that we have made, in their order."""
        return tuple(filter(None, map(self._read, recipients)))

    def is_ours(self, recipient: str) -> bool:
        """Whether an address is one of this domain, signed or not."""
        return recipient.lower().rpartition("@")[2] == self.domain

    def _read(self, recipient: str) -> AnswerAddress | None:
        local, _, domain = recipient.strip().lower().rpartition("@")
        bare = local.partition("+")[0]  # some programs add a note of their own
        found = _LOCAL_PART.fullmatch(bare) if domain == self.domain else None
        if found is None:
            return None
        signed = bare.rpartition("-")[0]
        if not any(hmac.compare_digest(_mac(key, signed), found["mac"]) for key in self._keys):
            return None
        symbols = found["ticket"].removeprefix("tk").replace("-", "").upper()
        return AnswerAddress(
            code=f"TK-{symbols[:4]}-{symbols[4:]}",
            technician=found["technician"],
            seen=int(found["seen"], 36),
            for_team=bool(found["team"]),
        )


def _local_part(address: AnswerAddress) -> str:
    ticket = address.code.replace("-", "").lower()
    return f"{ticket}-{address.technician}-{_base36(address.seen)}{'-n' if address.for_team else ''}"


def _mac(key: bytes, local: str) -> str:
    return hmac.new(key, _PURPOSE + b"\0" + local.encode(), hashlib.sha256).hexdigest()[:_MAC_LENGTH]


def _base36(number: int) -> str:
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
        if not number:
            return digits
