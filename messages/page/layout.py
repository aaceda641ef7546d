"""The frame and the stylesheet that all pages share, and the plain page with just a sentence."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from messages.jinja_templates import render
from messages.texts.catalogue import text
from state.model.language import Language

_STYLE: Final = Path(__file__).parent / "templates" / "style.css"


def render_page(template: str, language: Language, title: str, values: Mapping[str, Any]) -> str:
    """`template` as a whole HTML document. It needs `style_source()` as its policy's style and has no script."""
    frame = {
        "lang": language.value,
        "title": title,
        "style": _stylesheet(),
        "say": partial(text, language),
    }
    return render(f"page/{template}.html", frame | dict(values))


@cache
def _stylesheet() -> Markup:
    # Not escaped: the file is part of the product, and the policy's hash is of its exact bytes.
    return Markup(_STYLE.read_text("utf-8"))  # noqa: S704


@cache
def style_source() -> str:
    """The style-src of the Content-Security-Policy: the hash of the stylesheet."""
    digest = hashlib.sha256(_stylesheet().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainPageForm:
    """The one button of a plain page.

    path: the address it posts to, empty for the page's own; label: a key of the texts; action: the value it posts;
    text: the technician's text, which is shown and posted along with it.
    """

    path: str = field(default="", repr=False)
    label: str
    method: str = "post"
    action: str = ""
    hidden: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    text: str = field(default="", repr=False)


def plain_page(language: Language, key: str, /, form: PlainPageForm | None = None, **values: object) -> str:
    """A whole HTML document with the texts `{key}_title` and `{key}_body`.

    `values` fill the placeholders of both, and are escaped. Raises KeyError for a missing key or value.
    """
    body = text(language, f"{key}_body", **values)
    return render_page(
        "plain_page", language, text(language, f"{key}_title", **values), {"body": body, "form": form}
    )
