"""Resend accepts so many requests a second from an account: what comes faster waits for all instances, and is sent, without a failed attempt."""

import pytest

from emulator.meta.customer import Customer
from tests.support.function import Service, World, eventually, settle

RATE = "rate_limit_exceeded"


def somebody(number: int) -> Customer:
    return Customer(wa_id=f"54911555501{number:02}", user_id=None)


def opened(service: Service, *numbers: int) -> None:
    for number in numbers:
        service.open_ticket(somebody(number))


def statuses(world: World) -> list[int]:
    """Of Resend's answers, in order."""
    return [entry.status for entry in world.resend.call_log.all()]


def mails(world: World) -> list[tuple[str, int]]:
    found = world.rows("select status, attempts from outbox where channel = 'email' order by id")
    return [(row["status"], row["attempts"]) for row in found]


def let_wait(world: World, count: int) -> None:
    """So many e-mails wait for the end of a rest of the channel, and the instance that caused it is gone."""
    world.rows(
        "insert into tickets (code, wamid, summary, description, language) values ('TK-0000-0001', 'of another', '', '', 'es')"
    )
    world.rows(
        "insert into outbox (dedup_key, lane, channel, content, ticket_id, events) "
        "select 'link/' || n, 'link:' || n, 'email', 'link', t.id, '{}' from tickets t, generate_series(1, %s) n",
        count,
    )
    world.rows("select pause_channel('email', true, 1.0, 'resend 429 rate_limit_exceeded')")


def assert_paced(world: World, outcomes: dict[str, int], *, rows: int, emails: int) -> None:
    """All left in one sweep, and cost no try. On a busy machine one comes late, and is then too near to those after it."""
    assert outcomes.pop("limited", 0) <= 2
    assert outcomes == {"sent": outcomes["sent"]}
    assert outcomes["sent"] >= rows - 4
    settle()
    while (left := sum(status != "sent" for status, _ in mails(world))) > 0:
        world.rows("update channel_pauses set claim_at = now()")
        world.rows("update outbox set next_at = now() where status = 'ready'")
        assert world.swept().get("sent", 0) <= left
    assert statuses(world).count(200) >= emails
    assert statuses(world).count(429) <= 4
    assert mails(world) == [("sent", 1)] * rows


class TestInTime:
    def test_they_leave_without_a_sweep(self, world: World, service: Service) -> None:
        for number in (1, 2, 3):
            service.say("mi impresora no imprime y se traba", somebody(number))
        settle()
        world.resend.faults.error(RATE, retry_after=1, times=2)
        for number in (1, 2, 3):
            service.say("sí", somebody(number))
        eventually(lambda: len(world.resend.messages) == 3)
        settle()
        assert mails(world) == [("sent", 1)] * 3
        assert {line["severity"] for line in world.log("delivery")} == {"INFO"}

    def test_no_instance_sends_meanwhile(self, world: World, service: Service) -> None:
        world.resend.faults.error(RATE, retry_after=600)
        opened(service, 1)
        settle()
        opened(world.start(), 2)
        opened(service, 3)
        settle()
        assert statuses(world) == [429]
        assert mails(world) == [("ready", 0)] * 3

    def test_a_burst_leaves_at_the_pace_that_is_allowed(self, world: World) -> None:
        """What it asks for is what is accepted. Without the pace, all but ten are refused at once."""
        let_wait(world, 25)
        assert_paced(world, world.swept(), rows=25, emails=25)

    def test_it_is_the_e_mails_that_count(self, world: World) -> None:
        """A row becomes as many as there are technicians."""
        let_wait(world, 8)
        answer = world.start(
            "sweep", SUPPORT_EMAIL_TO="a@example.com, b@example.com, c@example.com"
        ).client.post("/")
        assert_paced(world, answer.get_json()["outcomes"], rows=8, emails=24)


class TestSweep:
    def test_waits_for_a_rest_that_ends_in_its_time(self, world: World, service: Service) -> None:
        world.resend.faults.error(RATE, retry_after=1, times=1)
        opened(service, 1, 2)
        settle()  # as at the end of the process: nobody else will
        assert mails(world) == [("ready", 0)] * 2
        assert world.swept()["sent"] == 2
        assert mails(world) == [("sent", 1)] * 2

    def test_also_for_a_refusal_of_the_account(self, world: World, service: Service) -> None:
        world.resend.faults.error("invalid_api_key", 403, times=1)
        opened(service, 1)
        settle()
        world.rows(
            "with pause as (update channel_pauses set paused_until = now() + interval '1 s') "
            "update outbox set next_at = now() + interval '1 s' where channel = 'email'"
        )
        assert world.swept()["sent"] == 1

    @pytest.mark.parametrize("rate", [True, False])
    def test_does_not_wait_for_what_is_longer(
        self, world: World, monkeypatch: pytest.MonkeyPatch, rate: bool
    ) -> None:
        let_wait(world, 1)
        world.rows("delete from channel_pauses")
        world.rows("select pause_channel('email', %s, 300, 'x')", rate)
        monkeypatch.setattr("handlers.sweep.time.sleep", lambda _: pytest.fail("it waited"))
        assert world.swept() == {}

    def test_does_not_wait_if_nothing_does(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        world.rows("select pause_channel('email', false, 1, 'x')")
        monkeypatch.setattr("handlers.sweep.time.sleep", lambda _: pytest.fail("it waited"))
        assert world.swept() == {}


def test_the_rate_is_nobody_s_failed_attempt(world: World, service: Service) -> None:
    """However often: no e-mail is given up for it."""
    opened(service, 1)
    settle()
    world.resend.faults.error(RATE, retry_after=1)
    opened(service, 2)
    settle()
    for _ in range(25):
        world.rows("update channel_pauses set claim_at = now()")
        service.desk.sweep.sender.paced._send_claimed()
        settle()
    assert mails(world) == [("sent", 1), ("ready", 0)]
    assert statuses(world).count(429) == 26
