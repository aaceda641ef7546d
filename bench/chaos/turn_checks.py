"""Checks that the dialogue, applied to each customer's messages and ticket events again, gives what is stored."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from bench.chaos.expected_state import NO_CODE, ExpectedState
from bench.chaos.recording import Row
from bench.chaos.recording_index import RecordingIndex
from state.model.session import from_json, to_json
from state.model.ticket_fact import facts_from_json


def compare_turns(index: RecordingIndex) -> dict[str, list[str]]:
    """What is wrong, by invariant."""
    tables = index.recording.tables
    found, opened = defaultdict[str, list[str]](list), set[str]()
    stored = {row["customer_id"]: row for row in tables["conversations"]}
    for customer, rows in _commits(index).items():
        expected = ExpectedState()
        for row in sorted(rows, key=lambda row: row["commit_number"]):
            _apply(index, expected, row)
        opened |= expected.tickets.keys()
        wrong = (
            *expected.errors,
            *_wrong_conversation(expected, stored[customer]),
            *_wrong_tickets(expected, index.ticket_of),
        )
        found["wrong turns"] += [f"customer {customer}: {error}" for error in wrong]
        found["e-mails lost"] += [key for key in expected.emails if not index.accepted[key]]
        found["replies lost"] += [key for key in expected.replies if key not in index.outbox]
    found["duplicate tickets"] = [
        row["code"]
        for row in tables["tickets"]
        if row["customer_id"] is not None and (row["wamid"] not in opened or row["code"] == NO_CODE)
    ]
    return found


def _commits(index: RecordingIndex) -> dict[int, list[Row]]:
    """The turns of each customer, and the events of their tickets of which their conversation may get a fact."""
    commits: dict[int, list[Row]] = defaultdict(list)
    for row in index.inbound.values():
        if row["outcome"] == "done" and row["customer_id"] is not None:
            commits[row["customer_id"]].append(row)
    for event in index.events.values():
        owner = index.owner(event)
        if owner in commits and (event["actor"] == "technician" or event["kind"] == "notified"):
            commits[owner].append(event)
    return commits


def _apply(index: RecordingIndex, expected: ExpectedState, row: Row) -> None:
    if "ticket_id" not in row:
        wamid = row["wamid"]
        code = index.ticket_of.get(wamid, {}).get("code", NO_CODE)
        expected.apply_message(index.messages[wamid], row["version"], code, index.written[wamid])
    elif row["kind"] != "notified":
        expected.apply_technician_event(row, index.code(row))
    elif events := index.notified_of(row):
        expected.apply_notification(events, index.code(row), row["created_at"])


def _wrong_conversation(expected: ExpectedState, stored: Row) -> Iterator[str]:
    session = from_json(stored["session"])
    if stored["version"] != expected.version:
        yield f"version {stored['version']} instead of {expected.version}"
    elif session != from_json(to_json(expected.session)):
        yield f"{to_json(session)} instead of {to_json(expected.session)}"
    elif (facts := facts_from_json(stored["facts"])) != expected.facts:
        yield f"{facts} instead of {expected.facts}"


def _wrong_tickets(expected: ExpectedState, ticket_of: Mapping[str, Row]) -> Iterator[str]:
    for wamid, ticket in expected.tickets.items():
        row = ticket_of.get(wamid)
        if row is None:
            yield f"no ticket of {wamid}"
        elif (row["description"], row["summary"]) != (ticket.description, ticket.summary):
            yield f"another text in {ticket.code}"
