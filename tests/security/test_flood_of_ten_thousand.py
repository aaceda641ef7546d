"""Ten thousand messages of one person: as many replies as Meta's limit for one person allows, and the database stays small."""

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from tests.support.builders import Tables, tables_of
from tests.support.database import capped
from tests.support.function import ANA, BETO, Service, World, settle

MESSAGES = 10_000
MAX_TICKETS = 10
AT_ONCE, SECONDS_EACH = 20, 6.0
MAX_MESSAGES = 600
TURN = (
    "select public.commit_turn(p_wamid := %(wamid)s, p_user_id := 'AR.flood', p_wa_id := '5491100000009', p_name := 'x', "
    "p_sent_at := now(), p_customer_id := null, p_version := %(version)s, p_session := '{}', p_ticket := %(ticket)s, "
    "p_outbox := %(outbox)s, p_throttle_reply := %(throttled)s)"
)


@pytest.fixture
def tables(database: str) -> Iterator[Tables]:
    with tables_of(database) as tables:
        yield tables


def row(key: str, channel: str, ticket: str | None = None) -> dict[str, Any]:
    holds = {"content": "opened"} if channel == "email" else {"content": "rendered", "body": "x"}
    given = {**holds, "repeat": True, "yields": ticket is None}
    return {"dedup_key": key, "channel": channel, "ticket": ticket, **given}


def flood(dsn: str, messages: int, *, tickets: bool) -> Counter[str]:
    """Every message wants a bubble, some also a ticket and an e-mail; each starts from the version that it was answered last."""
    results: Counter[str] = Counter()
    version = 0
    with psycopg.connect(dsn, autocommit=True) as connection:
        for n in range(messages):
            code = f"TK-{n // 10_000:04}-{n % 10_000:04}"
            mail = row(f"mail/{code}", "email", code)
            bubble = row(f"wa/{n}", "whatsapp")
            ticket = {"code": code, "summary": "", "description": "", "language": "es"}
            arguments: dict[str, Any] = {
                "wamid": f"w{n}",
                "version": version,
                "ticket": Jsonb(ticket) if tickets else None,
                "outbox": Jsonb([bubble, mail] if tickets else [bubble]),
                "throttled": Jsonb(row(f"wa/{n}/throttled", "whatsapp")),
            }
            (answer,) = connection.execute(TURN, arguments).fetchone() or ({},)
            results[answer["result"]] += 1
            version = answer["version"]
    return results


def most_replies(seconds: float) -> int:
    return AT_ONCE + int(seconds / SECONDS_EACH) + 1


def most_kept(seconds: float) -> int:
    return MAX_MESSAGES + int(seconds * MAX_MESSAGES / 3600) + 1


@pytest.mark.slow
def test_ten_thousand_bubbles(database: str, tables: Tables) -> None:
    started = time.monotonic()
    results = flood(database, MESSAGES, tickets=False)
    seconds = time.monotonic() - started
    assert MAX_MESSAGES <= results["committed"] <= most_kept(seconds)
    assert results["committed"] + results["throttled"] == MESSAGES
    assert tables.value("select count(*) from inbound") == MESSAGES
    # One waits, and so does the line that says what is not kept: that one is free.
    now = "status = 'sending' or status = 'ready' and next_at <= now()"
    assert tables.value(f"select count(*) from outbox where {now}") <= most_replies(seconds) + 1
    assert tables.value("select count(*) from outbox where status <> 'dead'") <= most_replies(seconds) + 2
    assert tables.value("select count(*) from customers") == 1


@pytest.mark.slow
def test_ten_thousand_tickets(database: str, tables: Tables) -> None:
    """Beyond the cap nothing is written at all: such a turn is stepped again, without a ticket."""
    with capped(database, "max_tickets_per_hour", MAX_TICKETS):
        results = flood(database, MESSAGES, tickets=True)
    assert results["committed"] == MAX_TICKETS
    assert results["committed"] + results["throttled"] + results["too_many_tickets"] == MESSAGES
    for table in ("tickets", "outbox where channel = 'email'", "outbox where channel = 'whatsapp'"):
        assert tables.value(f"select count(*) from {table}") == MAX_TICKETS


@pytest.mark.slow
def test_through_the_function(world: World, service: Service) -> None:
    """Fewer, with everything around: nobody else waits for it, and the log has one line for each message."""
    started = time.monotonic()
    for first in range(0, 500, 50):
        texts = [ANA.text(f"mi impresora {n} no imprime") for n in range(first, first + 50)]
        assert service.post(ANA.webhook(*texts)).status_code == 200
    service.say("hola", BETO)
    settle()
    seconds = time.monotonic() - started
    assert world.column("select distinct outcome from inbound") == ["done"]
    assert len(world.bubbles()) <= most_replies(seconds) + 1
    assert any("asistente" in bubble for bubble in world.bubbles())
    assert len(world.log("turn")) == 501
    assert len(world.receipts()) <= 12
