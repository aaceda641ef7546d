"""The log: one JSON line for each event, as Cloud Logging reads it, without personal data."""

import base64
import hashlib
import hmac
import json
import re
import sys
import traceback
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from threading import Lock
from typing import Any, Final

from state.model.message import Sender
from state.store.errors import StoreError


class Severity(StrEnum):
    """Cloud Logging's levels. ERROR means that a person has to act."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


_PRINTING: Final = Lock()
_NUMBER: Final = re.compile(rb"\d{7,}")
_MAX_FRAMES: Final = 12


def _print(line: str) -> None:
    with _PRINTING:
        sys.stdout.write(line)
        # A separate write: with LOG_EXECUTION_ID functions-framework drops the newline and adds its own.
        sys.stdout.write("\n")
        sys.stdout.flush()


class Log:
    """Writes log lines. `key`: for hashing customers."""

    def __init__(self, key: str, write: Callable[[str], None] = _print) -> None:
        self._key = key.encode()
        self._write = write

    def write(self, event: str, severity: Severity = Severity.INFO, **fields: Any) -> None:
        """Write one line. Fields that are None are left out. A newline in a value cannot start a new line: JSON escapes it."""
        known = {name: value for name, value in fields.items() if value is not None}
        self._write(json.dumps({"severity": severity, "event": event, **known}, default=str))

    def message(self, wamid: str | None) -> str | None:
        """Replace the phone number in a message's id with zeros: Meta's ids are base64 and contain it.

        Length and end stay the same, so the message can still be found by the end of its id.
        """
        prefix, _, encoded = (wamid or "").partition(".")
        try:
            content = base64.b64decode(encoded, validate=True)
        except ValueError:
            return wamid
        masked = _NUMBER.sub(lambda digits: b"0" * len(digits[0]), content)
        return wamid if masked == content else f"{prefix}.{base64.b64encode(masked).decode()}"

    def customer(self, sender: Sender) -> str:
        """A keyed hash of the sender: the same for every message of a customer, and not reversible."""
        return hmac.new(self._key, sender.key.encode(), hashlib.sha256).hexdigest()[:16]


def describe_error(error: BaseException) -> str:
    """Describe an error by its class and its traceback as file:line:function; a StoreError by its message.

    Nothing else may be logged: the messages of other errors may quote a customer.
    """
    if isinstance(error, StoreError):
        return str(error)
    calls = [
        f"{'/'.join(Path(frame.f_code.co_filename).parts[-2:])}:{line}:{frame.f_code.co_name}"
        for frame, line in traceback.walk_tb(error.__traceback__)
    ]
    return f"{type(error).__name__} at {' > '.join(calls[-_MAX_FRAMES:])}"


def milliseconds(seconds: float) -> float:
    """Convert to milliseconds, rounded for the log."""
    return round(seconds * 1000, 1)
