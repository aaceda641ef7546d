"""The customers: each lives through a few stories, and presses the buttons of bubbles that they really got."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from random import Random
from typing import Final

from bench.chaos.meta import Office
from bench.chaos.plan import Plan
from bench.chaos.words import LANGUAGES, PLAUSIBLE, SAYINGS, STORIES
from emulator.customer import Customer
from emulator.graph_sent import SentMessage
from emulator.phones import canonical
from emulator.wire import Json
from state import codes

_PREFIXES: Final = (("52155", "MX"), ("54911", "AR"), ("55119", "BR"), ("141", "US"), ("346", "ES"))
_FLOOD: Final = 24
_MOST_WAITING: Final = 60  # letters at Meta; then people pause, or a slow desk would get slower still


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
        found = (codes.find(bubble.text) for bubble in self.bubbles)
        return [code.code for code in found if code]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message that was handed to Meta."""

    person: int
    sender: Customer
    message: Json


class People:
    """All of them. `run` it in a thread: it ends when `plan.messages` were written."""

    def __init__(self, plan: Plan, office: Office) -> None:
        self.said: list[Said] = []
        self._closed = False
        self._plan, self._office, self._dice = plan, office, plan.dice("people")
        self._everybody = [_born(number, self._dice) for number in range(plan.customers)]
        for person, neighbour in pairwise(self._everybody):
            person.neighbour = neighbour
        self._by_alias = {
            alias: person
            for person in self._everybody
            for alias in (person.faces[0].wa_id, person.faces[0].user_id)
            if alias
        }

    def read(self, sent: SentMessage) -> None:
        """A bubble arrives on somebody's phone."""
        alias = sent.recipient.user_id or canonical(sent.recipient.phone or "")
        self._by_alias[alias].bubbles.append(sent)

    def close(self) -> None:
        """Nobody writes any more."""
        self._closed = True

    def run(self) -> None:
        waiting = [(self._dice.uniform(0, 3), person.number) for person in self._everybody]
        heapq.heapify(waiting)
        started = time.monotonic()
        while len(self.said) < self._plan.messages and not self._closed:
            if self._office.waiting() > _MOST_WAITING:
                time.sleep(0.05)
                continue
            due, number = heapq.heappop(waiting)
            now = time.monotonic() - started
            pace = len(self.said) / self._plan.rate
            time.sleep(max(0.0, min(due, now + 0.05) - now, pace - now))
            person = self._everybody[number]
            now = time.monotonic() - started
            if due > now or not self._ready(person):
                heapq.heappush(waiting, (max(due, now + 0.1), number))
                continue
            self._act(person)
            heapq.heappush(waiting, (now + self._pause(person), number))

    def _ready(self, person: Person) -> bool:
        """Whether the answer is there, or they will not wait any longer for it."""
        return len(person.bubbles) > person.seen or time.monotonic() > person.gives_up_at

    def _pause(self, person: Person) -> float:
        """Three in ten do not wait for an answer."""
        person.seen = len(person.bubbles)
        hasty = self._dice.random() < 0.3
        person.gives_up_at = time.monotonic() + (0.0 if hasty else 6.0)
        return self._dice.uniform(0, 0.3) if hasty else self._dice.uniform(0.3, 2.0)

    def _act(self, person: Person) -> None:
        if not person.plot:
            story = self._dice.choices(list(STORIES), list(STORIES.values()))[0]
            person.plot = story.split()
        word = person.plot.pop(0)
        sender = self._dice.choice(person.faces)
        for message in _ACTS.get(word, _say(word))(person, sender, self._dice):
            if len(self.said) < self._plan.messages:
                self.said.append(Said(person=person.number, sender=sender, message=message))
                self._office.hand_in(sender, message)


def _born(number: int, dice: Random) -> Person:
    prefix, country = dice.choice(_PREFIXES)
    whole = Customer(
        name=f"Customer {number}",
        wa_id=f"{prefix}{number:08d}",
        user_id=f"{country}.{dice.getrandbits(60):015x}{number}",
    )
    hidden, old = replace(whole, wa_id=None, username=f"c{number}"), replace(whole, user_id=None)
    faces = dice.choices(((whole,), (old,), (hidden,), (whole, old)), (70, 10, 10, 10))[0]
    return Person(number=number, faces=faces, tongue=dice.choices(LANGUAGES, (6, 2, 2))[0])


# --- what they do ---------------------------------------------------------------------------------------------------

Act = Callable[[Person, Customer, Random], list[Json]]


def _say(word: str) -> Act:
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
    return [sender.text(found[-1] if found else codes.mint(dice.randrange))]


def _flood(_: Person, sender: Customer, dice: Random) -> list[Json]:
    return [sender.text(f"{dice.choice(SAYINGS['gibberish']['es'])} {n}") for n in range(_FLOOD)]


_ACTS: Final[Mapping[str, Act]] = {
    "yes": _press("yes"),
    "other": _press("other"),
    "view": _press("view"),
    "keep": _press("keep"),
    "forget": _press("erase"),
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
