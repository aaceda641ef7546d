"""Find the ticket that somebody points at: "2", "la segunda", "o da impressora", "the monitor one"."""

import re
from collections.abc import Sequence
from typing import Final

from state.model.ticket import TicketStatus, TicketView
from state.understanding.tagging import fold, tokens_of

_POSITIONS: Final = (
    "1 primero primera primer primeiro primeira first uno una um uma one",
    "2 segundo segunda second dos dois duas two",
    "3 tercero tercera tercer terceiro terceira third tres three",
    "4 cuarto cuarta quarto quarta fourth cuatro quatro four",
    "5 quinto quinta fifth cinco five",
    "6 sexto sexta sixth seis six",
    "7 septimo septima setimo setima seventh siete sete seven",
    "8 octavo octava oitavo oitava eighth ocho oito eight",
    "9 noveno novena nono nona ninth nueve nove nine",
    "10 decimo decima tenth diez dez ten",
)
_POSITION_OF: Final = {word: at for at, listed in enumerate(_POSITIONS) for word in listed.split()}
# "one" and "una" are as often articles: "the monitor one", "una impresora".
_NUMERALS: Final = frozenset("uno una um uma one".split())
_LAST: Final = frozenset("ultimo ultima last bottom".split())
_NOT_CONTENT: Final = frozenset(
    """
    a al algo aquel aquella caso chamado com con da das de del do dos el ela ele ella em en era es esa ese esta este
    falla foi for la las le lo los me mi minha meu mia mio my na nao no not of os por problem problema que
    quiero quero se sobre that the this ticket um uma un una ver want with y
""".split()
)
_STATUS_WORDS: Final = {
    TicketStatus.OPEN: "abierto abierta aberto aberta open",
    TicketStatus.IN_PROGRESS: "curso proceso andamento progress",
    TicketStatus.WAITING_CUSTOMER: "espera esperando aguardando waiting",
    TicketStatus.RESOLVED: "resuelto resuelta resolvido resolvida resolved solved",
    TicketStatus.CLOSED: "cerrado cerrada fechado fechada encerrado closed",
}
# "la que no imprime", "o do balcão", "the one that won't start"
_POINTS: Final = re.compile(
    r"\W*(?:(?:l[aoe]s?|el|los|o|a|os|as|aquel\w*|es[ae]|essa|esse|that|this) (?:que|de|del|do|da|dos|das|one)\b|the one\b|the \w+ one\b)"
)
_MAX_POINTING_WORDS: Final = 8
_SHORTEST_STEM: Final = (
    4  # letters by which "impresoras" and "impresora", "monitor" and "monitores" are the same
)


def pointed_at(text: str, tickets: Sequence[TicketView]) -> TicketView | None:
    """The one ticket of the list that the text points at, None if it is none or several."""
    words = [word for word in tokens_of(text) if word[0].isalnum()]
    return _by_words(words, tickets) or _by_position(words, tickets)


def points(text: str) -> bool:
    """True if a short text begins as one that points at something."""
    return len(text.split()) <= _MAX_POINTING_WORDS and _POINTS.match(fold(text)) is not None


def _by_position(words: list[str], tickets: Sequence[TicketView]) -> TicketView | None:
    if _LAST.intersection(words):
        return tickets[-1] if tickets else None
    positions = {_POSITION_OF[word] for word in words if word in _POSITION_OF and word not in _NUMERALS}
    if not positions:
        positions = {_POSITION_OF[word] for word in words if word in _NUMERALS}
    if len(positions) != 1:
        return None
    at = positions.pop()
    return tickets[at] if at < len(tickets) else None


def _by_words(words: list[str], tickets: Sequence[TicketView]) -> TicketView | None:
    """The ticket whose summary or status has most of the words, if it is one."""
    named = {word for word in words if len(word) > 2} - _NOT_CONTENT - _LAST - set(_POSITION_OF)
    if not named:
        return None
    scores = [(sum(_is_in(word, ticket) for word in named), ticket) for ticket in tickets]
    most = max((score for score, _ in scores), default=0)
    best = [ticket for score, ticket in scores if score == most]
    return best[0] if most and len(best) == 1 else None


def _is_in(word: str, ticket: TicketView) -> bool:
    return word in _STATUS_WORDS[ticket.status].split() or any(
        _alike(word, each) for each in tokens_of(ticket.summary)
    )


def _alike(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    if shorter < _SHORTEST_STEM:
        return one == other
    return one[: max(_SHORTEST_STEM, shorter - 2)] == other[: max(_SHORTEST_STEM, shorter - 2)]
