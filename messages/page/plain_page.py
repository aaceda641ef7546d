"""The plain page: a title, a sentence and at most one button, where there is no ticket to show."""

from dataclasses import dataclass, field

from messages.page.layout import render_page
from messages.texts.catalogue import text
from state.model.language import Language


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
