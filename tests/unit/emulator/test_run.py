"""What `make run` does before anything runs."""

import socket
from pathlib import Path

from emulator.run import kept_port


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
