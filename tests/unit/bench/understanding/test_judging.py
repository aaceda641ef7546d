"""The judge of understanding: outcomes from an answer, and what is right for a label."""

from typing import Any

import pytest

from bench.understanding.judging import RIGHT, Verdict, judge, outcomes
from bench.understanding.scenes import points_at_one
from state.dialogue.outcome import NEW, Asks
from state.understanding.act import Act, Place

EXTERNAL = {
    "problem", "report", "status", "mine", "human", "cancel", "thanks", "bye", "affirm", "deny", "note",
    "description", "added", "erase", "menu", "other", "maybe", "silence",
}  # fmt: skip
NAMED_OTHERWISE = {Act.GREETING: "menu", Act.LANGUAGE: "lang:en"}
NOTHING: dict[str, Any] = {
    "acts": [],
    "asks": None,
    "says": None,
    "shows": [],
    "bubble": None,
    "draft": None,
    "where": "menu",
    "language": "es",
}


def said(text: str, *, draft: str | None = None, tickets: int = 1) -> dict[str, Any]:
    return {"text": text, "draft": draft, "tickets": [{}] * tickets}


def did(*acts: str, text: str | None = None, **rest: Any) -> dict[str, Any]:
    made = [{"act": act, "ticket": "TK-1", "text": text, "rating": None} for act in acts]
    return {**NOTHING, "bubble": "…", "acts": made, **rest}


class TestTheTable:
    @pytest.mark.parametrize("label", sorted({*EXTERNAL, *(NAMED_OTHERWISE.get(act, act) for act in Act)}))
    def test_every_label_is_judged_in_every_place(self, label: str) -> None:
        places = [NEW, *Place]
        assert [
            place for place in places if not label.startswith("lang:") and (label, place) not in RIGHT
        ] == []

    def test_it_has_no_misspelt_outcome(self) -> None:
        known = set(
            "opened draft again what what+ unsure which which+ shown none note close fixed reopen rate person erase ?close ?reopen "
            "?fixed ?rating ?another ?erase menu thanks goodbye cancelled not_ours kept lang: other silence".split()
        )
        assert set().union(*RIGHT.values()) <= known


class TestOutcomes:
    @pytest.mark.parametrize("asks", list(Asks))
    def test_every_question_is_one(self, asks: Asks) -> None:
        assert outcomes(said("a"), did(asks=asks)) - {"other"}

    def test_a_question_with_the_words_is_another_than_the_same_once_more(self) -> None:
        asked = did(asks="confirm_report", draft="no anda\nes la azul")
        assert outcomes(said("es la azul"), asked) == {"draft"}
        assert "again" in outcomes(said("cuándo?"), asked)

    def test_silence(self) -> None:
        assert outcomes(said("ok"), NOTHING) == {"silence"}

    def test_no_tickets(self) -> None:
        assert outcomes(said("mis tickets", tickets=0), did(says="other")) == {"none", "other"}
        assert outcomes(said("mis tickets"), did(says="other")) == {"other"}


class TestVerdicts:
    def test_any_label_is_enough(self) -> None:
        assert judge(["problem", "human"], "new", said("x"), did("call_person")).verdict is Verdict.RIGHT

    def test_the_words_of_a_problem_are_kept(self) -> None:
        kept = judge(["problem"], "following", said("no anda"), did("note", text="no anda"))
        lost = judge(["problem"], "following", said("no anda"), did("note", text="no"))
        assert (kept.verdict, kept.lost) == (Verdict.RIGHT, False)
        assert (lost.verdict, lost.lost) == (Verdict.WRONG, True)

    def test_a_draft_is_not_lost(self) -> None:
        given = said("gracias", draft="no anda")
        assert (
            judge(["thanks"], "confirming", given, did(says="thanks", draft="no anda")).verdict
            is Verdict.RIGHT
        )
        lost = judge(["thanks"], "confirming", given, did(says="thanks"))
        assert (lost.verdict, lost.lost) == (Verdict.WRONG, True)
        assert not judge(["cancel"], "confirming", said("dejalo", draft="a"), did(says="cancelled")).lost

    def test_to_ask_back_is_not_wrong(self) -> None:
        asked = did(asks="unsure", draft="mis cosas")
        assert judge(["mine"], "menu", said("mis cosas"), asked).verdict is Verdict.UNSURE
        assert judge(["maybe"], "menu", said("mis cosas"), asked).verdict is Verdict.RIGHT

    @pytest.mark.parametrize("act", ["open_ticket", "close", "reopen", "fixed", "call_person", "erase"])
    def test_a_costly_act_is_wrong_and_named(self, act: str) -> None:
        got = judge(["thanks"], "following", said("gracias"), did(act, says="thanks"))
        assert got.verdict is Verdict.WRONG
        assert len(got.costly) == 1

    def test_a_costly_offer_is_named(self) -> None:
        assert judge(["quiet"], "menu", said("menos"), did(asks="confirm_erase")).offers == ("?erase",)
        assert judge(["erase"], "menu", said("borren"), did(asks="confirm_erase")).offers == ()

    def test_another_language(self) -> None:
        answered = did(says="language", language="en")
        assert judge(["lang:en"], "menu", said("english"), answered).verdict is Verdict.RIGHT
        assert judge(["lang:pt"], "menu", said("english"), answered).verdict is Verdict.WRONG


@pytest.mark.parametrize("text", ["2", "la segunda", "El último", "o da impressora", "the monitor one"])
def test_a_text_points_at_a_ticket_of_the_list(text: str) -> None:
    assert points_at_one(text)


@pytest.mark.parametrize("text", ["4", "la que termina en 58", "el de Piura", "esa no, la de la caja", "hm"])
def test_a_text_points_elsewhere(text: str) -> None:
    assert not points_at_one(text)
