"""Ticket events caused by technicians, as a notification is rendered from them."""

from datetime import UTC, datetime
from typing import Any

from state.model.language import Language
from state.model.message import Sender
from state.model.ticket import Actor, EventKind, TicketEvent, TicketRecord, TicketStatus

CODE = "TK-7F3K-9QX2"
AT = datetime(2026, 11, 23, 17, 5, tzinfo=UTC)
OPEN, IN_PROGRESS, WAITING, RESOLVED, CLOSED = TicketStatus
LONG = "Revisa la fuente y el cable de la impresora, por favor. " * 200


def ticket(status: TicketStatus, *events: TicketEvent, language: Language = Language.ES) -> TicketRecord:
    return TicketRecord(
        code=CODE,
        status=status,
        summary="La impresora no imprime",
        description="La impresora no imprime",
        wants_human=False,
        assignee=None,
        rating=None,
        created_at=AT,
        updated_at=AT,
        language=language,
        customer=Sender(user_id="AR.1", wa_id="5491155550101", name="Ana"),
        actions=(),
        events=events,
        waiting=0,
    )


def did(
    action: str | None, text: str | None = None, author: str | None = "Marta", **what: Any
) -> TicketEvent:
    kind = EventKind.ANSWER if action == "answer" and "to_status" not in what else EventKind.STATUS
    return TicketEvent(
        id=1, kind=kind, actor=Actor.TECHNICIAN, author=author, action=action, text=text, at=AT, **what
    )


def by_hand(was: TicketStatus, became: TicketStatus) -> TicketEvent:
    return did(None, None, None, from_status=was, to_status=became)


OPENED = TicketEvent(
    id=1,
    kind=EventKind.CREATED,
    actor=Actor.TECHNICIAN,
    author="Marta",
    text="La impresora no imprime",
    at=AT,
)
CLOSES = did("close", from_status=IN_PROGRESS, to_status=CLOSED)
ASKS = did("ask", "¿Qué luz parpadea?", from_status=IN_PROGRESS, to_status=WAITING)
ANSWERS = did("answer", "Prueba con otro cable.")
RESOLVES = did("resolve", "Cambiamos el tóner.", from_status=IN_PROGRESS, to_status=RESOLVED)

HOSTILE = ("😀" * 9_000, "a" * 70_000, "\n" * 9_000, "a\n" * 9_000, "👨‍👩‍👧‍👦 " * 2_000, "\ud83d" * 9_000)
