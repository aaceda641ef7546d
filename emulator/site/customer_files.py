"""The files that customers sent, kept beside the chat, so that yesterday's photo is still there today."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from emulator.meta.media import Media, MediaStore

_ID = re.compile(r"\d{1,20}")


@dataclass(frozen=True, slots=True)
class Files:
    """Two files for each: the bytes, and what is known of them."""

    folder: Path

    def save(self, media: Media) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        facts = {"mime_type": media.mime_type, "filename": media.filename}
        (self.folder / media.media_id).write_bytes(media.content)
        (self.folder / f"{media.media_id}.json").write_text(json.dumps(facts))

    def give_back(self, store: MediaStore, wanted: set[str]) -> None:
        """To Meta's stand-in, under the ids they had; what no chat shows any more is deleted."""
        for file in self.folder.glob("*.json"):
            content = file.with_suffix("")
            if _ID.fullmatch(content.name) and content.name in wanted and content.exists():
                facts = json.loads(file.read_text())
                store.keep(Media(media_id=content.name, content=content.read_bytes(), **facts))
            else:
                file.unlink()
                content.unlink(missing_ok=True)
