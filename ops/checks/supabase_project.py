"""Supabase: it answers, our key is the right one, the schema is current, and no other key has access."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import httpx
import psycopg

from ops.checks.finding import AtDeploy, Finding, State, right, warning, wrong
from ops.data_api import DataApi, is_other_schema, request_data_api
from ops.errors import OpsError, SupabaseError
from ops.migrations import FOLDER, Migration, changed_privileges, pending_migrations, read_migrations
from ops.operator_settings import OperatorSettings
from ops.output import megabytes
from ops.postgres import connect
from ops.sql_text import split_statements

_MIGRATE: Final = "python -m ops migrate"
_SHOWN: Final = 3
_NOBODY: Final = {"user_id": None, "wa_id": None}
_CREATED: Final = re.compile(r"create\s+(?:or\s+replace\s+)?function\s+public\.(\w+)", re.IGNORECASE)
_DROPPED: Final = re.compile(r"drop\s+function\s+(?:if\s+exists\s+)?public\.(\w+)", re.IGNORECASE)
# A trigger's function cannot be called, and the Data API does not list it.
_TRIGGER: Final = re.compile(r"\)\s*returns\s+trigger\b", re.IGNORECASE)


def check_supabase(settings: OperatorSettings, folder: Path = FOLDER) -> Iterator[Finding]:
    if missing := settings.missing("SUPABASE_URL", "SUPABASE_SECRET_KEY"):
        yield warning("supabase", f"not checked: {', '.join(missing)} missing")
        return
    try:
        yield _answers(settings)
    except OpsError as error:  # nobody answers, or the key is unknown: there is no more to ask
        yield wrong("supabase", str(error))
        return
    schema = _schema(settings, folder)
    yield schema
    if schema.state is State.RIGHT:
        yield _database(settings)
    try:
        yield _open_to_others(settings) or _changed(settings, folder, schema) or _closed(settings)
    except OpsError as error:
        yield warning("privileges", f"not checked: {error}")


def functions_of(migrations: Iterable[Migration]) -> set[str]:
    """The names of the functions that can be called once all of `migrations` are applied, in order."""
    names: set[str] = set()
    for migration in migrations:
        for statement in split_statements(migration.text):
            if (created := _CREATED.search(statement)) and not _TRIGGER.search(statement):
                names.add(created[1])
            elif dropped := _DROPPED.search(statement):
                names.discard(dropped[1])
    return names


def _answers(settings: OperatorSettings) -> Finding:
    """Raises OpsError when it cannot be reached, or does not know the key."""
    try:
        DataApi(settings).call("load_conversation", lambda data: data, **_NOBODY)
    except SupabaseError as error:
        if not error.answered:
            raise
        mended = AtDeploy.MENDED if error.other_schema else AtDeploy.STOPS
        return wrong("supabase", str(error), at_deploy=mended)
    return right("supabase", "answers, and the key may call what the desk calls")


def _schema(settings: OperatorSettings, folder: Path) -> Finding:
    if url := settings.get("SUPABASE_DB_URL"):
        return _by_versions(url, folder)
    try:
        missing = sorted(functions_of(read_migrations(folder)) - _callable(settings))
    except OpsError as error:
        return warning("schema", f"not compared: {error}", "set SUPABASE_DB_URL to compare the versions")
    if missing:
        text = f"the database lacks the functions {', '.join(missing)}"
        return wrong("schema", text, _MIGRATE, at_deploy=AtDeploy.MENDED)
    return right("schema", "every function is there (set SUPABASE_DB_URL to compare the versions)")


def _database(settings: OperatorSettings) -> Finding:
    """It can be written to, and its size."""
    try:
        size, read_only = DataApi(settings).call(
            "database_use", lambda data: (int(data["bytes"]), bool(data["read_only_mode"]))
        )
    except SupabaseError as error:
        return wrong("database", str(error), "until then Meta's messages are answered 503, and come again")
    if read_only or _is_read_only(settings.get("SUPABASE_DB_URL")):
        text = f"Supabase has put it into read-only mode, as it does when the disk is nearly full ({megabytes(size)})"
        return wrong("database", f"{text}: docs/operations.md says what to do")
    return right("database", f"takes {megabytes(size)}, and can be written to")


def _is_read_only(url: str) -> bool:
    """Whether a new connection is: one that the Data API keeps may be older than that."""
    if not url:
        return False
    try:
        with connect(url) as connection:
            return connection.execute("show default_transaction_read_only").fetchone() == ("on",)
    except (OpsError, psycopg.Error):
        return False  # a line of the schema's check


def _by_versions(url: str, folder: Path) -> Finding:
    try:
        pending = pending_migrations(url, folder)
    except OpsError as error:
        return wrong("schema", f"SUPABASE_DB_URL: {error}")
    except psycopg.Error as error:
        return wrong("schema", f"SUPABASE_DB_URL: the versions cannot be read ({type(error).__name__})")
    if pending:
        text = f"not applied: {', '.join(each.file for each in pending)}"
        return wrong("schema", text, _MIGRATE, at_deploy=AtDeploy.MENDED)
    return right("schema", f"up to date, version {read_migrations(folder)[-1].version}")


def _callable(settings: OperatorSettings) -> set[str]:
    """The functions that our key may call, from the Data API's own description. Raises OpsError."""
    paths = DataApi(settings).ask("GET", "")["paths"]
    return {path.removeprefix("/rpc/") for path in paths if path.startswith("/rpc/")}


def _open_to_others(settings: OperatorSettings) -> Finding | None:
    """Without the secret key, tables and functions must be refused."""
    key = settings.get("SUPABASE_PUBLISHABLE_KEY")
    body = {f"p_{name}": value for name, value in _NOBODY.items()}
    answers = {
        "the table customers": request_data_api(settings, "GET", "customers", key, params={"limit": "1"}),
        "the function load_conversation": request_data_api(
            settings, "POST", "rpc/load_conversation", key, json=body
        ),
        # It reads no table, so it answers whoever may call functions, even if they may read nothing.
        "the function ticket_moves": request_data_api(settings, "POST", "rpc/ticket_moves", key),
    }
    if accessible := [what for what, answer in answers.items() if answer.is_success]:
        text = f"{' and '.join(accessible)} can be used with {_who(settings)}"
        fix = f"{_MIGRATE}, which lays all grants again"
        return wrong("privileges", text, fix, at_deploy=AtDeploy.MENDED)
    if key and any(not _refuses(answer) for answer in answers.values()):
        text = f"with {_who(settings)} the answer is neither data nor a refusal"
        return warning("privileges", text, "is SUPABASE_PUBLISHABLE_KEY right?")
    return None


def _refuses(answer: httpx.Response) -> bool:
    """What is not there yet, in a database before the first deploy, gives nothing away either."""
    return answer.status_code in {401, 403} or is_other_schema(answer)


def _changed(settings: OperatorSettings, folder: Path, schema: Finding) -> Finding | None:
    """Each single grant, if the database's address is known; an older schema has other ones. Raises OpsError."""
    url = settings.get("SUPABASE_DB_URL")
    if not url or schema.state is not State.RIGHT:
        return None
    if not (changes := changed_privileges(url, folder)):
        return None
    more = f" and {len(changes) - _SHOWN} more" if len(changes) > _SHOWN else ""
    text = f"not as they should be: {'; '.join(changes[:_SHOWN])}{more}"
    return wrong("privileges", text, _MIGRATE, at_deploy=AtDeploy.MENDED)


def _closed(settings: OperatorSettings) -> Finding:
    key = settings.get("SUPABASE_PUBLISHABLE_KEY")
    hint = "" if key else " (set SUPABASE_PUBLISHABLE_KEY to test that key as well)"
    return right("privileges", f"with {_who(settings)} nothing is accessible{hint}")


def _who(settings: OperatorSettings) -> str:
    return "the publishable key" if settings.get("SUPABASE_PUBLISHABLE_KEY") else "no key"
