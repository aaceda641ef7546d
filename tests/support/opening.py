"""A technician opens a ticket for somebody, through the store alone."""

from typing import Any

from state.model.language import Language
from state.model.ticket import TicketForSomebody
from state.store.client import new_lease
from state.store.rows import OpenedTicket
from tests.support.builders import BOTH, Desk, code

EVA = "5215512340077"


def opens_for(
    desk: Desk, number: str = EVA, ticket: int = 7, key: str = "", name: str = "Eva", **what: Any
) -> OpenedTicket:
    """Marta opens the ticket with this number (of `code`). key: of the form; another for each ticket unless it is given."""
    opened = TicketForSomebody(
        code=code(ticket),
        summary="no prende",
        description="no prende",
        language=Language.ES,
        number=number,
        name=name,
    )
    given: dict[str, Any] = {
        "author": "Marta",
        "technician": "marta@example.com",
        "technicians": ["marta@example.com"],
        "takes": False,
        "epoch": desk.store.desk_epoch(),
        "lease": new_lease(),
        "channels": BOTH,
    }
    return desk.store.open_ticket_for(opened, key=key or f"form {ticket}", **given | what)
