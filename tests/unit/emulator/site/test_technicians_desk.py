"""The local page's own texts: each in every language, and none that is missing or needless."""

import json
import re
from pathlib import Path

import pytest

from emulator.site import technicians_desk
from emulator.site.page_server import PAGE
from emulator.site.technicians_desk import texts
from state.model.language import Language

REFUSALS = "".join(file.read_text("utf-8") for file in sorted(PAGE.parent.glob("*.py")))
SCRIPTS = "".join(file.read_text("utf-8") for file in sorted(PAGE.glob("*.js")))
# As "desk.list", or put together: `meta.${name}`, `${name}.title`, named("outbox", row.status).
LITERAL = set(re.findall(r'"([a-z_.]+)"', SCRIPTS + REFUSALS))
BEGINNINGS = tuple(
    {
        *re.findall(r"`([a-z_]+\.)\$\{", SCRIPTS),
        *(f"{group}." for group in re.findall(r'named\("(\w+)"', SCRIPTS)),
    }
)
ENDS = tuple(re.findall(r"\}(\.[a-z_.]+)`", SCRIPTS))


@pytest.mark.parametrize("language", Language)
def test_every_language_has_the_same_keys_in_the_same_order_with_the_same_values_in_them(
    language: Language,
) -> None:
    def shape(of: Language) -> list[tuple[str, list[str]]]:
        return [(key, sorted(re.findall(r"\{\w+\}", text))) for key, text in texts(of).items()]

    assert shape(language) == shape(Language.ES)
    assert all(text.strip() for text in texts(language).values())


def test_every_text_that_the_page_asks_for_is_there() -> None:
    asked = set(re.findall(r'\b(?:t\(|key=)"([^"]+)"', SCRIPTS + REFUSALS))
    assert asked - set(texts(Language.ES)) == set()


def test_every_text_is_used() -> None:
    unused = [
        key
        for key in texts(Language.ES)
        if key not in LITERAL and not key.startswith(BEGINNINGS) and not key.endswith(ENDS)
    ]
    assert unused == []


def test_a_desk_in_a_language_without_texts_has_the_page_in_spanish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "es.json").write_text(json.dumps({"close": "Cerrar"}))
    monkeypatch.setattr(technicians_desk, "TEXTS", tmp_path)

    assert texts(Language.PT) == {"close": "Cerrar"}
