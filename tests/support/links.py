"""A link to a ticket's page, as the function signs it."""

from datetime import UTC, datetime

from handlers.links import Links

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CODE = "TK-4QSG-G2E7"
LINKS = Links("https://mostrador.example", ["key"])


def token(links: Links = LINKS, code: str = CODE) -> str:
    return links.ticket_page(code, NOW).removeprefix("https://mostrador.example/t/").removesuffix("/")
