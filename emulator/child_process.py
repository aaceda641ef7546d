"""Start a child process that ends when this process ends, however it ends."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1  # <sys/prctl.h>

Process = subprocess.Popen[bytes]


def start_child(
    argv: Sequence[str | Path],
    *,
    on_parent_death: signal.Signals = signal.SIGTERM,
    user: str = "",
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    output: IO[bytes] | int | None = None,
    keep_open: Sequence[int] = (),
) -> Process:
    """Run `argv` (a full path first) in a session of its own, so that Ctrl-C reaches only this process.

    On Linux the signal is sent when the *thread* that called this ends: call it from a thread that stays.
    `user` drops root before the program starts; `keep_open` are file descriptors that the child inherits.
    """
    # This file is the launcher: Popen's preexec_fn is unsafe with threads and deprecated since Python 3.12.
    launcher = [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(int(on_parent_death)), user]
    return subprocess.Popen(
        [*launcher, *map(str, argv)],
        stdin=subprocess.DEVNULL if sys.platform == "linux" else subprocess.PIPE,
        stdout=output,
        stderr=None if output is None else subprocess.STDOUT,
        cwd=cwd,
        env=env,
        pass_fds=keep_open,
        start_new_session=True,
    )


def stop_child(process: Process, *signals: signal.Signals, seconds: float = 10) -> int:
    """Send each signal in turn until the process ends, SIGKILL last. Returns its exit code."""
    for signum in (*signals, signal.SIGKILL):
        process.send_signal(signum)
        try:
            process.wait(seconds)
            break
        except subprocess.TimeoutExpired:
            continue
    if process.stdin:
        process.stdin.close()
    return process.returncode


def drop_root(user: str) -> None:
    """Become `user`. Before the death signal is set: the kernel clears that when the user changes."""
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def die_with_parent_on_linux(parent: int, death_signal: int) -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:  # the parent ended before the kernel knew
        os._exit(1)


def die_with_parent_elsewhere(death_signal: int) -> None:
    """Fork a watcher that reads our stdin: the parent holds the other end, which closes when it dies."""
    program = os.getpid()
    if os.fork() == 0:
        sys.stdin.buffer.read()
        if os.getppid() == program:
            os.kill(program, death_signal)
        os._exit(0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)


def launch(parent: str, death_signal: str, user: str, *argv: str) -> None:
    if user:
        drop_root(user)
    if sys.platform == "linux":
        die_with_parent_on_linux(int(parent), int(death_signal))
    else:
        die_with_parent_elsewhere(int(death_signal))
    os.execv(argv[0], argv)  # noqa: S606 - the arguments are ours, no shell sees them


if __name__ == "__main__":
    launch(*sys.argv[1:])
