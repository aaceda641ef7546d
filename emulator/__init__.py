"""Stand-ins for Meta, Resend and Supabase on a developer's machine. Never deployed."""

import os
import sys
from typing import Any, Final

Json = dict[str, Any]

# With real WhatsApp: the folder inside --data, and the port to which the tunnel leads. No other run uses it: a tunnel that somebody has
# left open must not lead to one whose keys everybody knows. Here, as `say` imports nothing else.
TUNNEL_FOLDER: Final = "tunnel"
TUNNEL_PORT: Final = 8702


def python() -> str:
    """The interpreter, as it is typed here: for the commands that are printed."""
    return os.path.relpath(sys.executable)


class EmulatorError(Exception):
    """The emulator cannot start; the message is for the person who started it."""
