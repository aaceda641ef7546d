"""Compares what is left with what should be: each line that must be zero is one promise of the desk.

Not judged: the first life of somebody who was erased in between (their rows are gone on purpose), beyond the promise that
nothing left twice.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bench.chaos import told
from bench.chaos.evidence import Evidence
from bench.chaos.history import History, Row
from bench.chaos.leases import leases_overrun
from bench.chaos.technicians import Outcome
from bench.chaos.turned import compare


@dataclass(slots=True, kw_only=True)
class Verdict:
    """`facts` are for information; `broken` holds, for each promise, what broke it: a run is good when all are empty."""

    facts: dict[str, int] = field(default_factory=dict)
    broken: dict[str, list[str]] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        return not any(self.broken.values())


def judge(history: History) -> Verdict:
    case = Evidence(history)
    turned, additions, notices = compare(case), told.additions(case), told.notices(case)
    facts = _facts(case)
    broken = {
        "messages lost": [wamid for wamid in case.messages if wamid not in case.inbound],
        "wrong turns": turned.wrong,
        "duplicate tickets": turned.surplus_tickets,
        "e-mails lost": turned.lost_mails + _unsent(case, "email"),
        "e-mails doubled": _doubled_mails(case),
        "replies lost": turned.lost_replies + _unsent(case, "whatsapp"),
        **_doubled_replies(case, facts),
        "out of order": _out_of_order(case),
        "additions that technicians did not hear of": additions.lost,
        "additions told twice": additions.doubled,
        "deeds that owners did not hear of": notices.lost,
        "deeds told twice": notices.doubled,
        "deeds lost or done twice": told.deeds(case),
        "sent under a lease that had run out": leases_overrun(history.ledgers),
        "sent, but not in the outbox": _unaccounted(case),
        "rows still open": _still_open(case),
        "poison rows": [row["wamid"] for row in case.inbound.values() if row["outcome"] == "poison"],
        "webhooks never answered 200": ["?"] * history.undelivered,
    }
    return Verdict(facts=facts, broken=broken)


def _facts(case: Evidence) -> dict[str, int]:
    history = case.history
    outcomes = Counter(row["outcome"] for row in case.inbound.values())
    ended = Counter(row["last_error"] for row in case.outbox.values() if row["status"] == "dead")
    kinds = Counter(key.partition("/")[0] for key in [*case.taken, *case.mailed])
    return {
        "messages": len(history.said),
        "turns": outcomes["done"],
        "throttled": outcomes["throttled"],
        "tickets": len(case.tickets),
        "technicians' deeds": sum(deed.outcome is Outcome.DONE for deed in history.deeds),
        "deeds refused": sum(deed.outcome is Outcome.REFUSED for deed in history.deeds),
        "replies sent": kinds["wa"],
        "replies superseded": ended["superseded"],
        "notices sent": kinds["told"],
        "e-mails sent": kinds["mail"],
        "news e-mails sent": kinds["news"],
        "unclear WhatsApp tries": len(history.unclear),
        "customers erased": len(case.gone),
        "restarts of Postgres": history.restarts,
    }


def _unsent(case: Evidence, kind: str) -> list[str]:
    """Rows that nobody got, though nothing newer made them pointless."""
    return [
        key
        for key, row in case.outbox.items()
        if row["kind"] == kind
        and row["status"] in {"sent", "dead"}
        and not case.left(row)
        and not _dropped(case, row)
    ]


def _dropped(case: Evidence, row: Row) -> bool:
    superseded = row["last_error"] == "superseded" and row["status"] == "dead"
    return bool(superseded and not row["repeat"] and case.newest[row["lane"]] > row["id"])


def _doubled_mails(case: Evidence) -> list[str]:
    """By key, and by what they are about: two keys for one ticket would be two e-mails."""
    opened = Counter(
        mail.tags.get("ticket", "") for mail in case.history.mails if (mail.key or "").endswith("/opened")
    )
    return [key for counted in (case.mailed, opened) for key, count in counted.items() if count > 1]


def _doubled_replies(case: Evidence, facts: dict[str, int]) -> dict[str, list[str]]:
    """With an echo none; without, an unclear try is made again, so each of a row's may have been one more bubble."""
    doubled = {key: count - 1 for key, count in case.taken.items() if count > 1}
    if case.history.plan.echo:
        return {"replies doubled": list(doubled)}
    facts["replies doubled (no echo)"] = sum(doubled.values())
    unclear = Counter(row for row, _ in case.history.unclear)
    beyond = [
        key
        for key, more in doubled.items()
        if more > unclear[case.outbox[key]["id"] if key in case.outbox else 0]
        and not (key not in case.outbox and case.of_the_erased(key))
    ]
    return {"replies doubled beyond the unclear tries": beyond}


def _out_of_order(case: Evidence) -> list[str]:
    """Bubbles that Meta took for the first time after a newer one of the same lane."""
    newest: dict[str, int] = {}
    late, seen = [], set()
    for sent in case.history.sent:
        row = case.outbox.get(sent.callback_data or "")
        if row is None or row["id"] in seen:
            continue
        seen.add(row["id"])
        if row["id"] < newest.get(row["lane"], 0):
            late.append(row["dedup_key"])
        newest[row["lane"]] = max(row["id"], newest.get(row["lane"], 0))
    return late


def _unaccounted(case: Evidence) -> list[str]:
    """What left without a row. Of somebody who was erased the rows are gone."""
    without = (key for key in {*case.taken, *case.mailed} if key not in case.outbox)
    return [key for key in without if not case.of_the_erased(key)]


def _still_open(case: Evidence) -> list[str]:
    return [
        key
        for key, row in case.outbox.items()
        if row["status"] in {"ready", "sending", "unknown"} and not row["lane"].startswith("later:")
    ]
