"""Compares a recording with what must be true, as a table: each line that must be zero is one invariant of the desk.

Not checked: what a customer did before they were erased (those rows are deleted on purpose), except that nothing was
sent twice.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bench.chaos import file_checks as files
from bench.chaos import mailed_checks as mailed
from bench.chaos import outbox_checks as outbox
from bench.chaos.environment import SERVICES
from bench.chaos.notification_checks import customer_notifications, technician_notifications
from bench.chaos.recording import Recording
from bench.chaos.recording_index import RecordingIndex
from bench.chaos.technicians import Outcome
from bench.chaos.turn_checks import compare_turns

_MAX_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """`counts` are for information; `violations` holds, for each invariant, what violates it: all empty in a good run."""

    counts: dict[str, int]
    violations: dict[str, list[str]]

    @property
    def passed(self) -> bool:
        return not any(self.violations.values())


def check(recording: Recording) -> Result:
    index = RecordingIndex(recording)
    counts, turns = _counts(index), compare_turns(index)
    technicians_lost, technicians_doubled = technician_notifications(index)
    customers_lost, customers_doubled = customer_notifications(index)
    violations = {
        "messages lost": [wamid for wamid in index.messages if wamid not in index.inbound],
        "wrong turns": turns["wrong turns"],
        "duplicate tickets": turns["duplicate tickets"],
        "e-mails lost": turns["e-mails lost"] + outbox.unsent(index, "email"),
        "e-mails doubled": outbox.doubled_emails(index),
        "replies lost": turns["replies lost"] + outbox.unsent(index, "whatsapp"),
        **_doubled_replies(index, counts),
        "out of order": outbox.out_of_order(index),
        "technician notifications lost": technicians_lost,
        "technician notifications doubled": technicians_doubled,
        "customer notifications lost": customers_lost,
        "customer notifications doubled": customers_doubled,
        "technician actions lost or doubled": _wrong_actions(index),
        "mailed answers lost": mailed.lost(index),
        "mailed answers doubled": mailed.doubled(index),
        "files lost": files.lost(index),
        "files left over": files.left_over(index),
        "sent after the lease expired": outbox.expired_leases(recording.calls),
        "sent without an outbox row": outbox.without_row(index),
        "outbox rows still open": outbox.still_open(index),
        "poison messages": [row["wamid"] for row in index.inbound.values() if row["outcome"] == "poison"],
        "webhooks never answered 200": ["?"] * recording.undelivered,
    }
    return Result(counts=counts, violations=violations)


def table(recording: Recording, result: Result) -> str:
    """With the seed to repeat the run."""
    return "\n".join(_lines(recording, result)) + "\n"


def _lines(recording: Recording, result: Result) -> Iterator[str]:
    scenario = recording.scenario
    yield (
        f"seed {scenario.seed}: {scenario.messages} messages from {scenario.customers} customers, "
        f"{scenario.instances} instances, {recording.kills} kills, {recording.freezes} freezes, "
        f"{recording.duplicates} duplicates, {scenario.faults:.0%} faults"
        f"{'' if scenario.statuses else ', no delivery statuses'}"
        f"{', Postgres restarted every 30 s' if scenario.restart_postgres else ''}; {recording.seconds:.0f} s"
    )
    for name, count in {**result.counts, **_calls(recording)}.items():
        yield f"  {name:<44}{count:>8}"
    yield "  must be zero"
    for name, examples in result.violations.items():
        yield f"  {name:<44}{len(examples):>8}{'  <<<' if examples else ''}"
        yield from (f"      {example}" for example in examples[:_MAX_EXAMPLES])


def _calls(recording: Recording) -> dict[str, int]:
    """How many calls each service got, and how many of them failed on purpose."""
    calls = {service: recording.calls.get(service, []) for service in SERVICES}
    faults = {
        f"faults of {service}": sum(
            any(mark.startswith("fault:") and mark != "fault:delay" for mark in call.marks) for call in made
        )
        for service, made in calls.items()
    }
    counts = {f"calls to {service}": len(made) for service, made in calls.items()}
    return counts | faults | {"webhook POSTs": len(recording.calls.get("webhooks", []))}


def _counts(index: RecordingIndex) -> dict[str, int]:
    recording = index.recording
    outcomes = Counter(row["outcome"] for row in index.inbound.values())
    errors = Counter(row["last_error"] for row in index.outbox.values() if row["status"] == "dead")
    sent = Counter(key.partition("/")[0] for key in index.accepted)
    actions = Counter(action.outcome for action in recording.technician_actions)
    return {
        "messages": len(recording.customer_messages),
        "turns": outcomes["done"],
        "throttled": outcomes["throttled"],
        "tickets": len(index.tickets),
        "technician actions": actions[Outcome.DONE],
        "technician actions refused": actions[Outcome.REFUSED],
        "mailed answers": len(recording.mailed_answers),
        "mailed answers refused": sum(not mailed.is_done(row) for row in recording.tables["received_mails"]),
        "replies sent": sent["wa"],
        "replies superseded": errors["superseded"],
        "customer notifications sent": sent["notify"],
        "ticket e-mails sent": sent["mail"],
        "update e-mails sent": sent["update"],
        "unclear WhatsApp attempts": len(recording.unclear_attempts),
        "files stored": len(recording.objects),
        "customers erased": len(index.erased),
        "Postgres restarts": recording.restarts,
    }


def _doubled_replies(index: RecordingIndex, counts: dict[str, int]) -> dict[str, list[str]]:
    """With delivery statuses none; without them, each unclear attempt of a row may have been one more message."""
    doubled = outbox.doubled_replies(index)
    if index.recording.scenario.statuses:
        return {"replies doubled": list(doubled)}
    counts["replies doubled (no statuses)"] = sum(doubled.values())
    return {"replies doubled beyond unclear attempts": outbox.beyond_unclear_attempts(index, doubled)}


def _wrong_actions(index: RecordingIndex) -> list[str]:
    """Each action has an author of its own: what was answered "done" is one event, what was refused is none."""
    written = Counter(event["author"] for event in index.events.values() if event["author"])
    allowed = {Outcome.DONE: {1}, Outcome.REFUSED: {0}, Outcome.UNANSWERED: {0, 1}}
    return [
        f"{action.author}: {action.outcome}, and in the ticket {written[action.author]} times"
        for action in index.recording.technician_actions
        if written[action.author] not in allowed[action.outcome]
    ]
