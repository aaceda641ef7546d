"""The templates: a missing value is an error."""

import pytest
from jinja2 import UndefinedError

from messages.jinja_templates import render


def test_a_value_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("page/plain_page.html", {"lang": "es", "title": "a"})
