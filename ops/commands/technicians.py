"""`python -m ops technicians`: who they are, and who is away: then e-mails about their tickets go to all."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated

import typer

from handlers.people import People
from ops.cli import settings_of
from ops.data_api import DataApi
from ops.operator_settings import OperatorSettings, known_technician
from ops.output import local_time, now, show, table

technicians = typer.Typer(
    help="The technicians of SUPPORT_EMAIL_TO: list them, and say who is away until when and who is back."
)
Who = Annotated[str, typer.Argument(help="An address or a name of SUPPORT_EMAIL_TO.", metavar="WHO")]


@technicians.callback(invoke_without_command=True)
def list_technicians(context: typer.Context) -> None:
    """List the technicians, and until when they are away."""
    if context.invoked_subcommand is not None:
        return
    settings = settings_of(context)
    settings.need("SUPPORT_EMAIL_TO")
    away = DataApi(settings).call("absences", dict[str, str])
    found = [
        {
            "address": each.address,
            "name": each.name,
            "id": each.id,
            "away_until": away.get(each.address.lower()),
        }
        for each in settings.people.technicians
    ]
    show(context, found, _lines(settings, settings.people, away))


@technicians.command()
def away(
    context: typer.Context,
    who: Who,
    until: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The day on which they are back.", metavar="DATE")
    ],
) -> None:
    """Until that day e-mails about the tickets that a technician has go to all."""
    settings = settings_of(context)
    ends = until.replace(tzinfo=settings.zone)
    if ends <= now():
        raise typer.BadParameter("the day is not in the future", param_hint="--until")
    _set(context, settings, who, ends.isoformat(), f"is away until {until:%Y-%m-%d}")


@technicians.command()
def back(context: typer.Context, who: Who) -> None:
    """A technician is back: e-mails about their tickets go to them alone."""
    _set(context, settings_of(context), who, None, "is back")


def _set(context: typer.Context, settings: OperatorSettings, who: str, until: str | None, said: str) -> None:
    technician = known_technician(settings.people, who)
    DataApi(settings).call("set_away", bool, address=technician.address, until=until)
    show(
        context,
        {"address": technician.address, "away_until": until},
        [f"✓ {technician.name or technician.address} {said}"],
    )


def _lines(settings: OperatorSettings, people: People, away: Mapping[str, str]) -> Iterator[str]:
    rows = (
        (
            each.address,
            each.name or "- (a shared mailbox)",
            local_time(away.get(each.address.lower()), settings.zone),
        )
        for each in people.technicians
    )
    yield table(("address", "name", "away until"), rows)
