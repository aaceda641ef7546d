"""Words beside a ticket's code, one turn from JSON to JSON: all but a plain question are in an act, in the draft or in the ticket asked
about. Generated: what is said, in which language, how the code is written, whose it is, and where the talk stands.
"""

from collections.abc import Callable
from itertools import cycle, product
from typing import Any, Final

import pytest

from state.dialogue.__main__ import answer
from tests.support.dialogue import ANOTHERS, MINE, MY_OTHER, mistyped

# With {} where the code stands. They say something, to the technicians or about the ticket.
KEPT: Final = {
    "es": (
        "{} la clave es 1234|{} ya funciona|{} mi numero es 11 5555|la {} es de mi mamá|{} sigue igual|{} ya no la necesito|"
        "{} no|ya pagué la {}|{} quedó perfecto|{} lo retira mi hermano|{} tarde|usuario admin, {}|{} otra vez|{} 4411 5522|"
        "{} además no tiene batería|{} también se apaga|mañana paso por {}|{} reabrir|{} no anda|{} hablar con una persona|"
        "¿me lo mandan a Rosario? {}|{} ciérrenlo|{} borrar mis datos|{} es urgente|{} otro problema: no imprime|{} es negra|"
        "{} 15:30|{} SN-4411227|{} espera|{} excelente servicio|{} olvídalo|{} mal|{} пароль 12|{} quiero pedir una pizza|{} 5"
    ),
    "en": (
        "{} the password is 1234|{} it works now|{} my number is 11 5555|{} belongs to my mum|{} still the same|{} not needed|"
        "{} no|I paid for {}|{} my brother will collect it|{} admin user|{} again|{} also no battery|{} reopen|{} talk to a person|"
        "can you ship it to Leeds? {}|{} close it|{} it is urgent|{} another problem: no sound|{} it is black|{} forget it|"
        "{} serial SN-4411227|{} hold on|{} great service|{} is broken|{} cancel|{} tomorrow"
    ),
    "pt": (
        "{} a senha é 1234|{} já funciona|{} meu número é 11 5555|o {} é da minha mãe|{} continua igual|{} não preciso mais|"
        "{} não|já paguei o {}|{} meu irmão vai buscar|usuário admin {}|{} de novo|{} além disso não tem bateria|{} reabrir|"
        "{} falar com uma pessoa|{} pode fechar|{} é urgente|{} outro problema: sem som|{} é preto|{} esquece|{} amanhã|"
        "{} série SN-4411227|{} espera|{} ótimo serviço|{} quebrou|{} cancela"
    ),
}
# They only ask for the ticket.
PLAIN: Final = {
    "es": (
        "{}|estado {}|¿cómo va {}?|hola, cómo va mi {} por favor|novedades del {}|hay novedades de {}?|mi ticket es {}|"
        "gracias {}|consulta por {}|buenas tardes, quisiera saber el estado de {}, gracias|quiero ver {}|{} 👍|{}??|"
        "¿qué pasó con mi {}?|me pueden informar sobre {}|mi caso {}, ¿alguna novedad?|¿en qué quedó {}?|{} seguimiento porfa"
    ),
    "en": (
        "{}|status of {}|how is {}?|hi, how is {} going please|any news on {}?|my ticket is {}|thanks {}|"
        "good morning, I would like to know the status of {}|can I see {}|{} 🙏|{} update?|what's happening with {}"
    ),
    "pt": (
        "{}|status do {}|como está o {}?|oi, como vai meu {} por favor|novidades do {}|tem novidade do {}?|meu chamado é {}|"
        "obrigado {}|boa tarde, gostaria de saber o andamento de {}|quero ver {}|{} 🙏|em que pé está o {}"
    ),
}
FORMS: Final[dict[str, Callable[[str], str]]] = {
    "as we write it": lambda code: code,
    "bold": lambda code: f"*{code}*",
    "small": lambda code: code.lower(),
    "together": lambda code: code.replace("-", ""),
    "spaced": lambda code: code.replace("-", " "),
}
STATUSES: Final = ("open", "in_progress", "waiting_customer", "resolved", "closed")
WHERE: Final = (
    "new menu describing confirming following choosing waiting resolved closed rating erasing".split()
)
DRAFT: Final = "no enciende la caja"
# What is done without a question: not by words beside a code, unless they answer the question that is open about that ticket.
COSTLY: Final = {"close", "fixed", "reopen", "erase"}


def said(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(language, words) for language, listed in table.items() for words in listed.split("|")]


def turn(
    text: str, language: str, where: str, status: str = "in_progress", owned: str = MINE
) -> dict[str, Any]:
    """One turn of a customer with two tickets, or none, who follows the second of them or the one they name."""
    tickets = [
        {"code": owned, "status": status, "summary": "La impresora no imprime"},
        {"code": MY_OTHER, "status": "open", "summary": "La notebook no prende"},
    ]
    return answer(
        {
            "text": text,
            "language": language,
            "where": where,
            "tickets": [] if where == "new" else tickets,
            "ticket": owned if where in {"following", "waiting", "resolved", "closed", "rating"} else None,
            "draft": DRAFT if where == "confirming" else None,
        }
    )


def kept(given: dict[str, Any]) -> str:
    return "\n".join([*(act["text"] or "" for act in given["acts"]), given["draft"] or ""])


@pytest.mark.parametrize("where", WHERE)
class TestWords:
    @pytest.mark.parametrize("status", ["in_progress", "resolved", "closed"])
    def test_beside_the_code_of_a_ticket_of_theirs_are_kept(self, where: str, status: str) -> None:
        lost = []
        for (language, words), form in zip(said(KEPT), cycle(FORMS.values()), strict=False):
            text = words.format(form(MINE))
            given = turn(text, language, where, status)
            if text not in kept(given):
                lost.append((text, given["asks"], given["says"]))
        assert lost == []

    def test_beside_another_code_are_kept(self, where: str) -> None:
        lost = []
        forms, codes = cycle(FORMS.values()), cycle([ANOTHERS, mistyped(MINE)])
        for (language, words), form, code in zip(said(KEPT), forms, codes, strict=False):
            text = words.format(form(code))
            given = turn(text, language, where)
            if text not in kept(given):
                lost.append((text, given["asks"], given["says"]))
        assert lost == []

    def test_that_only_ask_show_the_ticket_and_are_no_note(self, where: str) -> None:
        wrong = []
        for (language, words), form, status in zip(
            said(PLAIN), cycle(FORMS.values()), cycle(STATUSES), strict=False
        ):
            text = words.format(form(MINE))
            given = turn(text, language, where, status)
            shown = [] if where == "new" else [MINE]
            draft = DRAFT if where == "confirming" else None
            if (given["shows"], given["acts"], given["draft"]) != (shown, [], draft):
                wrong.append((text, status, given["acts"], given["asks"], given["draft"]))
        assert wrong == []


@pytest.mark.parametrize(("language", "words"), said(KEPT))
def test_nothing_is_done_by_words_beside_the_code_of_another_ticket(language: str, words: str) -> None:
    """The open question is about another ticket: what they name is added to, or asked about."""
    for where, status in product(("menu", "choosing", "describing", "confirming", "erasing"), STATUSES):
        given = turn(words.format(MINE), language, where, status)
        assert not COSTLY & {act["act"] for act in given["acts"]}, (where, status)


@pytest.mark.parametrize("status", ["open", "in_progress", "resolved", "closed"])
def test_a_note_is_answered_with_how_the_ticket_stands(status: str) -> None:
    given = turn(f"{MINE} ¿me lo mandan a Rosario?", "es", "menu", status)
    if given["asks"] != "confirm_reopen":
        assert (given["says"], given["shows"]) == ("added", [MINE])
    given = turn(f"{MINE} la clave es 1234", "es", "menu", "in_progress")
    assert (given["says"], given["shows"]) == ("added", [MINE])
    assert MINE in given["bubble"]


@pytest.mark.parametrize("words", ["{} ya funciona", "{} ciérrenlo", "{} quiero cerrarlo"])
@pytest.mark.parametrize("where", ["menu", "following", "choosing"])
def test_words_that_say_closed_ask_whether_to_close_it(words: str, where: str) -> None:
    given = turn(words.format(MINE), "es", where)
    assert [act["act"] for act in given["acts"]] == ["note"]
    assert given["asks"] == "confirm_close"


ADDITIONS: Final = (
    "además no tiene batería|también se apaga sola|encima no carga|y además hace ruido|tampoco tiene sonido|"
    "also it has no battery|besides, it gets hot|on top of that it is slow|also no sound|"
    "além disso não tem bateria|também não carrega|e também faz barulho|ainda por cima desliga"
)


@pytest.mark.parametrize("words", ADDITIONS.split("|"))
class TestWordsOfAddition:
    @pytest.mark.parametrize("where", ["following", "waiting"])
    def test_belong_to_the_current_ticket(self, words: str, where: str) -> None:
        given = turn(words, "es", where)
        assert [(act["act"], act["ticket"], act["text"]) for act in given["acts"]] == [("note", MINE, words)]

    @pytest.mark.parametrize("where", WHERE)
    def test_are_kept_everywhere(self, words: str, where: str) -> None:
        if where != "erasing":
            assert words in kept(turn(words, "es", where))


@pytest.mark.parametrize(
    "words", ["otro problema", "tengo otra consulta", "one more thing", "another issue", "mais um problema"]
)
def test_what_only_announces_another_problem_is_asked_about(words: str) -> None:
    given = turn(words, "es", "following")
    assert (given["acts"], given["asks"]) == ([], "what_is_wrong")
