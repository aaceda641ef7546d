"""Answers as Gmail, Outlook and an iPhone send them, with the whole e-mail that they answer below what was typed."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest

from emulator.resend.composed_reply import (
    COMPOSERS,
    AttachedFile,
    Program,
    Reply,
    gmail,
    iphone,
    out_of_office,
    outlook,
)
from emulator.resend.email_rules import SentEmail, read_email
from emulator.resend.received_mail import ReceivedEmail
from emulator.resend.resend_api import Resend
from state.model.language import Language
from tests.support.emails import TICKET, new_ticket_email

TO = "tk7f3k9qx2-0123456789ab-c-0123456789abcdef0123@answers.example.com"
ZONE = ZoneInfo("America/Argentina/Buenos_Aires")
TYPED = "Hola, ya está lista <la placa> & el cable.\n\nPase cuando quiera."
LONG = "Revisamos la placa y el cable de alimentación, y encontramos que el problema es la batería, que ya está pedida."

Composer = Callable[[Reply], EmailMessage]


def answered() -> SentEmail:
    """The e-mail about a new ticket, sent on Tuesday 1 December at 15:40 in Buenos Aires."""
    mail = new_ticket_email(TICKET)
    request = {
        "from": '"Marta Gómez (Soporte)" <soporte@example.com>',
        "to": ["luis@example.com"],
        "subject": mail.subject,
        "html": mail.html,
        "text": mail.text,
        "reply_to": [TO],
        "headers": {"References": "<tk7f3k9qx2@example.com>"},
    }
    at = datetime(2026, 12, 1, 15, 40, tzinfo=ZONE).timestamp()
    return SentEmail.model_validate(request).model_copy(update={"id": "e1", "at": at})


def reply(text: str = TYPED, language: Language = Language.ES) -> Reply:
    at = datetime(2026, 12, 1, 16, 2, tzinfo=ZONE)
    sender = "Luis Paz <luis@example.com>"
    return Reply(answered=answered(), sender=sender, text=text, at=at, language=language)


def received(message: EmailMessage) -> ReceivedEmail:
    return Resend().receive(message).mail


def texts(message: EmailMessage) -> tuple[str, str]:
    mail = received(message)
    assert mail.text is not None
    assert mail.html is not None
    return mail.text, mail.html


def lines(text: str) -> str:
    """Without the spaces at their ends."""
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("program", Program)
class TestEveryProgram:
    def test_the_answer_stands_above_the_whole_email(self, program: Program, language: Language) -> None:
        text, html = texts(COMPOSERS[program](reply(language=language)))
        assert text.startswith(TYPED)
        quoted = text if program is Program.OUTLOOK else re.sub(r"^> ?", "", text, flags=re.MULTILINE)
        assert lines(answered().text or "") in lines(quoted)
        assert html.index("Hola, ya est") < html.index("La notebook no prende")
        assert "ya está lista &lt;la placa&gt; &amp; el cable." in html

    def test_the_document_has_one_body(self, program: Program, language: Language) -> None:
        _, html = texts(COMPOSERS[program](reply(language=language)))
        assert html.lower().count("<body") <= 1
        assert "<!doctype" not in html.lower()

    def test_it_goes_to_the_address_for_answers(self, program: Program, language: Language) -> None:
        event = received(
            COMPOSERS[program](replace(reply(language=language), cc="eva@example.com"))
        ).metadata()
        assert (event["from"], event["to"], event["cc"]) == (
            "Luis Paz <luis@example.com>",
            [TO],
            ["eva@example.com"],
        )
        assert event["received_for"] == [TO]
        assert event["subject"].lower() == f"re: {answered().subject}".lower()

    def test_it_is_in_the_thread(self, program: Program, language: Language) -> None:
        message = COMPOSERS[program](reply(language=language))
        assert message["in-reply-to"] == "<e1@email.amazonses.com>"
        assert message["references"] == "<tk7f3k9qx2@example.com> <e1@email.amazonses.com>"
        assert message["date"] == "Tue, 01 Dec 2026 16:02:00 -0300"
        other = COMPOSERS[program](reply(language=language))
        assert message["message-id"] != other["message-id"]

    def test_a_file_goes_along(self, program: Program, language: Language) -> None:
        file = AttachedFile(name="factura ñ.pdf", content_type="application/pdf", content=b"%PDF-1.7")
        mail = received(COMPOSERS[program](replace(reply(language=language), file=file)))
        assert [(part.filename, part.content_type, part.content) for part in mail.parts] == [
            ("factura ñ.pdf", "application/pdf", b"%PDF-1.7")
        ]
        assert mail.text is not None
        assert mail.text.startswith(TYPED)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            Language.ES,
            "El mar, 1 dic 2026 a las 15:40, Marta Gómez (Soporte)\n(<soporte@example.com>) escribió:",
        ),
        (Language.EN, "On Tue, Dec 1, 2026 at 3:40 PM Marta Gómez (Soporte) <soporte@example.com>\nwrote:"),
        (
            Language.PT,
            "Em ter., 1 de dez. de 2026 às 15:40, Marta Gómez (Soporte) <\nsoporte@example.com> escreveu:",
        ),
    ],
)
def test_gmail_says_who_wrote_when(language: Language, said: str) -> None:
    text, html = texts(gmail(reply(language=language)))
    assert re.sub(r"\s+", "", said) in re.sub(r"\s+", "", text)
    assert max(map(len, text.partition("\n>")[0].split("\n"))) <= 78
    assert 'class="gmail_quote gmail_quote_container"' in html
    assert '<a href="mailto:soporte@example.com">soporte@example.com</a>' in html


def test_gmail_breaks_long_lines_of_the_text_only() -> None:
    text, html = texts(gmail(reply(LONG)))
    assert LONG not in text
    assert LONG in " ".join(text.split("\n"))
    assert LONG in html


@pytest.mark.parametrize("composer", [outlook, iphone])
def test_the_others_break_no_line(composer: Composer) -> None:
    text, html = texts(composer(reply(LONG)))
    assert LONG in text
    assert LONG in html


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            Language.ES,
            "De: {0}\nEnviado: martes, 1 de diciembre de 2026 15:40\nPara: luis@example.com\nAsunto: {1}\n",
        ),
        (
            Language.EN,
            "From: {0}\nSent: Tuesday, December 1, 2026 3:40 PM\nTo: luis@example.com\nSubject: {1}\n",
        ),
        (
            Language.PT,
            "De: {0}\nEnviada em: terça-feira, 1 de dezembro de 2026 15:40\nPara: luis@example.com\nAssunto: {1}\n",
        ),
    ],
)
def test_outlook_repeats_the_headers(language: Language, said: str) -> None:
    message = outlook(reply(language=language))
    text, html = texts(message)
    assert said.format("Marta Gómez (Soporte) <soporte@example.com>", answered().subject) in text
    assert f"\n\n{answered().text}" in text
    assert "border-top:solid #E1E1E1 1.0pt" in html
    assert message["subject"].startswith("RE: ")


@pytest.mark.parametrize(
    ("language", "signature", "said"),
    [
        (Language.ES, "Enviado desde mi iPhone", "El 1 dic 2026, a la(s) 15:40, {} escribió:"),
        (Language.EN, "Sent from my iPhone", "On Dec 1, 2026, at 3:40 PM, {} wrote:"),
        (Language.PT, "Enviado do meu iPhone", "Em 1 de dez. de 2026, à(s) 15:40, {} escreveu:"),
    ],
)
def test_an_iphone_signs_and_quotes(language: Language, signature: str, said: str) -> None:
    text, html = texts(iphone(reply(language=language)))
    quoted = said.format("Marta Gómez (Soporte) <soporte@example.com>")
    assert f"\n\n{signature}\n\n> {quoted}\n> \n> " in text
    assert f'<div dir="ltr">{signature}</div>' in html
    assert '<blockquote type="cite">' in html


def test_an_iphone_s_file_is_inline() -> None:
    file = AttachedFile(name="IMG_1.jpg", content_type="image/jpeg", content=b"\xff\xd8")
    (part,) = received(iphone(replace(reply(), file=file))).parts
    assert part.disposition == "inline"


@pytest.mark.parametrize("language", Language)
def test_an_absence_notice_says_that_it_is_automatic(language: Language) -> None:
    message = out_of_office(reply("Vuelvo el lunes.", language))
    mail = received(message)
    assert message["auto-submitted"] == "auto-replied"
    assert (mail.text, mail.html) == ("Vuelvo el lunes.\n", None)
    assert answered().subject in message["subject"]


def test_an_email_without_html_is_quoted_too() -> None:
    plain = read_email(b'{"from": "a@example.com", "to": ["b@example.com"], "subject": "s", "text": "1 < 2"}')
    _, html = texts(gmail(replace(reply(), answered=plain)))
    assert "1 &lt; 2" in html
