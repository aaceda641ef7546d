"""The owner of a ticket closes, reopens and rates it, and answers its technician: by buttons, through the whole function."""

from typing import Any

import pytest

from state.model.ticket import TechnicianAction
from tests.support.function import ANA, BETO, Service, World, settle


@pytest.fixture
def code(world: World, service: Service) -> str:
    """A ticket of Ana's, and nothing on its way."""
    service.open_ticket()
    settle()
    return str(world.column("select code from tickets")[0])


def work(service: Service, code: str, action: TechnicianAction, text: str = "") -> None:
    service.desk.sweep.store.act_on_ticket(code, action, text, author="Marta", key=None, seen=None)


def status(world: World) -> tuple[str, int | None]:
    row = world.rows("select status, rating from tickets order by id")[0]
    return row["status"], row["rating"]


def history(world: World) -> list[tuple[Any, ...]]:
    """The customer's actions, in order."""
    found = world.rows(
        "select kind, action, body from ticket_events where actor = 'customer' and kind <> 'created' order by id"
    )
    return [tuple(row.values()) for row in found]


def press(service: Service, button: str) -> None:
    """A button by its id, as it would come from a phone that kept it for days."""
    message = ANA.press(button, "", "wamid.long.ago")
    assert service.post(ANA.webhook(message)).status_code == 200
    settle()


class TestAfterResolved:
    def test_fixed_closes_it_and_asks_for_a_rating(self, world: World, service: Service, code: str) -> None:
        work(service, code, TechnicianAction.RESOLVE, "Era el cable")
        press(service, f"following/fixed/{code}")
        assert status(world) == ("closed", None)
        assert world.bubbles()[-1].startswith(f"🎉 ¡Qué bueno! Cerré el ticket *{code}*")
        assert next(iter(world.graph.messages[-1].choices)) == f"following/rate/{code}/5"
        press(service, f"following/rate/{code}/4")
        assert status(world) == ("closed", 4)
        assert history(world) == [("status", "fixed", None), ("rating", None, "4")]

    def test_not_fixed_opens_it_again(self, world: World, service: Service, code: str) -> None:
        work(service, code, TechnicianAction.RESOLVE)
        press(service, f"following/not_fixed/{code}")
        assert status(world) == ("open", None)
        assert f"🔄 Reabrí el ticket *{code}*" in world.bubbles()[-1]

    def test_a_written_yes_does_it_too(self, world: World, service: Service, code: str) -> None:
        work(service, code, TechnicianAction.RESOLVE)
        service.say("sí")
        assert status(world) == ("closed", None)

    def test_a_second_press_changes_nothing_and_shows_how_it_is(
        self, world: World, service: Service, code: str
    ) -> None:
        work(service, code, TechnicianAction.RESOLVE)
        for _ in range(2):
            press(service, f"following/fixed/{code}")
        assert status(world) == ("closed", None)
        assert len(history(world)) == 1
        assert world.bubbles()[-1].startswith(f"*{code}* · Cerrado")

    def test_three_days_later_the_button_still_works(self, world: World, service: Service, code: str) -> None:
        work(service, code, TechnicianAction.RESOLVE)
        world.rows(
            "update conversations set session = jsonb_set(session, '{at}', to_jsonb(now() - interval '3 days'))"
        )
        fresh = world.start()
        press(fresh, f"following/fixed/{code}")
        assert status(world) == ("closed", None)

    def test_a_rating_that_is_not_given_leaves_nothing(
        self, world: World, service: Service, code: str
    ) -> None:
        work(service, code, TechnicianAction.RESOLVE)
        press(service, f"following/fixed/{code}")
        press(service, f"following/skip/{code}")
        assert status(world) == ("closed", None)
        assert history(world) == [("status", "fixed", None)]


class TestAtAnyTime:
    def test_closes_and_reopens(self, world: World, service: Service, code: str) -> None:
        service.say(code)
        settle()
        service.press("close")
        settle()
        assert status(world) == ("closed", None)
        service.press("reopen")
        settle()
        assert status(world) == ("open", None)
        assert history(world) == [("status", "close", None), ("status", "reopen", None)]

    def test_what_is_said_about_a_finished_ticket_goes_with_it(
        self, world: World, service: Service, code: str
    ) -> None:
        work(service, code, TechnicianAction.CLOSE)
        service.say("la pantalla volvió a quedarse negra")
        settle()
        assert "¿Lo reabro con esto o abro uno nuevo?" in world.bubbles()[-1]
        service.press("reopen")
        settle()
        assert status(world) == ("open", None)
        assert history(world) == [("status", "reopen", "la pantalla volvió a quedarse negra")]

    def test_or_becomes_a_ticket_of_its_own(self, world: World, service: Service, code: str) -> None:
        work(service, code, TechnicianAction.CLOSE)
        service.say("la pantalla volvió a quedarse negra")
        settle()
        service.press("new")
        settle()
        assert world.column("select status from tickets order by id") == ["closed", "open"]

    def test_a_technicians_faster_action_stands(self, world: World, service: Service, code: str) -> None:
        """The facts say resolved, and by the commit it is open again: the dialogue looks a second time."""
        work(service, code, TechnicianAction.RESOLVE)
        store = service.desk.webhook.messages.processor.store
        commit = type(store).commit_turn

        def late(*args: Any, **kwargs: Any) -> Any:
            world.monkeypatch.undo()
            work(service, code, TechnicianAction.REOPEN)
            return commit(*args, **kwargs)

        world.monkeypatch.setattr(type(store), "commit_turn", late)
        press(service, f"following/fixed/{code}")
        assert status(world) == ("open", None)
        assert world.bubbles()[-1].startswith(f"*{code}* · Abierto")

    @pytest.mark.parametrize("action", ["fixed", "not_fixed", "close", "reopen", "rate", "view"])
    def test_another_s_ticket_is_not_there(
        self, world: World, service: Service, code: str, action: str
    ) -> None:
        work(service, code, TechnicianAction.RESOLVE)
        suffix = "/1" if action == "rate" else ""
        message = BETO.press(f"following/{action}/{code}{suffix}", "", "wamid.stolen")
        assert service.post(BETO.webhook(message)).status_code == 200
        settle()
        assert status(world) == ("resolved", None)
        assert f"No encuentro el *{code}*" in world.bubbles()[-1]


class TestATechnicianAsks:
    def test_the_next_words_answer(self, world: World, service: Service, code: str) -> None:
        service.say("menú")
        settle()
        work(service, code, TechnicianAction.ASK, "¿Qué modelo es?")
        service.say("una epson l3150")
        settle()
        assert status(world) == ("in_progress", None)
        assert history(world)[-1] == ("note", None, "una epson l3150")
        assert f"les pasé tu respuesta a los técnicos (ticket *{code}*" in world.bubbles()[-1]

    def test_two_days_later_too(self, world: World, service: Service, code: str) -> None:
        work(service, code, TechnicianAction.ASK, "¿Qué modelo es?")
        world.rows(
            "update conversations set session = jsonb_set(session, '{at}', to_jsonb(now() - interval '2 days'))"
        )
        fresh = world.start()
        fresh.say("una epson l3150")
        assert status(world) == ("in_progress", None)

    def test_somebody_in_the_middle_of_a_report_finishes_it(
        self, world: World, service: Service, code: str
    ) -> None:
        service.press("menu")
        settle()
        service.press("report")
        settle()
        work(service, code, TechnicianAction.ASK, "¿Qué modelo es?")
        service.say("el teclado escribe solo")
        settle()
        assert status(world) == ("waiting_customer", None)
        assert world.column("select description from tickets order by id")[-1] == "el teclado escribe solo"

    def test_the_card_shows_the_question(self, world: World, service: Service, code: str) -> None:
        work(service, code, TechnicianAction.ASK, "¿Qué modelo es?")
        service.say(code)
        settle()
        assert "Marta te escribió:\n> ¿Qué modelo es?" in world.bubbles()[-1]

    def test_the_card_says_who_has_it_and_what_happened_last(
        self, world: World, service: Service, code: str
    ) -> None:
        work(service, code, TechnicianAction.TAKE)
        work(service, code, TechnicianAction.ASK, "¿Qué modelo es?")
        service.say(code)
        settle()
        assert "\nLo atiende: Marta\n" in world.bubbles()[-1]
        assert "\nLo último: Marta te hizo una pregunta (" in world.bubbles()[-1]

    def test_the_card_shows_nothing_of_what_is_among_technicians(
        self, world: World, service: Service, code: str
    ) -> None:
        work(service, code, TechnicianAction.ANSWER, "Lo miro.")
        world.rows(
            "insert into ticket_events (ticket_id, kind, actor, author, body) "
            "select id, 'undelivered', 'technician', 'Zoe', 'secreto' from tickets"
        )
        service.say(code)
        settle()
        shown = world.bubbles()[-1]
        assert "> Lo miro." in shown
        assert not {"Zoe", "secreto"} & set(shown.replace(":", " ").split())
