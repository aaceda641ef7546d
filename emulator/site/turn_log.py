"""What the function says of its own turns, read from the lines it logs."""

from __future__ import annotations

import json
from collections import OrderedDict
from pathlib import Path

from emulator.meta.wire import Json

SHOWN = 300
_READ_BACK = 1_000_000
_FIELDS = ("cache", "loads", "load_ms", "commit_ms", "state", "result", "reply")


class TurnsLog:
    """Follows the log files of the instances; they only grow."""

    def __init__(self, *files: Path) -> None:
        self.version = 0
        self._places: dict[Path, int | None] = dict.fromkeys(files)
        self._turns: OrderedDict[str, Json] = OrderedDict()

    def turns(self) -> dict[str, Json]:
        return dict(self._turns)

    def refresh(self) -> None:
        """Takes in what was written since."""
        for file, place in self._places.items():
            try:
                self._places[file] = self._follow(file, place)
            except OSError:
                continue  # not there yet

    def _follow(self, file: Path, place: int | None) -> int:
        size = file.stat().st_size
        start = max(0, size - _READ_BACK) if place is None or place > size else place
        if start == size:
            return size
        with file.open("rb") as log:
            log.seek(start)
            written = log.read()
        whole, _, _ = written.rpartition(b"\n")
        for line in whole.splitlines():
            self._take(line)
        return start + len(whole) + bool(whole)

    def _take(self, line: bytes) -> None:
        if not line.startswith(b"{"):
            return
        try:
            turn = json.loads(line)
        except ValueError:
            return
        if turn.get("event") != "turn" or "wamid" not in turn:
            return
        known = self._turns.get(turn["wamid"])
        if known is not None and turn.get("result") == "duplicate":
            return  # a second delivery tells less than the first
        self._turns[turn["wamid"]] = {name: turn.get(name) for name in _FIELDS}
        self.version += 1
        while len(self._turns) > SHOWN:
            self._turns.popitem(last=False)
