"""The product under functions-framework, unchanged: only its addresses and keys are those of the stand-ins."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values

from emulator.child import Process, start_child, stop_child
from emulator.supabase.keys import SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY

if TYPE_CHECKING:
    from emulator.meta.graph_api import Graph
    from emulator.resend.resend_api import Resend

ROOT = Path(__file__).parent.parent
_START_SECONDS = 30.0
_STOP_SECONDS = 0.8  # what is under way may end well; what does not, the outbox and Meta keep
# What an operator may try out locally, from .env; everything else is the emulator's to say.
_FREE = (
    "DEFAULT_LANGUAGE",
    "SUPPORT_TIMEZONE",
    "SUPPORT_EMAIL_TO",
    "SUPPORT_EMAIL_FROM",
    "CONVERSATION_CACHE_SIZE",
    "REPLY_BUDGET_SECONDS",
)
VERIFY_TOKEN = "local-verify-token"  # noqa: S105 - opens nothing but a developer's own machine
LINK_KEY = "local-link-signing-key-0000000000"


class FunctionError(Exception):
    """The function did not start; the message says what it wrote last."""


def settings(stand_ins_url: str, public_url: str, graph: Graph, resend: Resend) -> dict[str, str]:
    """The environment in which the function finds the stand-ins."""
    return {
        "WHATSAPP_ACCESS_TOKEN": graph.access_token,
        "WHATSAPP_APP_SECRET": graph.app_secret,
        "WHATSAPP_VERIFY_TOKEN": VERIFY_TOKEN,
        "WHATSAPP_PHONE_NUMBER_ID": graph.phone_number_id,
        "GRAPH_API_URL": f"{stand_ins_url}/graph",
        "SUPABASE_URL": stand_ins_url,
        "SUPABASE_SECRET_KEY": SUPABASE_SECRET_KEY,
        "RESEND_API_KEY": resend.api_key,
        "RESEND_API_URL": f"{stand_ins_url}/resend",
        "SUPPORT_EMAIL_FROM": "Mostrador <mostrador@example.com>",
        "SUPPORT_EMAIL_TO": "soporte@example.com",
        "PUBLIC_URL": public_url,
        "LINK_SIGNING_KEY": LINK_KEY,
    }


def operator_settings(graph: Graph, database_url: str) -> dict[str, str]:
    """What only `python -m ops` reads."""
    return {
        "WHATSAPP_APP_ID": graph.account.app_id,
        "WHATSAPP_BUSINESS_ACCOUNT_ID": graph.business.account_id,
        "SUPABASE_PUBLISHABLE_KEY": SUPABASE_PUBLISHABLE_KEY,
        "SUPABASE_DB_URL": database_url,
    }


def own_settings() -> dict[str, str]:
    """What .env and the shell say about the few settings that are free here."""
    given = {**dotenv_values(ROOT / ".env"), **os.environ}
    return {name: value for name in _FREE if (value := given.get(name))}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


class Function:
    """One functions-framework process for one target, on a port of its own. Its output goes to `log`."""

    def __init__(
        self, target: str, environment: Mapping[str, str], log: Path, port: int | None = None
    ) -> None:
        self.target = target
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = dict(environment)
        self.log = log
        self._process: Process | None = None

    @property
    def process(self) -> Process:
        if self._process is None:
            raise FunctionError(f"{self.target} is not running")
        return self._process

    @property
    def alive(self) -> bool:
        process = self._process
        return process is not None and process.poll() is None

    def start(self) -> None:
        """Raises FunctionError with the end of the log if it does not answer."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        # Nothing of the shell's reaches it but what a process needs: DEBUG alone would open a debugger.
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        environment = {**kept, "PYTHONUNBUFFERED": "1", "THREADS": "32", **self._environment}
        command = [sys.executable, "-m", "functions_framework", "--target", self.target]
        with self.log.open("ab") as output:
            self._process = start_child(
                [*command, "--source", ROOT / "main.py", "--host", "127.0.0.1", "--port", str(self.port)],
                cwd=ROOT,
                env=environment,
                output=output,
            )
        self._wait()

    def stop(self) -> None:
        """SIGTERM, and what is still there after a moment goes without a goodbye."""
        process, self._process = self._process, None
        if process is not None:
            stop_child(process, signal.SIGTERM, seconds=_STOP_SECONDS)
            _signal_group(process, signal.SIGKILL)  # a worker that its master has left behind

    def kill(self) -> None:
        """As an instance dies that is out of luck: master and worker at once, no goodbye."""
        process = self.process
        _signal_group(process, signal.SIGKILL)
        process.wait()
        self._process = None

    def freeze(self) -> None:
        """As a platform takes the processor away: not a word, and nobody is told."""
        _signal_group(self.process, signal.SIGSTOP)

    def thaw(self) -> None:
        _signal_group(self.process, signal.SIGCONT)

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.alive:
            if _answers(self.port):
                return
            time.sleep(0.02)
        last = self.log.read_text(errors="replace")[-2000:]
        self.stop()
        raise FunctionError(f"The function ({self.target}) did not start. It wrote:\n{last}")


def _answers(port: int) -> bool:
    """Asked again and again while two processes start: without httpx, whose every call loads the certificates anew."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _signal_group(process: Process, signum: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # gone, or (macOS) as good as gone
        os.killpg(process.pid, signum)
