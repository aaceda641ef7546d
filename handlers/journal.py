"""The log: one JSON line for each event that matters, as Cloud Logging reads it, with nobody's words or number in it."""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from state.events import Sender


class Severity(StrEnum):
    """Cloud Logging's levels. ERROR is for a person to act on."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Journal:
    """Writes the lines. `key` turns a customer into a name that says nothing and is the same each time."""

    def __init__(self, key: str, write: Callable[[str], None] = _print) -> None:
        self._key = key.encode()
        self._write = write

    def note(self, event: str, severity: Severity = Severity.INFO, **fields: Any) -> None:
        """One line. Fields that are None are left out. Newlines in a value cannot make a second line: JSON escapes them."""
        known = {name: value for name, value in fields.items() if value is not None}
        self._write(json.dumps({"severity": severity, "event": event, **known}, default=str))

    def customer(self, sender: Sender) -> str:
        """A keyed hash of who this is: the same customer is the same word, and nobody can be looked up by it."""
        return hmac.new(self._key, sender.key.encode(), hashlib.sha256).hexdigest()[:16]


def milliseconds(seconds: float) -> float:
    """A duration as the log shows it."""
    return round(seconds * 1000, 1)
