"""`python -m ops erase`: somebody asked to be forgotten, another way than by writing it to the desk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import typer

from messages.safe_text import one_line
from ops.calls import Database, connected
from ops.errors import OpsError
from ops.phones import numbers_of
from ops.settings import settings_of
from ops.show import document, line, notice, wants_json
from ops.when import shown, zone_of

_WORD: Final = "erase"
_COUNTS: Final = ("tickets", "open_tickets", "files", "messages", "waiting")


def erase(
    context: typer.Context,
    phone: Annotated[
        str, typer.Option(help="Of the person, with the country: +54 9 11 5555-0101.", metavar="NUMBER")
    ] = "",
    bsuid: Annotated[
        str, typer.Option(help="Of a person with a username: Meta's id for them, AR.x1y2.", metavar="ID")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="For scripts: do not ask.")] = False,
) -> None:
    """Erase a person: shows what is kept of them, asks, and says what went and what stays."""
    if bool(phone) == bool(bsuid):
        raise OpsError("say who: either --phone or --bsuid")
    settings = settings_of(context)
    with connected(settings) as database:
        person = _find(database, phone, bsuid.strip())
        if person is None:
            raise OpsError(
                f"nothing is kept of {'this number' if phone else 'this id'}: there is nobody to erase"
            )
        if not yes:
            _ask(_summary(person, zone_of(settings)))
        erased = database.call("erase_person", bool, id=person["id"])
    if wants_json(context):
        document({"erased": erased, **{name: person[name] for name in _COUNTS}})
        return
    if not erased:
        raise OpsError("they were erased meanwhile, by their own word or by somebody else")
    for each in _outcome(person):
        line(each)


def _find(database: Database, phone: str, bsuid: str) -> dict[str, Any] | None:
    """Raises OpsError when the number is none."""
    for number in numbers_of(phone) if phone else (None,):
        found = database.call("find_person", _person, user_id=bsuid or None, wa_id=number)
        if found:
            return found
    return None


def _person(data: Any) -> dict[str, Any] | None:
    return {name: data[name] for name in ("id", "name", "wa_id", "since", *_COUNTS)} if data else None


def _summary(person: dict[str, Any], zone: ZoneInfo) -> Iterator[str]:
    name = one_line(person["name"] or "")
    number = f"number ending in {person['wa_id'][-4:]}" if person["wa_id"] else "no number"
    yield f"{name[0] + '.' if name else 'No name'}, {number}, since {shown(datetime.fromisoformat(person['since']), zone)}"
    yield f"  tickets   {person['tickets']}, {person['open_tickets']} of them not done"
    yield f"  files     {person['files']}"
    yield f"  messages  {person['messages']} taken in the last 30 days"
    yield f"  unsent    {person['waiting']}"


def _ask(summary: Iterator[str]) -> None:
    """On stderr, as stdout is for programs. Raises OpsError for any other word."""
    for each in summary:
        notice(each)
    typed: str = typer.prompt(
        f"This cannot be undone. Type {_WORD} to go on", default="", show_default=False, err=True
    )
    if typed.strip().lower() != _WORD:
        raise OpsError("nothing was erased")


def _outcome(person: dict[str, Any]) -> Iterator[str]:
    yield "✓ Erased. Gone:"
    yield "  the name, the number and Meta's id; the conversation; what could not be understood of theirs"
    yield f"  {_counted(person['files'], 'file')} of their tickets; messages to them that were sent or still waited"
    yield "Stays here:"
    yield f"  {_counted(person['tickets'], 'ticket')} with what was written in them, as nobody's. Look through the words"
    yield "  e-mails to the technicians that have not left: they leave, and their words are forgotten then"
    yield "  the ids of their messages, for 30 days from each: so that Meta's redelivery makes nothing anew"
    yield "Not reached from here:"
    yield "  e-mails in the technicians' mailbox and at Resend; the chat in WhatsApp; files and logs at Meta"


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
