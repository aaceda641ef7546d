"""The e-mail for a new ticket is sent on its own thread, exactly once, whatever Resend answers."""

import re
from typing import Any

import pytest

import channels.resend_client
from emulator import Json
from state.model.outbox_row import Channel
from tests.support.function import Service, World, settle
from tests.support.links import MAILBOX


@pytest.fixture
def reported(service: Service) -> Service:
    """The customer is asked whether it is this."""
    service.say("mi impresora no imprime y se traba")
    settle()
    return service


def row(world: World) -> dict[str, Any]:
    (found,) = world.rows(
        "select status, attempts, last_error as error, is_paused(channel) as paused "
        "from outbox where channel = 'email'"
    )
    return found


def is_row(status: str, attempts: int, error: str | None, *, paused: bool = False) -> dict[str, Any]:
    return {"status": status, "attempts": attempts, "error": error, "paused": paused}


def bodies(world: World) -> list[Json]:
    """The requests that reached Resend, whatever their outcome."""
    return [entry.request for entry in world.resend.call_log.all()]


def mended(world: World) -> None:
    world.resend.faults.clear()
    world.resend.switches.quota = ""
    world.make_due()
    assert world.sweep().status_code == 200


class TestSent:
    def test_one_mail_with_the_ticket_in_it(self, world: World, reported: Service) -> None:
        reported.press("yes")
        settle()
        (mail,) = world.resend.messages
        (code,) = world.column("select code from tickets")
        assert mail.key == f"mail/{code}/opened/{MAILBOX.id}"
        assert code in mail.subject
        assert mail.to == ("soporte@example.com",)
        (number,) = world.column("select id from outbox where channel = 'email'")
        assert mail.tags == {"ticket": code, "row": str(number)}
        assert "mi impresora no imprime y se traba" in (mail.text or "")
        assert row(world) == is_row("sent", 1, None)

    def test_its_link_opens_the_page(self, world: World, reported: Service) -> None:
        reported.press("yes")
        settle()
        (path,) = set(re.findall(r"https://mostrador\.example(/t/\S+/)", world.resend.messages[0].text or ""))
        assert reported.client.get(path).status_code == 200
        changed = path[:10] + ("A" if path[10] != "A" else "B") + path[11:]
        assert reported.client.get(changed).status_code == 403


class TestNobodyWaits:
    def test_the_answer_comes_while_the_mail_hangs(
        self, world: World, reported: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(channels.resend_client, "_TIMEOUT_SECONDS", 4)
        world.resend.faults.hang(30)
        reported.press("yes")
        world.resend.call_log.wait(1)
        assert len(world.graph.wait(2)) == 2  # nor does the customer's bubble
        assert world.resend.messages == []
        settle()
        mended(world)
        assert len(world.resend.messages) == 1

    def test_mails_that_hang_use_a_bounded_number_of_threads(self, world: World, reported: Service) -> None:
        """With all its threads taken, an instance leaves mails to the sweep; replies go on."""
        reported.fill_threads(Channel.EMAIL)
        reported.press("yes")
        settle()
        assert world.outbox() == [("whatsapp", "sent", 1), ("email", "ready", 0), ("whatsapp", "sent", 1)]
        mended(world)
        assert len(world.resend.messages) == 1


class TestRefused:
    @pytest.mark.parametrize(
        ("code", "status"),
        [
            ("validation_error", 422),
            ("invalid_from_address", 422),
            ("validation_error", 400),
            ("not_found", 404),
            ("method_not_allowed", 405),
        ],
    )
    def test_never(self, world: World, reported: Service, code: str, status: int) -> None:
        world.resend.faults.error(code, status)
        reported.press("yes")
        settle()
        assert row(world) == is_row("dead", 1, f"resend {status} {code}")
        lines = [line for line in world.log("delivery") if line["channel"] == "email"]
        assert [line["severity"] for line in lines] == ["ERROR"]

    @pytest.mark.parametrize(
        ("code", "status"),
        [("missing_api_key", 401), ("invalid_api_key", 403), ("validation_error", 403)],
    )
    def test_the_whole_account_pauses_the_channel(
        self, world: World, reported: Service, code: str, status: int
    ) -> None:
        world.resend.faults.error(code, status)
        reported.press("yes")
        settle()
        assert row(world) == is_row("ready", 0, f"resend {status} {code}", paused=True)
        lines = [line for line in world.log("delivery") if line["channel"] == "email"]
        assert [line["severity"] for line in lines] == ["ERROR"]
        mended(world)
        assert row(world)["status"] == "sent"

    @pytest.mark.parametrize("quota", ["daily_quota_exceeded", "monthly_quota_exceeded"])
    def test_a_quota_waits_for_an_hour(self, world: World, reported: Service, quota: str) -> None:
        world.resend.switches.quota = quota
        reported.press("yes")
        settle()
        assert row(world) == is_row("ready", 0, f"resend 429 {quota}", paused=True)
        assert world.column("select paused_until > now() + interval '30 min' from channel_pauses")
        mended(world)
        assert len(world.resend.messages) == 1

    @pytest.mark.parametrize(("said", "waits"), [(600, 600), (None, 2)])
    def test_the_rate_limit_says_how_long(
        self, world: World, reported: Service, said: int | None, waits: int
    ) -> None:
        world.resend.faults.error("rate_limit_exceeded", retry_after=said)
        reported.press("yes")
        settle()
        assert row(world) == is_row("ready", 0, "resend 429 rate_limit_exceeded", paused=True)
        (left,) = world.column("select extract(epoch from claim_at - now()) from channel_pauses")
        assert waits - 60 < left <= waits * 1.1
        assert [line for line in world.log("delivery") if line["severity"] == "ERROR"] == []
        mended(world)
        assert len(world.resend.messages) == 1

    def test_an_earlier_attempt_was_taken_with_other_bytes(self, world: World, reported: Service) -> None:
        world.resend.faults.error("invalid_idempotent_request", 409)
        reported.press("yes")
        settle()
        assert row(world)["status"] == "sent"


class TestUnclear:
    """Resend may have taken the mail: the same key and the same bytes again, and it is sent once."""

    @pytest.mark.parametrize(
        "fault",
        [
            "concurrent_idempotent_requests 409",
            "resource_locked 409",
            "application_error 500",
            "service_unavailable 503",
            "drop",
            "hang",
            "drop after",
            "hang after",
            "500 after",
            "foreign 200",
            "foreign 307",
            "foreign 403",
            "foreign 404",
            "foreign 200 after",
        ],
    )
    def test_the_same_key_and_bytes_again(
        self, world: World, reported: Service, monkeypatch: pytest.MonkeyPatch, fault: str
    ) -> None:
        faults = world.resend.faults
        match fault.split():
            case ["drop", *after]:
                faults.error_after_effect(drop=True) if after else faults.down()
            case ["hang", *after]:
                monkeypatch.setattr(channels.resend_client, "_TIMEOUT_SECONDS", 1.0)
                faults.hang(30, after_effect=bool(after))
            case ["foreign", status, *after]:
                faults.foreign(int(status), after_effect=bool(after))
            case ["500", _]:
                faults.error_after_effect()
            case [code, status]:
                faults.error(code, int(status))
        reported.press("yes")
        settle()
        assert row(world)["status"] == "unknown"
        mended(world)
        assert len(world.resend.messages) == 1
        assert row(world)["status"] == "sent"
        first, *others = bodies(world)
        assert others
        assert all(body == first for body in others)

    def test_never_later_than_the_key_is_remembered(self, world: World, reported: Service) -> None:
        world.resend.faults.error_after_effect(drop=True)
        reported.press("yes")
        settle()
        world.rows("update outbox set first_attempt_at = now() - interval '23 h 1 min'")
        mended(world)
        assert row(world) == is_row("dead", 1, "key expired")
        assert len(bodies(world)) == 1
