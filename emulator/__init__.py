"""Stand-ins for Meta, Resend and Supabase on a developer's machine. Never deployed."""

from typing import Any, Final

from ops.calling import this_python as python

__all__ = ["TUNNEL_FOLDER", "TUNNEL_PORT", "EmulatorError", "Json", "python"]

Json = dict[str, Any]

# With real WhatsApp: the folder inside --data, and the port to which the tunnel leads. No other run uses it: a tunnel that somebody has
# left open must not lead to one whose keys everybody knows. Here, as `say` imports nothing else.
TUNNEL_FOLDER: Final = "tunnel"
TUNNEL_PORT: Final = 8702


class EmulatorError(Exception):
    """The emulator cannot start; the message is for the person who started it."""
