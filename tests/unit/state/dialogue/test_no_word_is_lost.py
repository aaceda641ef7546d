"""Random talks, with technicians in between: a report is in the draft, in a ticket or in a note, until a plain no or its erasure."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Final

import pytest

from state.dialogue.catch_up import catch_up
from state.dialogue.step import step
from state.model import ticket_code
from state.model.message import Attachment, AttachmentKind, Content, Press, Text
from state.model.session import Session
from state.model.ticket import TicketStatus, TicketView
from state.model.ticket_fact import FactKind, TicketFact
from state.model.turn import ChangeTicket, EraseCustomer, OpenTicket, Reply, Turn, status_after
from state.understanding.meaning import interpret
from state.understanding.resolve import resolve
from state.understanding.triggers import Trigger
from tests.support.dialogue import MINE, MY_CLOSED, MY_OTHER, NOON, facts, message, reading_of, ticket

SAID: Final = (
    """
cancelar|hola|menú|mis tickets|sí|no|borrar mis datos|gracias|estado|quiero reportar un problema|?|stop|inglés
quiero hablar con una persona|espera|ya lo arreglé|no, espera|otro problema|la segunda|xkcd wobble|30000385
la impresora de la caja no imprime desde ayer|el monitor parpadea y se apaga|se cayó internet en toda la oficina
es la que está en el segundo piso|el número de serie es 4411|sigue igual, no cambió nada|quiero pedir una pizza grande
""".replace("\n", "|")
    .strip("|")
    .split("|")
)
TURNS: Final = 12
TALKS: Final = 60
# A plain no, and what erases everything, take the report with them; what was cancelled stays until another begins.
MAY_DROP: Final = {Trigger.NO, Trigger.ERASE_YES}


@dataclass(slots=True)
class Talk:
    """One customer with up to three tickets, who writes, sends and presses at random."""

    random: Random
    session: Session = field(default_factory=Session)
    now: datetime = NOON
    owned: dict[str, TicketView] = field(default_factory=dict)
    happened: list[TicketFact] = field(default_factory=list)
    buttons: list[str] = field(default_factory=list)
    sent: int = 0

    def __post_init__(self) -> None:
        for code in self.random.sample([MINE, MY_OTHER, MY_CLOSED], self.random.randrange(4)):
            self.owned[code] = ticket(code, self.random.choice(list(TicketStatus)))
            actions = ("reopen", "fixed", "close", "not_fixed", "view")
            self.buttons += [f"following/{action}/{code}" for action in actions]

    def goes_on(self) -> None:
        """One thing happens: a technician writes, or the customer does."""
        self.now += timedelta(seconds=self.random.choice([1, 5, 30, 90, 700, 90_000]))
        if self.owned and self.random.random() < 0.25:
            self.happened.append(self._technician())
        else:
            self._customer()

    def _technician(self) -> TicketFact:
        code, status = self._one(self.owned), self.random.choice(list(TicketStatus))
        self.owned[code] = replace(self.owned[code], status=status)
        return TicketFact(
            kind=self.random.choice(list(FactKind)),
            ticket=code,
            status=status,
            to=self.random.choice([status, None]),
            text=self.random.random() < 0.6,
            at=self.now,
        )

    def _customer(self) -> None:
        content, before = self._content(), self.session
        quoting = self._one(self.owned) if self.owned and self.random.random() < 0.15 else None
        session = catch_up(before, self.happened, self.now)
        self.happened = []
        meaning = interpret(session, reading_of(content), quoting)
        known = facts(meaning.lookup, self.owned, ticket_code.generate(self.random.randrange))
        can_open, can_ask = self.random.random() < 0.9, self.random.random() < 0.9
        known = replace(known, can_open_ticket=can_open, can_ask=can_ask)
        turn = step(session, message(content, self.now, quoting=quoting), meaning, known)
        kept = list(_kept(turn))
        if before.has_report and not before.cancelled and resolve(meaning, known).trigger not in MAY_DROP:
            for part in _parts(before.draft, before.files):
                assert _holds(kept, part), (part, before.state, session.state, content, turn)
        if isinstance(content, Attachment):
            assert _holds(kept, content), (session.state, turn)
        self._happens(turn)

    def _content(self) -> Content:
        chance = self.random.random()
        if chance < 0.25 and self.buttons:
            return Press(id=self._one(self.buttons[-6:] if self.random.random() < 0.7 else self.buttons))
        if chance < 0.35:
            self.sent += 1
            caption = self.random.choice([None, self._one(SAID)])
            return Attachment(kind=AttachmentKind.IMAGE, media_id=str(self.sent), caption=caption)
        code = self._one(self.owned) if self.owned and chance < 0.5 else ""
        return Text(body=f"{code} {self._one(SAID)}".strip())

    def _happens(self, turn: Turn) -> None:
        self.session = turn.session
        for effect in turn.effects:
            match effect:
                case OpenTicket(code=code):
                    self.owned = {code: ticket(code), **self.owned}
                case ChangeTicket(code=code, kind=kind):
                    view = self.owned[code]
                    self.owned[code] = replace(view, status=status_after(view.status, kind))
                case Reply(buttons=buttons):
                    self.buttons += [button.id for button in buttons]
                case EraseCustomer():
                    self.owned.clear()

    def _one(self, of: list[str] | dict[str, TicketView]) -> str:
        return self.random.choice(list(of))


def _parts(words: str, files: tuple[Attachment, ...]) -> Iterator[str | Attachment]:
    yield from words.splitlines()
    yield from files


def _kept(turn: Turn) -> Iterator[str | Attachment]:
    yield from _parts(turn.session.draft, turn.session.files)
    for effect in turn.effects:
        match effect:
            case OpenTicket(description=text, files=files) | ChangeTicket(text=text, files=files):
                yield from _parts(text, files)


def _holds(kept: list[str | Attachment], part: str | Attachment) -> bool:
    return any(
        part in each if isinstance(each, str) and isinstance(part, str) else part == each for each in kept
    )


@pytest.mark.parametrize("seed", range(10))
def test_a_report_is_never_dropped_silently(seed: int) -> None:
    for number in range(TALKS):
        talk = Talk(Random(f"{seed}/{number}"))
        for _ in range(TURNS):
            talk.goes_on()
