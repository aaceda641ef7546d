"""Which functions the migrations leave in the schema that the Data API shows."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from ops.migrations import Migration, split_statements

_MADE: Final = re.compile(r"create\s+(?:or\s+replace\s+)?function\s+public\.(\w+)", re.IGNORECASE)
_DROPPED: Final = re.compile(r"drop\s+function\s+(?:if\s+exists\s+)?public\.(\w+)", re.IGNORECASE)
# Nobody calls a trigger's function, and the Data API does not list it.
_TRIGGER: Final = re.compile(r"\)\s*returns\s+trigger\b", re.IGNORECASE)


def functions_of(migrations: Iterable[Migration]) -> set[str]:
    """The names of those that can be called once all of `migrations` are applied, in order."""
    names: set[str] = set()
    for migration in migrations:
        for statement in split_statements(migration.text):
            if (made := _MADE.search(statement)) and not _TRIGGER.search(statement):
                names.add(made[1])
            elif dropped := _DROPPED.search(statement):
                names.discard(dropped[1])
    return names
