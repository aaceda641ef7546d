"""A ticket's e-mail to look at: one with everything in it, mischief, and what a browser would make of it."""

from datetime import UTC, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from messages.email.new_ticket import NewTicket
from state.model.language import Language
from state.model.message import Attachment, AttachmentKind

LINK = "https://desk.example/t/k1.eyJ0IjoiVEstN0YzSyJ9.c2lnbmF0dXJl/"
TICKET = NewTicket(
    code="TK-7F3K-9QX2",
    summary="La notebook no prende",
    description="La notebook no prende.\nHace un ruido.\n\nProbé con otro cargador.",
    files=(
        Attachment(kind=AttachmentKind.IMAGE, media_id="1", caption="la luz del cargador"),
        Attachment(kind=AttachmentKind.DOCUMENT, media_id="2", filename="factura.pdf"),
        Attachment(
            kind=AttachmentKind.LOCATION, latitude=-34.6037, longitude=-58.3816, place="Sucursal Centro"
        ),
    ),
    customer_name="Marta Gómez",
    customer_phone="5491155550123",
    language=Language.PT,
    at=datetime(2026, 11, 23, 17, 5, tzinfo=UTC),
    link=LINK,
    desk_language=Language.ES,
    tz=ZoneInfo("America/Argentina/Buenos_Aires"),
)

SCRIPT = "<script>alert(1)</script>"
ATTRIBUTE = "\" onmouseover='alert(1)' x=\""
MARKUP = (
    f"{SCRIPT}{ATTRIBUTE}<img src=//evil.example/x><a href='//evil.example'>{{{{ 7 * 7 }}}}{{% raw %}}&lt;"
)


class Page(HTMLParser):
    """What a browser would make of a document: its tags, its links and its words."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str | None] = []
        self.words: list[str] = []
        self.feed(document)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())
