"""The limit of tickets of one person in an hour: the next one stays a draft, and no text is lost."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from state.model.message import Content
from state.model.session import WITH_TICKET, Session, State
from state.model.ticket import TicketStatus
from tests.support.builders import BEA, Desk, at_once, message, notes, opens
from tests.support.database import capped
from tests.support.dialogue import FRESH, MINE, PHOTO, SESSIONS, VOICE, WITH_PHOTO, did, press, take, ticket
from tests.support.dialogue import message as said
from tests.support.function import ANA, Service, World, settle

MAX = 10  # for these tests; the real cap is higher
WORDS = "no anda la impresora"
DONE = {MINE: ticket(MINE, TicketStatus.CLOSED)}


@pytest.fixture(autouse=True)
def cap(database: str) -> Iterator[None]:
    with capped(database, "max_tickets_per_hour", MAX):
        yield


def an_hour_passes(desk: Desk) -> None:
    desk.tables.do("update tickets set created_at = created_at - interval '1 hour'")
    desk.tables.do("update conversations set tokens = 20")


class TestDatabase:
    @pytest.fixture(autouse=True)
    def ten(self, desk: Desk) -> None:
        for n in range(MAX):
            assert desk.take(message(str(n)), opens(n), outbox=[]).result == "committed"

    def test_the_next_one_changes_nothing(self, desk: Desk) -> None:
        before = desk.conversation()
        capped = desk.take(message("x"), opens(MAX))
        assert (capped.result, capped.rows, capped.conversation) == ("too_many_tickets", (), before)
        assert desk.tables.value("select count(*) from tickets") == MAX
        assert desk.tables.value("select count(*) from inbound where wamid = 'x'") == 0

    def test_everything_else_goes_on(self, desk: Desk) -> None:
        assert desk.take(message("x"), notes(1)).result == "committed"
        assert desk.take(message("y"), opens(MAX)).result == "too_many_tickets"
        assert desk.take(message("z", BEA), opens(MAX)).result == "committed"

    def test_an_hour_later_it_opens(self, desk: Desk) -> None:
        an_hour_passes(desk)
        assert desk.take(message("x"), opens(MAX)).result == "committed"

    def test_at_once(self, desk: Desk) -> None:
        """Nobody slips through beside another: the customer's row is the lock."""
        an_hour_passes(desk)
        base = desk.take(message("new"), outbox=[]).conversation

        def commit(n: int) -> str:
            known = base
            while (
                done := desk.take(message(f"m{n}"), opens(100 + n), outbox=[], base=known)
            ).result == "conflict":
                known = done.conversation
            return done.result

        results = at_once(16, commit)
        assert (results.count("committed"), results.count("too_many_tickets")) == (MAX, 16 - MAX)


# In this session, after this message, one ticket too many: the next state and the draft.
WAITS: list[tuple[Session, Content | str, str, int]] = [
    (SESSIONS[State.CONFIRMING], press("confirming/yes/7"), "no prende la notebook", 0),
    (SESSIONS[State.CONFIRMING], "sí", "no prende la notebook", 0),
    (SESSIONS[State.DESCRIBING], WORDS, WORDS, 0),
    (SESSIONS[State.DESCRIBING], VOICE, "", 1),
    (SESSIONS[State.DESCRIBING], replace(PHOTO, caption=WORDS), WORDS, 1),
    (WITH_PHOTO, press("confirming/yes/7"), "", 1),
    (SESSIONS[State.MENU], f"quiero hablar con alguien porque {WORDS}", f"quiero hablar con alguien porque {WORDS}", 0),
    (SESSIONS[State.ASKING_CODE], f"quiero hablar con alguien porque {WORDS}", f"quiero hablar con alguien porque {WORDS}", 0),
]  # fmt: skip


class TestDialogue:
    @pytest.mark.parametrize(("session", "report", "draft", "files"), WAITS)
    def test_the_report_waits(self, session: Session, report: Content | str, draft: str, files: int) -> None:
        turn = take(session, said(report), {}, can_open_ticket=False)
        assert (did(turn), turn.reply and turn.reply.say) == ("", "report_waits")
        assert (turn.session.state, turn.session.draft, len(turn.session.files)) == (
            State.CONFIRMING,
            draft,
            files,
        )

    @pytest.mark.parametrize(("session", "report", "draft", "files"), WAITS)
    def test_and_opens_with_a_yes(
        self, session: Session, report: Content | str, draft: str, files: int
    ) -> None:
        waits = take(session, said(report), {}, can_open_ticket=False)
        assert waits.reply
        yes = press(waits.reply.buttons[0].id)
        opened = take(waits.session, said(yes), {})
        assert did(opened) == "open"

    @pytest.mark.parametrize("state", [state for state in State if state not in WITH_TICKET])
    def test_a_person_cannot_be_asked_for_without_words(self, state: State) -> None:
        session = SESSIONS[state]
        turn = take(session, said(press("menu/human")), {}, can_open_ticket=False)
        assert (did(turn), turn.reply and turn.reply.say) == ("", "too_many_tickets")
        assert replace(turn.session, at=session.at, last_reply=session.last_reply) == session

    def test_nor_about_a_ticket_that_is_done(self) -> None:
        turn = take(SESSIONS[State.FOLLOWING], said(press("menu/human")), DONE, can_open_ticket=False)
        assert (did(turn), turn.reply and turn.reply.say) == ("", "too_many_tickets")

    @pytest.mark.parametrize(("session", "report", "does"), [
        (FRESH, "mi compu no enciende", ""), (FRESH, "hola", ""), (SESSIONS[State.FOLLOWING], "sigue igual que ayer", "note"),
        (SESSIONS[State.FOLLOWING], press("menu/human"), "note human"), (SESSIONS[State.ERASING], press("erasing/erase/7"), "erase"),
    ])  # fmt: skip
    def test_whatever_opens_no_ticket_is_as_always(
        self, session: Session, report: Content | str, does: str
    ) -> None:
        mine = {MINE: ticket(MINE)}
        assert take(session, said(report), mine, can_open_ticket=False) == take(session, said(report), mine)
        assert did(take(session, said(report), mine, can_open_ticket=False)) == does


def test_the_customer_is_told_and_the_report_opens_an_hour_later(world: World, service: Service) -> None:
    for n in range(MAX):
        service.say(f"otro problema: la impresora {n} no imprime")
        settle()
        service.press("yes")
        world.rows("update conversations set tokens = 20")
    service.say("otro problema: la pantalla parpadea")
    settle()
    service.press("yes")
    settle()
    assert world.bubbles()[-1].startswith("Abriste muchos tickets en la última hora")
    assert "> otro problema: la pantalla parpadea" in world.bubbles()[-1]
    assert world.column("select count(*) from tickets") == [MAX]
    assert world.column("select count(*) from inbound") == [2 * MAX + 2]
    world.rows("update tickets set created_at = created_at - interval '1 hour'")
    service.press("yes")
    settle()
    assert world.column("select description from tickets order by id desc limit 1") == [
        "otro problema: la pantalla parpadea"
    ]
    assert world.log("turn")[-1]["reply"] == "ticket_opened"


def test_a_customer_who_is_capped_costs_two_commits_and_no_read(world: World, service: Service) -> None:
    service.open_ticket()
    (owner,) = world.column("select id from customers")
    world.rows(
        "insert into tickets (code, customer_id, wamid, summary, description, language) "
        "select 'TK-0000-000' || n, %s, 'w' || n, '', '', 'es' from generate_series(1, 9) n",
        owner,
    )
    service.say("otro problema: la pantalla parpadea", ANA)
    world.forget()
    service.press("yes")
    settle()
    calls = world.supabase.calls()
    assert (calls["commit_turn"], calls["load_conversation"]) == (2, 0)
