"""The plain page a technician gets when there is nothing to work on: no script, nothing from elsewhere."""

from __future__ import annotations

from messages.catalogue import text
from messages.rendering import render
from state.language import Language


def notice_page(language: Language, title_key: str, body_key: str, /, **values: object) -> str:
    """A whole HTML document that says one thing. It needs `style-src 'unsafe-inline'` and nothing else.

    `values` fill the placeholders of both texts, verbatim, and are escaped. Raises KeyError for a key or value not there.
    """
    facts = {
        "lang": language.value,
        "title": text(language, title_key, **values),
        "body": text(language, body_key, **values),
    }
    return render("page.html", facts)
