"""The operator hears of what a person has to see to: once for all processes, at most hourly, and not through what is broken."""

import json
from collections.abc import Callable

import pytest

from emulator import Json
from emulator.resend.email_rules import SentEmail
from tests.support.function import ANA, Service, World, settle
from tests.support.paths import RECORDED

OPERATOR = "operadora@example.com"


class Clock:
    """A monotonic clock that tests move."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def service(world: World) -> Service:
    world.settings["OPERATOR_EMAIL_TO"] = f"Olga <{OPERATOR}>"
    return world.start()


def told(world: World) -> list[SentEmail]:
    """The e-mails to the operator, oldest first."""
    return [mail for mail in world.resend.messages if OPERATOR in mail.to]


def sweep(world: World) -> list[SentEmail]:
    """A sweep. Returns what the operator has been told by then."""
    assert world.sweep().status_code == 200
    settle()
    return told(world)


def pass_time(world: World, interval: str) -> None:
    """For what the operator was told of. The sweeps have gone on meanwhile."""
    world.rows(
        f"update operator_mails set sent_at = sent_at - interval '{interval}', claimed_at = claimed_at - interval '{interval}'"
    )


def die(world: World, number: int = 1) -> None:
    """An answer to a customer is given up."""
    world.rows(
        "insert into outbox (dedup_key, lane, channel, body, status, last_error, done_at) "
        f"values ('wa/dead/{number}', 'wa:{number}', 'whatsapp', '', 'dead', 'meta 131026', now() + interval '{number} s')"
    )


def refuse_whatsapp(world: World, service: Service) -> None:
    world.graph.faults.error(190)
    service.say("hola")
    settle()


def refuse_template(world: World, service: Service) -> None:
    world.rows(
        "insert into outbox (dedup_key, lane, channel, content, held, as_template, last_error, next_at) "
        "values ('notify/1', 'notify:1', 'whatsapp', 'notification', true, true, 'meta 132015', now() + interval '1 h')"
    )


def ban(world: World, service: Service) -> None:
    assert (
        service.post(account(event="DISABLED_UPDATE", ban_info={"waba_ban_state": "DISABLE"})).status_code
        == 200
    )


def recorded(name: str) -> Json:
    payload: Json = json.loads((RECORDED / f"{name}.json").read_text())
    return payload


def account(**value: object) -> Json:
    payload = recorded("field_account_update")
    payload["entry"][0]["changes"][0]["value"] = value
    return payload


def bounce(world: World, service: Service) -> None:
    world.rows(
        "insert into mail_failures (event_id, address, kind) values ('msg_1', 'soporte@example.com', 'bounced')"
    )


def stop_sweeping(world: World, service: Service) -> None:
    """None has come for ten minutes until this one, which has not come to its end."""
    world.rows("insert into heartbeats values ('sweep', now() - interval '10 min')")
    service.desk.webhook.operator.look()
    service.desk.webhook.operator.clock.now += 301  # type: ignore[attr-defined]
    service.desk.webhook.operator.look()
    settle()


CAUSES: dict[str, Callable[[World, Service], None]] = {
    "WhatsApp rechaza los mensajes (meta 190)": refuse_whatsapp,
    "WhatsApp no acepta la plantilla (meta 132015)": refuse_template,
    "Meta avisa: account_update, DISABLED_UPDATE (DISABLE)": ban,
    "Envíos abandonados: 1 (el último, whatsapp: meta 131026)": lambda world, _: die(world),
    "Los correos no le llegan a soporte@example.com (el último: rechazado por su servidor de correo)": bounce,
    "El barrido se detuvo": stop_sweeping,
}


@pytest.mark.parametrize("sentence", CAUSES)
def test_each_is_told(world: World, service: Service, sentence: str) -> None:
    service.desk.webhook.operator.clock = Clock()
    CAUSES[sentence](world, service)
    (mail,) = told(world) or sweep(world)
    assert mail.to == (f"{OPERATOR}",)
    assert mail.subject == "Mostrador: hay algo que revisar"
    for body in (mail.text or "", mail.html or ""):
        assert sentence in body
        assert "python -m ops doctor" in body
    assert mail.headers["Auto-Submitted"] == "auto-generated"


def test_nothing_is_told_of_a_desk_that_is_well(world: World, service: Service) -> None:
    service.open_ticket()
    settle()
    assert sweep(world) == []


def test_nobody_is_told_without_the_setting(world: World) -> None:
    world.settings.pop("OPERATOR_EMAIL_TO", None)
    die(world)
    sweep(world)
    assert world.resend.messages == []
    assert world.column("select count(*) from operator_mails") == [0]


def test_the_same_is_told_again_after_a_day(world: World, service: Service) -> None:
    die(world)
    assert len(sweep(world)) == 1
    assert len(sweep(world)) == 1
    pass_time(world, "2 hours")
    assert len(sweep(world)) == 1
    pass_time(world, "23 hours")
    assert len(sweep(world)) == 2


def test_news_is_told_after_an_hour_at_most(world: World, service: Service) -> None:
    die(world)
    sweep(world)
    die(world, 2)
    ban(world, service)
    assert len(sweep(world)) == 1
    pass_time(world, "1 hour")
    _, second = sweep(world)
    assert second.subject == "Mostrador: hay 2 cosas que revisar"
    assert "Envíos abandonados: 2" in (second.text or "")


@pytest.mark.parametrize("see_to", ["retry_outbox", "drop_outbox"])
def test_a_dead_letter_that_somebody_has_seen_to_is_none(world: World, service: Service, see_to: str) -> None:
    die(world)
    assert [each["kind"] for each in world.column("select problems()")[0]] == ["dead_letters"]
    world.rows(f"select {see_to}(id) from outbox")
    assert world.column("select problems()") == [[]]


@pytest.mark.parametrize("bad_comes_last", [True, False])
@pytest.mark.parametrize("is_bad_later", [True, False])
def test_news_of_meta_count_in_the_order_in_which_they_happened(
    world: World, service: Service, *, bad_comes_last: bool, is_bad_later: bool
) -> None:
    """After an outage Meta delivers again in any order, for days."""
    bad = account(event="DISABLED_UPDATE", ban_info={"waba_ban_state": "DISABLE"})
    good = account(event="DISABLED_UPDATE", ban_info={"waba_ban_state": "REINSTATE"})
    (bad if is_bad_later else good)["entry"][0]["time"] += 1
    for payload in (good, bad, good) if bad_comes_last else (bad, good, bad):
        assert service.post(payload).status_code == 200
    if bad_comes_last:
        assert service.post(bad).status_code == 200
    assert len(world.column("select problems()")[0]) == is_bad_later


@pytest.mark.parametrize("time", [None, "soon", [], 10**30, 1e300, -1, 2**40])
def test_news_of_meta_without_a_time_are_of_now(world: World, service: Service, time: object) -> None:
    payload = account(event="DISABLED_UPDATE", ban_info={"waba_ban_state": "DISABLE"})
    payload["entry"][0]["time"] = time
    assert service.post(payload).status_code == 200
    assert len(world.column("select problems()")[0]) == 1


def test_news_of_a_template_name_it_once(world: World, service: Service) -> None:
    payload = recorded("field_message_template_status_update")
    value = payload["entry"][0]["changes"][0]["value"]
    value |= {
        "event": "PAUSED",
        "message_template_name": "ticket_update",
        "message_template_language": "es_MX",
    }
    assert service.post(payload).status_code == 200
    (mail,) = sweep(world)
    (line,) = [line for line in (mail.text or "").splitlines() if "message_template_status_update" in line]
    assert "PAUSED (ticket_update es_MX" in line
    assert line.count("es_MX") == 1


def test_what_was_bad_is_over(world: World, service: Service) -> None:
    ban(world, service)
    assert service.post(account(event="PARTNER_ADDED")).status_code == 200
    assert world.column("select change from account_updates") == ["DISABLED_UPDATE (DISABLE)"]
    assert (
        service.post(account(event="DISABLED_UPDATE", ban_info={"waba_ban_state": "REINSTATE"})).status_code
        == 200
    )
    assert sweep(world) == []


def test_bad_news_are_stored_before_meta_hears_that_we_have_them(world: World, service: Service) -> None:
    world.supabase.faults.down()
    payload = account(event="DISABLED_UPDATE", ban_info={"waba_ban_state": "DISABLE"})
    assert service.post(payload).status_code == 503
    world.supabase.faults.clear()
    assert service.post(payload).status_code == 200
    assert service.post(payload).status_code == 200
    assert len(sweep(world)) == 1


def test_a_mailbox_that_is_nobody_s_any_more_is_no_problem(world: World, service: Service) -> None:
    """The operator has done something about it: neither the e-mail nor /health/deep goes on about it."""
    bounce(world, service)
    world.rows(
        f"insert into mail_failures (event_id, address, kind) values ('msg_2', '{OPERATOR}', 'failed')"
    )
    world.settings |= {"SUPPORT_EMAIL_TO": "Nueva@example.com", "SWEEP_TOKEN": "a-token-of-the-tests"}
    (mail,) = sweep(world)
    assert "soporte@example.com" not in (mail.text or "")
    assert OPERATOR in (mail.text or "")
    answer = world.start().client.get(
        "/health/deep", headers={"Authorization": "Bearer a-token-of-the-tests"}
    )
    assert [problem["about"] for problem in answer.get_json()["problems"]] == [OPERATOR]
    pass_time(world, "2 hours")
    world.rows(
        "insert into mail_failures (event_id, address, kind) values ('msg_3', 'nueva@example.com', 'failed')"
    )
    assert "nueva@example.com" in (sweep(world)[-1].text or "")


def test_what_comes_again_the_same_day_is_news(world: World, service: Service) -> None:
    """Whoever has mended it once believes that it is well."""
    ban(world, service)
    assert len(sweep(world)) == 1
    service.post(account(event="DISABLED_UPDATE", ban_info={"waba_ban_state": "REINSTATE"}))
    pass_time(world, "2 hours")
    assert len(sweep(world)) == 1
    ban(world, service)
    assert len(sweep(world)) == 2


def test_what_was_over_before_it_could_be_told_is_news_when_it_comes_again(
    world: World, service: Service
) -> None:
    """An e-mail that Resend did not take keeps its number, and what is over by the next try is not in it."""
    refuse_template(world, service)
    world.resend.faults.error("application_error")
    sweep(world)
    world.resend.faults.clear()
    world.rows("delete from outbox")
    die(world)
    pass_time(world, "5 min")
    (mail,) = sweep(world)
    assert "plantilla" not in (mail.text or "")
    world.rows("delete from outbox")
    refuse_template(world, service)
    pass_time(world, "1 hour")
    assert "plantilla" in (sweep(world)[-1].text or "")


def test_a_mail_that_cannot_be_written_does_not_end_the_sweep(
    world: World, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("handlers.operator_mail.problems_email", fail)
    die(world)
    assert sweep(world) == []
    (line,) = world.log("operator_not_told")
    assert line["severity"] == "ERROR"


def test_many_processes_send_one(world: World, service: Service) -> None:
    die(world)
    found = [instance.desk.sweep.operator for instance in (world.start(), world.start(), service)]
    watched = [each.store.watch(swept=True, mail=True, addresses=[]) for each in found]
    assert sorted(each.mail is not None for each in watched) == [False, False, True]


def test_what_resend_did_not_take_is_sent_by_the_next_that_comes(world: World, service: Service) -> None:
    die(world)
    world.resend.faults.error("application_error")
    assert sweep(world) == []
    (line,) = world.log("operator_not_told")
    assert (line["severity"], line["error"]) == ("ERROR", "resend 500 application_error")
    world.resend.faults.clear()
    assert sweep(world) == []  # somebody may be sending it just now
    pass_time(world, "5 min")
    assert len(sweep(world)) == 1


def test_who_is_gone_after_sending_it_leaves_no_second_one(world: World, service: Service) -> None:
    """Not even if there is more to tell by then, which the next one says."""
    die(world)
    world.supabase.faults.down(path="finish_operator_mail")
    assert world.sweep().status_code == 503
    world.supabase.faults.clear()
    assert len(told(world)) == 1
    pass_time(world, "5 min")
    die(world, 2)
    assert len(sweep(world)) == 1
    pass_time(world, "1 hour")
    assert len(sweep(world)) == 2


class TestTheDatabase:
    """While it does not answer nothing can be claimed, and no sweep comes to its end."""

    def fails(self, world: World, service: Service, minutes: int) -> None:
        clock = service.desk.sweep.operator.clock = Clock()
        world.supabase.faults.down()
        for _ in range(minutes + 1):
            service.desk.sweep.run()
            clock.now += 60
        settle()

    def test_that_does_not_answer_for_minutes_is_told_by_the_process_itself(
        self, world: World, service: Service
    ) -> None:
        self.fails(world, service, 10)
        (mail,) = told(world)
        assert "La base de datos no responde" in (mail.text or "")

    def test_is_told_at_the_next_try_when_resend_takes_nothing_at_first(
        self, world: World, service: Service
    ) -> None:
        world.resend.faults.error("application_error")
        self.fails(world, service, 6)
        assert told(world) == []
        world.resend.faults.clear()
        clock = service.desk.sweep.operator.clock
        assert isinstance(clock, Clock)
        for _ in range(6):
            clock.now += 60
            service.desk.sweep.run()
        settle()
        assert len(told(world)) == 1

    def test_by_one_of_all_processes(self, world: World, service: Service) -> None:
        for instance in (service, world.start(), world.start()):
            self.fails(world, instance, 6)
        assert len(told(world)) == 1

    def test_a_restart_is_not(self, world: World, service: Service) -> None:
        self.fails(world, service, 3)
        world.supabase.faults.clear()
        assert service.desk.sweep.run() is not None
        self.fails(world, service, 3)
        assert told(world) == []

    def test_two_failures_far_apart_are_not(self, world: World, service: Service) -> None:
        clock = service.desk.sweep.operator.clock = Clock()
        world.supabase.faults.down()
        for _ in range(2):
            service.desk.sweep.run()
            clock.now += 3600
        settle()
        assert told(world) == []

    def test_by_a_process_that_does_not_sweep(self, world: World, service: Service) -> None:
        clock = service.desk.webhook.operator.clock = Clock()
        world.supabase.faults.down()
        for _ in range(7):
            assert service.post(ANA.webhook(ANA.text("hola"))).status_code == 503
            clock.now += 60
        settle()
        assert len(told(world)) == 1


class TestHeartbeat:
    def test_that_none_has_ever_come(self, world: World, service: Service) -> None:
        """Nothing calls the sweep of a new desk: that is when it is most often forgotten."""
        clock = service.desk.webhook.operator.clock = Clock()
        service.open_ticket()
        settle()
        assert world.column("select problems()") == [[]]
        world.rows("update outbox set created_at = created_at - interval '6 min'")
        service.say("hola")
        clock.now += 301
        service.say("hola")
        settle()
        (mail,) = told(world)
        assert "El barrido se detuvo" in (mail.text or "")

    def test_a_sweep_that_comes_is_no_problem(self, world: World, service: Service) -> None:
        world.rows("insert into heartbeats values ('sweep', now() - interval '1 h')")
        assert sweep(world) == []

    def test_one_that_fails_has_not_come(self, world: World, service: Service) -> None:
        world.supabase.faults.down()
        assert world.sweep().status_code == 503
        world.supabase.faults.clear()
        assert world.column("select count(*) from heartbeats") == [0]

    def test_that_nobody_asks_too_often(self, world: World, service: Service) -> None:
        """Each process every five minutes, and not with its first message."""
        clock = service.desk.webhook.operator.clock = Clock()
        for _ in range(31):
            service.say("hola")
            clock.now += 60
        settle()
        assert world.supabase.calls()["watch"] == 6


def test_the_letters_of_the_log_are_no_secret(world: World, service: Service) -> None:
    bounce(world, service)
    sweep(world)
    assert OPERATOR not in world.output()
    assert "soporte@example.com" not in world.output()
