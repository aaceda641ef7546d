"""The sections of the page: what each contains, and by what one sees that it has changed."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable
from dataclasses import asdict, dataclass
from typing import Any

from emulator.meta.wire import Json
from emulator.resend.email_rules import Mail
from emulator.resend.resend_api import Resend
from emulator.site.breakage import Breakage
from emulator.site.calls import Calls
from emulator.site.chat import Chat
from emulator.site.tables import Tables
from emulator.site.traffic import Traffic
from emulator.site.turn_log import TurnsLog

_MAILS = 100
_LONGEST_MAIL = 20_000


@dataclass(frozen=True, slots=True)
class Section:
    """`version` is cheap to ask for; without one, the content itself is looked at."""

    name: str
    content: Callable[[], Any]
    version: Callable[[], Hashable] | None = None

    def look(self, seen: Hashable) -> tuple[Hashable, str | None]:
        """What to remember, and the JSON if it is not what was seen."""
        if self.version is not None:
            version = self.version()
            return version, None if version == seen else encoded(self.content())
        text = encoded(self.content())
        return text, None if text == seen else text


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """Where everything that is shown comes from."""

    chat: Chat
    calls: Calls
    traffic: Traffic
    tables: Tables
    turns_log: TurnsLog
    resend: Resend
    breakage: Breakage

    async def refresh(self) -> None:
        """Looks at what does not tell by itself: the database and the log."""
        await self.tables.refresh()
        self.turns_log.refresh()

    def all(self) -> tuple[Section, ...]:
        """All but the calls, which come piece by piece."""
        return (
            Section("people", self._people),
            Section("chat", self.chat.talks, lambda: self.chat.version),
            Section("typing", self.chat.typing),
            Section("mails", self._mails, lambda: len(self.resend.messages)),
            Section("tickets", lambda: self.tables.tickets, lambda: self.tables.version),
            Section("outbox", lambda: self.tables.outbox, lambda: self.tables.version),
            Section("turns", self.turns_log.turns, lambda: self.turns_log.version),
            Section("switches", self.breakage.switches),
            Section("instances", lambda: [each.as_json() for each in self.breakage.instances.all()]),
            Section("counters", self._counters),
        )

    def mail(self, mail_id: str) -> Mail | None:
        return next((mail for mail in self.resend.messages if mail.id == mail_id), None)

    def _people(self) -> list[Json]:
        languages: dict[str, str] = {}
        for row in reversed(self.tables.languages):
            languages |= {alias: row["language"] for alias in (row["user_id"], row["wa_id"]) if alias}
        return [
            {
                "key": somebody.key,
                **asdict(somebody),
                "language": languages.get(somebody.bsuid or "") or languages.get(somebody.phone or ""),
            }
            for somebody in self.chat.people.all()
        ]

    def _mails(self) -> list[Json]:
        return [
            {
                "id": mail.id,
                "at": mail.at,
                "to": mail.to,
                "from": mail.sender,
                "subject": mail.subject,
                "text": (mail.text or "")[:_LONGEST_MAIL],
                "html_url": f"/emulator/mail/{mail.id}",
                "key": mail.key,
                "reply_to": mail.reply_to,
                "thread": mail.headers.get("References"),
                "attachments": [asdict(file) for file in mail.attachments],
            }
            for mail in reversed(self.resend.messages[-_MAILS:])
        ]

    def _counters(self) -> Json:
        counts, traffic = self.tables.counts, self.traffic
        keys = [mail.key for mail in self.resend.messages if mail.key]
        return {
            "messages": traffic.messages,
            "turns": self.tables.turns,
            "tickets": counts["tickets"],
            # A person who was erased takes the rows along.
            "replies": max(counts["replies"], traffic.keys),
            "replies_sent": traffic.replies,
            "mails_due": max(counts["mails_due"], len(set(keys))),
            "mails": len(self.resend.messages),
            "waiting": counts["waiting"],
            "lost": self.tables.lost,
            "doubled": traffic.doubled + len(keys) - len(set(keys)) + counts["tickets_doubled"],
        }


def encoded(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
