"""A link to a ticket's page, as the function signs it."""

from datetime import UTC, datetime

from handlers.signed_links import SignedLinks

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CODE = "TK-4QSG-G2E7"
LINKS = SignedLinks("https://mostrador.example", ["key"])


def token(links: SignedLinks = LINKS, code: str = CODE) -> str:
    return links.ticket_page(code, NOW).removeprefix("https://mostrador.example/t/").removesuffix("/")
