"""The parent process of all instances that crash: it has imported everything, and forks functions-framework for each case."""

import importlib
import json
import os
import signal
import socket
import sys
import time
from contextlib import suppress
from typing import Any, Final

from tests.support.crash.child import run
from tests.support.crash.points import How

_PRELOADED: Final = ("functions_framework._cli", "gunicorn.workers.gthread", "resend", "handlers.app")
_PATIENCE_SECONDS: Final = 20.0


def fork(order: dict[str, str]) -> dict[str, int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        pid = os.fork()
        if pid == 0:
            try:
                os.setsid()
                for signum in (signal.SIGTERM, signal.SIGINT):
                    signal.signal(signum, signal.SIG_DFL)
                run(order, listener.fileno())
            finally:
                os._exit(1)
        return {"pid": pid, "port": listener.getsockname()[1]}


def wait(pid: int) -> dict[str, str]:
    """Wait until it has ended or was stopped."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        found, status = os.waitpid(pid, os.WNOHANG | os.WUNTRACED)
        if found:
            return {"state": How.FREEZE if os.WIFSTOPPED(status) else How.KILL}
        time.sleep(0.002)
    return {"state": "running"}


def end(pid: int) -> dict[str, str]:
    """Kill its process group."""
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    with suppress(ChildProcessError):  # waited for already
        os.waitpid(pid, 0)
    return {"state": "ended"}


def serve(line: socket.socket) -> None:
    """Read orders and write answers as lines of JSON, until the other end is closed."""
    running: set[int] = set()
    with line, line.makefile("rw") as file:
        try:
            for text in file:
                match json.loads(text):
                    case {"wait": pid}:
                        answer: dict[str, Any] = wait(pid)
                    case {"end": pid}:
                        answer = end(pid)
                        running.discard(pid)
                    case order:
                        answer = fork(order)
                        running.add(answer["pid"])
                file.write(json.dumps(answer) + "\n")
                file.flush()
        finally:
            for pid in running:
                end(pid)


if __name__ == "__main__":
    for module in _PRELOADED:
        importlib.import_module(module)
    sys.modules["handlers.app"]._tls()  # read once, for all instances
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serve(socket.socket(fileno=int(sys.argv[1])))
