"""`python -m ops` as a process: by which Python, into which pipe, with which letters, and stopped while it asks."""

import fcntl
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import IO

import pytest

from ops.interpreter import problem
from tests.support.builders import ANA
from tests.support.ops_tickets import OpsCli
from tests.support.paths import ROOT


def environment(cli: OpsCli, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "SUPABASE_URL": cli.local.url, "SUPABASE_SECRET_KEY": cli.local.secret_key, **more}


def test_a_reader_that_has_seen_enough(cli: OpsCli) -> None:
    for number in range(8):
        cli.open_ticket(number, summary="no prende " * 20)
    command = f"{sys.executable} -m ops tickets export --json | head -n 1; echo"
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=environment(cli), capture_output=True, text=True, check=False
    )
    assert done.stdout.startswith("[\n")
    assert done.stderr == ""


def test_a_terminal_that_lacks_our_letters(cli: OpsCli) -> None:
    cli.open_ticket(summary="pantalla 日本語 ✓")
    done = subprocess.run(
        [sys.executable, "-m", "ops", "tickets", "list"],
        cwd=ROOT,
        env=environment(cli, PYTHONIOENCODING="ascii", COLUMNS="40"),
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"TK-" in done.stdout


@pytest.mark.parametrize(
    ("command", "how"),
    [(("erase", "--phone", f"+{ANA.wa_id}"), b"\x03"), (("outbox", "drop", "ROW"), b"\x04")],
    ids=["ctrl-c", "ctrl-d"],
)
def test_stopped_while_it_asks(cli: OpsCli, command: tuple[str, ...], how: bytes) -> None:
    cli.open_ticket()
    row = str(cli.tables.value("select min(id) from outbox"))
    words = [row if word == "ROW" else word for word in command]
    process, terminal = pty.fork()
    if not process:  # the child
        os.chdir(ROOT)
        os.execve(sys.executable, [sys.executable, "-m", "ops", *words], environment(cli))
    said = b""
    while b"go on" not in said and b"?" not in said:
        said += os.read(terminal, 4096)
    said += _pressed_until_it_ends(terminal, how)
    _, status = os.waitpid(process, 0)
    assert os.waitstatus_to_exitcode(status) == 1
    assert "✗ nothing was done" in said.decode()
    assert b"Traceback" not in said
    assert cli.tables.value("select count(*) from customers") == 1
    assert cli.tables.value("select count(*) from outbox where last_error = 'dropped'") == 0


def _pressed_until_it_ends(terminal: int, key: bytes) -> bytes:
    """What it says. As people do, again after a second: a key that comes between Python's question and its reading is lost."""
    said = b""
    try:
        os.write(terminal, key)
        while True:
            if not select.select([terminal], [], [], 1.0)[0]:
                os.write(terminal, key)
            elif some := os.read(terminal, 4096):
                said += some
            else:
                return said
    except OSError:  # Linux, when the child has ended
        return said


def test_stopped_at_work(cli: OpsCli) -> None:
    """While it waits for a text."""
    command = [sys.executable, "-m", "ops", "tickets", "answer", cli.open_ticket(), "-"]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(cli), stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        _until_it_reads(process.stdin)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate()
    assert process.returncode == 130
    assert said.strip().startswith("✗ stopped. What was under way may or may not have been done.")


def _until_it_reads(pipe: IO[str]) -> None:
    pipe.write("Mañana")
    pipe.flush()
    while fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)) != bytes(4):
        time.sleep(0.05)


class TestInterpreter:
    def test_one_that_has_all(self) -> None:
        assert problem() == ""

    def test_one_that_has_nothing(self, tmp_path: Path) -> None:
        """As on Debian, where nothing of it is installed for the system's Python."""
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(ROOT)!r}); sys.argv[1:] = "
             "['doctor', '--stage', 'prod']; import runpy; runpy.run_module('ops', run_name='__main__')"],
            cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 1
        assert done.stderr.startswith("✗ this Python has no typer, dotenv")
        assert done.stderr.endswith(
            "`make ops` installs what is needed into .venv; then: .venv/bin/python -m ops doctor --stage prod\n"
        )
