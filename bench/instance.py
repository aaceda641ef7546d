"""One functions-framework process: how fast it comes up, and what it uses of processor and memory."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from bench.deployed import environment
from emulator.function import ROOT

_START_SECONDS: Final = 30.0
_LOOK_SECONDS: Final = 0.002
_QUIET_SECONDS: Final = 0.15
_TICK: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A function to measure: its name in the table, its file, and the settings that are its own."""

    name: str
    source: Path
    own: tuple[tuple[str, str], ...] = ()


_BENCH: Final = Path(__file__).parent
BARE: Final = Kind(name="bare", source=_BENCH / "bare.py")
AFTERNOON: Final = Kind(name="afternoon", source=_BENCH / "afternoon.py")
WARM: Final = Kind(name="ours, warm", source=ROOT / "main.py")
COLD: Final = Kind(
    name="ours, cold", source=ROOT / "main.py", own=(("CONVERSATION_CACHE_SIZE", "0"),)
)  # no memory: each message is the first this instance sees of its customer
KINDS: Final = (BARE, AFTERNOON, WARM, COLD)


class Instance:
    """Runs between `with` and its end. `started` is the monotonic time just before the process was made."""

    def __init__(self, kind: Kind, site: Path, settings: dict[str, str], log: Path) -> None:
        self.kind = kind
        # Ours as long as this is bound: a port that was only looked up may be anybody's before gunicorn has started.
        self._reserved = socket.socket()
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reserved.bind(("127.0.0.1", 0))
        self.port: int = self._reserved.getsockname()[1]
        self.log = log
        self._environment = environment(site, settings | dict(kind.own))

    def __enter__(self) -> Self:
        command = [sys.executable, "-S", "-m", "functions_framework", "--target", "webhook"]
        with self.log.open("ab") as output:
            self.started = time.perf_counter()
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [*command, "--source", self.kind.source, "--host", "127.0.0.1", "--port", str(self.port)],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._reserved.close()

    def first(self, request: bytes) -> float:
        """Seconds from the start until this request is answered 200. Raises RuntimeError if it never is."""
        while time.perf_counter() - self.started < _START_SECONDS and self._process.poll() is None:
            with suppress(ConnectionRefusedError):
                if b" 200 " in self._ask(request).split(b"\r\n", 1)[0]:
                    return time.perf_counter() - self.started
            time.sleep(_LOOK_SECONDS)
        raise RuntimeError(f"{self.kind.name} did not start:\n{self.log.read_text()[-2000:]}")

    def ready(self) -> Self:
        self.first(HEALTH)
        return self

    def processor(self) -> float:
        """Seconds of processor time of the process and its worker, user and system."""
        return processor(self._process.pid)

    def settled(self) -> float:
        """The same, once its threads have nothing left to do."""
        before = -1.0
        while (now := self.processor()) != before:
            before = now
            time.sleep(_QUIET_SECONDS)
        return now

    def memory(self) -> float:
        """MB at most so far, of the worker that serves."""
        worker = max(_children(self._process.pid), default=self._process.pid)
        status = Path(f"/proc/{worker}/status").read_text()
        return float(status.partition("VmHWM:")[2].split()[0]) / 1024

    def _ask(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), timeout=_START_SECONDS) as line:
            line.sendall(request)
            return line.recv(65536)


HEALTH: Final = b"GET /health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"


def processor(pid: int, *, alone: bool = False) -> float:
    """Seconds of processor time of a process and, unless it is `alone`, of all that it started. Linux."""
    ticks = 0
    for one in (pid, *([] if alone else _children(pid))):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / _TICK


def _children(pid: int) -> list[int]:
    found = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*found, *(deeper for child in found for deeper in _children(child))]
