"""The technician's page of a ticket in a real browser, on a phone and without JavaScript."""

import base64
import itertools
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from emulator.function import LINK_KEY, MAILBOX
from handlers.signed_links import SignedLinks
from state.model.technician import Technician
from tests.support.browser import Local, opened, run_emulator, until
from tests.support.sample_files import PDF

pytestmark = pytest.mark.slow

CUSTOMERS = itertools.count(1)
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
# One pixel.
PHOTO = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
MIN_TARGET = 44  # pixels, for a finger


def say(local: Local, customer: str, **act: Any) -> None:
    """A message of a customer, committed by the desk."""
    (before,) = local.rows("select count(*) from public.inbound")[0]
    local.post("actions", {"customer": customer, **act})
    until(lambda: local.rows("select count(*) from public.inbound")[0][0] > before, "it did not arrive")


def latest_link(local: Local) -> str:
    code, written_at = local.rows(
        "select t.code, o.created_at from public.outbox o join public.tickets t on t.id = o.ticket_id "
        "where o.content = 'opened' order by o.id desc limit 1"
    )[0]
    return SignedLinks(local.function, [LINK_KEY]).ticket_page(
        code, Technician(address=MAILBOX).id, written_at
    )


@pytest.fixture(scope="module")
def local(browser_path: str) -> Iterator[Local]:
    """The desk has one mailbox that several share."""
    with run_emulator(SUPPORT_EMAIL_TO=MAILBOX) as started:
        yield started


@pytest.fixture
def customer(local: Local) -> str:
    """A new customer."""
    phone = f"54911555500{next(CUSTOMERS):02}"
    local.post("customers", {"name": "Lucía", "phone": phone, "bsuid": f"AR.{uuid.uuid4().hex}"})
    return phone


@pytest.fixture
def link(local: Local, customer: str) -> str:
    """The technician's link to a new ticket with a photo, a location and a very long word."""
    say(local, customer, do="text", text="no me anda la impresora: prende y se traba con cada hoja")
    say(local, customer, do="image", content=PHOTO, mime_type="image/png", caption="así queda")
    say(local, customer, do="location", latitude=-34.6037, longitude=-58.3816, name="Oficina")
    say(local, customer, do="text", text="sí")
    say(local, customer, do="text", text="superimpresorainterminable" * 12)
    return latest_link(local)


@contextmanager
def visited(browser: Browser, link: str, **options: Any) -> Iterator[Page]:
    """The page without JavaScript. Fails on anything the browser logs, such as a violation of the CSP."""
    context = browser.new_context(java_script_enabled=False, locale="es-AR", **options)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda said: problems.append(said.text))
    page.on("requestfailed", lambda request: problems.append(f"{request.url} {request.failure}"))
    page.goto(link)
    yield page
    context.close()
    # A browser asks once for an icon, and the page may answer 4xx where a test means it to. Who goes on waits for no photo.
    assert [line for line in problems if not _is_harmless(line)] == []


def _is_harmless(line: str) -> bool:
    return "Failed to load resource" in line or ("ERR_ABORTED" in line and "/ticket-files/" in line)


def press(page: Page, title: str) -> None:
    page.get_by_role("button", name=re.compile(f"^{title}")).click()


def test_the_button_in_the_mail_opens_the_ticket(browser: Browser, local: Local, link: str) -> None:
    with opened(browser, local.address) as page:
        page.locator("#tab-desk").click()
        page.locator(".list-entry").first.click()
        with page.context.expect_page() as popup:
            page.frame_locator(".mail-frame").get_by_role("link", name="Abrir el ticket").click()
        expect(popup.value.get_by_text("Nadie lo atiende: el cliente espera")).to_be_visible()
        expect(popup.value.locator(".files img")).to_have_js_property("naturalWidth", 1)
        assert popup.value.url == link


def test_a_ticket_is_taken_and_answered_on_a_phone(browser: Browser, local: Local, link: str) -> None:
    with visited(browser, link, **PHONE) as page:
        page.get_by_role("link", name="Responder").tap()
        page.get_by_label("¿Quién eres?").fill("Lucas Gómez")
        press(page, "Tomarlo")
        expect(page.locator(".chip")).to_have_text("En curso")
        expect(page.locator("#latest")).to_contain_text("Lucas Gómez tomó el ticket")
        expect(page.get_by_role("status")).to_contain_text("Listo: lo atiendes tú.")
        expect(page.get_by_role("status")).to_be_in_viewport()
        expect(page.get_by_label("Mensaje para el cliente")).to_be_in_viewport()
        expect(page.get_by_label("¿Quién eres?")).to_have_value("Lucas Gómez")
        press(page, "Responder")
        expect(page.get_by_role("alert")).to_contain_text("Falta el mensaje")
        expect(page.get_by_label("Mensaje para el cliente")).to_be_focused()
        page.get_by_label("Mensaje para el cliente").fill("Abre la tapa\ny saca el papel.")
        press(page, "Responder")
        expect(page.locator("#latest .words")).to_have_text("Abre la tapa\ny saca el papel.")
        expect(page.locator("#latest .told")).to_be_visible()
        sent = "select 1 from outbox where content = 'notification' and status = 'sent'"
        until(lambda: local.rows(sent), "the answer did not leave")
        page.reload()
        expect(page.locator("#latest .told")).to_contain_text("✓")


def test_an_answer_is_kept_when_something_new_has_arrived(
    browser: Browser, local: Local, customer: str, link: str
) -> None:
    with visited(browser, link, **PHONE) as page:
        page.get_by_label("Mensaje para el cliente").fill("¿Probaste con otro papel?")
        say(local, customer, do="text", text="ahora ni prende")
        press(page, "Preguntar")
        expect(page.get_by_role("alert")).to_contain_text("El ticket cambió mientras escribías")
        page.get_by_role("link", name="Ver lo nuevo").tap()
        expect(page.locator("li.new")).to_contain_text("ahora ni prende")
        expect(page.locator("li.new")).to_be_in_viewport()
        press(page, "Preguntar")
        expect(page.locator(".chip")).to_have_text("Espera al cliente")


def test_a_photo_moves_nothing_when_it_arrives(browser: Browser, link: str) -> None:
    with visited(browser, link, **PHONE) as page:
        box = page.locator(".files img").first.bounding_box()
        assert box
        assert box["width"] * 3 == pytest.approx(box["height"] * 4, abs=1)  # one pixel, in its place


def test_what_is_not_for_the_customer_has_its_own_button(browser: Browser, link: str) -> None:
    with visited(browser, link, **PHONE) as page:
        page.get_by_label("Mensaje para el cliente").fill("Ojo: ya vino dos veces")
        press(page, "Guardar nota interna")
        expect(page.get_by_role("status")).to_contain_text("El cliente no la ve")
        expect(page.get_by_role("status")).to_be_in_viewport()
        expect(page.locator(".internal .words")).to_have_text("Ojo: ya vino dos veces")
        expect(page.locator(".chip")).to_have_text("Abierto")


def test_a_canned_answer_fills_the_box_without_a_script(browser: Browser, local: Local, link: str) -> None:
    local.execute(
        "insert into public.answers (name, language, body) values ('cable', 'es', 'Hola, {nombre}.')"
    )
    with visited(browser, link, **PHONE) as page:
        page.get_by_label("Mensaje para el cliente").fill("Buenas.")
        page.get_by_label("Respuesta guardada").select_option("cable")
        press(page, "Ponerla en el cuadro")
        expect(page.get_by_label("Mensaje para el cliente")).to_have_value("Buenas.\n\nHola, Lucía.")
        expect(page.get_by_label("Mensaje para el cliente")).to_be_focused()
    local.execute("delete from public.answers")


def test_what_is_typed_survives_an_urgent_mark(browser: Browser, link: str) -> None:
    with visited(browser, link) as page:
        page.get_by_label("Mensaje para el cliente").fill("A medio escr")
        page.get_by_text("Más: urgente").click()
        press(page, "Marcar como urgente")
        expect(page.locator(".chip.urgent")).to_be_visible()
        expect(page.get_by_label("Mensaje para el cliente")).to_have_value("A medio escr")
        page.reload()
        expect(page.locator(".line").filter(has_text="urgente")).to_have_count(1)


def test_a_photo_opens_on_a_page_of_its_own(browser: Browser, link: str) -> None:
    with visited(browser, link, **PHONE) as page:
        page.locator(".files img").tap()
        page.wait_for_url(re.compile(r"/storage/v1/object/sign/ticket-files/TK-"))
        expect(page.locator("img")).to_have_js_property("naturalWidth", 1)


def test_enter_in_the_name_submits_nothing(browser: Browser, link: str) -> None:
    with visited(browser, link) as page:
        page.get_by_label("Mensaje para el cliente").fill("A medio escr")
        page.get_by_label("¿Quién eres?").fill("Lucas")
        page.get_by_label("¿Quién eres?").press("Enter")
        page.wait_for_timeout(300)
        expect(page.get_by_label("Mensaje para el cliente")).to_have_value("A medio escr")
        expect(page.locator(".chip")).to_have_text("Abierto")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_nothing_is_wider_than_the_screen_or_too_small_for_a_finger(
    browser: Browser, link: str, width: int, scheme: Any
) -> None:
    viewport: Any = {"width": width, "height": 700}
    for place in (link, f"{link[:-3]}/"):
        with visited(browser, place, viewport=viewport, color_scheme=scheme) as page:
            assert page.evaluate("document.documentElement.scrollWidth") == width
            assert too_small(page) == []


def too_small(page: Page) -> list[str]:
    """Controls that are smaller than MIN_TARGET."""
    script = """(min) => [...document.querySelectorAll("button:not([hidden]), a, input:not([type=hidden]), select, summary, textarea")]
        .filter((node) => node.checkVisibility())
        .map((node) => [node.outerHTML, node.querySelector("img") ? node.querySelector("img").getBoundingClientRect() : node.getBoundingClientRect()])
        .filter(([, box]) => box.height < min || box.width < min)
        .map(([html, box]) => `${html} ${box.width}x${box.height}`)"""
    found: list[str] = page.evaluate(script, MIN_TARGET)
    return found


def test_a_photo_and_a_document_are_sent(browser: Browser, local: Local, link: str, tmp_path: Path) -> None:
    """What a browser posts when files are chosen, and when none is."""
    photo, document = tmp_path / "así queda.png", tmp_path / 'guía "nueva".pdf'
    photo.write_bytes(base64.b64decode(PHOTO))
    document.write_bytes(PDF.ljust(1_000_000, b"%"))
    sent = "select count(*) from outbox where content = 'file' and status = 'sent'"
    (before,) = local.rows(sent)[0]
    with visited(browser, link, **PHONE) as page:
        page.get_by_label("¿Quién eres?").fill("Lucas")
        page.get_by_label("Mensaje para el cliente").fill("Mira estas dos.")
        page.get_by_label("Archivos").set_input_files([photo, document])
        press(page, "Responder")
        expect(page.get_by_role("status")).to_contain_text("Listo: tu mensaje va en camino")
        expect(page.locator("#latest .words")).to_have_text("Mira estas dos.")
        expect(page.locator("#latest .files li")).to_have_count(2)
        expect(page.locator("#latest .files img")).to_have_js_property("naturalWidth", 1)
        expect(page.locator("#latest")).to_contain_text('guía "nueva".pdf')
        until(lambda: local.rows(sent)[0][0] == before + 2, "the files did not leave")
        page.reload()
        expect(page.locator("#latest .files .told").first).to_contain_text("✓")


def test_a_file_that_cannot_be_sent(browser: Browser, link: str, tmp_path: Path) -> None:
    page_of_ours = tmp_path / "factura.html"
    page_of_ours.write_text("<!doctype html><script>alert(1)</script>")
    with visited(browser, link, **PHONE) as page:
        page.get_by_label("Mensaje para el cliente").fill("Va la factura.")
        page.get_by_label("Archivos").set_input_files(page_of_ours)
        press(page, "Responder")
        alert = page.get_by_role("alert")
        expect(alert).to_contain_text("WhatsApp no acepta el archivo factura.html.")
        expect(alert).to_contain_text("Vuelve a elegir los archivos")
        expect(alert).to_be_in_viewport()
        expect(page.get_by_label("Mensaje para el cliente")).to_have_value("Va la factura.")
        box = page.get_by_label("Archivos").bounding_box()
        assert box is not None
        assert box["height"] >= MIN_TARGET


def test_files_that_are_far_too_large(browser: Browser, link: str, tmp_path: Path) -> None:
    """The answer comes while the browser still sends."""
    video = tmp_path / "video.pdf"
    video.write_bytes(PDF.ljust(40_000_000, b"%"))
    with visited(browser, link) as page:
        page.get_by_label("Mensaje para el cliente").fill("Va el video.")
        page.get_by_label("Archivos").set_input_files(video)
        press(page, "Responder")
        expect(page.get_by_role("heading", name="Es demasiado grande")).to_be_visible()
        page.go_back()
        expect(page.get_by_label("Mensaje para el cliente")).to_have_value("Va el video.")
