"""Read a grade from one to five in the answer to "how was the service?"."""

import re
from typing import Final

from state.understanding.tagging import fold

_STARS: Final = re.compile("[★⭐🌟]")
_NUMBER: Final = re.compile(
    r"\W*(?:le (?:doy|pongo) |les doy |un |una |uma |um |a |nota |i d give (?:it |you )?)*(10|[1-9])\b"
    r"(?:\s*(?:/|de|out of|of)\s*(5|10|cinco|diez|dez|five|ten))?\W*(?:estrellas?|estrelas?|stars?|puntos?|pontos?)?\W*"
)
_BEST: Final = 5
_TENS: Final = frozenset({"10", "diez", "dez", "ten"})
# In the spelling of tagging.fold(). What is a grade by itself.
_GRADES: Final = {
    5: "excelente, excellent, great, awesome, amazing, perfecto, perfeito, perfect, otimo, otima, genial, buenisimo, "
    "buenisima, muy bien, muy bueno, muy buena, muito bom, muito boa, muito bem, very good, cinco, five, diez puntos",
    4: "bueno, buena, bien, bom, boa, bem, good, cuatro, quatro, four",
    3: "regular, normal, okay, fair, mas o menos, mais ou menos, so so, meh, tres, three",
    2: "mala, malo, mal, ruim, poor, bad, dos, dois, two",
    1: "pesimo, pesima, pessimo, pessima, horrible, terrible, awful, muy mala, muy malo, muy mal, muito ruim, muito mal, "
    "very bad, very poor, uno, um, one",
}
_GRADE_OF: Final = {word: grade for grade, listed in _GRADES.items() for word in listed.split(", ")}


def grade_of(text: str) -> int | None:
    """The grade from 1 to 5, None if the text is not just a grade. Ten of ten is five."""
    stars = len(_STARS.findall(text))
    folded = _STARS.sub("", fold(text)).strip(" .!¡,")
    if 1 <= stars <= 5 and (not folded or _GRADE_OF.get(folded)):
        return stars
    if match := _NUMBER.fullmatch(folded):
        of_ten = match[1] == "10" or match[2] in _TENS
        grade = max(1, round(int(match[1]) / 2)) if of_ten else int(match[1])
        return grade if grade <= _BEST else None
    return _GRADE_OF.get(folded)
