"""The stream of server-sent events: all sections when a page connects, and then each one that has changed."""

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
        """For one page: objects of section names and contents. The database is only queried while a page is connected."""
        seen: dict[str, Hashable] = {}
        last_call: int | None = None
        sent_at = time.monotonic()
        yield f"retry: {_RECONNECT_MS}\n\n".encode()
        while not self.closing:
            await self.sections.refresh()
            changed = self._changed(seen)
            calls = self.sections.calls.since(last_call or 0)
            if calls or last_call is None:
                changed.append(f'"calls":{encoded({"all" if last_call is None else "new": calls})}')
                last_call = calls[-1]["number"] if calls else 0
            if changed or time.monotonic() - sent_at > _KEEPALIVE_SECONDS:
                yield f"data: {{{','.join(changed)}}}\n\n".encode("utf-8", "replace")
                sent_at = time.monotonic()
            await asyncio.sleep(_POLL_SECONDS)

    def _changed(self, seen: dict[str, Hashable]) -> list[str]:
        """The sections that are not as in `seen`, which is updated."""
        changed = []
        for section in self.sections.all():
            seen[section.name], text = section.changed_since(seen.get(section.name))
            if text is not None:
                changed.append(f'"{section.name}":{text}')
        return changed
