"""`python -m ops tickets open`: a ticket for somebody who called or stands at the counter, as the form of the list opens it."""

import hashlib
from typing import Annotated, Any, Final
from uuid import uuid4

import typer

from messages.for_technicians import short_name
from ops.arguments import typed_text
from ops.cli import settings_of
from ops.data_api import DataApi
from ops.errors import OpsError
from ops.operator_settings import find_technician
from ops.output import show
from state.dialogue.problem_report import MAX_DRAFT, summarise
from state.model.language import Language
from state.model.phone_number import read_number
from state.model.ticket_code import generate
from state.store.rows import OpenedTicket, OpenResult, parse

_MAX_TRIES: Final = 3  # codes that were taken


def open_for(
    context: typer.Context,
    number: Annotated[
        str,
        typer.Option(help="The customer's, with its country code: +52 55 1234 5678.", metavar="NUMBER"),
    ],
    text: Annotated[str, typer.Option(help="What is wrong, in their words; - reads it from stdin.")],
    name: Annotated[str, typer.Option(help="The customer's.")] = "",
    language: Annotated[
        Language | None, typer.Option(help="The customer's; without it: DEFAULT_LANGUAGE.")
    ] = None,
    category: Annotated[str, typer.Option(help="One of CATEGORIES.")] = "",
    by: Annotated[
        str,
        typer.Option("--by", "--as", help="You: an address or a name of SUPPORT_EMAIL_TO.", metavar="NAME"),
    ] = "",
    key: Annotated[
        str, typer.Option(help="For scripts: with the same key it is done once.", metavar="KEY")
    ] = "",
) -> None:
    """Open a ticket for somebody who called or stands at the counter; they are told its code in WhatsApp."""
    settings = settings_of(context)
    words = _words(text)
    technician = find_technician(settings.people, by)
    if category and category not in settings.all("CATEGORIES"):
        raise OpsError(
            f"{category!r} is none of CATEGORIES: {settings.get('CATEGORIES') or 'there are none'}"
        )
    data, opened = _open(
        DataApi(settings),
        # The words are in it, too: the same key elsewhere is a different one.
        key=hashlib.sha256(f"ops/{key or uuid4()}/{words}".encode()).hexdigest(),
        number=_number(number),
        name=short_name(name),
        text=words,
        summary=summarise(words),
        language=language or settings.default_language,
        category=category or None,
        author=technician.name if technician else short_name(by),
        technician=technician and technician.address,
        technicians=settings.people.addresses or None,
    )
    if opened.code is None:
        raise OpsError("too many tickets were opened for this number within the hour: add it to one of those")
    before = " was opened before with the same key" if opened.result is OpenResult.REPEATED else ""
    told = "its customer is told the code in WhatsApp with the next sweep, within a minute"
    show(context, data, [f"✓ {opened.code}{before}: {told}"])


def _open(api: DataApi, **ticket: Any) -> tuple[dict[str, Any], OpenedTicket]:
    for _ in range(_MAX_TRIES):
        data, opened = api.call("open_ticket_for", _opened, code=generate(), **ticket)
        if opened.result is not OpenResult.CODE_TAKEN:
            break
    return data, opened


def _opened(data: Any) -> tuple[dict[str, Any], OpenedTicket]:
    shown = {name: data.get(name) for name in ("result", "code", "event")}
    return shown, parse(OpenedTicket, data)


def _words(given: str) -> str:
    words = typed_text(given)
    if len(words) > MAX_DRAFT:
        raise OpsError(f"the text has {len(words)} characters; a report has room for {MAX_DRAFT}")
    return words


def _number(given: str) -> str:
    number = read_number(given)
    if number is None:
        raise OpsError("that cannot be a number: write it with its country code, like +52 55 1234 5678")
    return number
