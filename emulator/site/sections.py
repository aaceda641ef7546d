"""The sections of the page: what each contains, and how it is known to have changed."""

import json
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any

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

_MAX_MAILS = 100
_MAX_MAIL_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Section:
    """`version` is cheap to compute; without one, the content itself is compared."""

    name: str
    content: Callable[[], Any]
    version: Callable[[], Hashable] | None = None

    def changed_since(self, seen: Hashable) -> tuple[Hashable, str | None]:
        """The version to remember, and the JSON of the content unless `seen` was that version."""
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
    tracker: MessageTracker
    database: DatabaseView
    turn_log: TurnLog
    resend: Resend
    switches: FaultSwitches

    async def refresh(self) -> None:
        """Reads what has to be polled: the database and the log."""
        await self.database.refresh()
        self.turn_log.refresh()

    def all(self) -> tuple[Section, ...]:
        """All but the calls, which are sent one by one."""
        shown, instances = self.database.shown, self.switches.instances
        return (
            Section("customers", self._customers),
            Section("chat", self.chat.items, lambda: self.chat.version),
            Section("typing", self.chat.typing),
            Section("mails", self._mails, lambda: len(self.resend.messages)),
            Section("tickets", lambda: shown["tickets"], lambda: self.database.version),
            Section("outbox", lambda: shown["outbox"], lambda: self.database.version),
            Section("turns", self.turn_log.turns, lambda: self.turn_log.version),
            Section("switches", self.switches.as_json),
            Section("instances", lambda: [instance.as_json() for instance in instances.all()]),
            Section("counters", self._counters),
        )

    def mail(self, mail_id: str) -> SentEmail | None:
        return next((mail for mail in self.resend.messages if mail.id == mail_id), None)

    def _customers(self) -> list[Json]:
        return [as_json(customer) for customer in self.chat.customers.all()]

    def _mails(self) -> list[Json]:
        return [_mail_json(mail) for mail in reversed(self.resend.messages[-_MAX_MAILS:])]

    def _counters(self) -> Json:
        counts, tracker = self.database.shown["counts"], self.tracker
        keys = [mail.key for mail in self.resend.messages if mail.key]
        doubled_mails = len(keys) - len(set(keys))
        return {
            "messages": tracker.messages,
            "turns": self.database.turns,
            "tickets": counts["tickets"],
            # The rows of an erased customer are gone, and their replies and mails were sent all the same.
            "replies": max(counts["replies"], tracker.accepted_keys),
            "replies_sent": tracker.replies,
            "mails_due": max(counts["mails_due"], len(set(keys))),
            "mails": len(self.resend.messages),
            "waiting": counts["waiting"],
            "lost": self.database.lost,
            "doubled": tracker.doubled + doubled_mails + counts["tickets_doubled"],
        }


def _mail_json(mail: SentEmail) -> Json:
    shown = {**mail.as_json(), "text": (mail.text or "")[:_MAX_MAIL_TEXT]}
    del shown["html"]  # which is loaded into a frame
    return {**shown, "html_url": f"/emulator/mail/{mail.id}", "thread": mail.headers.get("References")}


def encoded(content: Any) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
