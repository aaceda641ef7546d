"""The e-mail for a new ticket: one with every part, hostile text, and the parsed document."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from messages.email import new_ticket
from state.model.language import Language
from state.model.message import Attachment, AttachmentKind, Sender
from state.model.outbox_row import Email
from state.model.ticket import Actor, EventKind, StoredFile, TicketEvent, TicketRecord, TicketStatus

# The words of the button that opens the ticket's page.
OPEN_BUTTON = {
    Language.ES: "Abrir el ticket",
    Language.EN: "Open the ticket",
    Language.PT: "Abrir o chamado",
}
LINK = "https://desk.example/t/k1.eyJ0IjoiVEstN0YzSyJ9.c2lnbmF0dXJl/"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """Everything that the e-mail shows."""

    code: str
    summary: str
    description: str
    files: tuple[Attachment, ...]
    customer_name: str | None
    customer_phone: str | None
    language: Language
    wants_human: bool = False
    at: datetime
    link: str
    desk_language: Language
    tz: ZoneInfo

    @property
    def record(self) -> TicketRecord:
        files = [StoredFile(**{**asdict(file), "id": number}) for number, file in enumerate(self.files)]
        created = TicketEvent(
            id=1,
            kind=EventKind.CREATED,
            actor=Actor.CUSTOMER,
            text=self.description,
            at=self.at,
            files=tuple(files),
        )
        return TicketRecord(
            code=self.code,
            status=TicketStatus.OPEN,
            summary=self.summary,
            description=self.description,
            wants_human=self.wants_human,
            assignee=None,
            rating=None,
            created_at=self.at,
            updated_at=self.at,
            language=self.language,
            customer=Sender(name=self.customer_name, wa_id=self.customer_phone),
            actions=(),
            events=(created,),
            waiting=0,
        )


def new_ticket_email(ticket: NewTicket) -> Email:
    return new_ticket.new_ticket_email(ticket.record, ticket.desk_language, ticket.tz, ticket.link)


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
    """A parsed document: its tags, its links and its words."""

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
