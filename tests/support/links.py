"""A link to a ticket's page, as the function signs it for a technician."""

from datetime import UTC, datetime

from handlers.signed_links import SignedLinks
from state.model.technician import Technician

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CODE = "TK-4QSG-G2E7"
# A shared mailbox: the one technician of the emulator and of most tests.
MAILBOX = Technician(address="soporte@example.com")
LINKS = SignedLinks("https://mostrador.example", ["key"])


def token(links: SignedLinks = LINKS, code: str = CODE) -> str:
    return (
        links.ticket_page(code, MAILBOX.id, NOW)
        .removeprefix("https://mostrador.example/t/")
        .removesuffix("/")
    )
