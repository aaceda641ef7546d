"""A connection to Supabase's Postgres, and what its refusals mean in plain words."""

from __future__ import annotations

from typing import Final
from urllib.parse import SplitResult, urlsplit

import psycopg

from ops.errors import OpsError

_CONNECT_SECONDS: Final = 10
_LOCK_SECONDS: Final = 10
_TRANSACTION_POOLER: Final = 6543  # Supabase: Supavisor and PgBouncer in transaction mode
_HOSTED: Final = (".supabase.co", ".supabase.com")
_FORM: Final = "postgresql://postgres.PROJECT:PASSWORD@HOST:5432/postgres"

# What libpq says, and what it means. It has no code for a connection that was never made: only words.
_MEANINGS: Final = (
    (
        "password authentication failed",
        "the password is wrong. Supabase, Project settings, Database: reset it there; "
        "a password with @ : / # or % must be percent-encoded in the address",
    ),
    (
        "tenant or user not found",
        "the pooler does not know this project: copy the address again from Supabase, Connect "
        "(user postgres.PROJECT, host of the project's region)",
    ),
    ("does not exist", "that database or user does not exist there"),
    (
        "network is unreachable",
        "this network has no IPv6, which the direct address needs: use the session pooler, port 5432",
    ),
    ("connection refused", "nobody answers at this port"),
    ("timeout", "no answer in 10 s. A paused project or a firewall keeps silent like this"),
    ("translate host name", "there is no such host. A paused project loses its name; else copy the address again"),
    ("resolve host", "there is no such host. A paused project loses its name; else copy the address again"),
    ("ssl", "it could not agree on encryption; hosted Supabase wants ?sslmode=require"),
)  # fmt: skip


class DatabaseError(OpsError):
    """The database cannot be reached or does not let us in."""


def connect(url: str) -> psycopg.Connection:
    """Autocommit, and no statement waits longer than 10 s for a lock. Raises DatabaseError, without the password."""
    _check(url)
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_SECONDS)
    except psycopg.Error as error:
        raise DatabaseError(f"{place(url)}: {_meaning(error)}") from None
    limit_locks(connection)
    return connection


def limit_locks(connection: psycopg.Connection) -> None:
    """Again after `reset all`. Not by the address's options: a pooler may refuse those."""
    connection.execute(f"set lock_timeout = '{_LOCK_SECONDS}s'".encode())


def place(url: str) -> str:
    """The address as it may be shown: host, port and database."""
    address = _split(url)
    return f"{address.hostname}:{address.port or 5432}{address.path}"


def _split(url: str) -> SplitResult:
    try:
        address = urlsplit(url)
        _ = address.port  # raises for a port that is no number
    except ValueError:
        raise DatabaseError(_not_an_address()) from None
    if "@" in address.path + address.query + address.fragment:  # a password that was cut at its / ? or #
        raise DatabaseError(_not_an_address())
    return address


def _check(url: str) -> None:
    address = _split(url)
    if address.scheme not in {"postgres", "postgresql"} or not address.hostname:
        raise DatabaseError(_not_an_address())
    if address.port == _TRANSACTION_POOLER and address.hostname.endswith(_HOSTED):
        raise DatabaseError(
            f"{place(url)}: this is the pooler in transaction mode, which cannot hold the lock that keeps two "
            "migrations apart. Use the session pooler (the same host, port 5432) or the direct address"
        )


def _not_an_address() -> str:
    # Nothing of what was given: a slip may have put the password anywhere in it.
    return (
        f"the database address is not of the form {_FORM}, "
        "with @ : / ? # and % in the password percent-encoded"
    )


def _meaning(error: psycopg.Error) -> str:
    said = str(error).lower()
    known = next((meaning for words, meaning in _MEANINGS if words in said), None)
    return known or f"cannot connect ({type(error).__name__})"
