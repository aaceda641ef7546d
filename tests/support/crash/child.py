"""Wraps the function in a process that crashes: the crash, its clock, and a fixed order of its threads.

The product has no code for this. After the fork, one of its functions is wrapped with the crash; everything else is `main.py`
under functions-framework and gunicorn, as deployed.

To make a case reproducible, the e-mail thread waits until the reply thread has ended and the answer was sent.
"""

import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Any, Final

from tests.support.crash.points import Call, How, Point, Reply, named

_LISTENER: Final = 3  # where gunicorn expects an open socket
_PATIENCE_SECONDS: Final = 20.0


class Crash(RuntimeError):
    """An exception that no code handles."""


class Calls:
    """Counts the calls in progress. Also serves /settled for the test, which answers once nothing is running."""

    def __init__(self) -> None:
        self._under_way = 0
        self._changed = threading.Condition()

    def around(self, app: Callable[..., Iterable[bytes]]) -> Callable[..., Iterator[bytes]]:
        def counted(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
            if environ["PATH_INFO"] == "/settled":
                self.settle()
                start_response("204 No Content", [])
                return
            with self._changed:
                self._under_way += 1
            answer = app(environ, start_response)
            try:
                yield from answer
            finally:
                getattr(answer, "close", lambda: None)()
                with self._changed:
                    self._under_way -= 1
                    self._changed.notify_all()

        return counted

    def wait(self) -> None:
        """Wait until every call is answered."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._under_way == 0, _PATIENCE_SECONDS):
                raise TimeoutError("a call is still unanswered")

    def settle(self) -> None:
        self.wait()
        sys.modules["main"]._APP.threads.drain(_PATIENCE_SECONDS)


class Ahead:
    """The clocks that state/model/clock.py reads: on a machine that slept, the wall clock is ahead of the monotonic one."""

    monotonic = staticmethod(time.monotonic)

    def __init__(self, file: Path) -> None:
        self._file = file

    def time(self) -> float:
        return time.time() + float(self._file.read_text())


class Instance:
    """Wraps the product in one process."""

    def __init__(self, point: Point, how: How, folder: Path) -> None:
        self._point, self._how, self._folder = point, how, folder
        self._calls = Calls()
        self._reply_over = threading.Event()
        self._crashed = False
        self._crash_over = threading.Event()
        if point.comes in {Call.LIST, Call.MAIL}:  # they have no reply
            self._reply_over.set()

    def prepare(self) -> None:
        importlib.import_module("state.model.clock").__dict__["time"] = Ahead(self._folder / "ahead")
        if self._point.with_a_mark:  # it waits for the next commit
            importlib.import_module("handlers.mark_flusher").__dict__["FLUSH_AFTER_SECONDS"] = 3600.0
        if self._point.waits:  # less long
            importlib.import_module("handlers.process_message").__dict__["wait_for_next_line"] = (
                lambda *_, **__: timedelta(seconds=0.2)
            )
        if self._point.code:
            _wrap(self._point.code, self._crashing)
        _wrap("handlers.outbox_sender:OutboxSender._run_thread", self._in_turn)
        _wrap("handlers.sweep:Sweep._send_by", self._in_turn)
        _wrap("functions_framework._cli:create_app", self._counting)

    def _crashing(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def crashing(*args: Any, **kwargs: Any) -> Any:
            if self._point.kind not in {"", _kind(args)}:
                return function(*args, **kwargs)
            if self._point.before:
                self._crash()
                return function(*args, **kwargs)
            result = function(*args, **kwargs)
            self._crash()
            return result

        return crashing

    def _crash(self) -> None:
        if self._crashed:
            return
        self._crashed = True
        if self._point.answered:
            self._calls.wait()
        if self._point.reply is Reply.OVER:
            self._reply_over.wait(_PATIENCE_SECONDS)
        (self._folder / "reached").touch()
        try:
            self._do()
        finally:
            self._crash_over.set()

    def _do(self) -> None:
        match self._how:
            case How.KILL:
                os.killpg(0, signal.SIGKILL)
            case How.FREEZE:
                os.killpg(0, signal.SIGSTOP)
                # Another thread may handle the signal, and may have to wait for a processor.
                while (self._folder / "ahead").read_text() == "0":
                    time.sleep(0.001)
            case How.EXCEPTION:
                raise Crash(self._point.name)

    def _in_turn(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def in_turn(*args: Any, **kwargs: Any) -> Any:
            if _kind(args) == "whatsapp":
                if self._point.reply is Reply.HELD:
                    self._crash_over.wait(_PATIENCE_SECONDS)
                try:
                    return function(*args, **kwargs)
                finally:
                    self._reply_over.set()
            self._reply_over.wait(_PATIENCE_SECONDS)
            if self._point.target == "webhook":
                self._calls.wait()
            return function(*args, **kwargs)

        return in_turn

    def _counting(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any, **kwargs: Any) -> Any:
            app = function(*args, **kwargs)
            app.wsgi_app = self._calls.around(app.wsgi_app)
            return app

        return counting


def _kind(args: Iterable[Any]) -> str:
    """The channel among the arguments: given directly, by a row, or by a leased row."""
    rows = (getattr(arg, "row", arg) for arg in args)
    channels = (getattr(row, "channel", row) for row in rows)
    return next((str(channel) for channel in channels if isinstance(channel, StrEnum)), "")


def _wrap(where: str, around: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Raises AttributeError if the product no longer has this function."""
    module, _, path = where.partition(":")
    *owners, name = path.split(".")
    owner: Any = importlib.import_module(module)
    for step in owners:
        owner = getattr(owner, step)
    setattr(owner, name, around(getattr(owner, name)))


def _write_pid(file: Path) -> None:
    file.write_text(str(os.getpid()))


def run(order: dict[str, str], listener: int) -> None:
    """Run an instance until it ends."""
    folder = Path(order["folder"])
    output = os.open(folder / "output", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(listener, _LISTENER)
    os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
    point = named(order["point"])
    # gunicorn forks the worker that serves.
    os.register_at_fork(after_in_child=lambda: _write_pid(folder / "worker"))
    Instance(point, How(order["how"]), folder).prepare()
    importlib.import_module("functions_framework._cli")._cli(
        ["--target", point.target, "--source", "main.py"]
    )
