"""Who was told what: owners of the technicians' deeds, technicians of what owners did, each thing once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bench.chaos.evidence import Evidence
from bench.chaos.history import Row
from bench.chaos.technicians import Outcome
from emulator.meta.sent_message import SentMessage


@dataclass(slots=True, kw_only=True)
class Told:
    """Events of which nobody was told, or twice, by their number; and the keys of letters that do not say what they tell."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)


def additions(case: Evidence) -> Told:
    """What owners did to their tickets: each in exactly one e-mail to the technicians."""
    due = [event for event in case.events.values() if event["actor"] == "customer" and _is_news(event)]
    texts = {mail.key or "": mail.text or "" for mail in case.history.mails}
    return _told(case, due, "email", texts)


def notices(case: Evidence) -> Told:
    """What technicians did: each in exactly one bubble, or template, to the owner."""
    due = [event for event in case.events.values() if event["actor"] == "technician" and _is_told(event)]
    texts = {sent.callback_data or "": _said(sent) for sent in case.history.sent}
    return _told(case, due, "whatsapp", texts)


def deeds(case: Evidence) -> list[str]:
    """Each deed has an author of its own: what was answered "done" is one event, what was refused is none."""
    written = Counter(event["author"] for event in case.events.values() if event["author"])
    allowed = {Outcome.DONE: {1}, Outcome.REFUSED: {0}, Outcome.UNANSWERED: {0, 1}}
    return [
        f"{deed.author}: {deed.outcome}, and in the ticket {written[deed.author]} times"
        for deed in case.history.deeds
        if written[deed.author] not in allowed[deed.outcome]
    ]


def _is_news(event: Row) -> bool:
    return event["kind"] in {"note", "human", "rating"} or bool(event["kind"] == "status" and event["action"])


def _is_told(event: Row) -> bool:
    return bool(event["kind"] == "status" or event["body"])


def _told(case: Evidence, due: Iterable[Row], kind: str, texts: Mapping[str, str | None]) -> Told:
    found, telling = Told(), case.telling(kind)
    for event in due:
        rows = [row for row in telling.get(event["id"], []) if case.left(row)]
        if len(rows) > 1:
            found.doubled.append(f"event {event['id']} in {[row['dedup_key'] for row in rows]}")
        elif rows and not _says(texts[rows[0]["dedup_key"]], event):
            found.lost.append(f"event {event['id']} is not in the words of {rows[0]['dedup_key']}")
        elif not rows and case.owner(event) is not None:  # with the person what waits goes, too
            found.lost.append(f"event {event['id']} ({event['kind']}, {case.code(event)})")
    return found


def _said(sent: SentMessage) -> str | None:
    """What can be read in it; of a template only that it is there: it has one line for all."""
    return None if sent.kind == "template" else sent.text


def _says(text: str | None, event: Row) -> bool:
    words = event["body"] if event["kind"] != "rating" else None
    return text is None or not words or all(line.strip() in text for line in words.splitlines())
