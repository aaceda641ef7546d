"""A download comes whole, or is an error: never later than it may, and never another file."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import pytest

from channels.download import MediaDiffers, MediaError, download
from channels.http import Http


@dataclass
class Trickle:
    url: str
    sent: int = 0


@contextmanager
def server(head: bytes, pieces: int, pause: float = 0.0) -> Iterator[Trickle]:
    """A server that answers once, with so many pieces of one byte."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        trickle = Trickle(f"http://127.0.0.1:{listening.getsockname()[1]}/x")

        def answer() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
                try:
                    for _ in range(pieces):
                        connection.sendall(b"x")
                        trickle.sent += 1
                        time.sleep(pause)
                except OSError:
                    pass  # they have closed it

        thread = threading.Thread(target=answer)
        thread.start()
        yield trickle
        thread.join()


def read(url: str, size: int, seconds: float = 20.0) -> bytes:
    file = download(Http(), url, {}, size=size, sha256=None, max_bytes=1000, max_seconds=seconds)
    with closing(file):
        return b"".join(file.chunks)


def test_what_trickles_in_ends_in_time() -> None:
    head = b"Content-Length: 150\r\n"
    with server(head, 150, 0.02) as trickle, pytest.raises(MediaError, match="too slow"):
        read(trickle.url, 150, 0.0)
    assert trickle.sent < 150


@pytest.mark.parametrize("head", [b"Content-Length: 9\r\n", b""], ids=["said", "not said"])
def test_what_breaks_off_may_be_whole_the_next_time(head: bytes) -> None:
    with server(head, 5) as trickle, pytest.raises(MediaError) as raised:
        read(trickle.url, 9)
    assert not isinstance(raised.value, MediaDiffers)


@pytest.mark.parametrize("size", [0, 1, 9])
def test_whole(size: int) -> None:
    with server(f"Content-Length: {size}\r\n".encode(), size) as trickle:
        assert read(trickle.url, 5) == b"x" * size


def test_longer_than_it_was_said_to_be() -> None:
    with server(b"", 9) as trickle, pytest.raises(MediaDiffers):
        read(trickle.url, 5)
