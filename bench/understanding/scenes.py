"""What the customer of a sentence has: their tickets and their draft, as the talk would have them in that place."""

import re
from collections.abc import Mapping
from typing import Any, Final

from bench.understanding.sentences import Sentence

_CODES: Final = ("TK-7F3K-9QXP", "TK-2M8D-41BC", "TK-HDYE-3F2S")
_SUMMARIES: Final[Mapping[str, tuple[str, str, str]]] = {
    "es": (
        "La impresora de recepción no imprime",
        "La notebook de ventas no prende",
        "El monitor de la caja parpadea",
    ),
    "en": (
        "The printer at reception does not print",
        "The laptop in sales does not start",
        "The monitor at the till flickers",
    ),
    "pt": (
        "A impressora da recepção não imprime",
        "O notebook de vendas não liga",
        "O monitor do caixa fica piscando",
    ),
}
# The statuses of their tickets, in each place. The first ticket is the current one, where there is one.
_STATUSES: Final[Mapping[str, tuple[str, ...]]] = {
    "new": (),
    "menu": ("in_progress", "open"),
    "describing": ("in_progress",),  # of an earlier problem
    "confirming": (),
    "following": ("open", "in_progress"),
    "waiting": ("waiting_customer", "open"),
    "resolved": ("resolved", "open"),
    "closed": ("closed", "open"),
    "rating": ("closed", "open"),
    "choosing": ("in_progress", "open", "resolved"),
    "erasing": ("in_progress", "open"),
}
_WITH_CURRENT: Final = {"following", "waiting", "resolved", "closed", "rating"}

# Words that point at one of the tickets above, and at no other.
_POINTS: Final = re.compile(
    r"\W*([123]|([nN]úmero|number|n[oº°.]*|la|el|o|a|the)\s*[123])\W*|"
    r"\W*(la|el|o|a|the|ese|esa|esse|este)?\s*"
    r"(primer[oa]?|primeir[oa]|first|1[ºªro]+|segund[oa]|second|2[ºªdo]+|tercer[oa]|terceir[oa]|third|3[ºªro]+|"
    r"[uú]ltim[oa]|last|bottom|top)(\s+(one|uno|da lista|de la lista))?\W*|"
    r"(?!.*\b(no|not|não|n)\b).*\b(impresora|impressora|printer|notebook|note|laptop|monitor|ventas|vendas|recepci[oó]n|recepção|"
    r"reception|piscando|parpadea)\b.*",
    re.IGNORECASE,
)


def points_at_one(text: str) -> bool:
    """True if the text names one of the three tickets that can be chosen from."""
    return _POINTS.fullmatch(" ".join(text.split())) is not None


def line(sentence: Sentence) -> dict[str, Any]:
    """The line to give to `state.dialogue` for a sentence."""
    language = sentence.language
    summaries = _SUMMARIES[language]
    tickets = [
        {"code": code, "status": status, "summary": summary}
        for code, status, summary in zip(_CODES, _STATUSES[sentence.where], summaries, strict=False)
    ]
    return {
        "text": sentence.text,
        "language": language,
        "where": sentence.where,
        "tickets": tickets,
        "ticket": _CODES[0] if sentence.where in _WITH_CURRENT else None,
        "draft": summaries[0] if sentence.where == "confirming" else None,
    }
