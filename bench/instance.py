"""One functions-framework process with the packages that are deployed: its start, its processor time, its memory."""

import importlib.metadata
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from urllib3 import HTTPConnectionPool
from urllib3.exceptions import HTTPError

from bench.load_generator import post
from bench.machine import TICKS, Machine
from emulator.function import ROOT
from emulator.serving import free_port

_START_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.002
_IDLE_SECONDS: Final = 0.15
_PINNED: Final = re.compile(r"^([\w.-]+)==", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A function to measure: its column in the table, its file, the settings that only it has, and whether it answers customers."""

    name: str
    source: Path
    settings: tuple[tuple[str, str], ...] = ()
    replies: bool = True


_BENCH: Final = Path(__file__).parent
BARE: Final = Variant(name="bare", source=_BENCH / "bare.py", replies=False)
AFTERNOON: Final = Variant(name="afternoon", source=_BENCH / "afternoon.py")
WARM: Final = Variant(name="ours, warm", source=ROOT / "main.py")
# Without a cache each message is the first that this instance sees of its customer.
COLD: Final = Variant(
    name="ours, cold", source=ROOT / "main.py", settings=(("CONVERSATION_CACHE_SIZE", "0"),)
)
VARIANTS: Final = (BARE, AFTERNOON, WARM, COLD)


class Instance:
    """Runs inside `with`. `packages`: see `link_packages`."""

    def __init__(
        self, variant: Variant, packages: Path, settings: dict[str, str], log: Path, machine: Machine
    ) -> None:
        self.variant, self.log, self._machine = variant, log, machine
        self.port = free_port()
        self._environment = process_environment(packages, settings | dict(variant.settings))

    def __enter__(self) -> Self:
        command = [sys.executable, "-S", "-m", "functions_framework", "--target", "webhook"]
        with self.log.open("ab") as output:
            self._started = time.perf_counter()
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [*command, "--source", self.variant.source, "--host", "127.0.0.1", "--port", str(self.port)],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError, FileNotFoundError):
            # The worker dies with its parent, so nobody counts its time.
            self._machine.lost += self.processor_seconds() - processor_seconds(self._process.pid, alone=True)
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def wait_for(self, message: bytes | None = None) -> float:
        """Seconds from the start until /health, or this message, is answered 200. Raises RuntimeError if it never is."""
        while time.perf_counter() - self._started < _START_SECONDS and self._process.poll() is None:
            with suppress(HTTPError), HTTPConnectionPool("127.0.0.1", self.port) as client:
                if message is not None:
                    post(client, message)
                if message or client.request("GET", "/health", retries=False).status == 200:
                    return time.perf_counter() - self._started
            time.sleep(_POLL_SECONDS)
        raise RuntimeError(f"{self.variant.name} did not start:\n{self.log.read_text()[-2000:]}")

    def ready(self) -> Self:
        self.wait_for()
        return self

    def processor_seconds(self) -> float:
        """Processor time of the process and its worker, user and system."""
        return processor_seconds(self._process.pid)

    def when_idle(self) -> float:
        """`processor_seconds`, once they do not grow any more."""
        before = -1.0
        while (now := self.processor_seconds()) != before:
            before = now
            time.sleep(_IDLE_SECONDS)
        return now

    def peak_memory(self) -> float:
        """MB, of the worker."""
        worker = max(_children(self._process.pid), default=self._process.pid)
        status = Path(f"/proc/{worker}/status").read_text()
        return float(status.partition("VmHWM:")[2].split()[0]) / 1024


def link_packages(folder: Path) -> Path:
    """Fill `folder` with links to the packages in requirements.txt: a PYTHONPATH for `python -S`.

    A developer's environment has more in it, and packages look for each other: httpx imports `rich` where it finds it, and
    pydantic reads the metadata of everything installed. A start measured there would be too slow.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in _PINNED.findall((ROOT / "requirements.txt").read_text()):
        distribution = importlib.metadata.distribution(name)
        for top in {Path(file).parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}:
            link = folder / top
            if not link.exists():
                link.symlink_to(str(distribution.locate_file(top)))
    return folder


def process_environment(packages: Path, settings: dict[str, str]) -> dict[str, str]:
    """The environment variables of a function: its settings, its packages, and what any process needs."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "PYTHONPATH": str(packages), "PYTHONUNBUFFERED": "1", "THREADS": "32", **settings}


def processor_seconds(pid: int, *, alone: bool = False) -> float:
    """Processor time of a process and, unless `alone`, of all its descendants. Linux."""
    ticks = 0
    for one in (pid, *([] if alone else _children(pid))):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def _children(pid: int) -> list[int]:
    found = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*found, *(deeper for child in found for deeper in _children(child))]
