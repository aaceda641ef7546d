"""Supabase: it answers, our key is the right one, the schema is ours, and nobody else's key opens anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg
import requests

from ops.checks.functions import functions_of
from ops.database import Refused, ask, client
from ops.errors import OpsError
from ops.findings import Finding, right, warning, wrong
from ops.http import Unreachable, call, document
from ops.migrations import FOLDER, pending_migrations, read_migrations
from ops.settings import Settings

_MIGRATE: Final = "python -m ops migrate"
_NOBODY: Final = {"p_user_id": None, "p_wa_id": None}
_TABLE: Final = "customers"


def check_supabase(settings: Settings, folder: Path = FOLDER) -> Iterator[Finding]:
    if missing := settings.missing("SUPABASE_URL", "SUPABASE_SECRET_KEY"):
        yield warning("supabase", f"not checked: {', '.join(missing)} missing")
        return
    try:
        yield _answers(settings)
    except OpsError as error:  # nobody there, or nobody who knows the key: there is no more to ask
        yield wrong("supabase", str(error))
        return
    yield _schema(settings, folder)
    try:
        yield _privileges(settings)
    except OpsError as error:
        yield warning("privileges", f"not checked: {error}")


def _answers(settings: Settings) -> Finding:
    """Raises OpsError when it cannot be reached, or does not know the key."""
    try:
        with client(settings) as supabase:
            ask(supabase.rpc("load_conversation", _NOBODY))
    except Refused as error:
        if not error.code:
            raise
        return wrong("supabase", error.told)
    return right("supabase", "answers, and the key may call what the desk calls")


def _schema(settings: Settings, folder: Path) -> Finding:
    if url := settings.get("SUPABASE_DB_URL"):
        return _by_versions(url, folder)
    try:
        lacking = sorted(functions_of(read_migrations(folder)) - _offered(settings))
    except OpsError as error:
        return warning(
            "schema", f"not compared: {error}", "set SUPABASE_DB_URL to have the versions compared"
        )
    if lacking:
        return wrong("schema", f"the database lacks the functions {', '.join(lacking)}", _MIGRATE)
    return right("schema", "every function is there (set SUPABASE_DB_URL to have the versions compared)")


def _by_versions(url: str, folder: Path) -> Finding:
    try:
        new = pending_migrations(url, folder)
    except OpsError as error:
        return wrong("schema", f"SUPABASE_DB_URL: {error}")
    except psycopg.Error as error:
        return wrong("schema", f"SUPABASE_DB_URL: the versions cannot be read ({type(error).__name__})")
    if new:
        return wrong("schema", f"not applied: {', '.join(each.file for each in new)}", _MIGRATE)
    known = read_migrations(folder)
    return right("schema", f"up to date, version {known[-1].version}")


def _offered(settings: Settings) -> set[str]:
    """The functions that our key may call, as the Data API's own description lists them. Raises OpsError."""
    response = _call(settings, "GET", "", settings.get("SUPABASE_SECRET_KEY"))
    if response.status_code != 200:
        raise Refused(f"its description of the schema answers {response.status_code}", "")
    paths = document(response).get("paths", {})
    return {path.removeprefix("/rpc/") for path in paths if path.startswith("/rpc/")}


def _privileges(settings: Settings) -> Finding:
    """What a stranger gets: a refusal, of functions and tables alike."""
    key = settings.get("SUPABASE_PUBLISHABLE_KEY")
    who = "the publishable key" if key else "no key"
    answers = {
        "the table customers": _call(settings, "GET", _TABLE, key, params={"limit": "1"}),
        "the function load_conversation": _call(settings, "POST", "rpc/load_conversation", key, json=_NOBODY),
    }
    open_ = [what for what, answer in answers.items() if answer.ok]
    if open_:
        return wrong(
            "privileges",
            f"{' and '.join(open_)} can be used with {who}",
            f"{_MIGRATE}, then look at the grants",
        )
    if key and any(answer.status_code not in {401, 403} for answer in answers.values()):
        return warning(
            "privileges", f"with {who} there is neither a yes nor a no", "is SUPABASE_PUBLISHABLE_KEY right?"
        )
    more = "" if key else " (set SUPABASE_PUBLISHABLE_KEY to have it tried, too)"
    return right("privileges", f"with {who} nothing opens{more}")


def _call(settings: Settings, method: str, path: str, key: str, **request: Any) -> requests.Response:
    headers = {"apikey": key} if key else {}
    try:
        return call(method, f"{settings.get('SUPABASE_URL')}/rest/v1/{path}", key, headers=headers, **request)
    except Unreachable as error:
        raise Unreachable(f"Supabase: {error}") from None
