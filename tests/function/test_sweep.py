"""The sweep sends every row that no thread has sent, once; deletes old rows; and answers 503 if Supabase is unreachable."""

import threading

import pytest

import handlers.sweep
import state.store.client
from emulator.meta.customer import Customer
from handlers.outbox_sender import LeasedRow
from state.model.outbox_row import Channel, Result
from tests.support.function import ANA, BETO, Service, World, settle


@pytest.fixture
def frozen(world: World, service: Service) -> Service:
    """An instance that commits and is gone before its threads begin."""
    service.desk.webhook.sender.start = lambda rows: []  # type: ignore[method-assign]
    return service


def test_nothing_to_do(world: World) -> None:
    answer = world.sweep()
    assert answer.json == {"outcomes": {}, "purged": {"inbound": 0, "outbox": 0}}


def test_a_committed_reply_without_its_thread(world: World, frozen: Service) -> None:
    """Its lease has to run out, and Meta's delivery status has to stay away, before it is sent again."""
    message = frozen.say("hola")
    settle()
    assert world.swept() == {}
    world.make_due()
    assert world.swept() == {}
    assert world.outbox() == [("whatsapp", "unknown", 1)]
    world.make_due()
    assert world.swept() == {"sent": 1}
    assert [sent.callback_data for sent in world.graph.messages] == [f"wa/{message['id']}"]


def test_a_committed_mail_without_its_thread(world: World, service: Service, frozen: Service) -> None:
    """Resend knows its key: it is sent again as soon as the lease is over."""
    world.start().say("mi impresora no imprime y se traba")
    settle()
    frozen.press("yes")
    world.make_due()
    assert world.swept()["sent"] == 1
    assert len(world.resend.messages) == 1


def test_a_whole_lane_is_sent_in_order(world: World, service: Service) -> None:
    world.graph.faults.error(190)
    said = [service.say(text) for text in ("hola", "mis tickets", "idioma")]
    settle()
    world.graph.faults.clear()
    world.make_due()
    assert world.swept() == {"sent": 3}
    assert [sent.callback_data for sent in world.graph.messages] == [
        f"wa/{message['id']}" for message in said
    ]


def test_more_lanes_than_can_be_served_at_once(world: World, service: Service) -> None:
    world.graph.faults.error(190)
    for number in range(20):
        service.say("hola", Customer(wa_id=f"54911555501{number:02}", user_id=None))
    settle()
    world.graph.faults.clear()
    world.make_due()
    assert world.swept() == {"sent": 20}


def test_what_is_given_up_keeps_nothing_waiting(world: World, service: Service) -> None:
    """Six hundred replies of yesterday, each to another customer, were due before this one: more than a claim looks at."""
    world.rows(
        "insert into outbox (dedup_key, lane, channel, body, next_at, window_until) select 'wa/old/' || n, 'wa:old' || n, "
        "'whatsapp', '', now() - interval '1 day', now() - interval '1 day' from generate_series(1, 600) n"
    )
    world.graph.faults.error(190, times=1)
    service.without_receipts().say("hola")
    settle()
    world.make_due()
    world.supabase.call_log.clear()
    assert world.swept() == {"sent": 1}
    assert len(world.graph.messages) == 1
    assert world.column("select count(*) from outbox where status = 'dead'") == [600]
    assert world.supabase.calls()["claim_outbox"] <= 8


def test_two_sweeps_at_once_send_nothing_twice(world: World, service: Service) -> None:
    world.graph.faults.error(190)
    for customer in (ANA, BETO):
        service.say("hola", customer)
    settle()
    world.graph.faults.clear()
    world.graph.faults.delay(0.2)
    world.make_due()
    first, second = world.start("sweep"), world.start("sweep")
    rows = first.desk.sweep.store.claim(1, "6e6f7468-0000-4000-8000-696e67000000", ("whatsapp", "email")).rows  # type: ignore[arg-type]
    assert len(rows) == 1
    assert second.client.post("/").get_json()["outcomes"] == {"sent": 1}
    assert len(world.graph.messages) == 1


def test_it_stops_before_the_next_one_comes(
    world: World, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handlers.sweep, "_MAX_SECONDS", 0.0)
    assert world.swept() == {}


@pytest.mark.parametrize("fault", ["drop", "503", "hang"])
def test_supabase_is_away(world: World, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    monkeypatch.setattr(state.store.client, "_READ_SECONDS", 0.3)
    match fault:
        case "hang":
            world.supabase.faults.hang(30)
        case _:
            world.supabase.faults.down(drop=fault == "drop")
    assert world.sweep().status_code == 503
    assert [line["severity"] for line in world.log("store_unavailable")] == ["ERROR"]


def test_what_is_old_is_deleted(world: World, service: Service) -> None:
    service.open_ticket()
    settle()
    service.post(b'{"object":"whatsapp_business_account","entry":[1]}')
    world.rows("update inbound set received_at = now() - interval '29 days'")
    world.rows("update outbox set done_at = now() - interval '29 days'")
    assert world.sweep().get_json()["purged"] == {"inbound": 0, "outbox": 0}
    world.rows("update inbound set received_at = now() - interval '31 days'")
    world.rows("update outbox set done_at = now() - interval '31 days'")
    assert world.sweep().get_json()["purged"] == {"inbound": 3, "outbox": 3}
    assert world.column("select count(*) from tickets") == [1]


def test_what_is_dead_is_kept_for_the_operator(world: World, service: Service) -> None:
    world.graph.faults.error(131026)
    service.say("hola")
    settle()
    world.rows("update outbox set done_at = now() - interval '1 year'")
    assert world.sweep().get_json()["purged"]["outbox"] == 0


def test_the_result_is_in_the_log(world: World) -> None:
    world.sweep()
    (line,) = world.log("sweep")
    assert (line["outcomes"], line["severity"]) == ({}, "INFO")


def test_a_row_that_died_in_the_database_is_reported_once(world: World, service: Service) -> None:
    world.resend.faults.error("application_error", status=500)
    service.say("mi impresora no imprime y se traba")
    settle()
    service.press("yes")
    settle()
    world.rows(
        "update outbox set first_attempt_at = now() - interval '24 h', next_at = now() where channel = 'email' returning id"
    )
    world.sweep()
    world.sweep()
    (line,) = world.log("dead_letter")
    assert (line["severity"], line["channel"], line["error"]) == ("ERROR", "email", "key expired")


def test_a_hanging_resend_delays_no_reply(world: World, service: Service) -> None:
    """Mails and replies are swept side by side, each channel in its own loop."""
    service.say("mi impresora no imprime y se traba")
    settle()
    world.graph.faults.error(190)
    world.resend.faults.error(503)
    service.press("yes")
    settle()
    world.graph.faults.clear()
    world.resend.faults.clear()
    world.make_due()
    order: list[str] = []
    sweep = world.start("sweep")
    run = sweep.desk.sweep.sender.run
    sent = threading.Event()

    def watched(leased: LeasedRow) -> list[Result]:
        if leased.row.channel is Channel.EMAIL:
            assert sent.wait(30), "the replies waited for the mail"
        results = run(leased)
        order.append(leased.row.channel)
        if leased.row.channel is Channel.WHATSAPP:
            sent.set()
        return results

    sweep.desk.sweep.sender.run = watched  # type: ignore[method-assign]
    assert sweep.client.post("/").status_code == 200
    assert order[-1] is Channel.EMAIL
