"""Rows of the outbox on the screen: the table of many, the sheet of one."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from messages.safe_text import clean
from ops.outbox_words import Entry, pause, what, why
from ops.show import line, table
from ops.when import moment, now, shown, since
from state.model.outbox_row import NotificationKind


def tell(entries: Sequence[Entry], zone: ZoneInfo, *, chosen: bool) -> None:
    """The table of `outbox list`. chosen: whether it was asked for some states only."""
    if not entries:
        line("There are no such rows." if chosen else "✓ Nothing waits, and nothing was given up.")
        return
    at = now()
    table(
        ("id", "what", "ticket", "age", "tries", "why"),
        [
            (
                entry["id"],
                what(entry),
                entry["ticket"] or "-",
                since(moment(entry["created_at"]) or at, at),
                entry["attempts"],
                why(entry, at),
            )
            for entry in entries
        ],
    )
    for each in sorted({pause(entry, zone) for entry in entries} - {""}):
        line(each)


def facts(entry: Entry, zone: ZoneInfo) -> list[tuple[str, str]]:
    """The lines of `outbox show`: a name and a value each."""
    at = now()
    times = {"created": "created_at", "next try": "next_at", "first try": "first_try_at", "done": "done_at"}
    shown_times = [
        (name, f"{shown(value, zone)}")
        for name, column in times.items()
        if (value := moment(entry[column]))
        and not (column == "next_at" and entry["status"] in {"sent", "dead"})
    ]
    found = [
        ("row", f"{entry['id']}, {what(entry)}"),
        ("ticket", entry["ticket"] or "-"),
        ("state", entry["status"]),
        ("why", why(entry, at) if entry["status"] != "sent" else ""),
        ("pause", pause(entry, zone)),
        ("tries", str(entry["attempts"])),
        *shown_times,
        ("error", entry["error"] or ""),
        ("lane", entry["lane"]),
        ("key", entry["key"]),
        ("their id", entry["provider_id"] or ""),
        ("tells", ", ".join(f"event {number}" for number in entry["events"] or ())),
    ]
    return [(name, value) for name, value in found if value]


def words_of(words: Entry) -> str:
    """What `outbox show --body` prints."""
    body = words["body"]
    if not body:
        return "Its words are forgotten: the customer was erased."
    if body in set(NotificationKind):
        return f"Its words ({body}) are written when it leaves, from the events of its ticket."
    return clean(body)
