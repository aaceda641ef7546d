"""A local Supabase project: Postgres with our migrations, the Data API, and its keys."""

import asyncio
import json
import os
import secrets
import shutil
import signal
import socket
import tempfile
from pathlib import Path
from types import FrameType
from typing import Self

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


class LocalSupabase:
    """Between start and stop, `app` is the Data API, which the caller serves.

    Without `data_dir` the data is deleted at the end, and Postgres does not sync it to disk.
    """

    def __init__(self, data_dir: Path | None = None, *, pool_size: int = 10) -> None:
        # Only a name: a folder created here would stay if a signal came before `start`.
        self._temporary = Path(tempfile.gettempdir(), f"mostrador-{secrets.token_hex(6)}")
        self._delete_at_end = data_dir is None
        self.postgres = Postgres(data_dir or self._temporary, durable=not self._delete_at_end)
        self.pool_size = pool_size
        self.app = Starlette()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def database_url(self) -> str:
        return self.postgres.dsn(DATABASE)

    def start(self) -> None:
        """Takes 1 s with a new folder, 0.1 s with an old one. Raises PostgresError, MigrationError.

        Postgres ends with the thread that calls this: call it from the main thread.
        """
        try:
            self.postgres.start()
            if not database_exists(self.postgres, DATABASE):
                create_database(self.postgres, DATABASE)
            apply_migrations(self.database_url, allow_destructive=True)  # a developer's own data
        except BaseException:
            self.stop()
            raise
        dsn = self.postgres.dsn(DATABASE, "authenticator")
        self.app = data_api(dsn, keys=SUPABASE_ROLES, pool_size=self.pool_size)

    def stop(self) -> None:
        self.postgres.stop()
        if self._delete_at_end:
            shutil.rmtree(self._temporary, ignore_errors=True)


def run_supabase(port: int, data_dir: Path | None) -> None:
    """Serve until SIGINT or SIGTERM; when ready, print the addresses and the key as one line of JSON."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, exit_on_signal)
    try:
        listener = listen(port)
    except OSError as error:
        raise SystemExit(f"port {port} on 127.0.0.1: {os.strerror(error.errno or 0)}") from None
    with listener, LocalSupabase(data_dir) as supabase:
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
