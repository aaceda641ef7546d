"""People write in bursts: the first line is answered at once, and what goes on with it shares one bubble, a few seconds later."""

import time
from datetime import timedelta

import pytest

import state.dialogue.bursts
from emulator import Json
from messages.texts.catalogue import TEXTS
from state.model.language import Language
from tests.support.function import ANA, Service, World, eventually, settle

LINES = ["no me anda", "la impresora", "de caja", "urgente!!"]
ES = TEXTS[Language.ES]


def waiting(world: World) -> list[str]:
    return world.column("select dedup_key from outbox where status = 'ready' order by id")


def told(world: World) -> list[str]:
    return world.column("select body from ticket_events where kind = 'note' order by id")


def written_ago(message: Json, ago: timedelta) -> Json:
    return {**message, "timestamp": str(int(time.time() - ago.total_seconds()))}


@pytest.fixture
def following(world: World, service: Service) -> Service:
    """Their ticket is open, and they have not written since."""
    service.open_ticket()
    world.a_pause()
    return service


class TestAReport:
    def test_after_a_greeting_five_lines_are_two_bubbles(self, world: World, service: Service) -> None:
        for line in ("hola", *LINES):
            service.say(line)
        assert len(world.bubbles()) == 1
        settle()
        (_, question) = world.bubbles()
        assert "\n".join(LINES) in question.replace("> ", "")
        assert "¿Abro un ticket con esto?" in question
        service.press("yes")
        settle()
        assert world.column("select description from tickets") == ["\n".join(LINES)]

    def test_without_a_greeting_the_first_line_is_answered_at_once(
        self, world: World, service: Service
    ) -> None:
        service.say(LINES[0])
        assert len(world.bubbles()) == 1
        for line in LINES[1:]:
            service.say(line)
        assert len(world.bubbles()) == 1
        settle()
        assert len(world.bubbles()) == 2
        assert "urgente" in world.bubbles()[-1]

    @pytest.mark.parametrize("greetings", [("hola", "buenas"), ("hola", "buenos días", "hola?")])
    def test_greetings_of_one_burst_are_answered_once(
        self, world: World, service: Service, greetings: tuple[str, ...]
    ) -> None:
        for line in (*greetings, *LINES):
            service.say(line)
        settle()
        assert len(world.bubbles()) == 2

    def test_thirty_quick_lines_are_two_bubbles_and_all_kept(self, world: World, service: Service) -> None:
        lines = [f"la impresora no imprime, detalle {n}" for n in range(30)]
        for line in lines:
            service.say(line)
        settle()
        assert len(world.bubbles()) == 2
        assert lines[0] in world.bubbles()[-1]
        service.press("yes")
        settle()
        assert world.column("select description from tickets") == ["\n".join(lines)]

    def test_a_line_after_a_pause_is_answered_at_once(self, world: World, service: Service) -> None:
        service.say("hola")
        world.a_pause()
        service.say(LINES[0])
        assert len(world.bubbles()) == 2

    def test_it_leaves_by_itself_after_three_seconds(self, world: World, service: Service) -> None:
        service.say("hola")
        service.say(LINES[0])
        assert world.column(
            "select next_at between now() + interval '1 s' and now() + interval '4 s' from outbox where status = 'ready'"
        ) == [True]
        world.rows("update outbox set next_at = now() where status = 'ready'")
        replies = service.desk.webhook.messages.waiting
        replies._due = dict.fromkeys(replies._due, 0.0)
        replies._look()
        eventually(lambda: len(world.bubbles()) == 2)
        assert waiting(world) == []

    def test_the_waiting_bubble_of_an_instance_that_ends_leaves_before(
        self, world: World, service: Service
    ) -> None:
        service.say("hola")
        service.say(LINES[0])
        assert service.desk.threads.drain(60)
        assert len(world.bubbles()) == 2


class TestATicket:
    @pytest.fixture(autouse=True)
    def _slow_machine(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(state.dialogue.bursts, "_WAIT_FOR_MORE", timedelta(seconds=4))

    def test_thirty_quick_lines_are_two_bubbles_and_all_kept(self, world: World, following: Service) -> None:
        before = len(world.bubbles())
        lines = [f"y otra pregunta, la {n}: ¿eso es normal?" for n in range(30)]
        for line in lines:
            following.say(line)
        assert len(world.bubbles()) == before + 1
        settle()
        assert len(world.bubbles()) == before + 2
        assert told(world) == lines

    def test_notes_of_a_delivery_after_an_outage_are_one_bubble(
        self, world: World, following: Service
    ) -> None:
        """Written 90 seconds apart: each would have been answered."""
        before = len(world.bubbles())
        lines = [f"nota {n}, ¿la ven?" for n in range(10)]
        late = [written_ago(ANA.text(line), timedelta(seconds=90 * (10 - n))) for n, line in enumerate(lines)]
        assert following.post(ANA.webhook(*late)).status_code == 200
        settle()
        assert told(world) == lines
        assert len(world.bubbles()) == before + 1

    def test_so_are_those_that_come_one_by_one(self, world: World, following: Service) -> None:
        before = len(world.bubbles())
        lines = [f"nota {n}, ¿la ven?" for n in range(10)]
        for n, line in enumerate(lines):
            ago = timedelta(seconds=150 + 90 * (10 - n))
            assert following.post(ANA.webhook(written_ago(ANA.text(line), ago))).status_code == 200
        settle()
        assert told(world) == lines
        assert len(world.bubbles()) == before + 1


class TestNeverHeld:
    def test_a_press_is_answered_at_once_and_takes_the_place(self, world: World, service: Service) -> None:
        service.say(LINES[0])
        service.say(LINES[1])
        service.press("yes")
        assert len(world.bubbles()) == 2
        assert "TK-" in world.bubbles()[-1]
        settle()
        assert len(world.bubbles()) == 2
        assert world.column("select description from tickets") == ["\n".join(LINES[:2])]

    @pytest.mark.parametrize("answer", ["sí", "cancelar", "quiero hablar con una persona", "espera", "menú"])
    def test_nor_are_answers_and_commands(self, world: World, service: Service, answer: str) -> None:
        service.say(LINES[0])
        service.say(LINES[1])
        service.say(answer)
        assert len(world.bubbles()) == 2
        settle()
        assert len(world.bubbles()) == 2

    @pytest.mark.parametrize("aside", ["gracias", "idioma"])
    def test_a_question_that_nobody_has_seen_leaves_before_what_does_not_ask_it(
        self, world: World, service: Service, aside: str
    ) -> None:
        service.say("hola")
        service.say("no me anda la impresora")
        service.say(aside)
        settle()
        (_, question, answer) = world.bubbles()
        assert "¿Abro un ticket con esto?" in question
        assert "¿Abro un ticket con esto?" not in answer

    def test_an_answer_to_a_technician_is_not(self, world: World, following: Service) -> None:
        world.rows("update tickets set status = 'waiting_customer'")
        world.rows(
            "update conversations set session = session || jsonb_build_object('open_question', session->>'current_ticket', "
            "'current_status', 'waiting_customer', 'at', now())"
        )
        before = len(world.bubbles())
        following.say("30000385")
        assert len(world.bubbles()) == before + 1


class TestFiles:
    @pytest.mark.parametrize("before", [(), ("hola",), ("quiero reportar un problema",)])
    def test_thirty_photos_are_a_few_bubbles_and_one_says_that_ten_fit(
        self, world: World, service: Service, before: tuple[str, ...]
    ) -> None:
        for line in before:
            service.say(line)
        for _ in range(30):
            assert service.post(ANA.webhook(ANA.image())).status_code == 200
        settle()
        assert len(world.bubbles()) <= 2 + len(before)
        assert ES["reply_too_many_files"].split("{")[0][:20] in world.bubbles()[-1]
        service.press("yes")
        settle()
        assert world.column("select count(*) from attachments") == [10]

    def test_thirty_photos_in_one_delivery(self, world: World, service: Service) -> None:
        assert service.post(ANA.webhook(*(ANA.image() for _ in range(30)))).status_code == 200
        settle()
        assert len(world.bubbles()) <= 2

    def test_thirty_places_are_a_few_bubbles(self, world: World, service: Service) -> None:
        for n in range(30):
            place = ANA.location(-34.6 + n / 100, -58.4, f"Oficina {n}")
            assert service.post(ANA.webhook(place)).status_code == 200
        settle()
        assert len(world.bubbles()) <= 2

    def test_an_album_with_captions_is_a_few_bubbles(self, world: World, service: Service) -> None:
        for n in range(12):
            photo = ANA.image(caption=f"la pantalla, foto {n}")
            assert service.post(ANA.webhook(photo)).status_code == 200
        settle()
        assert len(world.bubbles()) <= 3

    def test_ten_stickers_are_two_bubbles(self, world: World, service: Service) -> None:
        for _ in range(10):
            assert service.post(ANA.webhook(ANA.sticker())).status_code == 200
        settle()
        assert len(world.bubbles()) == 2

    def test_files_to_a_ticket_are_one_bubble_and_all_kept(self, world: World, following: Service) -> None:
        before = len(world.bubbles())
        for _ in range(30):
            assert following.post(ANA.webhook(ANA.image())).status_code == 200
        settle()
        assert len(world.bubbles()) == before + 1
        assert world.column("select count(*) from attachments") == [30]
