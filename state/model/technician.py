"""Technicians: who work on tickets, each with an address of their own."""

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

_ID_LENGTH: Final = 12  # hexadecimal digits


@dataclass(frozen=True, kw_only=True)
class Technician:
    """An address of `SUPPORT_EMAIL_TO`. name: as the customer reads it; empty: a mailbox that several people share."""

    address: str = field(repr=False)
    name: str = field(default="", repr=False)

    @cached_property
    def id(self) -> str:
        """Stands for the address in links and cookies, where no name may be read."""
        return hashlib.sha256(self.address.lower().encode()).hexdigest()[:_ID_LENGTH]
