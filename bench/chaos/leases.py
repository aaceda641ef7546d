"""Whether anybody called Meta under a lease that had run out: what would be a second reply, had it lasted a little longer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from emulator.call_list import Entry, Ledger

Leases = dict[str, list[tuple[float, float]]]


def leases_overrun(ledgers: Mapping[str, Ledger]) -> list[str]:
    """The calls, by dedup key and how late they were. `ledgers`: of each instance, "<name>-rest" and "<name>-graph"."""
    names = [name.removesuffix("-graph") for name in ledgers if name.endswith("-graph")]
    return [
        late
        for name in names
        for late in _late_calls(name, _leases(ledgers[f"{name}-rest"].all()), ledgers[f"{name}-graph"].all())
    ]


def _late_calls(name: str, leases: Leases, calls: list[Entry]) -> Iterator[str]:
    for call in calls:
        key = call.request.get("biz_opaque_callback_data") if isinstance(call.request, dict) else None
        given = [until for at, until in leases.get(key or "", []) if at <= call.at]
        if key and given and call.at > given[-1]:
            yield f"{name}: {key} {call.at - given[-1]:.1f} s late"


def _leases(entries: list[Entry]) -> Leases:
    """When this instance was given each row, and until when."""
    leases: Leases = defaultdict(list)
    for entry in entries:
        answered = entry.at + entry.duration
        for row in _rows(entry.answer):
            leases[row["dedup_key"]].append((entry.at, answered + row["lease_seconds"]))
    return leases


def _rows(answer: Any) -> list[dict[str, Any]]:
    rows = answer.get("rows") if isinstance(answer, dict) else answer
    return (
        [row for row in rows if isinstance(row, dict) and "lease_seconds" in row]
        if isinstance(rows, list)
        else []
    )
