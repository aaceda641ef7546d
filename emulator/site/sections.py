"""The sections of the page, and the stream of server-sent events that brings them to it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from html import unescape

from emulator import Json
from emulator.resend.email_rules import SentEmail
from emulator.resend.resend_api import Resend
from emulator.site.calls import Calls
from emulator.site.chat import Chat
from emulator.site.customer_list import as_json
from emulator.site.database_view import DatabaseView
from emulator.site.fault_switches import FaultSwitches
from emulator.site.message_tracker import MessageTracker
from emulator.site.turn_log import TurnLog

_POLL_SECONDS = 0.05
_RECONNECT_MS = 1000
_MAX_MAILS = 100
_MAX_MAIL_TEXT = 20_000
_MAX_EXCERPT = 140
_NO_WORDS = re.compile(r"<head\b.*?</head>|<!--.*?-->|<[^>]*>", re.DOTALL | re.IGNORECASE)


@dataclass(slots=True, kw_only=True)
class Sections:
    """Where everything that is shown comes from.

    `next_sweep` in unix seconds, and `closing`, which ends all streams, may be set from any thread.
    """

    chat: Chat
    calls: Calls
    tracker: MessageTracker
    database: DatabaseView
    turn_log: TurnLog
    resend: Resend
    switches: FaultSwitches
    next_sweep: float | None = None
    closing: bool = False

    async def events(self) -> AsyncIterator[bytes]:
        """For one page: all sections by name, then each one that has changed. Polls only while a page is connected."""
        seen: Json = {}
        last_call: int | None = None
        yield f"retry: {_RECONNECT_MS}\n\n".encode()
        while not self.closing:
            await self.database.refresh()
            self.turn_log.refresh()
            changed = self._changed(seen)
            calls = self.calls.since(last_call or 0)
            if calls or last_call is None:
                changed["calls"] = {"all" if last_call is None else "new": calls}
                last_call = calls[-1]["number"] if calls else 0
            if changed:
                data = json.dumps(changed, ensure_ascii=False, separators=(",", ":"))
                yield f"data: {data}\n\n".encode("utf-8", "replace")
            await asyncio.sleep(_POLL_SECONDS)

    def mail(self, mail_id: str) -> SentEmail | None:
        return next((mail for mail in self.resend.messages if mail.id == mail_id), None)

    def _changed(self, seen: Json) -> Json:
        """The sections that are not as in `seen`, which is updated. The calls are sent one by one instead."""
        versions = {
            "customers": [as_json(customer) for customer in self.chat.customers.all()],
            "chat": self.chat.version,
            "typing": self.chat.typing(),
            "mails": len(self.resend.messages),
            "outbox": self.database.shown["outbox"],
            "turns": self.turn_log.turns(),
            "switches": self.switches.as_json(),
            "instances": [instance.as_json() for instance in self.switches.instances.all()],
            "counters": self._counters(),
            "next_sweep": self.next_sweep,
        }
        changed = {
            name: version for name, version in versions.items() if name not in seen or seen[name] != version
        }
        seen |= versions
        # Too large to be compared: these are known to have changed by a number.
        large = {"chat": self.chat.items, "mails": self._mails}
        return {name: large[name]() if name in large else content for name, content in changed.items()}

    def _mails(self) -> list[Json]:
        return [_mail_json(mail) for mail in reversed(self.resend.messages[-_MAX_MAILS:])]

    def _counters(self) -> Json:
        counts, tracker = self.database.shown["counts"], self.tracker
        mails = [mail for mail in self.resend.messages if mail.at >= self.database.since]
        keys = [mail.key for mail in mails if mail.key]
        doubled_mails = len(keys) - len(set(keys))
        return {
            "messages": tracker.messages,
            "turns": self.database.turns,
            "tickets": counts["tickets"],
            # The rows of an erased customer are gone, and their replies and mails were sent all the same.
            "replies": max(counts["replies"], len(tracker.accepted)),
            "replies_sent": tracker.replies,
            "mails_due": max(counts["mails_due"], len(set(keys))),
            "mails": len(mails),
            "waiting": counts["waiting"],
            "lost": self.database.lost,
            "doubled": tracker.doubled + doubled_mails + counts["tickets_doubled"],
        }


def _mail_json(mail: SentEmail) -> Json:
    shown = {**mail.as_json(), "text": (mail.text or "")[:_MAX_MAIL_TEXT], "excerpt": excerpt(mail)}
    del shown["html"]  # which is loaded into a frame
    return {**shown, "html_url": f"/emulator/mail/{mail.id}", "thread": mail.headers.get("References")}


def excerpt(mail: SentEmail) -> str:
    """What the list of a mailbox shows of an e-mail: its first words, also those that only such a list shows."""
    words = unescape(_NO_WORDS.sub(" ", mail.html)) if mail.html else mail.text or ""
    return " ".join("".join(c for c in words if c.isprintable() or c.isspace()).split())[:_MAX_EXCERPT]
