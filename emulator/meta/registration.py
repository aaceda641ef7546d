"""The registration of a phone number with the Cloud API, by Meta's rules: its PIN, its tries, its limit.

Meta's reference: Registration; codes 133005 to 133016 of its table of errors.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from emulator import Json
from emulator.meta.errors import GraphError

MAX_REQUESTS: Final = 10
WINDOW_SECONDS: Final = 72 * 3600.0
MAX_GUESSES: Final = 5  # Meta does not say how many
_PIN_DIGITS: Final = 6


@dataclass(slots=True, kw_only=True)
class Registration:
    """pin: of two-step verification; "" until the first registration sets it. requests: when each was made, in unix seconds."""

    pin: str = ""
    wrong_guesses: int = 0
    requests: list[float] = field(default_factory=list)

    def register(self, asked: Json, *, verified: bool, clock: Callable[[], float]) -> None:
        """Raises GraphError. A number that is registered already may be registered again: so it takes a new display name."""
        pin = _pin(asked)
        now = clock()
        self.requests = [at for at in self.requests if now - at < WINDOW_SECONDS]
        if len(self.requests) >= MAX_REQUESTS:
            raise GraphError(code=133016)
        self.requests.append(now)
        if not verified:
            raise GraphError(code=133006)
        if self.wrong_guesses >= MAX_GUESSES:
            raise GraphError(code=133008)
        if self.pin and pin != self.pin:
            self.wrong_guesses += 1
            raise GraphError(code=133005)
        self.pin, self.wrong_guesses = pin, 0


def _pin(asked: Json) -> str:
    if asked.get("messaging_product") != "whatsapp":
        raise GraphError(code=100, title="(#100) The parameter messaging_product is required.")
    pin = asked.get("pin")
    if not pin:
        raise GraphError(code=100, title="(#100) The parameter pin is required.")
    if not isinstance(pin, str) or len(pin) != _PIN_DIGITS or not (pin.isascii() and pin.isdigit()):
        raise GraphError(code=100, title="(#100) Param pin must be a string of 6 digits")
    return pin
