"""The root of the command line: the options that every command has, and how a command that fails ends."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from ops.errors import OpsError
from ops.settings import Settings, read_settings
from ops.show import complain

_WITH_VALUE: Final = ("--env", "--stage")
_EVERYWHERE: Final = (*_WITH_VALUE, "--json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the operator asked for, whatever the command."""

    settings: Settings
    as_json: bool


class Root(TyperGroup):
    """Takes the common options wherever they stand, and turns an OpsError into one sentence and its exit code."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _common_first(args))

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except OpsError as error:
            complain(str(error))
            raise typer.Exit(error.exit_code) from None


app = typer.Typer(
    cls=Root,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they would print local variables, secrets among them
    help="Mostrador for its operator: set it up, check it, and look after it.",
    epilog="--env, --stage and --json may stand anywhere. .env.example explains each setting.",
)


@app.callback()
def root(
    context: typer.Context,
    env: Annotated[
        Path | None,
        typer.Option(help="Read the settings from this file; it wins over the shell.", metavar="FILE"),
    ] = None,
    stage: Annotated[
        str | None, typer.Option(help="Read .env.STAGE instead of .env; the shell wins over it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document, for programs.")] = False,
) -> None:
    context.obj = Given(settings=read_settings(env, stage), as_json=as_json)


def _common_first(args: list[str]) -> list[str]:
    """`doctor --stage prod` as `--stage prod doctor`. What follows `--` is left alone."""
    common: list[str] = []
    rest: list[str] = []
    words = iter(args)
    for word in words:
        if word == "--":
            return [*common, *rest, word, *words]
        if word.partition("=")[0] not in _EVERYWHERE:
            rest.append(word)
        elif word in _WITH_VALUE:
            common += [word, *(value for value in [next(words, None)] if value is not None)]
        else:
            common.append(word)
    return [*common, *rest]
