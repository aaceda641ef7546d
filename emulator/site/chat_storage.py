"""Keeps the chat between runs: what happened as JSON lines, and the files that customers sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from emulator import Json
from emulator.meta.media import Media, MediaStore

_MEDIA_ID = re.compile(r"\d{1,20}")


class JsonLinesFile:
    """Read once at the start, then rewritten without what has been superseded, then appended to."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._output: IO[str] | None = None

    def read(self) -> list[Json]:
        """All lines but those that are incomplete."""
        try:
            lines = self._path.read_text().splitlines()
        except FileNotFoundError:
            return []
        return [found for line in lines if (found := _read(line)) is not None]

    def rewrite(self, lines: Iterable[Json]) -> None:
        """Replaces the file once the new one is complete, and opens it for `append`."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self._path.with_suffix(".new")
        unfinished.write_text("".join(json.dumps(line) + "\n" for line in lines))
        unfinished.replace(self._path)
        self._output = self._path.open("a", buffering=1)

    def append(self, line: Json) -> None:
        """Does nothing before `rewrite` and after `close`."""
        if self._output is not None:
            self._output.write(json.dumps(line) + "\n")

    def close(self) -> None:
        if self._output is not None:
            self._output.close()
            self._output = None


def _read(line: str) -> Json | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


@dataclass(frozen=True, slots=True)
class MediaFolder:
    """Two files for each medium: its content, and its type and name as JSON."""

    folder: Path

    def save(self, media: Media) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        facts = {"mime_type": media.mime_type, "filename": media.filename}
        (self.folder / media.media_id).write_bytes(media.content)
        (self.folder / f"{media.media_id}.json").write_text(json.dumps(facts))

    def restore(self, store: MediaStore, wanted: set[str]) -> None:
        """Puts them back into Meta's stand-in under their ids; deletes what no chat shows any more."""
        for file in self.folder.glob("*.json"):
            content = file.with_suffix("")
            if _MEDIA_ID.fullmatch(content.name) and content.name in wanted and content.exists():
                facts = json.loads(file.read_text())
                store.keep(Media(media_id=content.name, content=content.read_bytes(), **facts))
            else:
                file.unlink()
                content.unlink(missing_ok=True)
