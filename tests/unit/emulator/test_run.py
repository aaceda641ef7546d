"""What `make run` does before anything runs."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.run import FUNCTION_PORT, choose_usual_port, kept_port
from emulator.supabase.project import exit_on_signals, signals_wait

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture
def exiting() -> Iterator[None]:
    """The handlers of `make run`; the test's own come back afterwards."""
    before = {signum: signal.getsignal(signum) for signum in SIGNALS}
    exit_on_signals()
    yield
    for signum, handler in before.items():
        signal.signal(signum, handler)


def test_the_port_of_the_last_run_is_taken_again(tmp_path: Path) -> None:
    file = tmp_path / "data" / "port"
    first = kept_port(file)

    assert kept_port(file) == first
    with socket.create_server(("127.0.0.1", first)):
        other = kept_port(file)
    assert other != first
    assert kept_port(file) == other


def test_a_file_without_a_port_is_written_anew(tmp_path: Path) -> None:
    file = tmp_path / "port"
    file.write_text("none")

    assert str(kept_port(file)) == file.read_text()


def test_in_a_new_folder_the_usual_port_is_tried_first(tmp_path: Path) -> None:
    """Whether it is free is for `kept_port` to find out."""
    file = tmp_path / "data" / "port"
    choose_usual_port(file)

    assert file.read_text() == str(FUNCTION_PORT)


def test_the_port_of_an_earlier_run_stays(tmp_path: Path) -> None:
    file = tmp_path / "port"
    file.write_text("45678")
    choose_usual_port(file)

    assert file.read_text() == "45678"


@pytest.mark.usefixtures("exiting")
@pytest.mark.parametrize("signum", SIGNALS)
def test_a_signal_waits_for_what_must_be_done_whole(signum: signal.Signals) -> None:
    done = []

    def change() -> None:
        with signals_wait():
            os.kill(os.getpid(), signum)
            done.append("whole")

    with pytest.raises(SystemExit):
        change()
    assert done == ["whole"]


@pytest.mark.usefixtures("exiting")
def test_afterwards_it_exits_at_once() -> None:
    with signals_wait():
        pass
    with pytest.raises(SystemExit):
        os.kill(os.getpid(), signal.SIGTERM)


def test_a_signal_that_is_ignored_stays_so() -> None:
    """As nohup wants it for SIGHUP."""
    before = {signum: signal.getsignal(signum) for signum in SIGNALS}
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    exit_on_signals()
    try:
        with signals_wait():
            os.kill(os.getpid(), signal.SIGHUP)
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
