"""`python -m emulator`: run Mostrador on this machine, with stand-ins for the real services."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from emulator import TUNNEL_FOLDER, TUNNEL_PORT, EmulatorError
from emulator.meta.customer import DEFAULT_FROM, DEFAULT_NAME
from ops.errors import OpsError

DATA = Path(".emulator")


def parse_arguments(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m emulator",
        description="Mostrador on this machine: without a command, everything at once.",
    )
    parser.add_argument("--data", type=Path, help="keep the database in this folder between runs")
    parser.add_argument(
        "--port", type=int, help="of the page on 127.0.0.1 (default 8700, or a free one; 0: a free one)"
    )
    parser.add_argument(
        "--tunnel",
        metavar="ADDRESS",
        help="https://...: real WhatsApp, whose calls a tunnel brings to this machine",
    )
    parser.add_argument(
        "--tunnel-port",
        type=int,
        default=TUNNEL_PORT,
        metavar="N",
        help=f"the port on 127.0.0.1 to which the tunnel leads (default {TUNNEL_PORT})",
    )
    parser.add_argument(
        "--override",
        action="store_true",
        help="with --tunnel: take the number from another desk until the end",
    )
    parser.set_defaults(run=_run)
    commands = parser.add_subparsers(title="commands")
    _add_supabase(commands.add_parser("supabase", help="only Postgres and the Data API, in the foreground"))
    _add_say(commands.add_parser("say", help="be the customer: one message to what `make run` has started"))
    _add_restore(
        commands.add_parser("restore", help="put back Meta's webhook after a run with --tunnel was killed")
    )
    return parser.parse_args(words)


def _add_supabase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=0, help="on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--data", type=Path, help="keep the database in this folder between runs")
    parser.set_defaults(run=_run_supabase)


def _add_say(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("text", nargs="?", default="", help="what the customer writes (with --photo: its caption)")
    add("--press", default="", metavar="ID", help="a button or list row, by the id printed beside it")
    add("--photo", type=Path, metavar="FILE", help="a JPEG")
    add("--from", dest="phone", metavar="NUMBER", help=f"the customer's phone (default {DEFAULT_FROM})")
    add("--bsuid", metavar="ID", help="a customer with a username: AR.x1y2; without --from, no number")
    add("--name", default=DEFAULT_NAME, help=f"as in the WhatsApp profile (default {DEFAULT_NAME})")
    add("--repeat", type=int, default=1, metavar="N", help="Meta delivers it N times")
    add("--json", action="store_true", help="for programs")
    add("--data", type=Path, default=DATA, help=f"where it runs (default {DATA})")
    parser.set_defaults(run=_say)


def _add_restore(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, default=DATA, help=f"where it ran (default {DATA})")
    parser.set_defaults(run=_restore)


# Each command imports only what it needs: `say` would otherwise wait a second for the imports of `run`.


def _run(given: argparse.Namespace) -> None:
    from emulator.run import run

    if given.tunnel is None:
        run(given.data, given.port)
        return
    from emulator.tunnel import prepare_tunnel

    folder = (given.data or DATA) / TUNNEL_FOLDER
    run(
        folder,
        given.port,
        tunnel=lambda: prepare_tunnel(given.tunnel, folder, port=given.tunnel_port, override=given.override),
    )


def _restore(given: argparse.Namespace) -> None:
    from emulator.tunnel import restore

    print(restore(given.data / TUNNEL_FOLDER))


def _run_supabase(given: argparse.Namespace) -> None:
    from emulator.supabase.project import run_supabase

    run_supabase(given.port, given.data / "database" if given.data else None)


def _say(given: argparse.Namespace) -> None:
    from emulator.say import photo, say

    line = {
        "text": given.text,
        "press": given.press,
        "photo": photo(given.photo) if given.photo else "",
        "phone": given.phone or (None if given.bsuid else DEFAULT_FROM),
        "bsuid": given.bsuid,
        "name": given.name,
        "repeat": given.repeat,
    }
    say(line, given.data, as_json=given.json)


def main(words: Sequence[str] | None = None) -> None:
    """Run the command in `words`, by default the words of the shell."""
    arguments = parse_arguments(words)
    try:
        arguments.run(arguments)
    except (EmulatorError, OpsError) as error:
        raise SystemExit(f"{error}") from None


if __name__ == "__main__":
    main()
