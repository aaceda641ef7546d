"""The notification about the technicians' actions: each of them, once, briefly, within WhatsApp's limits."""

import re
from dataclasses import replace

import pytest

from messages.safe_text import utf16_length
from messages.whatsapp.notification_bubble import MAX_TECHNICIAN_TEXT, notification_bubble
from messages.whatsapp.status_template import notification_line
from state.model.language import Language
from state.model.outbox_row import Bubble
from state.model.ticket import TicketStatus
from tests.support.technician_events import (
    ANSWERS,
    ASKS,
    CLOSED,
    CLOSES,
    CODE,
    HOSTILE,
    IN_PROGRESS,
    LONG,
    OPEN,
    OPENED,
    RESOLVED,
    RESOLVES,
    WAITING,
    by_hand,
    did,
    ticket,
)


def titles(bubble: Bubble) -> list[str]:
    return [button.title for button in bubble.buttons]


def ids(bubble: Bubble) -> list[str]:
    return [button.id for button in bubble.buttons]


class TestOneThing:
    def test_an_unnamed_technician_is_the_team(self) -> None:
        bubble = notification_bubble(ticket(CLOSED, replace(CLOSES, author=None)))
        assert bubble.body.startswith(f"🔒 El equipo técnico cerró tu ticket *{CODE}*.")

    def test_a_question_can_be_answered_right_there(self) -> None:
        bubble = notification_bubble(ticket(WAITING, ASKS))
        assert bubble.body == (
            f"❓ Marta, del equipo técnico, te pregunta por tu ticket *{CODE}*:\n\n> ¿Qué luz parpadea?\n\n"
            "Respóndeme aquí mismo, por texto, foto o audio, y se lo paso."
        )
        assert titles(bubble) == ["Ver ticket"]

    def test_an_answer_comes_with_the_state(self) -> None:
        body = notification_bubble(ticket(IN_PROGRESS, ANSWERS)).body
        assert body == (
            f"💬 Marta, del equipo técnico, te responde sobre tu ticket *{CODE}*:\n\n> Prueba con otro cable.\n\n"
            "Estado: *En curso*.\n\nLo que mandes aquí se agrega al ticket."
        )

    def test_resolved_is_one_question_with_two_buttons(self) -> None:
        bubble = notification_bubble(ticket(RESOLVED, RESOLVES))
        assert bubble.body == (
            f"✅ Marta, del equipo técnico, resolvió tu ticket *{CODE}*.\n\n> Cambiamos el tóner.\n\n¿Quedó bien?"
        )
        assert ids(bubble) == [f"following/fixed/{CODE}", f"following/not_fixed/{CODE}"]
        assert titles(bubble) == ["Sí, quedó bien", "No, sigue igual"]

    def test_what_is_said_after_it_does_not_ask_again(self) -> None:
        bubble = notification_bubble(ticket(RESOLVED, ANSWERS))
        assert "¿Quedó bien?" not in bubble.body
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


class TestOpenedForThem:
    def test_says_the_code_and_the_problem_and_shows_the_ticket(self) -> None:
        bubble = notification_bubble(ticket(OPEN, OPENED))
        assert bubble.body == (
            f"📝 Abrimos el ticket *{CODE}* por ti:\n\n> La impresora no imprime\n\n"
            "Los técnicos ya lo tienen y te responden en este chat. Lo que mandes aquí se agrega al ticket."
        )
        assert titles(bubble) == ["Ver ticket"]

    def test_is_the_same_whatever_happened_since(self) -> None:
        """Every attempt of a row is the same message."""
        assert notification_bubble(ticket(CLOSED, OPENED)) == notification_bubble(ticket(OPEN, OPENED))
        assert notification_line(ticket(RESOLVED, OPENED)) == notification_line(ticket(OPEN, OPENED))

    @pytest.mark.parametrize("summary", ["", " \u200b", *HOSTILE])
    @pytest.mark.parametrize("language", Language)
    def test_fits_whatever_was_written(self, summary: str, language: Language) -> None:
        opened = replace(ticket(OPEN, OPENED, language=language), summary=summary)
        assert utf16_length(notification_bubble(opened).body) <= 1024
        assert notification_line(opened)


class TestByHand:
    @pytest.mark.parametrize(
        ("was", "became", "said"),
        [
            (OPEN, WAITING, f"❓ El equipo técnico espera tu respuesta sobre tu ticket *{CODE}*."),
            (OPEN, RESOLVED, f"✅ El equipo técnico resolvió tu ticket *{CODE}*."),
            (RESOLVED, CLOSED, f"🔒 El equipo técnico cerró tu ticket *{CODE}*."),
            (RESOLVED, OPEN, f"🔄 El equipo técnico reabrió tu ticket *{CODE}*."),
        ],
    )
    def test_every_change_has_its_words(self, was: TicketStatus, became: TicketStatus, said: str) -> None:
        assert notification_bubble(ticket(became, by_hand(was, became))).body.startswith(said)


class TestSeveralThings:
    def test_are_in_order_and_the_later_ones_are_short(self) -> None:
        assert notification_bubble(ticket(WAITING, ANSWERS, ASKS)).body == (
            f"❓ Marta, del equipo técnico, te responde sobre tu ticket *{CODE}*:\n\n> Prueba con otro cable.\n\n"
            "Marta te pregunta por el ticket:\n\n"
            "> ¿Qué luz parpadea?\n\nRespóndeme aquí mismo, por texto, foto o audio, y se lo paso."
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

    def test_a_status_that_has_changed_since_is_shown(self) -> None:
        """The customer answered before the notification was sent."""
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
        assert bubble.body.endswith("¿Quedó bien? Respóndeme *sí* o *no*.")

    def test_the_code_shows_the_button_again(self) -> None:
        closes = did("close", LONG[:3_000], from_status=OPEN, to_status=CLOSED)
        body = notification_bubble(ticket(CLOSED, closes)).body
        assert body.endswith(f"manda el código *{CODE}* y lo puedes reabrir.")

    def test_a_short_one_beside_a_long_one_stays_whole(self) -> None:
        body = notification_bubble(ticket(RESOLVED, ASKS, replace(RESOLVES, text=LONG))).body
        assert "> ¿Qué luz parpadea?\n" in body
        assert 3_900 < utf16_length(body) <= 4096


class TestLimits:
    @pytest.mark.parametrize("language", Language)
    @pytest.mark.parametrize("status", TicketStatus)
    @pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
    def test_hold_for_any_text(self, text: str, status: TicketStatus, language: Language) -> None:
        events = [replace(event, text=text, author="Ñ" * 900) for event in (CLOSES, ASKS, ANSWERS, RESOLVES)]
        bubble = notification_bubble(ticket(status, *(events * 5), language=language))
        assert 1 <= utf16_length(bubble.body) <= (1024 if bubble.buttons else 4096)
        assert len({button.id for button in bubble.buttons}) == len(bubble.buttons) <= 3
        assert all(
            utf16_length(button.title) <= 20 and utf16_length(button.id) <= 256 for button in bubble.buttons
        )
        assert bubble.body.encode()

    @pytest.mark.parametrize("language", Language)
    def test_without_events_it_shows_the_status(self, language: Language) -> None:
        assert notification_bubble(ticket(OPEN, language=language)).body.strip()
        assert notification_line(ticket(OPEN, language=language)).strip()
