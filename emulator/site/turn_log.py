"""The turns of the function, read from the lines it logs."""

import json
from collections import OrderedDict
from pathlib import Path

from emulator import Json

MAX_TURNS = 300
_MAX_BYTES = 1_000_000  # of an older log
_FIELDS = ("cache", "loads", "load_ms", "commit_ms", "state", "result", "reply")


class TurnLog:
    """Follows the log files of the instances; they only grow."""

    def __init__(self, *files: Path) -> None:
        self._files = files
        self._offsets: dict[Path, int] = {}
        self._turns: OrderedDict[str, Json] = OrderedDict()

    def turns(self) -> dict[str, Json]:
        return dict(self._turns)

    def refresh(self) -> None:
        """Reads the lines that were written since the last call."""
        for file in self._files:
            if file.exists():
                self._follow(file)

    def _follow(self, file: Path) -> None:
        with file.open("rb") as log:
            log.seek(self._offsets.get(file, max(0, file.stat().st_size - _MAX_BYTES)))
            for line in log:
                if not line.endswith(b"\n"):
                    break  # it is still being written
                self._take(line)
                self._offsets[file] = log.tell()

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
            return  # the line of a second delivery says less than that of the first
        self._turns[turn["wamid"]] = {name: turn.get(name) for name in _FIELDS}
        while len(self._turns) > MAX_TURNS:
            self._turns.popitem(last=False)
