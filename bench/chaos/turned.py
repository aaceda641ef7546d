"""Every customer's messages through the dialogue once more, compared with what is stored."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.chaos.evidence import Evidence
from bench.chaos.history import Row
from bench.chaos.replay import NO_CODE, Expected, in_order
from state.model.session import from_json, to_json


@dataclass(slots=True, kw_only=True)
class Turned:
    """What is not as it should be: turns, tickets that are too many, and the keys of what is not there."""

    wrong: list[str] = field(default_factory=list)
    surplus_tickets: list[str] = field(default_factory=list)
    lost_mails: list[str] = field(default_factory=list)
    lost_replies: list[str] = field(default_factory=list)


def compare(case: Evidence) -> Turned:
    """Not judged: the first life of somebody who was erased in between."""
    found, files = Turned(), _Files(case)
    stored = {row["customer_id"]: row for row in case.history.tables["conversations"]}
    for customer, rows in files.turns.items():
        expected = files.replay(customer)
        found.wrong += [f"customer {customer}: {slip}" for slip in expected.slips]
        found.wrong += _wrong_state(customer, expected, stored[customer])
        found.wrong += files.wrong_tickets(customer, expected)
        found.wrong += files.wrong_notes(customer, rows, expected)
        found.surplus_tickets += files.surplus(customer, expected)
        found.lost_mails += [key for key in expected.mails if not case.mailed[key]]
        found.lost_replies += [key for key in expected.replies if key not in case.outbox]
    return found


def _wrong_state(customer: int, expected: Expected, stored: Row) -> list[str]:
    if stored["version"] != expected.version:
        return [f"customer {customer}: version {stored['version']} instead of {expected.version}"]
    session = from_json(stored["session"])
    if session != from_json(to_json(expected.session)):
        return [f"customer {customer}: {to_json(session)} instead of {to_json(expected.session)}"]
    return []


class _Files:
    """The tables by customer, and by message."""

    def __init__(self, case: Evidence) -> None:
        tables = case.history.tables
        self._case = case
        self.turns = _by_customer(row for row in tables["inbound"] if row["outcome"] == "done")
        self._tickets = _by_customer(tables["tickets"])
        self._ticket_of = {row["wamid"]: row for row in tables["tickets"]}
        self._deeds: dict[int, list[Row]] = defaultdict(list)
        self._wrote: dict[str, list[Row]] = defaultdict(list)
        for event in tables["ticket_events"]:
            owner = case.owner(event)
            if owner is not None and (event["actor"] == "technician" or event["kind"] == "notified"):
                self._deeds[owner].append(event)
            if event["wamid"] and _did(event):
                self._wrote[event["wamid"]].append(event)

    def replay(self, customer: int) -> Expected:
        expected, case = Expected(), self._case
        for row in in_order(self.turns[customer], self._deeds[customer]):
            if row.get("kind") == "notified":
                if told := case.told_by(row):
                    expected.read(told, case.code(row), row["created_at"])
                continue
            if "ticket_id" in row:
                expected.work(row, case.code(row))
                continue
            wamid = row["wamid"]
            code = self._ticket_of.get(wamid, {}).get("code", NO_CODE)
            wrote = {_did(event) for event in self._wrote[wamid]}
            expected.take(case.messages[wamid], row["version"], code, wrote)
        return expected

    def wrong_tickets(self, customer: int, expected: Expected) -> list[str]:
        wrong = []
        for wamid, ticket in expected.tickets.items():
            row = self._ticket_of.get(wamid)
            if row is None:
                wrong.append(f"customer {customer}: no ticket of {wamid}")
            elif (row["description"], row["summary"]) != (ticket.description, ticket.summary):
                wrong.append(f"customer {customer}: another text in {ticket.code}")
        return wrong

    def wrong_notes(self, customer: int, rows: list[Row], expected: Expected) -> list[str]:
        notes = Counter(
            (self._case.code(event), event["wamid"], _did(event))
            for row in rows
            for event in self._wrote[row["wamid"]]
            if event["kind"] != "created"
        )
        if notes == expected.notes:
            return []
        return [f"customer {customer}: wrote {notes - expected.notes} instead of {expected.notes - notes}"]

    def surplus(self, customer: int, expected: Expected) -> list[str]:
        return [
            row["code"]
            for row in self._tickets[customer]
            if row["wamid"] not in expected.tickets or row["code"] == NO_CODE
        ]


def _did(event: Row) -> str:
    """What a message did to a ticket; nothing, where a change only followed from it: an answer taken up."""
    return str(event["action"] or "") if event["kind"] == "status" else str(event["kind"])


def _by_customer(rows: Iterable[Row]) -> dict[int, list[Row]]:
    by: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row["customer_id"] is not None:
            by[row["customer_id"]].append(row)
    return by
