"""A desk without a Supabase project, as compose.yaml puts it together, in processes instead of containers.

Real: Postgres, `ops keys`, `ops migrate`, PostgREST, Caddy with `hosts/Caddyfile`, the desk. Storage is the stand-in.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from dotenv import dotenv_values
from psycopg.conninfo import make_conninfo
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from bench.postgrest import serve_postgrest
from emulator.function import Function, settings
from emulator.meta.graph_api import Graph
from emulator.resend.resend_api import Resend
from emulator.serving import free_port, serve_in_thread
from emulator.stand_in import ServiceError, answer_error
from emulator.supabase.database import execute_on
from emulator.supabase.postgres import SUPERUSER, Postgres
from emulator.supabase.storage_api import Storage
from tests.support.ops import OpsResult, run_ops
from tests.support.postgrest import required_postgrest
from tests.support.proxies import Proxy, caddy

THREADS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnDatabase:
    """keys: as `ops keys` made them. migrated: what each of the two runs of `ops migrate` said."""

    proxy: Proxy
    desk: Function
    storage: Storage
    keys: dict[str, str]
    migrated: tuple[OpsResult, OpsResult]
    database_url: str


@contextmanager
def own_database(folder: Path, graph: Graph, resend: Resend) -> Iterator[OwnDatabase]:
    """Started in the order of compose.yaml. Its log and its files are in `folder`."""
    postgrest = required_postgrest()
    public, inside = free_port(), free_port()
    with ExitStack() as stack:
        server = stack.enter_context(Postgres(folder / "postgres", durable=False))
        execute_on(server, "create database {}", "desk")
        _ask_for_password(server)
        database_url, keys = server.dsn("desk", SUPERUSER), _keys(folder)
        schema = _migrate(keys, database_url)
        login = make_conninfo(database_url, user="authenticator", password=keys["AUTHENTICATOR_PASSWORD"])
        rest, _ = stack.enter_context(serve_postgrest(postgrest, login, keys["SUPABASE_JWT_SECRET"]))
        storage = Storage(
            folder / "files",
            keys={keys["SUPABASE_SECRET_KEY"]: "service_role", keys["SUPABASE_PUBLISHABLE_KEY"]: "anon"},
        )
        files = stack.enter_context(serve_in_thread(_at_the_root(storage)))
        environment = settings("", f"https://localhost:{public}", graph, resend) | {
            "GRAPH_API_URL": graph.url,
            "RESEND_API_URL": resend.url,
            "SUPABASE_URL": f"http://127.0.0.1:{inside}",
            "SUPABASE_SECRET_KEY": keys["SUPABASE_SECRET_KEY"],
            "REPLY_BUDGET_SECONDS": "10",
            "THREADS": str(THREADS),
        }
        desk = Function("webhook", environment, folder / "desk.log")
        desk.start()
        stack.callback(desk.stop)
        ports = {"desk": desk.port, "rest": rest, "storage": int(files.rpartition(":")[2])}
        proxy = stack.enter_context(caddy(folder, public=public, inside=inside, **ports))
        bucket = _migrate(keys, database_url, proxy.inside)
        yield OwnDatabase(
            proxy=proxy,
            desk=desk,
            storage=storage,
            keys=keys,
            migrated=(schema, bucket),
            database_url=database_url,
        )


def _keys(folder: Path) -> dict[str, str]:
    """Of `ops keys`, as they come in at a .env."""
    file = folder / ".env"
    file.write_text(run_ops("keys", "--own-database").out)
    return {name: value or "" for name, value in dotenv_values(file).items()}


def _migrate(keys: Mapping[str, str], database_url: str, supabase_url: str = "") -> OpsResult:
    return run_ops(
        "migrate",
        SUPABASE_DB_URL=database_url,
        AUTHENTICATOR_PASSWORD=keys["AUTHENTICATOR_PASSWORD"],
        SUPABASE_URL=supabase_url,
        SUPABASE_SECRET_KEY=keys["SUPABASE_SECRET_KEY"],
    )


def _ask_for_password(server: Postgres) -> None:
    """Who logs in as authenticator, as with the image of Postgres."""
    rules = server.data / "pg_hba.conf"
    rules.write_text(f"host all authenticator 127.0.0.1/32 scram-sha-256\n{rules.read_text()}")
    with psycopg.connect(server.dsn("postgres", SUPERUSER), autocommit=True) as connection:
        connection.execute("select pg_reload_conf()")


def _at_the_root(storage: Storage) -> ASGIApp:
    """Storage by itself has no /storage/v1: the gateway takes it off."""
    app = Starlette(routes=storage.routes(), exception_handlers={ServiceError: answer_error})

    async def with_prefix(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": f"/storage/v1{scope['path']}"}
        await app(scope, receive, send)

    return with_prefix
