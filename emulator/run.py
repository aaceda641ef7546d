"""`make run`: everything on this machine, one address to talk to, and nothing left behind at the end."""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from emulator.function import Function, free_port, own_settings, settings
from emulator.server import StandIns
from emulator.serving import serve_in_thread
from emulator.supabase import LocalSupabase, leave

_SWEEP_SECONDS = 60.0
_HINT = 'python -m emulator say "no me anda la impresora" --from 5491155550101 --name "Ana Pérez"'


def run(data_dir: Path | None, *, sweep_seconds: float = _SWEEP_SECONDS) -> None:
    """Serve until SIGINT or SIGTERM. Without `data_dir` everything is forgotten at the end."""
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, leave)
    with ExitStack() as stack:
        folder = data_dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mostrador-")))
        stand_ins, address = stack.enter_context(_stand_ins(folder if data_dir else None))
        webhook, sweep = _functions(stand_ins, address, folder / "log")
        for function in (webhook, sweep):
            stack.callback(function.stop)
            function.start()
        stand_ins.deliver_to(f"{webhook.url}/")
        stack.enter_context(
            _announced(folder, {"address": address, "webhook": webhook.url, "sweep": sweep.url})
        )
        print(_welcome(address, webhook, sweep, stand_ins, data_dir, folder), flush=True)
        _schedule(sweep.url, sweep_seconds)


@contextmanager
def _stand_ins(data_dir: Path | None) -> Iterator[tuple[StandIns, str]]:
    with LocalSupabase(data_dir / "database" if data_dir else None) as supabase:
        stand_ins = StandIns(supabase)
        try:
            with serve_in_thread(stand_ins.app()) as address:
                yield stand_ins, address
        finally:
            stand_ins.close()


def _functions(stand_ins: StandIns, address: str, log: Path) -> tuple[Function, Function]:
    port = free_port()
    public_url = f"http://127.0.0.1:{port}"
    environment = {**settings(address, public_url, stand_ins.graph, stand_ins.resend), **own_settings()}
    return (
        Function("webhook", environment, log / "webhook.log", port),
        Function("sweep", environment, log / "sweep.log"),
    )


@contextmanager
def _announced(folder: Path, where: dict[str, str]) -> Iterator[None]:
    """Where everything runs, for `say` in another terminal; gone when it is over."""
    file = folder / "running.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({**where, "pid": os.getpid()}))
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _welcome(
    address: str, webhook: Function, sweep: Function, stand_ins: StandIns, data_dir: Path | None, folder: Path
) -> str:
    kept = f"kept in {data_dir}" if data_dir else "forgotten at the end"
    python = os.path.relpath(sys.executable)
    return "\n".join(
        (
            "Mostrador runs on this machine, and nothing leaves it. Ctrl-C stops all of it.",
            f"  the function   {webhook.url}/ (webhook)  {sweep.url}/ (sweep, called each minute)  log: {folder}/log",
            f"  the stand-ins  {address}  for Meta (/graph), Resend (/resend) and Supabase (/rest/v1)",
            f"  the database   {stand_ins.supabase.database_url}  a real Postgres, {kept}",
            f"Be the customer, in another terminal:  {_HINT.replace('python', python, 1)}",
        )
    )


def _schedule(sweep_url: str, seconds: float) -> None:
    """What Cloud Scheduler does: a POST each minute, whatever became of the last one."""
    pause = threading.Event()
    while True:
        pause.wait(seconds)
        try:
            httpx.post(f"{sweep_url}/", timeout=60, trust_env=False)
        except httpx.TransportError as error:
            print(f"The sweep could not be called: {error}", file=sys.stderr, flush=True)
