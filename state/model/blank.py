"""Letters that are drawn as nothing, though Unicode counts them among the visible ones: many a name in WhatsApp is one of them."""

from typing import Final

# Fillers of Hangul and the empty pattern of Braille.
BLANK_LETTERS: Final = "\u115f\u1160\u2800\u3164\uffa0"


def is_visible(sign: str) -> bool:
    """True if somebody sees this character."""
    return sign.isprintable() and not sign.isspace() and sign not in BLANK_LETTERS
