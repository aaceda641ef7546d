"""What the page shows of an e-mail in the list of a mailbox."""

import pytest

from emulator.resend.email_rules import SentEmail
from emulator.site.sections import excerpt
from messages.email.layout import Readers
from messages.email.new_ticket import new_ticket_email
from state.model.language import Language
from tests.support.emails import TICKET


def sent(html: str | None, text: str | None = None) -> SentEmail:
    return SentEmail.model_validate(
        {"from": "desk@example.com", "to": ["marta@example.com"], "subject": "x", "html": html, "text": text}
    )


@pytest.mark.parametrize("desk", Language)
def test_of_ours_what_happened_comes_first(desk: Language) -> None:
    """As in a real mailbox: not the line that all of them begin with."""
    record = TICKET.record
    mail = new_ticket_email(record, desk, TICKET.tz, TICKET.link, readers=Readers.CUSTOMER)
    assert record.description.split()[0] in excerpt(sent(mail.html))[:60]


@pytest.mark.parametrize(
    ("html", "words"),
    [
        (
            "<head><title>no</title></head><body><p>Hola&nbsp;&amp;\n adiós</p><!-- no --></body>",
            "Hola & adiós",
        ),
        ("<p>" + "palabra " * 100, ("palabra " * 100)[:140]),
    ],
)
def test_words_alone(html: str, words: str) -> None:
    assert excerpt(sent(html)) == words


def test_of_plain_text() -> None:
    assert excerpt(sent(None, "Hola\nadiós")) == "Hola adiós"
