"""A duplicate is merged into another ticket of the same customer: it is closed, and all that leads to it leads to the other."""

import re

import pytest

from emulator import Json
from state.model.ticket import TechnicianAction
from tests.support.function import ANA, BETO, Service, World, settle
from tests.support.technician import Shown, Technician, dump, links_in, read_the_mail

MERGE = TechnicianAction.MERGE


@pytest.fixture
def first(world: World, service: Service) -> str:
    """The code of Ana's first ticket."""
    service.open_ticket()
    settle()
    (code,) = world.column("select code from tickets")
    return str(code)


@pytest.fixture
def technician(world: World, service: Service, first: str) -> Technician:
    """A technician with the link to Ana's second ticket, which is the same problem."""
    del first
    world.a_pause()
    service.say("menu")
    settle()
    service.press("report")
    settle()
    service.say("la impresora sigue trabada y no imprime nada")
    settle()
    service.press("yes")
    settle()
    return open_page(world, service, "select code from tickets order by id desc limit 1")


def open_page(world: World, service: Service, statement: str, *values: object) -> Technician:
    """A technician with the link in the mail of this ticket."""
    (code,) = world.column(statement, *values)
    for path in links_in(world):
        answer = service.client.get(path)
        if f'<span class="code">{code}</span>' in answer.get_data(as_text=True):
            return Technician(world=world, service=service, code=str(code), path=path)
    raise AssertionError(f"no mail has a link to {code}")


def merge(technician: Technician, into: str) -> None:
    assert technician.press(MERGE, into=into).status_code == 303


def all_leaves(world: World) -> None:
    settle()
    world.make_due()
    assert world.sweep().status_code == 200
    settle()


def notes_of(world: World, code: str) -> list[str]:
    return world.column(
        "select body from ticket_events e join tickets t on t.id = e.ticket_id where t.code = %s and e.kind = 'note' order by e.id",
        code,
    )


class TestThePage:
    def test_the_customers_other_tickets_can_be_chosen(self, technician: Technician, first: str) -> None:
        assert technician.shown().options["into"] == [first]

    def test_what_waits_for_an_answer_waits_in_the_other(
        self, world: World, technician: Technician, first: str
    ) -> None:
        world.rows("update tickets set waits_since = now() - interval '2 hours'")
        world.rows("update tickets set answer_due = false, waits_since = now() where code = %s", first)
        merge(technician, first)
        waits = "select answer_due and waits_since < now() - interval '1 hour' from tickets where code = %s"
        assert world.column(waits, first) == [True]

    def test_it_is_closed_and_points_to_the_other(self, technician: Technician, first: str) -> None:
        merge(technician, first)
        assert technician.status == "closed"
        shown = technician.shown()
        assert f"Cerrado: era el mismo problema que {first}" in shown.text
        assert f"Lucas juntó este ticket con {first}" in shown.text

    def test_the_other_says_so(self, technician: Technician, first: str) -> None:
        merge(technician, first)
        there = open_page(
            technician.world, technician.service, "select code from tickets order by id limit 1"
        )
        shown = there.shown()
        assert f"Lucas juntó {technician.code} con este ticket" in shown.text

    def test_what_was_urgent_is_so_in_the_other(self, technician: Technician, first: str) -> None:
        technician.press("urgent")
        merge(technician, first)
        assert technician.world.column("select urgent from tickets where code = %s", first) == [True]

    def test_once_however_often_it_is_pressed(self, technician: Technician, first: str) -> None:
        form = {**technician.form(MERGE), "into": first}
        assert [technician.send(form).status_code for _ in range(2)] == [303, 303]
        assert [event["kind"] for event in technician.events()] == ["status", "merged"]

    def test_nothing_is_done_without_a_choice(self, technician: Technician) -> None:
        before = dump(technician.world)
        answer = technician.press(MERGE, "Hola.")
        assert (answer.status_code, Shown(answer).fields["text"]) == (422, "Hola.")
        assert dump(technician.world) == before

    def test_what_the_customer_wrote_meanwhile_is_read_first(
        self, technician: Technician, first: str
    ) -> None:
        form = {**technician.form(MERGE), "into": first}
        technician.service.say("ahora también huele a quemado")
        settle()
        answer = technician.send(form)
        assert answer.status_code == 409
        assert "El ticket cambió mientras escribías" in Shown(answer).text
        assert technician.status == "open"


class TestWhatIsNot:
    def refused(self, technician: Technician, into: str) -> None:
        before = dump(technician.world)
        answer = technician.press(MERGE, into=into)
        assert answer.status_code == 409
        assert "elige una opción de la lista" in Shown(answer).text
        assert dump(technician.world) == before

    def test_another_customers(self, technician: Technician) -> None:
        technician.service.open_ticket(BETO)
        settle()
        (theirs,) = technician.world.column("select code from tickets order by id desc limit 1")
        assert theirs not in technician.shown().options["into"]
        self.refused(technician, theirs)

    def test_itself(self, technician: Technician) -> None:
        self.refused(technician, technician.code)

    @pytest.mark.parametrize("code", ["TK-0000-0000", "x", "'; drop table tickets; --"])
    def test_none(self, technician: Technician, code: str) -> None:
        self.refused(technician, code)

    def test_one_that_is_closed(self, technician: Technician, first: str) -> None:
        technician.world.rows("update tickets set status = 'closed' where code = %s", first)
        assert "into" not in technician.shown().options
        self.refused(technician, first)

    def test_one_that_nobody_owns(self, technician: Technician, first: str) -> None:
        """Of two tickets without their customers nobody knows whether they were one person's."""
        technician.world.rows("update tickets set customer_id = null")
        self.refused(technician, first)


class TestSeveral:
    def third(self, technician: Technician) -> str:
        technician.world.rows(
            "insert into tickets (code, customer_id, wamid, summary, description, language) "
            "select 'TK-0003-0000', (select id from customers), 'w3', 'otra vez', '', 'es'"
        )
        return "TK-0003-0000"

    def pointers(self, world: World) -> dict[str, str | None]:
        rows = world.rows(
            "select t.code, m.code as into_code from tickets t left join tickets m on m.id = t.merged_into order by t.id"
        )
        return {row["code"]: row["into_code"] for row in rows}

    def test_what_was_merged_into_the_duplicate_follows(self, technician: Technician, first: str) -> None:
        third = self.third(technician)
        technician.world.rows(
            "update tickets set status = 'closed', merged_into = (select id from tickets where code = %s) where code = %s",
            technician.code,
            third,
        )
        merge(technician, first)
        assert self.pointers(technician.world) == {first: None, technician.code: first, third: first}

    def test_into_a_duplicate_is_into_the_one_it_leads_to(self, technician: Technician, first: str) -> None:
        third = self.third(technician)
        technician.world.rows(
            "update tickets set merged_into = (select id from tickets where code = %s) where code = %s",
            first,
            third,
        )
        merge(technician, third)
        assert self.pointers(technician.world)[technician.code] == first

    def test_there_are_no_circles(self, technician: Technician, first: str) -> None:
        technician.world.rows(
            "update tickets set merged_into = (select id from tickets where code = %s) where code = %s",
            technician.code,
            first,
        )
        answer = technician.press(MERGE, into=first)
        assert answer.status_code == 409
        assert self.pointers(technician.world) == {first: technician.code, technician.code: None}


class TestTheCustomer:
    def test_is_told_in_one_bubble(self, world: World, technician: Technician, first: str) -> None:
        before = len(world.bubbles())
        merge(technician, first)
        all_leaves(world)
        (bubble,) = world.bubbles()[before:]
        assert f"juntó tu ticket *{technician.code}* con *{first}*: seguimos en *{first}*." in bubble
        assert "reabrir" not in bubble
        assert [button.split("/")[2] for button in world.graph.messages[-1].choices] == [first]

    def test_what_they_write_next_is_in_the_other(
        self, world: World, technician: Technician, first: str
    ) -> None:
        merge(technician, first)
        all_leaves(world)
        technician.service.say("y ahora también huele a quemado")
        settle()
        assert notes_of(world, first) == ["y ahora también huele a quemado"]
        assert notes_of(world, technician.code) == []

    def test_also_before_they_are_told(self, world: World, technician: Technician, first: str) -> None:
        merge(technician, first)
        technician.service.say("y ahora también huele a quemado")
        settle()
        assert notes_of(world, first) == ["y ahora también huele a quemado"]

    def test_also_when_nobody_told_the_dialogue(
        self, world: World, technician: Technician, first: str
    ) -> None:
        merge(technician, first)
        world.rows("update conversations set facts = '[]'")
        another = world.start()
        another.say("y ahora también huele a quemado")
        settle()
        assert notes_of(world, first) == ["y ahora también huele a quemado"]

    def test_its_code_shows_the_other(self, world: World, technician: Technician, first: str) -> None:
        merge(technician, first)
        technician.service.say(technician.code)
        settle()
        assert f"*{first}*" in world.bubbles()[-1]

    def test_words_with_its_code_are_in_the_other(
        self, world: World, technician: Technician, first: str
    ) -> None:
        merge(technician, first)
        technician.service.say(f"{technician.code} ahora también huele a quemado")
        settle()
        assert len(notes_of(world, first)) == 1
        assert notes_of(world, technician.code) == []

    def test_what_quotes_it_is_in_the_other(self, world: World, technician: Technician, first: str) -> None:
        opened = world.graph.messages[-1].wamid
        merge(technician, first)
        message: Json = ANA.text("ahora también huele a quemado", quoting=opened)
        assert technician.service.post(ANA.webhook(message)).status_code == 200
        settle()
        assert notes_of(world, first) == ["ahora también huele a quemado"]

    def test_its_old_buttons_are_about_the_other(
        self, world: World, technician: Technician, first: str
    ) -> None:
        technician.service.say(technician.code)
        settle()
        card = world.graph.messages[-1]
        button, title = next((b, t) for b, t in card.choices.items() if b.endswith(technician.code))
        merge(technician, first)
        technician.service.post(ANA.webhook(ANA.press(button, title, card.wamid)))
        settle()
        assert technician.status == "closed"
        assert first in world.bubbles()[-1]
        assert world.column("select status from tickets where code = %s", first) == ["open"]

    def test_a_button_that_ended_it_ends_nothing_else(
        self, world: World, technician: Technician, first: str
    ) -> None:
        """Who closes a ticket that meanwhile is part of another has not asked to close that: they see it."""
        technician.service.say(technician.code)
        settle()
        card = world.graph.messages[-1]
        button = f"following/close/{technician.code}"
        merge(technician, first)
        all_leaves(world)
        technician.service.post(ANA.webhook(ANA.press(button, card.choices[button], card.wamid)))
        settle()
        assert world.column("select status from tickets where code = %s", first) == ["open"]
        assert f"*{first}*" in world.bubbles()[-1]
        assert f"following/close/{first}" in world.graph.messages[-1].choices

    def test_their_list_has_it_no_more(self, world: World, technician: Technician, first: str) -> None:
        merge(technician, first)
        (shown,) = world.column("select latest_tickets(id) from customers")
        assert [ticket["code"] for ticket in shown] == [first]

    def test_somebody_else_learns_nothing_from_its_code(
        self, world: World, technician: Technician, first: str
    ) -> None:
        merge(technician, first)
        technician.service.say(technician.code, BETO)
        settle()
        assert first not in world.bubbles()[-1]


class TestReopened:
    def test_it_is_a_ticket_of_its_own_again(self, world: World, technician: Technician, first: str) -> None:
        merge(technician, first)
        assert technician.press("reopen").status_code == 303
        assert world.column("select merged_into from tickets where code = %s", technician.code) == [None]
        technician.service.say(technician.code)
        settle()
        assert f"*{technician.code}*" in world.bubbles()[-1]

    def test_merged_again_within_a_minute_they_are_told(
        self, world: World, technician: Technician, first: str
    ) -> None:
        technician.press("close")
        all_leaves(world)
        technician.press("reopen")
        merge(technician, first)
        all_leaves(world)
        assert re.search(f"seguimos en \\*{first}\\*", world.bubbles()[-1])


def test_the_mail_of_an_unread_page_opens_it(
    world: World, service: Service, technician: Technician, first: str
) -> None:
    """The page of a duplicate stays: its files and its history are there."""
    merge(technician, first)
    assert read_the_mail(world, service).get().status_code == 200
