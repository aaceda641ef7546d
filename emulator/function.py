"""The unchanged function as a functions-framework process, with settings that lead to the stand-ins."""

import http.client
import os
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from dotenv import dotenv_values

from emulator import EmulatorError
from emulator.child_process import Process, start_child, stop_child
from emulator.resend.switches import ANSWER_DOMAIN
from emulator.serving import free_port
from emulator.supabase.project import SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY

if TYPE_CHECKING:
    from emulator.meta.graph_api import Graph
    from emulator.resend.resend_api import Resend

ROOT = Path(__file__).parent.parent
_START_SECONDS = 30.0
_STOP_SECONDS = 0.8  # what is not finished by then is in the outbox, or Meta delivers it again
# The settings that .env may change here; the emulator sets all others.
_FROM_ENV = (
    "DEFAULT_LANGUAGE",
    "SUPPORT_TIMEZONE",
    "DESK_NAME",
    "CATEGORIES",
    "STORED_MEGABYTES",
    "TRANSCRIBE_URL",
    "TRANSCRIBE_KEY",
    "SUPPORT_EMAIL_TO",
    "SUPPORT_EMAIL_FROM",
    "OPERATOR_EMAIL_TO",
    "BUBBLES_A_DAY",
    "CONVERSATION_CACHE_SIZE",
    "REPLY_BUDGET_SECONDS",
)
VERIFY_TOKEN = "local-verify-token"  # noqa: S105 - opens nothing but a developer's own machine
SWEEP_TOKEN = "local-sweep-token"  # noqa: S105 - the same
LINK_KEY = "local-link-signing-key-0000000000"
MAILBOX = "soporte@example.com"


class FunctionError(EmulatorError):
    """The function did not start; the message ends with its last output."""


def settings(stand_ins_url: str, public_url: str, graph: "Graph", resend: "Resend") -> dict[str, str]:
    """The function's environment, with the addresses and keys of the stand-ins."""
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
        "SUPPORT_EMAIL_TO": MAILBOX,
        "PUBLIC_URL": public_url,
        "LINK_SIGNING_KEY": LINK_KEY,
        "SWEEP_TOKEN": SWEEP_TOKEN,
        "RESEND_WEBHOOK_SECRET": resend.webhook_secret,
    }


def operator_settings(graph: "Graph", database_url: str) -> dict[str, str]:
    """The settings that only `python -m ops` reads."""
    return {
        "WHATSAPP_APP_ID": graph.account.app_id,
        "WHATSAPP_BUSINESS_ACCOUNT_ID": graph.business.account_id,
        "SUPABASE_PUBLISHABLE_KEY": SUPABASE_PUBLISHABLE_KEY,
        "SUPABASE_DB_URL": database_url,
    }


def technicians() -> dict[str, str]:
    """Two technicians for `make run`, unless .env or the shell name others."""
    return {"SUPPORT_EMAIL_TO": "Marta Ruiz <marta@example.com>, Luis Paz <luis@example.com>"}


def mailed_answers() -> dict[str, str]:
    """For `make run`: technicians can answer our e-mails, on the page."""
    return {"INBOUND_EMAIL_DOMAIN": ANSWER_DOMAIN}


def own_settings() -> dict[str, str]:
    """The settings that the developer has changed, in .env or the shell."""
    given = own_environment()
    return {name: value for name in _FROM_ENV if (value := given.get(name))}


def own_environment() -> dict[str, str]:
    """All of the developer's .env, and the shell over it."""
    found = dotenv_values(ROOT / ".env", interpolate=False)
    return {**{name: value for name, value in found.items() if value is not None}, **os.environ}


class Function:
    """One functions-framework process for one target, which writes its output to `log`.

    port: 0 becomes a free one at the start, and is kept for the next.
    """

    def __init__(self, target: str, environment: Mapping[str, str], log: Path, port: int = 0) -> None:
        self.target = target
        self.port = port
        self.log = log
        self._environment = dict(environment)
        self.process: Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """None unless it is running."""
        process = self.process
        return process.pid if process is not None and process.poll() is None else None

    def start(self) -> None:
        """Start the process and wait until it answers. Raises FunctionError with the end of the log."""
        self.port = self.port or free_port()
        self.log.parent.mkdir(parents=True, exist_ok=True)
        # Only what every process needs is inherited: a DEBUG in the shell would open a debugger.
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        environment = {**kept, "PYTHONUNBUFFERED": "1", "THREADS": "32", **self._environment}
        command = [sys.executable, "-m", "functions_framework", "--target", self.target]
        with self.log.open("ab") as output:
            self.process = start_child(
                [*command, "--source", ROOT / "main.py", "--host", "127.0.0.1", "--port", str(self.port)],
                cwd=ROOT,
                env=environment,
                output=output,
            )
        self._wait()

    def stop(self) -> None:
        """SIGTERM, and SIGKILL after a moment."""
        process, self.process = self.process, None
        if process is not None:
            stop_child(process, signal.SIGTERM, seconds=_STOP_SECONDS)
            _signal_group(process, signal.SIGKILL)  # a worker that its master left behind

    def kill(self) -> None:
        """SIGKILL for master and worker."""
        process, self.process = self.process, None
        if process is not None:
            _signal_group(process, signal.SIGKILL)
            process.wait()

    def freeze(self) -> None:
        """SIGSTOP, as when a platform takes the CPU away."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, signum: signal.Signals) -> None:
        if self.process is not None:
            _signal_group(self.process, signum)

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline and self.pid:
            if _answers(self.port):
                return
            time.sleep(0.02)
        last = self.log.read_text(errors="replace")[-2000:]
        self.stop()
        raise FunctionError(f"The function ({self.target}) did not start. It wrote:\n{last}")


def _answers(port: int) -> bool:
    """Not with httpx, which would load the certificates again for each of these many calls."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _signal_group(process: Process, signum: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):  # it has ended, or (macOS) is ending
        os.killpg(process.pid, signum)
