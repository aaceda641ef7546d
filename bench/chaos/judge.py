"""Compares what is left with what should be: each line that must be zero is one promise of the desk.

Not judged: the first life of somebody who was erased in between (their rows are gone on purpose), beyond the promise that
nothing left twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

from bench.chaos.history import History, Row
from bench.chaos.leases import leases_overrun
from bench.chaos.replay import NO_CODE, Expected, read_event, replay
from state.events import Message
from state.session import from_json, to_json


@dataclass(slots=True, kw_only=True)
class Verdict:
    """`facts` are for information; `broken` holds, for each promise, what broke it: a run is good when all are empty."""

    facts: dict[str, int] = field(default_factory=dict)
    broken: dict[str, list[str]] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return not any(self.broken.values())


def judge(history: History) -> Verdict:
    case = _Case(history)
    turns = case.turns()
    broken = {
        "messages lost": case.lost_messages(),
        "wrong turns": turns["wrong"],
        "duplicate tickets": turns["tickets"],
        "e-mails lost": turns["mails lost"] + case.unsent("email"),
        "e-mails doubled": case.doubled_mails(),
        "replies lost": turns["replies lost"] + case.unsent("whatsapp"),
        "replies doubled": case.doubled_replies(),
        "out of order": case.out_of_order(repeat=True),
        "sent under a lease that had run out": leases_overrun(history.ledgers),
        "sent, but not in the outbox": case.unaccounted(),
        "rows still open": case.still_open(),
        "poison rows": [row["wamid"] for row in case.inbound.values() if row["outcome"] == "poison"],
        "webhooks never answered 200": ["?"] * history.undelivered,
    }
    facts = case.facts()
    if not history.plan.echo:  # without an echo an unclear try is made again, so it may have been the second
        doubled = broken.pop("replies doubled")
        facts["replies doubled (no echo)"] = len(doubled)
        broken["replies doubled beyond the unclear tries"] = doubled[history.unclear :]
    return Verdict(facts=facts, broken=broken)


class _Case:
    """The evidence, by key."""

    def __init__(self, history: History) -> None:
        self.history = history
        events = ((said, read_event(said.sender.webhook(said.message))) for said in history.said)
        self.messages = {event.wamid: event for _, event in events if isinstance(event, Message)}
        self.person = {said.message["id"]: said.person for said in history.said}
        self.inbound = {row["wamid"]: row for row in history.tables["inbound"]}
        self.outbox = {row["dedup_key"]: row for row in history.tables["outbox"]}
        self.taken = Counter(sent.callback_data or "" for sent in history.sent)
        self.mailed = Counter(mail.key or "" for mail in history.mails)
        # Whoever was erased has messages that belong to nobody now.
        self.erased = {
            self.person[wamid]
            for wamid, row in self.inbound.items()
            if wamid in self.person and row["customer_id"] is None
        }

    def facts(self) -> dict[str, int]:
        outcomes = Counter(row["outcome"] for row in self.inbound.values())
        ended = Counter(row["last_error"] for row in self.outbox.values() if row["status"] == "dead")
        return {
            "messages": len(self.history.said),
            "turns": outcomes["done"],
            "throttled": outcomes["throttled"],
            "tickets": len(self.history.tables["tickets"]),
            "replies sent": len(self.taken),
            "replies superseded": ended["superseded"],
            "e-mails sent": len(self.mailed),
            "unclear WhatsApp tries": self.history.unclear,
            "menus out of order": len(self.out_of_order(repeat=False)),
            "customers erased": len(self.erased),
        }

    def lost_messages(self) -> list[str]:
        return [wamid for wamid in self.messages if wamid not in self.inbound]

    def turns(self) -> dict[str, list[str]]:
        """Every customer's messages through the dialogue once more, compared with what is stored."""
        found: dict[str, list[str]] = defaultdict(list)
        by_customer: dict[int, list[Row]] = defaultdict(list)
        for row in self.inbound.values():
            if row["outcome"] == "done" and row["customer_id"] is not None:
                by_customer[row["customer_id"]].append(row)
        stored = {row["customer_id"]: row for row in self.history.tables["conversations"]}
        codes = {row["wamid"]: row["code"] for row in self.history.tables["tickets"]}
        for customer, rows in by_customer.items():
            rows.sort(key=lambda row: row["version"])
            expected = replay(rows, self.messages, codes)
            found["wrong"] += self._wrong_state(customer, rows, expected, stored[customer])
            found["wrong"] += self._wrong_writes(customer, expected)
            found["tickets"] += self._surplus_tickets(customer, expected)
            found["mails lost"] += [key for key in expected.mails if not self.mailed[key]]
            found["replies lost"] += [key for key in expected.replies if key not in self.outbox]
        return found

    def _wrong_state(self, customer: int, rows: list[Row], expected: Expected, stored: Row) -> list[str]:
        versions = [row["version"] for row in rows]
        if versions != list(range(1, len(rows) + 1)) or stored["version"] != len(rows):
            return [f"customer {customer}: versions {versions}, conversation at {stored['version']}"]
        session = from_json(stored["session"])
        if session != from_json(to_json(expected.session)):
            return [f"customer {customer}: {to_json(session)} instead of {to_json(expected.session)}"]
        return []

    def _wrong_writes(self, customer: int, expected: Expected) -> list[str]:
        tickets = {row["wamid"]: row for row in self.history.tables["tickets"]}
        wrong = [
            f"customer {customer}: no ticket of {wamid}" for wamid in expected.tickets if wamid not in tickets
        ]
        for wamid, ticket in expected.tickets.items():
            row = tickets.get(wamid, {})
            if row and (row["description"], row["summary"]) != (ticket.description, ticket.summary):
                wrong.append(f"customer {customer}: another text in {ticket.code}")
        code_of = {row["id"]: row["code"] for row in self.history.tables["tickets"]}
        notes = Counter(
            (code_of[row["ticket_id"]], row["wamid"], row["kind"])
            for row in self.history.tables["ticket_events"]
            if row["kind"] in {"note", "human"} and self._of(row["wamid"], customer)
        )
        if notes != Counter(expected.notes):
            wrong.append(f"customer {customer}: notes {notes} instead of {expected.notes}")
        return wrong

    def _surplus_tickets(self, customer: int, expected: Expected) -> list[str]:
        owned = [row for row in self.history.tables["tickets"] if row["customer_id"] == customer]
        return [
            row["code"] for row in owned if row["wamid"] not in expected.tickets or row["code"] == NO_CODE
        ]

    def _of(self, wamid: str, customer: int) -> bool:
        return bool(self.inbound.get(wamid, {}).get("customer_id") == customer)

    def unsent(self, kind: str) -> list[str]:
        """Rows that nobody got, though nothing newer made them pointless."""
        taken = self.taken if kind == "whatsapp" else self.mailed
        return [
            key
            for key, row in self.outbox.items()
            if row["kind"] == kind
            and row["status"] in {"sent", "dead"}
            and not taken[key]
            and not self._dropped(row)
        ]

    def _dropped(self, row: Row) -> bool:
        newer = any(
            other["lane"] == row["lane"] and other["id"] > row["id"] for other in self.outbox.values()
        )
        return bool(
            row["last_error"] == "superseded" and row["status"] == "dead" and not row["repeat"] and newer
        )

    def doubled_mails(self) -> list[str]:
        """By key, and by what they are about: two keys for one ticket would be two e-mails."""
        opened = Counter(
            mail.tags.get("ticket", "") for mail in self.history.mails if (mail.key or "").endswith("/opened")
        )
        return [key for counted in (self.mailed, opened) for key, count in counted.items() if count > 1]

    def doubled_replies(self) -> list[str]:
        return [key for key, count in self.taken.items() if count > 1]

    def out_of_order(self, *, repeat: bool) -> list[str]:
        """Replies that Meta took after a newer one of the same customer; `repeat`: those that matter for ever."""
        newest: dict[str, int] = {}
        late, seen = [], set()
        for sent in self.history.sent:
            row = self.outbox.get(sent.callback_data or "")
            if row is None or row["id"] in seen:
                continue
            seen.add(row["id"])
            if row["id"] < newest.get(row["lane"], 0) and row["repeat"] is repeat:
                late.append(row["dedup_key"])
            newest[row["lane"]] = max(row["id"], newest.get(row["lane"], 0))
        return late

    def unaccounted(self) -> list[str]:
        """What left without a row. Of somebody who was erased the rows are gone."""
        gone = {key for key in self.taken if self._erased(key)}
        codes = {row["code"] for row in self.history.tables["tickets"] if row["customer_id"] is None}
        gone |= {key for key in self.mailed if self._erased(key) or any(code in key for code in codes)}
        return [key for key in {*self.taken, *self.mailed} if key not in self.outbox and key not in gone]

    def _erased(self, key: str) -> bool:
        return any(self.person.get(part) in self.erased for part in _wamids(key))

    def still_open(self) -> list[str]:
        return [key for key, row in self.outbox.items() if row["status"] in {"ready", "sending", "unknown"}]


def _wamids(key: str) -> list[Any]:
    """The wamid in a dedup key: wa/<wamid>, wa/<wamid>/throttled, mail/<wamid>. Base64 has slashes of its own."""
    inner = key.partition("/")[2]
    return [inner, inner.removesuffix("/throttled")]
