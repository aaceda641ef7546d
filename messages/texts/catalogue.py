"""The texts by language and key. What a customer wrote is never read as a format."""

import re
from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from typing import Final
from zoneinfo import ZoneInfo

from state.model.language import Language

# The texts of a language are in the file named after its code: messages/texts/es.py.
TEXTS: Final[Mapping[Language, Mapping[str, str]]] = {
    language: import_module(f"messages.texts.{language}").TEXTS for language in Language
}

PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")


def text(language: Language, key: str, /, **values: object) -> str:
    """The text for `key`, with each `{name}` replaced once by the value of that name, verbatim.

    Raises KeyError for a missing key or placeholder.
    """
    # Not str.format: one pass, no attribute access, and values are not expanded again.
    return PLACEHOLDER.sub(lambda match: str(values[match[1]]), TEXTS[language][key])


def day(moment: datetime, language: Language, tz: ZoneInfo) -> str:
    """A date: "23 nov"."""
    local = moment.astimezone(tz)
    month = text(language, "months").split()[local.month - 1]
    return text(language, "day", day=local.day, month=month)


def when(moment: datetime, language: Language, tz: ZoneInfo) -> str:
    """A date and time as people of that language write it: "23 nov, 14:05". No locale has to be installed."""
    local = moment.astimezone(tz)
    return text(
        language,
        "date",
        day=local.day,
        month=text(language, "months").split()[local.month - 1],
        hour=f"{local.hour:02}",
        hour12=local.hour % 12 or 12,
        half="AM" if local.hour < 12 else "PM",
        minute=f"{local.minute:02}",
    )
