"""The page of a ticket: what a technician reads, what each button does, and what is refused."""

import base64
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from state.model.outbox_row import Channel
from state.model.ticket import Actor, EventKind, Mark, TechnicianAction
from tests.support.function import ANA, BETO, PUBLIC_URL, Service, World, settle
from tests.support.links import MAILBOX
from tests.support.technician import Shown, Technician, dump, read_the_mail

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
ALL = ("answer", "ask", "take", "resolve", "close", "reopen")


def hold(technician: Technician, statement: str) -> None:
    """Something that a page cannot bring about, or not so soon."""
    technician.world.rows(statement)


class TestReading:
    def test_it_shows_the_ticket(self, technician: Technician) -> None:
        shown = technician.shown()
        for word in (
            technician.code,
            "Abierto",
            "mi impresora no imprime y se traba",
            "Ana Pérez",
            "Ana Pérez abrió el ticket",
            "español",
            "Nadie lo atiende: el cliente espera desde hace menos de un minuto",
            "salen enseguida por WhatsApp",
            f"+{ANA.wa_id}",
        ):
            assert word in shown.text

    def test_nothing_opens_the_technicians_own_whatsapp(self, technician: Technician) -> None:
        assert not [link for link in technician.shown().loads("href") if "wa.me" in link]

    def test_times_are_those_of_the_desk(self, world: World, technician: Technician) -> None:
        hold(technician, "update tickets set created_at = '2026-11-23T17:05:00Z'")
        assert "23 nov, 14:05" in technician.shown().text
        tokyo = world.start(SUPPORT_TIMEZONE="Asia/Tokyo").client.get(technician.path)
        assert "24 nov, 02:05" in Shown(tokyo).text

    def test_somebody_without_a_number(self, world: World, service: Service) -> None:
        hidden = type(ANA)(name="Marina", wa_id=None, user_id="BR.marina01", username="marina")
        service.open_ticket(hidden)
        shown = read_the_mail(world, service).shown()
        assert "Sin número" in shown.text

    def test_who_asked_for_a_person(self, technician: Technician) -> None:
        technician.service.say("quiero hablar con una persona")
        assert "Quiere hablar con una persona" in technician.shown().text

    def test_everything_in_order(self, technician: Technician) -> None:
        technician.does(TechnicianAction.TAKE, TechnicianAction.ASK)
        technician.service.say("sigue igual")
        text = technician.shown().text
        expected = (
            "abrió el ticket",
            "Lucas tomó",
            "Lucas preguntó",
            "Prueba otra vez.",
            "Ana Pérez contestó",
            "sigue igual",
        )
        places = [text.index(part) for part in expected]
        assert places == sorted(places)

    @pytest.mark.parametrize(
        ("became", "said"),
        [
            ("status = 'ready', next_at = now() + interval '1 min', tried = false", "⏳ Sale en un minuto"),
            ("status = 'ready', next_at = now()", "⏳ En camino"),
            ("status = 'unknown'", "⏳ En camino"),
            ("status = 'ready', held = true, as_template = true", "WhatsApp no acepta la plantilla"),
            ("status = 'sent'", "✓ Enviado"),
            ("status = 'sent', proof = 'delivered'", "✓✓ Entregado"),
            ("status = 'sent', proof = 'read'", "✓✓ Leído"),
            (
                "status = 'sent', as_template = true",
                "✓ Enviado, como aviso; el texto completo, cuando el cliente escriba",
            ),
            ("status = 'dead', last_error = 'meta 131026'", "✗ No se entregó"),
        ],
    )
    def test_how_far_each_text_has_come(self, technician: Technician, became: str, said: str) -> None:
        technician.service.fill_threads(Channel.WHATSAPP)
        technician.does(TechnicianAction.ANSWER)
        technician.world.rows(f"update outbox set {became} where content = 'notification'")
        shown = technician.shown().text
        assert said in shown[shown.index("Prueba otra vez.") :]
        assert ("ese número no está en WhatsApp" in shown) is ("131026" in became)

    def test_a_change_by_hand_has_no_author(self, technician: Technician) -> None:
        hold(technician, "update tickets set status = 'resolved'")
        assert "Cambio hecho en la base de datos: Abierto → Resuelto" in technician.shown().text

    def test_a_rating(self, technician: Technician) -> None:
        hold(technician, "update tickets set rating = 4")
        hold(
            technician,
            "insert into ticket_events (ticket_id, kind, actor, body) select id, 'rating', 'customer', '4' from tickets",
        )
        assert "4 de 5 ★★★★☆" in technician.shown().text

    def test_somebody_who_was_erased(self, technician: Technician) -> None:
        hold(technician, "select erase_customer(id, '') from customers")
        text = technician.shown().text
        assert "Borró sus datos" in text
        assert "ya no le llega" in text
        assert not {"Ana Pérez", str(ANA.wa_id)} & set(re.findall(r"Ana Pérez|\d{12,}", text))
        assert technician.shown().buttons == ["take", "resolve", "close"]
        assert technician.press("close", "Queda así.").status_code == 303

    def test_somebody_who_is_gone_without_having_asked_for_it(self, technician: Technician) -> None:
        hold(technician, "update tickets set customer_id = null")
        text = technician.shown().text
        assert "Ya no tenemos cómo escribirle." in text
        assert "Ya no tenemos cómo escribirle: lo que hagas aquí queda en el ticket" in text
        assert "orró sus datos" not in text

    def test_it_says_how_long_a_text_may_be(self, technician: Technician) -> None:
        assert "hasta 3000 caracteres" in technician.shown().text

    def test_what_is_done_is_nobody_s_turn(self, technician: Technician) -> None:
        technician.does(TechnicianAction.CLOSE)
        text = technician.shown().text
        assert "Nadie todavía" not in text
        assert "Te toca" not in text

    def test_another_language_is_pointed_out(self, technician: Technician) -> None:
        assert "Esta persona habla" not in technician.shown().text
        hold(technician, 'update conversations set session = session || \'{"language": "pt"}\'')
        assert "Esta persona habla portugués." in technician.shown().text

    def test_an_old_conversation_warns_of_the_template(self, technician: Technician) -> None:
        assert "plantilla" not in technician.shown().text
        hold(technician, "update conversations set last_inbound_at = now() - interval '25 h'")
        assert "sale enseguida como aviso de una línea, con la plantilla" in technician.shown().text

    def test_a_ticket_that_is_gone(self, technician: Technician) -> None:
        hold(technician, "delete from tickets")
        assert technician.get().status_code == 404
        assert technician.send({"action": "take"}).status_code == 404

    def test_a_link_without_its_last_slash(self, technician: Technician) -> None:
        answer = technician.service.client.get(technician.path.rstrip("/"))
        assert Shown(answer).loads("action")[0] == technician.path

    @pytest.mark.parametrize("language", ["es", "en", "pt"])
    def test_every_event_in_every_language(self, world: World, technician: Technician, language: str) -> None:
        statement = (
            "insert into ticket_events (ticket_id, kind, actor, action, from_status, to_status, body) "
            "select id, %s, %s, %s, %s, %s, %s from tickets"
        )
        for kind in EventKind:
            for actor in Actor:
                world.rows(statement, kind, actor, None, None, None, None)
        for actor in Actor:
            for action in (*TechnicianAction, *Mark, "fixed", None):
                world.rows(statement, "status", actor, action, "open", "closed", "words")
                world.rows(statement, "answer", actor, action, None, None, "words")
        for status in ("in_progress", "waiting_customer", "resolved", "closed"):
            world.rows("update tickets set status = %s", status)
            answer = world.start(DEFAULT_LANGUAGE=language).client.get(technician.path)
            assert answer.status_code == 200
            assert f'<html lang="{language}">' in answer.get_data(as_text=True)


class TestActing:
    @pytest.mark.parametrize(
        ("before", "offered"),
        [
            ((), ["take", "answer", "ask", "resolve", "close"]),
            ((TechnicianAction.TAKE,), ["answer", "ask", "take", "resolve", "close", "give_back"]),
            ((TechnicianAction.ASK,), ["answer", "ask", "take", "resolve", "close", "give_back"]),
            ((TechnicianAction.RESOLVE,), ["answer", "close", "reopen"]),
            ((TechnicianAction.CLOSE,), ["reopen"]),
        ],
    )
    def test_only_what_can_be_done_is_offered(
        self, technician: Technician, before: tuple[TechnicianAction, ...], offered: list[str]
    ) -> None:
        technician.does(*before)
        assert technician.shown().buttons == offered

    @pytest.mark.parametrize(
        ("before", "action", "after"),
        [
            ((), "ask", "waiting_customer"),
            ((), "answer", "in_progress"),
            ((), "resolve", "resolved"),
            ((), "close", "closed"),
            ((TechnicianAction.RESOLVE,), "reopen", "open"),
        ],
    )
    def test_each_button(
        self, technician: Technician, before: tuple[TechnicianAction, ...], action: str, after: str
    ) -> None:
        technician.does(*before)
        answer = technician.press(action, "Revisa\r\nel cable.", "Lucas Gómez")
        assert answer.status_code == 303
        assert re.fullmatch(rf"{re.escape(technician.path)}\?done=\d+#done", answer.headers["Location"])
        assert technician.status == after
        done = technician.events()[-1]
        assert (done["action"], done["author"], done["body"]) == (action, "Lucas Gómez", "Revisa\nel cable.")

    def test_what_was_done_is_said_until_the_customer_writes(self, technician: Technician) -> None:
        path = technician.press("ask", "¿Es la negra?").headers["Location"]
        said = "Listo: tu pregunta va en camino"
        assert said in Shown(technician.service.client.get(path)).text
        technician.service.say("sí, la negra")
        settle()
        assert said not in Shown(technician.service.client.get(path)).text

    def test_taking_it_needs_no_text(self, technician: Technician) -> None:
        assert technician.press("take").status_code == 303
        assert technician.world.column("select assignee from tickets") == ["Lucas"]

    def test_nobody_has_to_say_who_they_are(self, technician: Technician) -> None:
        technician.press("take", author="")
        assert "Alguien del equipo tomó el ticket" in technician.shown().text

    def test_a_double_press_is_one_action(self, technician: Technician) -> None:
        form = technician.form("answer", "Ya lo miro.")
        assert [technician.send(form).status_code for _ in range(3)] == [303, 303, 303]
        assert len(technician.events()) == 1

    @pytest.mark.parametrize("action", ["answer", "ask", "internal"])
    def test_the_same_words_after_a_step_back_are_said_once(
        self, technician: Technician, action: str
    ) -> None:
        """The browser loads the page anew, and fills in what was typed."""
        for _ in range(2):
            assert technician.press(action, "Ya lo miro.").status_code == 303
        settle()
        assert [event["body"] for event in technician.events()] == ["Ya lo miro."]
        technician.press(action, "Ya lo miré.")
        technician.press(action, "Ya lo miro.")
        assert len(technician.events()) == 3

    def test_the_same_words_once_more_after_the_customer_s(self, technician: Technician) -> None:
        technician.press("answer", "Ya lo miro.")
        technician.service.say("¿y ahora?")
        settle()
        technician.press("answer", "Ya lo miro.")
        assert [event["body"] for event in technician.events()] == ["Ya lo miro."] * 2

    def test_another_text_after_a_step_back_is_not_lost(self, technician: Technician) -> None:
        form = technician.form("answer", "Ya lo miro.")
        technician.send(form)
        answer = technician.send({**form, "text": "Otra cosa."})
        assert answer.status_code == 409
        assert Shown(answer).fields["text"] == "Otra cosa."

    def test_what_happened_meanwhile_is_read_first(self, technician: Technician) -> None:
        form = technician.form("resolve", "Listo, <b>quedó</b>.")
        technician.service.say("ahora tampoco prende")
        settle()
        before = dump(technician.world)
        answer = technician.send(form)
        shown = Shown(answer)
        assert answer.status_code == 409
        assert dump(technician.world) == before
        assert "El ticket cambió mientras escribías" in shown.text
        assert re.search(r"Nuevo Ana Pérez escribió .{0,40} ahora tampoco prende", shown.text)
        assert shown.text.count("Nuevo ") == 1
        assert shown.fields["text"] == form["text"]
        assert shown.fields["author"] == "Lucas"
        assert shown.fields["key"] != form["key"]
        again = {**shown.fields, "action": "resolve"}
        assert technician.send(again).status_code == 303
        assert technician.status == "resolved"

    def test_a_notification_does_not_make_the_page_stale(self, technician: Technician) -> None:
        technician.does(TechnicianAction.ANSWER)
        form = technician.form("answer", "Sigo en eso.")
        technician.world.make_due()
        technician.world.sweep()
        assert technician.send(form).status_code == 303

    def test_what_can_no_longer_be_done(self, technician: Technician) -> None:
        technician.does(TechnicianAction.CLOSE)
        answer = technician.press("resolve", "Listo.")
        assert answer.status_code == 409
        assert "ya no se puede: el ticket está en «Cerrado»" in Shown(answer).text
        assert Shown(answer).fields["text"] == "Listo."

    @pytest.mark.parametrize("action", ["ask", "answer"])
    @pytest.mark.parametrize("text", ["", " \r\n\t", "\u200b", "\x00"])
    def test_a_question_and_an_answer_need_a_text(
        self, technician: Technician, action: str, text: str
    ) -> None:
        answer = technician.press(action, text)
        assert answer.status_code == 422
        assert "Falta el mensaje" in Shown(answer).text
        assert ("aria-invalid", "true") in Shown(answer).attributes
        assert technician.events() == []

    def test_the_longest_message(self, technician: Technician) -> None:
        assert technician.press("answer", "ñ" * 3000).status_code == 303
        assert technician.events()[-1]["body"] == "ñ" * 3000

    def test_a_longer_one_is_kept_and_not_sent(self, technician: Technician) -> None:
        for text in ("x" * 3001, "📎" * 1501, "\n".join(["línea"] * 200_000)):
            answer = technician.press("answer", text)
            assert answer.status_code == 422
            assert "el máximo son 3000 caracteres" in Shown(answer).text
            assert Shown(answer).fields["text"].splitlines() == text.splitlines()
        assert technician.events() == []

    @pytest.mark.parametrize("action", ["answer", "ask", "resolve", "close"])
    def test_the_link_of_the_page_is_for_no_customer(self, technician: Technician, action: str) -> None:
        """It is in the bar of the browser, and opens the page for 30 days."""
        text = f"Mira tu ticket: {PUBLIC_URL}{technician.path}"
        answer = technician.press(action, text)
        assert answer.status_code == 422
        assert "puede actuar como tú" in Shown(answer).text
        assert Shown(answer).fields["text"] == text
        assert technician.events() == []

    def test_a_colleague_may_have_it(self, technician: Technician) -> None:
        assert technician.press("internal", f"{PUBLIC_URL}{technician.path}").status_code == 303

    @pytest.mark.parametrize("action", ["", "fixed", "fresh-link", "delete", "TAKE", "take'--"])
    def test_no_button_or_one_that_is_not_there(self, technician: Technician, action: str) -> None:
        before = dump(technician.world)
        answer = technician.press(action, "Hola.")
        assert answer.status_code == 422
        assert Shown(answer).fields["text"] == "Hola."
        assert dump(technician.world) == before

    @pytest.mark.parametrize("seen", ["", "x", "-1", "1e9", "9" * 30, "٣"])
    @pytest.mark.parametrize("key", ["", "x", "../" * 10, "k" * 5000])
    def test_odd_hidden_fields(self, technician: Technician, seen: str, key: str) -> None:
        answer = technician.send({"action": "take", "seen": seen, "key": key})
        assert answer.status_code == 303

    def test_what_is_no_form_at_all(self, technician: Technician) -> None:
        before = dump(technician.world)
        for body, kind in (
            (b"", ""),
            (b'{"action": "take"}', "application/json"),
            (b"\xff\xfe=\x00", "application/x-www-form-urlencoded"),
            (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
            (b"--x\r\n" * 5000, "multipart/form-data; boundary=x"),
        ):
            answer = technician.service.client.post(technician.path, data=body, content_type=kind)
            assert answer.status_code == 422
        assert dump(technician.world) == before

    def test_the_log_has_one_line_without_the_text(self, technician: Technician) -> None:
        technician.press("answer", "palabras secretas", "Lucas Gómez")
        technician.press("answer")
        lines = technician.world.log("ticket_action")
        assert [(line["code"], line["action"], line["result"]) for line in lines] == [
            (technician.code, "answer", "done"),
            (technician.code, "answer", "text_missing"),
        ]
        assert not re.search("secretas|Lucas|Ana", json.dumps(lines))


class TestSupabaseAway:
    def test_reading(self, world: World, technician: Technician) -> None:
        world.supabase.faults.down()
        answer = technician.get()
        assert answer.status_code == 503
        assert "El ticket sigue en su lugar" in Shown(answer).text

    def test_acting_keeps_the_text_and_the_key(self, world: World, technician: Technician) -> None:
        form = technician.form("answer", "Mira\n<el> cable.")
        world.supabase.faults.error_after_effect(drop=True, path="act_on_ticket")
        answer = technician.send(form)
        again = Shown(answer)
        assert answer.status_code == 503
        assert {**again.fields, "action": "answer"} == form
        assert again.buttons == ["answer"]
        world.supabase.faults.clear()
        assert technician.send({**again.fields, "action": "answer"}).status_code == 303
        assert [event["body"] for event in technician.events()] == [form["text"]]
        assert world.log("ticket_action")[0]["result"] == "unavailable"

    def test_a_mistake_meanwhile_loses_no_text(self, world: World, technician: Technician) -> None:
        form = technician.form("", "Mira el cable.")
        world.supabase.faults.down()
        answer = technician.send(form)
        assert (answer.status_code, Shown(answer).fields["text"]) == (503, "Mira el cable.")
        world.supabase.faults.clear()
        back = technician.send(Shown(answer).fields)
        assert (back.status_code, Shown(back).fields["text"]) == (422, "Mira el cable.")

    def test_the_database_refuses(self, world: World, technician: Technician) -> None:
        form = technician.form("answer", "Mira el cable.")
        world.supabase.faults.error("22001", status=400, path="act_on_ticket")
        answer = technician.send(form)
        assert (answer.status_code, Shown(answer).fields["text"]) == (422, "Mira el cable.")
        assert "no se pudo guardar" in Shown(answer).text


class TestWhoWrites:
    def test_is_remembered_by_the_browser(self, technician: Technician) -> None:
        assert technician.shown().fields["author"] == ""
        answer = technician.press("take", author="Íñigo «Ñ»; Path=/")
        cookie = answer.headers["Set-Cookie"]
        for part in ("Path=/t/", "HttpOnly", "SameSite=Lax", "Secure", "Max-Age=31536000"):
            assert part in cookie
        assert cookie.isascii()
        assert technician.shown().fields["author"] == "Íñigo «Ñ»; Path=/"

    def test_without_https_it_is_not_secure(self, world: World, technician: Technician) -> None:
        local = world.start(PUBLIC_URL="http://127.0.0.1:8080")
        fields = Shown(local.client.get(technician.path)).fields
        answer = local.client.post(technician.path, data={**fields, "action": "take", "author": "Lu"})
        assert "Secure" not in answer.headers["Set-Cookie"]

    @pytest.mark.parametrize("author", ["x" * 500, "a\r\nSet-Cookie: b=c", "\u202eevil", SCRIPT])
    def test_whatever_they_call_themselves(self, technician: Technician, author: str) -> None:
        assert technician.press("take", author=author).status_code == 303
        shown = technician.shown()
        assert len(shown.fields["author"]) <= 80
        assert "img" not in shown.tags
        assert "\n" not in shown.fields["author"]

    def test_looking_sets_no_cookie(self, technician: Technician) -> None:
        assert "Set-Cookie" not in technician.get().headers


class TestScanners:
    def test_following_every_link_and_posting_an_empty_form_changes_nothing(
        self, world: World, technician: Technician
    ) -> None:
        before = dump(world)
        shown = technician.shown()
        paths = {technician.path, *(p for p in shown.loads("href") + shown.loads("src") if p.startswith("/"))}
        for path in paths:
            for method in ("GET", "HEAD", "GET"):
                assert technician.service.client.open(path, method=method).status_code == 200
            assert technician.service.client.post(path).status_code == 422
        assert dump(world) == before

    def test_head_has_no_body(self, technician: Technician) -> None:
        answer = technician.service.client.head(technician.path)
        assert (answer.status_code, answer.data) == (200, b"")

    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://evil.example"},
            {"Origin": "https://mostrador.example.evil.example"},
            {"Origin": "https://[broken"},
            {"Origin": ""},
        ],
    )
    def test_a_form_from_elsewhere(self, technician: Technician, headers: dict[str, str]) -> None:
        before = dump(technician.world)
        answer = technician.service.client.post(
            technician.path, data=technician.form("close"), headers=headers
        )
        assert answer.status_code == 403
        assert "no se envió desde nuestra página" in Shown(answer).text
        assert dump(technician.world) == before

    @pytest.mark.parametrize(
        "headers",
        [
            {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
            {"Sec-Fetch-Site": "none"},
            {"Origin": "null"},
            {"Origin": "https://mostrador.example"},
            {"Origin": "http://localhost"},
        ],
    )
    def test_our_own(self, technician: Technician, headers: dict[str, str]) -> None:
        form = technician.form("close")
        answer = technician.service.client.post(technician.path, data=form, headers=headers)
        assert answer.status_code == 303


class TestHarmless:
    def test_whatever_stands_in_a_field(self, world: World, technician: Technician) -> None:
        world.rows("update customers set name = %s", SCRIPT)
        world.rows("update tickets set summary = %s, description = %s, assignee = %s", *[SCRIPT] * 3)
        world.rows("update ticket_events set body = %s, author = %s", SCRIPT, SCRIPT)
        for kind in ("image", "voice", "video", "document", "location"):
            world.rows(
                "insert into attachments "
                "(ticket_id, event_id, kind, object, bytes, stored_at, mime_type, filename, caption, place, transcript) "
                "select ticket_id, id, %s, %s::text || id, 1, now(), %s, %s, %s, %s, %s from ticket_events",
                kind, None if kind == "location" else f"{SCRIPT}{kind}", SCRIPT, *[SCRIPT] * 4,
            )  # fmt: skip
        technician.press("answer", f"{SCRIPT}</textarea>{SCRIPT}", SCRIPT)
        stale = technician.send(
            technician.form("answer", "x") | {"seen": "1", "text": f"</textarea>{SCRIPT}"}
        )
        for answer in (technician.get(), stale):
            shown = Shown(answer)
            assert not {"script", "iframe", "object"} & set(shown.tags)
            assert not [name for name, _ in shown.attributes if name.startswith("on")]
            assert all(src.startswith(f"{technician.path}files/") for src in shown.loads("src"))
            assert all(
                re.match(r"(/t/|#|https://www\.openstreetmap\.org/\?mlat=)", at) for at in shown.loads("href")
            )
        assert Shown(stale).fields["text"] == f"</textarea>{SCRIPT}"

    def test_the_policy_lets_in_one_style_and_no_script(self, technician: Technician) -> None:
        answer = technician.get()
        (style,) = re.findall(r"<style>(.*?)</style>", answer.get_data(as_text=True), re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
        files = technician.world.supabase.url
        assert answer.headers["Content-Security-Policy"] == (
            f"default-src 'none'; style-src 'sha256-{digest}'; img-src 'self' {files}; media-src 'self' {files}; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        assert not [name for name, _ in Shown(answer).attributes if name == "style"]

    def test_every_answer_is_kept_nowhere_and_says_nothing_of_where_it_is(
        self, world: World, technician: Technician
    ) -> None:
        done = technician.press("take")
        illegal = technician.press("reopen")
        invalid = technician.service.client.get("/t/x/")
        world.supabase.faults.down()
        for answer in (done, illegal, invalid, technician.get()):
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["X-Robots-Tag"] == "noindex"

    def test_one_ticket_says_nothing_of_another(self, world: World, technician: Technician) -> None:
        technician.service.say("no anda mi teclado secreto", BETO)
        settle()
        technician.service.press("yes", BETO)
        assert "teclado secreto" not in technician.get().get_data(as_text=True)


def test_an_old_link_opens_with_the_previous_key(world: World, technician: Technician) -> None:
    during = world.start(LINK_SIGNING_KEY="new-key-of-the-rotation, local-link-signing-key-0000000000")
    after = world.start(LINK_SIGNING_KEY="new-key-of-the-rotation")
    assert during.client.get(technician.path).status_code == 200
    assert after.client.get(technician.path).status_code == 403
    fresh = during.desk.pages.links.ticket_page(
        technician.code, MAILBOX.id, datetime.now(UTC) - timedelta(days=1)
    )
    assert after.client.get(fresh.removeprefix("https://mostrador.example")).status_code == 200
