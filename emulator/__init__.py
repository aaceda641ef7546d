"""Stand-ins for Meta, Resend and Supabase on a developer's machine. Never deployed."""

from typing import Any, Final

Json = dict[str, Any]

# With real WhatsApp: the folder inside --data, and the port to which the tunnel leads. Here, as `say` imports nothing else.
TUNNEL_FOLDER: Final = "tunnel"
TUNNEL_PORT: Final = 8701


class EmulatorError(Exception):
    """The emulator cannot start; the message is for the person who started it."""
