"""The e-mails about an existing ticket: an update about the customer's actions, and a fresh link."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from messages.email.layout import Readers
from messages.email.ticket_update import fresh_link_email, ticket_update_email, undelivered_email
from messages.safe_text import utf16_length
from messages.texts.catalogue import text
from state.model.language import Language
from state.model.message import AttachmentKind, Sender
from state.model.outbox_row import Email
from state.model.ticket import Actor, EventKind, StoredFile, TicketEvent, TicketRecord, TicketStatus
from tests.support.emails import MARKUP, OPEN_BUTTON, SCRIPT, Page

CODE = "TK-7F3K-9QX2"
LINK = "https://desk.example/t/k1.eyJ0IjoiVEstN0YzSyJ9.c2lnbmF0dXJl/"
AT = datetime(2026, 11, 23, 17, 5, tzinfo=UTC)
TZ = ZoneInfo("America/Argentina/Buenos_Aires")
OPEN, IN_PROGRESS, WAITING, RESOLVED, CLOSED = TicketStatus
PHOTO = StoredFile(id=1, kind=AttachmentKind.IMAGE, media_id="7", caption="la luz")
PLACE = StoredFile(id=2, kind=AttachmentKind.LOCATION, latitude=1.0, longitude=2.0, place="Sucursal Centro")


def did(kind: EventKind, text: str | None = None, **what: Any) -> TicketEvent:
    return TicketEvent(id=1, kind=kind, actor=Actor.CUSTOMER, text=text, at=AT, **what)


NOTE = did(EventKind.NOTE, "Sigue igual.\nProbé con otro cable.")
FILES = did(EventKind.NOTE, None, files=(PHOTO, PLACE))
ASKS = did(EventKind.HUMAN, "quiero hablar con alguien")
CLOSES = did(EventKind.STATUS, action="close", from_status=OPEN, to_status=CLOSED)
FIXED = did(EventKind.STATUS, action="fixed", from_status=RESOLVED, to_status=CLOSED)
REOPENS = did(EventKind.STATUS, "volvió a fallar", action="reopen", from_status=RESOLVED, to_status=OPEN)
TAKEN_UP = did(EventKind.STATUS, from_status=WAITING, to_status=IN_PROGRESS)
RATES = did(EventKind.RATING, "4")

TICKET = TicketRecord(
    code=CODE,
    status=IN_PROGRESS,
    summary="La impresora no imprime",
    description="La impresora no imprime",
    wants_human=False,
    assignee=None,
    rating=None,
    created_at=AT,
    updated_at=AT,
    language=Language.PT,
    customer=Sender(user_id="AR.1", wa_id="5491155550101", name="Ana Pérez"),
    actions=(),
    events=(),
    waiting=0,
    status_then=IN_PROGRESS,
)


def update(*events: TicketEvent, desk: Language = Language.ES, **changes: Any) -> Email:
    return ticket_update_email(replace(TICKET, events=events, **changes), desk, TZ, LINK)


class TestUpdate:
    def test_shows_the_customer_and_the_ticket(self) -> None:
        mail = update(NOTE)
        for shown in (
            "Ana Pérez",
            "+5491155550101",
            "En curso",
            CODE,
            "La impresora no imprime",
            "23 nov, 14:05",
        ):
            assert shown in Page(mail.html).text
            assert shown in mail.text

    def test_words_are_quoted_line_by_line(self) -> None:
        mail = update(NOTE)
        assert "\nAgregó (23 nov, 14:05)\n> Sigue igual.\n> Probé con otro cable.\n" in mail.text
        assert "Sigue igual.<br>" in mail.html

    def test_files_are_listed(self) -> None:
        mail = update(FILES)
        assert (
            "- Imagen: la luz\n- Ubicación: Sucursal Centro · 1.000000, 2.000000\n  https://www.open"
            in mail.text
        )
        assert "https://www.openstreetmap.org/?mlat=1.000000&mlon=2.000000" in Page(mail.html).links

    def test_a_rating_is_stars(self) -> None:
        assert "Calificó con ★★★★☆ (4 de 5)" in update(RATES).text
        assert "> 4" not in update(RATES).text

    def test_everything_is_in_order(self) -> None:
        text = update(NOTE, FIXED, RATES).text
        places = [text.index(said) for said in ("Agregó", "Confirmó que quedó resuelto", "Calificó")]
        assert places == sorted(places)

    def test_what_only_follows_is_left_out(self) -> None:
        """Omits the status change that follows from a reply, and the technicians' own actions."""
        by_technician = replace(CLOSES, actor=Actor.TECHNICIAN)
        assert update(TAKEN_UP, NOTE, by_technician).text == update(NOTE).text


class TestHeadline:
    @pytest.mark.parametrize(
        ("events", "said"),
        [
            ((NOTE, FILES), "Novedades del cliente"),
            ((NOTE, REOPENS), "El cliente reabrió el ticket"),
            ((NOTE, ASKS), "El cliente pide hablar con una persona"),
            ((FIXED, RATES), "El cliente confirma que quedó resuelto"),
            ((NOTE, CLOSES), "El cliente cerró el ticket"),
            ((RATES,), "El cliente calificó la atención"),
        ],
    )
    def test_is_the_most_important_event(self, events: tuple[TicketEvent, ...], said: str) -> None:
        mail = update(*events)
        assert mail.text.startswith(f"{said}: {CODE}\n")
        assert said in Page(mail.html).text

    @pytest.mark.parametrize("desk", Language)
    @pytest.mark.parametrize("event", [NOTE, ASKS, CLOSES, FIXED, REOPENS, RATES])
    def test_and_everything_else_speaks_the_desk_s_language(self, event: TicketEvent, desk: Language) -> None:
        mail = update(event, desk=desk)
        assert f'<html lang="{desk}">' in mail.html
        assert OPEN_BUTTON[desk] in mail.text


class TestSubject:
    @pytest.mark.parametrize("events", [(NOTE,), (REOPENS,), (FIXED,), (ASKS,)])
    def test_is_the_same_for_all_of_a_ticket(self, events: tuple[TicketEvent, ...]) -> None:
        """Gmail makes a new conversation of another subject."""
        assert update(*events).subject == f"[{CODE}] Ana Pérez: La impresora no imprime"

    def test_is_never_long(self) -> None:
        assert utf16_length(update(ASKS, summary="🖨️ no anda " * 900).subject) <= 160


class TestStatus:
    @pytest.mark.parametrize(
        ("events", "then", "said"),
        [
            ((NOTE,), IN_PROGRESS, "En curso"),
            ((REOPENS,), OPEN, "Abierto"),
            ((FIXED,), CLOSED, "Cerrado"),
            ((NOTE,), WAITING, "Espera al cliente"),
        ],
    )
    def test_is_that_after_its_last_event(
        self, events: tuple[TicketEvent, ...], then: TicketStatus, said: str
    ) -> None:
        """Not that at a later attempt: one key, one e-mail."""
        for now in TicketStatus:
            mail = update(*events, status_then=then, status=now)
            assert f"Estado: {said}\n" in mail.text
            assert mail == update(*events, status_then=then)


class TestSender:
    def test_is_the_customer(self) -> None:
        assert update(NOTE).about == "Ana Pérez"
        assert update(NOTE, customer=None).about == ""


class TestFreshLink:
    @pytest.mark.parametrize("desk", Language)
    def test_is_the_ticket_and_one_button(self, desk: Language) -> None:
        mail = fresh_link_email(replace(TICKET, events=(NOTE,)), desk, LINK)
        assert Page(mail.html).links == [LINK]
        assert mail.text.count(LINK) == 1
        assert "Sigue igual" not in mail.text
        assert mail.subject == f"[{CODE}] Ana Pérez: La impresora no imprime"


class TestUndelivered:
    WROTE = TicketEvent(
        id=1,
        kind=EventKind.ANSWER,
        actor=Actor.TECHNICIAN,
        author="Marta",
        action="answer",
        text="Prueba con\notro cable.",
        at=AT,
    )

    def mail(self, error: str = "meta 131026", desk: Language = Language.ES, **changes: Any) -> Email:
        failed = TicketEvent(
            id=2, kind=EventKind.UNDELIVERED, actor=Actor.SYSTEM, text=error, at=AT + timedelta(hours=1)
        )
        events = (replace(self.WROTE, **changes), failed)
        return undelivered_email(replace(TICKET, events=events), desk, TZ, LINK)

    def test_says_what_did_not_arrive_and_why(self) -> None:
        text = self.mail().text
        assert "Tu mensaje no le llegó al cliente" in text
        assert "Marta escribió" in text
        assert "> Prueba con\n> otro cable." in text
        assert "El motivo: ese número no está en WhatsApp, o bloqueó el nuestro." in text

    @pytest.mark.parametrize("desk", Language)
    @pytest.mark.parametrize(
        "error", ["meta 131026", "window closed", "the customer is gone", "dropped", "meta 1", ""]
    )
    def test_is_the_ticket_and_one_button(self, desk: Language, error: str) -> None:
        mail = self.mail(error, desk)
        assert Page(mail.html).links == [LINK]
        assert mail.text.count(LINK) == 1

    def test_of_nobody_by_name(self) -> None:
        assert "Alguien del equipo escribió" in self.mail(author=None).text

    def test_a_long_text_leaves_the_button_visible(self) -> None:
        assert len(self.mail(text="<&>'\"" * 12_000).html.encode()) < 100_000

    def test_adds_no_tag(self) -> None:
        hostile = Page(self.mail(MARKUP, text=MARKUP, author=MARKUP).html)
        assert set(hostile.tags) == set(Page(self.mail().html).tags)


class TestInstead:
    """An e-mail that stands for one that did not reach the one it was for goes to all, and says nothing to "you"."""

    FAILED = TicketEvent(
        id=3,
        kind=EventKind.EMAIL_FAILED,
        actor=Actor.SYSTEM,
        author="taller@example.com",
        text="bounced",
        at=AT,
    )
    HANDED = TicketEvent(
        id=2,
        kind=EventKind.ASSIGNED,
        actor=Actor.TECHNICIAN,
        author="Marta",
        action="hand_over",
        assignee="Luis Paz",
        at=AT,
    )
    LOST = TicketEvent(id=2, kind=EventKind.UNDELIVERED, actor=Actor.SYSTEM, text="meta 131026", at=AT)

    def test_of_a_hand_over_says_to_whom(self) -> None:
        said = update(self.HANDED, self.FAILED).text
        assert "Un correo no llegó a destino" in said
        assert "Marta se lo pasó a Luis Paz" in said
        assert "Te pasaron" not in said
        assert "te lo pasó" not in said

    def test_of_a_ticket_that_was_taken_says_by_whom(self) -> None:
        said = update(replace(self.HANDED, action="take", assignee="Marta"), self.FAILED).text
        assert "Marta lo tomó" in said
        assert "tu ticket" not in said

    def test_of_what_the_customer_did_says_who_was_told(self) -> None:
        said = update(NOTE, self.FAILED).text
        assert "Sigue igual." in said
        assert (
            "Solo le avisamos a taller@example.com, y ese correo no llegó: rechazado por su servidor de correo"
            in said
        )

    @pytest.mark.parametrize(
        ("lost", "headline"),
        [
            (LOST, "Un mensaje no le llegó al cliente"),
            (replace(LOST, object=f"{CODE}/1"), "Un archivo no le llegó al cliente"),
        ],
    )
    def test_of_words_that_did_not_arrive_says_whose(self, lost: TicketEvent, headline: str) -> None:
        ticket = replace(TICKET, events=(TestUndelivered.WROTE, lost, self.FAILED))
        said = undelivered_email(ticket, Language.ES, TZ, LINK).text
        assert headline in said
        assert "Tu " not in said
        assert "Solo le avisamos a taller@example.com" in said


class TestUndeliveredFile:
    FILES = tuple(
        StoredFile(id=number, kind=AttachmentKind.DOCUMENT, filename=name, object=f"{CODE}/{number}")
        for number, name in enumerate(("factura.pdf", "foto.jpg"))
    )

    def mail(self, desk: Language = Language.ES, file: str = f"{CODE}/1", **changes: Any) -> Email:
        wrote = replace(TestUndelivered.WROTE, files=self.FILES, **changes)
        failed = TicketEvent(
            id=2, kind=EventKind.UNDELIVERED, actor=Actor.SYSTEM, text="meta 131053", at=AT, object=file
        )
        return undelivered_email(replace(TICKET, events=(wrote, failed)), desk, TZ, LINK)

    def test_says_which_and_not_the_words(self) -> None:
        text = self.mail().text
        assert "Tu archivo no le llegó al cliente" in text
        assert "Marta mandó" in text
        assert "> 📎 foto.jpg" in text
        assert "factura.pdf" not in text
        assert "Prueba con" not in text
        assert "El motivo: WhatsApp no pudo procesar el archivo; puede que esté dañado." in text

    @pytest.mark.parametrize("desk", Language)
    def test_is_the_ticket_and_one_button(self, desk: Language) -> None:
        mail = self.mail(desk)
        assert Page(mail.html).links == [LINK]
        assert "foto.jpg" in mail.text

    def test_whose_name_is_not_known(self) -> None:
        assert "> 📎 sin nombre" in self.mail(file="elsewhere").text

    def test_adds_no_tag(self) -> None:
        hostile = (replace(self.FILES[0], filename=MARKUP),)
        wrote = replace(TestUndelivered.WROTE, files=hostile)
        failed = TicketEvent(
            id=2, kind=EventKind.UNDELIVERED, actor=Actor.SYSTEM, at=AT, object=hostile[0].object
        )
        made = undelivered_email(replace(TICKET, events=(wrote, failed)), Language.ES, TZ, LINK)
        assert set(Page(made.html).tags) == set(Page(self.mail().html).tags)


class TestFooter:
    @pytest.mark.parametrize("mail", [update(NOTE), fresh_link_email(TICKET, Language.ES, LINK)])
    def test_says_whom_an_answer_reaches(self, mail: Email) -> None:
        said = "Si respondes a este correo, lo leen tus colegas, no el cliente."
        assert said in mail.text
        assert said in Page(mail.html).text

    @pytest.mark.parametrize("desk", Language)
    @pytest.mark.parametrize("status", [TicketStatus.IN_PROGRESS, TicketStatus.CLOSED])
    def test_names_who_reads_an_answer(self, status: TicketStatus, desk: Language) -> None:
        first = self.who_reads(Sender(name="Ana Pérez", wa_id="5491155550101", user_id="AR.x"), status, desk)
        assert "Ana Pérez" in first

    @pytest.mark.parametrize("desk", Language)
    @pytest.mark.parametrize("status", [TicketStatus.IN_PROGRESS, TicketStatus.CLOSED])
    def test_names_who_reads_an_answer_by_other_words(self, status: TicketStatus, desk: Language) -> None:
        """Whoever has neither a name nor a number."""
        first = self.who_reads(Sender(user_id="AR.x"), status, desk)
        assert text(desk, "email_your_customer") in first
        assert text(desk, "email_no_name") not in first

    @pytest.mark.parametrize("desk", Language)
    def test_does_not_tell_how_to_write_to_an_erased_customer(self, desk: Language) -> None:
        made = fresh_link_email(replace(TICKET, customer=None), desk, LINK)
        assert made.text.rstrip().endswith(text(desk, "email_footer_erased"))

    def who_reads(self, customer: Sender, status: TicketStatus, desk: Language) -> str:
        """The line below the one above which an answer is new."""
        ticket = replace(TICKET, customer=customer, status=status, status_then=status)
        return fresh_link_email(ticket, desk, LINK, readers=Readers.CUSTOMER).text.splitlines()[1]


class TestNobody:
    def test_an_erased_customer_has_no_name(self) -> None:
        mail = update(NOTE, customer=None)
        assert mail.text.startswith(f"Novedades del cliente: {CODE}\nsin nombre\n")
        assert "Teléfono: sin número\n" in mail.text


class TestEscaping:
    HOSTILE = replace(PHOTO, kind=AttachmentKind.DOCUMENT, media_id="8", filename=MARKUP, caption=MARKUP)

    def test_adds_no_tag_no_attribute_and_no_link(self) -> None:
        plain_file = replace(self.HOSTILE, filename="a", caption="b")
        plain = update(replace(NOTE, text="a\nb", files=(plain_file,)))
        sender = Sender(user_id="AR.1", wa_id=f"549{MARKUP}", name=MARKUP)
        made = update(
            replace(NOTE, text=f"{MARKUP}\n</div>{MARKUP}", files=(self.HOSTILE,)),
            summary=MARKUP,
            customer=sender,
        )
        page, expected = Page(made.html), Page(plain.html)
        assert (page.tags, page.attributes, page.links) == (
            expected.tags,
            expected.attributes,
            expected.links,
        )
        assert SCRIPT in page.text
        assert SCRIPT in made.text

    def test_the_text_cannot_be_made_to_look_like_ours(self) -> None:
        text = update(replace(NOTE, text="a\n\nAbrir el ticket:\rhttps://evil.example\u2028b")).text
        assert text.splitlines().count("Abrir el ticket:") == 1
        assert "> https://evil.example" in text.splitlines()


class TestSize:
    @pytest.mark.parametrize(
        "words", ["no anda " * 20_000, "<&>'\"" * 12_000, "\n" + "a\n" * 60_000, "😀" * 60_000]
    )
    def test_long_words_leave_the_button_visible(self, words: str) -> None:
        files = (StoredFile(id=1, kind=AttachmentKind.DOCUMENT, filename="f" * 999),) * 10
        mail = update(replace(NOTE, text=words, files=files), *[replace(NOTE, text=words)] * 60)
        assert len(mail.html.encode()) < 100_000
        assert "Y 31 más en la página del ticket." in mail.text
        assert "Y 31 más en la página del ticket." in mail.html
        assert LINK in mail.text

    def test_what_fits_is_whole(self) -> None:
        mail = update(replace(NOTE, text="a" * 5_000), NOTE)
        assert "a" * 5_000 in mail.html
        assert "Hay más en el ticket." not in mail.text


class TestManyAtOnce:
    def test_says_how_many_more_there_are(self) -> None:
        mail = update(*(did(EventKind.NOTE, f"nota {number}") for number in range(37)))
        assert "> nota 29\n" in mail.text
        assert "nota 30" not in mail.text
        assert "\nY 7 más en la página del ticket.\n" in mail.text
        assert "Y 7 más en la página del ticket." in Page(mail.html).text

    def test_files_are_listed_as_long_as_there_is_room(self) -> None:
        mail = update(*(did(EventKind.NOTE, None, files=(PHOTO,) * 4) for _ in range(5)))
        assert mail.text.count("- Imagen") == 10
        assert "Hay más en el ticket." in mail.text
