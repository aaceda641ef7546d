"""Says plainly that this Python is too old, or lacks what the operator's commands need. Imported before them."""

import shlex
import signal
import sys
from importlib.util import find_spec

_OLDEST = (3, 11)
_NEEDED = ("typer", "dotenv", "psycopg", "httpx", "supabase", "jwt")  # of requirements-ops.txt


def problem() -> str:
    """ "" if there is none."""
    if sys.version_info < _OLDEST:
        return (
            f"this is Python {sys.version.split()[0]}, and {'.'.join(map(str, _OLDEST))} or newer is needed"
        )
    missing = [name for name in _NEEDED if find_spec(name) is None]
    return f"this Python has no {', '.join(missing)}" if missing else ""


if getattr(sys.modules["__main__"].__spec__, "name", "") == "ops.__main__":
    # Until the commands are there, Ctrl-C ends the program without a word of where it was.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

if said := problem():
    again = shlex.join([".venv/bin/python", "-m", "ops", *sys.argv[1:]])
    sys.exit(f"✗ {said}. `make ops` installs what is needed into .venv; then: {again}")
