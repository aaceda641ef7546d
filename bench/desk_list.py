"""The technicians' list with 100,000 tickets: what each tab and each search costs in SQL. `python -m bench.desk_list`."""

import argparse
import statistics
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import psycopg

from emulator.supabase.database import create_database
from emulator.supabase.postgres import SUPERUSER, Postgres
from emulator.supabase.project import DATABASE
from ops.migrations import apply_migrations

TICKETS: Final = 100_000
ROUNDS: Final = 15
MARTA: Final = "marta@example.com"
TECHNICIANS: Final = [MARTA, "luis@example.com", "eva@example.com"]
# Of a thousand tickets 60 are active: a third of these nobody's, some of a technician who left. Each has four words of a
# vocabulary of 20,000, which are rare, and a report that shares its words with a thirtieth of all.
_FILL: Final = """
set session_replication_role = replica;
insert into customers (user_id, wa_id, name)
  select 'AR.' || n, '54911' || lpad(n::text, 8, '0'),
    (array['María','José','Lucía','Ana','João','Martín','Sofía','Pedro','Inés','Raúl'])[1 + n % 10] || ' ' ||
    (array['Pérez','González','Núñez','Souza','Fernández','Castro','Gómez','Ibáñez','Ríos','Vera'])[1 + n / 10 % 10]
      || ' ' || chr(65 + n % 26) || to_hex(n)
    from generate_series(1, {customers}) n;
insert into conversations (customer_id, version, last_inbound_at, session)
  select id, 1, now() - interval '3 days', case when id % 500 = 0 then '{{"state": "confirming", "draft": "no me anda"}}' else '{{}}' end::jsonb
    from customers;
insert into drafts select customer_id, now() - interval '3 days' from conversations where session ? 'draft';
insert into tickets (code, customer_id, wamid, summary, description, language, status, assignee, assignee_address, waits_since,
    answer_due, urgent, wants_human)
  select 'TK-' || lpad((n / 10000)::text, 4, '0') || '-' || lpad((n % 10000)::text, 4, '0'), 1 + n % {customers}, 'old/' || n,
    (array['No imprime','No enciende','Se cuelga','Sin red','Pantalla azul','Pide contraseña'])[1 + n % 6] || ' la ' ||
    (array['impresora','notebook','tablet','cámara','caja'])[1 + n % 5],
    'Desde ayer no anda, ya probé reiniciar. w' || n * 7 % 20000 || ' w' || n * 11 % 20000 || ' w' || n * 13 % 20000
      || ' el equipo del sector ' || n % 30, 'es',
    case when n % 1000 < 20 then 'open' when n % 1000 < 40 then 'in_progress' when n % 1000 < 60 then 'waiting_customer'
         when n % 1000 < 150 then 'resolved' else 'closed' end,
    case when n % 1000 >= 20 then 'Alguien' end,
    case when n % 1000 >= 20 then (array['{marta}','luis@example.com','eva@example.com','left@example.com'])[1 + n % 4] end,
    now() - n * interval '1 minute', n % 2 = 0, n % 50 = 0, n % 90 = 0
    from generate_series(1, {tickets}) n;
insert into ticket_events (ticket_id, kind, actor, body) select id, 'created', 'customer', description from tickets;
insert into ticket_events (ticket_id, kind, actor, body)
  select id, 'note', 'customer', 'Sigue igual con el controlador nº ' || id % 5000 from tickets where id % 2 = 0;
insert into ticket_words select id, '' from tickets;
set session_replication_role = origin;
update ticket_words w set words = array_to_tsvector(words_of(t.code || ' ' || t.summary || ' ' || t.description || ' ' ||
    coalesce((select string_agg(e.body, ' ') from ticket_events e where e.ticket_id = t.id and e.kind = 'note'), '')))
  from tickets t where t.id = w.ticket_id;
"""
_CALL: Final = """
select list_desk(p_tab => %(tab)s, p_technician => %(marta)s, p_technicians => %(technicians)s, p_query => %(query)s,
                 p_codes => %(codes)s, p_after => %(after)s)
"""
_NEXT: Final = "select next_on_desk('TK-0000-0010', %(marta)s, %(technicians)s)"
TABS: Final = ("untaken", "mine", "our_turn", "waiting", "resolved", "all", "drafts")
SEARCHES: Final[dict[str, Mapping[str, Any]]] = {
    "a word of one ticket in 33,000": {"query": "w12345"},
    "a word of one ticket in five": {"query": "impresora"},
    "a word of every ticket": {"query": "desde"},
    "two words": {"query": "notebook controlador"},
    "the beginning of a word": {"query": "contro"},
    "a word that nobody wrote": {"query": "zanahoria"},
    "a code": {"query": "TK-0004-2000", "codes": ["TK-0004-2000"]},
    "a first name": {"query": "maria"},
    "a whole name": {"query": "Lucía Núñez Ca5"},
    "a name with a wrong letter": {"query": "Gonzales"},
    "a word and a first name": {"query": "impresora maria"},
    "a rare word and a name": {"query": "w12345 gonzalez"},
    "a number": {"query": "+54 9 11 0003-4567"},
    "part of a number": {"query": "34567"},
}


def fill(connection: psycopg.Connection[Any], tickets: int) -> None:
    """Customers, each with two tickets, with their events and words. By a superuser, as no trigger is called."""
    connection.execute(_FILL.format(tickets=tickets, customers=tickets // 2, marta=MARTA).encode())
    connection.execute("vacuum analyze")


def measure(connection: psycopg.Connection[Any], rounds: int) -> dict[str, list[float]]:
    """The milliseconds of each call in Postgres, by what it shows."""
    calls: dict[str, Mapping[str, Any]] = {f"tab {tab}": {"tab": tab} for tab in TABS}
    calls |= {f"search {name}": call for name, call in SEARCHES.items()}
    took: dict[str, list[float]] = {name: [] for name in (*calls, "the next ticket")}
    for _ in range(rounds):
        for name, call in calls.items():
            arguments = {"tab": "all", "query": None, "codes": [], "after": None, **call}
            arguments |= {"marta": MARTA, "technicians": TECHNICIANS}
            took[name].append(_execution_ms(connection, _CALL, arguments))
        took["the next ticket"].append(
            _execution_ms(connection, _NEXT, {"marta": MARTA, "technicians": TECHNICIANS})
        )
    return took


def _execution_ms(connection: psycopg.Connection[Any], call: str, arguments: Mapping[str, Any]) -> float:
    row = connection.execute(b"explain (analyze, format json) " + call.encode(), arguments).fetchone()
    assert row is not None
    return float(row[0][0]["Execution Time"])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.desk_list", description=__doc__)
    parser.add_argument("--tickets", type=int, default=TICKETS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        Postgres(Path(folder) / "database", durable=False) as server,
    ):
        create_database(server, DATABASE)
        apply_migrations(server.dsn(DATABASE), allow_destructive=True)
        with psycopg.connect(server.dsn(DATABASE, SUPERUSER), autocommit=True) as connection:
            started = time.monotonic()
            fill(connection, options.tickets)
            print(
                f"{options.tickets:,} tickets, filled in {time.monotonic() - started:.0f} s. Median and max of SQL:"
            )
            for name, took in measure(connection, options.rounds).items():
                print(f"  {name:40} {statistics.median(took):7.1f} ms {max(took):7.1f} ms")


if __name__ == "__main__":
    main()
