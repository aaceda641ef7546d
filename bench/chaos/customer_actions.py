"""What a customer can do: say something, press a button of a message that they received, send a file."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Final

from bench.chaos.journeys import BUTTON_IDS, NUMBERED, PHRASES
from emulator import Json
from emulator.meta.customer import Customer
from emulator.meta.sent_message import SentMessage
from state.model import ticket_code

_FLOOD_MESSAGES: Final = 24
# Each is a step of its own: to press the latest button of this action.
_BUTTONS: Final = "yes open other new view keep close close_yes close_no fixed not_fixed reopen reopen_yes reopen_no rate".split()
_UNKNOWN: Final = "wamid.unknown"

Choice = tuple[SentMessage, str, str]


@dataclass(slots=True, kw_only=True)
class SimulatedCustomer:
    """`identities`: as whom Meta knows them, from one message to the next; `steps`: what is left of their journey."""

    number: int
    identities: tuple[Customer, ...]
    language: str
    neighbour: "SimulatedCustomer | None" = None
    received: list[SentMessage] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)
    _seen: int = 0
    _pauses_until: float = 0.0
    _waits_until: float = 0.0

    def wait(self, pause: float, patience: float) -> None:
        """Write nothing for `pause` seconds, nor for `patience` seconds while no answer arrives."""
        now = time.monotonic()
        self._seen, self._pauses_until, self._waits_until = len(self.received), now + pause, now + patience

    @property
    def ready(self) -> bool:
        now = time.monotonic()
        return now > self._pauses_until and (now > self._waits_until or len(self.received) > self._seen)

    def choices(self) -> list[Choice]:
        """Every button and list row they received (message, id, title), the latest first."""
        return [(sent, *choice) for sent in reversed(self.received) for choice in sent.choices.items()]

    def codes(self) -> list[str]:
        found = (ticket_code.find_all(sent.text).codes[:1] for sent in self.received)
        return [code.code for codes in found for code in codes]


Choose = Callable[[SimulatedCustomer], list[Choice]]
Action = Callable[[SimulatedCustomer, Customer, Random], list[Json]]


def say(step: str, customer: SimulatedCustomer, sender: Customer, random: Random) -> list[Json]:
    number = f" {random.randrange(10_000, 100_000)}" if step in NUMBERED else ""
    return [sender.text(PHRASES[step][customer.language] + number)]


def _press(choose: Choose, customer: SimulatedCustomer, sender: Customer, random: Random) -> list[Json]:
    """One of these choices; if there are none, a button that was never sent."""
    if not (choices := choose(customer)):
        return [sender.press(random.choice(BUTTON_IDS), "…", _UNKNOWN)]
    sent, button, title = random.choice(choices)
    act = sender.choose if sent.content["type"] == "list" else sender.press
    return [act(button, title, sent.wamid)]


def _latest_message(customer: SimulatedCustomer) -> list[Choice]:
    choices = customer.choices()
    return [choice for choice in choices if choice[0] is choices[0][0]]


def _latest_button(action: str, customer: SimulatedCustomer) -> list[Choice]:
    return [choice for choice in customer.choices() if choice[1].split("/")[1] == action][:1]


def _press_twice(customer: SimulatedCustomer, sender: Customer, random: Random) -> list[Json]:
    press = partial(_press, partial(_latest_button, "yes"), customer, sender, random)
    return press() + press()


def _send_code(customer: SimulatedCustomer, sender: Customer, random: Random) -> list[Json]:
    codes = customer.codes()
    return [sender.text(random.choice(codes) if codes else "TK 7F3K-9QX2")]


def _send_foreign_code(customer: SimulatedCustomer, sender: Customer, random: Random) -> list[Json]:
    """The code of somebody else's ticket, which must look like one that does not exist."""
    codes = customer.neighbour.codes() if customer.neighbour else []
    return [sender.text(codes[-1] if codes else ticket_code.generate(random.randrange))]


ACTIONS: Final[Mapping[str, Action]] = {
    **{step: partial(_press, partial(_latest_button, step)) for step in _BUTTONS},
    "forget": partial(_press, partial(_latest_button, "erase")),
    "press": partial(_press, _latest_message),
    "press_old": partial(_press, SimulatedCustomer.choices),
    "press_unknown": partial(_press, lambda _: []),
    "press_twice": _press_twice,
    "code": _send_code,
    "foreign_code": _send_foreign_code,
    "flood": lambda _c, sender, _r: [sender.text(f"asdf {number}") for number in range(_FLOOD_MESSAGES)],
    "photo": lambda _c, sender, _r: [sender.image()],
    "album": lambda _c, sender, _r: [sender.image() for _ in range(3)],
    "voice": lambda _c, sender, _r: [sender.voice()],
    "sticker": lambda _c, sender, _r: [sender.sticker()],
    "location": lambda _c, sender, _r: [sender.location(-34.6, -58.4, "Oficina")],
    "contact": lambda _c, sender, _r: [sender.contacts("Beto Gómez", "5491155550102")],
    "poll": lambda _c, sender, _r: [sender.unsupported()],
    "reaction": lambda customer, sender, _r: [
        sender.reaction("👍", customer.received[-1].wamid if customer.received else _UNKNOWN)
    ],
}
