"""A reply on its thread: every failure of Meta, and the resulting status of the row."""

import socket
import time
from typing import Any

import pytest
from urllib3 import Timeout

import channels.whatsapp
import handlers.outbox_sender
from tests.support.function import ANA, BETO, Service, World, settle

# Meta's codes by what they mean for a row: reference of the Cloud API, section 7.
PAUSED = [0, 190, 4, 80007, 33, 368, 131031, 131037, 131042, 131045, 133010, 131048, 131064]
REFUSED = [3, 10, 200, 299, 131005]  # a permission is missing: of the account, or for this recipient
AGAIN = [1, 2, 130429, 131056, 131016, 131057, 133004, 134101]
NEVER = [100, 131008, 131009, 131021, 131026, 131030, 131051, 130472, 130497, 132000, 132001, 132015, 999_999]


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handlers.outbox_sender, "_RETRY_PAUSES", (0.01, 0.01))


def row(world: World, number: int = 1) -> dict[str, Any]:
    (found,) = world.rows(
        "select status, attempts, last_error as error, is_paused(channel) as paused "
        "from outbox where id = %s",
        number,
    )
    return found


def is_row(status: str, attempts: int, error: str | None, *, paused: bool = False) -> dict[str, Any]:
    return {"status": status, "attempts": attempts, "error": error, "paused": paused}


def accepted(world: World) -> list[str]:
    """The dedup keys of what Meta took, in order."""
    return [sent.callback_data or "" for sent in world.graph.messages]


def mended(world: World) -> None:
    """Meta is well again, and the time of the back-off is over."""
    world.graph.faults.clear()
    world.make_due()
    assert world.sweep().status_code == 200


class TestRefused:
    @pytest.mark.parametrize("code", AGAIN)
    def test_later(self, world: World, service: Service, code: int) -> None:
        world.graph.faults.error(code)
        message = service.say("hola")
        settle()
        assert row(world) == is_row("ready", 1, f"meta {code}")
        assert world.column("select next_at > now() from outbox") == [True]
        mended(world)
        assert accepted(world) == [f"wa/{message['id']}"]

    @pytest.mark.parametrize(("attempt", "seconds"), [(2, 16), (3, 64), (6, 4096), (9, 4096)])
    def test_the_pair_limit_waits_as_meta_says(
        self, world: World, service: Service, attempt: int, seconds: int
    ) -> None:
        """4^X seconds after the try with number X."""
        world.graph.faults.error(190)
        service.say("hola")
        settle()
        world.graph.faults.clear()
        world.graph.faults.error(131056)
        world.rows("update outbox set attempts = %s", attempt - 1)
        world.make_due()
        world.sweep()
        waits = world.column("select extract(epoch from next_at - now()) from outbox")[0]
        assert seconds / 2 < waits <= seconds

    @pytest.mark.parametrize("code", PAUSED)
    def test_the_whole_account_pauses_the_channel(self, world: World, service: Service, code: int) -> None:
        world.graph.faults.error(code)
        first = service.say("hola")
        settle()
        assert row(world) == is_row("ready", 0, f"meta {code}", paused=True)
        assert [line["severity"] for line in world.log("delivery")] == ["ERROR"]
        sends = len(world.sends())
        second = service.say("hola", BETO)
        settle()
        assert row(world, 2) == is_row("ready", 0, None, paused=True)
        assert len(world.sends()) == sends
        mended(world)
        assert sorted(accepted(world)) == sorted([f"wa/{first['id']}", f"wa/{second['id']}"])

    @pytest.mark.parametrize("code", REFUSED)
    def test_one_recipient_stops_nobody_else(self, world: World, service: Service, code: int) -> None:
        service.without_receipts()
        world.graph.faults.error(code, times=1)
        service.say("hola")
        settle()
        assert row(world) == is_row("ready", 1, f"meta {code}")
        second = service.say("hola", BETO)
        settle()
        assert accepted(world) == [f"wa/{second['id']}"]

    @pytest.mark.parametrize("code", NEVER)
    def test_never(self, world: World, service: Service, code: int) -> None:
        world.graph.faults.error(code)
        service.say("hola")
        settle()
        assert row(world) == is_row("dead", 1, f"meta {code}")
        assert [line["severity"] for line in world.log("delivery")] == ["ERROR"]
        mended(world)
        assert accepted(world) == []

    def test_a_dead_row_blocks_nothing(self, world: World, service: Service) -> None:
        world.graph.faults.error(131026)
        service.say("hola")
        settle()
        world.graph.faults.clear()
        message = service.say("mi impresora no imprime")
        settle()
        assert accepted(world) == [f"wa/{message['id']}"]


class TestWindow:
    """131047: outside the 24 hours, only an approved template may go."""

    @pytest.fixture(autouse=True)
    def _strict(self, world: World) -> None:
        world.graph.switches.window_at_once = True

    def _closed(self, world: World) -> None:
        world.graph.clock = lambda: time.time() + 25 * 3600

    def test_a_menu_has_no_template(self, world: World, service: Service) -> None:
        self._closed(world)
        service.say("hola")
        settle()
        assert row(world) == is_row("dead", 1, "meta 131047")

    def test_a_ticket_is_answered_by_template(self, world: World, service: Service) -> None:
        service.say("mi impresora no imprime y se traba")
        settle()
        self._closed(world)
        service.press("yes")
        settle()
        sent = world.graph.messages[-1]
        (code,) = world.column("select code from tickets")
        assert (sent.kind, sent.parameters[0]) == ("template", code)
        assert [status for _, status, _ in world.outbox()] == ["sent"] * 3

    @pytest.mark.parametrize("hours", [25, 24 * 6])
    def test_a_message_that_comes_days_late(self, world: World, service: Service, hours: int) -> None:
        """Meta redelivers for seven days: the window is that of the message, and no try is wasted on it."""
        message = ANA.text("hola")
        message["timestamp"] = str(int(message["timestamp"]) - hours * 3600)
        assert service.post(ANA.webhook(message)).status_code == 200
        settle()
        assert row(world) == is_row("dead", 0, "window closed")
        assert world.sends() == []


# What is not Graph's own answer: its status and its text.
FOREIGN = [
    *((status, "<html>words</html>") for status in (200, 301, 307, 400, 403, 404, 429, 502)),
    *((status, "") for status in (200, 400, 404, 503)),
    (200, "{}"),
    (200, '{"messages":[]}'),
    (400, '{"error":{"message":"words"}}'),
]


class TestUnclear:
    """Meta may have taken the message: it waits for the delivery status before it is sent again."""

    @pytest.mark.parametrize("after_effect", [False, True], ids=["not taken", "taken"])
    @pytest.mark.parametrize(("status", "text"), FOREIGN)
    def test_an_answer_that_is_not_graphs(
        self, world: World, service: Service, status: int, text: str, after_effect: bool
    ) -> None:
        """Neither lost, as if it had been sent or refused for good, nor sent twice."""
        world.graph.faults.foreign(status, text, after_effect=after_effect, times=1, path="/messages")
        message = service.without_receipts().say("hola")
        settle()
        assert {**row(world), "error": None} == is_row("unknown", 1, None)
        if after_effect:
            service.confirm(world.graph.messages[0], "delivered")
        mended(world)
        assert accepted(world) == [f"wa/{message['id']}"]
        assert row(world)["status"] == "sent"

    @pytest.mark.parametrize(
        "fault", ["131000", "500", "drop", "hang", "drop after", "hang after", "500 after"]
    )
    def test_the_status_closes_it_or_the_grace_ends(
        self, world: World, service: Service, monkeypatch: pytest.MonkeyPatch, fault: str
    ) -> None:
        faults = world.graph.faults
        match fault.split():
            case ["131000"]:
                faults.error(131000)
            case ["500"]:
                faults.error(999, status=500)
            case ["drop", *after]:
                faults.error_after_effect(drop=True) if after else faults.down()
            case ["hang", *after]:
                monkeypatch.setattr(channels.whatsapp, "_TIMEOUT", Timeout(connect=1.0, read=1.0))
                faults.hang(30, after_effect=bool(after))
            case _:
                faults.error_after_effect()
        message = service.say("hola")
        settle()
        assert {**row(world), "error": None} == is_row("unknown", 1, None)
        faults.clear()
        if taken := world.graph.messages:
            assert service.confirm(taken[0], "sent").status_code == 200
            settle()
        mended(world)
        assert accepted(world) == [f"wa/{message['id']}"]
        assert row(world)["status"] == "sent"

    def test_a_menu_is_dropped_when_the_customer_has_had_a_newer_reply(
        self, world: World, service: Service
    ) -> None:
        world.graph.faults.error(131000)
        service.say("hola")
        settle()
        world.graph.faults.clear()
        newer = service.say("mi impresora no imprime")
        settle()
        mended(world)
        assert accepted(world) == [f"wa/{newer['id']}"]
        assert row(world) == is_row("dead", 1, "superseded")

    def test_an_answer_about_a_ticket_is_sent_whatever_came_after(
        self, world: World, service: Service
    ) -> None:
        service.say("mi impresora no imprime y se traba")
        settle()
        world.graph.faults.error(131000)
        message = service.press("yes")
        settle()
        world.graph.faults.clear()
        service.say("gracias")
        settle()
        mended(world)
        mended(world)
        assert accepted(world).count(f"wa/{message['id']}") == 1

    def test_a_connection_that_was_never_made_is_not_unclear(self, world: World) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        service = world.start(GRAPH_API_URL=f"http://127.0.0.1:{port}")
        service.say("hola")
        settle()
        assert row(world) == is_row("ready", 1, "meta NewConnectionError")
