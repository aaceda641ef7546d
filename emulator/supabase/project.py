"""A local Supabase project: Postgres with our migrations, the Data API, and its keys."""

import asyncio
import json
import os
import secrets
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from starlette.applications import Starlette

from emulator.serving import address, listen, quiet_server
from emulator.supabase.data_api import data_api
from emulator.supabase.database import create_database, database_exists
from emulator.supabase.postgres import Postgres
from ops.migrations import apply_migrations

DATABASE = "mostrador"
# These API keys give access to nothing but a developer's own machine.
SUPABASE_SECRET_KEY = "sb_secret_local_mostrador_0000000000000000"  # noqa: S105
SUPABASE_PUBLISHABLE_KEY = "sb_publishable_local_mostrador_0000000000000000"
# The role that the Data API takes for each key.
SUPABASE_ROLES = {SUPABASE_SECRET_KEY: "service_role", SUPABASE_PUBLISHABLE_KEY: "anon"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSupabase:
    """A running project. `app` is the Data API, which the caller serves."""

    postgres: Postgres
    database_url: str
    app: Starlette


@contextmanager
def local_supabase(data_dir: Path | None = None) -> Iterator[LocalSupabase]:
    """Start Postgres and bring the schema: 1 s with a new folder, 0.1 s with an old one.

    Without `data_dir` the data is deleted at the end, and Postgres does not sync it to disk. Postgres ends with the
    thread that calls this: call it from the main thread. Raises PostgresError, OpsError.
    """
    with ExitStack() as stack:
        folder = data_dir or Path(tempfile.gettempdir(), f"mostrador-{secrets.token_hex(6)}")
        if data_dir is None:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgres = stack.enter_context(Postgres(folder, durable=data_dir is not None))
        if not database_exists(postgres, DATABASE):
            create_database(postgres, DATABASE)
        database_url = postgres.dsn(DATABASE)
        apply_migrations(database_url, allow_destructive=True)  # a developer's own data
        app = data_api(postgres.dsn(DATABASE, "authenticator"), keys=SUPABASE_ROLES)
        yield LocalSupabase(postgres=postgres, database_url=database_url, app=app)


def run_supabase(port: int, data_dir: Path | None) -> None:
    """Serve until SIGINT or SIGTERM; when ready, print the addresses and the key as one line of JSON."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, exit_on_signal)
    try:
        listener = listen(port)
    except OSError as error:
        raise SystemExit(f"port {port} on 127.0.0.1: {os.strerror(error.errno or 0)}") from None
    with listener, local_supabase(data_dir) as supabase:
        asyncio.run(_serve(supabase, listener))


def exit_on_signal(_signum: int, _frame: FrameType | None) -> None:
    """A signal handler that exits through every `finally`. uvicorn calls it too, after its own shutdown."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, signal.SIG_IGN)
    raise SystemExit(0)


async def _serve(supabase: LocalSupabase, listener: socket.socket) -> None:
    server = quiet_server(supabase.app)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    while not (server.started or serving.done()):
        await asyncio.sleep(0.01)
    if server.started:
        ready = {
            "supabase_url": address(listener),
            "supabase_secret_key": SUPABASE_SECRET_KEY,
            "database_url": supabase.database_url,
        }
        print(json.dumps(ready), flush=True)
    await serving
