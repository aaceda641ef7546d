"""The Jinja templates of e-mails and pages, compiled once. HTML escapes every value, and a missing value is an error."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, PrefixLoader, StrictUndefined, select_autoescape

_FOLDERS: Final = {
    medium: FileSystemLoader(Path(__file__).parent / medium / "templates") for medium in ("email", "page")
}


def render(name: str, values: Mapping[str, Any]) -> str:
    """The template `name`, such as "email/digest.html", with `values` in it. Raises jinja2.UndefinedError for a missing value."""
    return _environment().get_template(name).render(values)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PrefixLoader(_FOLDERS),
        # Everything but plain text is escaped, including templates with an unforeseen extension.
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
