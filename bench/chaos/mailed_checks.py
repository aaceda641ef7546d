"""Checks of technicians' answers by e-mail: each is done once or refused once, and of what was refused its author was told."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from bench.chaos.mail_program import MailedAnswer
from bench.chaos.recording import Row
from bench.chaos.recording_index import RecordingIndex
from state.model.received_mail import MailOutcome


def lost(index: RecordingIndex) -> list[str]:
    """Those that were acknowledged and are not in their ticket, and whose author does not know it."""
    return [
        f"{answer.author} in {answer.code}: {why}"
        for answer, rows in _recorded(index)
        if answer.acknowledged and (why := _why_lost(index, answer, rows))
    ]


def doubled(index: RecordingIndex) -> list[str]:
    """Those that are in their ticket more often than once, or at all though they were refused; and what was told twice."""
    written = _written(index)
    return [
        f"{answer.author} in {answer.code}: {written[answer.author]} times in the ticket, recorded {len(rows)} times"
        for answer, rows in _recorded(index)
        if len(rows) > 1
        or written[answer.author] > sum(is_done(row) for row in rows if not answer.stranger)
        or any(index.emails[_told_key(row)] > 1 for row in rows)
    ]


def _why_lost(index: RecordingIndex, answer: MailedAnswer, rows: list[Row]) -> str:
    if not rows or rows[0]["outcome"] is None:
        return "nothing became of it" if rows else "it is not recorded"
    if is_done(rows[0]):
        return "" if _written(index)[answer.author] else "it is not in the ticket"
    return "" if index.emails[_told_key(rows[0])] else f"{rows[0]['outcome']}, and nobody was told"


def _recorded(index: RecordingIndex) -> Iterator[tuple[MailedAnswer, list[Row]]]:
    by_id: dict[str, list[Row]] = defaultdict(list)
    for row in index.recording.tables["received_mails"]:
        by_id[row["email_id"]].append(row)
    for answer in index.recording.mailed_answers:
        yield answer, [row for email_id in answer.email_ids for row in by_id[email_id]]


def _written(index: RecordingIndex) -> Counter[str]:
    return Counter(event["author"] for event in index.events.values() if event["author"])


def is_done(row: Row) -> bool:
    return row["outcome"] is not None and MailOutcome(row["outcome"]).is_done


def _told_key(row: Row) -> str:
    return f"mailed/{row['id']}/{row['outcome']}"
