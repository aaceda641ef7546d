"""Checks of what was sent against the outbox: nothing lost, doubled, out of order, or sent without a valid lease."""

from collections import Counter, defaultdict
from collections.abc import Mapping

from bench.chaos.recording import Row
from bench.chaos.recording_index import RecordingIndex, row_key
from emulator.call_log import LoggedCall

Leases = dict[tuple[str, str | None], list[tuple[float, float]]]


def unsent(index: RecordingIndex, channel: str) -> list[str]:
    """Finished rows that were never accepted, unless a newer reply superseded them."""
    return [
        key
        for key, row in index.outbox.items()
        if row["channel"] == channel
        and row["status"] in {"sent", "dead"}
        and not index.accepted[key]
        and not _superseded(index, row)
    ]


def _superseded(index: RecordingIndex, row: Row) -> bool:
    superseded = row["last_error"] == "superseded" and row["status"] == "dead"
    may_be = not row["repeat"] or row["yields"]
    return bool(superseded and may_be and index.newest[row["lane"]] > row["id"])


def doubled_emails(index: RecordingIndex) -> list[str]:
    """By dedup key, and by ticket: two keys for one ticket would be two e-mails."""
    opened = Counter(
        mail["tags"].get("ticket", "") for mail in index.recording.emails if row_key(mail).endswith("/opened")
    )
    return [key for counted in (index.emails, opened) for key, count in counted.items() if count > 1]


def doubled_replies(index: RecordingIndex) -> dict[str, int]:
    """How many copies too many Meta accepted, by dedup key."""
    return {key: count - 1 for key, count in index.whatsapp.items() if count > 1}


def beyond_unclear_attempts(index: RecordingIndex, doubled: Mapping[str, int]) -> list[str]:
    """Those with more copies than their row had unclear attempts."""
    unclear = Counter(row for row, _ in index.recording.unclear_attempts)
    return [
        key
        for key, copies in doubled.items()
        if key in index.outbox and copies > unclear[index.outbox[key]["id"]]
    ]


def out_of_order(index: RecordingIndex) -> list[str]:
    """Messages that Meta accepted for the first time after a newer one of the same lane."""
    newest, late = defaultdict[str, int](int), []
    for key in index.whatsapp:  # in the order in which Meta first accepted each
        if row := index.outbox.get(key):
            if row["id"] < newest[row["lane"]]:
                late.append(key)
            newest[row["lane"]] = max(row["id"], newest[row["lane"]])
    return late


def without_row(index: RecordingIndex) -> list[str]:
    """What was sent without an outbox row. The rows of erased customers are deleted."""
    return [key for key in index.accepted if key not in index.outbox and not index.of_erased(key)]


def still_open(index: RecordingIndex) -> list[str]:
    return [
        key
        for key, row in index.outbox.items()
        if row["status"] in {"ready", "sending", "unknown"} and not row["held"]
    ]


def expired_leases(calls: Mapping[str, list[LoggedCall]]) -> list[str]:
    """Calls to Meta after the lease had expired, with how late they were: had it taken longer, a second reply."""
    leases, late = _leases(calls.get("rest", [])), []
    for call in calls.get("graph", []):
        key = call.request.get("biz_opaque_callback_data") if isinstance(call.request, dict) else None
        given = [until for at, until in leases.get((_instance(call), key), []) if at <= call.at]
        if given and call.at > given[-1]:
            late.append(f"{_instance(call)}: {key} {call.at - given[-1]:.1f} s late")
    return late


def _leases(calls: list[LoggedCall]) -> Leases:
    """When each instance leased each row, and until when."""
    leases: Leases = defaultdict(list)
    for call in calls:
        rows = call.answer.get("rows") if isinstance(call.answer, dict) else call.answer
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict) and "lease_seconds" in row:
                until = call.at + call.duration + row["lease_seconds"]
                leases[_instance(call), row["dedup_key"]].append((call.at, until))
    return leases


def _instance(call: LoggedCall) -> str:
    return call.path.split("/")[1]
