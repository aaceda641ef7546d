"""The status template as it is sent and registered, by Meta's rules, and its line, with the most useful words first."""

import re
from dataclasses import replace

import pytest

from messages.safe_text import utf16_length
from messages.texts.catalogue import text
from messages.whatsapp.notification_bubble import notification_bubble
from messages.whatsapp.status_template import (
    TemplateTranslation,
    notification_line,
    reply_line,
    status_template,
    template_translations,
)
from state.model.language import Language
from state.model.ticket import TicketEvent, TicketStatus
from state.model.ticket_code import is_code
from state.model.turn import Reply
from tests.support.hostile_texts import WORDS
from tests.support.technician_events import (
    ANSWERS,
    ASKS,
    CLOSED,
    CODE,
    HOSTILE,
    IN_PROGRESS,
    LONG,
    OPEN,
    RESOLVED,
    RESOLVES,
    WAITING,
    by_hand,
    ticket,
)

VARIABLE = re.compile(r"\{\{(\d)\}\}")
ALL = template_translations()


def test_one_for_each_language_that_is_sent() -> None:
    sent = [status_template("ticket_update", language, "TK-1", "x").language for language in Language]
    assert [each.language for each in ALL] == sent == ["es", "en", "pt_BR"]


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.language)
class TestEach:
    def test_has_the_code_and_one_line_in_this_order(self, each: TemplateTranslation) -> None:
        assert VARIABLE.findall(each.body) == ["1", "2"]
        assert len(each.example) == 2

    def test_neither_begins_nor_ends_with_a_variable(self, each: TemplateTranslation) -> None:
        bare = each.body.strip(" .,:;!?¡¿\n")
        assert not VARIABLE.match(bare)
        assert not bare.endswith("}}")

    def test_has_enough_words_and_no_gap_that_meta_refuses(self, each: TemplateTranslation) -> None:
        assert len(VARIABLE.sub(" ", each.body).split()) > 12
        assert "\n\n\n" not in each.body
        assert len(each.body) < 550  # the rest of 1024 is for what fills it

    def test_says_that_it_is_theirs_and_that_they_can_answer(self, each: TemplateTranslation) -> None:
        assert re.search(r"tu ticket|your ticket|seu chamado", each.body)
        assert re.search(r"Responde|Reply|Responda", each.body)

    def test_its_example_is_what_customers_would_read(self, each: TemplateTranslation) -> None:
        code, line = each.example
        assert is_code(code)
        assert line in {text(language, "template_line_human") for language in Language}


class TestSent:
    @pytest.mark.parametrize(
        ("language", "code"), [(Language.ES, "es"), (Language.EN, "en"), (Language.PT, "pt_BR")]
    )
    def test_is_in_the_language_meta_approved(self, language: Language, code: str) -> None:
        made = status_template("ticket_update", language, CODE, "Lo vemos.")
        assert (made.name, made.language, made.parameters) == ("ticket_update", code, (CODE, "Lo vemos."))

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("words", WORDS.values(), ids=WORDS.keys())
    def test_parameters_are_what_meta_accepts(self, language: Language, words: str) -> None:
        for parameter in status_template("ticket_update", language, CODE, words).parameters:
            assert 1 <= utf16_length(parameter) <= 300
            assert not re.search(r"[\n\t\r]|\s{2}", parameter)
            assert parameter.encode()


class TestReply:
    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize(
        "say",
        ["ticket_opened", "human_opened", "human_asked", "note_added", "answer_added", "reopened", "fixed"],
    )
    def test_about_a_ticket_has_a_line(self, language: Language, say: str) -> None:
        line = reply_line(Reply(say=say, values={"code": CODE, "summary": "a\nb"}), language)
        assert line
        assert "\n" not in line

    def test_a_menu_has_none(self) -> None:
        assert reply_line(Reply(say="welcome"), Language.ES) is None


class TestNotification:
    @pytest.mark.parametrize(
        ("status", "events", "said"),
        [
            (WAITING, (ASKS,), "Marta, del equipo técnico, pregunta: ¿Qué luz parpadea?"),
            (IN_PROGRESS, (ANSWERS,), "Marta, del equipo técnico, dice: Prueba con otro cable."),
            (
                RESOLVED,
                (ANSWERS, RESOLVES),
                "Resuelto. Marta, del equipo técnico, dice: Prueba con otro cable. · Cambiamos el tóner. "
                "¿Quedó bien? Responde sí o no.",
            ),
            (
                WAITING,
                (ANSWERS, ASKS),
                "Marta, del equipo técnico, pregunta: ¿Qué luz parpadea? · Prueba con otro cable.",
            ),
            (
                IN_PROGRESS,
                (ANSWERS, replace(ANSWERS, author="Juan", text="Y reinicia.")),
                "El equipo técnico dice: Prueba con otro cable. · Y reinicia.",
            ),
            (
                RESOLVED,
                (by_hand(OPEN, RESOLVED),),
                "El equipo técnico resolvió tu ticket. ¿Quedó bien? Responde sí o no.",
            ),
            (
                RESOLVED,
                (replace(RESOLVES, text="Ya anda"),),
                "Resuelto. Marta, del equipo técnico, dice: Ya anda. ¿Quedó bien? Responde sí o no.",
            ),
            (CLOSED, (by_hand(RESOLVED, CLOSED),), "El equipo técnico cerró tu ticket."),
        ],
    )
    def test_has_the_most_useful_words_first(
        self, status: TicketStatus, events: tuple[TicketEvent, ...], said: str
    ) -> None:
        assert notification_line(ticket(status, *events)) == said

    def test_is_one_line_that_a_template_accepts(self) -> None:
        line = notification_line(ticket(WAITING, replace(ASKS, text="Uno\n\n\tdos      tres\n" + LONG)))
        (_, said) = status_template("ticket_update", Language.ES, CODE, line).parameters
        assert said.startswith("Marta, del equipo técnico, pregunta: Uno dos tres Revisa")
        assert utf16_length(said) <= 300
        assert not re.search(r"[\n\t]| {2}", said)

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("words", [LONG, *HOSTILE], ids=range(1 + len(HOSTILE)))
    def test_the_question_whether_it_is_fixed_is_never_cut(self, words: str, language: Language) -> None:
        said = [replace(event, text=words, author="Ñ" * 900) for event in (ASKS, ANSWERS, RESOLVES)]
        line = notification_line(ticket(RESOLVED, *said * 5, language=language))
        (_, sent) = status_template("ticket_update", language, CODE, line).parameters
        assert utf16_length(sent) <= 300
        assert sent.endswith(text(language, "template_line_is_it_fixed"))

    @pytest.mark.parametrize("status", [IN_PROGRESS, RESOLVED])
    def test_all_that_was_said_is_shortened_alike_and_what_is_short_is_whole(
        self, status: TicketStatus
    ) -> None:
        said = (ANSWERS, replace(ANSWERS, text="Uno " * 90), replace(RESOLVES, text="Dos " * 90))
        line = notification_line(ticket(status, *said))
        assert "Prueba con otro cable. · Uno Uno" in line
        assert "Uno… · Dos Dos" in line
        assert abs(line.count("Uno") - line.count("Dos")) <= 1
        assert 280 < utf16_length(line) <= 300

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("event", [ASKS, ANSWERS, RESOLVES])
    def test_speaks_the_customer_s_language(self, event: TicketEvent, language: Language) -> None:
        own = {Language.ES: "equipo técnico", Language.EN: "support team", Language.PT: "equipe técnica"}
        record = ticket(event.to_status or IN_PROGRESS, event, language=language)
        assert own[language] in notification_line(record)
        assert own[language] in notification_bubble(record).body
