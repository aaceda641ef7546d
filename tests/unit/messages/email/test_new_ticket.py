"""The e-mail for a new ticket: all that is known, one button, and nothing that a customer could forge."""

import re
from dataclasses import replace

import pytest

from messages.safe_text import utf16_length
from state.model.language import Language
from state.model.message import Attachment, AttachmentKind
from tests.support.emails import LINK, MARKUP, OPEN_BUTTON, SCRIPT, TICKET, Page, new_ticket_email


class TestContent:
    SHOWN = (
        "Ticket nuevo",
        "TK-7F3K-9QX2",
        "La notebook no prende",
        "Marta Gómez",
        "+5491155550123",
        "portugués",
        "23 nov, 14:05",
        "Hace un ruido.",
        "Probé con otro cargador.",
        "la luz del cargador",
        "factura.pdf",
        "Sucursal Centro",
        "-34.603700, -58.381600",
        "Imagen",
        "Documento",
        "Ubicación",
        LINK,
    )

    @pytest.mark.parametrize("shown", SHOWN)
    def test_is_in_both_parts(self, shown: str) -> None:
        mail = new_ticket_email(TICKET)
        assert shown in Page(mail.html).text
        assert shown in mail.text

    @pytest.mark.parametrize("desk", Language)
    def test_is_in_the_desk_s_language(self, desk: Language) -> None:
        mail = new_ticket_email(replace(TICKET, desk_language=desk))
        assert f'<html lang="{desk}">' in mail.html
        assert OPEN_BUTTON[desk] in mail.text

    def test_the_lines_of_the_description_stay(self) -> None:
        mail = new_ticket_email(TICKET)
        assert "> La notebook no prende.\n> Hace un ruido.\n> \n> Probé" in mail.text
        assert re.search(r"prende\.<br>\s*Hace un ruido\.<br>\s*<br>\s*Probé", mail.html)

    def test_a_missing_name_or_number_is_said(self) -> None:
        mail = new_ticket_email(replace(TICKET, customer_name=" \u200b", customer_phone=None))
        assert mail.text.startswith("Ticket nuevo: TK-7F3K-9QX2\nsin nombre\n")
        assert "Teléfono: sin número\n" in mail.text

    def test_a_place_is_a_link_to_a_map(self) -> None:
        there = "https://www.openstreetmap.org/?mlat=-34.603700&mlon=-58.381600"
        mail = new_ticket_email(TICKET)
        assert there in Page(mail.html).links
        assert there in mail.text

    def test_a_place_without_coordinates_is_only_its_name(self) -> None:
        nowhere = Attachment(kind=AttachmentKind.LOCATION, place="Sucursal Norte")
        mail = new_ticket_email(replace(TICKET, files=(nowhere,)))
        assert "- Ubicación: Sucursal Norte\n" in mail.text
        assert Page(mail.html).links == [LINK]

    def test_a_voice_note_and_no_words(self) -> None:
        voice = Attachment(kind=AttachmentKind.VOICE, media_id="1")
        mail = new_ticket_email(replace(TICKET, summary="", description="", files=(voice,)))
        assert mail.subject == f"[TK-7F3K-9QX2] {TICKET.customer_name}: (sin texto)"
        assert "- Nota de voz\n" in mail.text
        assert "Lo que escribió" not in mail.text + mail.html

    def test_nothing_but_words(self) -> None:
        mail = new_ticket_email(replace(TICKET, files=()))
        assert "Adjuntos" not in mail.text + mail.html

    @pytest.mark.parametrize("wants_human", [True, False])
    def test_who_wants_a_person_is_marked(self, wants_human: bool) -> None:
        mail = new_ticket_email(replace(TICKET, wants_human=wants_human))
        assert ("Quiere hablar con una persona" in mail.html) is wants_human
        assert ("*** Quiere hablar con una persona ***" in mail.text) is wants_human


class TestLink:
    def test_is_one_button_and_once_visible(self) -> None:
        page = Page(new_ticket_email(TICKET).html)
        assert page.links.count(LINK) == 1
        assert page.text.count(LINK) == 1

    def test_stands_once_in_the_text(self) -> None:
        assert new_ticket_email(TICKET).text.count(LINK) == 1


class TestEscaping:
    HOSTILE = replace(
        TICKET,
        summary=MARKUP,
        description=f"{MARKUP}\n</div></body>{MARKUP}",
        files=(
            Attachment(kind=AttachmentKind.DOCUMENT, filename=MARKUP, caption=MARKUP),
            Attachment(kind=AttachmentKind.LOCATION, latitude=1.0, longitude=2.0, place=MARKUP),
        ),
        customer_name=MARKUP,
        customer_phone=f"549{MARKUP}",
    )

    def test_adds_no_tag_no_attribute_and_no_link(self) -> None:
        plain = replace(
            self.HOSTILE, summary="a", description="b\nc", customer_name="d", customer_phone="54917749"
        )
        files = tuple(
            replace(
                file, filename=file.filename and "e", caption=file.caption and "f", place=file.place and "g"
            )
            for file in plain.files
        )
        expected, made = (
            Page(new_ticket_email(replace(plain, files=files)).html),
            Page(new_ticket_email(self.HOSTILE).html),
        )
        assert made.tags == expected.tags
        assert made.attributes == expected.attributes
        assert made.links == expected.links

    def test_shows_what_was_written(self) -> None:
        mail = new_ticket_email(self.HOSTILE)
        assert SCRIPT in Page(mail.html).text
        assert SCRIPT in mail.text
        assert "{{ 7 * 7 }}" in mail.text

    def test_nothing_is_fetched_and_nothing_runs(self) -> None:
        page = Page(new_ticket_email(self.HOSTILE).html)
        assert not {"script", "img", "iframe", "link", "table", "form", "object"} & set(page.tags)
        assert not {"src", "srcset", "background", "onmouseover", "onclick"} & page.attributes
        assert "url(" not in new_ticket_email(TICKET).html

    def test_the_text_cannot_be_made_to_look_like_ours(self) -> None:
        forged = new_ticket_email(
            replace(TICKET, description="a\n\nAbrir el ticket:\rhttps://evil.example\u2028b")
        ).text
        lines = forged.splitlines()
        assert lines.count("Abrir el ticket:") == 1
        assert "> https://evil.example" in lines

    def test_a_phone_is_digits(self) -> None:
        mail = new_ticket_email(replace(TICKET, customer_phone="+54 9 (11)\r\n5555-0123٣"))
        assert "Teléfono: +5491155550123\n" in mail.text


class TestSubject:
    @pytest.mark.parametrize("wants_human", [True, False])
    def test_is_the_code_the_customer_and_the_summary(self, wants_human: bool) -> None:
        subject = new_ticket_email(replace(TICKET, wants_human=wants_human)).subject
        assert subject == f"[TK-7F3K-9QX2] {TICKET.customer_name}: La notebook no prende"

    def test_a_customer_without_a_name_is_their_number(self) -> None:
        ticket = replace(TICKET, customer_name=None, customer_phone="5491155550101")
        assert new_ticket_email(ticket).subject == "[TK-7F3K-9QX2] +5491155550101: La notebook no prende"

    @pytest.mark.parametrize(
        ("summary", "shown"),
        [
            ("No prende\r\nBcc: x@evil.example", "No prende Bcc: x@evil.example"),
            ("No\x00 pren\x1bde\x85ya\u2028hoy", "No prende ya hoy"),
            ("factura\u202efdp.exe", "facturafdp.exe"),
            ("pass\u200bword\u2066 \ufeffwrong\u200d\u00ad", "password wrong"),
            ("a\ud83db", "a\ufffdb"),
            (" \u200e\u2060 ", "(sin texto)"),
        ],
    )
    def test_is_one_line_of_visible_characters(self, summary: str, shown: str) -> None:
        said = f"[TK-7F3K-9QX2] {TICKET.customer_name}: {shown}"
        assert new_ticket_email(replace(TICKET, summary=summary)).subject == said

    @pytest.mark.parametrize("wants_human", [True, False])
    def test_is_never_long(self, wants_human: bool) -> None:
        long = replace(
            TICKET, summary="🖨️ no anda " * 1_000, customer_name="Ana " * 99, wants_human=wants_human
        )
        subject = new_ticket_email(long).subject
        assert subject.startswith("[TK-7F3K-9QX2] ")
        assert subject.endswith("…")
        assert utf16_length(subject) <= 160


class TestOrder:
    """What is new, the button, and then what is known of the ticket."""

    def test_short_words_come_before_the_button(self) -> None:
        html = new_ticket_email(replace(TICKET, description="No prende.\nSuena tres veces.")).html
        assert (
            html.index("Suena tres veces.</div>"[:17])
            < html.index("Abrir el ticket")
            < html.index("Teléfono")
        )

    @pytest.mark.parametrize("words", ["no anda " * 100, "a\n" * 12])
    def test_long_words_come_after_it(self, words: str) -> None:
        html = new_ticket_email(replace(TICKET, description=words)).html
        assert html.index("Abrir el ticket") < html.index('class="words')

    def test_the_preheader_is_what_happened_and_the_first_words(self) -> None:
        mail = new_ticket_email(replace(TICKET, description="No prende.\nSuena tres veces."))
        preheader = Page(mail.html).text.strip().partition("\n")[0]
        assert "Ticket nuevo · No prende. Suena tres veces." in preheader

    def test_its_words_are_there_once(self) -> None:
        words = "La notebook no prende"
        mail = new_ticket_email(replace(TICKET, description=words, summary=words, files=()))
        assert (
            Page(mail.html).text.count(words) == 2
        )  # the preheader, which nobody sees in the mail, and the words
        assert mail.text.count(words) == 1


class TestSize:
    @pytest.mark.parametrize(
        "words", ["no anda " * 20_000, "<&>'\"" * 12_000, "\n" + "a\n" * 60_000, "😀" * 60_000]
    )
    def test_a_long_description_leaves_the_button_visible(self, words: str) -> None:
        mail = new_ticket_email(replace(TICKET, description=words))
        assert len(mail.html.encode()) < 100_000
        assert "El texto sigue en el ticket." in mail.text
        assert "El texto sigue en el ticket." in mail.html
        assert LINK in mail.text

    def test_one_that_fits_is_whole(self) -> None:
        mail = new_ticket_email(replace(TICKET, description="a" * 8_000))
        assert "a" * 8_000 in mail.html
        assert "El texto sigue" not in mail.text + mail.html

    def test_long_names_are_cut(self) -> None:
        file = Attachment(kind=AttachmentKind.DOCUMENT, filename="f" * 9_000, caption="c" * 9_000)
        mail = new_ticket_email(replace(TICKET, customer_name="n" * 9_000, files=(file,) * 10))
        assert len(mail.html.encode()) < 30_000


class TestBytes:
    def test_are_the_same_for_the_same_ticket(self) -> None:
        assert new_ticket_email(TICKET) == new_ticket_email(replace(TICKET))

    def test_can_always_be_sent(self) -> None:
        broken = replace(TICKET, description="a\ud83d\udd25b\udfff", customer_name="\ud83d", summary="\udfff")
        mail = new_ticket_email(broken)
        assert (mail.subject + mail.html + mail.text).encode()

    def test_a_secret_or_a_person_is_not_in_the_repr(self) -> None:
        shown = repr(TICKET.record) + repr(new_ticket_email(TICKET))
        for hidden in (LINK, "Marta", "5491155550123", "notebook", "cargador", "factura"):
            assert hidden not in shown
