"""The local page while WhatsApp is real: no phone to play, nothing to break, and the way to the number."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from state.model.language import Language
from tests.support.browser import Local

pytestmark = pytest.mark.slow

SCREENS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}
REAL = {"number": "+54 9 11 5555-0101", "link": "https://wa.me/5491155550101?text=hola"}


@pytest.fixture(params=SCREENS)
def page(browser: Browser, local: Local, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page of a run whose desk says that WhatsApp is real."""
    told: dict[str, Any] = httpx.get(f"{local.address}/emulator/desk", trust_env=False).json()
    context = browser.new_context(**SCREENS[request.param], locale="es-AR")
    body = json.dumps({**told, "whatsapp": REAL})
    context.route("**/emulator/desk", lambda route: route.fulfill(body=body, content_type="application/json"))
    page, problems = context.new_page(), list[str]()
    page.on(
        "console",
        lambda said: problems.append(said.text) if said.type in {"error", "warning"} else None,
    )
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(local.address)
    page.wait_for_selector('.connection[data-state="connected"]')
    yield page
    context.close()
    assert problems == []


def test_it_says_where_to_write(page: Page) -> None:
    expect(page.get_by_text(f"escribe a {REAL['number']}")).to_be_visible()
    link = page.get_by_role("link", name="Abrir WhatsApp")
    expect(link).to_have_attribute("href", REAL["link"])
    expect(page.get_by_text("nada sale de aquí")).to_have_count(0)


def test_nobody_is_played_and_nothing_is_broken(page: Page) -> None:
    for gone in ("#composer", ".chip", "#tab-faults", ".first-steps", ".skip"):
        expect(page.locator(gone)).to_have_count(0)


def test_the_mailboxes_and_the_database_are_there(page: Page) -> None:
    page.locator("#tab-desk").click()
    expect(page.get_by_role("button", name="Lista de tickets")).to_be_visible()
    expect(page.get_by_role("button", name="Reporta un problema")).to_have_count(0)
    page.locator("#tab-inspector").click()
    expect(page.get_by_text("Bandeja de salida")).to_be_visible()


def test_axe_finds_nothing(page: Page, axe: str) -> None:
    for tab in ("desk", "inspector", "phone"):
        button = page.locator(f"#tab-{tab}")
        if button.is_visible():
            button.click()
        page.evaluate(axe)
        found = page.evaluate("axe.run()")["violations"]
        assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []


@pytest.mark.parametrize("language", Language)
def test_it_has_words_in_each_language(language: Language) -> None:
    from emulator.site.technicians_desk import texts

    assert "{number}" in texts(language)["real.write"]
