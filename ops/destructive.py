"""What a migration would take away that no later migration can bring back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

# Words that are not code: comments and strings. A dollar-quoted body is a string too, but `do` runs its own at once.
_COMMENT: Final = r"--[^\n]*|/\*.*?\*/"
_STRING: Final = r"\b[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'"
_BODY: Final = r"(?P<tag>\$\w*\$).*?(?P=tag)"
_COMMENTS: Final = re.compile(_COMMENT, re.DOTALL)
_QUOTED: Final = re.compile(f"{_COMMENT}|{_STRING}|{_BODY}", re.DOTALL)
_DO: Final = re.compile(r"do\b", re.IGNORECASE)

_LOSSES: Final = {
    "drop table": re.compile(r"\bdrop\s+table\b"),
    "drop schema": re.compile(r"\bdrop\s+schema\b"),
    # The word "column" may be left out; constraints, defaults and the like hold no data.
    "drop column": re.compile(
        r"\balter\s+table\b.*\bdrop\s+(?!(?:constraint|default|not|expression|identity)\b)", re.DOTALL
    ),
    "truncate": re.compile(r"(?:^|;|\bbegin\b|\bthen\b|\bloop\b)\s*truncate\b"),
    "delete from": re.compile(r"\bdelete\s+from\b"),
}  # fmt: skip


def losses(statements: Iterable[str]) -> list[str]:
    """Which of these are among the statements that the file itself runs: drop table, drop column, truncate, ...

    What stands in the body of a function is only text until somebody calls it.
    """
    found = {
        name for statement in statements for name, loss in _LOSSES.items() if loss.search(_code(statement))
    }
    return [name for name in _LOSSES if name in found]


def _code(statement: str) -> str:
    bare = _COMMENTS.sub(" ", statement).strip()
    # Inside a `do` block only comments and strings go, or its body would go with them.
    pattern = re.compile(f"{_COMMENT}|{_STRING}", re.DOTALL) if _DO.match(bare) else _QUOTED
    return " ".join(pattern.sub(" ", statement).lower().split())
