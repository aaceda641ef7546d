"""The evidence of a run, by key: what everything that is judged is looked up in."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from bench.chaos.history import History, Row
from bench.chaos.replay import read_event
from state.model.message import Message


class Evidence:
    """A history, ordered. `taken`, `mailed`: how often Meta and Resend took what left under a dedup key.

    `gone`: those who were erased at least once: some of their messages belong to nobody now.
    """

    def __init__(self, history: History) -> None:
        tables = history.tables
        self.history = history
        events = (read_event(said.sender.webhook(said.message)) for said in history.said)
        self.messages = {event.wamid: event for event in events if isinstance(event, Message)}
        self.person = {said.message["id"]: said.person for said in history.said}
        self.inbound = {row["wamid"]: row for row in tables["inbound"]}
        self.outbox = {row["dedup_key"]: row for row in tables["outbox"]}
        self.tickets = {row["id"]: row for row in tables["tickets"]}
        self.events = {row["id"]: row for row in tables["ticket_events"]}
        self.taken = Counter(sent.callback_data or "" for sent in history.sent)
        self.mailed = Counter(mail.key or "" for mail in history.mails)
        self._letters: dict[Any, list[Row]] = defaultdict(list)
        for row in tables["outbox"]:
            if row["lane"].startswith("notify:"):
                self._letters[row["ticket_id"], row["done_at"]].append(row)
        self.newest = _newest(tables["outbox"])
        self.gone = {
            self.person[wamid]
            for wamid, row in self.inbound.items()
            if wamid in self.person and row["customer_id"] is None
        }

    def owner(self, event: Row) -> int | None:
        """Whose ticket it is; None after they were erased."""
        owner: int | None = self.tickets[event["ticket_id"]]["customer_id"]
        return owner

    def code(self, event: Row) -> str:
        return str(self.tickets[event["ticket_id"]]["code"])

    def told_by(self, event: Row) -> list[Row]:
        """What the letter told by which this event was written: they are of one transaction. Nothing, if it failed."""
        if event["body"] == "failed":
            return []
        rows = self._letters.get((event["ticket_id"], event["created_at"]), [])
        return [self.events[told] for row in rows for told in row["events"]]

    def telling(self, kind: str) -> dict[int, list[Row]]:
        """The letters of this kind that tell of each event. A fresh link only names one."""
        told: dict[int, list[Row]] = defaultdict(list)
        for row in self.outbox.values():
            # A letter that follows a template tells the same once more, in full.
            again = row["lane"].startswith(("link:", "later:"))
            if row["kind"] == kind and row["events"] and not again:
                for event in row["events"]:
                    told[event].append(row)
        return told

    def left(self, row: Row) -> int:
        """How often it was taken."""
        return (self.taken if row["kind"] == "whatsapp" else self.mailed)[row["dedup_key"]]

    def of_the_erased(self, key: str) -> bool:
        """Whether its row may be gone, with the person."""
        kind, _, inner = key.partition("/")
        if kind in {"told", "news"}:
            event = self.events.get(int(inner.partition("/")[0]))
            return event is not None and self.owner(event) is None
        if any(self.person.get(part) in self.gone for part in _wamids(inner)):
            return True
        return any(row["customer_id"] is None and row["code"] in inner for row in self.tickets.values())


def _newest(outbox: list[Row]) -> dict[Any, int]:
    newest: dict[Any, int] = {}
    for row in outbox:
        newest[row["lane"]] = max(row["id"], newest.get(row["lane"], 0))
    return newest


def _wamids(inner: str) -> list[str]:
    """The wamid in a dedup key: wa/<wamid>, wa/<wamid>/throttled, mail/<wamid>. Base64 has slashes of its own."""
    return [inner, inner.removesuffix("/throttled")]
