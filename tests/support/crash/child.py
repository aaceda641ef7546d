"""What wraps the product in an instance that crashes: the crash, its clock, and an order for its threads.

The product knows nothing of this. The crash is put around one of its functions from outside, after the fork; everything else
is `main.py` under functions-framework and gunicorn, as it is deployed.

So that a case is the same each time, the e-mail's thread waits until the reply's is over and the answer is out.
"""

import importlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Any, Final

from tests.support.crash.points import How, Point, Reply, named

_LISTENER: Final = 3  # where gunicorn looks for a socket that is open already
_THREADS: Final = ("whatsapp lane", "email lane", "receipt")
_PATIENCE_SECONDS: Final = 20.0


class Crash(RuntimeError):
    """An exception that no code expects."""


class Calls:
    """The calls that are being answered; and, for the test, a path of our own that answers when nothing is at work."""

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
        """Wait until every answer is out."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._under_way == 0, _PATIENCE_SECONDS):
                raise TimeoutError("an answer is still due")

    def settle(self) -> None:
        self.wait()
        for thread in threading.enumerate():
            if thread.name.startswith(_THREADS):
                thread.join(_PATIENCE_SECONDS)


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
        self._struck = False
        self._crash_over = threading.Event()

    def prepare(self) -> None:
        importlib.import_module("state.model.clock").__dict__["time"] = Ahead(self._folder / "ahead")
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
                self._strike()
                return function(*args, **kwargs)
            result = function(*args, **kwargs)
            self._strike()
            return result

        return crashing

    def _strike(self) -> None:
        if self._struck:
            return
        self._struck = True
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
                # The signal may be another thread's to take, and that one may have to wait for a processor.
                while (self._folder / "ahead").read_text() == "0":
                    time.sleep(0.001)
            case How.EXCEPTION:
                raise Crash(self._point.name)

    def _in_turn(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def in_turn(*args: Any) -> Any:
            if _kind(args) == "whatsapp":
                if self._point.reply is Reply.HELD:
                    self._crash_over.wait(_PATIENCE_SECONDS)
                try:
                    return function(*args)
                finally:
                    self._reply_over.set()
            self._reply_over.wait(_PATIENCE_SECONDS)
            if self._point.target == "webhook":
                self._calls.wait()
            return function(*args)

        return in_turn

    def _counting(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def counting(*args: Any, **kwargs: Any) -> Any:
            app = function(*args, **kwargs)
            app.wsgi_app = self._calls.around(app.wsgi_app)
            return app

        return counting


def _kind(args: Iterable[Any]) -> str:
    """The channel that a function was given: itself, of a row, or of the row in a lane."""
    rows = (getattr(arg, "row", arg) for arg in args)
    channels = (getattr(row, "channel", row) for row in rows)
    return next((str(channel) for channel in channels if isinstance(channel, StrEnum)), "")


def _wrap(where: str, around: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
    """Raises AttributeError when the product has no such function any more."""
    module, _, path = where.partition(":")
    *owners, name = path.split(".")
    owner: Any = importlib.import_module(module)
    for step in owners:
        owner = getattr(owner, step)
    setattr(owner, name, around(getattr(owner, name)))


def _say_who(file: Path) -> None:
    file.write_text(str(os.getpid()))


def run(order: dict[str, str], listener: int) -> None:
    """An instance, until it ends."""
    folder = Path(order["folder"])
    output = os.open(folder / "output", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.dup2(listener, _LISTENER)
    os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}
    point = named(order["point"])
    os.register_at_fork(
        after_in_child=lambda: _say_who(folder / "worker")
    )  # gunicorn forks the one that serves
    Instance(point, How(order["how"]), folder).prepare()
    importlib.import_module("functions_framework._cli")._cli(
        ["--target", point.target, "--source", "main.py"]
    )
