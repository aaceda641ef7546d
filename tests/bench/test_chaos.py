"""A short chaos run: every invariant of the desk, under kills, freezes, duplicates and failing services.

And the checker on tampered copies of that recording: each violation has to be found.
"""

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.chaos.checker import Result, check, table
from bench.chaos.mail_program import MailedAnswer
from bench.chaos.recording import Recording, Row, load, save
from bench.chaos.recording_index import row_key
from bench.chaos.run import Run
from bench.chaos.scenario import Scenario
from bench.chaos.technicians import Outcome, TechnicianAction
from state.model.received_mail import MailOutcome

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
]  # a whole run in its fixture, on shared machines

# A freeze is longer than a lease in real seconds, and so is this test.
SCENARIO = Scenario(
    seed=11,
    messages=240,
    customers=30,
    kills=4,
    freezes=2,
    actions=0.15,
    rate=10.0,
    freeze_seconds=(41.0, 42.0),
)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    return Run(SCENARIO, tmp_path_factory.mktemp("chaos"), lambda _: None).run()


@pytest.fixture(scope="module")
def result(recording: Recording) -> Result:
    return check(recording)


def test_every_invariant_holds(recording: Recording, result: Result) -> None:
    assert result.passed, table(recording, result)


def test_the_run_was_eventful(recording: Recording, result: Result) -> None:
    assert (recording.kills, recording.freezes) == (SCENARIO.kills, SCENARIO.freezes)
    assert len(recording.customer_messages) == SCENARIO.messages
    assert recording.duplicates > 20
    assert result.counts["tickets"] > 10
    assert result.counts["technician actions"] > 10
    assert result.counts["mailed answers"] > 3
    assert result.counts["customer notifications sent"] > 3
    assert result.counts["update e-mails sent"] > 3
    # How many of these attempts are seen before their delivery status arrives depends on the machine's load.
    assert result.counts["unclear WhatsApp attempts"] > 0
    unclear = ("meta http 5", "meta ProtocolError", "meta ReadTimeoutError", "lease expired")
    rows = recording.tables["outbox"]
    assert sum(str(row["last_error"]).startswith(unclear) for row in rows if row["channel"] == "whatsapp") > 5
    for service in ("rest", "graph"):
        assert sum("fault:drop" in call.marks for call in recording.calls[service]) > 5


def test_a_saved_recording_gives_the_same_result(
    recording: Recording, result: Result, tmp_path: Path
) -> None:
    save(recording, tmp_path)

    assert table(load(tmp_path), check(load(tmp_path))) == table(recording, result)


# --- the checker, on tampered recordings ----------------------------------------------------------------------------------


def _first(recording: Recording, name: str, **wanted: object) -> Row:
    """The first row of a table that belongs to a customer and has these values."""
    rows = (row for row in recording.tables[name] if row["customer_id"] is not None)
    return next(row for row in rows if all(row[key] == value for key, value in wanted.items()))


def _message_gone(recording: Recording) -> Recording:
    recording.tables["inbound"].remove(_first(recording, "inbound", outcome="done"))
    return recording


def _session_changed(recording: Recording) -> Recording:
    recording.tables["conversations"][0]["session"]["serial"] = 1_000
    return recording


def _note_gone(recording: Recording) -> Recording:
    events = recording.tables["ticket_events"]
    events.remove(next(event for event in events if event["kind"] == "note"))
    return recording


def _ticket_doubled(recording: Recording) -> Recording:
    ticket = _first(recording, "tickets")
    again = {"id": 10**6, "code": "TK-0000-0001", "wamid": "wamid.again"}
    recording.tables["tickets"].append({**ticket, **again})
    return recording


def _email_gone(recording: Recording) -> Recording:
    return replace(recording, emails=recording.emails[1:])


def _email_doubled(recording: Recording) -> Recording:
    return replace(
        recording, emails=[*recording.emails, recording.emails[0] | {"key": "mail/other/opened/technician"}]
    )


def _reply_gone(recording: Recording) -> Recording:
    return replace(recording, whatsapp_messages=recording.whatsapp_messages[1:])


def _reply_doubled(recording: Recording) -> Recording:
    return replace(
        recording, whatsapp_messages=[*recording.whatsapp_messages, recording.whatsapp_messages[0]]
    )


def _replies_swapped(recording: Recording) -> Recording:
    """The order of two replies of one lane that have to arrive."""
    row_of = {row["dedup_key"]: row for row in recording.tables["outbox"]}
    lasting = [
        sent for sent in recording.whatsapp_messages if row_of.get(sent.callback_data or "", {}).get("repeat")
    ]  # whose row was not erased
    first, second = next(
        (one, other)
        for one in lasting
        for other in lasting
        if row_of[one.callback_data or ""]["id"] < row_of[other.callback_data or ""]["id"]
        and row_of[one.callback_data or ""]["lane"] == row_of[other.callback_data or ""]["lane"]
    )
    swap = {first.wamid: second, second.wamid: first}
    return replace(
        recording, whatsapp_messages=[swap.get(sent.wamid, sent) for sent in recording.whatsapp_messages]
    )


def _sent_without_a_row(recording: Recording) -> Recording:
    row = _first(recording, "outbox", channel="whatsapp", status="sent")
    row["dedup_key"] = "wa/another"
    return recording


def _notification(recording: Recording, lane: str, number: int = 0) -> Row:
    """A notification that was sent, of a customer who was not erased."""
    rows = (row for row in recording.tables["outbox"] if row["lane"].startswith(lane))
    sent = [row for row in rows if row["status"] == "sent" and row["customer_id"] and not row["scrub"]]
    return sent[number]


def _update_gone(recording: Recording) -> Recording:
    key = _notification(recording, "update:")["dedup_key"]
    return replace(recording, emails=[mail for mail in recording.emails if row_key(mail) != key])


def _update_without_text(recording: Recording) -> Recording:
    of = {event["id"]: event for event in recording.tables["ticket_events"]}
    key = next(
        row["dedup_key"]
        for row in recording.tables["outbox"]
        if row["lane"].startswith("update:")
        and any(of[event]["kind"] == "note" and of[event]["body"] for event in row["events"])
    )
    empty = [mail | {"text": ""} if row_key(mail) == key else mail for mail in recording.emails]
    return replace(recording, emails=empty)


def _update_doubled(recording: Recording) -> Recording:
    _notification(recording, "update:", 1)["events"] += _notification(recording, "update:")["events"]
    return recording


def _notification_gone(recording: Recording) -> Recording:
    key = _notification(recording, "notify:")["dedup_key"]
    return replace(
        recording,
        whatsapp_messages=[sent for sent in recording.whatsapp_messages if sent.callback_data != key],
    )


def _notification_doubled(recording: Recording) -> Recording:
    _notification(recording, "notify:", 1)["events"] += _notification(recording, "notify:")["events"]
    return recording


def _action_gone(recording: Recording) -> Recording:
    gone = TechnicianAction(author="T99999", code="TK-0000-0000", action="take", outcome=Outcome.DONE)
    return replace(recording, technician_actions=[*recording.technician_actions, gone])


def _action_refused_and_done(recording: Recording) -> Recording:
    actions = [replace(action, outcome=Outcome.REFUSED) for action in recording.technician_actions]
    return replace(recording, technician_actions=actions)


def _done_mail(recording: Recording) -> tuple[MailedAnswer, Row]:
    """An e-mail of a technician that was done."""
    by_id = {row["email_id"]: row for row in recording.tables["received_mails"]}
    return next(
        (answer, by_id[email_id])
        for answer in recording.mailed_answers
        for email_id in answer.email_ids
        if email_id in by_id and MailOutcome(by_id[email_id]["outcome"]).is_done
    )


def _mail_not_recorded(recording: Recording) -> Recording:
    recording.tables["received_mails"].remove(_done_mail(recording)[1])
    return recording


def _mail_not_finished(recording: Recording) -> Recording:
    _done_mail(recording)[1]["outcome"] = None
    return recording


def _mail_refused_and_nobody_told(recording: Recording) -> Recording:
    _, row = _done_mail(recording)
    row["outcome"] = "impossible"
    told = [mail for mail in recording.emails if not row_key(mail).startswith(f"mailed/{row['id']}/")]
    return replace(recording, emails=told)


def _mail_done_twice(recording: Recording) -> Recording:
    answer, _ = _done_mail(recording)
    events = recording.tables["ticket_events"]
    done = next(event for event in events if event["author"] == answer.author)
    events.append({**done, "id": 10**6})
    return recording


def _mail_refused_and_done(recording: Recording) -> Recording:
    _done_mail(recording)[1]["outcome"] = "unproved"
    return recording


def _mail_of_a_stranger_done(recording: Recording) -> Recording:
    done, _ = _done_mail(recording)
    answers = [
        replace(answer, stranger=True) if answer is done else answer for answer in recording.mailed_answers
    ]
    return replace(recording, mailed_answers=answers)


def _sent_late(recording: Recording) -> Recording:
    """A minute after the call that leased the row."""
    calls = [
        replace(call, at=call.at + 60) if isinstance(call.request, dict) and call.status == 200 else call
        for call in recording.calls["graph"]
    ]
    return replace(recording, calls={**recording.calls, "graph": calls})


def _row_left_open(recording: Recording) -> Recording:
    _first(recording, "outbox", status="sent")["status"] = "ready"
    return recording


def _message_poisoned(recording: Recording) -> Recording:
    poison = {"wamid": "poison/1", "customer_id": None, "outcome": "poison", "version": None}
    recording.tables["inbound"].append({**recording.tables["inbound"][0], **poison})
    return recording


def _never_answered(recording: Recording) -> Recording:
    return replace(recording, undelivered=1)


@pytest.mark.parametrize(
    ("tamper", "invariant"),
    [
        (_message_gone, "messages lost"),
        (_session_changed, "wrong turns"),
        (_note_gone, "wrong turns"),
        (_ticket_doubled, "duplicate tickets"),
        (_email_gone, "e-mails lost"),
        (_email_doubled, "e-mails doubled"),
        (_reply_gone, "replies lost"),
        (_reply_doubled, "replies doubled"),
        (_replies_swapped, "out of order"),
        (_update_gone, "technician notifications lost"),
        (_update_without_text, "technician notifications lost"),
        (_update_doubled, "technician notifications doubled"),
        (_notification_gone, "customer notifications lost"),
        (_notification_doubled, "customer notifications doubled"),
        (_action_gone, "technician actions lost or doubled"),
        (_action_refused_and_done, "technician actions lost or doubled"),
        (_mail_not_recorded, "mailed answers lost"),
        (_mail_not_finished, "mailed answers lost"),
        (_mail_refused_and_nobody_told, "mailed answers lost"),
        (_mail_done_twice, "mailed answers doubled"),
        (_mail_refused_and_done, "mailed answers doubled"),
        (_mail_of_a_stranger_done, "mailed answers doubled"),
        (_sent_late, "sent after the lease expired"),
        (_sent_without_a_row, "sent without an outbox row"),
        (_row_left_open, "outbox rows still open"),
        (_message_poisoned, "poison messages"),
        (_never_answered, "webhooks never answered 200"),
    ],
)
def test_the_checker_finds(
    recording: Recording, tamper: Callable[[Recording], Recording], invariant: str
) -> None:
    tampered = tamper(replace(recording, tables=copy.deepcopy(recording.tables)))

    assert check(tampered).violations[invariant]


def test_without_delivery_statuses_an_unclear_attempt_may_be_a_second_message(recording: Recording) -> None:
    twice = _first(recording, "outbox", channel="whatsapp", status="sent")
    again = next(sent for sent in recording.whatsapp_messages if sent.callback_data == twice["dedup_key"])
    silent = replace(
        recording,
        scenario=replace(recording.scenario, statuses=False),
        whatsapp_messages=[*recording.whatsapp_messages, again],
    )

    invariant = "replies doubled beyond unclear attempts"
    assert not check(replace(silent, unclear_attempts=frozenset({(twice["id"], 1)}))).violations[invariant]
    assert check(replace(silent, unclear_attempts=frozenset({(twice["id"] + 1, 1)}))).violations[invariant]
