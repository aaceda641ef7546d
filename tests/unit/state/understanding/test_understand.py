"""The vote: the classifier's scores, here given by hand, what the rules find, and words that veto."""

from dataclasses import replace
from typing import Any

import pytest

from state.model.language import Language
from state.understanding.act import Act, Place
from state.understanding.understand import Understanding, understand
from tests.support.scores import scores

HERE = Place.MENU
HALF = {Act.STATUS: 0.5, Act.AFFIRM: 0.3, Act.HUMAN: 0.1}


def of(given: dict[Act, float], **words: Any) -> Understanding:
    """An understanding with these scores."""
    return replace(Understanding(scores=scores(given)), **words)


class TestVote:
    def test_the_most_probable_act_is_meant(self) -> None:
        assert of(HALF).act_at(HERE) is Act.STATUS

    def test_below_a_threshold_nothing_is(self) -> None:
        assert of({Act.STATUS: 0.3, Act.AFFIRM: 0.29}).act_at(HERE) is None
        assert Understanding().act_at(HERE) is None

    def test_what_the_rules_find_counts_more(self) -> None:
        assert of({Act.STATUS: 0.45, Act.AFFIRM: 0.4}, intent=Act.AFFIRM).act_at(HERE) is Act.AFFIRM

    def test_but_not_against_a_classifier_that_is_sure(self) -> None:
        assert of({Act.STATUS: 0.9, Act.AFFIRM: 0.05}, intent=Act.AFFIRM).act_at(HERE) is Act.STATUS

    def test_a_text_that_is_nothing_but_a_command_counts_most(self) -> None:
        given = {Act.STATUS: 0.9, Act.AFFIRM: 0.05}
        assert of(given, intent=Act.AFFIRM, whole=True).act_at(HERE) is Act.AFFIRM

    def test_the_no_of_a_problem_says_what_is_wrong(self) -> None:
        assert of({Act.DENY: 0.6, Act.PROBLEM: 0.3}, intent=Act.PROBLEM).act_at(HERE) is Act.PROBLEM
        assert of({Act.DENY: 0.6, Act.PROBLEM: 0.3}).act_at(HERE) is Act.DENY


class TestVeto:
    def test_what_the_words_refuse_is_not_meant(self) -> None:
        refusing = of({Act.CLOSE: 0.9, Act.INFO: 0.05}, refused=frozenset({Act.CLOSE}))
        assert refusing.act_at(HERE) is None
        assert Act.CLOSE not in dict(refusing.votes(HERE))

    def test_the_second_choice_is_if_it_is_likely_enough(self) -> None:
        given = {Act.CLOSE: 0.5, Act.WAIT: 0.45}
        assert of(given, refused=frozenset({Act.CLOSE})).act_at(HERE) is Act.WAIT

    def test_nobody_is_called_without_a_word_that_names_one(self) -> None:
        assert of({Act.HUMAN: 0.95}).act_at(HERE) is None
        assert of({Act.HUMAN: 0.95}, names_person=True).act_at(HERE) is Act.HUMAN

    def test_a_refused_command_is_none(self) -> None:
        words: dict[str, Any] = {"intent": Act.CLOSE, "whole": True, "refused": frozenset({Act.CLOSE})}
        assert of({Act.CLOSE: 0.9}, **words).act_at(HERE) is None


class TestUrgency:
    """Alone it is no answer: it neither opens a ticket nor says thanks."""

    @pytest.mark.parametrize(
        "text",
        [
            "urgente",
            "URGENTE!!",
            "muy urgente!!",
            "es urgente",
            "urgente por favor",
            "lo antes posible",
            "é urgente",
            "urgentísimo",
            "it's urgent!",
            "asap",
            "o quanto antes",
            "please, urgent",
        ],
    )
    @pytest.mark.parametrize("place", [Place.CONFIRMING, Place.MENU, Place.FOLLOWING])
    def test_alone_answers_nothing(self, text: str, place: Place) -> None:
        understood = understand(text)
        assert understood.only_urges
        assert not {Act.AFFIRM, Act.THANKS, Act.CLOSE} & dict(understood.votes(place)).keys()

    @pytest.mark.parametrize(
        "text",
        [
            "sí, urgente",
            "gracias, es urgente",
            "urgente la impresora no anda",
            "sí",
            f"urgente{'!' * 60} gracias",
        ],
    )
    def test_with_more_it_is_as_said(self, text: str) -> None:
        assert not understand(text).only_urges

    @pytest.mark.parametrize(
        "text",
        [
            "sí, la negra",
            "dale, la HP",
            "sí, serie X52",
            "sí, urgente",
            "yes the black one",
            "sim, a do caixa",
        ],
    )
    def test_a_yes_may_say_more(self, text: str) -> None:
        assert understand(text).yes_and_more

    @pytest.mark.parametrize(
        "text", ["sí", "sí gracias", "dale", "ok dale nomás", "sí 👍", "sí, abre el ticket", "no"]
    )
    def test_or_not(self, text: str) -> None:
        assert not understand(text).yes_and_more


class TestWords:
    @pytest.mark.parametrize(
        "text",
        [
            "quiero hablar con alguien",
            "que me llame un técnico",
            "can somebody call me",
            "I want a human",
            "me passa um atendente",
            "alguém pode me ligar?",
        ],
    )
    def test_a_person_is_named(self, text: str) -> None:
        assert understand(text).names_person

    @pytest.mark.parametrize("text", ["no prende", "my screen is black", "o wifi parou", "gracias"])
    def test_nobody_is(self, text: str) -> None:
        assert not understand(text).names_person

    @pytest.mark.parametrize(
        ("text", "words"),
        [("", 0), ("?", 0), ("👍", 0), ("sí", 1), ("no prende, ¿ves?", 3), ("a b c d e", 5)],
    )
    def test_words_are_counted_and_signs_are_not(self, text: str, words: int) -> None:
        assert understand(text).words == words

    @pytest.mark.parametrize(
        "text", ["esto es una vergüenza", "this is unacceptable", "que absurdo, ninguém resolve nada"]
    )
    def test_anger_is_seen(self, text: str) -> None:
        assert understand(text).angry

    @pytest.mark.parametrize("text", ["hola", "Good morning", "oi, bom dia"])
    def test_a_greeting_is_seen(self, text: str) -> None:
        assert understand(text).greets

    @pytest.mark.parametrize(
        ("text", "language"),
        [
            ("la compu no prende", Language.ES),
            ("my laptop is broken", Language.EN),
            ("meu computador não liga", Language.PT),
        ],
    )
    def test_the_language_is_that_of_the_text(self, text: str, language: Language) -> None:
        assert understand(text).language is language


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("hola", Act.GREETING),
        ("mis tickets", Act.MINE),
        ("my tickets", Act.MINE),
        ("meus chamados", Act.MINE),
        ("cancelar", Act.CANCEL),
        ("never mind", Act.CANCEL),
        ("gracias", Act.THANKS),
        ("thank you", Act.THANKS),
        ("obrigada", Act.THANKS),
        ("sí", Act.AFFIRM),
        ("no", Act.DENY),
        ("chau", Act.BYE),
        ("borrar mis datos", Act.ERASE),
        ("quiero hablar con una persona", Act.HUMAN),
    ],
)
@pytest.mark.parametrize("place", Place)
def test_a_command_is_the_same_in_every_place(text: str, act: Act, place: Place) -> None:
    assert understand(text).act_at(place) is act


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("cancelr", Act.CANCEL),
        ("hoal", Act.GREETING),
        ("mneu", Act.GREETING),
        ("gracis", Act.THANKS),
        ("mis tikcets", Act.MINE),
        ("ablar con alguien", Act.HUMAN),
    ],
)
def test_a_slip_of_the_finger_is_forgiven(text: str, act: Act) -> None:
    assert understand(text).act_at(Place.MENU) is act


@pytest.mark.parametrize(
    "text",
    ["volvió a fallar", "buenas, volvió a fallar", "voltou a falhar", "it broke again", "otra vez lo mismo"],
)
@pytest.mark.parametrize("place", [Place.RESOLVED, Place.CLOSED, Place.FOLLOWING, Place.RATING])
def test_what_fails_again_is_no_yes_to_is_it_fixed(text: str, place: Place) -> None:
    acts = {act for act, _ in understand(text).votes(place)}
    assert not acts & {Act.AFFIRM, Act.CLOSE, Act.THANKS, Act.RATE}
