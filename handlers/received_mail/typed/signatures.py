"""What phones and mail programs write below an answer by themselves: "Sent from my iPhone", "Get Outlook for Android"."""

import re
from collections.abc import Sequence
from typing import Final

from handlers.received_mail.typed.lines import Line

# Whole lines: "te llega un correo enviado desde mi iPhone" was typed, and so was "enviado por correo".
_REST: Final = r"[^.!?:;\n<(]{0,60}"
_PLACES: Final = (
    "casa|taller|oficina|tienda|local|cuenta|parte|sucursal|shop|office|workshop|home|account|desk|loja|conta"
)
_OWN: Final = (
    r"(?:Enviad[oa] (?:desde mi|d[eo] meu|da minha|a partir do meu|pelo meu)|Sent from my)"
    rf" (?!(?:{_PLACES})\b)\w{_REST}"
)
_ANY: Final = (
    r"(?:Enviad[oa] (?:desde un|desde una|de um|de uma)|Sent from an?)"
    rf" (?:dispositivo|tel[eé]fono|celular|m[oó]vil|mobile|phone|smartphone|tablet)\b{_REST}"
)
_PROGRAM: Final = (
    r"(?:Outlook|Yahoo|Gmail|Proton|Spark|BlueMail|AOL|Aqua|iPhone|iPad|Samsung (?:Mobile|E?-?mail|Galaxy)"
    r"|(?:Correo|Correio|E?-?mail) (?:para|de|do|for) (?:el |o )?(?:Windows|Yahoo|Outlook|Samsung))"
)
_PROGRAMS: Final = (
    r"(?:Enviad[oa] (?:desde|de|con|do|pelo|com|via|a partir do)|Sent (?:from|with|via|using)) (?:el |la |o |the )?"
    rf"{_PROGRAM}\b{_REST}"
)
_OFFERS: Final = (
    r"(?:Obtener|Obt[eé]n|Descargar|Descarga|Get|Download|Obter|Obtenha|Baixar|Baixe) (?:o )?Outlook (?:para|for)\b"
    rf"{_REST}"
)
_VIRUSES: Final = r"(?:Libre de virus|Sin virus|Virus-free|Livre de v[ií]rus)\. ?(?:www\.)?(?:avast|avg)\.com"
_ADDRESS: Final = r"(?: ?[<(]https?://[^\s<>()]{1,300}[>)])?"
_ADVERTISEMENT: Final = re.compile(
    rf"(?:{_OWN}|{_ANY}|{_PROGRAMS}|{_OFFERS}|{_VIRUSES}){_ADDRESS}\.?", re.IGNORECASE
)
_DASHES: Final = {"--", "__"}


def above_signature(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines without such ones, blank ones and dashes at their end."""
    end = len(lines)
    while end and _is_signed(lines[end - 1]):
        end -= 1
    return lines[:end]


def _is_signed(line: Line) -> bool:
    words = line.text.strip()
    if line.images:
        return False
    return not words or words in _DASHES or _ADVERTISEMENT.fullmatch(words) is not None
