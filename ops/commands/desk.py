"""`python -m ops desk`: a link to the list of tickets, for a shell or by e-mail, and the end of all of them."""

from typing import Annotated, Any, Final

import typer

from handlers.desk_links import DeskAccess, DeskLinks
from ops.cli import settings_of
from ops.data_api import DataApi
from ops.errors import OpsError
from ops.operator_settings import OperatorSettings, known_technician
from ops.output import now, show
from state.model.technician import Technician

desk = typer.Typer(no_args_is_help=True, help="Who may see the list of all tickets.")

_MAILED: Final = {
    "mailed": "✓ A link is on its way to {address}",
    "recent": "A link was mailed to {address} within the last ten minutes: nothing more was sent",
    "too_many": "Too many links were mailed within the last hour: nothing was sent",
}


@desk.command("link")
def link(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="Whose; not needed if there is one technician.")] = "",
    mail: Annotated[bool, typer.Option("--mail", help="Mail it to them, and print nothing of it.")] = False,
) -> None:
    """Print a link to the list of tickets, valid for 15 minutes: whoever opens it is that technician."""
    settings = settings_of(context)
    settings.need("PUBLIC_URL", "LINK_SIGNING_KEY", "SUPPORT_EMAIL_TO")
    technician, api = _technician(settings, address), DataApi(settings)
    if mail:
        result = api.call("mail_desk_link", _result, technician=technician.id, recipient=technician.address)
        show(context, {"result": result}, [_MAILED[result].format(address=technician.address)])
        return
    access = DeskAccess(technician=technician.id, epoch=api.call("desk_epoch", int))
    url = DeskLinks(settings.get("PUBLIC_URL"), settings.all("LINK_SIGNING_KEY")).link(access, now())
    show(context, {"link": url}, [url])


@desk.command("logout")
def logout(context: typer.Context) -> None:
    """End every cookie and every link to the list: everybody asks for a new link. Links to single tickets stay."""
    epoch = DataApi(settings_of(context)).call("end_desk_access", int)
    show(context, {"epoch": epoch}, ["✓ Everybody is logged out of the list of tickets"])


def _result(data: Any) -> str:
    return next(result for result in _MAILED if result == data["result"])


def _technician(settings: OperatorSettings, given: str) -> Technician:
    """By an address or a name; without one the only technician there is. Raises OpsError."""
    people = settings.people
    if given:
        return known_technician(people, given)
    if len(people.technicians) == 1:
        return people.technicians[0]
    raise OpsError(f"say whose link: {', '.join(each.address for each in people.technicians)}")
