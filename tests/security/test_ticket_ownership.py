"""Nobody can read another customer's ticket or learn that it exists: both answers are the same bytes."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from emulator import Json
from emulator.meta.customer import Customer
from state.model import ticket_code
from tests.support.builders import ANA as ANA_SENDER
from tests.support.builders import BEA, Desk, desk_over, message, opens
from tests.support.builders import code as code_of
from tests.support.database import SupabaseLocal
from tests.support.function import BETO, Service, World, settle

THEIRS, NOBODYS = code_of(1), code_of(2)
KINDS = ["note", "human", "close", "fixed", "reopen", "rating"]


@pytest.fixture
def desk(supabase_local: SupabaseLocal) -> Iterator[Desk]:
    with desk_over(supabase_local) as desk:
        desk.take(message("b", BEA), opens(1))
        yield desk


@pytest.fixture
def call(desk: Desk, supabase_local: SupabaseLocal) -> Iterator[Any]:
    """A function of the database, called by Ana: the answer's status and bytes."""
    del desk
    key = supabase_local.secret_key
    headers = {"apikey": key, "Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=f"{supabase_local.url}/rest/v1/rpc", headers=headers) as client:

        def called(name: str, **arguments: Any) -> tuple[int, bytes]:
            aliases = {"p_user_id": ANA_SENDER.user_id, "p_wa_id": ANA_SENDER.wa_id}
            answer = client.post(f"/{name}", json=aliases | arguments)
            return answer.status_code, answer.content

        yield called


class TestDatabase:
    @pytest.mark.parametrize("tickets", [True, False])
    @pytest.mark.parametrize("known", [True, False], ids=["known", "new"])
    def test_a_code_that_is_asked_for(self, desk: Desk, call: Any, known: bool, tickets: bool) -> None:
        if known:
            desk.take(message("a"))
        not_yours = call("load_conversation", p_codes=[THEIRS], p_tickets=tickets)
        assert not_yours == call("load_conversation", p_codes=[NOBODYS], p_tickets=tickets)
        assert not_yours == call(
            "load_conversation", p_codes=["'; drop table tickets; --"], p_tickets=tickets
        )
        assert not_yours[0] == 200
        assert json.loads(not_yours[1])["ticket"] is None

    @pytest.mark.parametrize("quoted", ["b", "p1"], ids=["message", "bubble"])
    def test_a_message_that_is_quoted(self, desk: Desk, call: Any, quoted: str) -> None:
        desk.take(message("a"))
        desk.tables.do(
            "update outbox set provider_id = 'p1', ticket_id = (select id from tickets where code = %s)",
            THEIRS,
        )
        assert call("load_conversation", p_quoting=quoted) == call("load_conversation", p_quoting="nobody's")
        theirs = call("load_conversation", p_quoting=quoted, p_user_id=BEA.user_id, p_wa_id=BEA.wa_id)
        assert json.loads(theirs[1])["quoted"]["code"] == THEIRS

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_note(self, desk: Desk, call: Any, kind: str) -> None:
        """Nor does it change anything, whatever was to be done to the ticket."""
        desk.take(message("a"), opens(3))
        everything = "select (select json_agg(t) from tickets t), (select json_agg(e) from ticket_events e), (select json_agg(o) from outbox o)"
        before = desk.tables.all(everything)

        def note(code: str) -> tuple[int, bytes]:
            what = {"code": code, "kind": kind, "text": "x", "rating": 1}
            turn: dict[str, Any] = {
                "p_wamid": "x",
                "p_name": None,
                "p_sent_at": "2026-11-23T12:00:00Z",
                "p_session": {},
            }
            return call("commit_turn", **turn, p_customer_id=None, p_version=1, p_change=what)  # type: ignore[no-any-return]

        assert note(THEIRS) == note(NOBODYS)
        assert json.loads(note(THEIRS)[1])["result"] == "conflict"
        assert desk.tables.all(everything) == before
        ours = json.loads(note(code_of(3))[1])["result"]
        assert ours == ("committed" if kind in {"note", "human", "close"} else "conflict")

    def test_the_list_holds_only_ours(self, desk: Desk, call: Any) -> None:
        desk.take(message("a"), opens(3))
        _, answer = call("load_conversation", p_tickets=True)
        assert [ticket["code"] for ticket in json.loads(answer)["tickets"]] == [code_of(3)]

    def test_a_ticket_whose_owner_was_erased_is_nobody_s(self, desk: Desk, call: Any) -> None:
        desk.tables.do("delete from customers where user_id = %s", BEA.user_id)
        assert call("load_conversation", p_codes=[THEIRS]) == call("load_conversation", p_codes=[NOBODYS])

    def test_somebody_without_a_customer_row_owns_nothing_without_one(self, desk: Desk, call: Any) -> None:
        """Null is not equal to null: who is not known is not the owner of what has no owner."""
        desk.tables.do("update tickets set customer_id = null")
        _, answer = call(
            "load_conversation", p_codes=[THEIRS], p_tickets=True, p_user_id="AR.new", p_wa_id=None
        )
        assert (json.loads(answer)["ticket"], json.loads(answer)["tickets"]) == (None, [])


class TestFunction:
    @pytest.fixture
    def theirs(self, world: World, service: Service) -> str:
        """The code of Beto's ticket."""
        service.open_ticket(BETO)
        settle()
        (code,) = world.column("select code from tickets")
        return str(code)

    @pytest.fixture
    def nobodys(self, theirs: str) -> str:
        code = ticket_code.generate()
        assert code != theirs
        return code

    def heard(self, world: World, service: Service, code: str, say: Callable[[Customer], Json]) -> list[Any]:
        """The answer to a new customer who writes this, without the code: words, buttons, log line, session."""
        somebody = Customer(name="Ana", wa_id=None, user_id=f"AR.{len(world.graph.messages)}")
        service.say("menu", somebody)
        settle()
        before = len(world.graph.messages)
        message = say(somebody)
        assert service.post(somebody.webhook(message)).status_code == 200
        settle()
        answer = [(sent.text, list(sent.choices.items())) for sent in world.graph.messages[before:]]
        line = {key: world.log("turn")[-1].get(key) for key in ("result", "state", "reply", "cache", "loads")}
        session = world.column(  # without what says when and, as a hash, what they wrote
            "select session - 'at' - 'acknowledged_at' - 'repeated' from conversations v join customers c on c.id = v.customer_id "
            "where c.user_id = %s",
            somebody.user_id,
        )
        heard = json.dumps([answer, line, session]).replace(code, "CODE").replace(message["id"], "MESSAGE")
        return json.loads(heard)  # type: ignore[no-any-return]

    @pytest.mark.parametrize(
        "written",
        [
            "{}",
            "hola, cómo va el {}?",
            "{} sigue sin prender la pantalla desde ayer",
            "quiero hablar con alguien por el {}",
        ],
    )
    def test_a_code_that_is_written(
        self, world: World, service: Service, theirs: str, nobodys: str, written: str
    ) -> None:
        not_yours, not_there = (
            self.heard(world, service, code, lambda ana: ana.text(written.format(code)))  # noqa: B023
            for code in (theirs, nobodys)
        )
        if "alguien" not in written:  # a wish for a person opens a ticket of one's own: its code differs
            assert not_yours == not_there
        assert not_yours[1] == not_there[1]
        assert "imprime" not in json.dumps(not_yours)

    @pytest.mark.parametrize(
        "button",
        [
            f"following/{action}/{{}}"
            for action in (
                *("view", "close", "close_yes", "reopen", "reopen_yes", "reopen_no"),
                *("fixed", "not_fixed", "rate", "skip", "other", "yes"),
            )
        ]
        + ["resolved/fixed/{}", "menu/view/{}", "rating/5/{}", "menu/human/{}", "asking_code/view/{}"]
        + ["following/rate/{}/5", "reopening/reopen/{}/1", "closing/close_yes/{}"],
    )
    def test_a_button_with_it(
        self, world: World, service: Service, theirs: str, nobodys: str, button: str
    ) -> None:
        before = world.rows("select * from tickets")
        not_yours, not_there = (
            self.heard(world, service, code, lambda ana: ana.press(button.format(code), "x", of="wamid.x"))  # noqa: B023
            for code in (theirs, nobodys)
        )
        if "human" not in button:
            assert not_yours == not_there
        assert world.rows("select * from tickets where code = %s", theirs) == before

    def test_my_tickets(self, world: World, service: Service, theirs: str) -> None:
        answer = self.heard(world, service, theirs, lambda ana: ana.text("mis tickets"))
        assert "CODE" not in json.dumps(answer)
        assert answer[1]["reply"] == "no_tickets"

    def test_a_quoted_bubble_of_somebody_else(self, world: World, service: Service, theirs: str) -> None:
        """Only the sender identifies who is asking; a quoted message does not."""
        shown = world.graph.messages[-1].wamid
        answer = self.heard(world, service, theirs, lambda ana: ana.text("cómo va?", quoting=shown))
        assert "CODE" not in json.dumps(answer)
        assert "imprime" not in json.dumps(answer)
