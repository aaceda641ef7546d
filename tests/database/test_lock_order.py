"""One order of locks for all: a few people under all their aliases, technicians, erasures and the sweep on twelve connections."""

import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from state.model.ticket import TechnicianAction
from tests.support.builders import BEA, Desk, at_once, code, message, opens
from tests.support.crowd import CONNECTIONS, Crowd, Person, no_deadlocks
from tests.support.database import capped

PEOPLE = tuple(
    Person(
        name=name,
        user_ids=(f"AR.{name}1", f"AR.{name}2"),
        wa_ids=(f"54911555000{n}0", f"5411555000{n}0", f"54922{n}"),
    )
    for n, name in enumerate(("ana", "bea", "caro"))
)
QUICK = pytest.param(480, id="quick")
SLOW = pytest.param(6000, id="slow", marks=[pytest.mark.slow, pytest.mark.timeout(600)])
# Turns by which three people, new ones after every fifty, write under any BSUID with any number. In the database, one after the
# other without a pause: so they meet as often as they can.
TURNS = """
do $$
declare
  u text; w text; base jsonb; turn jsonb; code text; wamid text;
begin
  perform setseed({seed});
  for i in 0..{turns} - 1 loop
    u := case when random() < 0.75 then 'AR.' || i / 50 || '.' || floor(random() * 3) end;
    w := case when u is null or random() < 0.7 then '549' || i / 50 || '0' || floor(random() * 3) end;
    wamid := 'm{connection}.' || i;
    code := 'TK-' || lpad('{connection}', 4, '0') || '-' || lpad(i::text, 4, '0');
    if random() < 0.15 then
      begin
        perform public.link_identity(u, 'AR.' || i / 50 || '.' || floor(random() * 3), w,
          case when random() < 0.5 then '549' || i / 50 || '0' || floor(random() * 3) end);
      exception when lock_not_available then null;          -- a busy machine: Meta would deliver it again
      end;
    end if;
    commit;
    base := public.load_conversation(u, w);
    for attempt in 1..200 loop
      begin
        turn := public.commit_turn(wamid, u, w, 'n', now(), (base->>'customer_id')::bigint, (base->>'version')::bigint, '{{}}',
          case when i % 4 = 0 then jsonb_build_object('code', code, 'summary', '', 'description', '', 'language', 'es',
            'files', '[]'::jsonb) end,
          p_erase => i % 40 = 39,
          p_outbox => jsonb_build_array(jsonb_build_object('dedup_key', 'wa/' || wamid, 'channel', 'whatsapp', 'content', 'rendered',
            'body', '', 'repeat', true)));
      exception when lock_not_available then turn := base || '{{"result": "conflict"}}';
      end;
      commit;
      exit when turn->>'result' <> 'conflict';
      base := turn;
    end loop;
  end loop;
end $$
"""


@pytest.mark.parametrize(
    "turns",
    [pytest.param(1200, id="quick"), pytest.param(10_080, id="ten-thousand-turns", marks=SLOW.marks)],
)
def test_three_people_under_any_alias(desk: Desk, database: str, turns: int) -> None:
    def work(number: int) -> None:
        with psycopg.connect(database, autocommit=True) as connection:
            loop = TURNS.format(seed=number / 100, connection=number, turns=turns // CONNECTIONS)
            connection.execute(loop.encode())

    with capped(database, "max_tickets_per_hour", turns), no_deadlocks(desk.tables):
        at_once(CONNECTIONS, work)
    assert desk.tables.value("select count(*) from inbound") == turns
    # Of a hundred turns of a connection 25 open tickets, and three erase.
    assert desk.tables.value("select count(*) from tickets") == turns / 4
    orphans = (
        "select count(*) from tickets t where customer_id is null and not exists "
        "(select from ticket_events e where e.ticket_id = t.id and e.kind = 'erased')"
    )
    assert desk.tables.value(orphans) == 0


@pytest.mark.parametrize("calls", [QUICK, SLOW])
def test_aliases_that_change_hands_all_the_time(desk: Desk, database: str, calls: int) -> None:
    crowd = Crowd(dsn=database, people=PEOPLE, mixed=True)
    with no_deadlocks(desk.tables):
        crowd.run(calls, seed=1)
    assert crowd.results["committed"] > calls / 4
    assert_consistent(desk, crowd)


@pytest.mark.parametrize("calls", [QUICK, SLOW])
def test_what_is_theirs_stays_theirs(desk: Desk, database: str, calls: int) -> None:
    """Each under their own aliases, in all combinations."""
    crowd = Crowd(dsn=database, people=PEOPLE)
    with no_deadlocks(desk.tables):
        crowd.run(calls, seed=2)
    assert_consistent(desk, crowd)
    whose = {alias: person.name for person in PEOPLE for alias in (*person.user_ids, *person.wa_ids)}
    for row in desk.tables.all("select user_id, wa_id from customers order by id"):
        assert len({whose[alias] for alias in (row["user_id"], row["wa_id"]) if alias}) == 1
    owned = desk.tables.all(
        "select t.code, coalesce(c.user_id, c.wa_id) as alias from tickets t join customers c on c.id = t.customer_id order by t.id"
    )
    assert all(crowd.opened[row["code"]] == whose[row["alias"]] for row in owned)


def assert_consistent(desk: Desk, crowd: Crowd) -> None:
    """No ticket is lost; one without a customer says why; nothing open belongs to nobody, or waits in another person's lane."""
    tables = desk.tables
    codes = [row["code"] for row in tables.all("select code from tickets order by code")]
    assert codes == sorted(crowd.opened)
    assert (
        tables.all(
            "select code from tickets t where customer_id is null and not exists (select from ticket_events e "
            "where e.ticket_id = t.id and e.kind in ('erased', 'unreachable')) order by code"
        )
        == []
    )
    assert (
        tables.value(
            "select count(*) from customers where not exists (select from conversations where customer_id = id)"
        )
        == 0
    )
    assert (
        tables.all(
            "select lane, customer_id from outbox where status in ('ready', 'sending', 'unknown') and lane ~ '^(wa|notify|later):' "
            "and customer_id is not null and split_part(lane, ':', 2) <> customer_id::text order by id"
        )
        == []
    )
    assert (
        tables.all("select c.id from customers c where c.user_id is null and c.wa_id is null order by c.id")
        == []
    )


def test_an_action_waits_for_who_has_the_ticket_by_then_and_holds_it_from_nobody(
    desk: Desk, database: str
) -> None:
    """It changes hands while the action waits for its customer, and somebody else has the next one."""
    desk.take(message("1"), opens(1))
    desk.take(message("2", BEA))
    of_bea = "select from customers where user_id = %s for update"
    with (
        psycopg.connect(database) as hands_over,
        psycopg.connect(database) as other,
        ThreadPoolExecutor(2) as pool,
    ):
        hands_over.execute("select from customers order by id for update")
        hands_over.execute(
            "update tickets set customer_id = (select id from customers where user_id = %s)", [BEA.user_id]
        )
        acts = pool.submit(
            lambda: desk.store.act_on_ticket(
                code(1), TechnicianAction.TAKE, "", author="Luis", key="key", seen=None
            )
        )
        waits = pool.submit(other.execute, of_bea, [BEA.user_id])
        while desk.tables.value("select count(*) from pg_locks where not granted") < 2:
            time.sleep(0.005)
        hands_over.commit()
        waits.result()
        while not acts.done() and not desk.tables.value("select count(*) from pg_locks where not granted"):
            time.sleep(0.005)
        other.execute("select from tickets for update nowait")
        other.commit()
        assert acts.result().result == "done"
