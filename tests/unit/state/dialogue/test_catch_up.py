"""What happens between two turns: the table as a specification, and its invariants for any facts in any order."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.dialogue.catch_up import MAX_PAUSE, MAX_SILENCE, catch_up, trigger_of
from state.dialogue.table import BETWEEN_TURNS
from state.model.language import Language
from state.model.session import WITH_REPORT, WITH_TICKET, Session, State
from state.model.ticket import TicketStatus
from state.model.ticket_fact import FactKind, TicketFact
from state.understanding.triggers import Trigger
from tests.support.dialogue import FRESH, MINE, MY_CLOSED, MY_OTHER, NOON, PHOTO, SESSIONS, WITH_PHOTO

MENU, DESCRIBING, CONFIRMING, UNSURE = State.MENU, State.DESCRIBING, State.CONFIRMING, State.UNSURE
ASKING_CODE, FOLLOWING, ANOTHER_PROBLEM = State.ASKING_CODE, State.FOLLOWING, State.ANOTHER_PROBLEM
CLOSING, REOPENING, RATING, ERASING = State.CLOSING, State.REOPENING, State.RATING, State.ERASING
OPEN, IN_PROGRESS, CLOSED = TicketStatus.OPEN, TicketStatus.IN_PROGRESS, TicketStatus.CLOSED
WAITING_CUSTOMER, RESOLVED = TicketStatus.WAITING_CUSTOMER, TicketStatus.RESOLVED
SOON, LATER = NOON + timedelta(minutes=1), NOON + MAX_PAUSE + timedelta(seconds=1)


def acted(
    to: TicketStatus | None = None,
    *,
    text: bool = False,
    status: TicketStatus = IN_PROGRESS,
    ticket: str = MINE,
    at: datetime = SOON,
) -> TicketFact:
    """A technician did something to the ticket. `status`: where it stays if nothing changed it."""
    return TicketFact(kind=FactKind.STATUS, ticket=ticket, status=to or status, to=to, text=text, at=at)


def notified(fact: TicketFact, at: datetime | None = None) -> TicketFact:
    """The notification of this was sent."""
    return replace(fact, kind=FactKind.NOTIFIED, at=at or fact.at)


def opened(at: datetime = SOON) -> TicketFact:
    """A technician opened this ticket for them."""
    return TicketFact(kind=FactKind.OPENED, ticket=MINE, status=OPEN, text=True, at=at)


ANSWERED = acted(text=True)
ASKED = acted(WAITING_CUSTOMER, text=True)
ASKED_BY_HAND = acted(WAITING_CUSTOMER)
FIXED = acted(RESOLVED)
CLOSED_WITH_WORDS = acted(CLOSED, text=True)
MATTER = (ANSWERED, ASKED, ASKED_BY_HAND, FIXED, CLOSED_WITH_WORDS)
TAKEN = acted(IN_PROGRESS)
CLOSED_SILENTLY = acted(CLOSED)
TAKEN_OVER = acted()
CHANGED = (TAKEN, CLOSED_SILENTLY, TAKEN_OVER)

ABOUT_ITS_TICKET = tuple(SESSIONS[state] for state in State if state in WITH_TICKET)
ELSEWHERE = tuple(replace(session, current_ticket=MY_OTHER) for session in ABOUT_ITS_TICKET)
ON_ANOTHER = ELSEWHERE[0]
# They have a question to answer first.
BUSY = (SESSIONS[CONFIRMING], SESSIONS[UNSURE], WITH_PHOTO, SESSIONS[REOPENING], SESSIONS[ERASING])

LEFT = replace(SESSIONS[MENU], draft="no prende", files=(PHOTO,))  # a report that was left

# For a session and a fact: the trigger and the next state. None: the state stays.
CASES: list[tuple[Sequence[Session], Sequence[TicketFact], Trigger, State | None]] = [
    (
        (SESSIONS[MENU], SESSIONS[ASKING_CODE], *ABOUT_ITS_TICKET),
        MATTER,
        Trigger.TICKET_ANSWERED,
        FOLLOWING,
    ),
    ((SESSIONS[DESCRIBING], *BUSY), MATTER, Trigger.TICKET_ANSWERED, None),
    (ELSEWHERE, MATTER, Trigger.OTHER_TICKET_ANSWERED, None),
    (ELSEWHERE, [replace(fact, at=LATER) for fact in MATTER], Trigger.TICKET_ANSWERED, FOLLOWING),
    (
        (SESSIONS[MENU], SESSIONS[ASKING_CODE], *ABOUT_ITS_TICKET, *ELSEWHERE, SESSIONS[DESCRIBING]),
        [notified(fact) for fact in MATTER],
        Trigger.NOTIFIED,
        FOLLOWING,
    ),
    (BUSY, [notified(fact) for fact in MATTER], Trigger.NOTIFIED, None),
    (
        [LEFT],
        [*MATTER, *(notified(fact) for fact in MATTER)],
        Trigger.ANSWERED_BESIDE_REPORT,
        None,
    ),
    (
        (*SESSIONS.values(), *ELSEWHERE, WITH_PHOTO),
        [*CHANGED, *(notified(fact) for fact in CHANGED)],
        Trigger.TICKET_CHANGED,
        None,
    ),
    (
        (SESSIONS[MENU], SESSIONS[ASKING_CODE], SESSIONS[FOLLOWING]),
        [opened()],
        Trigger.OPENED_FOR_THEM,
        FOLLOWING,
    ),
    (
        (
            SESSIONS[DESCRIBING],
            SESSIONS[ANOTHER_PROBLEM],
            SESSIONS[CLOSING],
            SESSIONS[RATING],
            *BUSY,
        ),
        [opened()],
        Trigger.OPENED_FOR_THEM,
        None,
    ),
    ((LEFT, *ELSEWHERE), [opened()], Trigger.TICKET_CHANGED, None),
]
EACH = [
    (session, fact, trigger, then)
    for some, happened, trigger, then in CASES
    for session in some
    for fact in happened
]


@pytest.mark.parametrize(("session", "fact", "trigger", "then"), EACH)
def test_table(session: Session, fact: TicketFact, trigger: Trigger, then: State | None) -> None:
    assert trigger_of(session, fact) is trigger
    assert catch_up(session, [fact], NOON).state is (then or session.state)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize(
    ("asked", "then", "trigger"),
    [(None, MENU, Trigger.SILENCE), (MINE, FOLLOWING, Trigger.SILENCE_WITH_QUESTION)],
)
def test_table_of_silence(state: State, asked: str | None, then: State, trigger: Trigger) -> None:
    session = replace(SESSIONS[state], draft="", open_question=asked)
    assert catch_up(session, (), NOON + MAX_SILENCE).state is then is BETWEEN_TURNS[state][trigger].next


@pytest.mark.parametrize("state", [state for state in State if state not in WITH_TICKET])
@pytest.mark.parametrize("asked", [None, MINE])
def test_table_of_silence_with_a_report(state: State, asked: str | None) -> None:
    session = replace(SESSIONS[state], draft="no prende", open_question=asked)
    rule = BETWEEN_TURNS[state][Trigger.SILENCE_WITH_REPORT]
    assert catch_up(session, (), NOON + MAX_SILENCE).state is MENU is rule.next


def test_every_row_of_the_table_has_its_case() -> None:
    met = {(session.state, trigger) for session, _, trigger, _ in EACH}
    silences = (Trigger.SILENCE, Trigger.SILENCE_WITH_QUESTION, Trigger.SILENCE_WITH_REPORT)
    silent = {(state, trigger) for state in State for trigger in silences}
    rows = {(state, trigger) for state, rules in BETWEEN_TURNS.items() for trigger in rules}
    assert met | silent == rows


class TestOpenedForThem:
    """A technician opened a ticket for them, who called or stood at the counter."""

    def test_who_has_never_written_is_at_the_ticket_however_long_they_take(self) -> None:
        session = catch_up(Session(), [opened()], SOON + 9 * MAX_SILENCE)
        assert (session.state, session.current_ticket, session.is_new) == (FOLLOWING, MINE, True)

    def test_a_question_since_is_open(self) -> None:
        session = catch_up(Session(), [opened(), ASKED], SOON + 9 * MAX_SILENCE)
        assert (session.state, session.current_ticket, session.open_question) == (FOLLOWING, MINE, MINE)

    @pytest.mark.parametrize("session", [*BUSY, LEFT, SESSIONS[DESCRIBING], SESSIONS[RATING], ON_ANOTHER])
    def test_what_somebody_is_busy_with_stays_as_it_is(self, session: Session) -> None:
        assert catch_up(session, [replace(opened(), ticket="TK-0000-0000")], NOON) == session


class TestFollowing:
    """The customer's next message is about this ticket."""

    BUSY_BEFORE = replace(
        SESSIONS[FOLLOWING],
        draft="otra cosa",
        files=(PHOTO,),
        last_reply="unsure",
        acknowledged_at=NOON,
        current_ticket=MY_OTHER,
        chosen=True,
    )

    @pytest.mark.parametrize("fact", [replace(ANSWERED, at=LATER), notified(ANSWERED)])
    def test_clears_all_but_the_language_and_the_serial_number(self, fact: TicketFact) -> None:
        assert catch_up(self.BUSY_BEFORE, [fact], NOON) == Session(
            state=FOLLOWING,
            language=Language.ES,
            chosen=True,
            current_ticket=MINE,
            current_status=fact.status,
            serial=7,
            at=fact.at,
        )

    @pytest.mark.parametrize(("fact", "asked"), [(ASKED, MINE), (FIXED, MINE), (ANSWERED, MY_OTHER)])
    def test_a_question_is_open_if_the_ticket_waits(self, fact: TicketFact, asked: str) -> None:
        before = replace(FRESH, open_question=MY_OTHER)
        assert catch_up(before, [fact], NOON).open_question == asked

    def test_words_on_a_ticket_that_already_waits_open_its_question(self) -> None:
        answered = acted(text=True, status=WAITING_CUSTOMER)
        assert catch_up(FRESH, [answered], NOON).open_question == MINE

    def test_somebody_whose_last_message_has_no_time_stays_with_their_ticket(self) -> None:
        timeless = replace(ON_ANOTHER, at=None)
        assert catch_up(timeless, [ANSWERED], NOON) == timeless

    @pytest.mark.parametrize(
        ("pause", "then"), [(MAX_PAUSE, MY_OTHER), (MAX_PAUSE + timedelta(microseconds=1), MINE)]
    )
    def test_ten_minutes_are_no_longer_just_now(self, pause: timedelta, then: str) -> None:
        fact = replace(ANSWERED, at=NOON + pause)
        assert catch_up(ON_ANOTHER, [fact], NOON).current_ticket == then


class TestBusy:
    """Somebody in the middle of something stays there: only the question is noted."""

    @pytest.mark.parametrize("session", [SESSIONS[DESCRIBING], *BUSY])
    @pytest.mark.parametrize(
        ("fact", "asked"), [(ANSWERED, None), (ASKED, MINE), (FIXED, MINE), (CLOSED_WITH_WORDS, None)]
    )
    def test_keeps_everything_else(self, session: Session, fact: TicketFact, asked: str | None) -> None:
        kept = catch_up(session, [fact], NOON)
        assert kept == replace(session, open_question=asked, current_status=kept.current_status)

    @pytest.mark.parametrize("session", BUSY)
    def test_keeps_everything_when_the_notification_was_sent(self, session: Session) -> None:
        kept = catch_up(session, [ASKED, notified(ASKED)], NOON)
        assert kept == replace(session, open_question=MINE, current_status=kept.current_status)

    def test_somebody_who_writes_about_another_ticket_keeps_it_until_the_notification_was_sent(self) -> None:
        kept = catch_up(ON_ANOTHER, [ASKED], NOON)
        assert kept == replace(ON_ANOTHER, open_question=MINE)
        assert catch_up(kept, [notified(ASKED)], NOON).current_ticket == MINE

    def test_somebody_who_has_not_begun_a_report_follows_the_ticket_when_the_notification_was_sent(
        self,
    ) -> None:
        assert catch_up(SESSIONS[DESCRIBING], [ASKED], NOON).state is DESCRIBING
        sent = catch_up(SESSIONS[DESCRIBING], [ASKED, notified(ASKED)], NOON)
        assert (sent.state, sent.current_ticket, sent.open_question) == (FOLLOWING, MINE, MINE)


class TestReportThatWasLeft:
    """It survives whatever happens between two turns; what the customer writes next goes to the ticket all the same."""

    @pytest.mark.parametrize("cancelled", [True, False])
    @pytest.mark.parametrize("fact", [*MATTER, *(notified(fact) for fact in MATTER)])
    def test_stays_when_a_technician_writes(self, cancelled: bool, fact: TicketFact) -> None:
        left = replace(LEFT, cancelled=cancelled)
        assert catch_up(left, [fact], NOON) == replace(left, open_question=fact.ticket)

    @pytest.mark.parametrize("session", [LEFT, *BUSY])
    def test_stays_through_a_day_of_silence(self, session: Session) -> None:
        asked = replace(session, draft="no prende", files=(PHOTO,), open_question=MINE)
        kept = catch_up(asked, (), NOON + MAX_SILENCE)
        assert (kept.state, kept.draft, kept.files) == (MENU, "no prende", (PHOTO,))
        assert (kept.open_question, kept.current_ticket, kept.serial) == (MINE, None, session.serial)


class TestQuestion:
    @pytest.mark.parametrize("state", State)
    @pytest.mark.parametrize("fact", [*CHANGED, *(notified(fact) for fact in CHANGED)])
    def test_a_change_without_a_word_changes_only_what_is_known_of_the_ticket(
        self, state: State, fact: TicketFact
    ) -> None:
        for asked in (None, MY_CLOSED):
            before = replace(SESSIONS[state], open_question=asked)
            known = fact.status if before.current_ticket == MINE else before.current_status
            assert catch_up(before, [fact], NOON) == replace(before, current_status=known)

    @pytest.mark.parametrize("state", State)
    @pytest.mark.parametrize("fact", [*CHANGED, notified(TAKEN)])
    def test_it_is_closed_when_the_ticket_waits_no_more(self, state: State, fact: TicketFact) -> None:
        before = replace(SESSIONS[state], open_question=MINE)
        after = catch_up(before, [fact], NOON)
        assert after == replace(before, open_question=None, current_status=after.current_status)

    def test_it_stays_open_while_the_ticket_waits(self) -> None:
        before = replace(FRESH, open_question=MINE)
        assert catch_up(before, [acted(status=RESOLVED)], NOON) == before

    def test_a_ticket_that_waits_without_anything_new_opens_none(self) -> None:
        assert catch_up(FRESH, [acted(status=RESOLVED)], NOON) == FRESH

    def test_it_is_closed_by_an_answer_after_which_the_ticket_waits_no_more(self) -> None:
        before = replace(SESSIONS[CONFIRMING], open_question=MINE)
        assert catch_up(before, [CLOSED_WITH_WORDS], NOON).open_question is None


class TestSilence:
    def test_comes_after_a_day(self) -> None:
        session = SESSIONS[FOLLOWING]
        assert catch_up(session, (), NOON + MAX_SILENCE - timedelta(seconds=1)) is session
        assert catch_up(session, (), NOON + MAX_SILENCE).state is MENU

    def test_never_comes_to_somebody_new_or_to_the_past(self) -> None:
        for session in (Session(), Session(state=FOLLOWING, at=NOON)):
            assert catch_up(session, (), NOON - 2 * MAX_SILENCE) is session

    def test_is_counted_from_the_fact_that_set_the_current_ticket(self) -> None:
        answered = replace(ANSWERED, at=NOON + MAX_SILENCE)
        later = NOON + 2 * MAX_SILENCE
        assert catch_up(FRESH, [answered], later - timedelta(seconds=1)).current_ticket == MINE
        assert catch_up(FRESH, [answered], later).state is MENU

    def test_a_question_that_was_asked_in_it_survives_it(self) -> None:
        asked = replace(ASKED, at=NOON + MAX_SILENCE)
        session = catch_up(SESSIONS[DESCRIBING], [asked], NOON + MAX_SILENCE)
        assert (session.state, session.current_ticket, session.open_question) == (FOLLOWING, MINE, MINE)


times = st.datetimes(datetime(2026, 11, 1), datetime(2026, 11, 4)).map(  # noqa: DTZ001
    lambda time: time.replace(tzinfo=NOON.tzinfo)
)
codes = st.sampled_from([MINE, MY_OTHER, MY_CLOSED])
facts = st.builds(
    lambda **given: TicketFact(**given),
    kind=st.sampled_from(FactKind),
    ticket=codes,
    status=st.sampled_from(TicketStatus),
    to=st.none() | st.sampled_from(TicketStatus),
    text=st.booleans(),
    at=times,
)
sessions = st.builds(
    lambda **kept: Session(**kept),
    state=st.sampled_from(State),
    language=st.none() | st.sampled_from(Language),
    chosen=st.booleans(),
    draft=st.sampled_from(["", "no prende"]),
    cancelled=st.booleans(),
    files=st.sampled_from([(), (PHOTO,)]),
    current_ticket=st.none() | codes,
    open_question=st.none() | codes,
    serial=st.integers(0, 2),
    current_status=st.none() | st.sampled_from(TicketStatus),
    last_reply=st.none() | st.sampled_from(["unsure", "note_other"]),
    acknowledged_at=st.none() | times,
    refused_at=st.none() | times,
    at=st.none() | times,
)
LONG_AGO = NOON - timedelta(days=30)  # no silence before it


@given(sessions, st.lists(st.lists(facts, max_size=4), max_size=4), times)
def test_facts_come_to_the_same_at_once_and_one_by_one(
    session: Session, parts: list[list[TicketFact]], at: datetime
) -> None:
    at_once = catch_up(session, [fact for part in parts for fact in part], at)
    for part in parts:
        session = catch_up(session, part, LONG_AGO)
    assert catch_up(session, (), at) == at_once


@given(sessions, facts)
def test_only_the_table_changes_the_state(session: Session, fact: TicketFact) -> None:
    after = catch_up(session, [fact], LONG_AGO)
    assert after.state is (BETWEEN_TURNS[session.state][trigger_of(session, fact)].next or session.state)
    if after.state is not session.state:
        assert (after.state, after.current_ticket, after.at) == (FOLLOWING, fact.ticket, fact.at)


@given(sessions, st.lists(facts, max_size=4), times)
def test_no_word_of_a_report_is_ever_lost(session: Session, happened: list[TicketFact], at: datetime) -> None:
    """With a current ticket the draft is a note, which its ticket has. In the other two states there is never one."""
    if session.state in {*WITH_REPORT, MENU, ERASING}:
        after = catch_up(session, happened, at)
        assert (after.draft, after.files) == (session.draft, session.files)


@given(sessions, st.timedeltas(-2 * MAX_SILENCE, 2 * MAX_SILENCE))
def test_a_day_of_silence_takes_all_but_the_language_the_question_and_a_report(
    session: Session, later: timedelta
) -> None:
    fresh = catch_up(session, (), NOON + later)
    if session.at is None or NOON + later - session.at < MAX_SILENCE:
        assert fresh is session
        return
    kept = Session(
        language=session.language,
        chosen=session.chosen,
        open_question=session.open_question,
        at=session.at,
    )
    asked = session.open_question
    if session.has_report:
        report = replace(kept, draft=session.draft, files=session.files, cancelled=session.cancelled)
        assert fresh == replace(report, serial=session.serial)
    elif asked:
        status = session.current_status if asked == session.current_ticket else None
        followed = replace(kept, state=FOLLOWING, current_ticket=asked, current_status=status)
        assert fresh == replace(followed, serial=session.serial + 1)
    else:
        assert fresh == replace(kept, serial=session.serial + 1)
