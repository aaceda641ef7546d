"""A customer who talks to the dialogue, with their session, their tickets and a clock."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from messages.whatsapp.reply_bubble import button_titles
from state.dialogue.catch_up import catch_up
from state.dialogue.step import step
from state.model import ticket_code
from state.model.language import Language
from state.model.message import Attachment, AttachmentKind, Content, Message, Press, Sender, Text
from state.model.session import Session, State
from state.model.ticket import TicketStatus, TicketView
from state.model.turn import ChangeKind, ChangeTicket, EraseCustomer, Facts, Lookup, OpenTicket, Reply, Turn
from state.understanding.meaning import interpret
from state.understanding.reading import Reading, read, titles_of
from state.understanding.resolve import resolve
from state.understanding.triggers import Meaning, Trigger

NOON: Final = datetime(2026, 11, 2, 12, tzinfo=UTC)
_random = Random(7)
MINE, MY_OTHER, MY_CLOSED, ANOTHERS, NEW = (ticket_code.generate(_random.randrange) for _ in range(5))

PHOTO: Final = Attachment(kind=AttachmentKind.IMAGE, media_id="photo")
VOICE: Final = Attachment(kind=AttachmentKind.VOICE, media_id="voice")

FRESH: Final = Session(language=Language.ES, serial=7, at=NOON)
STORY: Final = "no prende la notebook"
SESSIONS: Final = {
    State.MENU: FRESH,
    State.DESCRIBING: replace(FRESH, state=State.DESCRIBING, last_reply="ask_problem"),
    State.CONFIRMING: replace(FRESH, state=State.CONFIRMING, draft=STORY, last_reply="confirm_problem"),
    State.UNSURE: replace(FRESH, state=State.UNSURE, draft="xkcd wobble", last_reply="unsure"),
    State.ASKING_CODE: replace(FRESH, state=State.ASKING_CODE, last_reply="choose_ticket"),
    State.FOLLOWING: replace(
        FRESH, state=State.FOLLOWING, current_ticket=MINE, current_status=TicketStatus.OPEN
    ),
    State.ANOTHER_PROBLEM: replace(
        FRESH,
        state=State.ANOTHER_PROBLEM,
        current_ticket=MINE,
        current_status=TicketStatus.OPEN,
        draft="tampoco anda la impresora",
        last_reply="note_other",
    ),
    State.CLOSING: replace(
        FRESH,
        state=State.CLOSING,
        current_ticket=MINE,
        current_status=TicketStatus.OPEN,
        draft="ya lo arreglé solo",
        last_reply="close_question",
    ),
    State.REOPENING: replace(
        FRESH,
        state=State.REOPENING,
        current_ticket=MINE,
        current_status=TicketStatus.CLOSED,
        draft="otra vez no prende",
        last_reply="ticket_closed",
    ),
    State.RATING: replace(
        FRESH,
        state=State.RATING,
        current_ticket=MINE,
        current_status=TicketStatus.CLOSED,
        last_reply="fixed",
    ),
    State.ERASING: replace(FRESH, state=State.ERASING, last_reply="erase_explained"),
}
# We asked what is wrong, and a photo came.
WITH_PHOTO: Final = replace(SESSIONS[State.CONFIRMING], draft="", files=(PHOTO,), last_reply="file_received")
TITLES: Final = titles_of(button_titles())


STATUS_AFTER: Final = {
    ChangeKind.CLOSE: TicketStatus.CLOSED,
    ChangeKind.FIXED: TicketStatus.CLOSED,
    ChangeKind.REOPEN: TicketStatus.OPEN,
}


def ticket(code: str, status: TicketStatus = TicketStatus.OPEN, *, wants_human: bool = False) -> TicketView:
    """A ticket as its owner may see it."""
    return TicketView(
        code=code,
        status=status,
        summary="no prende",
        wants_human=wants_human,
        created_at=NOON - timedelta(days=2),
        updated_at=NOON - timedelta(days=1),
    )


def content_of(said: Content | str) -> Content:
    """The content of a message: a plain string is a typed text."""
    return Text(body=said) if isinstance(said, str) else said


def press(button_id: str) -> Press:
    return Press(id=button_id)


def message(said: Content | str, at: datetime = NOON, *, quoting: str | None = None) -> Message:
    """One message of the customer. quoting: the ticket of the bubble that it quotes, here in place of the bubble's id."""
    sender = Sender(user_id="AR.1", wa_id="5491155550101")
    return Message(wamid="wamid.1", sender=sender, at=at, content=content_of(said), quoted=quoting)


def mistyped(code: str) -> str:
    """The code with its last symbol wrong."""
    return code[:-1] + ("2" if code[-1] != "2" else "3")


def did(turn: Turn) -> str:
    """The effects of a turn other than its reply, in a word or two each."""
    return " ".join(_did(effect) for effect in turn.effects if not isinstance(effect, Reply))


def _did(effect: OpenTicket | ChangeTicket | EraseCustomer) -> str:
    match effect:
        case OpenTicket():
            return "open human" if effect.wants_human else "open"
        case ChangeTicket(kind=ChangeKind.HUMAN):
            return "note human"
        case ChangeTicket():
            return effect.kind
        case EraseCustomer():
            return "erase"


def take(
    session: Session,
    received: Message,
    owned: dict[str, TicketView],
    new_code: str = NEW,
    *,
    can_open_ticket: bool = True,
    can_ask: bool = True,
) -> Turn:
    """One turn with just the facts that the database would have returned."""
    awake, meaning = meant(session, received)
    known = facts(meaning.lookup, owned, new_code)
    known = replace(known, can_open_ticket=can_open_ticket, can_ask=can_ask)
    return step(awake, received, meaning, known)


def facts(lookup: Lookup, owned: Mapping[str, TicketView], new_code: str = NEW) -> Facts:
    """What the database answers to this look-up of somebody with these tickets."""
    return Facts(
        new_code=new_code,
        language=Language.ES,
        ticket=lookup.ticket_of(owned),
        tickets=tuple(owned.values())[:10] if lookup.tickets else (),
    )


def trigger_of(session: Session, said: Content | str, owned: Mapping[str, TicketView]) -> Trigger:
    """The trigger that the message is in this session."""
    meaning = interpret(session, reading_of(said))
    trigger = resolve(meaning, facts(meaning.lookup, owned)).trigger
    assert isinstance(trigger, Trigger)
    return trigger


def reading_of(said: Content | str) -> Reading:
    """The reading of a message: the titles of all buttons are known."""
    return read(content_of(said), TITLES)


def meant(session: Session, received: Message) -> tuple[Session, Meaning]:
    """The session after the silence before the message, and the meaning of the message in it."""
    awake = catch_up(session, (), received.at)
    return awake, interpret(awake, reading_of(received.content), received.quoted)


@dataclass
class Customer:
    """A customer who talks to the desk. `session`: the session after their latest message."""

    session: Session = field(default_factory=Session)
    owned: dict[str, TicketView] = field(default_factory=dict)
    now: datetime = NOON
    opened: list[OpenTicket] = field(default_factory=list)
    notes: list[ChangeTicket] = field(default_factory=list)
    changes: list[ChangeTicket] = field(default_factory=list)
    _random: Random = field(default_factory=lambda: Random(3))

    def says(self, said: Content | str, *, after: float = 5) -> str | None:
        """Say, press or send something, `after` seconds since the last message. Returns the key of the reply."""
        reply = self.turn(said, after=after).reply
        return reply.say if reply else None

    def turn(self, said: Content | str, *, after: float = 5) -> Turn:
        """Like `says`, but returns the whole turn."""
        self.now += timedelta(seconds=after)
        turn = take(
            self.session, message(said, self.now), self.owned, ticket_code.generate(self._random.randrange)
        )
        self.session = turn.session
        for effect in turn.effects:
            self._happens(effect)
        return turn

    def button(self, said: Content | str, action: str) -> Press:
        """Say something, and return the button for `action` under the reply, to press later."""
        reply = self.turn(said).reply
        assert reply is not None
        return next(Press(id=button.id) for button in reply.buttons if button.action == action)

    def sets_status(self, code: str, status: TicketStatus) -> None:
        """A technician changes the status of a ticket."""
        self.owned[code] = replace(self.owned[code], status=status)

    def _happens(self, effect: object) -> None:
        match effect:
            case OpenTicket():
                self.opened.append(effect)
                self.owned[effect.code] = ticket(effect.code, wants_human=effect.wants_human)
            case ChangeTicket(kind=ChangeKind.NOTE | ChangeKind.HUMAN as kind):
                assert effect.code in self.owned, "a note needs a ticket of this customer"
                self.notes.append(effect)
                wants = self.owned[effect.code].wants_human or kind is ChangeKind.HUMAN
                self.owned[effect.code] = replace(self.owned[effect.code], wants_human=wants)
                if self.owned[effect.code].status is TicketStatus.WAITING_CUSTOMER:
                    self.sets_status(effect.code, TicketStatus.IN_PROGRESS)
            case ChangeTicket(kind=ChangeKind.RATING):
                self.owned[effect.code] = replace(self.owned[effect.code], rating=effect.rating)
            case ChangeTicket():
                self.changes.append(effect)
                self.sets_status(effect.code, STATUS_AFTER[effect.kind])
            case EraseCustomer():
                self.owned.clear()
