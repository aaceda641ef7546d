"""Whatever is missing, wrong, away or strange outside: each command ends with a line that says so, and never with a traceback or a secret."""

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from typer.main import get_command

from emulator.serving import serve_in_thread
from emulator.supabase.database import create_database, drop_database
from emulator.supabase.postgres import SUPERUSER, Postgres
from ops.__main__ import app
from ops.calling import this_python
from ops.migrations import FOLDER, read_migrations
from ops.operator_settings import SECRETS
from tests.support.ops import Operator, OpsResult
from tests.support.ops_tickets import CODES

SUPABASE, STORAGE, META, RESEND, POSTGRES, SERVICE = (
    "supabase",
    "storage",
    "meta",
    "resend",
    "postgres",
    "service",
)
EVERYTHING = {SUPABASE, STORAGE, META, RESEND, POSTGRES, SERVICE}
ADDRESSES = {
    "SUPABASE_URL": {SUPABASE, STORAGE},
    "GRAPH_API_URL": {META},
    "RESEND_API_URL": {RESEND},
    "PUBLIC_URL": {SERVICE},
}
CODE = CODES[0]
# Each command with arguments that are right, and what it cannot do without.
COMMANDS = {
    "doctor": ("", EVERYTHING),
    "deploy": ("", EVERYTHING),
    "rollback": ("", set[str]()),
    "migrate": ("", {POSTGRES}),
    "migrate --dry-run": ("", {POSTGRES}),
    "sweep run": ("", {SERVICE}),
    "sweep schedule": ("", {POSTGRES}),
    "sweep schedule --remove": ("", {POSTGRES}),
    "report": ("", {SUPABASE}),
    "erase": ("--phone '+54 9 11 5555-0101' --yes", {SUPABASE}),
    "export-person": ("'+54 9 11 5555-0101'", {SUPABASE}),
    "retention": ("", {SUPABASE}),
    "retention --off": ("--yes", {SUPABASE}),
    "restored": ("--yes", {POSTGRES}),
    "keys": ("", set()),
    "files save": ("copies", {SUPABASE}),
    "files load": ("copies", {SUPABASE}),
    "tickets list": ("", {SUPABASE}),
    "tickets show": (CODE, {SUPABASE}),
    "tickets export": ("", {SUPABASE}),
    "tickets open": ("--number '+54 9 11 5555-0101' --text 'no prende'", {SUPABASE}),
    "tickets take": (CODE, {SUPABASE}),
    "tickets ask": (f"{CODE} '¿Desde cuándo?'", {SUPABASE}),
    "tickets answer": (f"{CODE} 'Mañana.'", {SUPABASE}),
    "tickets resolve": (CODE, {SUPABASE}),
    "tickets close": (CODE, {SUPABASE}),
    "tickets merge": (f"{CODE} --into {CODES[1]}", {SUPABASE}),
    "tickets reopen": (CODE, {SUPABASE}),
    "tickets hand-over": (f"{CODE} marta@example.com", {SUPABASE}),
    "tickets give-back": (CODE, {SUPABASE}),
    "technicians": ("", {SUPABASE}),
    "technicians away": ("marta@example.com --until 2999-01-01", {SUPABASE}),
    "technicians back": ("marta@example.com", {SUPABASE}),
    "answers list": ("", {SUPABASE}),
    "answers set": ("saludo --text Hola", {SUPABASE}),
    "answers remove": ("saludo", {SUPABASE}),
    "desk link": ("marta@example.com", {SUPABASE}),
    "desk logout": ("", {SUPABASE}),
    "outbox list": ("", {SUPABASE}),
    "outbox show": ("1", {SUPABASE}),
    "outbox retry": ("1", {SUPABASE}),
    "outbox drop": ("1 --yes", {SUPABASE}),
    "outbox resume": ("email", {SUPABASE}),
    "outbox refetch": ("", {SUPABASE}),
    "templates": ("", set[str]()),
    "templates register": ("", {META}),
    "templates status": ("", {META}),
    "webhook subscribe": ("", {META}),
    "webhook unsubscribe": ("", {META}),
    "number register": ("", {META}),
    "number status": ("", {META}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What is set instead, and what cannot be used because of it."""

    settings: dict[str, str | None] = field(default_factory=dict)
    broken: set[str]


def at(address: str, *names: str, database: bool = False) -> World:
    """These services, or all, are at this address."""
    chosen = names or tuple(ADDRESSES)
    given: dict[str, str | None] = dict.fromkeys(chosen, address)
    broken = set[str]().union(*(ADDRESSES[name] for name in chosen))
    if database:
        given["SUPABASE_DB_URL"] = f"postgresql://postgres:hidden-word@{address.partition('//')[2]}/postgres"
        broken = broken | {POSTGRES}
    return World(settings=given, broken=broken)


WORLDS = {
    "nothing is set": World(
        settings=dict.fromkeys(
            (
                *SECRETS, *ADDRESSES, "SUPPORT_EMAIL_TO", "SUPPORT_EMAIL_FROM", "WHATSAPP_PHONE_NUMBER_ID",
                "SUPABASE_PUBLISHABLE_KEY",
            )
        ),
        broken=EVERYTHING,
    ),
    "nobody answers": at("http://127.0.0.1:1", database=True),
    "there is no such host": at("http://nowhere.invalid", database=True),
    "no address": World(
        settings=at("nonsense").settings | {"SUPABASE_DB_URL": "hidden-word"}, broken=EVERYTHING
    ),
    "half an address": World(
        settings=at("http://[").settings | {"SUPABASE_DB_URL": "postgresql://postgres:hidden-word@[/x"},
        broken=EVERYTHING,
    ),
    "other keys": World(
        settings={
            "SUPABASE_SECRET_KEY": "sb_secret_hidden",
            "WHATSAPP_ACCESS_TOKEN": "EAAhidden-word",
            "RESEND_API_KEY": "re_hidden",
        },
        broken={SUPABASE, STORAGE, META, RESEND},
    ),
    "keys that no header may have": World(
        settings=dict.fromkeys(
            ("SUPABASE_SECRET_KEY", "WHATSAPP_ACCESS_TOKEN", "RESEND_API_KEY"), "hidden-word\nñ"
        ),
        broken={SUPABASE, STORAGE, META, RESEND},
    ),
    "not a setting as it should be": World(
        settings={
            "SUPPORT_TIMEZONE": "Mars/Olympus", "SUPPORT_EMAIL_TO": "nobody", "DEFAULT_LANGUAGE": "xx",
            "STORED_MEGABYTES": "many", "LINK_SIGNING_KEY": "hidden-key", "GRAPH_API_VERSION": "../v1",
        },
        broken=set(),
    ),
}  # fmt: skip


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The commands of the tree."""
    if path and (not hasattr(command, "commands") or command.invoke_without_command):
        yield " ".join(path)
    for name, each in getattr(command, "commands", {}).items():
        yield from leaves(each, (*path, name))


def parameters(command: Any) -> set[str]:
    """The names of all arguments and options below."""
    below = [parameters(each) for each in getattr(command, "commands", {}).values()]
    return {each.name for each in command.params}.union(*below)


def run(operator: Operator, command: str, world: World) -> OpsResult:
    """An exception that nobody expects is raised here."""
    settings = {"SUPPORT_EMAIL_TO": "Marta Ruiz <marta@example.com>", "PATH": "/nowhere", **world.settings}
    result = operator.run("--stage", "prod", *command.split(), *shlex.split(COMMANDS[command][0]), **settings)
    typed = f"{this_python()} -m ops --stage prod "
    assert result.everything.count("-m ops") == result.everything.count(typed), result
    assert "hidden" not in result.everything
    for name in SECRETS:
        secret = settings.get(name, operator.settings.get(name))
        assert not secret or secret not in result.everything, name
    if result.code:
        findings = [line for line in result.out.splitlines() if line.startswith("✗ ")]
        asked, _, sentence = result.err.removesuffix("\n").rpartition("\n")
        assert findings or sentence.startswith("✗ "), result
        assert not asked or sentence == "✗ nothing was done", result
    return result


def test_every_command_is_here() -> None:
    assert {name for name in COMMANDS if "--" not in name} == set(leaves(get_command(app)))


def test_no_secret_is_an_argument() -> None:
    """Others on the machine see those, and the shell keeps them."""
    secret = re.compile("url|password|passphrase|token|secret|pin$|api_?key")
    assert not {name for name in parameters(get_command(app)) if secret.search(name)}


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("command", COMMANDS)
def test_it_says_so(operator: Operator, command: str, world: str) -> None:
    result = run(operator, command, WORLDS[world])
    if COMMANDS[command][1] & WORLDS[world].broken:
        assert result.code in {1, 2}, result


@pytest.fixture(scope="module")
def somebody_else() -> Iterator[Callable[[str], str]]:
    """The address of a service that answers everything with the content of `what`."""
    answers: dict[str, Response] = {
        "html": HTMLResponse("<h1>Welcome</h1>"),
        "html-502": HTMLResponse("<h1>Bad gateway</h1>", 502),
        "no-function": JSONResponse({"code": "PGRST202", "message": "hidden-word"}, 404),
        "an-error": JSONResponse({"code": "hidden word", "message": None, "error": {"code": "x"}}, 400),
        "array": JSONResponse([]),
        "objects": JSONResponse([{}]),
        "object": JSONResponse({}),
        "data": JSONResponse({"data": [1, None], "paths": []}),
        "null": JSONResponse(None),
        "number": JSONResponse(5),
        "text": JSONResponse("hidden-word"),
        "empty": Response(b""),
        "bytes": Response(b"\xff\xfe\x00{"),
    }

    async def answer(request: Request) -> Response:
        return answers[request.path_params["what"]]

    methods = ["GET", "POST", "PUT", "DELETE", "HEAD"]
    with serve_in_thread(Starlette(routes=[Route("/{what}/{path:path}", answer, methods=methods)])) as url:
        yield lambda what: f"{url}/{what}"


@pytest.mark.parametrize("what", ["html", "html-502", "no-function", "an-error", "empty", "bytes"])
@pytest.mark.parametrize("command", COMMANDS)
def test_another_service_answers(
    operator: Operator, somebody_else: Callable[[str], str], command: str, what: str
) -> None:
    world = at(somebody_else(what))
    result = run(operator, command, world)
    if COMMANDS[command][1] & world.broken:
        assert result.code in {1, 2}, result


@pytest.mark.parametrize("what", ["array", "objects", "object", "data", "null", "number", "text"])
@pytest.mark.parametrize("command", COMMANDS)
def test_the_answer_is_of_another_version(
    operator: Operator, somebody_else: Callable[[str], str], command: str, what: str
) -> None:
    """An empty list may well be right; what is not understood is said."""
    run(operator, command, at(somebody_else(what)))


@pytest.fixture(scope="module")
def databases(postgres: Postgres) -> Iterator[dict[str, str]]:
    """Addresses of databases in which a migration cannot do its work."""
    create_database(postgres, "ops_broken")
    create_database(postgres, "ops_newer")
    create_database(postgres, "ops_other")
    ledger = (
        "create schema supabase_migrations; create table supabase_migrations.schema_migrations"
        "(version text primary key, statements text[], name text)"
    )
    for name, version in (("ops_newer", "29990101000000"), ("ops_other", "20200101000000")):
        with psycopg.connect(postgres.dsn(name), autocommit=True) as connection:
            connection.execute(ledger)
            versions = [version, *(each.version for each in read_migrations(FOLDER) if name == "ops_newer")]
            for each in versions:
                connection.execute(
                    "insert into supabase_migrations.schema_migrations (version) values (%s)", [each]
                )
    with psycopg.connect(postgres.dsn("postgres", SUPERUSER), autocommit=True) as connection:
        connection.execute("create role ops_nobody login")
        connection.execute("grant connect on database ops_newer to ops_nobody")
        yield {
            "may not create": postgres.dsn("ops_broken", "ops_nobody"),
            "may not read": postgres.dsn("ops_newer", "ops_nobody"),
            "read-only": f"{postgres.dsn('ops_broken')}?options=-c%20default_transaction_read_only%3Don",
            "no such database": postgres.dsn("ops_nowhere"),
            "newer": postgres.dsn("ops_newer"),
            "another project's": postgres.dsn("ops_other"),
        }
        for name in ("ops_broken", "ops_newer", "ops_other"):
            drop_database(postgres, name)
        connection.execute("drop role ops_nobody")


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ("may not create", "ops_nobody may not change this database (permission denied"),
        ("may not read", "ops_nobody may not change this database (permission denied"),
        ("read-only", "the database is read-only"),
        ("no such database", "there is no such database"),
        ("newer", "this checkout is older than the database"),
        ("another project's", "applied to this database but not in the folder"),
    ],
)
@pytest.mark.parametrize("command", ["migrate", "migrate --dry-run", "doctor", "deploy"])
def test_the_database_refuses(
    operator: Operator, databases: dict[str, str], command: str, which: str, expected: str
) -> None:
    reads = command != "migrate" and which in {
        "may not create",
        "read-only",
    }  # all that a check does is allowed
    world = World(settings={"SUPABASE_DB_URL": databases[which]}, broken={POSTGRES})
    result = run(operator, command, world)
    assert result.code == 1 or (command == "migrate --dry-run" and reads)
    assert expected in result.everything or reads
