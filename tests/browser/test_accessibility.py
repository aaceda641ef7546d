"""axe-core has nothing to say about the ticket's page and the form that opens a ticket, in every language, on a phone and a large screen, light and dark."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page

from messages.page.open_page import OpeningInput, OpeningProblem, open_page
from messages.page.ticket_history import Viewer
from messages.page.ticket_page import FormInput, Problem, ticket_page
from state.model.language import Language
from state.model.message import AttachmentKind, Sender
from state.model.technician import Technician
from state.model.ticket import (
    Actor,
    AnswerName,
    EventKind,
    OtherTicket,
    StoredFile,
    TechnicianAction,
    TicketEvent,
    TicketRecord,
    TicketStatus,
)

pytestmark = pytest.mark.slow

NOW = datetime(2026, 11, 23, 17, 5, tzinfo=UTC)
SCREENS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]


def event(number: int, actor: Actor, kind: EventKind, **more: Any) -> TicketEvent:
    at = NOW - timedelta(minutes=60 - number)
    return TicketEvent(id=number, at=at, actor=actor, kind=kind, **more)


def files() -> tuple[StoredFile, ...]:
    return tuple(
        StoredFile(id=number, kind=kind, media_id="m", mime_type=mime, caption="así queda")
        for number, (kind, mime) in enumerate(
            (
                (AttachmentKind.IMAGE, "image/png"),
                (AttachmentKind.VOICE, "audio/ogg"),
                (AttachmentKind.VIDEO, "video/mp4"),
                (AttachmentKind.DOCUMENT, "application/pdf"),
            )
        )
    )


def ticket(status: TicketStatus = TicketStatus.IN_PROGRESS, merged_into: str | None = None) -> TicketRecord:
    """A ticket with an event of every kind and all that the page can show beside it."""
    ours = {
        kind: event(10 + number, Actor.TECHNICIAN, kind, author="Marta")
        for number, kind in enumerate(EventKind)
    }
    note = event(30, Actor.TECHNICIAN, EventKind.INTERNAL, author="Marta", text="Ojo: ya vino dos veces")
    answer = event(
        31, Actor.TECHNICIAN, EventKind.ANSWER, author="Marta", action="answer", text="Prueba otro cable."
    )
    return TicketRecord(
        code="TK-7F3K-9QXP",
        summary="no me anda la impresora: prende y se traba con cada hoja",
        description="",
        wants_human=True,
        language=Language.ES,
        status=status,
        assignee="Marta Ruiz",
        rating=4,
        created_at=NOW - timedelta(days=1),
        updated_at=NOW,
        customer=Sender(wa_id="5491155550101", name="Ana Pérez"),
        actions=tuple(TechnicianAction),
        events=(
            event(1, Actor.CUSTOMER, EventKind.CREATED, text="no me anda la impresora", files=files()),
            *ours.values(),
            note,
            answer,
        ),
        waiting=1,
        urgent=True,
        category="Impresoras",
        merged_into=merged_into,
        others=tuple(
            OtherTicket(
                code=f"TK-000{number}-0000", status=each, summary="el monitor de recepción parpadea " * 4
            )
            for number, each in enumerate(TicketStatus)
        ),
        others_count=9,
        answers=(
            AnswerName(name="Pedir una foto", language=Language.ES),
            AnswerName(name="Cabo", language=Language.PT),
        ),
    )


def forms(language: Language) -> Iterator[tuple[str, str]]:
    """The form that opens a ticket for somebody: empty, and with each thing that can be wrong."""
    for problem in (None, *OpeningProblem):
        given = OpeningInput(
            key="k" * 22,
            language=language,
            number="55 1234 5678" if problem else "",
            text="No enciende." if problem else "",
        )
        yield (
            f"open {problem}",
            open_page(
                given,
                language=language,
                path="/desk/",
                technician=Technician(address="soporte@example.com"),
                categories=("Impresoras", "Redes"),
                most=60_000,
                problem=problem,
            ),
        )


def pages() -> Iterator[tuple[str, str]]:
    """Each state of the page, as HTML."""
    given = FormInput(
        key="k" * 16, author="Marta Ruiz", text="Mira el cable.", categories=("Impresoras", "Redes")
    )
    for language in Language:
        viewer = Viewer(
            language=language,
            tz=ZoneInfo("UTC"),
            now=NOW,
            path="/t/x/",
            desk=True,
            page_of=lambda code: f"/t/{code}/",
        )
        done = Viewer(language=language, tz=ZoneInfo("UTC"), now=NOW, path="/t/x/", done=31, seen_event=29)
        yield f"{language} in progress", ticket_page(ticket(), given, viewer)
        yield f"{language} done", ticket_page(ticket(TicketStatus.WAITING_CUSTOMER), given, done)
        yield f"{language} stale", ticket_page(ticket(), given, done, Problem.STALE)
        yield f"{language} wrong", ticket_page(ticket(), given, viewer, Problem.NOTE_MISSING)
        with_file = replace(given, had_files=True, file="factura de noviembre.html")
        yield f"{language} wrong file", ticket_page(ticket(), with_file, viewer, Problem.FILE_TYPE)
        yield f"{language} filled", ticket_page(ticket(), with_file, viewer)
        lost = event(32, Actor.SYSTEM, EventKind.UNDELIVERED, text="meta 131053", object="TK/1")
        undelivered = replace(ticket(), events=(*ticket().events, lost))
        yield f"{language} undelivered file", ticket_page(undelivered, given, viewer)
        yield from ((f"{language} {name}", html) for name, html in forms(language))
        yield f"{language} merged", ticket_page(ticket(TicketStatus.CLOSED, "TK-0001-0000"), given, viewer)


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_axe_has_nothing_to_say(browser: Browser, axe: str, width: int, scheme: Any) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    found = {name: problems for name, html in pages() if (problems := look(page, html, axe, width))}
    context.close()
    assert found == {}


def look(page: Page, html: str, axe: str, width: int) -> list[str]:
    """What is wrong with a page, all that it can unfold being open."""
    page.set_content(html)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    page.evaluate(axe)
    violations = page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then((found) => found.violations)"
    )
    wide = page.evaluate("document.documentElement.scrollWidth")
    too_wide = [f"{wide} pixels wide"] if wide > width else []
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in violations] + too_wide
