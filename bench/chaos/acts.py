"""What a customer can do: say something, press a button of a bubble that they really got, send a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final

from bench.chaos.words import PLAUSIBLE, SAYINGS
from emulator.meta.customers import Customer
from emulator.meta.sent_message import SentMessage
from emulator.meta.wire import Json
from state.model import ticket_code

_FLOOD: Final = 24


@dataclass(slots=True, kw_only=True)
class Person:
    """`faces`: how Meta names them, from one message to the next; `plot`: what they still do."""

    number: int
    faces: tuple[Customer, ...]
    tongue: str
    neighbour: Person | None = None
    bubbles: list[SentMessage] = field(default_factory=list)
    plot: list[str] = field(default_factory=list)
    seen: int = 0
    gives_up_at: float = 0.0

    def choices(self) -> list[tuple[SentMessage, str, str]]:
        """Every button and list row they got, the latest first."""
        return [(bubble, *choice) for bubble in reversed(self.bubbles) for choice in bubble.choices.items()]

    def codes(self) -> list[str]:
        found = (ticket_code.find(bubble.text) for bubble in self.bubbles)
        return [code.code for code in found if code]


Act = Callable[[Person, Customer, Random], list[Json]]


def say(word: str) -> Act:
    def act(person: Person, sender: Customer, dice: Random) -> list[Json]:
        return [sender.text(dice.choice(SAYINGS[word][person.tongue]))]

    return act


def _press(action: str = "") -> Act:
    """The latest button for this action, or any of the latest bubble; if there is none, what a finger may hit."""

    def act(person: Person, sender: Customer, dice: Random) -> list[Json]:
        choices = person.choices()
        if action:
            choices = [choice for choice in choices if choice[1].split("/")[1] == action][:1]
        else:
            choices = [choice for choice in choices if choice[0] is choices[0][0]]
        return [_pressed(sender, *dice.choice(choices))] if choices else _made_up(person, sender, dice)

    return act


def _pressed(sender: Customer, bubble: SentMessage, button: str, title: str) -> Json:
    if bubble.content["type"] == "list":
        return sender.choose(button, title, bubble.wamid)
    return sender.press(button, title, bubble.wamid)


def _made_up(_: Person, sender: Customer, dice: Random) -> list[Json]:
    return [sender.press(dice.choice(PLAUSIBLE), "…", "wamid.unknown")]


def _stale(person: Person, sender: Customer, dice: Random) -> list[Json]:
    choices = person.choices()
    return [_pressed(sender, *dice.choice(choices))] if choices else _made_up(person, sender, dice)


def _double(person: Person, sender: Customer, dice: Random) -> list[Json]:
    """A finger that hits twice."""
    choices = [choice for choice in person.choices() if choice[1].split("/")[1] == "yes"][:1]
    if not choices:
        return _made_up(person, sender, dice)
    return [_pressed(sender, *choices[0]), _pressed(sender, *choices[0])]


def _code(person: Person, sender: Customer, dice: Random) -> list[Json]:
    found = person.codes()
    return [sender.text(dice.choice(found) if found else "TK 7F3K-9QX2")]


def _foreign(person: Person, sender: Customer, dice: Random) -> list[Json]:
    """A code of somebody else's, which must be as good as one that nobody has."""
    found = person.neighbour.codes() if person.neighbour else []
    return [sender.text(found[-1] if found else ticket_code.mint(dice.randrange))]


def _flood(_: Person, sender: Customer, dice: Random) -> list[Json]:
    return [sender.text(f"{dice.choice(SAYINGS['gibberish']['es'])} {n}") for n in range(_FLOOD)]


ACTS: Final[Mapping[str, Act]] = {
    "yes": _press("yes"),
    "other": _press("other"),
    "view": _press("view"),
    "keep": _press("keep"),
    "forget": _press("erase"),
    "close": _press("close"),
    "fixed": _press("fixed"),
    "not_fixed": _press("not_fixed"),
    "reopen": _press("reopen"),
    "rate": _press("rate"),
    "press": _press(),
    "stale": _stale,
    "made_up": _made_up,
    "double": _double,
    "code": _code,
    "foreign": _foreign,
    "flood": _flood,
    "photo": lambda _p, sender, _d: [sender.image()],
    "album": lambda _p, sender, _d: [sender.image() for _ in range(3)],
    "voice": lambda _p, sender, _d: [sender.voice()],
    "sticker": lambda _p, sender, _d: [sender.sticker()],
    "place": lambda _p, sender, _d: [sender.location(-34.6, -58.4, "Oficina")],
    "contact": lambda _p, sender, _d: [sender.contacts("Beto Gómez", "5491155550102")],
    "poll": lambda _p, sender, _d: [sender.unsupported()],
    "reaction": lambda person, sender, _d: [
        sender.reaction("👍", person.bubbles[-1].wamid if person.bubbles else "wamid.unknown")
    ],
}
