"""Reads SQL as text: where its statements end, which of them delete data, and whether two texts are the same."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

_COMMENT: Final = r"--[^\n]*|/\*.*?\*/"
_STRING: Final = r"\b[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'"
_BODY: Final = r"(?P<tag>\$\w*\$).*?(?P=tag)"
_STATEMENT_END: Final = re.compile(f'{_COMMENT}|{_BODY}|{_STRING}|"(?:[^"]|"")*"|(?P<end>;)', re.DOTALL)
_COMMENTS: Final = re.compile(_COMMENT, re.DOTALL)
_NOT_CODE: Final = re.compile(f"{_COMMENT}|{_STRING}|{_BODY}", re.DOTALL)
# A `do` block runs its body at once, so the body is code.
_NOT_CODE_IN_DO: Final = re.compile(f"{_COMMENT}|{_STRING}", re.DOTALL)
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
}
_NOT_COMPARED: Final = re.compile(r"[\s;]+")


def split_statements(text: str) -> Iterator[str]:
    """The statements of a file without their semicolons. Only for the record: a file is run as a whole."""
    start = 0
    for match in _STATEMENT_END.finditer(text):
        if match["end"]:
            yield text[start : match.start()].strip()
            start = match.end()
    if rest := text[start:].strip():
        yield rest


def losses(statements: Iterable[str]) -> list[str]:
    """The _LOSSES that these statements cause when run. The body of a function is only text until it is called."""
    code = [_code(statement) for statement in statements]
    return [name for name, loss in _LOSSES.items() if any(loss.search(each) for each in code)]


def same_sql(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether both have the same statements, however they are split, spaced and commented."""
    return _essence(one) == _essence(other)


def without_comments(text: str) -> str:
    """Also without those inside functions, where a string with -- in it is cut, too."""
    return _COMMENTS.sub(" ", text)


def _essence(statements: Iterable[str]) -> str:
    """Their text without comments, white space and semicolons. A comment inside a function's body is part of it."""
    text = _STATEMENT_END.sub(_without_comment, ";\n".join(statements))
    return _NOT_COMPARED.sub("", text)


def _without_comment(found: re.Match[str]) -> str:
    return "" if found[0].startswith(("--", "/*")) else found[0]


def _code(statement: str) -> str:
    is_do = _DO.match(without_comments(statement).strip())
    return " ".join((_NOT_CODE_IN_DO if is_do else _NOT_CODE).sub(" ", statement).lower().split())
