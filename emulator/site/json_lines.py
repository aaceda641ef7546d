"""A file of JSON lines that grows with what happens, is read once at the start, and never becomes long."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

from emulator.meta.wire import Json

_MAX_LINES = 5_000


class Kept:
    """`state` gives the lines that say all there is to say now: what the file is cut down to when it has grown long."""

    def __init__(self, file: Path, state: Callable[[], Iterable[Json]], most: int = _MAX_LINES) -> None:
        self._file = file
        self._state = state
        self._most = most
        self._lock = threading.RLock()
        self._lines = 0
        self._open: IO[str] | None = None

    def read(self) -> list[Json]:
        """All lines; one that was cut off half-way is left out."""
        try:
            lines = self._file.read_text().splitlines()
        except FileNotFoundError:
            return []
        return [found for line in lines if (found := _read(line)) is not None]

    def append(self, line: Json) -> None:
        """Does nothing until `cut_down` has opened the file, and after `close`."""
        with self._lock:
            if self._open is None:
                return
            if self._lines >= self._most:
                self.cut_down()
                return
            self._open.write(json.dumps(line) + "\n")
            self._open.flush()
            self._lines += 1

    def cut_down(self) -> None:
        """Write it anew, under another name until it is whole."""
        with self._lock:
            self.close()
            self._file.parent.mkdir(parents=True, exist_ok=True)
            lines = [json.dumps(line) + "\n" for line in self._state()]
            unfinished = self._file.with_suffix(".new")
            unfinished.write_text("".join(lines))
            unfinished.replace(self._file)
            self._open = self._file.open("a")
            self._lines = 0

    def close(self) -> None:
        with self._lock:
            if self._open is not None:
                self._open.close()
                self._open = None


def _read(line: str) -> Json | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
