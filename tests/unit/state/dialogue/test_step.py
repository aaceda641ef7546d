"""Invariants for any messages in any order: nothing crashes, nothing is lost, nothing is done without being asked for."""

import json
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from state.dialogue.catch_up import MAX_SILENCE, catch_up
from state.dialogue.step import step
from state.dialogue.table import TABLE
from state.model.language import Language
from state.model.message import Attachment, AttachmentKind, Content, Press, Text, Unhandled, Unsupported
from state.model.session import Session, State, from_json, to_json
from state.model.ticket import TicketStatus
from state.model.turn import Action, Button, ChangeKind, ChangeTicket, EraseCustomer, Facts, OpenTicket, Turn
from state.understanding.intents import understand
from state.understanding.resolve import resolve
from state.understanding.triggers import Trigger
from tests.support.dialogue import (
    ANOTHERS,
    MINE,
    MY_CLOSED,
    MY_OTHER,
    NEW,
    NOON,
    Customer,
    content_of,
    did,
    meant,
    message,
    mistyped,
    take,
    ticket,
)

TEXTS = """hola | menu | sí | no | ok | gracias | cancelar | mis tickets | estado | quiero reportar un problema | borrar mis datos
    | no prende la notebook | tengo un problema con mi notebook | xkcd wobble | wobble | 👍 | cambiar de idioma | english please
    | quiero hablar con una persona | quiero hablar con alguien porque no anda | my screen is black | o wifi parou""".split(
    "|"
)
CODES = (MINE, MY_OTHER, MY_CLOSED, ANOTHERS, mistyped(MINE), f"{MINE} sigue sin prender desde ayer")
OWNED = {
    code: ticket(code, status)
    for code, status in zip(
        (MINE, MY_OTHER, MY_CLOSED),
        (TicketStatus.OPEN, TicketStatus.WAITING_CUSTOMER, TicketStatus.CLOSED),
        strict=True,
    )
}
# After these answers there is no draft any more.
LEFT = {
    *("welcome", "cancelled", "kept", "stale", "erased", "erase_explained"),
    *("ticket_card", "choose_ticket", "no_tickets", "code_unknown", "code_mistyped"),
}
OPENS = {Trigger.YES, Trigger.DESCRIPTION, Trigger.HUMAN}
NO_REPORT = {
    *LEFT,
    "language_changed",
    "choose_language",
    "you_are_welcome",
    "unsupported_other",
    "ticket_glance",
}

NO_DRAFT = {State.MENU, State.ASKING_CODE, State.ERASING}

typed = st.builds(lambda body: Text(body=body), st.sampled_from([*TEXTS, *CODES]) | st.text(max_size=40))
files = st.builds(
    lambda kind, media_id, caption: Attachment(kind=kind, media_id=media_id, caption=caption),
    st.sampled_from(AttachmentKind),
    st.sampled_from("abcdef"),
    st.none() | st.sampled_from(["", "no prende", MINE]),
)
forged = st.builds(
    lambda *parts: Press(id="/".join(parts)),
    st.sampled_from([*State, "x"]),
    st.sampled_from([*Action, "x"]),
    st.sampled_from(["", "0", "1", "2", "x", MINE, ANOTHERS, "es"]),
)
contents = typed | files | forged | st.builds(lambda what: Unsupported(what=what), st.sampled_from(Unhandled))
sessions = st.builds(
    lambda **kept: Session(**kept),
    state=st.sampled_from(State),
    language=st.none() | st.sampled_from(Language),
    chosen=st.booleans(),
    draft=st.sampled_from(["", "no prende"]),
    files=st.lists(files, max_size=12).map(tuple),
    current_ticket=st.none() | st.sampled_from(CODES[:4]),
    serial=st.integers(0, 2),
    misses=st.integers(0, 2),
    acknowledged_at=st.none() | st.just(NOON),
    at=st.none() | st.sampled_from([NOON, NOON - MAX_SILENCE, NOON + timedelta(hours=1)]),
)
# What is said, or which of the buttons seen so far is pressed, and how long after the last time.
lives = st.lists(
    st.tuples(contents | st.integers(0, 99), st.sampled_from([0.0, 1, 30, 61, -5, 90_000])), max_size=25
)


@given(sessions, contents, st.booleans())
def test_one_turn_of_any_session(session: Session, content: Content, owner: bool) -> None:
    received = message(content)
    turn = take(session, received, OWNED if owner else {})
    assert turn == take(session, received, OWNED if owner else {}), "the same arguments give the same turn"
    assert from_json(json.loads(json.dumps(to_json(turn.session)))) == turn.session
    assert sum(effect is not turn.reply for effect in turn.effects) <= 1
    assert len([effect for effect in turn.effects if effect == turn.reply]) <= 1
    assert turn.session.at is not None
    assert turn.session.at >= received.at
    _check_buttons(turn)
    _check_opened(turn)


@given(sessions, contents)
def test_only_the_table_changes_the_state(session: Session, content: Content) -> None:
    awake, meaning = meant(session, message(content))
    facts = Facts(
        new_code=NEW,
        language=Language.ES,
        ticket=meaning.lookup.ticket_of(OWNED),
        tickets=tuple(OWNED.values()),
    )
    trigger = resolve(meaning, facts).trigger
    turn = step(awake, message(content), meaning, facts)
    assert isinstance(trigger, Trigger)
    assert turn.session.state is (TABLE[awake.state][trigger].next or awake.state)
    assert trigger in OPENS or not any(isinstance(effect, OpenTicket) for effect in turn.effects)
    assert trigger is Trigger.ERASE_YES or EraseCustomer() not in turn.effects


@given(sessions, contents)
def test_no_report_waits_for_an_answer_to_a_question_that_cannot_be_shown(
    session: Session, content: Content
) -> None:
    """It becomes a ticket, with all that was kept; unless the message did something else to a ticket."""
    if session.state in NO_DRAFT:
        session = session.without_draft(session.current_ticket)
    shown = take(session, message(content), OWNED)
    turn = take(session, message(content), OWNED, can_ask=False)
    opened = [effect for effect in turn.effects if isinstance(effect, OpenTicket)]
    if _report_waits(shown) and not did(shown):
        (ticket,) = opened
        assert (ticket.description, ticket.files) == (shown.session.draft, shown.session.files)
        assert (turn.session.state, turn.session.current_ticket) == (State.FOLLOWING, ticket.code)
        assert turn.reply
        assert (turn.reply.say, turn.reply.quote) == ("ticket_opened", False)
    elif did(shown) != "note":
        assert turn == shown


def _report_waits(turn: Turn) -> bool:
    return turn.session.has_draft and turn.session.state not in {*NO_DRAFT, State.FOLLOWING}


def test_beyond_the_hourly_limit_the_report_waits_all_the_same() -> None:
    turn = take(Session(), message("no prende"), {}, can_ask=False, can_open_ticket=False)
    assert (did(turn), turn.session.draft) == ("", "no prende")


def test_outside_the_window_further_notes_need_no_bubble() -> None:
    turn = take(Session(), message("no prende"), {}, can_ask=False)
    for n in range(3):
        note = message(f"¿y la pantalla {n}?", NOON + timedelta(minutes=n))
        turn = take(turn.session, note, {NEW: ticket(NEW)}, can_ask=False)
        assert (did(turn), turn.reply) == ("note", None)


@given(lives)
def test_a_life_at_the_desk(life: list[tuple[Content | int, float]]) -> None:
    customer = Customer(owned=dict(OWNED))
    seen: list[Button] = []
    for said, after in life:
        content = Press(id=seen[said % len(seen)].id) if isinstance(said, int) and seen else said
        if isinstance(content, int):
            continue
        before = customer.session
        turn = customer.turn(content, after=after)
        seen += turn.reply.buttons if turn.reply else ()
        awake = catch_up(before, (), customer.now)
        _check_report_kept(awake, turn)
        _check_text_kept(content, turn)
        _check_erased(awake, content, turn)
        assert (turn.session.current_ticket is not None) == (turn.session.state is State.FOLLOWING)
        assert not (
            turn.session.state in {State.MENU, State.ASKING_CODE, State.ERASING} and turn.session.draft
        )


def _check_buttons(turn: Turn) -> None:
    """Meta: at most 3 buttons, or 10 rows; an id of at most 200 characters; no two alike."""
    buttons = turn.reply.buttons if turn.reply else ()
    assert len(buttons) <= (10 if turn.reply and turn.reply.tickets else 3)
    assert [Button.from_id(button.id) for button in buttons] == list(buttons)
    assert all(len(button.id) <= 200 for button in buttons)
    assert len({button.id for button in buttons}) == len(buttons)


def _check_opened(turn: Turn) -> None:
    for effect in turn.effects:
        match effect:
            case OpenTicket():
                assert effect.code == NEW == turn.session.current_ticket
                assert effect.wants_human or effect.description or effect.files, "nobody reports nothing"
            case ChangeTicket(kind=ChangeKind.NOTE | ChangeKind.HUMAN as kind):
                assert effect.code in OWNED
                assert kind is ChangeKind.HUMAN or OWNED[effect.code].status.active


def _check_report_kept(before: Session, turn: Turn) -> None:
    """A draft goes into the ticket or stays, unless the customer abandoned it."""
    said = turn.reply.say if turn.reply else ""
    if before.state not in {State.DESCRIBING, State.CONFIRMING} or said in LEFT:
        return
    opened = [effect for effect in turn.effects if isinstance(effect, OpenTicket)]
    draft = opened[0].description if opened else turn.session.draft
    kept = opened[0].files if opened else turn.session.files
    assert draft.startswith(before.draft)
    assert kept[: len(before.files)] == before.files


def _check_text_kept(content: Content, turn: Turn) -> None:
    """A text that is not a command ends up in the ticket, in its notes, or in the draft."""
    said = turn.reply.say if turn.reply else ""
    if not isinstance(content, Text) or understand(content.body).whole or said in NO_REPORT:
        return
    places = [turn.session.draft] if turn.session.state in {State.DESCRIBING, State.CONFIRMING} else []
    for effect in turn.effects:
        places += [effect.description] if isinstance(effect, OpenTicket) else []
        places += [effect.text] if isinstance(effect, ChangeTicket) else []
    assert any(content.body.strip() in place for place in places)


def _check_erased(before: Session, content: Content, turn: Turn) -> None:
    """Only the button of the open question erases a customer."""
    if any(isinstance(effect, EraseCustomer) for effect in turn.effects):
        assert before.state is State.ERASING
        assert content_of(content) == Press(id=f"erasing/erase/{before.serial}")
