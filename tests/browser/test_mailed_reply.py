"""A technician's mailbox on the local page: who answers an e-mail there is heard as if they had a mail program."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from emulator.resend.resend_api import Resend
from state.model.language import Language
from tests.support.browser import Local, opened

pytestmark = pytest.mark.slow

MARTA = "marta@example.com"
CUSTOMER = {"phone": "5491155550101", "name": "Ana Pérez"}
SCREENS = [(1440, "light"), (1440, "dark"), (390, "light"), (320, "dark")]


@pytest.fixture(scope="module")
def subject(local: Local) -> str:
    """Of the e-mail to Marta about a ticket of Ana's."""
    asked = local.post("say", {"text": "no me anda la impresora", **CUSTOMER})
    (bubble,) = asked["bubbles"]
    said = local.post("say", {"press": bubble["choices"][0]["id"], **CUSTOMER})
    return next(str(mail["subject"]) for mail in said["mails"] if MARTA in mail["to"])


def at_resend(local: Local, method: str, path: str, mail: Any = None, key: str = "") -> Any:
    """What Resend's stand-in answers below /emails, as soon as it takes one more request."""
    headers = {"authorization": f"Bearer {Resend.api_key}", **({"idempotency-key": key} if key else {})}
    while True:
        address = f"{local.address}/resend/emails{path}"
        answer = httpx.request(method, address, json=mail, headers=headers, trust_env=False)
        if answer.status_code != 429:
            assert answer.status_code == 200, answer.text
            return answer.json()
        time.sleep(float(answer.headers["retry-after"]))


@pytest.fixture
def page(browser: Browser, local: Local, subject: str) -> Iterator[Page]:
    with opened(browser, local.address) as shown:
        open_mail(shown, subject)
        yield shown


def open_mail(page: Page, subject: str) -> None:
    """The oldest about it: the others say why an answer was not sent."""
    page.locator("#tab-desk").click()
    page.locator(".list-entry", has_text=subject).last.click()


def form(page: Page) -> Locator:
    """The form, opened."""
    page.get_by_role("button", name="Responder", exact=True).click()
    return page.get_by_role("form", name="Responder")


def send(shown: Locator) -> None:
    shown.get_by_role("button", name="Enviar respuesta").click()


def received(local: Local) -> Any:
    """The latest e-mail that Resend's stand-in has received."""
    [latest] = at_resend(local, "GET", "/receiving?limit=1")["data"]
    return at_resend(local, "GET", f"/receiving/{latest['id']}?html_format=cid")


@pytest.mark.parametrize(
    ("program", "sign"),
    [("Gmail", "gmail_quote"), ("Outlook", "WordSection1"), ("iPhone", 'blockquote type="cite"')],
)
def test_marta_answers_with_her_program(page: Page, local: Local, program: str, sign: str) -> None:
    shown = form(page)
    text = f"Ya está lista, pase cuando quiera ({program})."
    shown.get_by_label("Tu respuesta").fill(text)
    shown.get_by_label("Programa de correo").select_option(program)
    send(shown)
    expect(shown.get_by_role("status")).to_contain_text("La función contestó 200")
    expect(shown.get_by_label("Tu respuesta")).to_have_value("")
    mail = received(local)
    assert mail["from"] == f"Marta Ruiz <{MARTA}>"
    assert mail["text"].startswith(text)
    assert sign in mail["html"]
    bubble = page.locator(".row.theirs .words", has_text=text).last
    expect(bubble).to_contain_text("Marta Ruiz")
    expect(bubble.locator("blockquote")).to_have_text(text)
    page.locator("#tab-inspector").click()
    page.locator(".turn summary", has_text="correos que llegan").click()
    expect(page.locator(".call", has_text="email.received").first).to_be_visible()


@pytest.mark.parametrize(
    ("who", "sender", "dmarc"),
    [
        ("Otra persona (stranger@example.org)", "stranger@example.org", "pass"),
        ("Alguien que se hace pasar por Marta Ruiz", f"Marta Ruiz <{MARTA}>", "fail"),
    ],
)
def test_somebody_else_tries_it(page: Page, local: Local, who: str, sender: str, dmarc: str) -> None:
    shown = form(page)
    shown.get_by_label("Tu respuesta").fill("Dame la clave.")
    shown.get_by_label("Quién responde").select_option(who)
    send(shown)
    expect(shown.get_by_role("status")).to_contain_text("200")
    mail = received(local)
    assert (mail["from"], mail["authentication"]["dmarc"]) == (sender, dmarc)
    expect(page.locator(".list-entry").first).to_contain_text("Llegó un correo que no le mandamos a nadie")
    expect(page.locator(".row.theirs", has_text="Dame la clave.")).to_have_count(0)


def test_who_is_away_has_no_program(page: Page, local: Local) -> None:
    shown = form(page)
    shown.get_by_label("Tu respuesta").fill("Vuelvo el lunes.")
    shown.get_by_label("Quién responde").select_option("Aviso de ausencia de Marta Ruiz")
    expect(shown.get_by_label("Programa de correo")).to_be_hidden()
    send(shown)
    expect(shown.get_by_role("status")).to_contain_text("200")
    mail = received(local)
    assert (mail["headers"]["auto-submitted"], mail["text"]) == ("auto-replied", "Vuelvo el lunes.\n")


def test_a_copy_and_a_file_go_along(page: Page, local: Local, tmp_path: Path) -> None:
    file = tmp_path / "factura.pdf"
    file.write_bytes(b"%PDF-1.7")
    shown = form(page)
    shown.get_by_label("Con copia a (opcional)").fill("eva@example.com")
    shown.get_by_label("Adjunto (opcional)").set_input_files(file)
    send(shown)
    expect(shown.get_by_role("status")).to_contain_text("200")
    mail = received(local)
    assert mail["cc"] == ["eva@example.com"]
    assert [(each["filename"], each["content_type"], each["size"]) for each in mail["attachments"]] == [
        ("factura.pdf", "application/pdf", 8)
    ]


def test_an_unfinished_answer_stays_while_e_mails_come_in(page: Page, local: Local) -> None:
    shown = form(page)
    shown.get_by_label("Tu respuesta").fill("Ya casi")
    before = page.locator(".list-entry").count()
    local.post("say", {"text": "hola, sigue sin andar, ¿hay novedades?", **CUSTOMER})
    mail = {"from": "a@example.com", "to": [MARTA], "subject": "Otro", "text": "Otro"}
    at_resend(local, "POST", "", mail, "another")
    expect(page.locator(".list-entry", has_text="Otro").first).to_be_visible()
    assert page.locator(".list-entry").count() > before
    expect(shown.get_by_label("Tu respuesta")).to_have_value("Ya casi")


def test_an_e_mail_that_asks_for_no_answer_has_no_button(page: Page, local: Local) -> None:
    mail = {"from": "a@example.com", "to": [MARTA], "subject": "Sin respuesta", "text": "Hola"}
    at_resend(local, "POST", "", mail, "silent")
    page.locator(".list-entry", has_text="Sin respuesta").click()
    expect(page.get_by_role("heading", name="Sin respuesta")).to_be_visible()
    expect(page.get_by_role("button", name="Responder", exact=True)).to_have_count(0)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_the_form_fits_and_axe_has_nothing_to_say(
    browser: Browser, local: Local, subject: str, axe: str, width: int, scheme: Any, language: Language
) -> None:
    options = {"viewport": {"width": width, "height": 844}, "color_scheme": scheme}
    with opened(browser, local.address, language, **options) as page:
        open_mail(page, subject)
        page.get_by_role("button", name=re.compile("^(Responder|Reply)$")).click()
        found = page.evaluate(f"{axe}\n; axe.run(document, {{resultTypes: ['violations']}})")
        assert [each["id"] for each in found["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
