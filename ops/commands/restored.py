"""`python -m ops restored`: after a backup was restored, gives up what the desk has sent since it was made."""

import sys
from datetime import datetime
from typing import Annotated, Any, Final

import psycopg
import typer

from ops.cli import settings_of
from ops.errors import OpsError
from ops.output import age, local, plural, show
from ops.postgres import connect, place

_CONFIRMATION: Final = "restored"
_BUSY: Final = "somebody else has locked a row: the desk must not run yet. Stop it, then try again"


def restored(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="For scripts: do not ask for confirmation.")] = False,
) -> None:
    """After restoring a backup, and before the desk runs on it: give up what may have been sent since it was made.

    Not for a move, where the desk was stopped before the dump: then what waits has not been sent.
    """
    settings = settings_of(context)
    settings.need("SUPABASE_DB_URL")
    url = settings.get("SUPABASE_DB_URL")
    with connect(url) as connection:
        try:
            found = _ask(connection, "select public.open_after_restore()")
            if found["newest"] is None:
                raise OpsError(f"{place(url)} is empty: nothing was restored")
            if not yes:
                _confirm(found, local(datetime.fromisoformat(found["newest"]), settings.zone))
            settled = _ask(connection, "select public.settle_restored()")
        except psycopg.errors.UndefinedFunction:
            raise OpsError(f"{place(url)}: the schema is missing or older: python -m ops migrate") from None
        except psycopg.errors.LockNotAvailable:
            raise OpsError(f"{place(url)}: {_BUSY}") from None
        except psycopg.errors.InsufficientPrivilege:
            raise OpsError(f"{place(url)}: this user does not own the tables") from None
    show(context, settled, _outcome(settled))


def _ask(connection: psycopg.Connection, statement: str) -> dict[str, Any]:
    row = connection.execute(statement.encode()).fetchone()
    assert row is not None  # a function returns one
    found: dict[str, Any] = row[0]
    return found


def _confirm(found: dict[str, Any], newest: str) -> None:
    """Raises OpsError for any other answer."""
    print(
        f"The latest that this database knows of happened {newest}, {age(found['newest'])} ago.",
        file=sys.stderr,
    )
    print(f"Open then: {_amount(found)}.", file=sys.stderr)
    question = f"If the desk went on after that, they have been sent. Type {_CONFIRMATION} to give them up"
    typed: str = typer.prompt(question, default="", show_default=False, err=True)
    if typed.strip().lower() != _CONFIRMATION:
        raise OpsError("nothing was changed")


def _amount(found: dict[str, Any]) -> str:
    return f"{plural(found['messages'], 'message')} to customers, {plural(found['emails'], 'e-mail')}, {plural(found['tasks'], 'task')} with files or received e-mails"


def _outcome(settled: dict[str, Any]) -> list[str]:
    return [
        f"✓ {plural(settled['given_up'], 'row')} given up; what technicians wrote is mailed to them, to look after it",
        "  E-mails of the last 23 hours may leave once more under their keys: Resend delivers none twice",
        "  All counters go on beyond what was given out since, and everybody is logged out of the list of tickets",
    ]
