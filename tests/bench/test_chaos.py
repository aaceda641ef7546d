"""A short run of the chaos: every promise of the desk, under kills, freezes, duplicates and failing dependencies.

And the judge on the same evidence, forged: each promise that is broken there has to be found.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from bench.chaos.course import Course
from bench.chaos.history import History, Row
from bench.chaos.judge import Verdict, judge
from bench.chaos.kept import read, save
from bench.chaos.plan import Plan
from bench.chaos.report import table
from bench.chaos.technicians import Deed, Outcome

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(900),
]  # a whole course runs in its fixture, on machines that are shared

# A freeze is longer than a lease in real seconds, and so is this test.
PLAN = Plan(
    seed=11,
    messages=240,
    customers=30,
    kills=4,
    freezes=2,
    deeds=0.15,
    rate=10.0,
    freeze_seconds=(31.0, 32.0),
)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    return Course(PLAN, tmp_path_factory.mktemp("chaos"), lambda _: None).run()


@pytest.fixture(scope="module")
def verdict(history: History) -> Verdict:
    return judge(history)


def test_every_promise_holds(history: History, verdict: Verdict) -> None:
    assert verdict.good, table(history, verdict)


def test_it_was_not_a_quiet_day(history: History, verdict: Verdict) -> None:
    assert (history.killed, history.frozen) == (PLAN.kills, PLAN.freezes)
    assert len(history.said) == PLAN.messages
    assert history.twice > 20
    assert verdict.facts["tickets"] > 10
    assert verdict.facts["unclear WhatsApp tries"] > 5
    assert verdict.facts["technicians' deeds"] > 10
    assert verdict.facts["notices sent"] > 3
    assert verdict.facts["news e-mails sent"] > 3


def test_a_history_that_was_kept_is_judged_alike(history: History, verdict: Verdict, tmp_path: Path) -> None:
    save(history, tmp_path)

    assert table(read(tmp_path), judge(read(tmp_path))) == table(history, verdict)


# --- the judge, on forged evidence ----------------------------------------------------------------------------------


def _first(history: History, name: str, **wanted: object) -> Row:
    """The first row of a table that belongs to somebody and has these values."""
    rows = (row for row in history.tables[name] if row["customer_id"] is not None)
    return next(row for row in rows if all(row[key] == value for key, value in wanted.items()))


def _message_gone(history: History) -> History:
    history.tables["inbound"].remove(_first(history, "inbound", outcome="done"))
    return history


def _session_forged(history: History) -> History:
    history.tables["conversations"][0]["session"]["serial"] = 1_000
    return history


def _note_gone(history: History) -> History:
    events = history.tables["ticket_events"]
    events.remove(next(event for event in events if event["kind"] == "note"))
    return history


def _ticket_made_twice(history: History) -> History:
    ticket = _first(history, "tickets")
    again = {"id": 10**6, "code": "TK-0000-0001", "wamid": "wamid.again"}
    history.tables["tickets"].append({**ticket, **again})
    return history


def _mail_gone(history: History) -> History:
    return replace(history, mails=history.mails[1:])


def _mail_twice(history: History) -> History:
    return replace(history, mails=[*history.mails, replace(history.mails[0], key="mail/other/opened")])


def _reply_gone(history: History) -> History:
    return replace(history, sent=history.sent[1:])


def _reply_twice(history: History) -> History:
    return replace(history, sent=[*history.sent, history.sent[0]])


def _replies_swapped(history: History) -> History:
    """The order of two replies of one lane that have to arrive."""
    row_of = {row["dedup_key"]: row for row in history.tables["outbox"]}
    lasting = [
        sent for sent in history.sent if row_of.get(sent.callback_data or "", {}).get("repeat")
    ]  # whose row was not erased
    first, second = next(
        (one, other)
        for one in lasting
        for other in lasting
        if row_of[one.callback_data or ""]["id"] < row_of[other.callback_data or ""]["id"]
        and row_of[one.callback_data or ""]["lane"] == row_of[other.callback_data or ""]["lane"]
    )
    swap = {first.wamid: second, second.wamid: first}
    return replace(history, sent=[swap.get(sent.wamid, sent) for sent in history.sent])


def _sent_without_a_row(history: History) -> History:
    row = _first(history, "outbox", kind="whatsapp", status="sent")
    row["dedup_key"] = "wa/another"
    return history


def _letter(history: History, lane: str, number: int = 0) -> Row:
    """A letter that left, of somebody who is still there."""
    rows = (row for row in history.tables["outbox"] if row["lane"].startswith(lane))
    left = [row for row in rows if row["status"] == "sent" and row["customer_id"] and not row["scrub"]]
    return left[number]


def _news_gone(history: History) -> History:
    key = _letter(history, "update:")["dedup_key"]
    return replace(history, mails=[mail for mail in history.mails if mail.key != key])


def _news_wordless(history: History) -> History:
    of = {event["id"]: event for event in history.tables["ticket_events"]}
    told = next(
        row["dedup_key"]
        for row in history.tables["outbox"]
        if row["lane"].startswith("update:")
        and any(of[event]["kind"] == "note" and of[event]["body"] for event in row["events"])
    )
    empty = [replace(mail, text="") if mail.key == told else mail for mail in history.mails]
    return replace(history, mails=empty)


def _news_in_two(history: History) -> History:
    _letter(history, "update:", 1)["events"] += _letter(history, "update:")["events"]
    return history


def _notice_gone(history: History) -> History:
    key = _letter(history, "notify:")["dedup_key"]
    return replace(history, sent=[sent for sent in history.sent if sent.callback_data != key])


def _notice_in_two(history: History) -> History:
    _letter(history, "notify:", 1)["events"] += _letter(history, "notify:")["events"]
    return history


def _deed_gone(history: History) -> History:
    gone = Deed(author="T99999", code="TK-0000-0000", action="take", outcome=Outcome.DONE)
    return replace(history, deeds=[*history.deeds, gone])


def _deed_refused_and_done(history: History) -> History:
    deeds = [replace(deed, outcome=Outcome.REFUSED) for deed in history.deeds]
    return replace(history, deeds=deeds)


def _row_left_open(history: History) -> History:
    _first(history, "outbox", status="sent")["status"] = "ready"
    return history


def _poisoned(history: History) -> History:
    poison = {"wamid": "poison/1", "customer_id": None, "outcome": "poison", "version": None}
    history.tables["inbound"].append({**history.tables["inbound"][0], **poison})
    return history


def _never_answered(history: History) -> History:
    return replace(history, undelivered=1)


@pytest.mark.parametrize(
    ("forge", "promise"),
    [
        (_message_gone, "messages lost"),
        (_session_forged, "wrong turns"),
        (_note_gone, "wrong turns"),
        (_ticket_made_twice, "duplicate tickets"),
        (_mail_gone, "e-mails lost"),
        (_mail_twice, "e-mails doubled"),
        (_reply_gone, "replies lost"),
        (_reply_twice, "replies doubled"),
        (_replies_swapped, "out of order"),
        (_news_gone, "additions that technicians did not hear of"),
        (_news_wordless, "additions that technicians did not hear of"),
        (_news_in_two, "additions told twice"),
        (_notice_gone, "deeds that owners did not hear of"),
        (_notice_in_two, "deeds told twice"),
        (_deed_gone, "deeds lost or done twice"),
        (_deed_refused_and_done, "deeds lost or done twice"),
        (_sent_without_a_row, "sent, but not in the outbox"),
        (_row_left_open, "rows still open"),
        (_poisoned, "poison rows"),
        (_never_answered, "webhooks never answered 200"),
    ],
)
def test_the_judge_finds(history: History, forge: Callable[[History], History], promise: str) -> None:
    forged = forge(replace(history, tables=copy.deepcopy(history.tables)))

    assert judge(forged).broken[promise]


def test_without_an_echo_an_unclear_try_may_have_been_the_second(history: History) -> None:
    twice = _first(history, "outbox", kind="whatsapp", status="sent")
    again = next(sent for sent in history.sent if sent.callback_data == twice["dedup_key"])
    silent = replace(history, plan=replace(history.plan, echo=False), sent=[*history.sent, again])

    promise = "replies doubled beyond the unclear tries"
    assert not judge(replace(silent, unclear=frozenset({(twice["id"], 1)}))).broken[promise]
    assert judge(replace(silent, unclear=frozenset({(twice["id"] + 1, 1)}))).broken[promise]
