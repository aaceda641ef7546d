"""Create databases that look like a new Supabase project, and copies of them."""

from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from emulator.supabase.postgres import SUPERUSER, Postgres
from ops.roles import FILE as ROLES

BOOTSTRAP = Path(__file__).with_name("bootstrap.sql")
_CAPS = (
    "max_messages_per_hour",
    "max_tickets_per_hour",
    "max_emails_per_hour",
    "max_mails_per_hour",
    "max_told_per_hour",
)


def database_exists(server: Postgres, name: str) -> bool:
    with psycopg.connect(server.dsn("postgres", SUPERUSER)) as connection:
        found = connection.execute("select 1 from pg_database where datname = %s", [name])
        return found.fetchone() is not None


def create_database(server: Postgres, name: str) -> None:
    """A database with Supabase's roles and privileges and no migration. Raises psycopg.errors.DuplicateDatabase."""
    unfinished = f"{name}_unfinished"  # renamed when complete, so that a kill leaves no incomplete database
    drop_database(server, unfinished)
    execute_on(server, "create database {} template {}", unfinished, "template0")
    with psycopg.connect(server.dsn(unfinished, SUPERUSER)) as connection:
        connection.execute(ROLES.read_bytes())
        connection.execute(BOOTSTRAP.read_bytes())
    execute_on(server, "alter database {} rename to {}", unfinished, name)


def drop_database(server: Postgres, name: str) -> None:
    """Drop the database if it exists, closing all connections to it."""
    execute_on(server, "drop database if exists {} with (force)", name)


def lift_caps(dsn: str) -> None:
    """Raise the hourly limits, for a load test."""
    for cap in _CAPS:
        set_cap(dsn, cap, 1_000_000)


def set_cap(dsn: str, cap: str, most: int) -> None:
    """`cap` is one of _CAPS, a function of supabase/schemas."""
    statement = sql.SQL(
        "create or replace function public.{}() returns integer language sql immutable set search_path = '' as {}"
    )
    with psycopg.connect(dsn) as connection:
        connection.execute(statement.format(sql.Identifier(cap), sql.Literal(f"select {most:d}")))


def execute_on(server: Postgres, statement: LiteralString, *names: str) -> None:
    with psycopg.connect(server.dsn("postgres", SUPERUSER), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
