"""The command with which a technician may begin a mail: `#nota`, `#pregunta`, `#resuelto`, `#tomar`, in three languages."""

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class CommandKind(StrEnum):
    """What a mail is. ANSWER: no command; UNKNOWN: a word after a "#" that is none."""

    ANSWER = "answer"
    NOTE = "note"
    ASK = "ask"
    RESOLVE = "resolve"
    TAKE = "take"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a mail asks for. text: the rest, stripped, or all of it if unknown; word: the one that is unknown, as typed with its "#"."""

    kind: CommandKind
    text: str = field(repr=False)
    word: str = field(default="", repr=False)


# As said to one of us, to all, of a thing or of several, without accents.
_WORDS: Final = {
    CommandKind.NOTE: "nota notas note notes anotar anotacion anotacao interno interna internal",
    CommandKind.ASK: "pregunta preguntas question questions ask pergunta perguntas",
    # Not "resolver", nor "solve": that may be what is still to be done.
    CommandKind.RESOLVE: """resuelto resuelta resueltos resueltas resolved solved resolvido resolvida resolvidos resolvidas
        solucionado solucionada""",
    CommandKind.TAKE: "tomar tomo tomado tomada take taken taking assumir assumo assumido assumida asumir asumo",
}
_KINDS: Final = {word: kind for kind, words in _WORDS.items() for word in words.split()}
# In bold, or from a keyboard that writes wide signs, it is one as well.
_BEGINNING: Final = r"[*_~]{0,3}[#\uff03]"
_FIRST_WORD: Final = re.compile(rf"{_BEGINNING}\S*")
_COMMAND: Final = re.compile(
    rf"{_BEGINNING}(?P<word>[\w\u0300-\u036f]+)[*~]{{0,3}}(?::|[.,;!]*(?=\s|$))(?:[*_~]{{1,3}}(?=\s|$))?"
)


def read_command(text: str) -> Command:
    """The command that a text begins with. Text may follow in the same line, or below."""
    text = text.strip()
    first = _FIRST_WORD.match(text)
    if not first:
        return Command(kind=CommandKind.ANSWER, text=text)
    found = _COMMAND.match(text)
    kind = _KINDS.get(_plain(found["word"])) if found else None
    if found is None or kind is None:
        return Command(kind=CommandKind.UNKNOWN, text=text, word=first[0])
    return Command(kind=kind, text=text[found.end() :].strip())


def misplaced_command(text: str) -> str:
    """The first known command with which a line of a text begins, as typed; empty without one."""
    found = filter(None, map(_COMMAND.match, map(str.strip, text.split("\n"))))
    return next((each[0] for each in found if _plain(each["word"]) in _KINDS), "")


def _plain(word: str) -> str:
    """In lower case and without accents, nor what makes it italic."""
    letters = unicodedata.normalize("NFKD", word.strip("_").casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
