"""The e-mail with the link to the list: one button, the link in full, the same bytes each time."""

import pytest

from messages.email.desk_link import desk_link_email
from state.model.language import Language

LINK = "https://mostrador.example/desk/abc.def/"


@pytest.mark.parametrize("language", Language)
def test_it_has_the_link_and_the_name(language: Language) -> None:
    mail = desk_link_email("Marta", language, LINK)
    assert mail.html.count(f'href="{LINK}"') == 1
    assert LINK in mail.text
    assert "Marta" in mail.html
    assert "Marta" in mail.text
    assert mail == desk_link_email("Marta", language, LINK)


def test_a_shared_mailbox_is_not_greeted() -> None:
    assert "Hello" not in desk_link_email("", Language.EN, LINK).text


def test_a_name_is_only_a_name() -> None:
    mail = desk_link_email("<b>M</b>\nBcc: x", Language.EN, LINK)
    assert "<b>M" not in mail.html
    assert "\n" not in mail.subject
