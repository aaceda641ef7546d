"""`python -m ops retention`: for how long closed tickets are kept, and the people who have no other."""

import sys
from typing import Annotated, Any, Final

import typer

from ops.cli import settings_of
from ops.data_api import DataApi, Row
from ops.errors import OpsError
from ops.output import plural, show

_CONFIRMATION: Final = "delete"
_COUNTS: Final = ("tickets", "files", "people")


def retention(
    context: typer.Context,
    months: Annotated[
        int | None,
        typer.Option(help="Delete what has been closed for so many months.", min=1, max=1200),
    ] = None,
    off: Annotated[bool, typer.Option("--off", help="Keep everything, as at first.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="For scripts: do not ask for confirmation.")] = False,
) -> None:
    """Say for how long closed tickets are kept. --months changes it: shows how much would go, and asks first.

    The sweep deletes them, with what was said in them, their files, and the people who have no other ticket and have not
    written since.
    """
    if off and months is not None:
        raise OpsError("--months and --off exclude each other")
    api = DataApi(settings_of(context))
    before = api.call("get_retention", _months)
    if off:
        api.call("set_retention", _months, months=None)
        show(context, {"months": None}, ["✓ Closed tickets are kept for ever"])
    elif months is None:
        older = _counts(api, before) if before else None
        show(context, {"months": before, "older": older}, [_now(before, older)])
    else:
        _set(context, api, months, yes=yes)


def _set(context: typer.Context, api: DataApi, months: int, *, yes: bool) -> None:
    older = _counts(api, months)
    if not yes:
        print(f"Older than {plural(months, 'month')}: {_amount(older)}.", file=sys.stderr)
        question = f"The sweep deletes that, and later what becomes as old. Type {_CONFIRMATION} to go on"
        typed: str = typer.prompt(question, default="", show_default=False, err=True)
        if typed.strip().lower() != _CONFIRMATION:
            raise OpsError("nothing was changed")
    set_to = api.call("set_retention", _months, months=months)
    show(context, {"months": set_to, "older": older}, [f"✓ {_now(set_to, older)}"])


def _now(months: int | None, older: Row | None) -> str:
    if months is None or older is None:
        return "Closed tickets are kept for ever. To delete them after two years: python -m ops retention --months 24"
    going = f"; {_amount(older)} older, which the next sweeps delete" if any(older.values()) else ""
    return f"Closed tickets are kept for {plural(months, 'month')}{going}"


def _amount(older: Row) -> str:
    return (
        f"{plural(older['tickets'], 'ticket')} with {plural(older['files'], 'file')}, "
        f"and {older['people']} {'person' if older['people'] == 1 else 'people'}"
    )


def _counts(api: DataApi, months: int) -> Row:
    def read(data: Any) -> Row:
        return {name: int(data[name]) for name in _COUNTS}

    return api.call("retention_counts", read, months=months)


def _months(data: Any) -> int | None:
    return None if data is None else int(data)
