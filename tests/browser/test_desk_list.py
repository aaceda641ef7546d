"""The list of tickets in a real browser: how one comes in, on a phone and on a desk, light and dark; axe-core has nothing to say."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.test_accessibility import look
from tests.browser.test_ticket_page import too_small
from tests.support.browser import Local, list_link

pytestmark = pytest.mark.slow

TICKETS = """
insert into public.customers (user_id, wa_id, name)
  select 'AR.list' || n, '5491166600' || lpad(n::text, 3, '0'), 'José Ángel Muñoz de la Fuente ' || n from generate_series(1, 60) n;
insert into public.tickets (code, customer_id, wamid, summary, description, language, status, urgent, wants_human, waits_since)
  select 'TK-' || lpad(c.id::text, 4, '0') || '-0000', c.id, 'list/' || c.id,
    case when c.id % 7 = 0 then repeat('superimpresora', 12) else 'No imprime la impresora del mostrador' end, 'Se traba.', 'es',
    (array['open', 'in_progress', 'waiting_customer', 'resolved', 'closed'])[1 + c.id % 5], c.id % 4 = 0, c.id % 3 = 0,
    now() - c.id * interval '50 min'
    from public.customers c where c.user_id like 'AR.list%';
insert into public.drafts (customer_id, since) select id, now() - interval '2 days' from public.customers where user_id = 'AR.list1';
insert into public.conversations (customer_id, session, last_inbound_at)
  select id, '{"state": "confirming", "draft": "no me anda la compu"}', now() - interval '2 days'
    from public.customers where user_id = 'AR.list1';
"""
PAGES = ["", "?tab=mine", "?tab=our_turn", "?tab=all", "?tab=drafts", "?open"]


@pytest.fixture(scope="module")
def desk(local: Local) -> Local:
    local.execute(TICKETS)
    return local


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def context(browser: Browser, desk: Local, scheme: Any) -> Iterator[BrowserContext]:
    """Without JavaScript on the page; what a test evaluates runs all the same."""
    with browser.new_context(java_script_enabled=False, color_scheme=scheme, locale="es-AR") as context:
        yield context


def come_in(context: BrowserContext, desk: Local) -> Page:
    page = context.new_page()
    page.goto(list_link(desk))
    page.get_by_role("button", name="Abrir la lista de tickets").click()
    page.wait_for_url("**/desk/")
    return page


def test_in_by_the_button_along_the_tabs_and_into_a_ticket(context: BrowserContext, desk: Local) -> None:
    page = context.new_page()
    page.goto(f"{desk.function}/desk/")
    expect(page.get_by_label("Tu correo")).to_be_visible()
    page.close()
    page = come_in(context, desk)
    expect(page.locator(".row")).not_to_have_count(0)
    page.get_by_role("link", name="Todos").click()
    expect(page.locator(".row")).to_have_count(50)
    page.get_by_role("link", name="Siguientes").click()
    expect(page.locator(".row")).to_have_count(10)
    page.get_by_role("searchbox").fill("munoz fuente 42")
    page.get_by_role("button", name="Buscar").click()
    expect(page.locator(".row").first).to_contain_text("Muñoz de la Fuente 42")
    assert "munoz" not in page.url
    page.locator(".row .code").first.click()
    expect(page.locator(".chip").first).to_be_visible()
    assert "/t/" in page.url


@pytest.mark.parametrize("width", [320, 390, 1440])
def test_nothing_is_wider_than_the_screen_or_too_small_for_a_finger(
    context: BrowserContext, desk: Local, width: int
) -> None:
    page = come_in(context, desk)
    page.set_viewport_size({"width": width, "height": 800})
    for query in PAGES:
        page.goto(f"{desk.function}/desk/{query}")
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert too_small(page) == []


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_has_nothing_to_say(
    browser: Browser, context: BrowserContext, desk: Local, axe: str, width: int, scheme: Any
) -> None:
    """It needs JavaScript, which the pages are opened without: it looks at a copy."""
    page = come_in(context, desk)
    html = {query: source(page, f"{desk.function}/desk/{query}") for query in PAGES}
    context.clear_cookies()
    for address in (f"{desk.function}/desk/", list_link(desk), f"{desk.function}/desk/x/"):
        html[address] = source(page, address)
    copy = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    found = {place: problems for place, text in html.items() if (problems := look(copy, text, axe, width))}
    copy.close()
    assert found == {}


def source(page: Page, address: str) -> str:
    page.goto(address)
    return page.content()
