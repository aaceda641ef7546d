"""What words refuse, or want to wait with, in three languages."""

import pytest

from state.understanding.act import Act
from state.understanding.refusals import corrects, fails_again, refused_acts

NOT_YET = {Act.AFFIRM, Act.CLOSE, Act.ERASE, Act.CANCEL, Act.REOPEN}


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("no lo abras", Act.AFFIRM),
        ("please don't open it", Act.AFFIRM),
        ("não abre chamado", Act.AFFIRM),
        ("não precisa abrir chamado", Act.AFFIRM),
        ("no lo cierren", Act.CLOSE),
        ("don't close it", Act.CLOSE),
        ("não fecha", Act.CLOSE),
        ("never been fixed", Act.CLOSE),
        ("no quiero borrar mis datos", Act.ERASE),
        ("don't delete anything", Act.ERASE),
        ("não apaguem nada", Act.ERASE),
        ("no me llamen", Act.HUMAN),
        ("don't call me", Act.HUMAN),
        ("não me liguem", Act.HUMAN),
        ("sin hablar con nadie", Act.HUMAN),
        ("no quiero cancelar", Act.CANCEL),
        ("i don't want to cancel", Act.CANCEL),
        ("não quero cancelar", Act.CANCEL),
        ("no lo reabran", Act.REOPEN),
        ("don't reopen it", Act.REOPEN),
        ("não reabre", Act.REOPEN),
    ],
)
def test_a_negation_refuses_what_it_stands_before(text: str, act: Act) -> None:
    assert act in refused_acts(text)


@pytest.mark.parametrize(
    "text",
    [
        "todavía no",
        "espera, busco una foto",
        "dame un minuto",
        "antes de eso déjame probar",
        "not yet",
        "hang on, let me get a photo",
        "hold on",
        "ainda não",
        "peraí, deixa eu ver",
        "um momento",
    ],
)
def test_not_yet_refuses_all_that_is_done_at_once(text: str) -> None:
    assert refused_acts(text) >= NOT_YET


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sí",
        "ábrelo",
        "close it please",
        "apaga meus dados",
        "quiero hablar con una persona",
        "la impresora no imprime",
        "o wifi parou",
    ],
)
def test_what_refuses_nothing_costs_nothing(text: str) -> None:
    assert refused_acts(text) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "sí, y agrega que no funciona el wifi ni abre el correo",
        "yes, and it won't open the mail",
        "sim, e não abre o e-mail",
    ],
)
def test_a_yes_with_details_is_a_yes(text: str) -> None:
    assert Act.AFFIRM not in refused_acts(text)


def test_a_negation_far_away_refuses_nothing() -> None:
    assert refused_acts("no sé qué pasó ayer por la tarde, ciérralo") == frozenset()


def test_a_long_text_is_looked_at_in_part() -> None:
    assert refused_acts("la impresora hace ruido. " * 100 + "no lo cierren") == frozenset()


@pytest.mark.parametrize(
    ("text", "again"),
    [
        ("volvió a fallar", True),
        ("buenas, se volvió a dañar", True),
        ("otra vez lo mismo", True),
        ("gracias, pero se apagó de nuevo", True),
        ("voltou a travar", True),
        ("deu o mesmo erro de novo", True),
        ("it broke again", True),
        ("same thing again", True),
        ("volvió a hacer de las suyas", True),
        ("it went right back to freezing", True),
        ("duró dos horas y nada", True),
        ("funcionou por um dia e parou", True),
        ("worked for two days without a hitch", False),
        ("volvió a andar", False),
        ("no volvió a fallar", False),
        ("não voltou a acontecer", False),
        ("it hasn't happened again", False),
        ("it works again", False),
        ("gracias otra vez", False),
        ("", False),
    ],
)
def test_what_was_mended_fails_again(text: str, again: bool) -> None:
    assert fails_again(text) is again


@pytest.mark.parametrize("text", ["gracias por nada", "oh, thanks for nothing", "obrigada por nada"])
def test_thanks_for_nothing_are_none(text: str) -> None:
    assert Act.THANKS in refused_acts(text)


@pytest.mark.parametrize(
    ("text", "does"),
    [
        ("no es el notebook de mi hija, es el mío", True),
        ("it's not the printer, it's the scanner", True),
        ("não é o notebook, é o desktop da recepção", True),
        ("no, no lo abras", False),
        ("no es eso", False),
    ],
)
def test_what_says_what_is_right_corrects(text: str, does: bool) -> None:
    assert corrects(text) is does


@pytest.mark.parametrize(
    "text", ["ya hablé con una persona", "hable ayer con alguien", "i already talked to someone"]
)
def test_who_tells_of_a_talk_asks_for_nobody(text: str) -> None:
    assert Act.HUMAN in refused_acts(text)


@pytest.mark.parametrize(
    "text", ["quiero que me hable alguien", "que nos hable una persona", "necesito que alguien hable conmigo"]
)
def test_who_wants_to_be_talked_to_asks_for_somebody(text: str) -> None:
    assert Act.HUMAN not in refused_acts(text)
