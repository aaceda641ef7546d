"""The customers: each lives through a few stories, and presses the buttons of bubbles that they really got."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, replace
from itertools import pairwise
from random import Random
from typing import Final

from bench.chaos.acts import ACTS, Person, say
from bench.chaos.meta import Office
from bench.chaos.plan import Plan
from bench.chaos.words import LANGUAGES, STORIES
from emulator.meta.customers import Customer
from emulator.meta.phone_numbers import canonical
from emulator.meta.sent_message import SentMessage
from emulator.meta.wire import Json

_PREFIXES: Final = (("52155", "MX"), ("54911", "AR"), ("55119", "BR"), ("141", "US"), ("346", "ES"))
_MAX_WAITING: Final = 60  # letters at Meta; then people pause, or a slow desk would get slower still


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
            if self._office.waiting() > _MAX_WAITING:
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
        for message in ACTS.get(word, say(word))(person, sender, self._dice):
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
