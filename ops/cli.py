"""The root of the command line: the options that every command has, and how a failed command ends."""

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from ops.errors import OpsError
from ops.operator_settings import OperatorSettings, read_settings

_WITH_VALUE: Final = ("--env", "--stage")
_INTERRUPTED: Final = 130  # as a shell has it
_MAYBE_DONE: Final = "What was under way may or may not have been done. The same command can be run again"
_COMMON: Final = (*_WITH_VALUE, "--json")


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonOptions:
    """The options common to all commands. stage: "" without --stage."""

    settings: OperatorSettings
    stage: str
    as_json: bool


class _Root(TyperGroup):
    """Accepts the common options anywhere, and turns an OpsError into one line on stderr and its exit code."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, _common_first(args))

    def invoke(self, ctx: Any) -> Any:
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(
                    errors="backslashreplace"
                )  # a terminal may lack ✓, or a customer's letters
        try:
            return super().invoke(ctx)
        except OpsError as error:
            print(f"✗ {_typed(ctx.obj, str(error))}", file=sys.stderr)
            raise typer.Exit(error.exit_code) from None
        except (
            typer.Abort
        ):  # a question was not answered with yes, or not at all; each is asked before anything is done
            print("\n✗ nothing was done", file=sys.stderr)
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            print(f"\n✗ stopped. {_MAYBE_DONE}", file=sys.stderr)
            raise typer.Exit(_INTERRUPTED) from None


app = typer.Typer(
    cls=_Root,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they would print local variables, secrets among them
    help="Set up, check and operate Mostrador.",
    epilog="--env, --stage and --json may come before or after the command. .env.example explains each setting.",
)


@app.callback()
def root(
    context: typer.Context,
    env: Annotated[
        Path | None,
        typer.Option(help="Read settings from this file; it overrides the environment.", metavar="FILE"),
    ] = None,
    stage: Annotated[
        str | None,
        typer.Option(help="Read settings from .env.STAGE instead of .env; the environment overrides it."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document, for scripts.")] = False,
) -> None:
    context.obj = CommonOptions(settings=read_settings(env, stage), stage=stage or "", as_json=as_json)


def settings_of(context: typer.Context) -> OperatorSettings:
    """The settings of the command that is running."""
    found: OperatorSettings = context.obj.settings
    return found


def _typed(options: CommonOptions | None, text: str) -> str:
    """There are no options yet when they are what is wrong."""
    return options.settings.as_typed(text) if options else text


def _common_first(args: list[str]) -> list[str]:
    """`doctor --stage prod` as `--stage prod doctor`. What follows `--` is left alone."""
    common: list[str] = []
    rest: list[str] = []
    words = iter(args)
    for word in words:
        if word == "--":
            return [*common, *rest, word, *words]
        if word.partition("=")[0] not in _COMMON:
            rest.append(word)
            continue
        common.append(word)
        if word in _WITH_VALUE and (value := next(words, None)) is not None:
            common.append(value)
    return [*common, *rest]
