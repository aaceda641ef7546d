"""The roles that a hosted Supabase project has and a plain Postgres does not: `supabase/roles.sql`. What is there is left alone."""

from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from ops.errors import OpsError

FILE: Final = Path(__file__).parents[1] / "supabase" / "roles.sql"
ROLES: Final = ("anon", "authenticated", "service_role", "authenticator")
_LOGIN: Final = "authenticator"


def missing_roles(connection: psycopg.Connection) -> list[str]:
    """Those that the server does not have: none on a hosted project."""
    found = connection.execute(
        "select name from unnest(%s::text[]) name where to_regrole(name) is null", [[*ROLES]]
    )
    return [name for (name,) in found]


def make_roles(connection: psycopg.Connection) -> list[str]:
    """Make the missing ones, all or none, and return them. Raises OpsError if this user may not."""
    missing = missing_roles(connection)
    if missing:
        try:
            with connection.transaction():
                connection.execute(FILE.read_bytes())
        except psycopg.errors.InsufficientPrivilege:
            raise OpsError(
                f"this server lacks the roles {', '.join(missing)}, and {connection.info.user} may not make them. Run it "
                "once as a superuser, or as a role with CREATEROLE and BYPASSRLS: SUPABASE_DB_URL is the address"
            ) from None
    return missing


def set_password(connection: psycopg.Connection, password: str) -> None:
    """Give the role that the Data API logs in as a password; the server and its log see only its hash. Raises OpsError."""
    hashed = connection.pgconn.encrypt_password(password.encode(), _LOGIN.encode(), b"scram-sha-256")
    statement = sql.SQL("alter role {} password {}")
    try:
        connection.execute(statement.format(sql.Identifier(_LOGIN), sql.Literal(hashed.decode())))
    except psycopg.errors.InsufficientPrivilege:
        raise OpsError(
            f"{connection.info.user} may not give {_LOGIN} a password. A hosted Supabase project sets it itself: leave "
            "AUTHENTICATOR_PASSWORD out; on a server of your own run it as a superuser"
        ) from None
