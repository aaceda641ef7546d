"""The local page in a real browser."""

import itertools
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from state.model.language import Language
from tests.support.browser import Local, opened, run_emulator, until

pytestmark = pytest.mark.slow

CODE = re.compile(r"TK-[0-9A-Z]{4}-[0-9A-Z]{4}")
ADDED = itertools.count(1)
TABS = ["phone", "desk", "inspector", "faults"]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
# Ends every wait that takes minutes: the lease of a dead instance, the wait for Meta's status, the pause before a retry.
END_WAITS = "update public.outbox set next_at = now() - interval '1 s' where status <> 'sent'"


@pytest.fixture
def name(local: Local) -> Iterator[str]:
    """A new customer; afterwards all faults are switched off."""
    number = next(ADDED)
    added = f"Lucía {number}"
    local.post(
        "customers", {"name": added, "phone": f"54911555600{number:02}", "bsuid": f"AR.{uuid.uuid4().hex}"}
    )
    yield added
    local.post("reset_faults", {})


@pytest.fixture
def page(browser: Browser, local: Local, name: str) -> Iterator[Page]:
    with opened(browser, local.address) as shown:
        switch_to(shown, name)
        yield shown


def switch_to(page: Page, name: str) -> None:
    chip = page.get_by_role("button", name=name, exact=True)
    chip.click()
    expect(page.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-pressed", "true")


def say(page: Page, text: str) -> None:
    page.get_by_label("Mensaje", exact=True).fill(text)
    page.get_by_role("button", name="Enviar", exact=True).click()


def press(page: Page, title: str) -> None:
    page.locator(".log").get_by_role("button", name=title, exact=True).last.click()


def last_reply(page: Page) -> Locator:
    """The text of the desk's latest message."""
    return page.locator(".row.theirs .words").last


def attach(page: Page, what: str) -> None:
    page.locator("summary.attach").click()
    page.locator(f"[data-attach={what}]").click()


def go(page: Page, tab: str) -> None:
    page.locator(f"#tab-{tab}").click()


def pick_segment(page: Page, words: str) -> None:
    page.locator(".panel:not([hidden]) .segment", has_text=words).first.click()


def counter_value(page: Page, counter: str) -> Locator:
    return page.locator(f"[data-count={counter}] dd")


def report(page: Page, problem: str = "no me anda la impresora") -> str:
    """Opens a ticket; returns its code."""
    say(page, problem)
    expect(last_reply(page)).to_contain_text("¿Abro un ticket con esto?")
    press(page, "Sí, abrirlo")
    expect(last_reply(page)).to_contain_text("Tu ticket es")
    return code_in(last_reply(page))


def code_in(place: Locator) -> str:
    found = CODE.search(place.inner_text())
    assert found
    return found[0]


def tickets_of(local: Local, name: str) -> list[tuple[Any, ...]]:
    return local.rows(
        "select code, wamid from public.tickets join public.customers c on c.id = customer_id where c.name = %s",
        name,
    )


def test_a_ticket_is_opened_with_a_photo_and_found_by_its_code(page: Page) -> None:
    say(page, "no me anda la impresora")
    expect(last_reply(page)).to_contain_text("¿Abro un ticket con esto?")
    attach(page, "sample")
    expect(last_reply(page)).to_contain_text("1 archivo")
    press(page, "Sí, abrirlo")
    expect(last_reply(page)).to_contain_text("Tu ticket es")
    code = code_in(last_reply(page))
    say(page, code.lower())
    expect(last_reply(page)).to_contain_text(f"{code} · Abierto")
    go(page, "desk")
    page.get_by_role("button", name=code).click()
    with page.context.expect_page() as opening:
        page.get_by_role("link", name="Página del técnico").click()
    expect(opening.value.locator("main img").first).to_have_js_property("naturalWidth", 960)


def test_a_message_is_marked_as_read(page: Page) -> None:
    say(page, "hola")
    expect(last_reply(page)).to_contain_text("¡Hola!")
    expect(page.locator(".row.mine .ticks.read")).to_be_visible()


def test_formatting_and_quotes_look_as_in_whatsapp(page: Page) -> None:
    code = report(page, "no prende el *monitor* nuevo")
    expect(last_reply(page).locator("strong").first).to_have_text(code)
    expect(last_reply(page).locator("blockquote")).to_contain_text("no prende el monitor nuevo")
    expect(page.locator(".row.mine strong").first).to_have_text("monitor")


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("*b* _i_ ~s~ `m`", "<p><strong>b</strong> <em>i</em> <s>s</s> <code>m</code></p>"),
        ("_*both*_", "<p><em><strong>both</strong></em></p>"),
        ("2*3*4 snake_case_name * no *", "<p>2*3*4 snake_case_name * no *</p>"),
        ("> one\n> two\nthree", "<blockquote>one\ntwo</blockquote><p>three</p>"),
        ("```a *b*```", "<pre>a *b*</pre>"),
        ("see https://a.example/x_y_z.", '<p>see <span class="link">https://a.example/x_y_z</span>.</p>'),
        ("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>"),
        ("- a\n- b", "<p>• a\n• b</p>"),
    ],
)
def test_a_text_and_its_formatting(page: Page, text: str, marked: str) -> None:
    script = """async (text) => {
        const { formatted } = await import("/page/whatsapp-format.js");
        const place = document.createElement("div");
        place.append(...formatted(text));
        return place.innerHTML;
    }"""
    assert page.evaluate(script, text) == marked


def test_received_html_stays_text(page: Page) -> None:
    attack = "<img src=x onerror=\"document.title='broken'\"><script>1</script> no me anda el mouse"
    say(page, attack)
    expect(last_reply(page)).to_contain_text("<script>1</script>")
    press(page, "Sí, abrirlo")
    expect(last_reply(page)).to_contain_text("Tu ticket es")
    go(page, "desk")
    page.locator(".list-entry").first.click()
    go(page, "inspector")
    page.locator(".call").first.click()
    assert "broken" not in page.title()
    assert page.locator("img[src=x]").count() == 0


def test_a_report_delivered_twice_opens_one_ticket(page: Page, local: Local, name: str) -> None:
    go(page, "faults")
    page.get_by_role("switch", name="Dos veces").click()
    expect(page.get_by_text("Fallas encendidas: 1")).to_be_visible()
    code = report(page, "la notebook no prende")
    assert [ticket[0] for ticket in tickets_of(local, name)] == [code]
    expect(page.locator(".row.theirs .words")).to_have_count(2)
    expect(counter_value(page, "doubled")).to_have_text("0")
    expect(counter_value(page, "lost")).to_have_text("0")
    page.get_by_role("button", name="Todo como estaba").click()
    expect(page.get_by_role("switch", name="Dos veces")).to_have_attribute("aria-checked", "false")


def test_the_mail_opens_as_html_and_as_text(page: Page) -> None:
    code = report(page, "el wifi se corta a cada rato")
    go(page, "desk")
    page.get_by_role("button", name=code).click()
    html = page.frame_locator(".mail-frame")
    expect(html.get_by_text("el wifi se corta a cada rato").last).to_be_visible()
    page.locator(".mail .segment", has_text="Solo texto").click()
    expect(page.locator(".mail-text")).to_contain_text("> el wifi se corta a cada rato")
    expect(page.locator(".mail-frame")).to_be_hidden()
    expect(page.get_by_role("link", name="Página del técnico")).to_have_attribute("href", re.compile(r"/t/"))


def test_an_instance_killed_after_the_commit_leads_to_one_reply_and_one_mail(
    page: Page, local: Local, name: str
) -> None:
    say(page, "la pantalla quedó en negro")
    expect(last_reply(page)).to_contain_text("¿Abro un ticket con esto?")
    go(page, "faults")
    page.locator("[data-action=kill_between]").click()
    expect(page.get_by_text("Preparado: escribe algo en el teléfono.")).to_be_visible()
    press(page, "Sí, abrirlo")
    until(lambda: tickets_of(local, name), "no ticket")
    [(code, wamid)] = tickets_of(local, name)
    until(lambda: sweep_until_sent(page, local, wamid), "something is still open", 60)
    expect(last_reply(page)).to_contain_text(code)
    expect(page.locator(".row.theirs .words", has_text=code)).to_have_count(1)
    go(page, "desk")
    expect(page.get_by_role("button", name=code)).to_have_count(1)
    go(page, "faults")
    for counter in ("lost", "doubled"):
        expect(counter_value(page, counter)).to_have_text("0")


def sweep_until_sent(page: Page, local: Local, wamid: str) -> bool:
    """Ends all waits and presses the page's sweep. True once every outbox row of this message is sent."""
    open_rows = "select count(*) from public.outbox where wamid = %s and status <> 'sent'"
    if local.rows(open_rows, wamid) == [(0,)]:
        return True
    local.execute(END_WAITS)
    with page.expect_response(lambda response: response.url.endswith("/emulator/function")):
        page.locator("[data-action=sweep]").click()
    page.wait_for_timeout(300)
    return False


def test_the_inspector_shows_the_calls_of_a_message(page: Page) -> None:
    problem = f"se colgó el programa de ventas {uuid.uuid4().hex[:6]}"
    say(page, problem)
    expect(last_reply(page)).to_contain_text("¿Abro un ticket con esto?")
    go(page, "inspector")
    turn = page.locator("details.turn", has_text=problem)
    expect(turn.locator(".call", has_text="commit_turn")).to_have_count(1)
    expect(turn.locator(".call", has_text="WhatsApp message")).to_have_count(1)
    expect(turn.get_by_text("200 en")).to_be_visible()
    expect(turn.get_by_text(re.compile("sesión (leída de la tabla|desde la memoria)"))).to_be_visible()
    turn.locator(".call", has_text="commit_turn").click()
    expect(turn.locator(".drawer")).to_contain_text(problem)
    pick_segment(page, "Bandeja de salida")
    expect(page.locator(".outbox li").first).to_contain_text("Respuesta de WhatsApp")
    expect(page.locator(".outbox li").first).to_contain_text("enviada")


def test_the_chat_survives_a_reload(page: Page, name: str) -> None:
    code = report(page, "no abre el correo")
    page.reload()
    expect(page.get_by_role("button", name=name, exact=True)).to_have_attribute("aria-pressed", "true")
    expect(last_reply(page)).to_contain_text(code)
    expect(page.locator(".row.mine .words").first).to_have_text(re.compile("no abre el correo"))


def test_every_kind_of_attachment_can_be_sent(page: Page) -> None:
    for what, shown in {
        "voice": ".sound",
        "location": ".location-card",
        "sample_document": ".document-card",
        "sticker": "img.sticker",
        "poll": ".bubble-unsupported",
    }.items():
        attach(page, what)
        expect(page.locator(f".row.mine {shown}")).to_have_count(1)
        expect(page.locator(".row.mine .ticks.clock")).to_have_count(0)


def test_a_message_is_quoted_and_gets_a_reaction(page: Page) -> None:
    say(page, "hola")
    expect(last_reply(page)).to_contain_text("¡Hola!")
    bubble = page.locator(".row.theirs").last
    bubble.hover()
    bubble.locator("summary").click()
    bubble.get_by_role("button", name="Reaccionar con 👍").click()
    expect(page.get_by_role("img", name="Reacción: 👍")).to_be_visible()
    bubble = page.locator(".row.theirs").last
    bubble.hover()
    bubble.locator("summary").click()
    bubble.get_by_role("button", name="Responder", exact=True).click()
    say(page, "no me anda el teclado")
    expect(page.locator(".row.mine .quote").last).to_contain_text("Soy el asistente")


def test_another_customer_is_added(page: Page) -> None:
    page.get_by_role("button", name="Otro cliente").click()
    dialog = page.get_by_role("dialog", name="Otro cliente")
    added = f"Teo {next(ADDED)}"
    dialog.get_by_label("Nombre").fill(added)
    dialog.get_by_label("Con usuario, sin número").check()
    dialog.get_by_label("Usuario", exact=True).fill("teo.ruiz")
    dialog.get_by_role("button", name="Agregar").click()
    expect(page.get_by_role("button", name=added)).to_have_attribute("aria-pressed", "true")
    page.locator(".suggestion", has_text="no me anda la impresora").click()
    expect(last_reply(page)).to_contain_text("¿Abro un ticket con esto?")


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_wider_than_the_screen(
    browser: Browser, local: Local, name: str, language: Language, scheme: str
) -> None:
    with opened(browser, local.address, language, color_scheme=scheme, **PHONE) as page:
        switch_to(page, name)
        for tab in TABS:
            go(page, tab)
            parts = page.locator(".panel:not([hidden]) .panel-head .segment")
            for part in range(parts.count() or 1):
                if parts.count():
                    parts.nth(part).click()
                entry = page.locator(".panel-desk:not([hidden]) .list-entry:visible")
                if entry.count():
                    entry.first.click()
                assert page.evaluate("document.documentElement.scrollWidth") == 390
                assert too_wide(page) == []


def too_wide(page: Page) -> list[str]:
    """Elements that reach over the right edge, apart from rows that scroll sideways."""
    script = """() => [...document.querySelectorAll("body *")]
        .filter((node) => node.checkVisibility() && !node.closest(".chips, .hidden, .json, pre, .skip"))
        .filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
        .map((node) => `${node.tagName} ${node.className}`)"""
    found: list[str] = page.evaluate(script)
    return found


def test_the_page_speaks_the_desk_s_language_in_its_time_zone(browser: Browser) -> None:
    with (
        run_emulator(DEFAULT_LANGUAGE="pt", SUPPORT_TIMEZONE="Asia/Tokyo") as desk,
        opened(browser, desk.address, locale="en-US", timezone_id="America/New_York") as page,
    ):
        expect(page.locator("html")).to_have_attribute("lang", "pt")
        expect(page.locator("#tab-desk")).to_contain_text("Atendimento")
        script = """async () => {
            const { clock, day, dayKey, exact } = await import("/page/i18n.js");
            return [clock(0), exact(0), day(0), dayKey(0), dayKey(14 * 3600), dayKey(15 * 3600)];
        }"""
        assert page.evaluate(script) == [
            "09:00",
            "09:00:00",
            "1 de janeiro de 1970",
            "01/01/1970",
            "01/01/1970",
            "02/01/1970",
        ]


def test_each_technician_has_their_mailbox_and_their_own_list(page: Page) -> None:
    code = report(page, "no imprime la de la caja")
    go(page, "desk")
    for name in ("Luis Paz", "Marta Ruiz", "Marta Ruiz"):
        page.get_by_role("radio", name=re.compile(name)).check()
        expect(page.get_by_role("button", name=code)).to_have_count(1)
        with page.context.expect_page() as opening:
            page.get_by_role("button", name="Lista de tickets (se abre en otra pestaña)").click()
        desk = opening.value
        desk.wait_for_url("**/desk/**")
        if not desk.url.endswith("/desk/"):  # the mailed link; who has the cookie needs none
            desk.get_by_role("button", name="Abrir la lista de tickets").click()
            desk.wait_for_url("**/desk/")
        expect(desk.get_by_text(f"Hola, {name}")).to_be_visible()
        expect(desk.get_by_text(code)).to_be_visible()
        desk.close()


def test_what_waits_counts_down(page: Page, local: Local) -> None:
    code = report(page, "se apaga el monitor")
    say(page, "y hace un ruido raro al prender")
    go(page, "desk")
    expect(page.locator(".waiting-mails")).to_have_text(re.compile(r"^Correo: sale en \d+ min \d+ s$"))
    local.execute(f"update public.tickets set status = 'closed' where code = '{code}'")
    expect(page.locator(".waiting-reply")).to_have_text(re.compile(r"^Respuesta de WhatsApp: sale en \d+ s$"))
    go(page, "inspector")
    pick_segment(page, "Bandeja de salida")
    expect(page.locator(".next-sweep")).to_have_text(re.compile(r"^Próximo barrido en \d+ s$"))
    expect(page.locator(".outbox li", has_text="sale en").first).to_be_visible()
    script = """async () => {
        const { countdown, waiting } = await import("/page/countdown.js");
        const soon = Date.now() / 1000 + 3725.5;
        return [
            countdown("wait.leaves", 0).textContent.replace(/\\d+/g, "N"),
            waiting({ status: "ready", next_at: soon }).textContent,
            waiting({ status: "ready", gathers: true, next_at: soon }).textContent,
            waiting({ status: "unknown", next_at: soon }).textContent,
            waiting({ status: "ready", held: true, next_at: soon }).textContent,
        ];
    }"""
    assert page.evaluate(script) == [
        "sale con el próximo barrido, en N s",
        "sale en 1 h 2 min",
        "por si escribe más: sale en 1 h 2 min",
        "próximo intento en 1 h 2 min",
        "sale cuando el cliente escriba",
    ]


def test_a_customer_is_found_by_name_and_by_number(page: Page, local: Local) -> None:
    number = f"57300{next(ADDED):08}"
    local.post("customers", {"name": "Íñigo Ñañez", "phone": number, "bsuid": f"CO.{uuid.uuid4().hex}"})
    search, chips = page.get_by_role("searchbox"), page.locator(".chips .chip")
    for words in ("inigo nan", f"+57 300 {number[5:]}", number[-6:]):
        search.fill(words)
        expect(chips).to_have_count(1)
        expect(chips).to_contain_text("Íñigo Ñañez")
    search.fill("nobody of this name")
    expect(page.get_by_text("No se encontró a nadie")).to_be_visible()
    search.fill("")
    expect(page.get_by_role("button", name="Ana Pérez")).to_be_visible()


def test_a_customer_is_added_with_a_name_a_country_and_a_number(page: Page) -> None:
    page.get_by_role("button", name="Otro cliente").click()
    dialog = page.get_by_role("dialog", name="Otro cliente")
    added = f"Rui {next(ADDED)}"
    dialog.get_by_label("Nombre").fill(added)
    dialog.get_by_role("combobox").select_option(label="Brasil")
    phone = dialog.get_by_label("Número, con el código del país")
    expect(phone).to_have_value(re.compile("^5511"))
    phone.fill(f"+55 21 9{next(ADDED):08}")
    dialog.get_by_role("combobox").select_option(label="Chile")
    expect(phone).to_have_value(re.compile(r"^\+55 21"))  # what somebody wrote stays
    dialog.get_by_role("button", name="Agregar").click()
    expect(page.get_by_role("button", name=added)).to_have_attribute("title", re.compile(r"^\+55219"))


def test_the_chat_works_with_the_keyboard_alone(page: Page) -> None:
    report(page, "la compu se apaga sola")
    say(page, "menú")
    press(page, "Reportar problema")
    expect(last_reply(page)).to_contain_text("¿Qué pasa, en qué equipo")
    say(page, "la impresora traga el papel")
    expect(last_reply(page)).to_contain_text("Tu ticket es")
    page.reload()
    expect(last_reply(page)).to_contain_text("Tu ticket es")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # the link that skips to the chat
    expect(page.get_by_label("Mensaje", exact=True)).to_be_focused()
    page.keyboard.type("mis tickets")
    page.keyboard.press("Enter")
    opener = page.locator(".log").get_by_role("button", name="Ver mis tickets")
    expect(opener).to_be_visible()
    tab_to(page, opener)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Ver mis tickets")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    row = page.get_by_role("dialog").get_by_role("radio")
    tab_to(page, row.first, "Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(last_reply(page)).to_contain_text("Creado:")


def tab_to(page: Page, wanted: Locator, key: str = "Shift+Tab") -> None:
    for _ in range(20):
        if wanted.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError("the element cannot be reached with the keyboard")


def test_the_arrow_keys_move_between_the_tabs(page: Page) -> None:
    page.locator("#tab-desk").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-inspector")).to_be_focused()
    expect(page.get_by_role("tabpanel", name="Por dentro")).to_be_visible()


def test_lists_and_pictures_are_labelled_for_screen_readers(page: Page) -> None:
    report(page, "se cortó la luz y no arranca")
    expect(page.get_by_role("tablist", name="Secciones")).to_be_visible()
    page.locator("#tab-inspector").click()
    expect(page.get_by_role("img", name="El camino de un mensaje: WhatsApp → La función")).to_be_visible()
    expect(
        page.get_by_role("button", name=re.compile(r"^Supabase commit_turn .+ 200$")).first
    ).to_be_visible()
    page.locator("#tab-faults").click()
    expect(page.get_by_role("region", name="Contadores")).to_be_visible()


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [
        (Language.ES, 1440, "light"),
        (Language.PT, 1440, "dark"),
        (Language.EN, 390, "light"),
        (Language.ES, 390, "dark"),
    ],
)
def test_axe_has_nothing_to_say(
    browser: Browser, local: Local, name: str, axe: str, language: Language, width: int, scheme: Any
) -> None:
    screen = {"width": width, "height": 844}
    options: dict[str, Any] = {"viewport": screen, "color_scheme": scheme, "reduced_motion": "reduce"}
    with opened(browser, local.address, language, **options) as page:
        page.evaluate(axe)
        switch_to(page, name)
        assert complaints(page) == []  # with the first suggestions
        page.locator(".suggestion").first.click()
        page.locator(".log .choice").first.click()
        expect(page.locator(".row.theirs .words")).to_have_count(2, timeout=15_000)
        expect(page.locator(".row.mine .ticks.read")).to_have_count(2, timeout=15_000)
        assert complaints(page) == []
        page.locator("summary.attach").click()
        assert complaints(page) == []
        page.locator("summary.attach").click()
        page.locator(".chip-add").click()
        assert complaints(page) == []
        page.keyboard.press("Escape")
        for tab in TABS[1:]:
            go(page, tab)
            parts = page.locator(f".panel-{tab} .panel-head .segment")
            for part in range(parts.count() or 1):
                if parts.count():
                    parts.nth(part).click()
                for entry in page.locator(".list-entry:visible, .call:visible").all()[:1]:
                    entry.click()
                assert complaints(page) == []


def complaints(page: Page) -> list[Any]:
    """What axe-core finds once nothing is being drawn any more: it loses its way where nodes go."""
    script = """async () => {
        await new Promise((quiet) => {
            let timer = setTimeout(quiet, 400);
            const drawn = () => {
                clearTimeout(timer);
                timer = setTimeout(quiet, 400);
            };
            new MutationObserver(drawn).observe(document.body, { childList: true, subtree: true });
        });
        const { violations } = await axe.run(document, { resultTypes: ["violations"] });
        return violations.map((each) => [each.id, each.nodes.map((node) => node.html)]);
    }"""
    found: list[Any] = page.evaluate(script)
    return found
