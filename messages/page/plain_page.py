"""The plain page a technician gets when there is nothing to work on: no script, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from markupsafe import Markup

from messages.jinja_templates import render
from messages.texts.catalogue import text
from state.model.language import Language

_STYLE: Final = Path(__file__).parent / "templates" / "style.css"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainPageForm:
    """The one button of a notice. `label`: a key of the texts; `action`: what it posts; `text`: words that come along, shown.

    `path`: where to; empty: to where it is.
    """

    path: str = field(default="", repr=False)
    label: str
    method: str = "post"
    action: str = ""
    hidden: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    text: str = field(default="", repr=False)


def plain_page(
    language: Language, title_key: str, body_key: str, /, form: PlainPageForm | None = None, **values: object
) -> str:
    """A whole HTML document that says one thing. It needs `style_source()` as its policy's style and nothing else.

    `values` fill the placeholders of both texts, verbatim, and are escaped. Raises KeyError for a key or value not there.
    """
    facts = {
        "lang": language.value,
        "style": stylesheet(),
        "title": text(language, title_key, **values),
        "body": text(language, body_key, **values),
        "form": form,
        "label": text(language, form.label) if form else "",
        "kept": text(language, "page_text"),
    }
    return render("page.html", facts)


@cache
def stylesheet() -> Markup:
    """The one stylesheet of all pages. Ours, so it is not escaped: the policy's hash is of its very bytes."""
    return Markup(_STYLE.read_text("utf-8"))  # noqa: S704 - a file of this folder


@cache
def style_source() -> str:
    """What the Content-Security-Policy lets in as style: this one sheet, by its hash."""
    digest = hashlib.sha256(stylesheet().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
