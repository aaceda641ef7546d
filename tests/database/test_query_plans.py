"""The cost of a call on full tables: only index scans, with a handful of rows each.

Except `channel_pauses`, `account_updates` and `technicians`, with one row for each, `desk_access`, `heartbeats` and `retention`, which
have one, and `answers` and `operator_mails`, which have at most 200: they are read from end to end.
"""

import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from emulator.supabase.postgres import SUPERUSER, Postgres
from tests.support.builders import Tables
from tests.support.database import clone_database

MANY = 20_000
# The most rows that one call may read from a table: a lane, a customer's tickets; never finished rows.
MAX_ROWS = 20
# Everything that is open; a page of a list; for each mark the row and the one behind it, as often as a lane is read.
MORE_ROWS = {
    "a claim": 520,
    "an operator's list": 300,
    "an operator's resume": 300,
    "a page of an export": 300,
    "a page of files": 101,
    "the oldest tickets": 101,
    "the next page of them": 101,
    "the tickets in work": 21,
    # Each tab is counted up to a thousand; a search looks at a thousand tickets, and then asks the index.
    "a tab of the list": 4004,
    "the next page of a tab": 4004,
    "the reports that were left": 4004,
    "all tickets": 4004,
    "a search for what many wrote": 4004,
    "a search for what nobody wrote": 4004,
    "a search by name": 4004,
    # Rows of a page that was changed before have to be looked at, where the index alone would do.
    "room for a file": 400,
    "room that has to be made": 400,
    "files to come": 400,
    "a claim of files": 800,
    "a turn with photos": 40,
    "marks": 200,
    "a turn that marks": 200,
}
SMALL = {
    "account_updates",
    "answers",
    "channel_pauses",
    "desk_access",
    "heartbeats",
    "operator_mails",
    "retention",
    "technicians",
}
# Rows that were sent and are to be marked, each with another behind it: the customers from the first on.
FIRST_SENT, MARKS = 301, 10
LEASE = "00000000-0000-0000-0000-000000000001"
# Without triggers and the checks of foreign keys, which take longer than the rows; what they would check is so.
SEED = f"""
set session_replication_role = replica;
insert into customers (user_id, wa_id) select 'AR.' || n, '549' || n from generate_series(1, {MANY}) n;
insert into conversations (customer_id, version, last_inbound_at) select id, 1, now() from customers;
insert into tickets (code, customer_id, wamid, summary, description, language)
  select 'TK-' || lpad((n / 10000)::text, 4, '0') || '-' || lpad((n % 10000)::text, 4, '0'), n, 'old/' || n, '', '', 'es'
    from generate_series(1, {MANY}) n;
insert into ticket_events (ticket_id, kind, actor) select id, 'created', 'customer' from tickets;
update tickets set status = case when id % 100 = 0 then 'in_progress' when id = 77 then 'waiting_customer' else 'closed' end;
insert into attachments (ticket_id, event_id, kind, media_id, object, bytes, stored_at)
  select id, id, 'image', 'm', code || '/1', 1000, now() - interval '1 day' + id * interval '1 s' from tickets;
insert into attachments (ticket_id, event_id, kind, media_id, object) select 5000, 5000, 'image', 'm', 'waiting/' || n
  from generate_series(1, 3) n;
insert into inbound (wamid, customer_id, version) select 'old/' || n, n, 1 from generate_series(1, {MANY}) n;
insert into outbox (dedup_key, lane, channel, customer_id, ticket_id, wamid, body, status, done_at, provider_id)
  select 'wa/old/' || n, 'wa:' || n, 'whatsapp', n, n, 'old/' || n, '', 'sent', now(), 'p' || n from generate_series(1, {MANY}) n;
insert into outbox (dedup_key, lane, channel, customer_id, wamid, body, status, next_at, repeat)
  select 'wa/open/' || n, 'wa:' || n, 'whatsapp', n, 'open/' || n, '', 'ready', now() + interval '1 hour', false
    from generate_series(1, 200) n;
insert into outbox (dedup_key, lane, channel, customer_id, wamid, body)
  select 'wa/open/' || n, 'wa:' || n, 'whatsapp', n, 'open/' || n, '' from generate_series(201, 210) n;
insert into outbox (dedup_key, lane, channel, customer_id, wamid, body, status, attempts, lease_token, next_at)
  select 'wa/left/' || n, 'wa:' || n, 'whatsapp', n, 'left/' || n, '', 'sending', 1, '{LEASE}', now() + interval '1 hour'
    from generate_series({FIRST_SENT}, {FIRST_SENT} + {MARKS} - 1) n;
insert into outbox (dedup_key, lane, channel, customer_id, wamid, body)
  select 'wa/next/' || n, 'wa:' || n, 'whatsapp', n, 'next/' || n, ''
    from generate_series({FIRST_SENT}, {FIRST_SENT} + {MARKS} - 1) n;
insert into outbox (dedup_key, lane, channel, customer_id, wamid, body, status, done_at)
  select 'wa/dead/' || n, 'wa:' || n, 'whatsapp', n, 'dead/' || n, '', 'dead', now() from generate_series(19001, 19010) n;
update conversations set session = '{{"draft": "x"}}' where customer_id > 19000;
insert into ticket_words select id, array_to_tsvector(words_of('desde ayer no anda w' || id)) from tickets;
insert into drafts select customer_id, now() - interval '2 days' from conversations where customer_id > 19000;
update conversations set last_inbound_at = now() - interval '2 days' where customer_id > 19000;
insert into customers (wa_id) values ('5215512340078');
insert into conversations (customer_id) select id from customers where user_id is null;
insert into outbox (dedup_key, lane, channel, content, customer_id, events, held)
  select 'notify/new', 'notify:' || id, 'whatsapp', 'notification', id, '{{1}}', true from customers where user_id is null;
insert into outbox (dedup_key, lane, channel, content, object, status, done_at)
  select 'store/' || object, 'file:' || object, 'storage', 'store', object, 'sent', now() from attachments where stored_at is not null;
insert into outbox (dedup_key, lane, channel, content, object)
  select 'store/' || object, 'file:' || object, 'storage', 'store', object from attachments where stored_at is null;
insert into outbox (dedup_key, lane, channel, content, object, next_at)
  values ('remove/x/1', 'file:x/1', 'storage', 'remove', 'x/1', now() + interval '1 hour');
insert into mail_failures (event_id, address, kind, at)
  select 'msg_' || n, 't' || n || '@example.com', 'bounced', now() - interval '20 days' from generate_series(1, {MANY}) n;
insert into received_mails (event_id, message_id, email_id, ticket_id, technician, seen, for_team, received_at, done_at, outcome)
  select 'msg_' || n, 'id_' || n, 'mail_' || n, n, 'luis@example.com', 1, false, now() - interval '20 days', now() - interval '20 days', 'sent'
    from generate_series(1, {MANY}) n;
insert into operator_mails (keys, sent_at, claimed_at) select '{{x}}', now() - interval '1 day', now() - interval '1 day'
  from generate_series(1, 150) n;
insert into channel_pauses select channel, now() - interval '1 day' from unnest('{{whatsapp,email,storage,inbox}}'::text[]) channel;
"""

NOT_ALL_VISIBLE = """
select relname from pg_class
 where relnamespace = 'public'::regnamespace and relkind = 'r' and relallvisible < relpages
"""
VACUUM_SECONDS = 60.0

TURN = (
    "select commit_turn(p_wamid := %(wamid)s, p_user_id := %(user)s, p_wa_id := %(wa_id)s, p_name := null, p_sent_at := now(), "
    "p_customer_id := %(id)s, p_version := %(version)s, p_session := '{}', p_ticket := %(ticket)s, p_change := %(note)s, "
    "p_erase := %(erase)s, p_outbox := %(outbox)s, p_lease := %(lease)s)"
)
NOBODY: dict[str, Any] = {"id": None, "version": 0, "ticket": None, "note": None, "erase": False}


def turn(number: int, wamid: str, **what: Any) -> dict[str, Any]:
    """The arguments of a turn of customer `number`."""
    known = {"id": number, "version": 1} if number <= MANY else {}
    bubble = [
        {"dedup_key": f"wa/{wamid}", "channel": "whatsapp", "content": "rendered", "body": "", "repeat": True}
    ]
    aliases = {"user": f"AR.{number}", "wa_id": f"549{number}", "wamid": wamid, "lease": LEASE}
    return {**NOBODY, **known, **aliases, "outbox": Jsonb(bubble), **what}


def status(key: str | None, provider_id: str, outcome: str) -> dict[str, str | None]:
    return {"dedup_key": key, "provider_id": provider_id, "outcome": outcome}


def marks() -> list[dict[str, Any]]:
    """Of all rows that were sent."""
    first = MANY + 210 + 1
    return [{"id": first + n, "attempt": 1, "lease": LEASE, "provider_id": f"q{n}"} for n in range(MARKS)]


MARKS_SENT = "select mark_sent(%(sent)s, p_lease => %(lease)s)"
CONFIRM = "select confirm_outbox(%(statuses)s, p_lease => %(lease)s)"
TICKET = {"code": "TK-9999-0000", "summary": "", "description": "", "language": "es"}
DESK = (
    "select list_desk(p_tab => %(tab)s, p_technician => 'marta@example.com', p_technicians => '{marta@example.com}', "
    "p_query => %(query)s, p_after => %(after)s)"
)
OPEN_FOR = (
    "select open_ticket_for('key', 'TK-9999-0000', %(number)s, null, 'no prende', 'no prende', 'es', p_author => 'Marta', "
    "p_technician => 'marta@example.com', p_technicians => '{marta@example.com}', p_takes => %(takes)s)"
)
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "a turn": (TURN, turn(5000, "new")),
    "a turn of somebody new": (TURN, turn(MANY + 1, "new")),
    "a turn that opens a ticket": (TURN, turn(5000, "new", ticket=Jsonb(TICKET))),
    "a turn with a note": (
        TURN,
        turn(5000, "new", note=Jsonb({"code": "TK-0000-5000", "kind": "note", "text": ""})),
    ),
    "a turn with photos": (
        TURN.replace("p_lease :=", "p_channels := '{whatsapp,email,storage}', p_lease :="),
        turn(
            5000,
            "new",
            note=Jsonb(
                {
                    "code": "TK-0000-5000",
                    "kind": "note",
                    "text": "",
                    "files": [{"kind": "image", "media_id": "1"}] * 3,
                }
            ),
        ),
    ),
    "a claim of files": (
        "select claim_outbox(8, %(lease)s, p_channels => '{storage}')",
        {"lease": LEASE},
    ),
    "room for a file": ("select reserve_file('waiting/1', 1000, 1000000000)", {}),
    "room that has to be made": (f"select reserve_file('waiting/1', 1000, {MANY} * 1000)", {}),
    "a file that is stored": ("select record_stored('TK-0000-5000/1')", {}),
    "a file that nobody wants": ("select record_stored('none/1')", {}),
    "a file that is missing": ("select record_missing('waiting/1', 'gone', 3)", {}),
    "a file that was removed": ("select remove_object('TK-0000-5000/1')", {}),
    "a file that Meta has": ("select record_uploaded('TK-0000-5000/1', '1')", {}),
    "a transcript": ("select record_transcript('TK-0000-5000/1', 'no prende')", {}),
    "files to fetch again": ("select refetch_files()", {}),
    "files to come": ("select announce_files('{x/2,x/3}', 1000, 1000000000)", {}),
    "an answer with a file": (
        "select act_on_ticket('TK-0000-5000', 'answer', 'hola', 'Marta', 'k1', 5000, p_files => %(files)s)",
        {
            "files": Jsonb(
                [
                    {
                        "object": "x/1",
                        "kind": "image",
                        "mime_type": "image/jpeg",
                        "bytes": 1,
                        "sha256": "",
                        "filename": "x",
                    }
                ]
            )
        },
    ),
    "a file of the page": ("select load_file('TK-0000-5000', 5000)", {}),
    "an attachment that is deleted": ("delete from attachments where id = 5000", {}),
    "a turn that links": (TURN, turn(5000, "new", wa_id="54900")),
    "a number that is handed on": (TURN, turn(5000, "new", wa_id="5496000")),
    "a duplicate": (TURN, turn(5000, "old/5000")),
    "a duplicate with an open row": (TURN, turn(205, "open/205")),
    "a conflict": (TURN, turn(5000, "new", version=7)),
    "an erasure": (TURN, turn(5000, "new", erase=True)),
    "a load": ("select load_conversation('AR.5000', '5495000')", {}),
    "a load with facts": ("select load_conversation('AR.5000', null, '{TK-0000-5000}', true)", {}),
    "a load that quotes": ("select load_conversation('AR.5000', null, '{}', false, 'wamid.5000')", {}),
    "a load of somebody new": ("select load_conversation('AR.none', '549none')", {}),
    "a claim": ("select claim_outbox(8, %(lease)s)", {"lease": LEASE}),
    "a delivery status": (
        CONFIRM,
        {"statuses": Jsonb([status("wa/old/5000", "p5000", "sent")]), "lease": LEASE},
    ),
    "a delivery status without a key": (
        CONFIRM,
        {"statuses": Jsonb([status(None, "p5000", "dead")]), "lease": LEASE},
    ),
    "marks": (MARKS_SENT, {"sent": Jsonb(marks()), "lease": LEASE}),
    "a turn that marks": (
        TURN.replace("p_lease :=", "p_sent := %(sent)s, p_lease :="),
        turn(5000, "new", sent=Jsonb(marks())),
    ),
    "an action": ("select act_on_ticket('TK-0000-5000', 'answer', 'hola', 'Marta', 'k1', 5000)", {}),
    "an action that leaves at once": (
        "select act_on_ticket('TK-0000-5000', 'answer', 'hola', 'Marta', 'k1', 5000, %(lease)s)",
        {"lease": LEASE},
    ),
    "an action that is stale": ("select act_on_ticket('TK-0000-5000', 'take', null, null, 'k1', 1)", {}),
    "an action on a ticket that waits": ("select act_on_ticket('TK-0000-0077', 'resolve')", {}),
    "an answer that was waited for": (
        TURN,
        turn(77, "new", note=Jsonb({"code": "TK-0000-0077", "kind": "note", "text": ""})),
    ),
    "a change by hand": ("update tickets set status = 'open' where code = 'TK-0000-5000'", {}),
    "a ticket's record": ("select load_ticket('TK-0000-5000')", {}),
    "the oldest tickets": ("select list_tickets()", {}),
    "the next page of them": ("select list_tickets(p_after => 10000)", {}),
    "the tickets that wait": ("select list_tickets('{waiting_customer}')", {}),
    "the tickets in work": ("select list_tickets('{open,in_progress,waiting_customer}', 20)", {}),
    "a tab of the list": (DESK, {"tab": "untaken", "query": None, "after": None}),
    "the next page of a tab": (DESK, {"tab": "our_turn", "query": None, "after": "1000000-100"}),
    "the reports that were left": (DESK, {"tab": "drafts", "query": None, "after": None}),
    "all tickets": (DESK, {"tab": "all", "query": None, "after": None}),
    "a search for what many wrote": (DESK, {"tab": "all", "query": "ayer", "after": None}),
    "a search for what nobody wrote": (DESK, {"tab": "all", "query": "zanahoria", "after": None}),
    "a search by name": (DESK, {"tab": "all", "query": "5495000", "after": None}),
    "the next ticket on the list": (
        "select lead_from_desk('TK-0000-0077', 0, 'marta@example.com', '{marta@example.com}', true)",
        {},
    ),
    "an absence": ("select leave_desk(0, 'marta@example.com', now() + interval '1 day')", {}),
    "a ticket for somebody new": (OPEN_FOR, {"number": "5215512340077", "takes": False}),
    "a ticket for somebody known": (OPEN_FOR, {"number": "5495000", "takes": True}),
    "a number that Meta writes in another form": (
        f"select learn_number({MANY} + 231, '5215500000000')",
        {},
    ),
    "what waits for a first message": ("select release_templates(50)", {}),
    "a load of somebody new in a known form": (
        "select load_conversation(null, '525512340078', null, true)",
        {},
    ),
    "a first message in another form": (TURN, turn(MANY + 2, "new", user=None, wa_id="525512340078")),
    "a link to the list": ("select mail_desk_link('0123456789ab', 'marta@example.com')", {}),
    "a fresh link": ("select mail_link('TK-0000-5000', 'luis@example.com')", {}),
    "somebody by their number": ("select find_person(null, '5495000')", {}),
    "an operator's erasure": ("select erase_person(5000)", {}),
    "poison": ("select record_poison('poison', '', '')", {}),
    "a deletion of what has not come": ("select record_deletion('wamid.none')", {}),
    "a deletion of what nothing is kept of": ("select record_deletion('old/5000')", {}),
    "a turn that edits": (
        TURN.replace("p_lease :=", "p_original := 'old/5000', p_lease :="),
        turn(5000, "new"),
    ),
    "a new BSUID": ("select link_identity('AR.5000', 'AR.z', null, '549z')", {}),
    "an operator's list": ("select list_outbox()", {}),
    "an operator's row": ("select list_outbox(p_id => 5000)", {}),
    "an operator's retry": (f"select retry_outbox({MANY} + 1)", {}),
    "an operator's drop": (f"select drop_outbox({MANY} + 1)", {}),
    "an operator's resume": ("select resume_channel('email')", {}),
    "a page of an export": ("select export_tickets(null, 10000, 100)", {}),
    "retention": ("select purge_expired()", {}),
    "the problems of the desk": ("select watch(true, true)", {}),
    "bad news": ("select record_account_update('account_update', '', 'DISABLED_UPDATE', false)", {}),
    "an e-mail that bounced": (
        "select record_mail_failure('msg_new', 'bounced', 'luis@example.com', 'Luis', null, 5000)",
        {},
    ),
    "an e-mail of a technician": (
        "select receive_mail('msg_new', 'id_new', 'mail_new', 'TK-0000-5000', 'luis@example.com', 1, gen_random_uuid())",
        {},
    ),
    "an e-mail that came before": (
        "select receive_mail('msg_7', 'id_7', 'mail_7', 'TK-0000-5000', 'luis@example.com', 1, gen_random_uuid())",
        {},
    ),
    "what became of an e-mail": (
        "select finish_mail(5000, 'sent', '{}', true, '{1}', gen_random_uuid())",
        {},
    ),
    "a page of files": ("select list_files(10000, 100)", {}),
    "a person's export": ("select export_person(5000)", {}),
    "a ticket's export": ("select export_ticket(5000, 'TK-0000-5000', true)", {}),
    "the use of the database": ("select database_use()", {}),
    "questions that were not shown": ("select unshown_questions(0, 50)", {}),
}


@pytest.fixture(scope="module")
def full(postgres: Postgres, template_database: str) -> str:
    """A database with 20,000 of everything, and what is done with mostly done with."""
    clone_database(postgres, template_database, "full")
    dsn = postgres.dsn("full")
    with psycopg.connect(postgres.dsn("full", SUPERUSER), autocommit=True) as connection:
        connection.execute(SEED.encode())
        vacuum(connection)
    return dsn


def vacuum(connection: psycopg.Connection[Any]) -> None:
    """Vacuum and analyze until every page is marked as visible to all: of others an index-only scan reads the table as well.

    Not always with the first: it leaves out what is younger than a snapshot in this database, such as that of an autovacuum
    that came by while the rows were made.
    """
    deadline = time.monotonic() + VACUUM_SECONDS
    connection.execute("vacuum analyze")
    while unfinished := connection.execute(NOT_ALL_VISIBLE.encode()).fetchall():
        assert time.monotonic() < deadline, f"somebody keeps a snapshot: {unfinished} are not all visible"
        time.sleep(0.1)
        connection.execute("vacuum analyze")


@pytest.fixture(params=["auto", "force_generic_plan"])
def tables(full: str, request: pytest.FixtureRequest) -> Iterator[Tables]:
    """Everything is undone afterwards."""
    with psycopg.connect(full, row_factory=dict_row) as connection:
        connection.execute(f"set local plan_cache_mode = {request.param}".encode())
        yield Tables(connection)
        connection.rollback()


def scans(tables: Tables) -> dict[str, dict[str, int]]:
    """The rows this transaction has read, by table."""
    found = tables.all(
        "select relname, seq_scan, seq_tup_read, coalesce(idx_tup_fetch, 0) as idx_tup_fetch "
        "from pg_stat_xact_user_tables where schemaname = 'public'"
    )
    return {row.pop("relname"): row for row in found}


def read_whole(read: dict[str, dict[str, int]]) -> set[str]:
    return {name for name, counted in read.items() if counted["seq_scan"]} - SMALL


@pytest.mark.parametrize("name", CALLS)
def test_no_table_is_read_from_end_to_end(tables: Tables, name: str) -> None:
    call, arguments = CALLS[name]
    tables.connection.execute(call.encode(), arguments)
    read = scans(tables)
    assert read_whole(read) == set()
    limit = MORE_ROWS.get(name, MAX_ROWS)
    assert {table: n for table, counted in read.items() if (n := counted["idx_tup_fetch"]) > limit} == {}


def test_nor_is_one_by_a_finish(tables: Tables) -> None:
    (row,) = tables.value("select claim_outbox(1, %s)", LEASE)["rows"]
    finish = "select finish_outbox(%s, 1, %s, 'sent', 'p')"
    assert tables.value(finish, row["id"], LEASE)["status"] == "sent"
    assert read_whole(scans(tables)) == set()


def test_nor_by_that_of_an_e_mail_that_nobody_could_read(tables: Tables) -> None:
    """Its author is told."""
    receive = (
        "select receive_mail('msg_new', 'id_new', 'mail_new', 'TK-0000-5000', 'luis@example.com', 1, %s)"
    )
    (row,) = tables.value(receive, LEASE)["rows"]
    finish = "select finish_outbox(%s, 1, %s, 'dead', null)"
    assert tables.value(finish, row["id"], LEASE)["status"] == "dead"
    assert read_whole(scans(tables)) == set()
    assert tables.value("select count(*) from outbox where content = 'mail_result'") == 1


def test_a_lane_is_read_by_its_own_index(tables: Tables) -> None:
    """With rows in every state: expired, superseded, waiting, due."""
    tables.do(
        "update outbox set status = 'unknown', next_at = now() - interval '1 s' where id = %s", MANY + 1
    )
    tables.do(
        "update outbox set status = 'sending', next_at = now() - interval '1 s' where id = %s", MANY + 2
    )
    before = scans(tables)["outbox"]
    for number in (1, 2, 3, 201):
        tables.all(
            "select lease_lanes(array['wa:' || %s::int, 'mail:none'], '{whatsapp,email}', %s, 30)",
            number,
            LEASE,
        )
    after = scans(tables)["outbox"]
    assert after["seq_scan"] == before["seq_scan"] == 0
    assert after["idx_tup_fetch"] - before["idx_tup_fetch"] < 4 * 12


@pytest.mark.parametrize(
    "call",
    [
        "select delete_expired_tickets(now() + interval '1 s', 50)",
        "select forget_customers(now() + interval '1 s', 5000, 200)",
    ],
)
def test_one_sweep_deletes_a_measured_part_of_what_is_old(tables: Tables, call: str) -> None:
    """After the others: of what it puts in and takes back, the indexes keep entries."""
    tables.all(call)
    read = scans(tables)
    assert read_whole(read) == set()
    assert {table: n for table, counted in read.items() if (n := counted["idx_tup_fetch"]) > 400} == {}
