"""Keeps the chat between runs: its state in a JSON file, and the files that were sent in it."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from emulator import Json
from emulator.meta.media import INCOMING_SECONDS, UPLOAD_SECONDS, Media, MediaStore
from emulator.meta.webhook_payload import BUSINESS

_SAVE_SECONDS = 0.5


class SavedState:
    """A JSON file of what `state` returns, written soon after each change and at the end."""

    def __init__(self, path: Path, state: Callable[[], Json]) -> None:
        self._path, self._state = path, state
        self._writing = threading.Lock()
        self._timer: threading.Timer | None = None
        self._closed = False

    def load(self) -> Json | None:
        """What the last run saved."""
        try:
            found = json.loads(self._path.read_text())
        except (FileNotFoundError, ValueError):
            return None
        return found if isinstance(found, dict) else None

    def changed(self) -> None:
        """Called by one thread at a time."""
        if self._timer is None and not self._closed:
            self._timer = threading.Timer(_SAVE_SECONDS, self._save)
            self._timer.daemon = True
            self._timer.start()

    def close(self) -> None:
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._save()

    def _save(self) -> None:
        self._timer = None  # before the state is read: a change from here on needs another timer
        with self._writing:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            unfinished = self._path.with_suffix(".new")
            unfinished.write_text(json.dumps(self._state()))
            unfinished.replace(self._path)


@dataclass(frozen=True, slots=True)
class MediaFolder:
    """One file for each medium, named by its id; its type and name are in the chat."""

    folder: Path

    def save(self, media: Media) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / media.media_id).write_bytes(media.content)

    def restore(self, store: MediaStore, items: list[Json]) -> None:
        """Puts the files of the chat's `items` back into Meta's stand-in; deletes what no chat shows any more."""
        shown = {item["file"]["url"].rpartition("/")[2]: item for item in items if item["file"]}
        for path in self.folder.glob("*"):
            if path.name in shown:
                store.keep(_restored(path, shown[path.name]))
            else:
                path.unlink()


def _restored(path: Path, item: Json) -> Media:
    of_desk = item["from"] == "desk"
    return Media(
        media_id=path.name,
        content=path.read_bytes(),
        mime_type=item["file"]["mime_type"],
        filename=item["file"]["filename"],
        expires_at=path.stat().st_mtime + (UPLOAD_SECONDS if of_desk else INCOMING_SECONDS),
        phone_number_id=BUSINESS.phone_number_id if of_desk else None,
    )
