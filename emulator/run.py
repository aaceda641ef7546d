"""`make run`: the function and everything that it needs on this machine, until Ctrl-C."""

import json
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from email.utils import parseaddr
from pathlib import Path

import httpx

from emulator import EmulatorError, python
from emulator.function import (
    Function,
    mailed_answers,
    operator_settings,
    own_settings,
    settings,
    technicians,
)
from emulator.instances import Instance, Instances, stop_all
from emulator.serving import address, free_port, listen, serve_in_thread
from emulator.stand_ins import StandIns
from emulator.supabase.project import exit_on_signals, local_supabase
from emulator.tunnel import Tunnel, left_behind
from handlers.settings import Settings, SettingsError

PORT = 8700
FUNCTION_PORT = 8701
_SWEEP_SECONDS = 60.0
_PATIENCE_SECONDS = 1
_HINT = 'python -m emulator say "no me anda la impresora" --from 5491155550101 --name "Ana Pérez"'


def run(
    data_dir: Path | None,
    port: int | None = None,
    *,
    tunnel: Callable[[], Tunnel] | None = None,
    sweep_seconds: float = _SWEEP_SECONDS,
) -> None:
    """Serve until SIGINT or SIGTERM. Without `data_dir` all data is deleted at the end.

    `port` is the page's; None takes 8700 if it is free, else a free one, and in a new folder the function takes 8701 in the
    same way. `tunnel` makes real WhatsApp take the place of the stand-in for Meta. Raises EmulatorError if a port is taken.
    """
    exit_on_signals()
    with ExitStack() as stack:
        real = tunnel() if tunnel else None
        listener = stack.enter_context(_listener(port))
        folder = data_dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mostrador-")))
        if port is None and not real:
            choose_usual_port(folder / "port")
        supabase = stack.enter_context(local_supabase(folder / "database" if data_dir else None))
        stand_ins = StandIns(supabase, folder, real.as_json() if real else None)
        make = _Functions(stand_ins, address(listener), folder, real)
        instances, sweep = Instances(make.webhook), Instance("sweep", make.sweep())
        page_and_services = stand_ins.app(instances, make.settings())
        stack.enter_context(serve_in_thread(page_and_services, listener, patience=_PATIENCE_SECONDS))
        stack.callback(stand_ins.close)
        stack.callback(lambda: stop_all([*instances.all(), sweep]))
        for started in [instances.first.start(), sweep.start()]:
            started.result()
        stand_ins.connect(instances, sweep.function.url)
        webhook = instances.first.function
        kept = f"kept in {data_dir}" if data_dir else "forgotten at the end"
        database = f"{supabase.database_url}  a real Postgres, {kept}"
        # The addresses for `say` in another terminal, and the settings for `ops`.
        where = {"address": address(listener), "webhook": webhook.url, "sweep": sweep.function.url}
        where |= {"number": real.number} if real else {}
        stack.enter_context(temporary_file(folder / "running.json", json.dumps(where)))
        stack.enter_context(temporary_file(folder / "env", env_file(make.operator_environment())))
        page = page_address(listener, port)
        lines = _welcome(page, address(listener), webhook, sweep.function, database, folder)
        if real:  # last, so that it is what ends first
            lines = _real_welcome(page, real, real.open(stack), lines)
        elif data_dir and left_behind(data_dir):
            lines.append(
                f"Meta still delivers to the tunnel of a run that was killed: {python()} -m emulator restore"
            )
        print(*lines, sep="\n", flush=True)
        _schedule(stand_ins, sweep.function.url, sweep_seconds)


def _listener(port: int | None) -> socket.socket:
    try:
        return listen(PORT if port is None else port)
    except EmulatorError:
        if port is not None:
            raise
        return listen()


def page_address(listener: socket.socket, asked: int | None) -> str:
    """The page's address, with the reason if its port is not the usual one."""
    usual = asked is not None or listener.getsockname()[1] == PORT
    return f"{address(listener)}/" + ("" if usual else f" (port {PORT} is taken)")


class _Functions:
    """Makes the function's processes. Each webhook instance gets addresses of its own, so that its calls are known."""

    def __init__(self, stand_ins: StandIns, address: str, folder: Path, tunnel: Tunnel | None = None) -> None:
        self._stand_ins, self._address, self._log = stand_ins, address, folder / "log"
        self._port = tunnel.port if tunnel else kept_port(folder / "port")
        self._real = tunnel.environment if tunnel else {}

    def settings(self) -> Settings:
        """Those of the function. Raises EmulatorError if one of the developer's is wrong."""
        try:
            return Settings.from_environment(self._environment(self._address))
        except SettingsError as error:
            raise EmulatorError(str(error)) from None

    def webhook(self, number: int) -> Function:
        log = self._log / ("webhook.log" if number == 1 else f"webhook-{number}.log")
        environment = self._environment(f"{self._address}/from/webhook-{number}")
        return Function("webhook", environment, log, self._port if number == 1 else 0)

    def sweep(self) -> Function:
        return Function("sweep", self._environment(self._address), self._log / "sweep.log")

    def operator_environment(self) -> dict[str, str]:
        """The settings of `python -m ops`. Marks the sender's domain as verified in Resend, also if it is from .env."""
        own = self._environment(self._address)
        sender = parseaddr(own["SUPPORT_EMAIL_FROM"])[1].rpartition("@")[2]
        self._stand_ins.resend.switches.domains[sender] = "verified"
        local = operator_settings(self._stand_ins.graph, self._stand_ins.supabase.database_url)
        return {**own, **local, **self._real}

    def _environment(self, stand_ins_url: str) -> dict[str, str]:
        public_url = f"http://127.0.0.1:{self._port}"
        given = settings(stand_ins_url, public_url, self._stand_ins.graph, self._stand_ins.resend)
        return {**given, **technicians(), **mailed_answers(), **own_settings(), **self._real}


def choose_usual_port(file: Path) -> None:
    """In a new folder the function gets the port that docs/mostrador.postman_collection.json has, if nobody else has it."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(str(FUNCTION_PORT))


def kept_port(file: Path) -> int:
    """The port of the last run if nobody else has it now, so that the links in its e-mails still open; else a free one."""
    try:
        port = int(file.read_text())
        listen(port).close()
    except (FileNotFoundError, ValueError, EmulatorError):
        port = free_port()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(str(port))
    return port


@contextmanager
def temporary_file(file: Path, text: str) -> Iterator[None]:
    """While the block lasts, `file` has this content, and only this user can read it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    try:
        file.touch(0o600)
        file.write_text(text)
        yield
    finally:
        file.unlink(missing_ok=True)


def env_file(environment: dict[str, str]) -> str:
    """The content of a file for `python -m ops --env FILE`."""
    return "".join(f"{name}={_quoted(value)}\n" for name, value in environment.items())


def _quoted(value: str) -> str:
    """Quoted for python-dotenv."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _welcome(
    page: str, stand_ins: str, webhook: Function, sweep: Function, database: str, folder: Path
) -> list[str]:
    return [
        f"Open {page} : Mostrador runs on this machine, and nothing leaves it. Ctrl-C stops all of it.",
        f"  the function   {webhook.url}/ (webhook)  {sweep.url}/ (sweep, called each minute)  log: {folder}/log",
        f"  the stand-ins  {stand_ins}  for Meta (/graph), Resend (/resend) and Supabase (/rest/v1, /storage/v1)",
        f"  the database   {database}",
        f"Be the customer, in another terminal:  {_HINT.replace('python', python(), 1)}",
        f"Be the operator, in another terminal:  {python()} -m ops --env {folder}/env doctor",
    ]


def _real_welcome(page: str, tunnel: Tunnel, done: str, usual: list[str]) -> list[str]:
    """The lines of a run with real WhatsApp: those that name the stand-in for Meta say something else."""
    _, function, stand_ins, database, _, operator = usual
    return [
        f"Write to {tunnel.number} from WhatsApp: this machine answers. {tunnel.as_json()['link']}",
        f"Open {page} for the e-mails and the database. Ctrl-C stops all of it, and puts back what Meta had before.",
        f"  Meta           {done}",
        f"  the tunnel     {tunnel.address} -> http://127.0.0.1:{tunnel.port}",
        function,
        stand_ins.replace("Meta (/graph), ", ""),
        database,
        operator,
    ]


def _schedule(stand_ins: StandIns, sweep_url: str, seconds: float) -> None:
    """Call the sweep once a minute, like Cloud Scheduler."""
    pause = threading.Event()
    while True:
        stand_ins.sweeps_at(time.time() + seconds)
        pause.wait(seconds)
        try:
            httpx.post(f"{sweep_url}/", timeout=60, trust_env=False)
        except httpx.TransportError as error:
            print(f"The sweep could not be called: {error}", file=sys.stderr, flush=True)
