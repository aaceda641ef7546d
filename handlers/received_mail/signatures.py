"""What phones and mail programs write below an answer by themselves: "Sent from my iPhone", "Get Outlook for Android"."""

import re
from collections.abc import Sequence
from typing import Final

from handlers.received_mail.lines import Line

_PROGRAM: Final = (
    "(?:Outlook|Yahoo|Samsung|Gmail|Proton|Correo|Mail|E-?mail|Correio|Spark|Windows|BlueMail|AOL|Aqua)"
)
_ADDRESS: Final = r"(?: ?[<(]https?://[^\s<>()]{1,300}[>)])?"
# Whole lines: "te llega un correo enviado desde mi iPhone" was typed.
_DEVICES: Final = (
    r"(?:Enviad[oa] (?:desde (?:mi|un|una)|d[eo] meu|da minha|a partir do meu|pelo meu)|Sent from (?:my|an?))"
    r" [^.!?:;\n<(]{1,60}"
)
_PROGRAMS: Final = (
    r"(?:Enviad[oa] (?:desde|con|do|pelo|com|a partir do)|Sent (?:from|with|via|using)) (?:el |la |o |the )?"
    rf"{_PROGRAM}\b[^.!?:;\n<(]{{0,60}}"
)
_OFFERS: Final = (
    r"(?:Obtener|Obt[eé]n|Descargar|Descarga|Get|Download|Obter|Obtenha|Baixar|Baixe) (?:o )?Outlook (?:para|for)\b"
    r"[^.!?:;\n<(]{0,40}"
)
_ADVERTISEMENT: Final = re.compile(rf"(?:{_DEVICES}|{_PROGRAMS}|{_OFFERS}){_ADDRESS}\.?", re.IGNORECASE)
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
