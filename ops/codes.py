"""Ticket codes as an operator types them."""

from __future__ import annotations

from ops.errors import OpsError
from state.model.ticket_code import find


def code_of(text: str) -> str:
    """TK-XXXX-XXXX, read as generously as from a customer: lower case, without TK or hyphens. Raises OpsError."""
    found = find(text)
    if found is None or not found.alone:
        raise OpsError(f"{text!r} is not a ticket code: they look like TK-7F3K-9QX2")
    if not found.valid:
        raise OpsError(
            f"{found.code} is not a ticket code: a sign in it must be wrong, its check does not fit"
        )
    return found.code
