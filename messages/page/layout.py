"""What all pages share: the frame around them and their one stylesheet. And the page with nothing more than a sentence."""

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
    # Not escaped: it is a file of ours, and the policy's hash is of its very bytes.
    return Markup(_STYLE.read_text("utf-8"))  # noqa: S704


@cache
def style_source() -> str:
    """What the Content-Security-Policy lets in as style: this one sheet, by its hash."""
    digest = hashlib.sha256(_stylesheet().encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainPageForm:
    """The one button of a plain page.

    path: where it goes, or empty for the page's own address; label: a key of the texts; action: what it posts;
    text: the technician's words that are posted along with it, and shown.
    """

    path: str = field(default="", repr=False)
    label: str
    method: str = "post"
    action: str = ""
    hidden: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    text: str = field(default="", repr=False)


def plain_page(language: Language, key: str, /, form: PlainPageForm | None = None, **values: object) -> str:
    """A whole HTML document with the texts `{key}_title` and `{key}_body`.

    `values` fill the placeholders of both, and are escaped. Raises KeyError for a key or value that is not there.
    """
    body = text(language, f"{key}_body", **values)
    return render_page(
        "plain_page", language, text(language, f"{key}_title", **values), {"body": body, "form": form}
    )
