"""A local Supabase project: Postgres with our migrations, the Data API, Storage, and their keys."""

import json
import secrets
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from starlette.applications import Starlette

from emulator import EmulatorError
from emulator.serving import listen, serve_in_thread
from emulator.supabase.data_api import data_api
from emulator.supabase.database import create_database, database_exists
from emulator.supabase.postgres import Postgres
from emulator.supabase.storage_api import Storage
from ops.errors import OtherSchema
from ops.migrations import apply_migrations

DATABASE = "mostrador"
TICKET_FILES = "ticket-files"  # the private bucket that `python -m ops migrate` makes in a hosted project
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # the last: the terminal was closed
# These API keys give access to nothing but a developer's own machine.
SUPABASE_SECRET_KEY = "sb_secret_local_mostrador_0000000000000000"  # noqa: S105
SUPABASE_PUBLISHABLE_KEY = "sb_publishable_local_mostrador_0000000000000000"
# The role that each key stands for.
SUPABASE_ROLES = {SUPABASE_SECRET_KEY: "service_role", SUPABASE_PUBLISHABLE_KEY: "anon"}


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSupabase:
    """A running project. `app` is the Data API and Storage, which the caller serves."""

    postgres: Postgres
    database_url: str
    storage: Storage
    app: Starlette


@contextmanager
def local_supabase(data_dir: Path | None = None) -> Iterator[LocalSupabase]:
    """Start Postgres and bring the schema: 1 s with a new folder, 0.1 s with an old one. Files are kept beside the database.

    Without `data_dir` the data is deleted at the end, and Postgres does not sync it to disk. Postgres ends with the
    thread that calls this: call it from the main thread. Raises EmulatorError, OpsError.
    """
    with ExitStack() as stack:
        folder = data_dir or Path(tempfile.gettempdir(), f"mostrador-{secrets.token_hex(6)}")
        if data_dir is None:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        postgres = stack.enter_context(Postgres(folder, durable=data_dir is not None))
        if not database_exists(postgres, DATABASE):
            create_database(postgres, DATABASE)
        database_url = postgres.dsn(DATABASE)
        _migrate(database_url, folder)
        storage = local_storage(folder / "storage")
        app = supabase_app(postgres.dsn(DATABASE, "authenticator"), storage)
        yield LocalSupabase(postgres=postgres, database_url=database_url, storage=storage, app=app)


def local_storage(folder: Path) -> Storage:
    """The project's Storage, with the bucket for the tickets' files."""
    storage = Storage(folder, keys=SUPABASE_ROLES)
    storage.ensure_bucket(TICKET_FILES)
    return storage


def supabase_app(dsn: str, storage: Storage, *, pool_size: int = 10) -> Starlette:
    """The Data API, see `data_api`, and Storage at one address."""
    app = data_api(dsn, keys=SUPABASE_ROLES, pool_size=pool_size)
    app.router.routes.extend(storage.routes())
    return app


def _migrate(database_url: str, folder: Path) -> None:
    """It may lose data: that is a developer's own."""
    try:
        apply_migrations(database_url, allow_destructive=True)
    except OtherSchema as error:
        raise EmulatorError(
            f"{folder} holds the database of another version of Mostrador ({error.reason}). "
            "Delete that folder to start with an empty database (its customers and tickets are lost), or rename it to "
            "keep them for that version"
        ) from None


def run_supabase(port: int, data_dir: Path | None) -> None:
    """Serve until SIGINT or SIGTERM; when ready, print the addresses and the key as one line of JSON."""
    exit_on_signals()
    with (
        listen(port) as listener,
        local_supabase(data_dir) as supabase,
        serve_in_thread(supabase.app, listener) as url,
    ):
        ready = {
            "supabase_url": url,
            "supabase_secret_key": SUPABASE_SECRET_KEY,
            "database_url": supabase.database_url,
        }
        print(json.dumps(ready), flush=True)
        threading.Event().wait()


def exit_on_signals() -> None:
    """From now on, SIGINT, SIGTERM and SIGHUP exit through every `finally`; not one that is ignored, as by nohup."""
    for signum in _SIGNALS:
        if signal.getsignal(signum) is not signal.SIG_IGN:
            signal.signal(signum, _exit)


@contextmanager
def signals_wait() -> Iterator[None]:
    """What is done in the block is done whole: a signal that would exit does so at its end."""
    came: list[int] = []
    held = [signum for signum in _SIGNALS if signal.getsignal(signum) is _exit]
    for signum in held:
        signal.signal(signum, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for signum in held:
            signal.signal(signum, _exit)
        if came:
            _exit(came[0], None)


def _exit(_signum: int, _frame: FrameType | None) -> None:
    for signum in _SIGNALS:
        signal.signal(signum, signal.SIG_IGN)
    raise SystemExit(0)
