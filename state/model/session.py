"""The session: a customer's place in the dialogue, and its JSON."""

from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from state.model.draft_part import Draft, DraftPart
from state.model.language import Language
from state.model.message import Attachment, AttachmentKind
from state.model.ticket import TicketStatus


class State(StrEnum):
    """The states of the dialogue: the context in which the next message is read."""

    MENU = "menu"
    CONFIRMING = "confirming"  # there is a draft, and we asked whether to open a ticket with it
    UNSURE = "unsure"  # there is a draft that we did not understand, and we asked what to do with it
    DESCRIBING = "describing"  # we asked what is wrong, and nothing has been said yet
    ASKING_CODE = "asking_code"  # we asked which ticket
    FOLLOWING = "following"  # there is a current ticket: what is written is added to it
    ANOTHER_PROBLEM = "another_problem"  # we asked whether the latest note is another problem
    CLOSING = "closing"  # we asked whether to close the current ticket
    REOPENING = "reopening"  # we asked whether to reopen the current ticket with the draft
    RATING = "rating"  # we asked how the service was
    ERASING = "erasing"  # we asked whether to erase their data


# What is written in these is about the current ticket.
WITH_TICKET: Final = frozenset({State.FOLLOWING, State.ANOTHER_PROBLEM, State.CLOSING, State.RATING})
# In these the draft is a report that waits for a yes or a no.
WITH_REPORT: Final = frozenset({State.CONFIRMING, State.UNSURE, State.REOPENING})
# In these the draft is a report that was left.
LEAVING: Final = frozenset({State.MENU, State.ERASING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One customer's place in the dialogue.

    chosen: the language was chosen by the customer, not guessed.
    draft, files: the text and files of a report that is not a ticket yet; with a current ticket, of the latest note.
    cancelled: the report was cancelled; it is kept until another begins.
    current_ticket: the code of the ticket that new messages are added to; current_status: its status, as far as we know.
    open_question: the code of the ticket whose technician is waiting for an answer, with no time limit.
    serial: the number of the latest draft or question; a button with another number no longer applies.
    last_reply: the key of the latest reply: the same is not said twice in a row.
    acknowledged_at: when an addition was last acknowledged.
    at: the time of the newest message, by Meta's clock, or of the ticket fact that set the current ticket since.
    parts: which message each part of the draft and each file came from.
    refused_at: when something was last not kept because the report was full.
    repeated: a short hash of the newest message; times: how often in a row they have said that.
    """

    state: State = State.MENU
    language: Language | None = None
    chosen: bool = False
    draft: str = field(default="", repr=False)
    files: tuple[Attachment, ...] = ()
    cancelled: bool = False
    current_ticket: str | None = None
    current_status: TicketStatus | None = None
    open_question: str | None = None
    serial: int = 0
    last_reply: str | None = None
    acknowledged_at: datetime | None = None
    at: datetime | None = None
    refused_at: datetime | None = None
    parts: tuple[DraftPart, ...] = ()
    repeated: str | None = None
    times: int = 0

    @property
    def is_new(self) -> bool:
        """True before the first turn, which sets the language: they have never written. A technician may have opened a ticket."""
        return self.language is None

    @property
    def report(self) -> Draft:
        """The draft and its files, with the messages that they came from."""
        return Draft(words=self.draft, files=self.files, parts=self.parts)

    def with_report(self, report: Draft) -> "Session":
        return replace(self, draft=report.words, files=report.files, parts=report.parts)

    @property
    def has_draft(self) -> bool:
        """True if there is text or a file to open a ticket with."""
        return bool(self.draft or self.files)

    @property
    def has_report(self) -> bool:
        """True if the draft is in no ticket yet. With a current ticket it is the latest note, which is."""
        return self.has_draft and self.state not in WITH_TICKET

    @property
    def has_left_report(self) -> bool:
        """True if a report was left, and no other has begun."""
        return self.has_draft and self.state in LEAVING

    def without_draft(self, ticket: str | None = None, status: TicketStatus | None = None) -> "Session":
        """This session with an empty draft, and with `ticket`, which has this status, as its current one."""
        if status is None and ticket == self.current_ticket:
            status = self.current_status
        emptied = replace(
            self, draft="", files=(), parts=(), cancelled=False, acknowledged_at=None, refused_at=None
        )
        return replace(emptied, current_ticket=ticket, current_status=status)


def to_json(session: Session) -> dict[str, Any]:
    """The JSON of a session: the fields that differ from a new session; of attachments, the fields that are set."""
    return {
        f.name: _plain(value)
        for f in fields(Session)
        if (value := getattr(session, f.name)) != f.default or f.name == "state"
    }


def from_json(data: Any) -> Session:
    """The session in the database. Unreadable data gives a new session: the customer loses their place, but nothing crashes.

    Unknown keys are ignored, so an older function can read what a newer one wrote. An older one kept drafts while describing.
    """
    try:
        session = Session(
            state=State(data.get("state", State.MENU)),
            language=Language(data["language"]) if data.get("language") else None,
            chosen=bool(data.get("chosen", False)),
            draft=str(data.get("draft", "")),
            files=tuple(_attachment(item) for item in data.get("files", ())),
            cancelled=bool(data.get("cancelled", False)),
            current_ticket=_string_or_none(data.get("current_ticket")),
            current_status=TicketStatus(data["current_status"]) if data.get("current_status") else None,
            open_question=_string_or_none(data.get("open_question")),
            serial=int(data.get("serial", 0)),
            last_reply=_string_or_none(data.get("last_reply")),
            acknowledged_at=_time(data.get("acknowledged_at")),
            at=_time(data.get("at")),
            refused_at=_time(data.get("refused_at")),
            parts=tuple(_part(item) for item in data.get("parts", ())),
            repeated=_string_or_none(data.get("repeated")),
            times=int(data.get("times", 0)),
        )
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError):
        return Session()
    if session.state is State.DESCRIBING and session.has_draft:
        return replace(session, state=State.CONFIRMING)
    return session


def _attachment(data: dict[str, Any]) -> Attachment:
    known = {f.name for f in fields(Attachment)}
    kept = {key: value for key, value in data.items() if key in known}
    return Attachment(**{**kept, "kind": AttachmentKind(data["kind"])})


def _part(data: dict[str, Any]) -> DraftPart:
    file = data.get("file")
    return DraftPart(
        wamid=str(data["wamid"]),
        start=int(data["start"]),
        length=int(data["length"]),
        file=None if file is None else int(file),
    )


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat()
        case tuple():
            return [{key: part for key, part in asdict(item).items() if part is not None} for item in value]
        case _:
            return value


def _string_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _time(value: str | None) -> datetime | None:
    moment = datetime.fromisoformat(value) if value else None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
