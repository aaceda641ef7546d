"""A connection to Supabase's Postgres, and plain reasons when it cannot be made."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

import psycopg
from psycopg import errors

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


# What an operator can do about a refused statement, by the class of psycopg's error; the first that fits.
_REFUSALS: Final[tuple[tuple[type[psycopg.Error], str], ...]] = (
    (errors.ReadOnlySqlTransaction, READ_ONLY),
    (
        errors.LockNotAvailable,
        "somebody else has locked what this needs; try again when there is less traffic",
    ),
    (errors.QueryCanceled, "it took too long and was rolled back; try again when there is less traffic"),
    (errors.DiskFull, "the database's disk is full"),
)


@contextmanager
def connect(url: str) -> Iterator[psycopg.Connection]:
    """A connection with autocommit and a lock timeout of 10 s, for a block.

    Raises OpsError, without the password, if there is no connection, and for each error of Postgres inside the block.
    """
    where = place(url)
    try:
        connection = psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_SECONDS)
    except (psycopg.Error, UnicodeError) as error:
        raise OpsError(f"{where}: {_reason(error)}") from None
    user = connection.info.user
    try:
        with connection:
            limit_locks(connection)
            yield connection
    except psycopg.Error as error:
        raise OpsError(f"{where}: {_refusal(error, user)}") from None


def _refusal(error: psycopg.Error, user: str) -> str:
    """Why Postgres refused a statement, in one line, and what can be done about it."""
    said = " ".join((error.diag.message_primary or str(error) or type(error).__name__).split())
    if error.sqlstate is None:  # the server said nothing: the connection broke
        return f"the connection broke: {said}. What was not finished was rolled back; try again"
    if isinstance(error, errors.InsufficientPrivilege):
        return (
            f"{user} may not change this database ({said}). SUPABASE_DB_URL must name the user that owns it: "
            "postgres, on hosted Supabase (Connect, Session pooler)"
        )
    mend = next((words for kind, words in _REFUSALS if isinstance(error, kind)), "")
    return f"{said}; {mend}" if mend else said


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


def _reason(error: Exception) -> str:
    message = str(error).lower()
    known = next((reason for words, reason in _REASONS.items() if words in message), None)
    return known or f"cannot connect ({type(error).__name__})"
