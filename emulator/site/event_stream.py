"""The stream of server-sent events: all sections when somebody connects, and then whatever has changed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Hashable
from dataclasses import dataclass

from emulator.site.sections import Sections, encoded

_PAUSE_SECONDS = 0.05
_BEAT_SECONDS = 10.0  # so that a line that is gone is noticed
_AGAIN_MS = 1000


@dataclass(slots=True)
class Stream:
    """`closing` may be set from any thread: every connected page is let go within a moment."""

    sections: Sections
    closing: bool = False

    async def events(self) -> AsyncIterator[bytes]:
        """For one page. Nothing is asked of the database while there is none."""
        seen: dict[str, Hashable] = {}
        newest = 0
        beat = time.monotonic()
        yield f"retry: {_AGAIN_MS}\n\n".encode()
        while not self.closing:
            await self.sections.refresh()
            text = self._changes(seen)
            calls, newest = self._calls(newest, first="calls" not in seen)
            seen["calls"] = True
            if text or calls:
                yield (text + calls).encode("utf-8", "replace")
                beat = time.monotonic()
            elif time.monotonic() - beat > _BEAT_SECONDS:
                yield b":\n\n"
                beat = time.monotonic()
            await asyncio.sleep(_PAUSE_SECONDS)

    def _changes(self, seen: dict[str, Hashable]) -> str:
        changed = ""
        for section in self.sections.all():
            seen[section.name], text = section.look(seen.get(section.name))
            if text is not None:
                changed += _event(section.name, text)
        return changed

    def _calls(self, newest: int, *, first: bool) -> tuple[str, int]:
        calls = self.sections.calls.since(newest)
        if not calls and not first:
            return "", newest
        last = calls[-1]["number"] if calls else newest
        return _event("calls", encoded({"all" if first else "new": calls})), last


def _event(name: str, text: str) -> str:
    return f"event: {name}\ndata: {text}\n\n"
