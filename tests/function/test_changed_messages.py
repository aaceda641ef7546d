"""A message that the customer edits, or deletes for everybody, in WhatsApp: what technicians see of it, with all real parts."""

from typing import Any

import pytest

from emulator import Json
from state.model.ticket import TechnicianAction
from tests.support.function import ANA, BETO, Service, World, settle
from tests.support.technician import Technician
from tests.support.ticket_case import Case, open_case

SECRET = "mi clave es hunter2"


@pytest.fixture
def case(world: World, service: Service) -> Case:
    return open_case(world, service)


def send(service: Service, message: Json) -> Json:
    assert service.post(ANA.webhook(message)).status_code == 200
    settle()
    return message


def delete(service: Service, message: Json) -> None:
    send(service, ANA.revoke(message["id"]))


def everything(world: World) -> str:
    """All that is stored of what was said, but for what is being sent."""
    rows: list[Any] = []
    for table in ("tickets", "ticket_events", "attachments", "conversations", "inbound"):
        rows += world.rows(f"select * from {table} order by 1")
    return str(rows)


def events(world: World) -> list[tuple[str, str | None, bool]]:
    """(kind, text, deleted), without the tickets' opening and what was sent."""
    found = world.rows(
        "select kind, body, deleted from ticket_events where kind not in ('created', 'notified') order by id"
    )
    return [(row["kind"], row["body"], row["deleted"]) for row in found]


class TestDeletedNote:
    def test_is_no_longer_on_the_page_nor_in_later_mails(
        self, world: World, service: Service, technician: Technician
    ) -> None:
        note = send(service, ANA.text(SECRET))
        assert SECRET in technician.shown().text
        delete(service, note)
        page = technician.shown().text
        assert SECRET not in page
        assert "borró este mensaje" in page
        assert "borró un mensaje de WhatsApp" in page
        assert events(world) == [("note", None, True), ("deletion", None, False)]
        (mail,) = Case(world=world, service=service, code=technician.code, customer=ANA).mails()
        assert SECRET not in str(mail)
        assert "Borró este mensaje" in str(mail)
        assert SECRET not in everything(world)

    def test_with_its_file(self, world: World, service: Service, case: Case) -> None:
        photo = send(service, ANA.image(caption=SECRET))
        delete(service, photo)
        assert world.rows("select * from attachments") == []
        assert SECRET not in everything(world)
        assert events(world) == [("note", None, True), ("deletion", None, False)]

    def test_that_was_edited_before(self, world: World, service: Service, case: Case) -> None:
        note = send(service, ANA.text(f"{SECRET}!"))
        send(service, ANA.edit(note["id"], SECRET))
        delete(service, note)
        assert SECRET not in everything(world)

    def test_and_again(self, world: World, service: Service, case: Case) -> None:
        note = send(service, ANA.text(SECRET))
        revoke = send(service, ANA.revoke(note["id"]))
        send(service, revoke)
        delete(service, note)
        assert [kind for kind, *_ in events(world)] == ["note", "deletion"]

    def test_says_nothing_and_changes_no_place(self, world: World, service: Service, case: Case) -> None:
        note = send(service, ANA.text(SECRET))
        before, sessions = (
            len(service.graph.messages),
            world.column("select session->>'state' from conversations"),
        )
        delete(service, note)
        assert len(service.graph.messages) == before
        assert world.column("select session->>'state' from conversations") == sessions


class TestDeletedReport:
    def test_of_one_message(self, world: World, service: Service) -> None:
        service.say("quiero reportar un problema")
        settle()
        report = send(service, ANA.text(f"mi impresora no imprime, {SECRET}"))
        assert len(world.column("select description from tickets")) == 1
        delete(service, report)
        assert SECRET not in everything(world)
        assert world.column("select description from tickets order by id desc limit 1") == [""]

    def test_of_several_only_its_own_words_go(self, world: World, service: Service) -> None:
        messages = [
            send(service, ANA.text("mi impresora no imprime")),
            send(service, ANA.text(SECRET)),
            send(service, ANA.image(caption="así se ve")),
            send(service, ANA.image(caption="y así")),
        ]
        service.press("yes")
        settle()
        delete(service, messages[1])
        assert SECRET not in everything(world)
        (ticket,) = world.rows("select summary, description from tickets")
        assert ticket["description"].split() == "mi impresora no imprime así se ve y así".split()
        delete(service, messages[2])
        (ticket,) = world.rows("select summary, description from tickets")
        assert ticket["description"].split() == "mi impresora no imprime y así".split()
        assert ticket["summary"] == "mi impresora no imprime y así"
        assert world.column("select caption from attachments") == ["y así"]
        delete(service, messages[0])
        assert world.column("select description from tickets")[0].strip() == "y así"
        assert [kind for kind, *_ in events(world)] == ["deletion"] * 3

    def test_the_yes_takes_nothing_with_it(self, world: World, service: Service) -> None:
        service.say("mi impresora no imprime")
        settle()
        yes = send(service, ANA.text("sí"))
        delete(service, yes)
        assert world.column("select description from tickets") == ["mi impresora no imprime"]

    def test_before_it_is_a_ticket(self, world: World, service: Service) -> None:
        first = send(service, ANA.text("mi impresora no imprime"))
        second = send(service, ANA.text(SECRET))
        delete(service, second)
        assert SECRET not in everything(world)
        assert SECRET not in service.graph.messages[-1].text
        assert "mi impresora no imprime" in service.graph.messages[-1].text
        delete(service, first)
        assert world.column("select session->>'state' from conversations") == ["describing"]
        assert world.column("select count(*) from tickets") == [0]


class TestEdited:
    def test_a_note_is_corrected(self, world: World, service: Service, technician: Technician) -> None:
        note = send(service, ANA.text("es la epson 1350"))
        send(service, ANA.edit(note["id"], "es la epson L3150"))
        assert events(world) == [
            ("note", "es la epson 1350", False),
            ("correction", "es la epson L3150", False),
        ]
        assert "editó un mensaje; ahora dice" in technician.shown().text
        assert "es la epson L3150" in technician.shown().text
        (mail,) = Case(world=world, service=service, code=technician.code, customer=ANA).mails()
        assert "es la epson L3150" in str(mail)

    def test_the_report_of_a_ticket_is_corrected(self, world: World, service: Service) -> None:
        report = send(service, ANA.text("mi impresora no imprime"))
        service.press("yes")
        settle()
        service.say("menú")
        settle()
        send(service, ANA.edit(report["id"], "mi impresora no imprime en color"))
        assert events(world) == [("correction", "mi impresora no imprime en color", False)]

    def test_a_draft_says_the_new_words(self, world: World, service: Service) -> None:
        send(service, ANA.text("mi impresora no imprime"))
        second = send(service, ANA.text("es la epson 1350"))
        send(service, ANA.edit(second["id"], "es la epson L3150"))
        assert "L3150" in service.graph.messages[-1].text
        service.press("yes")
        settle()
        assert world.column("select description from tickets") == [
            "mi impresora no imprime\nes la epson L3150"
        ]

    def test_of_a_message_that_is_nowhere_it_is_a_new_one(self, world: World, service: Service) -> None:
        hello = send(service, ANA.text("hola"))
        send(service, ANA.edit(hello["id"], "hola, mi impresora no imprime"))
        assert "mi impresora no imprime" in service.graph.messages[-1].text


class TestChangesNothing:
    def test_of_a_message_of_somebody_else(self, world: World, service: Service, case: Case) -> None:
        note = send(service, ANA.text(SECRET))
        for change in (BETO.revoke(note["id"]), BETO.edit(note["id"], "x")):
            assert service.post(BETO.webhook(change)).status_code == 200
        settle()
        assert events(world) == [("note", SECRET, False)]

    def test_of_a_message_that_is_unknown(self, world: World, service: Service, case: Case) -> None:
        send(service, ANA.revoke("wamid.unknown"))
        assert events(world) == []
        assert world.log("poison") == []

    def test_a_question_of_the_technician_stays_open(
        self, world: World, service: Service, case: Case
    ) -> None:
        note = send(service, ANA.text(SECRET))
        case.work(TechnicianAction.ASK, "¿Qué modelo es?")
        case.notifications()
        delete(service, note)
        assert case.status() == "waiting_customer"
        send(service, ANA.text("30000385"))
        assert case.status() == "in_progress"


def test_who_was_erased_and_deletes_the_chat_is_not_back(world: World, service: Service, case: Case) -> None:
    note = send(service, ANA.text(SECRET))
    world.rows("select erase_person(id) from customers")
    for instance in (service, world.start()):
        delete(instance, note)
    assert world.rows("select * from customers") == []


def test_an_erased_customer_leaves_no_message_id(world: World, service: Service, case: Case) -> None:
    del case
    world.rows("select erase_person(id) from customers")
    assert world.column(
        "select count(*) from ticket_events where parts is not null or wamid is not null"
    ) == [0]
