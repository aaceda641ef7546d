"""A connection to Supabase's Postgres, and plain reasons when it cannot be made."""

from typing import Final
from urllib.parse import urlsplit

import psycopg

from ops.errors import OpsError

READ_ONLY: Final = "the database is read-only, as Supabase makes it when it is nearly full: docs/operations.md says what to do"
_CONNECT_SECONDS: Final = 10
_LOCK_SECONDS: Final = 10
_TRANSACTION_POOLER: Final = 6543  # Supabase: Supavisor and PgBouncer in transaction mode
_HOSTED: Final = (".supabase.co", ".supabase.com")
_NO_HOST: Final = "there is no such host. A paused project loses its name; otherwise copy the address again"
# The password may be anywhere in a malformed address: nothing of it is quoted.
_MALFORMED: Final = (
    "the database address is not of the form postgresql://postgres.PROJECT:PASSWORD@HOST:5432/postgres, "
    "with @ : / ? # and % in the password percent-encoded"
)
# libpq has no codes for a connection that was never made: only these words.
_REASONS: Final = {
    "password authentication failed": "the password is wrong. Supabase, Project settings, Database: reset it there; "
    "a password with @ : / # or % must be percent-encoded in the address",
    "tenant or user not found": "the pooler does not know this project: copy the address again from Supabase, Connect "
    "(user postgres.PROJECT, host of the project's region)",
    "does not exist": "there is no such database or user",
    "network is unreachable": "this network has no IPv6, which the direct address needs: use the session pooler, port 5432",
    "connection refused": "nobody answers at this port",
    "timeout": "no answer in 10 s: the project may be paused, or a firewall may drop the connection",
    "translate host name": _NO_HOST,
    "resolve host": _NO_HOST,
    "ssl": "it could not agree on encryption; hosted Supabase wants ?sslmode=require",
}


def connect(url: str) -> psycopg.Connection:
    """Connect with autocommit and a lock timeout of 10 s. Raises OpsError, without the password."""
    where = place(url)
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_SECONDS)
    except psycopg.Error as error:
        raise OpsError(f"{where}: {_reason(error)}") from None
    limit_locks(connection)
    return connection


def limit_locks(connection: psycopg.Connection) -> None:
    """Set the lock timeout; needed again after `reset all`. Not in the URL: a pooler may refuse options there."""
    connection.execute(f"set lock_timeout = '{_LOCK_SECONDS}s'".encode())


def place(url: str) -> str:
    """The database's host, port and name, without secrets. Raises OpsError for an invalid URL."""
    try:
        address = urlsplit(url)
        shown = f"{address.hostname}:{address.port or 5432}{address.path}"
    except ValueError:  # the port is not a number
        raise OpsError(_MALFORMED) from None
    if address.scheme not in {"postgres", "postgresql"} or not address.hostname:
        raise OpsError(_MALFORMED)
    if "@" in address.path + address.query + address.fragment:  # a password that was cut at its / ? or #
        raise OpsError(_MALFORMED)
    if address.port == _TRANSACTION_POOLER and address.hostname.endswith(_HOSTED):
        raise OpsError(
            f"{shown}: this is the pooler in transaction mode, which cannot hold the lock that keeps two "
            "migrations apart. Use the session pooler (the same host, port 5432) or the direct address"
        )
    return shown


def said_by(error: psycopg.Error) -> str:
    """What Postgres says of a statement that it refused, in one line."""
    if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
        return READ_ONLY
    return (error.diag.message_primary or str(error)).strip() or type(error).__name__


def _reason(error: psycopg.Error) -> str:
    message = str(error).lower()
    known = next((reason for words, reason in _REASONS.items() if words in message), None)
    return known or f"cannot connect ({type(error).__name__})"
