"""Checks that the dialogue, applied to each customer's messages and ticket events again, gives what is stored."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from bench.chaos.expected_state import NO_CODE, ExpectedState
from bench.chaos.recording import Row
from bench.chaos.recording_index import RecordingIndex
from state.model.session import from_json, to_json


def compare_turns(index: RecordingIndex) -> dict[str, list[str]]:
    """What is wrong, by invariant."""
    found, tables = defaultdict[str, list[str]](list), _CustomerTables(index)
    stored = {row["customer_id"]: row for row in index.recording.tables["conversations"]}
    for customer in tables.turns:
        expected = tables.replay(customer)
        wrong = (
            *expected.errors,
            *_wrong_conversation(expected, stored[customer]),
            *tables.wrong_tickets(expected),
            *tables.wrong_notes(customer, expected),
        )
        found["wrong turns"] += [f"customer {customer}: {error}" for error in wrong]
        found["duplicate tickets"] += tables.surplus_tickets(customer, expected)
        found["e-mails lost"] += [key for key in expected.emails if not index.accepted[key]]
        found["replies lost"] += [key for key in expected.replies if key not in index.outbox]
    return found


def _wrong_conversation(expected: ExpectedState, stored: Row) -> list[str]:
    if stored["version"] != expected.version:
        return [f"version {stored['version']} instead of {expected.version}"]
    session = from_json(stored["session"])
    if session != from_json(to_json(expected.session)):
        return [f"{to_json(session)} instead of {to_json(expected.session)}"]
    return []


class _CustomerTables:
    """The tables by customer, and by message."""

    def __init__(self, index: RecordingIndex) -> None:
        tables = index.recording.tables
        self._index = index
        self.turns = _by_customer(row for row in tables["inbound"] if row["outcome"] == "done")
        self._tickets = _by_customer(tables["tickets"])
        self._ticket_of = {row["wamid"]: row for row in tables["tickets"]}
        self._events: dict[int, list[Row]] = defaultdict(list)
        self._written: dict[str, list[Row]] = defaultdict(list)
        for event in tables["ticket_events"]:
            owner = index.owner(event)
            if owner is not None and (event["actor"] == "technician" or event["kind"] == "notified"):
                self._events[owner].append(event)
            if event["wamid"] and _effect(event):
                self._written[event["wamid"]].append(event)

    def replay(self, customer: int) -> ExpectedState:
        """What the customer's turns and events lead to, in the order of their commits."""
        expected, index = ExpectedState(), self._index
        rows = [*self.turns[customer], *self._events[customer]]
        for row in sorted(rows, key=lambda row: row["commit_number"]):
            if "ticket_id" not in row:
                wamid = row["wamid"]
                code = self._ticket_of.get(wamid, {}).get("code", NO_CODE)
                written = {_effect(event) for event in self._written[wamid]}
                expected.apply_message(index.messages[wamid], row["version"], code, written)
            elif row["kind"] != "notified":
                expected.apply_technician_event(row, index.code(row))
            elif events := index.notified_of(row):
                expected.apply_notification(events, index.code(row), row["created_at"])
        return expected

    def wrong_tickets(self, expected: ExpectedState) -> list[str]:
        wrong = []
        for wamid, ticket in expected.tickets.items():
            row = self._ticket_of.get(wamid)
            if row is None:
                wrong.append(f"no ticket of {wamid}")
            elif (row["description"], row["summary"]) != (ticket.description, ticket.summary):
                wrong.append(f"another text in {ticket.code}")
        return wrong

    def wrong_notes(self, customer: int, expected: ExpectedState) -> list[str]:
        notes = Counter(
            (self._index.code(event), event["wamid"], _effect(event))
            for row in self.turns[customer]
            for event in self._written[row["wamid"]]
            if event["kind"] != "created"
        )
        if notes == expected.notes:
            return []
        return [f"wrote {notes - expected.notes} instead of {expected.notes - notes}"]

    def surplus_tickets(self, customer: int, expected: ExpectedState) -> list[str]:
        return [
            row["code"]
            for row in self._tickets[customer]
            if row["wamid"] not in expected.tickets or row["code"] == NO_CODE
        ]


def _effect(event: Row) -> str:
    """What a message did to a ticket; empty for a change of status that only followed from a note."""
    return str(event["action"] or "") if event["kind"] == "status" else str(event["kind"])


def _by_customer(rows: Iterable[Row]) -> dict[int, list[Row]]:
    by: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row["customer_id"] is not None:
            by[row["customer_id"]].append(row)
    return by
