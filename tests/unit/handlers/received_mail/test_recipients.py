"""Who else reads an answer: everybody in To and Cc but us, the sender and the desk."""

import pytest

from handlers.answer_address import AnswerAddress, AnswerAddresses
from handlers.received_mail.recipients import further_recipients
from state.model.received_mail import ReceivedMail

OURS = AnswerAddresses("answers.example.com", ("k" * 32,))
ANSWER = OURS.write(AnswerAddress(code="TK-7F3K-9QX2", technician="0" * 12, seen=7))
SEEN_LATER = OURS.write(AnswerAddress(code="TK-7F3K-9QX2", technician="0" * 12, seen=8))
OTHER_TICKET = OURS.write(AnswerAddress(code="TK-0000-0000", technician="0" * 12, seen=7))
OF_LUIS = OURS.write(AnswerAddress(code="TK-7F3K-9QX2", technician="1" * 12, seen=7))
DESK = "soporte@example.com"
MARTA = "marta@example.com"


def others(*to: str, cc: tuple[str, ...] = ()) -> tuple[str, ...]:
    mail = ReceivedMail(id="1", sender=MARTA, to=to, cc=cc)
    return further_recipients(mail, MARTA, OURS, DESK)


@pytest.mark.parametrize(
    ("to", "cc"),
    [
        ((ANSWER,), ()),
        ((f"Ana Pérez (Soporte) <{ANSWER.upper()}>",), ()),
        ((f'"{ANSWER}" <{ANSWER}>',), (f"Soporte <{DESK}>", "Marta <MARTA@example.com>")),
        ((ANSWER, "otra@answers.example.com"), ("marta+tickets@example.com",)),
        ((ANSWER, SEEN_LATER), (ANSWER,)),
        ((), ()),
        (("undisclosed-recipients:;",), ()),
    ],
)
def test_an_answer_to_us_alone(to: tuple[str, ...], cc: tuple[str, ...]) -> None:
    assert others(*to, cc=cc) == ()


@pytest.mark.parametrize(
    ("to", "cc", "found"),
    [
        ((ANSWER, "Luis <Luis@example.com>"), (), ("luis@example.com",)),
        ((ANSWER,), ("luis@example.com",), ("luis@example.com",)),
        ((f"{ANSWER}, Luis <luis@example.com>",), (), ("luis@example.com",)),
        (("luis@example.com", ANSWER), ("luis@example.com",), ("luis@example.com",)),
        ((f"Equipo: luis@example.com, {ANSWER};",), (), ("luis@example.com",)),
        ((ANSWER, '"Luis <luis@example.com>'), (), ("luis@example.com",)),
        ((ANSWER, f'"{ANSWER}" <luis@example.com>'), (), ("luis@example.com",)),
        ((ANSWER, f"luis@example.com ({MARTA})"), (), ("luis@example.com",)),
        ((ANSWER, OTHER_TICKET), (), (OTHER_TICKET,)),
        ((ANSWER,), (OF_LUIS,), (OF_LUIS,)),
        ((ANSWER, "x@sub.answers.example.com"), (), ("x@sub.answers.example.com",)),
    ],
)
def test_others(to: tuple[str, ...], cc: tuple[str, ...], found: tuple[str, ...]) -> None:
    assert others(*to, cc=cc) == found


def test_the_sender_at_gmail_is_one_person() -> None:
    mail = ReceivedMail(id="1", sender="m.ruiz@gmail.com", to=(ANSWER,), cc=("mruiz@googlemail.com",))
    assert further_recipients(mail, "m.ruiz@gmail.com", OURS, DESK) == ()
