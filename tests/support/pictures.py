"""`python -m tests.support.pictures`: takes the README's pictures of the local page after a scripted conversation."""

import sys
from typing import Final

from playwright.sync_api import Browser, Page, expect

from tests.support.browser import NAMES, Local, installed_browser, list_link, run_browser, run_emulator
from tests.support.paths import ROOT

PICTURES = ROOT / "docs"
MAX_BYTES: Final = 300_000
# Who else has a ticket: name, number, words.
OTHERS: Final = (
    ("Lucía Fernández", "56912345678", "la notebook no enciende desde ayer, la luz parpadea tres veces"),
    ("José Luis Núñez", "5215512345678", "el router se reinicia solo cada media hora"),
    ("Mariana Souza", "5511987654321", "minha impressora não imprime, o papel fica preso"),
    ("Raúl Vera", "51987654321", "no puedo emitir una factura, el sistema dice certificado vencido"),
    ("Inés Ríos", "593987654321", "la cámara de la entrada no graba de noche"),
)


def take() -> None:
    """Writes docs/page.png, docs/page-phone.png, docs/ticket.png and docs/desk.png. Exits with a message where there is no browser."""
    path = installed_browser()
    if path is None:
        sys.exit("The pictures need a browser on the PATH: " + ", ".join(NAMES))
    PICTURES.mkdir(exist_ok=True)
    with run_emulator() as local, run_browser(path, "--font-render-hinting=none") as browser:
        link = _wide_page(_open(browser, local.address, 1440, 900))
        _ticket_page(_open(browser, link, 1100, 820))
        _list_page(_open(browser, list_link(local), 1100, 820), local)
        narrow = _open(browser, local.address, 390, 844)
        _save_when_read(narrow, "page-phone.png")


def _wide_page(page: Page) -> str:
    """Returns the link to the technician's page of Ana's ticket."""
    _report_of_bob(page)
    _report_of_ana(page)
    page.locator("#tab-inspector").click()
    page.locator("#tab-desk").click()
    page.locator(".list-entry").first.click()
    mail = page.frame_locator(".mail-frame")
    expect(mail.locator("h1")).to_be_visible()
    _save_when_read(page, "page.png")
    link = mail.locator("a", has_text="Abrir el ticket").get_attribute("href")
    assert link, "a ticket's e-mail has its link"
    return link


def _ticket_page(page: Page) -> None:
    """The page of Ana's ticket, after a technician has asked her something."""
    page.locator("textarea[name=text]").fill("Hola, Ana. ¿Qué modelo es? Lo dice una etiqueta atrás.")
    page.locator("button[value=ask]").click()
    expect(page.locator("main")).to_contain_text("¿Qué modelo es?")
    page.goto(page.url.partition("#")[0], wait_until="networkidle")  # scrolled to the top, with the photo
    page.wait_for_timeout(500)
    _save(page, "ticket.png")


def _list_page(page: Page, local: Local) -> None:
    """The list of tickets, after a technician has worked at some of them."""
    for name, phone, words in OTHERS:
        said = {"name": name, "phone": phone}
        asked = local.post("say", {**said, "text": words})
        (yes, *_) = asked["bubbles"][-1]["choices"]
        local.post("say", {**said, "press": yes["id"]})
    page.get_by_role("button").click()
    _work(page, "cámara", "take")
    _work(page, "factura", "ask", "Hola, Raúl. ¿Qué dice el aviso?")
    _work(page, "router", "urgent")
    page.get_by_role("link", name="Todos los tickets").click()
    page.get_by_role("link", name="Todos").click()
    _save(page, "desk.png")


def _work(page: Page, words: str, action: str, text: str = "") -> None:
    """Find a ticket by its words, and press a button of its page."""
    page.goto(page.url.partition("/t/")[0].partition("/desk/")[0] + "/desk/")
    page.get_by_role("searchbox").fill(words)
    page.get_by_role("button", name="Buscar").click()
    page.locator(".row .code").first.click()
    page.locator("textarea[name=text]").fill(text)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true })")
    page.locator(f"button[value={action}]").click()
    expect(page.locator(".done")).to_be_visible()


def _report_of_bob(page: Page) -> None:
    """Another customer's ticket, so that the mailbox has more than one e-mail."""
    page.get_by_role("button", name="Bob Smith").click()
    _say(page, "my laptop won't boot since this morning")
    _press(page, "Yes, open it", "Your ticket is")


def _report_of_ana(page: Page) -> None:
    page.get_by_role("button", name="Ana Pérez").click()
    _say(page, "no me anda la impresora, sale *error E-05*")
    expect(page.locator(".row.theirs .choice").last).to_be_visible()
    page.locator("summary.attach").click()
    page.locator("[data-attach=sample]").click()
    expect(page.locator(".row.theirs .words").last).to_contain_text("1 archivo")
    _press(page, "Sí, abrirlo", "Tu ticket es")


def _say(page: Page, text: str) -> None:
    page.locator("#composer").fill(text)
    page.locator(".send").click()


def _press(page: Page, title: str, answer: str) -> None:
    page.locator(".log").get_by_role("button", name=title, exact=True).last.click()
    expect(page.locator(".row.theirs .words").last).to_contain_text(answer)


def _open(browser: Browser, address: str, width: int, height: int) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="es-AR",
        timezone_id="America/Argentina/Buenos_Aires",
        color_scheme="light",
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto(address)
    return page


def _save_when_read(page: Page, name: str) -> None:
    """Once the last message is marked as read, so that everything has arrived."""
    expect(page.locator(".row.mine .ticks").last).to_have_class("ticks read")
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    _save(page, name)


def _save(page: Page, name: str) -> None:
    file = PICTURES / name
    page.screenshot(path=file, animations="disabled", caret="hide")
    if file.stat().st_size > MAX_BYTES:
        sys.exit(f"{file.name} is larger than {MAX_BYTES} bytes")
    print(f"docs/{name}: {file.stat().st_size} bytes")


if __name__ == "__main__":
    take()
