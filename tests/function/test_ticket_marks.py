"""What technicians mark on a ticket's page, and what the page helps with: urgent, category, other tickets, canned answers."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from messages.page.ticket_history import Viewer
from messages.page.ticket_page import FormInput, ticket_page
from state.model.language import Language
from state.model.ticket import Mark
from tests.support.function import ANA, BETO, Service, World, settle
from tests.support.technician import Shown, Technician, dump, read_the_mail

CATEGORIES = "Impresoras, Redes"


@pytest.fixture
def technician(world: World) -> Technician:
    """A technician of a desk with categories, with the link to a ticket of Ana's."""
    service = world.start(CATEGORIES=CATEGORIES)
    service.open_ticket()
    return read_the_mail(world, service)


def another_ticket(technician: Technician, words: str = "mi monitor no enciende") -> str:
    technician.world.a_pause()
    technician.service.say("menu")
    settle()
    technician.service.press("report")
    settle()
    technician.service.say(words)
    settle()
    technician.service.press("yes")
    settle()
    (code,) = technician.world.column("select code from tickets order by id desc limit 1")
    return str(code)


def after(technician: Technician, action: str, text: str = "", **chosen: str) -> Shown:
    """The page that a technician sees after an action."""
    answer = technician.press(action, text, **chosen)
    assert answer.status_code == 303
    place, _, anchor = answer.headers["Location"].partition("#")
    assert anchor == "done"
    return Shown(technician.get(place.removeprefix(technician.path)))


class TestUrgent:
    def test_it_is_marked_and_unmarked(self, technician: Technician) -> None:
        shown = after(technician, Mark.URGENT)
        assert "Lucas lo marcó como urgente" in shown.text
        assert "chip urgent" in shown.loads("class")
        assert Mark.NOT_URGENT in shown.marks
        shown = after(technician, Mark.NOT_URGENT)
        assert "chip urgent" not in shown.loads("class")
        assert "Lucas indicó que ya no es urgente" in shown.text

    def test_nobody_is_told(self, technician: Technician) -> None:
        settle()
        before = technician.world.rows("select * from outbox order by id")
        after(technician, Mark.URGENT)
        after(technician, Mark.CATEGORY, category="Redes")
        assert technician.world.rows("select * from outbox order by id") == before

    def test_what_is_so_already_is_no_event(self, technician: Technician) -> None:
        technician.press(Mark.URGENT)
        technician.press(Mark.URGENT)
        assert len(technician.events()) == 1

    def test_a_mark_of_a_colleague_stops_no_answer(self, technician: Technician) -> None:
        form = technician.form("answer", "Ya lo miro.")
        technician.press(Mark.URGENT)
        assert technician.send(form).status_code == 303


class TestCategory:
    def test_it_is_one_of_the_setting(self, technician: Technician) -> None:
        assert technician.shown().options["category"] == ["Impresoras", "Redes"]
        shown = after(technician, Mark.CATEGORY, category="Redes")
        assert "Lucas eligió la categoría «Redes»" in shown.text
        assert technician.world.column("select category from tickets") == ["Redes"]

    def test_it_can_be_taken_away(self, technician: Technician) -> None:
        after(technician, Mark.CATEGORY, category="Redes")
        after(technician, Mark.CATEGORY, category="")
        assert technician.world.column("select category from tickets") == [None]

    def test_no_other_is_taken(self, technician: Technician) -> None:
        before = dump(technician.world)
        answer = technician.press(Mark.CATEGORY, category="<b>otra</b>")
        assert answer.status_code == 422
        assert "elige una opción de la lista" in Shown(answer).text
        assert dump(technician.world) == before

    def test_one_that_left_the_setting_stays_shown(self, world: World, technician: Technician) -> None:
        after(technician, Mark.CATEGORY, category="Redes")
        later = Shown(world.start(CATEGORIES="Impresoras").client.get(technician.path))
        assert "Categoría Redes" in later.text
        assert later.options["category"] == ["Impresoras", "Redes"]

    def test_without_the_setting_there_is_no_list(self, world: World, technician: Technician) -> None:
        shown = Shown(world.start(CATEGORIES="").client.get(technician.path))
        assert "category" not in shown.options


class TestWhatIsTyped:
    @pytest.mark.parametrize("action", [Mark.URGENT, Mark.CATEGORY])
    def test_stays_in_the_box(self, technician: Technician, action: str) -> None:
        answer = technician.press(action, "A medio escribir", category="Redes")
        shown = Shown(answer)
        assert answer.status_code == 200
        assert shown.fields["text"] == "A medio escribir"
        assert "Listo: " in shown.text
        assert technician.world.column("select body from ticket_events where body = 'A medio escribir'") == []

    def test_and_a_reload_does_nothing_twice(self, technician: Technician) -> None:
        form = technician.form(Mark.URGENT, "A medio escribir")
        first, again = technician.send(form), technician.send(form)
        assert (first.status_code, again.status_code) == (200, 200)
        assert len(technician.events()) == 1


class TestFeedback:
    @pytest.mark.parametrize(
        ("action", "says"),
        [
            ("take", "Listo: lo atiendes tú."),
            ("answer", "Listo: tu mensaje va en camino al cliente."),
            ("ask", "Listo: tu pregunta va en camino"),
            ("resolve", "Listo: quedó como resuelto"),
            ("close", "Listo: el ticket está cerrado."),
        ],
    )
    def test_it_says_what_was_done(self, technician: Technician, action: str, says: str) -> None:
        words = "" if action == "take" else "Prueba otra vez."
        assert says in after(technician, action, words).text

    def test_it_says_that_nobody_has_it(self, technician: Technician) -> None:
        after(technician, "take")
        assert "Listo: queda para quien lo tome." in after(technician, "give_back").text

    def test_a_page_that_is_just_opened_says_nothing(self, technician: Technician) -> None:
        after(technician, "answer", "Hola.")
        assert "Listo:" not in technician.shown().text

    @pytest.mark.parametrize("done", ["", "0", "x", "9" * 30, "1'--"])
    def test_nothing_that_did_not_happen_is_said(self, technician: Technician, done: str) -> None:
        assert "Listo:" not in Shown(technician.get(f"?done={done}")).text

    def test_what_the_customer_did_is_not_said_to_be_done(self, technician: Technician) -> None:
        (opened,) = technician.world.column("select id from ticket_events where kind = 'created'")
        assert "Listo:" not in Shown(technician.get(f"?done={opened}")).text


class TestOtherTickets:
    def test_they_are_listed_and_the_link_of_one_opens_no_other(self, technician: Technician) -> None:
        code = another_ticket(technician)
        shown = technician.shown()
        assert "Otros tickets de esta persona: 1" in shown.text
        assert f"{code} Abierto mi monitor no enciende" in shown.text
        assert {at.split("/")[1] for at in shown.loads("href") if at.startswith("/")} <= {"t"}
        assert all(at.startswith(technician.path) for at in shown.loads("href") if at.startswith("/t/"))

    def test_who_may_see_all_tickets_opens_them(self, technician: Technician) -> None:
        code = another_ticket(technician)
        pages = technician.service.desk.pages
        record = pages.store.load_ticket(technician.code)
        assert record is not None
        viewer = Viewer(
            language=Language.ES,
            tz=ZoneInfo("UTC"),
            now=datetime.now(UTC),
            path=technician.path,
            desk=True,
            page_of=pages.desk.ticket,
        )
        html = ticket_page(record, FormInput(key="k" * 16), viewer)
        assert f'<a href="/desk/?ticket={code}">{code}</a>' in html
        assert 'href="../../desk/"' in html

    def test_five_and_how_many_there_are(self, technician: Technician) -> None:
        technician.world.rows(
            "insert into tickets (code, customer_id, wamid, summary, description, language) "
            "select 'TK-000' || n || '-0000', (select id from customers), 'w' || n, 'caso ' || n, '', 'es' from generate_series(1, 7) n"
        )
        shown = technician.shown()
        assert "Otros tickets de esta persona: 7" in shown.text
        assert re.findall(r"caso \d", shown.text.split("Se muestran 5")[0]) == [
            f"caso {n}" for n in (7, 6, 5, 4, 3)
        ]

    def test_nobody_elses(self, technician: Technician) -> None:
        technician.service.open_ticket(BETO)
        settle()
        assert "Otros tickets" not in technician.shown().text


class TestAnswers:
    @pytest.fixture(autouse=True)
    def stored(self, technician: Technician) -> None:
        statement = "select set_answer(%s, %s, %s)"
        technician.world.rows(statement, "cable", "es", "Hola, {nombre}: revisa el cable. ({ticket}, {otro})")
        technician.world.rows(statement, "cabo", "pt", "Confira o cabo.")

    def test_those_in_their_language_come_first(self, technician: Technician) -> None:
        shown = technician.shown()
        assert shown.options["answer"] == ["cable", "cabo"]
        assert "cabo (portugués)" in shown.text

    def test_one_fills_the_box_and_does_nothing_else(self, technician: Technician) -> None:
        before = dump(technician.world)
        answer = technician.press("fill", answer="cable")
        assert answer.status_code == 200
        assert (
            Shown(answer).fields["text"] == f"Hola, Ana Pérez: revisa el cable. ({technician.code}, {{otro}})"
        )
        assert dump(technician.world) == before

    def test_it_comes_under_what_was_typed(self, technician: Technician) -> None:
        answer = technician.press("fill", "Buenas.", answer="cabo")
        assert Shown(answer).fields["text"] == "Buenas.\n\nConfira o cabo."

    @pytest.mark.parametrize("name", ["", "no existe", "' or true --"])
    def test_one_that_is_not_there_keeps_the_text(self, technician: Technician, name: str) -> None:
        answer = technician.press("fill", "Buenas.", answer=name)
        assert (answer.status_code, Shown(answer).fields["text"]) == (422, "Buenas.")

    def test_while_the_database_is_away_the_text_is_kept(self, technician: Technician) -> None:
        form = {**technician.form("fill", "Buenas."), "answer": "cable"}
        technician.world.supabase.faults.down()
        answer = technician.send(form)
        assert (answer.status_code, Shown(answer).fields["text"]) == (503, "Buenas.")

    def test_what_a_customer_calls_themselves_is_no_placeholder(self, technician: Technician) -> None:
        technician.world.rows("update customers set name = '{ticket}'")
        answer = technician.press("fill", answer="cable")
        assert Shown(answer).fields["text"].startswith("Hola, {ticket}:")


class TestWhoseTurn:
    def test_theirs_after_a_question(self, technician: Technician) -> None:
        technician.press("ask", "¿Qué modelo es?")
        assert "Esperamos al cliente desde hace menos de un minuto" in technician.shown().text

    def test_ours_after_their_reply(self, technician: Technician) -> None:
        technician.press("take")
        technician.press("ask", "¿Qué modelo es?")
        technician.service.say("una HP vieja")
        settle()
        technician.world.rows(
            "update ticket_events set created_at = now() - interval '2 h 5 min' where actor = 'customer'"
        )
        assert "Te toca: el cliente espera desde hace 2 h" in technician.shown().text

    def test_a_colleagues(self, technician: Technician) -> None:
        technician.press("take", author="Marta")
        technician.service.client.delete_cookie("author", path="/t/")
        assert "Le toca a Marta: el cliente espera" in technician.shown().text

    def test_nobodys_once_answered(self, technician: Technician) -> None:
        technician.press("answer", "Prueba otro cable.")
        assert "Le escribimos hace menos de un minuto" in technician.shown().text

    def test_resolved(self, technician: Technician) -> None:
        technician.press("resolve", "Ya quedó.")
        assert "esperamos que el cliente lo confirme" in technician.shown().text

    def test_closed(self, technician: Technician) -> None:
        technician.press("close")
        shown = technician.shown().text
        assert "Cerrado hace menos de un minuto" in shown
        assert "Te toca" not in shown


class TestWrongAddresses:
    @pytest.mark.parametrize("path", ["/t/", "/t", "/t/x/y/z", "/t/x/files/", "/t/x/files/abc", "/t//"])
    def test_a_page_says_so_in_the_desks_language(self, service: Service, path: str) -> None:
        answer = service.client.get(path)
        assert answer.status_code == 404
        assert answer.mimetype == "text/html"
        assert "Aquí no hay nada" in answer.get_data(as_text=True)
        assert answer.headers["Cache-Control"] == "no-store"

    def test_a_file_that_is_not_there_leads_back(self, technician: Technician) -> None:
        answer = technician.get("files/999999")
        assert answer.status_code == 404
        assert Shown(answer).loads("action") == [technician.path]
        assert "Volver al ticket" in Shown(answer).text


def test_a_picture_has_its_place_before_it_is_there(technician: Technician) -> None:
    technician.world.rows(
        "insert into attachments (ticket_id, event_id, kind, media_id, mime_type, object, bytes, stored_at) "
        "select ticket_id, id, 'image', 'm1', 'image/png', 'x', 1, now() from ticket_events where kind = 'created'"
    )
    shown = technician.shown()
    assert (shown.loads("width"), shown.loads("height")) == (["320"], ["240"])
    assert ANA.name
