"""A history on disk: JSON lines to look things up in, and to be judged again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from bench.chaos.history import History, Row
from bench.chaos.people import Said
from bench.chaos.plan import Plan
from bench.chaos.technicians import Deed, Outcome
from emulator.call_list import Ledger
from emulator.meta.customers import Customer
from emulator.meta.sent_message import SentMessage
from emulator.meta.users import Person, Recipient
from emulator.resend.email_rules import Mail

T = TypeVar("T")
_COUNTED: Final = ("undelivered", "twice", "killed", "frozen", "restarts", "seconds")
_TIMES: Final = ("created_at", "done_at")
_NAMES: Final = ("name", "wa_id", "user_id", "username")


def save(history: History, folder: Path) -> None:
    """One file for each table, each ledger and each that took or gave messages."""
    counted = {name: getattr(history, name) for name in _COUNTED}
    _write(folder / "plan.jsonl", [asdict(history.plan), counted])
    _write(folder / "said.jsonl", [_said(said) for said in history.said])
    _write(folder / "deeds.jsonl", [asdict(deed) for deed in history.deeds])
    _write(folder / "unclear.jsonl", [list(one) for one in sorted(history.unclear)])
    _write(folder / "graph-took.jsonl", [sent.as_json() for sent in history.sent])
    _write(folder / "resend-took.jsonl", [asdict(mail) for mail in history.mails])
    for name, rows in history.tables.items():
        _write(folder / "tables" / f"{name}.jsonl", rows)
    for name, ledger in history.ledgers.items():
        _write(folder / "calls" / f"{name}.jsonl", [entry.as_json() for entry in ledger.all()])


def read(folder: Path) -> History:
    """What `save` wrote. Raises OSError, or KeyError and TypeError for a folder of another version."""
    plan, counted = _lines(folder / "plan.jsonl")
    return History(
        plan=Plan(**{**plan, "freeze_seconds": tuple(plan["freeze_seconds"])}),
        said=[_heard(line) for line in _lines(folder / "said.jsonl")],
        deeds=[
            Deed(**{**line, "outcome": Outcome(line["outcome"])}) for line in _lines(folder / "deeds.jsonl")
        ],
        unclear=frozenset((row, number) for row, number in _lines(folder / "unclear.jsonl")),
        sent=[_sent(line) for line in _lines(folder / "graph-took.jsonl")],
        mails=[_known(Mail, line) for line in _lines(folder / "resend-took.jsonl")],
        tables={path.stem: [_row(line) for line in _lines(path)] for path in _files(folder / "tables")},
        ledgers={path.stem: _ledger(path) for path in _files(folder / "calls")},
        **counted,
    )


def _said(said: Said) -> Row:
    sender = {name: getattr(said.sender, name) for name in _NAMES}
    return {"person": said.person, "sender": sender, "message": said.message}


def _heard(line: Row) -> Said:
    return Said(person=line["person"], sender=Customer(**line["sender"]), message=line["message"])


def _sent(line: Row) -> SentMessage:
    who = {"recipient": Recipient(**line["recipient"]), "person": Person(**line["person"])}
    return _known(SentMessage, {**line, **who})


def _row(line: Row) -> Row:
    times = {name: datetime.fromisoformat(line[name]) for name in _TIMES if line.get(name)}
    return {**line, **times}


def _ledger(path: Path) -> Ledger:
    ledger = Ledger(10**9)
    for line in _lines(path):
        ledger.record(**{name: value for name, value in line.items() if name != "number"})
    return ledger


def _known(kind: type[T], line: Row) -> T:
    names = {f.name for f in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: value for name, value in line.items() if name in names})


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.jsonl"))


def _lines(path: Path) -> list[Any]:
    with path.open() as file:
        return [json.loads(line) for line in file]


def _write(path: Path, documents: Iterable[Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        file.writelines(
            json.dumps(document, default=str, ensure_ascii=False) + "\n" for document in documents
        )
