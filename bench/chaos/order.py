"""Numbers messages and events in the order in which they were committed, so that it can be lived through once more.

The one thing that a run adds to the database. Whoever writes to a conversation holds the customer's lock, be it the customer's turn
or a technician's deed: numbers that are drawn under it are in the order of the commits.
"""

from __future__ import annotations

from typing import Final, LiteralString

import psycopg

_NUMBER: Final[LiteralString] = """
create sequence public.chaos_places;
grant usage on sequence public.chaos_places to service_role;
alter table public.inbound add column place bigint not null default nextval('public.chaos_places');
alter table public.ticket_events add column place bigint not null default nextval('public.chaos_places');
"""


def number_commits(database_url: str) -> None:
    """From now on: a column `place` of `inbound` and of `ticket_events`."""
    with psycopg.connect(database_url) as connection:
        connection.execute(_NUMBER)
