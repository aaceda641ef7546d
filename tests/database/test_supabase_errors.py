"""Failures of Supabase: the exception for each, the number of calls, and that nothing is done twice."""

import traceback
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from starlette.responses import HTMLResponse, JSONResponse, Response
from supabase import Client

from channels.http import Http, HttpxClient
from emulator.call_log import CallLog
from emulator.faults import Fault, Faults
from emulator.serving import free_port, serve_in_thread
from emulator.stand_in import instrument
from emulator.supabase.data_api import data_api
from emulator.supabase.database import create_database, drop_database
from emulator.supabase.postgres import Postgres
from emulator.supabase.project import SUPABASE_ROLES, SUPABASE_SECRET_KEY
from state.model.message import IdentityChange, Poison
from state.model.outbox_row import Channel, Outcome
from state.model.turn import ChangeTicket, Lookup, OpenTicket
from state.store import client as module
from state.store.client import Store
from state.store.errors import StoreConfused, StoreDeadlock, StoreError, StoreRefused, StoreUnavailable
from tests.support.builders import ANA, Desk, at_once, code, keys, message, opens, tables_of

RPC = "/rest/v1/rpc/"
POISON = Poison(key="poison/1", payload="{}", reason="no sender")


def as_told(fault: Fault) -> Response:
    """A gateway's page for 502, a page where an answer should be for 200, else what PostgREST says."""
    if fault.status in {200, 502}:
        return HTMLResponse("<html>ana escribe a +5491100000001</html>", fault.status)
    return JSONResponse(
        {"code": str(fault.code) or None, "message": "mi compu no prende"}, fault.status or 503
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """The Data API with a call log of its calls, and faults to switch on."""

    url: str
    call_log: CallLog
    faults: Faults

    def calls(self) -> list[str]:
        return [entry.path.removeprefix(RPC) for entry in self.call_log.all()]


@pytest.fixture(scope="module")
def served_door(postgres: Postgres, shared_database: str) -> Iterator[Door]:
    call_log, faults = CallLog(), Faults(as_told)
    app = data_api(postgres.dsn(shared_database, "authenticator"), keys=SUPABASE_ROLES)
    with serve_in_thread(instrument(app, call_log=call_log, faults=faults)) as url:
        yield Door(url=url, call_log=call_log, faults=faults)


@pytest.fixture
def door(served_door: Door, database: str) -> Iterator[Door]:
    served_door.call_log.clear()
    yield served_door
    served_door.faults.clear()


@pytest.fixture
def store(door: Door) -> Iterator[Store]:
    store = Store(door.url, SUPABASE_SECRET_KEY, HttpxClient(Http()))
    yield store
    store.close()


@pytest.fixture
def desk(store: Store, database: str) -> Iterator[Desk]:
    with tables_of(database) as tables:
        yield Desk(store, tables)


class TestAway:
    def test_nobody_listens(self, database: str) -> None:
        store = Store(f"http://127.0.0.1:{free_port()}", SUPABASE_SECRET_KEY, HttpxClient(Http()))
        with pytest.raises(StoreUnavailable, match="load_conversation: ConnectError"):
            store.load(ANA, Lookup())
        store.close()

    def test_it_hangs(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "_READ_SECONDS", 0.2)
        store = Store(door.url, SUPABASE_SECRET_KEY, HttpxClient(Http()))
        door.faults.hang(5)
        with pytest.raises(StoreUnavailable, match="load_conversation: ReadTimeout"):
            store.load(ANA, Lookup())
        assert door.calls() == ["load_conversation"]  # it has had its time: Meta delivers again
        store.close()

    @pytest.mark.parametrize(
        ("status", "said", "known_as"),
        [
            (503, "", "no code"),
            (502, "", "502"),
            (200, "", "the answer: dataclass_type"),
            (500, "57014", "57014"),
            (500, "55P03", "55P03"),
            (503, "PGRST001", "PGRST001"),
            (409, "23505", "23505"),
            (409, "23503", "23503"),
        ],
    )
    def test_it_answers_and_does_not_do_it(
        self, desk: Desk, door: Door, status: int, said: str, known_as: str
    ) -> None:
        door.faults.error(said, status, path="commit_turn")
        with pytest.raises(StoreUnavailable) as caught:
            desk.take(message("1"))
        assert str(caught.value) == f"commit_turn: {known_as}"
        assert door.calls() == ["load_conversation", "commit_turn"]

    @pytest.mark.parametrize("status", [502, 200])
    def test_a_page_is_never_taken_for_an_answer(self, store: Store, door: Door, status: int) -> None:
        door.faults.error("", status)
        link = IdentityChange(previous_user_id="AR.a", user_id="AR.z")
        for call in (
            lambda: store.load(ANA, Lookup()),
            lambda: store.claim(8, "0" * 32, tuple(Channel)),
            lambda: store.mark_sent((), "0" * 32, ()),
            lambda: store.confirm((), "0" * 32, ()),
            lambda: store.link_identity(link),
            lambda: store.record_poison(POISON),
            lambda: store.purge_expired(),
        ):
            with pytest.raises(StoreConfused if status == 200 else StoreUnavailable):
                call()

    def test_the_key_is_wrong(self, door: Door) -> None:
        store = Store(door.url, "sb_secret_of_another_project", HttpxClient(Http()))
        with pytest.raises(StoreUnavailable):
            store.load(ANA, Lookup())
        store.close()

    def test_the_migrations_are_missing(self, postgres: Postgres) -> None:
        drop_database(postgres, "bare")
        create_database(postgres, "bare")
        app = data_api(postgres.dsn("bare", "authenticator"), keys=SUPABASE_ROLES)
        with serve_in_thread(app) as url:
            store = Store(url, SUPABASE_SECRET_KEY, HttpxClient(Http()))
            with pytest.raises(StoreUnavailable, match="load_conversation: PGRST202"):
                store.load(ANA, Lookup())
            store.close()

    def test_a_statement_takes_too_long(self, desk: Desk, database: str) -> None:
        desk.take(message("1"))
        desk.tables.do("alter role service_role set statement_timeout = '100ms'")
        try:
            with tables_of(database) as busy, busy.connection.transaction():
                busy.do("select 1 from customers for update")
                with pytest.raises(StoreUnavailable, match="commit_turn: 57014"):
                    desk.take(message("2"))
        finally:
            desk.tables.do("alter role service_role reset statement_timeout")
        assert desk.take(message("2")).result == "committed"


class TestBrokenConnection:
    def test_once_is_tried_again(self, desk: Desk, door: Door) -> None:
        base = desk.conversation()
        door.faults.down(times=1)
        assert desk.take(message("1"), base=base).result == "committed"
        assert door.calls() == ["load_conversation", "commit_turn", "commit_turn"]

    def test_twice_is_an_error(self, desk: Desk, door: Door) -> None:
        door.faults.down()
        with pytest.raises(StoreUnavailable, match="load_conversation: "):
            desk.take(message("1"))
        assert door.calls() == ["load_conversation", "load_conversation"]

    def test_after_the_effect_the_repeat_does_it_no_second_time(self, desk: Desk, door: Door) -> None:
        base = desk.conversation()
        door.faults.error_after_effect(drop=True, times=1)
        commit = desk.take(message("1"), opens(1), base=base)
        assert (commit.result, keys(commit.rows)) == ("duplicate", ["wa/1"])
        assert commit.conversation.version == 1
        assert desk.tables.value("select count(*) from tickets") == 1

    def test_after_the_effect_of_finish_the_next_of_the_lane_is_not_lost(
        self, desk: Desk, door: Door
    ) -> None:
        row = desk.row("1")
        desk.take(message("2"))
        door.faults.error_after_effect(drop=True, times=1)
        finish = desk.finish(row, Outcome.SENT)
        assert (finish.finished, finish.status, keys(finish.rows)) == (False, "sent", ["wa/2"])

    def test_after_the_effect_of_a_claim_its_rows_are_not_lost(self, desk: Desk, door: Door) -> None:
        desk.take(message("1"), channels=())
        door.faults.error_after_effect(drop=True, times=1)
        assert keys(desk.claim()) == ["wa/1"]

    def test_after_the_effect_of_a_status_the_next_of_the_lane_is_not_lost(
        self, desk: Desk, door: Door
    ) -> None:
        desk.row("1")
        desk.take(message("2"))
        door.faults.error_after_effect(drop=True, times=1)
        assert keys(desk.confirm("wa/1", "p1")[1]) == ["wa/2"]


class TestRefused:
    """The data itself: another try would end the same."""

    @pytest.mark.parametrize(
        ("ticket", "known_as"),
        [
            (replace(opens(1), code="TK-1", summary="", description=""), "23514"),
            (replace(opens(1), summary="", description="mi compu\x00no prende"), "22P05"),
        ],
    )
    def test_of_a_turn(self, desk: Desk, door: Door, ticket: OpenTicket, known_as: str) -> None:
        with pytest.raises(StoreRefused) as caught:
            desk.take(message("1"), ticket)
        assert str(caught.value) == f"commit_turn: {known_as}"
        assert door.calls() == ["load_conversation", "commit_turn"]
        assert desk.tables.value("select count(*) from customers") == 0

    def test_a_key_that_is_taken_is_only_a_lost_race(self, desk: Desk) -> None:
        desk.take(message("1"), opens(1))
        desk.tables.do("delete from inbound")
        with pytest.raises(StoreUnavailable, match="23505"):
            desk.take(message("1"), opens(2))

    def test_the_error_has_no_text_or_number_of_a_customer(self, desk: Desk) -> None:
        bad = replace(opens(1), code="TK-1")
        note = ChangeTicket(code=code(1), text="mi\x00compu")
        for effect in (bad, note):
            with pytest.raises(StoreError) as caught:
                desk.take(message("1"), effect)
            shown = "".join(traceback.format_exception(caught.value))
            assert "mi compu" not in shown
            assert str(ANA.wa_id) not in shown
            assert str(ANA.user_id) not in shown


class TestClient:
    def test_is_built_with_the_first_call(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "connect", lambda *_: pytest.fail("built too early"))
        Store("http://127.0.0.1:1", "sb_secret_x", HttpxClient(Http()))

    def test_is_built_once_by_sixteen_that_race(self, door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
        build, built = module.connect, []

        def counted(url: str, *given: Any) -> Client:
            built.append(url)
            return build(url, *given)

        monkeypatch.setattr(module, "connect", counted)
        store = Store(door.url, SUPABASE_SECRET_KEY, HttpxClient(Http()))
        at_once(16, lambda _: store.load(ANA, Lookup()))
        assert len(built) == 1
        assert door.calls() == ["load_conversation"] * 16
        store.close()

    def test_speaks_http_1_and_does_not_wait_for_ever(self) -> None:
        store = Store("https://project.supabase.co", "sb_secret_x", HttpxClient(Http()))
        session = store._connected().postgrest.session
        assert isinstance(session, HttpxClient)
        assert session.timeout.as_dict() == {"connect": 2.0, "read": 5.0, "write": 5.0, "pool": 5.0}
        store.close()


class TestDeadlock:
    """Postgres ends one of two calls that wait for each other: nothing of it was done, so it is made again."""

    def test_as_supabase_reports_it(self, desk: Desk, door: Door) -> None:
        door.faults.error("40P01", 500, path="commit_turn", times=2)
        assert desk.take(message("1")).result == "committed"
        assert door.calls() == ["load_conversation", *["commit_turn"] * 3]

    @pytest.mark.parametrize(("circles", "calls"), [(1, 2), (3, 4)])
    def test_is_made_again(self, monkeypatch: pytest.MonkeyPatch, circles: int, calls: int) -> None:
        made: list[str] = []

        def execute(store: Store, name: str, arguments: Any) -> Any:
            made.append(name)
            if len(made) <= circles:
                raise StoreDeadlock(name)
            return {"inbound": 0, "outbox": 0}

        monkeypatch.setattr(Store, "_execute", execute)
        assert Store("http://127.0.0.1:1", "key", HttpxClient(Http())).purge_expired() == {
            "inbound": 0,
            "outbox": 0,
        }
        assert len(made) == calls

    def test_not_for_ever(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def execute(store: Store, name: str, arguments: Any) -> Any:
            raise StoreDeadlock(name)

        monkeypatch.setattr(Store, "_execute", execute)
        with pytest.raises(StoreUnavailable):
            Store("http://127.0.0.1:1", "key", HttpxClient(Http())).purge_expired()
