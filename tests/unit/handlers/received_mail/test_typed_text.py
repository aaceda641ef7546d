"""What a technician typed comes out of a mail exactly as typed, whatever program sent it, and nothing else does."""

import pytest

from handlers.received_mail.typed_text import MAX_TEXT, Typed, typed_text
from state.model.language import Language
from state.model.received_mail import ReceivedMail
from tests.support.mailed_answers import RECORDED, MailedAnswer, our_email, recorded

ANSWERS = [pytest.param(recorded(path), id=path.stem) for path in RECORDED]


def of(*, html: str | None = None, text: str | None = None, **headers: str) -> Typed:
    named = {name.replace("_", "-"): (value,) for name, value in headers.items()}
    return typed_text(ReceivedMail(id="1", sender="marta@example.com", html=html, text=text, headers=named))


class TestEveryProgram:
    @pytest.mark.parametrize("answer", ANSWERS)
    @pytest.mark.parametrize("desk", Language)
    def test_what_was_typed_and_nothing_else(self, answer: MailedAnswer, desk: Language) -> None:
        typed = typed_text(answer.mail(our_email(desk)))
        assert typed.text == "\n".join(answer.typed)
        assert typed.content_ids == tuple(answer.content_ids or ())

    @pytest.mark.parametrize("answer", ANSWERS)
    def test_without_our_line(self, answer: MailedAnswer) -> None:
        typed = typed_text(answer.mail(our_email(Language.ES, cut_line=False)))
        assert typed.text == "\n".join(answer.typed)
        assert typed.content_ids == tuple(answer.content_ids or ())
