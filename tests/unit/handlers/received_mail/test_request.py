"""What a technician's e-mail asks for: what is not certainly for the customer becomes a note."""

import pytest

from handlers.received_mail.refusal import MailRefused
from handlers.received_mail.request import read_request
from messages.whatsapp.notification_bubble import MAX_TECHNICIAN_TEXT
from state.model.received_mail import MailOutcome
from state.model.ticket import Mark, TechnicianAction

COLLEAGUE = ("jefe@example.com",)
COMMANDS = {
    "#nota": Mark.INTERNAL,
    "#note": Mark.INTERNAL,
    "#pregunta": TechnicianAction.ASK,
    "#question": TechnicianAction.ASK,
    "#pergunta": TechnicianAction.ASK,
    "#resuelto": TechnicianAction.RESOLVE,
    "#resolved": TechnicianAction.RESOLVE,
    "#resolvido": TechnicianAction.RESOLVE,
}
TAKING = ["#tomar", "#take", "#assumir"]


def test_words_are_an_answer() -> None:
    request = read_request("Hola.\n\n¿Prende?", (), has_files=False)
    assert (request.action, request.text, request.outcome) == (
        TechnicianAction.ANSWER,
        "Hola.\n\n¿Prende?",
        MailOutcome.SENT,
    )


@pytest.mark.parametrize("separator", [" ", "\n", ": ", "\n\n"])
@pytest.mark.parametrize(("word", "action"), COMMANDS.items())
def test_a_command_says_what_they_are(word: str, action: TechnicianAction | Mark, separator: str) -> None:
    request = read_request(f"{word}{separator}las palabras", (), has_files=False)
    assert (request.action, request.text) == (action, "las palabras")


@pytest.mark.parametrize("word", TAKING)
def test_taking_says_nothing_to_the_customer(word: str) -> None:
    request = read_request(f"{word} mañana lo abro", (), has_files=True)
    assert (request.action, request.text, request.note) == (TechnicianAction.TAKE, "", "mañana lo abro")
    assert not request.is_for_customer


@pytest.mark.parametrize("typed", ["#urgente llamar", "#3 ya está", "#resueltisimo"])
def test_another_word_makes_it_a_note_with_all_of_it(typed: str) -> None:
    request = read_request(typed, (), has_files=False)
    assert (request.action, request.text, request.outcome) == (
        Mark.INTERNAL,
        typed,
        MailOutcome.OTHER_WORD,
    )
    assert request.word == typed.split()[0]


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("Hola.\n#nota no paga", "#nota"),
        ("Ya quedó.\n\n#resuelto", "#resuelto"),
        ("#pregunta ¿Prende?\n#nota creo que miente", "#nota"),
        ("#resuelto #nota no paga", "#nota"),
        ("#pregunta\n*#note* no paga", "*#note*"),
    ],
)
def test_a_command_in_another_place_makes_it_a_note_with_all_of_it(typed: str, word: str) -> None:
    """Nobody knows which of it is for the customer: what follows may well be what they should not read."""
    request = read_request(typed, (), has_files=False)
    assert (request.action, request.text, request.outcome, request.word) == (
        Mark.INTERNAL,
        typed,
        MailOutcome.MISPLACED,
        word,
    )


@pytest.mark.parametrize("typed", ["#nota Hola.\n#resuelto", "#tomar\n#nota no paga"])
def test_what_is_for_the_team_may_have_any(typed: str) -> None:
    assert not read_request(typed, (), has_files=False).is_for_customer


class TestAnAnswerToWhatColleaguesSay:
    def test_is_a_note(self) -> None:
        request = read_request("Sí, ya lo sé.", (), has_files=False, for_team=True)
        assert (request.action, request.text, request.outcome) == (
            Mark.INTERNAL,
            "Sí, ya lo sé.",
            MailOutcome.NOTED,
        )

    @pytest.mark.parametrize(("word", "action"), COMMANDS.items())
    def test_unless_a_command_says_what_it_is(self, word: str, action: TechnicianAction | Mark) -> None:
        assert read_request(f"{word} hola", (), has_files=False, for_team=True).action is action


class TestOtherReaders:
    @pytest.mark.parametrize("typed", ["¿Lo cobramos?", *(f"{word} hola" for word in COMMANDS)])
    def test_make_a_note_of_whatever_it_is(self, typed: str) -> None:
        request = read_request(typed, COLLEAGUE, has_files=True)
        assert request.action is Mark.INTERNAL
        assert not request.is_for_customer

    def test_also_of_a_command_without_words(self) -> None:
        request = read_request("#resuelto", COLLEAGUE, has_files=False)
        assert (request.action, request.text, request.outcome) == (
            Mark.INTERNAL,
            "#resuelto",
            MailOutcome.OTHER_READERS,
        )

    def test_of_a_note_are_as_its_author_wishes(self) -> None:
        assert read_request("#nota hola", COLLEAGUE, has_files=False).outcome is MailOutcome.NOTED

    def test_of_taking_nothing(self) -> None:
        assert read_request("#tomar", COLLEAGUE, has_files=False).outcome is MailOutcome.TAKEN


class TestRefused:
    @pytest.mark.parametrize("typed", ["", "#nota", "#pregunta"])
    def test_nothing_was_written(self, typed: str) -> None:
        with pytest.raises(MailRefused) as refused:
            read_request(typed, (), has_files=False)
        assert refused.value.outcome is MailOutcome.EMPTY

    @pytest.mark.parametrize("typed", ["", "#pregunta"])
    def test_but_files_say_something(self, typed: str) -> None:
        assert read_request(typed, (), has_files=True).is_for_customer

    def test_not_to_the_team(self) -> None:
        with pytest.raises(MailRefused):
            read_request("#nota", (), has_files=True)

    @pytest.mark.parametrize("command", ["", "#nota ", "#resuelto ", "#tomar "])
    def test_more_than_a_message_holds(self, command: str) -> None:
        read_request(command + "x" * MAX_TECHNICIAN_TEXT, (), has_files=False)
        with pytest.raises(MailRefused) as refused:
            read_request(command + "x" * (MAX_TECHNICIAN_TEXT + 1), (), has_files=False)
        assert refused.value.outcome is MailOutcome.TOO_LONG
