"""Invariants for any messages in any order: nothing crashes, nothing is lost, nothing is done without being asked for."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.dialogue.bursts import in_burst
from state.dialogue.catch_up import MAX_SILENCE, catch_up
from state.dialogue.table import CONTINUES, TABLE, TAKES_UP
from state.model.language import Language
from state.model.message import Attachment, AttachmentKind, Content, Press, Text, Unhandled, Unsupported
from state.model.session import LEAVING, WITH_REPORT, WITH_TICKET, Session, State, from_json, to_json
from state.model.ticket import TicketStatus
from state.model.turn import Action, Button, ChangeKind, ChangeTicket, EraseCustomer, OpenTicket, Reply, Turn
from state.understanding.meaning import interpret
from state.understanding.reading import read
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
    reading_of,
    take,
    ticket,
    trigger_of,
)

TEXTS = """hola | tengo otra cosa | menu | espera | 5 | excelente | olvídalo | chau | ya lo arreglé, era el cable | ¿cuándo estaría listo? | Sí, cerrarlo
    | Es otro problema | Abrir un ticket | Abrir uno nuevo | Reabrirlo | No, dejarlo abierto | otro problema: no anda el mail | sí | no | ok | gracias | cancelar | mis tickets | estado | quiero reportar un problema | borrar mis datos
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
# What only asks, or is asked, loses no word: the command itself is all that was said.
COMMANDS = {
    *(
        "choose_language",
        "language_changed",
        "you_are_welcome",
        "goodbye",
        "quiet",
        "wait",
        "wait_ticket",
        "tried",
    ),
    *("ticket_card", "ticket_glance", "choose_ticket", "no_tickets", "code_unknown", "code_mistyped"),
    *("erase_explained", "erase_press", "kept", "erased", "cancelled", "cancelled_kept", "kept_with_draft"),
    *("stays_open", "same_problem", "not_rated", "rate_again", "rated", "unsupported_other", "human_opened"),
}
# What each of them needs: a button or words that say so plainly.
OPENS = {Trigger.YES, Trigger.DESCRIPTION, Trigger.HUMAN, Trigger.OTHER}
ONLY_AFTER = {
    ChangeKind.CLOSE: {Trigger.CLOSE},
    ChangeKind.FIXED: {Trigger.FIXED},
    ChangeKind.REOPEN: {Trigger.REOPEN},
    ChangeKind.HUMAN: {Trigger.HUMAN_FOR_TICKET},
    ChangeKind.RATING: {Trigger.RATE},
}
# After a report was left, something else begins.
BEGINS = {
    Trigger.REPORT,
    Trigger.DETAIL,
    Trigger.PROBLEM,
    Trigger.FILE,
    Trigger.UNCLEAR,
    Trigger.NOT_OURS,
    Trigger.CODE_AND_STORY,
}
DROPS = {Trigger.NO, Trigger.ERASE_YES}

MAX_BARE_WORDS = 4  # a few words of a yes or a no add nothing

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
    current_status=st.none() | st.sampled_from(TicketStatus),
    open_question=st.none() | st.sampled_from(CODES[:3]),
    last_reply=st.none()
    | st.sampled_from(["unsure", "not_ours", "more_needed", "note_other", "you_are_welcome"]),
    acknowledged_at=st.none() | st.just(NOON),
    at=st.none() | st.sampled_from([NOON, NOON - MAX_SILENCE, NOON + timedelta(hours=1)]),
)


def _as_it_can_be(session: Session) -> Session:
    """A report that waits has something in it, who writes about a ticket has a current one, and a question was a bubble."""
    if session.state is State.DESCRIBING:
        return replace(session.without_draft(), acknowledged_at=None)
    if session.state is State.UNSURE:
        session = replace(session, acknowledged_at=None)
    has_words = session.state in {*WITH_REPORT, State.ANOTHER_PROBLEM}
    draft = "no prende" if has_words else session.draft
    ticket = MINE if session.state in {*WITH_TICKET, State.REOPENING} else session.current_ticket
    return replace(session, draft=draft, current_ticket=ticket)


possible = sessions.map(_as_it_can_be)
# What is said, or which of the buttons seen so far is pressed, and how long after the last time.
lives = st.lists(
    st.tuples(contents | st.integers(0, 99), st.sampled_from([0.0, 1, 30, 61, -5, 90_000])), max_size=25
)


@given(possible, contents, st.booleans())
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
    _check_opened(turn, trigger_of(catch_up(session, (), NOON), content, OWNED))


@given(possible, contents)
def test_only_the_table_changes_the_state(session: Session, content: Content) -> None:
    awake, trigger, turn = _step(session, content)
    in_a_burst = in_burst(awake.at, message(content)) and awake.state in WITH_REPORT
    taken_up = awake.state is State.REOPENING or (
        awake.has_left_report and trigger in {*TAKES_UP, *CONTINUES}
    )
    after = {
        _next(state, each)
        for state in (awake.state, *([_next(awake.state, Trigger.TAKEN_UP)] if taken_up else []))
        for each in (trigger, *([Trigger.MORE] if in_a_burst else []))
    }
    if turn.reply is None:  # a question that is not asked is not open
        after |= {_next(state, Trigger.CANNOT_ASK) for state in after}
    assert turn.session.state in after


def _next(state: State, trigger: Trigger) -> State:
    return (TABLE[state][trigger].next if trigger in TABLE[state] else None) or state


@given(possible, contents)
def test_nothing_costly_is_done_but_by_what_says_so(session: Session, content: Content) -> None:
    _, trigger, turn = _step(session, content)
    assert trigger in OPENS or not any(isinstance(effect, OpenTicket) for effect in turn.effects)
    assert trigger is Trigger.ERASE_YES or EraseCustomer() not in turn.effects
    for effect in turn.effects:
        if isinstance(effect, ChangeTicket) and effect.kind is not ChangeKind.NOTE:
            assert trigger in ONLY_AFTER[effect.kind]


@given(possible, contents)
def test_a_button_under_a_reply_applies_at_once(session: Session, content: Content) -> None:
    turn = take(session, message(content), OWNED)
    for button in turn.reply.buttons if turn.reply else ():
        meaning = interpret(turn.session, read(Press(id=button.id)))
        assert meaning.trigger not in {Trigger.STALE, Trigger.REPEATED}, button.id


@given(possible, contents)
def test_the_same_question_is_never_asked_twice_in_a_row_in_the_same_words(
    session: Session, content: Content
) -> None:
    turn = take(session, message(content), OWNED)
    last = catch_up(session, (), NOON).last_reply
    again = turn.reply is not None and turn.reply.say == last
    assert not (again and last in {"unsure", "ask_problem", "you_are_welcome"})


@given(possible, contents)
def test_no_report_waits_for_an_answer_to_a_question_that_cannot_be_shown(
    session: Session, content: Content
) -> None:
    """It becomes a ticket, with all that was kept; unless the message did something else to a ticket."""
    if session.state in {*NO_DRAFT, State.DESCRIBING}:
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
        assert _unmarked(turn) == _unmarked(shown)


@given(possible, contents)
def test_nothing_answers_a_question_that_was_not_shown(session: Session, content: Content) -> None:
    """All but a report, which waits if the message did something else to a ticket."""
    shown = take(session, message(content), OWNED)
    turn = take(session, message(content), OWNED, can_ask=False)
    assert turn.session.state not in {State.ANOTHER_PROBLEM, State.CLOSING, State.RATING, State.ERASING}
    assert turn.session.last_reply is None
    assert did(shown) in {did(turn), ""}
    if shown.session.state is State.ERASING:
        assert (turn.session.draft, turn.session.files) == (shown.session.draft, shown.session.files)


def _unmarked(turn: Turn) -> list[object]:
    """The effects, whatever question is open beside them."""
    return [
        replace(effect, may_wait=False, asks=None) if isinstance(effect, Reply) else effect
        for effect in turn.effects
    ]


def _report_waits(turn: Turn) -> bool:
    return turn.session.has_draft and turn.session.state in WITH_REPORT


def test_beyond_the_hourly_limit_the_report_waits_all_the_same() -> None:
    turn = take(Session(), message("no prende"), {}, can_ask=False, can_open_ticket=False)
    assert (did(turn), turn.session.draft) == ("", "no prende")


def test_outside_the_window_further_notes_need_no_bubble() -> None:
    turn = take(Session(), message("no prende"), {}, can_ask=False)
    for n in range(3):
        note = message(f"es la pantalla {n}", NOON + timedelta(minutes=n))
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
        owned = dict(customer.owned)
        turn = customer.turn(content, after=after)
        seen += turn.reply.buttons if turn.reply else ()
        awake = catch_up(before, (), customer.now)
        trigger = trigger_of(awake, content, owned)
        _check_report_kept(awake, trigger, turn)
        _check_text_kept(content, turn)
        _check_erased(awake, content, turn)
        if turn.session.state in WITH_TICKET:
            assert turn.session.current_ticket is not None
        if turn.session.state in {State.CONFIRMING, State.UNSURE, State.REOPENING}:
            assert turn.session.has_draft, "a report that waits has something in it"
        assert not (turn.session.state is State.DESCRIBING and turn.session.has_draft)


def _step(session: Session, content: Content) -> tuple[Session, Trigger, Turn]:
    awake, _ = meant(session, message(content))
    return awake, trigger_of(awake, content, OWNED), take(session, message(content), OWNED)


def _check_buttons(turn: Turn) -> None:
    """Meta: at most 3 buttons, or 10 rows; an id of at most 200 characters; no two alike."""
    buttons = turn.reply.buttons if turn.reply else ()
    is_list = turn.reply is not None and (turn.reply.tickets or turn.reply.say in {"fixed", "rate_again"})
    assert len(buttons) <= (10 if is_list else 3)
    assert [Button.from_id(button.id) for button in buttons] == list(buttons)
    assert all(len(button.id) <= 200 for button in buttons)
    assert len({button.id for button in buttons}) == len(buttons)


def _check_opened(turn: Turn, trigger: Trigger) -> None:
    for effect in turn.effects:
        match effect:
            case OpenTicket():
                assert effect.code == NEW == turn.session.current_ticket
                assert effect.wants_human or effect.description or effect.files, "nobody reports nothing"
            case ChangeTicket(kind=ChangeKind.NOTE | ChangeKind.HUMAN as kind):
                assert effect.code in OWNED
                aside = (
                    trigger is Trigger.NOTE_ASIDE
                )  # to a ticket that ended, too: it is mailed like any other
                assert kind is ChangeKind.HUMAN or aside or OWNED[effect.code].status.active


def _check_report_kept(before: Session, trigger: Trigger, turn: Turn) -> None:
    """A draft goes into the ticket or stays, unless it is refused, or something else begins after it was left."""
    if before.state in WITH_TICKET or trigger in DROPS:
        return
    if before.state in LEAVING and trigger in BEGINS:
        return
    kept = [*_words(turn), *_files(turn)]
    assert before.draft in "\n".join(_words(turn)) if before.draft else True, trigger
    assert set(before.files) <= set(kept), trigger


def _words(turn: Turn) -> list[str]:
    """Where the words of a message are now: in a ticket or a note, or in the draft."""
    words = [effect.description for effect in turn.effects if isinstance(effect, OpenTicket)]
    words += [effect.text for effect in turn.effects if isinstance(effect, ChangeTicket)]
    return [*words, turn.session.draft]


def _files(turn: Turn) -> list[Attachment]:
    files = [
        file
        for effect in turn.effects
        if isinstance(effect, OpenTicket | ChangeTicket)
        for file in effect.files
    ]
    return [*files, *turn.session.files]


def _check_text_kept(content: Content, turn: Turn) -> None:
    """A text that is not a command ends up in the ticket, in its notes, or in the draft."""
    said = turn.reply.say if turn.reply else ""
    if not isinstance(content, Text) or not said or said in COMMANDS:
        return
    reading = reading_of(content)
    if reading.typed or reading.understood.whole or reading.understood.words <= MAX_BARE_WORDS:
        return
    assert any(content.body.strip() in place for place in _words(turn))


def _check_erased(before: Session, content: Content, turn: Turn) -> None:
    """Only the button of the open question, pressed or typed, erases a customer."""
    if any(isinstance(effect, EraseCustomer) for effect in turn.effects):
        assert before.state is State.ERASING
        pressed = content_of(content) == Press(id=f"erasing/erase/{before.serial}")
        assert pressed or reading_of(content).typed is Action.ERASE


@pytest.mark.parametrize("said", ["es la de la caja", "el de la oficina del fondo, la epson"])
def test_who_points_at_a_ticket_and_has_none_is_not_sent_away(said: str) -> None:
    turn = take(Session(), message(said), {})
    assert (turn.session.state, turn.session.draft) == (State.UNSURE, said)
