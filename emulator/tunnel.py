"""`make run TUNNEL=https://...`: real WhatsApp, and everything else on this machine.

The tunnel is somebody else's program (cloudflared, ngrok) that brings calls to its address to TUNNEL_PORT. The database is another one than
without a tunnel, so that no message for an invented customer ever leaves for a real telephone; and the keys are no known ones,
since the function can be reached from outside.
"""

import json
import secrets
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from emulator import TUNNEL_FOLDER, TUNNEL_PORT, EmulatorError, Json, python
from emulator.borrowed_webhook import NOTE, BorrowedWebhook, answers_challenge
from emulator.function import own_environment
from emulator.serving import listen
from emulator.supabase.project import signals_wait
from ops.checks.finding import State
from ops.checks.meta_account import check_token
from ops.graph import Graph
from ops.http_client import is_local
from ops.operator_settings import OperatorSettings

# All that is real. The first three are required.
_REQUIRED: Final = ("WHATSAPP_ACCESS_TOKEN", "WHATSAPP_APP_SECRET", "WHATSAPP_PHONE_NUMBER_ID")
_REAL: Final = (
    *_REQUIRED,
    "GRAPH_API_URL",
    "GRAPH_API_VERSION",
    "STATUS_TEMPLATE",
    "WHATSAPP_APP_ID",
    "WHATSAPP_BUSINESS_ACCOUNT_ID",
)
# Also those of the developer's own machine, which everybody knows, are made anew: what is behind the tunnel is on the internet.
_KEYS: Final = ("WHATSAPP_VERIFY_TOKEN", "LINK_SIGNING_KEY", "SWEEP_TOKEN")
_PATIENCE_SECONDS: Final = 20.0  # a new tunnel's name is not known everywhere at once
_POLL_SECONDS: Final = 1.0
HELP: Final = (
    "start a tunnel to http://127.0.0.1:{port} first, for example: cloudflared tunnel --url http://127.0.0.1:{port}\n"
    "then, with the address that it prints: make run TUNNEL=https://..."
)


def public_address(text: str, port: int = TUNNEL_PORT) -> str:
    """The address of a tunnel, without a slash at its end. Raises EmulatorError: Meta calls only https."""
    try:
        parts = urlsplit(text.strip())
        good = parts.scheme == "https" or (parts.scheme == "http" and is_local(text.strip()))
        bare = parts.path in {"", "/"} and not (parts.query or parts.fragment or parts.username)
        good = good and bool(parts.hostname) and bare and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise EmulatorError(
            f"TUNNEL is an address like https://name.example, without a path: {HELP.format(port=port)}"
        )
    return text.strip().rstrip("/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tunnel:
    """The real parts of one run. number: as people write it; environment: what replaces the stand-in for Meta's."""

    address: str
    port: int
    number: str
    environment: Mapping[str, str] = field(repr=False)
    webhook: BorrowedWebhook
    _override: bool

    @property
    def digits(self) -> str:
        return "".join(filter(str.isdigit, self.number))

    def as_json(self) -> Json:
        return {"number": self.number, "link": f"https://wa.me/{self.digits}?text=hola"}

    def open(self, stack: ExitStack) -> str:
        """Have Meta deliver here until `stack` is closed, once the function runs. Returns what was done. Raises EmulatorError, OpsError."""
        self._check_leads_here()
        before = self.webhook.look(override=self._override)
        stack.callback(self._close)
        with signals_wait():  # half a change could not be told from one that Meta has not made yet
            done = self.webhook.take(before)
        return f"app {done['app_id']} {done['app']}"

    def _close(self) -> None:
        if done := self.webhook.give_back():
            print(f"Meta: app {self.environment['WHATSAPP_APP_ID']} {done}.", flush=True)

    def _check_leads_here(self) -> None:
        """Only this run's function knows the verify token."""
        token = self.environment["WHATSAPP_VERIFY_TOKEN"]
        if answers_challenge(f"{self.address}/", token):
            return
        print(f"Waiting for {self.address} to lead here.", flush=True)
        deadline = time.monotonic() + (0 if is_local(self.address) else _PATIENCE_SECONDS)
        while not answers_challenge(f"{self.address}/", token):
            if time.monotonic() > deadline:
                raise EmulatorError(
                    f"{self.address} does not lead to http://127.0.0.1:{self.port}, so Meta was not told of it: {HELP.format(port=self.port)}"
                )
            time.sleep(_POLL_SECONDS)


def prepare_tunnel(address: str, folder: Path, *, port: int, override: bool) -> Tunnel:
    """Check everything that can be checked before anything is started, and put back what a killed run has left.

    Raises EmulatorError, OpsError.
    """
    address = public_address(address, port)
    real = _real_settings()
    _check_port(address, port)
    graph = Graph(real)
    token = check_token(graph.token)
    if token.state is State.WRONG:
        raise EmulatorError(f"WHATSAPP_ACCESS_TOKEN: {token.text}. {token.fix}")
    number = graph.get(real.get("WHATSAPP_PHONE_NUMBER_ID"), fields="display_phone_number")
    shown = str(number.get("display_phone_number", "")).removeprefix("+")
    environment = {
        **{name: value for name in _REAL if (value := real.get(name))},
        **_kept_keys(folder / "keys.json"),
        "WHATSAPP_APP_ID": graph.app_id,
        "WHATSAPP_BUSINESS_ACCOUNT_ID": graph.account_id,
        "PUBLIC_URL": address,
    }
    tunnel = Tunnel(
        address=address,
        port=port,
        number=f"+{shown}",
        environment=environment,
        webhook=_webhook(real, folder, environment),
        _override=override,
    )
    restore_webhook(tunnel.webhook)
    tunnel.webhook.look(override=override)
    return tunnel


def _check_port(address: str, port: int) -> None:
    """Raises EmulatorError if another program has it, such as another run with a tunnel."""
    try:
        listen(port).close()
    except EmulatorError as error:
        another = f"{python()} -m emulator --tunnel {address} --tunnel-port N"
        raise EmulatorError(
            f"{error}. With another port, to which the tunnel has to lead then: {another}"
        ) from None


def restore(folder: Path) -> str:
    """Put back what a killed run in this folder has left. Returns what was done. Raises EmulatorError, OpsError."""
    done = _webhook(_real_settings(), folder, {}).give_back()
    return f"Meta: the app {done}." if done else "There is nothing to put back."


def restore_webhook(webhook: BorrowedWebhook) -> None:
    if done := webhook.give_back():
        print(f"Meta: what the run before had left is put back. The app {done}.", flush=True)


def left_behind(data_dir: Path) -> bool:
    """Whether a killed run has left Meta delivering to its tunnel."""
    return (data_dir / TUNNEL_FOLDER / NOTE).exists()


def _webhook(real: OperatorSettings, folder: Path, ours: Mapping[str, str]) -> BorrowedWebhook:
    settings = OperatorSettings(values={**real.values, **ours}, source=real.source)
    return BorrowedWebhook(settings=settings, theirs=real.get("WHATSAPP_VERIFY_TOKEN"), note=folder / NOTE)


def _real_settings() -> OperatorSettings:
    """Raises OpsError if one of the required is missing."""
    settings = OperatorSettings(values=own_environment(), source=".env, and the environment over it")
    settings.need(*_REQUIRED)
    return settings


def _kept_keys(file: Path) -> dict[str, str]:
    """Random ones, the same in each run, so that the links in earlier e-mails still open."""
    try:
        found = json.loads(file.read_text())
    except (FileNotFoundError, ValueError):
        found = {}
    keys = {name: found.get(name) or secrets.token_urlsafe(32) for name in _KEYS}
    keys["RESEND_WEBHOOK_SECRET"] = ""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(0o600)
    file.chmod(0o600)
    file.write_text(json.dumps(keys))
    return keys
