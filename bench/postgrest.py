"""The real PostgREST, where it is installed, in front of any database."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import httpx

from emulator.child_process import start_child, stop_child
from emulator.serving import free_port

_READY_SECONDS: Final = 20.0


def installed_postgrest() -> Path | None:
    """Where `.ci/postgrest` put it, or wherever the machine has it."""
    found = os.environ.get("POSTGREST_BIN") or shutil.which("postgrest")
    return Path(found).resolve() if found else None


@contextmanager
def serve_postgrest(binary: Path, dsn: str, jwt_secret: str, pool: int = 4) -> Iterator[tuple[int, int]]:
    """Its port and process id, once it has read the schema, with the settings of a hosted project.

    `dsn` logs in as `authenticator`.
    """
    port, admin = free_port(), free_port()
    settings = {
        "PGRST_DB_URI": dsn,
        "PGRST_DB_SCHEMAS": "public",
        "PGRST_DB_EXTRA_SEARCH_PATH": "public,extensions",
        "PGRST_DB_ANON_ROLE": "anon",
        "PGRST_DB_POOL": str(pool),
        "PGRST_JWT_SECRET": jwt_secret,
        "PGRST_SERVER_HOST": "127.0.0.1",
        "PGRST_SERVER_PORT": str(port),
        "PGRST_ADMIN_SERVER_PORT": str(admin),
        "PGRST_LOG_LEVEL": "crit",
    }
    process = start_child([binary], env=os.environ | settings, output=subprocess.DEVNULL)
    try:
        _wait_until_ready(f"http://127.0.0.1:{admin}/ready")
        yield port, process.pid
    finally:
        stop_child(process, signal.SIGTERM)


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if httpx.get(url, trust_env=False).is_success:
                return
        time.sleep(0.05)
    raise RuntimeError("PostgREST did not become ready")
