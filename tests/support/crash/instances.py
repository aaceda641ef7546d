"""The test's connection to the parent of all instances that crash."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from emulator.child_process import start_child, stop_child
from emulator.function import ROOT
from emulator.meta.webhook_payload import encode, sign
from tests.support.crash.points import How, Point

_KEPT = ("PATH", "HOME", "LANG", "TMPDIR")
_AN_HOUR = "3600"
_PATIENCE_SECONDS = 30.0
# With verification, each call would load the certificates, which takes longer than the call.
_PLAIN: Any = {"timeout": _PATIENCE_SECONDS, "trust_env": False, "verify": False}


@dataclass(slots=True)
class Answer:
    """The answer to a call. `status` is None until it arrives, and 0 when the connection was cut."""

    status: int | None = None
    over: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> int:
        assert self.over.wait(_PATIENCE_SECONDS), "no answer"
        assert self.status is not None
        return self.status


class Instance:
    """One instance of the function, which crashes at a point."""

    def __init__(self, parent: "Parent", point: Point, how: How, folder: Path) -> None:
        (folder / "ahead").write_text("0")
        self._parent, self._folder, self._how = parent, folder, how
        forked = parent.ask(point=point.name, how=how, folder=str(folder))
        self._pid: int = forked["pid"]
        self._url = f"http://127.0.0.1:{forked['port']}"

    def post(self, payload: Mapping[str, Any] | None, secret: str, answer: Answer) -> None:
        """Call it on a thread: as Meta with a payload, as the scheduler without."""
        body = encode(dict(payload)) if payload else b""
        self._call(answer, "", content=body, headers={"x-hub-signature-256": sign(body, secret)})

    def deliver(self, body: bytes, headers: Mapping[str, str], answer: Answer) -> None:
        """Call /mail on a thread, as Resend."""
        self._call(answer, "/mail", content=body, headers=dict(headers))

    def submit(
        self,
        path: str,
        form: Mapping[str, str],
        answer: Answer,
        headers: Mapping[str, str] | None = None,
        photo: bytes | None = None,
    ) -> None:
        """Send the form of a page, as a technician's browser."""
        files = {"files": ("foto.jpg", photo, "image/jpeg")} if photo else None
        self._call(answer, path, data=dict(form), headers=dict(headers or {}), files=files)

    def _call(self, answer: Answer, path: str, **what: Any) -> None:

        def call() -> None:
            try:
                answer.status = httpx.post(f"{self._url}{path}", **what, **_PLAIN).status_code
            except httpx.TransportError:
                answer.status = 0
            answer.over.set()

        threading.Thread(target=call, daemon=True).start()

    def crash(self) -> None:
        """Kill or freeze the process group now."""
        os.killpg(self._pid, signal.SIGKILL if self._how is How.KILL else signal.SIGSTOP)
        self.wait_for_the_crash()
        if self._how is How.FREEZE:
            self._wait_until_the_worker_stands_still()

    def wait_for_the_crash(self) -> None:
        assert self._parent.ask(wait=self._pid)["state"] == self._how, self.output()

    def _wait_until_the_worker_stands_still(self) -> None:
        """By polling: the worker is not our child."""
        worker = (self._folder / "worker").read_text()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not _state(worker).startswith("T"):
            assert time.monotonic() < deadline, "it does not stop"
            time.sleep(0.001)

    def reached(self) -> bool:
        """Return True if the code reached the point."""
        return (self._folder / "reached").exists()

    def thaw(self) -> None:
        """Resume it, an hour later by its wall clock."""
        (self._folder / "ahead").write_text(_AN_HOUR)
        os.killpg(self._pid, signal.SIGCONT)

    def settle(self) -> None:
        """Wait until all calls are answered and all threads have ended."""
        httpx.get(f"{self._url}/settled", **_PLAIN).raise_for_status()

    def end(self) -> None:
        self._parent.ask(end=self._pid)

    def output(self) -> str:
        return (self._folder / "output").read_text()


def _state(pid: str) -> str:
    """The state as `ps` prints it; on Linux read from /proc."""
    if sys.platform == "linux":
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2]
    return subprocess.run(["ps", "-o", "state=", "-p", pid], capture_output=True, text=True).stdout


class Parent:
    """Forks instances. It starts as slowly as the function; each fork takes a few milliseconds."""

    def __init__(self, line: socket.socket) -> None:
        self._file = line.makefile("rw")
        self._lock = threading.Lock()

    def ask(self, **order: object) -> dict[str, Any]:
        with self._lock:
            self._file.write(json.dumps(order) + "\n")
            self._file.flush()
            answer: dict[str, Any] = json.loads(self._file.readline())
        return answer


@contextmanager
def parent_of_instances(environment: Mapping[str, str], log: Path) -> Iterator[Parent]:
    """Enter it on the main thread: on Linux the process ends with the thread that started it."""
    ours, theirs = socket.socketpair()
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    with ours, log.open("wb") as output:
        with theirs:
            process = start_child(
                [sys.executable, "-m", "tests.support.crash.parent", str(theirs.fileno())],
                cwd=ROOT,
                env={**kept, "PYTHONUNBUFFERED": "1", "THREADS": "8", **environment},
                output=output,
                keep_open=[theirs.fileno()],
            )
        try:
            yield Parent(ours)
        finally:
            ours.shutdown(socket.SHUT_RDWR)
            stop_child(process, signal.SIGTERM)
