"""Stand-ins for Meta, Resend and Supabase on a developer's machine. Never deployed."""

from typing import Any

Json = dict[str, Any]


class EmulatorError(Exception):
    """The emulator cannot start; the message is for the person who started it."""
