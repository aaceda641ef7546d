"""Where a customer is in the dialogue: small, frozen, and safe to read back from whatever the table holds."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from state.model.language import Language
from state.model.message import Attachment, AttachmentKind

MAX_SILENCE: Final = timedelta(
    hours=24
)  # after this long a silence the desk starts afresh, as Meta's window does


class State(StrEnum):
    """What the next message is an answer to."""

    MENU = "menu"
    CONFIRMING = "confirming"  # a report is on the table: is this it?
    DESCRIBING = "describing"  # we asked what is wrong
    ASKING_CODE = "asking_code"  # we asked which ticket
    FOLLOWING = "following"  # a ticket is on the table: what is written is added to it
    ERASING = "erasing"  # we asked whether to forget the person


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One customer's place in the dialogue.

    draft, files: the report on the table, before it is a ticket.
    ticket: the code on the table.
    asked: the ticket whose technician waits for an answer: it outlives a rest. Set by `set_current_ticket` in the migrations.
    serial: which draft or question the buttons belong to; a button with another one is stale.
    misses: texts in a row that we did not understand.
    acknowledged_at: when we last said that something was added; soon after, silence is enough.
    at: the newest message, by Meta's clock.
    """

    state: State = State.MENU
    language: Language | None = None
    chosen: bool = False
    draft: str = field(default="", repr=False)
    files: tuple[Attachment, ...] = ()
    ticket: str | None = None
    asked: str | None = None
    serial: int = 0
    misses: int = 0
    acknowledged_at: datetime | None = None
    at: datetime | None = None

    def after_silence(self, now: datetime) -> Session:
        """This session, or a fresh one in the same language if the customer has been silent for a day.

        No button from before the rest answers anything any more, and a technician's question is still open.
        """
        if self.at is None or now - self.at < MAX_SILENCE:
            return self
        return Session(
            state=State.FOLLOWING if self.asked else State.MENU,
            language=self.language,
            chosen=self.chosen,
            ticket=self.asked,
            asked=self.asked,
            serial=self.serial + 1,
            at=self.at,
        )

    @property
    def has_draft(self) -> bool:
        """Whether there is anything that a ticket could be made of."""
        return bool(self.draft or self.files)

    def without_draft(self, ticket: str | None = None) -> Session:
        """This session with an empty draft, and with `ticket` as its current one."""
        return replace(self, draft="", files=(), misses=0, ticket=ticket, acknowledged_at=None)


def to_json(session: Session) -> dict[str, Any]:
    """The session as the table holds it: only what differs from a new one."""
    return {
        f.name: _plain(value)
        for f in fields(Session)
        if (value := getattr(session, f.name)) != f.default or f.name == "state"
    }


def from_json(data: Any) -> Session:
    """The session that the table holds. Anything unreadable gives a new session: a lost place, never a crash.

    Unknown keys are left alone, so an older function can read what a newer one wrote.
    """
    try:
        return Session(
            state=State(data.get("state", State.MENU)),
            language=Language(data["language"]) if data.get("language") else None,
            chosen=bool(data.get("chosen", False)),
            draft=str(data.get("draft", "")),
            files=tuple(_attachment(item) for item in data.get("files", ())),
            ticket=_word(data.get("ticket")),
            asked=_word(data.get("asked")),
            serial=int(data.get("serial", 0)),
            misses=int(data.get("misses", 0)),
            acknowledged_at=_time(data.get("acknowledged_at")),
            at=_time(data.get("at")),
        )
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return Session()


def attachment_json(attachment: Attachment) -> dict[str, Any]:
    """An attachment as the tables and the session hold it, without its empty fields."""
    return {key: value for key, value in asdict(attachment).items() if value is not None}


def _attachment(data: dict[str, Any]) -> Attachment:
    known = {f.name for f in fields(Attachment)}
    kept = {key: value for key, value in data.items() if key in known}
    return Attachment(**{**kept, "kind": AttachmentKind(data["kind"])})


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case tuple():
            return [attachment_json(item) for item in value]
        case _:
            return value


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _time(value: str | None) -> datetime | None:
    moment = datetime.fromisoformat(value) if value else None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
