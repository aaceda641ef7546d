"""The stream of server-sent events: all sections when a page connects, and then each one that has changed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Hashable
from dataclasses import dataclass

from emulator.site.sections import Sections, encoded

_POLL_SECONDS = 0.05
_KEEPALIVE_SECONDS = 10.0  # so that a broken connection is noticed
_RECONNECT_MS = 1000


@dataclass(slots=True)
class EventStream:
    """`closing` may be set from any thread: it ends the streams of all connected pages."""

    sections: Sections
    closing: bool = False

    async def events(self) -> AsyncIterator[bytes]:
        """For one page. The database is not queried while no page is connected."""
        seen: dict[str, Hashable] = {}
        last_call: int | None = None
        sent_at = time.monotonic()
        yield f"retry: {_RECONNECT_MS}\n\n".encode()
        while not self.closing:
            await self.sections.refresh()
            text = self._changes(seen)
            calls, last_call = self._calls(last_call)
            if not (text or calls) and time.monotonic() - sent_at > _KEEPALIVE_SECONDS:
                text = ":\n\n"
            if text or calls:
                yield (text + calls).encode("utf-8", "replace")
                sent_at = time.monotonic()
            await asyncio.sleep(_POLL_SECONDS)

    def _changes(self, seen: dict[str, Hashable]) -> str:
        changed = ""
        for section in self.sections.all():
            seen[section.name], text = section.changed_since(seen.get(section.name))
            if text is not None:
                changed += _event(section.name, text)
        return changed

    def _calls(self, last: int | None) -> tuple[str, int]:
        """The calls after the one with number `last`, and the number of the newest."""
        calls = self.sections.calls.since(last or 0)
        if last is not None and not calls:
            return "", last
        newest = calls[-1]["number"] if calls else 0
        return _event("calls", encoded({"all" if last is None else "new": calls})), newest


def _event(name: str, text: str) -> str:
    return f"event: {name}\ndata: {text}\n\n"
