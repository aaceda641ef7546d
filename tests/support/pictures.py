"""`python -m tests.support.pictures`: takes the README's pictures of the local page after a scripted conversation."""

import sys
from typing import Final

from playwright.sync_api import Browser, Page, expect

from tests.support.browser import NAMES, installed_browser, run_browser, run_emulator
from tests.support.paths import ROOT

PICTURES = ROOT / "docs"
MAX_BYTES: Final = 300_000


def take() -> None:
    """Writes docs/page.png, docs/page-phone.png and docs/ticket.png. Exits with a message where there is no browser."""
    path = installed_browser()
    if path is None:
        sys.exit("The pictures need a browser on the PATH: " + ", ".join(NAMES))
    PICTURES.mkdir(exist_ok=True)
    with run_emulator() as local, run_browser(path, "--font-render-hinting=none") as browser:
        link = _wide_page(_open(browser, local.address, 1440, 900))
        _ticket_page(_open(browser, link, 1100, 820))
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
    page.locator("input[name=author]").fill("Marta")
    page.locator("button[value=ask]").click()
    expect(page.locator("main")).to_contain_text("¿Qué modelo es?")
    page.goto(page.url.partition("#")[0], wait_until="networkidle")  # scrolled to the top, with the photo
    page.wait_for_timeout(500)
    _save(page, "ticket.png")


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
