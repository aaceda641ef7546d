"""`python -m ops erase`: for a person who asked to be erased in another way than by writing to the desk."""

import sys
from collections.abc import Iterator
from typing import Annotated, Any, Final

import typer

from messages.safe_text import one_line
from ops.arguments import phone_number
from ops.cli import settings_of
from ops.data_api import DataApi, Row
from ops.errors import OpsError
from ops.operator_settings import OperatorSettings
from ops.output import local_time, plural, show

_CONFIRMATION: Final = "erase"
_COUNTS: Final = ("tickets", "open_tickets", "files", "messages", "waiting")


def erase(
    context: typer.Context,
    phone: Annotated[
        str,
        typer.Option(help="The phone number with its country code: +54 9 11 5555-0101.", metavar="NUMBER"),
    ] = "",
    bsuid: Annotated[
        str, typer.Option(help="Meta's id of a person with a username: AR.x1y2.", metavar="ID")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="For scripts: do not ask for confirmation.")] = False,
) -> None:
    """Erase a person: shows what is stored about them, asks for confirmation, and says what was erased and what stays."""
    if bool(phone) == bool(bsuid):
        raise OpsError("say who: either --phone or --bsuid")
    settings = settings_of(context)
    api = DataApi(settings)
    person = _find(api, phone, bsuid.strip())
    if person is None:
        raise OpsError(
            f"nothing is stored about this {'number' if phone else 'id'}: there is nobody to erase"
        )
    if not yes:
        _confirm(person, settings)
    erased = api.call("erase_person", bool, id=person["id"])
    if not erased and not context.obj.as_json:
        raise OpsError("they were erased meanwhile, by themselves or by somebody else")
    show(context, {"erased": erased, **{name: person[name] for name in _COUNTS}}, _outcome(person))


def _find(api: DataApi, phone: str, bsuid: str) -> Row | None:
    """Raises OpsError when `phone` is not a phone number."""
    number = phone_number(phone) if phone else None
    return api.call("find_person", _person, user_id=bsuid or None, wa_id=number)


def _person(data: Any) -> Row | None:
    return {name: data[name] for name in ("id", "name", "wa_id", "since", *_COUNTS)} if data else None


def _confirm(person: Row, settings: OperatorSettings) -> None:
    """Ask on stderr, as stdout is for scripts. Raises OpsError for any other answer."""
    for line in _summary(person, settings):
        print(line, file=sys.stderr)
    question = f"This cannot be undone. Type {_CONFIRMATION} to go on"
    typed: str = typer.prompt(question, default="", show_default=False, err=True)
    if typed.strip().lower() != _CONFIRMATION:
        raise OpsError("nothing was erased")


def _summary(person: Row, settings: OperatorSettings) -> Iterator[str]:
    initial = one_line(person["name"] or "")[:1]
    number = f"number ending in {person['wa_id'][-4:]}" if person["wa_id"] else "no number"
    yield f"{initial + '.' if initial else 'No name'}, {number}, since {local_time(person['since'], settings.zone)}"
    yield f"  tickets   {person['tickets']}, {person['open_tickets']} of them open"
    yield f"  files     {person['files']}"
    yield f"  messages  {person['messages']} received in the last 30 days"
    yield f"  unsent    {person['waiting']}"


def _outcome(person: Row) -> Iterator[str]:
    yield "✓ Erased:"
    yield "  their name, number and id at Meta; the conversation; their messages that could not be processed"
    yield f"  {plural(person['files'], 'file')} of their tickets (from Supabase Storage within minutes); messages to them, sent or not"
    yield "Kept:"
    yield f"  {plural(person['tickets'], 'ticket')} with what was written in them, without an owner: check the texts for names"
    yield "  e-mails to the technicians that are still to be sent: their content is deleted once they are"
    yield "  the ids of their messages, 30 days each, so that a redelivery by Meta is ignored"
    yield "Out of reach:"
    yield "  e-mails in the technicians' mailboxes and at Resend; the chat in WhatsApp; files and logs at Meta"
