"""The plain page: it says one thing, and escapes it."""

import pytest

from messages.page.layout import plain_page
from state.model.language import Language
from tests.support.emails import SCRIPT, Page

PAGES: tuple[tuple[str, dict[str, str]], ...] = (
    ("page_ticket_missing", {"code": "TK-7F3K-9QX2"}),
    ("page_link_invalid", {}),
    ("page_link_expired", {}),
)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("key", "values"), PAGES)
def test_says_one_thing(language: Language, key: str, values: dict[str, str]) -> None:
    page = Page(plain_page(language, key, None, **values))
    assert page.tags.count("h1") == page.tags.count("p") == 1
    assert not {"script", "img", "link", "a", "form"} & set(page.tags)
    assert not {"style", "src", "onload"} & page.attributes


def test_escapes_its_values() -> None:
    page = plain_page(Language.ES, "page_ticket_missing", code=SCRIPT)
    assert "<script" not in page
    assert SCRIPT in Page(page).text
