"""Two sessions that turn out to be of one person: a report begun under the number alone, say, and confirmed under the BSUID.

One of them goes on, in its state, and gets what only the other has. So this is no trigger of the table.
"""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from state.model.session import WITH_TICKET, Session, State

_NEVER: Final = datetime.min.replace(tzinfo=UTC)


def join(one: Session, other: Session) -> Session:
    """The session that goes on: that with a report, else with a question, else with a current ticket; of equals the newer."""
    older, newer = sorted((one, other), key=_written_at)
    kept, left = sorted((newer, older), key=_weight, reverse=True)
    if older.has_report and newer.has_report:
        draft = "\n".join(part for part in (older.draft, newer.draft) if part)
        cancelled = older.cancelled and newer.cancelled
        kept = replace(kept, draft=draft, files=older.files + newer.files, parts=(), cancelled=cancelled)
    if left.chosen and not kept.chosen:
        kept = replace(kept, language=left.language, chosen=True)
    return replace(
        kept,
        language=kept.language or left.language,
        open_question=kept.open_question or left.open_question,
        at=newer.at,
    )


def _written_at(session: Session) -> datetime:
    return session.at or _NEVER


def _weight(session: Session) -> int:
    if session.has_report:
        return 3
    match session.state:
        case State.MENU:
            return 0
        case state if state in WITH_TICKET:
            return 1
        case _:
            return 2
