"""What customers write does the right thing and nothing else: whole talks through the function and the database."""

import itertools
from dataclasses import dataclass

import pytest

from emulator import Json
from state.model.ticket import TechnicianAction
from tests.support.function import ANA, Service, World, settle
from tests.support.ticket_case import Case, open_case

REPORT = "mi impresora no imprime y se traba"
SECOND = "el monitor no enciende"
REGRET = "Lamento las molestias."


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """Ana and the desk."""

    world: World
    service: Service

    def say(self, text: str) -> str | None:
        """Write a text. Returns the key of the reply; None if there was none."""
        return self.send(ANA.text(text))

    def send(self, message: Json) -> str | None:
        bubbles = len(self.world.bubbles())
        assert self.service.post(ANA.webhook(message)).status_code == 200
        return self._reply(bubbles)

    def press(self, action: str) -> str | None:
        bubbles = len(self.world.bubbles())
        self.service.press(action)
        return self._reply(bubbles)

    def _reply(self, bubbles: int) -> str | None:
        settle()
        key = self.world.log("turn")[-1].get("reply")
        assert len(self.world.bubbles()) == bubbles + (key is not None)
        return key

    @property
    def bubble(self) -> str:
        return self.world.bubbles()[-1]

    @property
    def tickets(self) -> list[str]:
        """The description of each ticket."""
        return self.world.column("select description from tickets order by id")

    @property
    def statuses(self) -> list[str]:
        return self.world.column("select status from tickets order by id")

    @property
    def notes(self) -> list[str]:
        return self.world.column("select body from ticket_events where kind = 'note' order by id")


@pytest.fixture
def talk(world: World, service: Service) -> Talk:
    return Talk(world=world, service=service)


@pytest.fixture
def case(world: World, service: Service) -> Case:
    """A ticket of Ana's, which she has just opened."""
    return open_case(world, service)


class TestClosings:
    @pytest.mark.parametrize("said", ["ok", "👍", "perfecto", "gracias", "muchísimas gracias"])
    def test_get_one_kind_line_then_silence_and_no_e_mail(self, talk: Talk, case: Case, said: str) -> None:
        assert talk.say(said) == "you_are_welcome"
        assert talk.say(said) is None
        assert (talk.notes, talk.tickets) == ([], [REPORT])
        assert case.mails() == []

    @pytest.mark.usefixtures("case")
    def test_a_goodbye_is_answered_with_a_goodbye(self, talk: Talk) -> None:
        assert talk.say("chau, hasta luego") == "goodbye"
        assert talk.say("gracias") is None

    @pytest.mark.usefixtures("case")
    def test_what_is_written_after_the_silence_is_answered(self, talk: Talk) -> None:
        for said in ("gracias", "gracias"):
            talk.say(said)
        assert talk.say("menú") == "welcome"


class TestSolvedByThemselves:
    @pytest.fixture(autouse=True)
    def _solved(self, talk: Talk, case: Case) -> None:
        assert talk.say("ya lo arreglé solo") == "close_question"
        assert talk.notes == ["ya lo arreglé solo"]
        assert case.status() == "open"

    @pytest.mark.parametrize("typed", ["Sí, cerrarlo", "si, cerrarlo", "sí"])
    def test_a_yes_closes_it(self, talk: Talk, typed: str) -> None:
        assert talk.say(typed) == "closed_by_owner"
        assert talk.statuses == ["closed"]

    @pytest.mark.parametrize("typed", ["No, dejarlo abierto", "no"])
    def test_a_no_leaves_it_open(self, talk: Talk, typed: str) -> None:
        assert talk.say(typed) == "stays_open"
        assert talk.statuses == ["open"]
        assert talk.notes == ["ya lo arreglé solo"]

    def test_the_buttons_do_the_same(self, talk: Talk) -> None:
        assert talk.press("close_no") == "stays_open"
        assert talk.press("close_yes") == "closed_by_owner"
        assert talk.statuses == ["closed"]


class TestQuestions:
    @pytest.mark.parametrize("asked", ["¿hay novedades de mi ticket?", "¿cuándo lo van a revisar?"])
    def test_one_is_kept_and_shows_how_the_ticket_stands(self, talk: Talk, case: Case, asked: str) -> None:
        assert talk.say(asked) == "status_noted"
        assert talk.notes == [asked]
        assert case.code in talk.bubble
        assert "no lo sé" in talk.bubble
        (mail,) = case.mails()
        assert f"> {asked}" in (mail.text or "")

    def test_a_bare_question_mark_is_not_kept(self, talk: Talk, case: Case) -> None:
        assert talk.say("?") == "ticket_card"
        assert (talk.notes, case.mails()) == ([], [])


@pytest.mark.usefixtures("case")
class TestSecondProblem:
    def test_one_that_is_announced_becomes_a_ticket_with_one_press(self, talk: Talk) -> None:
        talk.say(f"otro problema: {SECOND}")
        assert talk.press("yes") == "ticket_opened"
        assert talk.tickets == [REPORT, f"otro problema: {SECOND}"]
        assert talk.notes == []

    def test_one_that_is_merely_told_is_added_with_the_offer(self, talk: Talk) -> None:
        assert talk.say(SECOND) == "note_other"
        assert (talk.tickets, talk.notes) == ([REPORT], [SECOND])
        assert talk.press("other") == "ticket_opened"
        assert talk.tickets == [REPORT, SECOND]

    def test_the_title_of_the_button_is_as_good_as_a_press(self, talk: Talk) -> None:
        talk.say(SECOND)
        assert talk.say("es otro problema") == "ticket_opened"
        assert talk.tickets == [REPORT, SECOND]


class TestDraft:
    BETWEEN: tuple[str | Json, ...] = ("mis tickets", "english please", ANA.image(), "gracias", "?", "menú")

    def test_it_survives_whatever_is_no_answer(self, world: World, talk: Talk) -> None:
        talk.say(REPORT)
        for between in self.BETWEEN:
            talk.say(between) if isinstance(between, str) else talk.send(between)
            assert talk.tickets == []
        assert talk.press("yes") == "ticket_opened"
        assert talk.tickets == [REPORT]
        assert world.column("select count(*) from attachments") == [1]
        assert world.column("select language from tickets") == ["en"]

    @pytest.mark.parametrize("leaving", ["hola", "menú", "cancelar"])
    def test_it_is_kept_by_who_leaves(self, talk: Talk, leaving: str) -> None:
        talk.say(REPORT)
        talk.say(leaving)
        assert "uardo lo que mandaste" in talk.bubble or f"> {REPORT}" in talk.bubble
        assert talk.tickets == []
        action = "open" if leaving == "cancelar" else "yes"
        assert talk.press(action) == "ticket_opened"
        assert talk.tickets == [REPORT]


class TestErasing:
    @pytest.mark.usefixtures("case")
    def test_stop_explains_and_asks(self, world: World, talk: Talk) -> None:
        assert talk.say("STOP") == "erase_explained"
        assert talk.say("sí") == "erase_press"
        assert world.column("select count(*) from customers where wa_id is not null") == [1]
        assert talk.say("No, mejor no") == "kept"
        assert world.column("select count(*) from customers where wa_id is not null") == [1]

    @pytest.mark.usefixtures("case")
    def test_the_typed_title_erases(self, world: World, talk: Talk) -> None:
        talk.say("borrar mis datos")
        talk.say("Borrar mis datos")
        settle()
        assert world.column("select count(*) from customers where wa_id is not null") == [0]


class TestAnger:
    SAID = "¡qué vergüenza de servicio! ¿cuándo lo van a revisar?"

    @pytest.mark.usefixtures("case")
    def test_about_a_ticket_it_gets_one_sentence_of_regret(self, talk: Talk) -> None:
        talk.say(self.SAID)
        assert talk.bubble.startswith(REGRET)
        assert talk.bubble.count(REGRET) == 1
        assert talk.notes == [self.SAID]

    def test_before_the_offer_to_open_one(self, talk: Talk) -> None:
        talk.say(f"¡qué vergüenza! {REPORT}")
        assert talk.bubble.startswith(f"{REGRET}\n\n¿Abro un ticket con esto?")

    @pytest.mark.usefixtures("case")
    def test_nobody_else_gets_it(self, talk: Talk) -> None:
        talk.say("¿cuándo lo van a revisar?")
        assert REGRET not in talk.bubble


class TestEightDigits:
    @pytest.mark.parametrize("answer", ["30000385", "30 000 385", "3000-0385"])
    def test_they_answer_a_technician(self, talk: Talk, case: Case, answer: str) -> None:
        case.work(TechnicianAction.ASK, "¿Cuál es tu número de cliente?")
        case.notifications()
        assert talk.say(answer) == "answer_added"
        assert talk.notes == [answer]
        assert case.status() == "in_progress"


def test_unclear_texts_are_never_answered_by_the_same_bubble_twice(talk: Talk) -> None:
    bubbles = []
    for word in ("flurb", "wobble", "grumpf", "zonk"):
        talk.say(f"xkcd {word}")
        bubbles.append(talk.bubble)
    assert all(one != next_one for one, next_one in itertools.pairwise(bubbles))
    assert all("xkcd flurb" in bubble for bubble in bubbles)
    assert talk.tickets == []


class TestSignsWithoutWords:
    @pytest.fixture(params=[".", "...", "…", "!!"])
    def signs(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    def test_open_no_ticket(self, talk: Talk, signs: str) -> None:
        talk.say(REPORT)
        talk.say(signs)
        assert talk.tickets == []

    def test_close_none(self, talk: Talk, case: Case, signs: str) -> None:
        case.work(TechnicianAction.RESOLVE, "Era el cable")
        case.notifications()
        talk.say(signs)
        assert talk.statuses == ["resolved"]


class TestNothingIsLost:
    """What seems to be a thank-you or a choice, but says more than a few words, is kept."""

    @pytest.mark.parametrize(
        "said", ["es la de la caja del primer piso", "gracias, pero la luz roja parpadea y no imprime nada"]
    )
    @pytest.mark.usefixtures("case")
    def test_in_the_ticket(self, talk: Talk, said: str) -> None:
        talk.say(said)
        assert talk.notes == [said]

    def test_in_the_report(self, talk: Talk) -> None:
        talk.say(REPORT)
        talk.say("es la de la caja del primer piso")
        assert talk.press("yes") == "ticket_opened"
        assert talk.tickets == [f"{REPORT}\nes la de la caja del primer piso"]


class TestErrorMessageAlone:
    """It is in English, whatever language they write."""

    @pytest.mark.parametrize(
        "pasted",
        ["Error 0x80070057: The parameter is incorrect", "Operating System not found", "Access is denied"],
    )
    @pytest.mark.parametrize("before", ["hola, la computadora de la caja no arranca", None])
    def test_does_not_change_the_language(
        self, world: World, service: Service, pasted: str, before: str | None
    ) -> None:
        if before:
            service.say(before)
            settle()
        service.say(pasted)
        settle()
        assert world.column("select session->>'language' from conversations") == ["es"]
        assert pasted in world.bubbles()[-1]


class TestWordsBesideAReport:
    """What seems to answer the question, or to choose a ticket, and says more: it is in the ticket."""

    @pytest.mark.parametrize("more", ["urgente", "muy urgente!!", "es la de caja"])
    def test_is_added_and_the_question_stays(self, talk: Talk, more: str) -> None:
        assert talk.say("no me anda la impresora") == "confirm_problem"
        assert talk.say(more) == "confirm_problem"
        talk.press("yes")
        assert talk.tickets == [f"no me anda la impresora\n{more}"]

    @pytest.mark.parametrize("yes", ["sí, la negra", "dale, es la HP", "sí, urgente"])
    def test_a_yes_with_more_opens_it_with_all_words(self, talk: Talk, yes: str) -> None:
        talk.say("no me anda la impresora")
        talk.world.a_pause()
        assert talk.say(yes) == "ticket_opened"
        assert talk.tickets == [f"no me anda la impresora\n{yes}"]

    def test_the_first_lines_of_somebody_who_has_no_ticket(self, talk: Talk) -> None:
        for line in ("es la de caja", "no me anda la impresora", "urgente!!"):
            talk.say(line)
        talk.press("yes")
        assert talk.tickets == ["es la de caja\nno me anda la impresora\nurgente!!"]
