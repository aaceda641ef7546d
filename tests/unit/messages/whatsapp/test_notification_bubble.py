"""What a ticket's owner reads of what the technicians did: everything, once, in few words, within WhatsApp's limits."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from messages.safe_text import cut_at_word, fair_shares, utf16_length
from messages.texts.catalogue import text
from messages.whatsapp.notification_bubble import MAX_TECHNICIAN_TEXT, notification_bubble
from messages.whatsapp.status_template import status_template
from messages.whatsapp.template_line import notification_line
from state.model.language import Language
from state.model.message import Sender
from state.model.outbox_row import Bubble
from state.model.ticket import Actor, EventKind, TicketEvent, TicketRecord, TicketStatus

CODE = "TK-7F3K-9QX2"
AT = datetime(2026, 11, 23, 17, 5, tzinfo=UTC)
OPEN, IN_PROGRESS, WAITING, RESOLVED, CLOSED = TicketStatus
LONG = "Revisa la fuente y el cable de la impresora, por favor. " * 200


def ticket(status: TicketStatus, *events: TicketEvent, language: Language = Language.ES) -> TicketRecord:
    return TicketRecord(
        code=CODE,
        status=status,
        summary="La impresora no imprime",
        description="La impresora no imprime",
        wants_human=False,
        assignee=None,
        rating=None,
        created_at=AT,
        updated_at=AT,
        language=language,
        customer=Sender(user_id="AR.1", wa_id="5491155550101", name="Ana"),
        actions=(),
        events=events,
        waiting=0,
    )


def did(
    action: str | None, text: str | None = None, author: str | None = "Marta", **what: Any
) -> TicketEvent:
    kind = EventKind.ANSWER if action == "answer" and "to_status" not in what else EventKind.STATUS
    return TicketEvent(
        id=1, kind=kind, actor=Actor.TECHNICIAN, author=author, action=action, text=text, at=AT, **what
    )


def by_hand(was: TicketStatus, became: TicketStatus) -> TicketEvent:
    return did(None, None, None, from_status=was, to_status=became)


TAKES = did("take", from_status=OPEN, to_status=IN_PROGRESS)
ASKS = did("ask", "¿Qué luz parpadea?", from_status=IN_PROGRESS, to_status=WAITING)
ANSWERS = did("answer", "Prueba con otro cable.")
RESOLVES = did("resolve", "Cambiamos el tóner.", from_status=IN_PROGRESS, to_status=RESOLVED)


def titles(bubble: Bubble) -> list[str]:
    return [button.title for button in bubble.buttons]


def ids(bubble: Bubble) -> list[str]:
    return [button.id for button in bubble.buttons]


class TestOneThing:
    def test_taken_is_one_line(self) -> None:
        bubble = notification_bubble(ticket(IN_PROGRESS, TAKES))
        assert bubble.body == f"🛠️ Marta, del equipo técnico, tomó tu ticket *{CODE}*."
        assert titles(bubble) == ["Ver ticket"]

    def test_nobody_s_name_is_made_up(self) -> None:
        bubble = notification_bubble(ticket(IN_PROGRESS, replace(TAKES, author=None)))
        assert bubble.body == f"🛠️ El equipo técnico tomó tu ticket *{CODE}*."

    def test_a_question_can_be_answered_right_there(self) -> None:
        bubble = notification_bubble(ticket(WAITING, ASKS))
        assert bubble.body == (
            f"❓ Marta, del equipo técnico, te pregunta por tu ticket *{CODE}*:\n\n> ¿Qué luz parpadea?\n\n"
            "Respóndeme aquí mismo, por escrito o con una foto o un audio, y se lo paso."
        )
        assert titles(bubble) == ["Ver ticket"]

    def test_an_answer_comes_with_the_state(self) -> None:
        body = notification_bubble(ticket(IN_PROGRESS, ANSWERS)).body
        assert body == (
            f"💬 Marta, del equipo técnico, te responde sobre tu ticket *{CODE}*:\n\n> Prueba con otro cable.\n\n"
            "Estado: *En curso*.\n\nLo que escribas o mandes aquí se agrega al ticket."
        )

    def test_resolved_is_one_question_with_two_buttons(self) -> None:
        bubble = notification_bubble(ticket(RESOLVED, RESOLVES))
        assert bubble.body == (
            f"✅ Marta, del equipo técnico, dio por resuelto tu ticket *{CODE}*.\n\n> Cambiamos el tóner.\n\n¿Quedó resuelto?"
        )
        assert ids(bubble) == [f"following/fixed/{CODE}", f"following/not_fixed/{CODE}"]
        assert titles(bubble) == ["Sí, quedó bien", "No, sigue igual"]

    def test_what_is_said_after_it_does_not_ask_again(self) -> None:
        bubble = notification_bubble(ticket(RESOLVED, ANSWERS))
        assert "¿Quedó resuelto?" not in bubble.body
        assert "Estado: *Resuelto*." in bubble.body
        assert (ids(bubble), titles(bubble)) == ([f"following/reopen/{CODE}"], ["Reabrirlo"])

    def test_closed_can_be_reopened(self) -> None:
        bubble = notification_bubble(ticket(CLOSED, did("close", from_status=OPEN, to_status=CLOSED)))
        assert bubble.body == (
            f"🔒 Marta, del equipo técnico, cerró tu ticket *{CODE}*.\n\nSi sigue igual o vuelve a fallar, puedes reabrirlo."
        )
        assert (ids(bubble), titles(bubble)) == ([f"following/reopen/{CODE}"], ["Reabrirlo"])

    def test_reopened(self) -> None:
        bubble = notification_bubble(ticket(OPEN, did("reopen", from_status=CLOSED, to_status=OPEN)))
        assert bubble.body.startswith(f"🔄 Marta, del equipo técnico, reabrió tu ticket *{CODE}*.")
        assert "Estado: *Abierto*." in bubble.body
        assert bubble.buttons == ()


class TestByHand:
    @pytest.mark.parametrize(
        ("was", "became", "said"),
        [
            (OPEN, IN_PROGRESS, f"🛠️ El equipo técnico tomó tu ticket *{CODE}*."),
            (
                IN_PROGRESS,
                OPEN,
                f"🔄 El equipo técnico devolvió tu ticket *{CODE}* a la fila, a la espera de que alguien lo tome.",
            ),
            (OPEN, WAITING, f"❓ El equipo técnico espera tu respuesta sobre tu ticket *{CODE}*."),
            (OPEN, RESOLVED, f"✅ El equipo técnico dio por resuelto tu ticket *{CODE}*."),
            (RESOLVED, CLOSED, f"🔒 El equipo técnico cerró tu ticket *{CODE}*."),
            (RESOLVED, OPEN, f"🔄 El equipo técnico reabrió tu ticket *{CODE}*."),
        ],
    )
    def test_every_change_has_its_words(self, was: TicketStatus, became: TicketStatus, said: str) -> None:
        assert notification_bubble(ticket(became, by_hand(was, became))).body.startswith(said)


class TestSeveralThings:
    def test_are_told_in_order_and_the_rest_is_short(self) -> None:
        assert notification_bubble(ticket(WAITING, TAKES, ASKS)).body == (
            f"❓ Marta, del equipo técnico, tomó tu ticket *{CODE}*.\n\nMarta te pregunta por el ticket:\n\n"
            "> ¿Qué luz parpadea?\n\nRespóndeme aquí mismo, por escrito o con una foto o un audio, y se lo paso."
        )

    def test_answers_that_follow_one_another_are_one(self) -> None:
        body = notification_bubble(
            ticket(IN_PROGRESS, ANSWERS, replace(ANSWERS, text="O con otro enchufe."))
        ).body
        assert body.count("te responde") == 1
        assert "> Prueba con otro cable.\n\n> O con otro enchufe." in body

    def test_of_another_technician_are_theirs(self) -> None:
        body = notification_bubble(
            ticket(IN_PROGRESS, ANSWERS, replace(ANSWERS, author="Juan", text="Y reinicia."))
        ).body
        assert "\n\nJuan te responde sobre el ticket:\n\n> Y reinicia." in body

    def test_a_state_that_moved_on_since_is_said(self) -> None:
        """The customer answered before the letter left."""
        body = notification_bubble(ticket(IN_PROGRESS, ASKS)).body
        assert "Estado: *En curso*." in body
        assert "Respóndeme" not in body


class TestWords:
    def test_are_quoted_as_they_are_line_by_line(self) -> None:
        text = "1. Apaga  todo\r\n\n2. *Espera* {code} %s\u202e\n"
        body = notification_bubble(ticket(IN_PROGRESS, replace(ANSWERS, text=text))).body
        assert "> 1. Apaga  todo\n\n> 2. *Espera* {code} %s\n" in body

    def test_longer_ones_go_without_buttons(self) -> None:
        bubble = notification_bubble(ticket(WAITING, replace(ASKS, text=LONG[:3_000])))
        assert bubble.buttons == ()
        assert LONG[:3_000].strip() in bubble.body
        assert 1024 < utf16_length(bubble.body) <= 4096

    @pytest.mark.parametrize("language", Language)
    def test_the_longest_that_the_page_takes_is_whole_in_short_lines_too(self, language: Language) -> None:
        text = ("x" * 14 + "\n") * (MAX_TECHNICIAN_TEXT // 15)
        asks = replace(ASKS, text=text, author="Ñ" * 900)
        body = notification_bubble(ticket(WAITING, asks, language=language)).body
        assert body.count("> " + "x" * 14) == MAX_TECHNICIAN_TEXT // 15
        assert utf16_length(body) <= 4096

    def test_what_is_too_long_for_any_bubble_is_cut_at_a_word(self) -> None:
        body = notification_bubble(ticket(WAITING, replace(ASKS, text=LONG))).body
        assert 3_900 < utf16_length(body) <= 4096
        assert re.search(
            r" (Revisa|la|fuente|y|el|cable|de|impresora,|por|favor\.)…\n\n\(El texto sigue", body
        )

    def test_the_question_whether_it_is_fixed_can_be_answered_in_words(self) -> None:
        """No button is worth losing the technician's words."""
        bubble = notification_bubble(ticket(RESOLVED, replace(RESOLVES, text=LONG[:3_000])))
        assert bubble.buttons == ()
        assert LONG[:3_000].strip() in bubble.body
        assert bubble.body.endswith("¿Quedó resuelto? Respóndeme *sí* o *no*.")

    def test_and_the_code_brings_the_button_back(self) -> None:
        closes = did("close", LONG[:3_000], from_status=OPEN, to_status=CLOSED)
        body = notification_bubble(ticket(CLOSED, closes)).body
        assert body.endswith(f"escribe el código *{CODE}* y lo puedes reabrir.")

    def test_a_short_one_beside_a_long_one_stays_whole(self) -> None:
        body = notification_bubble(ticket(RESOLVED, ASKS, replace(RESOLVES, text=LONG))).body
        assert "> ¿Qué luz parpadea?\n" in body
        assert 3_900 < utf16_length(body) <= 4096


class TestLimits:
    NASTY = ("😀" * 9_000, "a" * 70_000, "\n" * 9_000, "a\n" * 9_000, "👨‍👩‍👧‍👦 " * 2_000, "\ud83d" * 9_000)

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("status", TicketStatus)
    @pytest.mark.parametrize("text", NASTY, ids=range(len(NASTY)))
    def test_hold_whatever_is_said(self, text: str, status: TicketStatus, language: Language) -> None:
        events = [replace(event, text=text, author="Ñ" * 900) for event in (TAKES, ASKS, ANSWERS, RESOLVES)]
        bubble = notification_bubble(ticket(status, *(events * 5), language=language))
        assert 1 <= utf16_length(bubble.body) <= (1024 if bubble.buttons else 4096)
        assert len({button.id for button in bubble.buttons}) == len(bubble.buttons) <= 3
        assert all(
            utf16_length(button.title) <= 20 and utf16_length(button.id) <= 256 for button in bubble.buttons
        )
        assert bubble.body.encode()

    @pytest.mark.parametrize("language", Language)
    def test_without_any_event_it_still_says_the_state(self, language: Language) -> None:
        assert notification_bubble(ticket(OPEN, language=language)).body.strip()
        assert notification_line(ticket(OPEN, language=language)).strip()


class TestLine:
    @pytest.mark.parametrize(
        ("status", "events", "said"),
        [
            (WAITING, (TAKES, ASKS), "Marta, del equipo técnico, pregunta: ¿Qué luz parpadea?"),
            (IN_PROGRESS, (ANSWERS,), "Marta, del equipo técnico, dice: Prueba con otro cable."),
            (
                RESOLVED,
                (ANSWERS, RESOLVES),
                "Resuelto. Marta, del equipo técnico, dice: Prueba con otro cable. · Cambiamos el tóner. "
                "¿Quedó resuelto? Responde sí o no.",
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
                "El equipo técnico dio por resuelto tu ticket. ¿Quedó resuelto? Responde sí o no.",
            ),
            (
                RESOLVED,
                (replace(RESOLVES, text="Ya anda"),),
                "Resuelto. Marta, del equipo técnico, dice: Ya anda. ¿Quedó resuelto? Responde sí o no.",
            ),
            (IN_PROGRESS, (TAKES,), "Marta, del equipo técnico, tomó tu ticket."),
            (CLOSED, (by_hand(RESOLVED, CLOSED),), "El equipo técnico cerró tu ticket."),
        ],
    )
    def test_has_the_most_useful_words_first(
        self, status: TicketStatus, events: tuple[TicketEvent, ...], said: str
    ) -> None:
        assert notification_line(ticket(status, *events)) == said

    def test_is_one_line_that_a_template_takes(self) -> None:
        line = notification_line(ticket(WAITING, replace(ASKS, text="Uno\n\n\tdos      tres\n" + LONG)))
        (_, said) = status_template("ticket_update", Language.ES, CODE, line).parameters
        assert said.startswith("Marta, del equipo técnico, pregunta: Uno dos tres Revisa")
        assert utf16_length(said) <= 300
        assert not re.search(r"[\n\t]| {2}", said)

    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("words", [LONG, *TestLimits.NASTY], ids=range(1 + len(TestLimits.NASTY)))
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
    @pytest.mark.parametrize("event", [TAKES, ASKS, ANSWERS, RESOLVES])
    def test_speaks_the_customer_s_language(self, event: TicketEvent, language: Language) -> None:
        own = {Language.ES: "equipo técnico", Language.EN: "support team", Language.PT: "equipe técnica"}
        told = ticket(event.to_status or IN_PROGRESS, event, language=language)
        assert own.get(language, "") in notification_line(told)
        assert own.get(language, "") in notification_bubble(told).body


class TestMeasure:
    @pytest.mark.parametrize(
        ("text", "limit", "said"),
        [
            ("una frase corta", 15, "una frase corta"),
            ("una frase corta", 14, "una frase…"),
            ("una", 2, "u…"),
            ("a" * 60, 10, "a" * 9 + "…"),
        ],
    )
    def test_a_cut_ends_with_a_whole_word(self, text: str, limit: int, said: str) -> None:
        assert cut_at_word(text, limit) == said

    @pytest.mark.parametrize(
        ("sizes", "budget", "given"),
        [([5, 100, 100], 65, [5, 30, 30]), ([1, 2], 10, [1, 2]), ([], 5, []), ([9, 9], 9, [4, 5])],
    )
    def test_the_short_ones_stay_whole(self, sizes: list[int], budget: int, given: list[int]) -> None:
        assert fair_shares(sizes, budget) == given
