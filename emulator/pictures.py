"""`python -m emulator.pictures`: the README's pictures of the local page, from a fresh start and a scripted conversation."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs"
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome")
_OPTIONS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--font-render-hinting=none",
    "--disable-background-networking",
)
_START_SECONDS: Final = 60.0
_MAX_BYTES: Final = 300_000
_WIDE: Final[dict[str, Any]] = {
    "viewport": {"width": 1440, "height": 900},
    "locale": "es-AR",
    "timezone_id": "America/Argentina/Buenos_Aires",
}
_DESK: Final[dict[str, Any]] = {"viewport": {"width": 1100, "height": 820}, "locale": "es-AR"}
_NARROW: Final[dict[str, Any]] = {
    "viewport": {"width": 390, "height": 844},
    "locale": "es-AR",
    "timezone_id": "America/Argentina/Buenos_Aires",
}


def take() -> None:
    """Writes docs/page.png, docs/page-phone.png and docs/ticket.png. Ends with a word where there is no browser."""
    path = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if path is None:
        sys.exit("The pictures need a browser on the PATH: " + ", ".join(_BROWSERS))
    PICTURES.mkdir(exist_ok=True)
    with _emulator() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_OPTIONS))
        _wide(browser, address)
        _narrow(browser, address)
        browser.close()


def _wide(browser: Browser, address: str) -> None:
    page = _open(browser, address, _WIDE)
    _bob(page)
    _ana(page)
    page.locator("#tab-inspector").click()
    page.locator("#tab-desk").click()
    page.locator(".list-entry").first.click()
    mail = page.frame_locator(".mail-frame")
    expect(mail.locator("h1")).to_be_visible()
    _shoot(page, "page.png")
    link = mail.locator("a", has_text="Abrir el ticket").get_attribute("href")
    assert link, "a ticket's mail has its link"
    _ticket(browser, link)


def _ticket(browser: Browser, link: str) -> None:
    """The page of Ana's ticket, after a technician has asked her something."""
    page = browser.new_context(color_scheme="light", **_DESK).new_page()
    page.goto(link)
    page.locator("textarea[name=text]").fill("Hola, Ana. ¿Qué modelo es? Lo dice una etiqueta atrás.")
    page.locator("input[name=author]").fill("Marta")
    page.locator("button[value=ask]").click()
    expect(page.locator("main")).to_contain_text("¿Qué modelo es?")
    page.goto(link, wait_until="networkidle")  # from its beginning, with the photo
    page.wait_for_timeout(500)
    _save(page, "ticket.png")


def _narrow(browser: Browser, address: str) -> None:
    page = _open(browser, address, _NARROW)
    _shoot(page, "page-phone.png")


def _bob(page: Page) -> None:
    """Somebody else's ticket, so that the mailbox is not all one person's."""
    page.get_by_role("button", name="Bob Smith").click()
    _say(page, "my laptop won't boot since this morning")
    _press(page, "Yes, open it", "your ticket is")


def _ana(page: Page) -> None:
    page.get_by_role("button", name="Ana Pérez").click()
    _say(page, "no me anda la impresora, sale *error E-05*")
    expect(page.locator(".row.theirs .choice").last).to_be_visible()
    page.locator("summary.attach").click()
    page.locator("[data-attach=sample]").click()
    expect(page.locator(".row.theirs .words").last).to_contain_text("1 adjunto")
    _press(page, "Sí, abrirlo", "tu ticket es")


def _say(page: Page, text: str) -> None:
    page.locator("#composer").fill(text)
    page.locator(".send").click()


def _press(page: Page, title: str, answer: str) -> None:
    page.locator(".log").get_by_role("button", name=title, exact=True).last.click()
    expect(page.locator(".row.theirs .words").last).to_contain_text(answer)


def _open(browser: Browser, address: str, options: dict[str, Any]) -> Page:
    page = browser.new_context(color_scheme="light", reduced_motion="reduce", **options).new_page()
    page.goto(address)
    page.wait_for_selector(".chip")
    return page


def _shoot(page: Page, name: str) -> None:
    """The picture, once everything has arrived: the last tick is blue, and no toast or caret is in it."""
    expect(page.locator(".row.mine .ticks").last).to_have_class("ticks read")
    page.mouse.move(0, 0)
    page.wait_for_timeout(500)
    _save(page, name)


def _save(page: Page, name: str) -> None:
    file = PICTURES / name
    page.screenshot(path=file, animations="disabled", caret="hide")
    if file.stat().st_size > _MAX_BYTES:
        sys.exit(f"{file.name} is larger than {_MAX_BYTES} bytes")
    print(f"docs/{name}: {file.stat().st_size} bytes")


@contextmanager
def _emulator() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="mostrador-") as folder:
        command = [sys.executable, "-m", "emulator", "--data", folder, "--port", "0"]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        try:
            yield _address(Path(folder) / "running.json", process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def _address(file: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + _START_SECONDS
    while not file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit("the emulator did not start")
        time.sleep(0.1)
    return str(json.loads(file.read_text())["address"])


if __name__ == "__main__":
    take()
