"""Resend's answer about a received mail is read whatever strangers have put into it; another answer is none."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.resend_received_mail import received_mail
from state.model.received_mail import Authentication, ReceivedFile

ANSWER: dict[str, Any] = {
    "object": "email",
    "id": "56761188-7520-42d8-8898-ff6fc54ce618",
    "to": ["tk7f3k9qx2-x@answers.example.com", "Luis <luis@example.com>"],
    "from": "Marta Ruiz <marta@example.com>",
    "created_at": "2026-11-30 12:00:00.000000+00",
    "subject": "Re: [TK-7F3K-9QX2] impresora",
    "bcc": [],
    "cc": None,
    "reply_to": None,
    "received_for": ["tk7f3k9qx2-x@answers.example.com"],
    "message_id": "<CA+1@mail.example.com>",
    "html": '<p>Ya está <img src="cid:foto@1"></p>',
    "text": "Ya está",
    "headers": {"From": "Marta Ruiz <marta@example.com>", "Received": ["one", "two"]},
    "authentication": {"spf": "pass", "dkim": "pass", "dmarc": "pass"},
    "raw": {"download_url": "https://files.example.com/raw", "expires_at": "2026-11-30T13:00:00Z"},
    "attachments": [
        {
            "id": "2a0c9ce0",
            "filename": "foto.png",
            "content_type": "image/PNG",
            "content_id": "<foto@1>",
            "content_disposition": "inline",
            "size": 4096,
        },
        {
            "id": "2a0c9ce1",
            "filename": None,
            "content_type": "application/pdf",
            "content_id": None,
            "content_disposition": None,
            "size": None,
        },
    ],
}


def test_a_whole_answer() -> None:
    mail = received_mail(ANSWER)
    assert mail.id == "56761188-7520-42d8-8898-ff6fc54ce618"
    assert mail.sender == "Marta Ruiz <marta@example.com>"
    assert mail.to == ("tk7f3k9qx2-x@answers.example.com", "Luis <luis@example.com>")
    assert mail.cc == ()
    assert mail.subject == "Re: [TK-7F3K-9QX2] impresora"
    assert mail.headers == {"from": ("Marta Ruiz <marta@example.com>",), "received": ("one", "two")}
    assert (mail.text, mail.html) == (ANSWER["text"], ANSWER["html"])
    assert mail.authentication == Authentication(spf="pass", dkim="pass", dmarc="pass")
    assert mail.raw_url == "https://files.example.com/raw"
    assert mail.files == (
        ReceivedFile(
            id="2a0c9ce0",
            filename="foto.png",
            content_type="image/png",
            content_id="foto@1",
            inline=True,
            bytes=4096,
        ),
        ReceivedFile(id="2a0c9ce1", content_type="application/pdf"),
    )


def test_the_least_that_it_may_say() -> None:
    mail = received_mail({"id": "1", "from": None})
    assert (mail.sender, mail.to, mail.text, mail.html, mail.authentication) == ("", (), None, None, None)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("PASS", "pass"),
        ({"result": "Fail"}, "fail"),
        ({"status": "none", "domain": "example.com"}, "none"),
        ({"result": None}, None),
        (None, None),
        ("", "unreadable"),
        (["pass"], "unreadable"),
        ({"verdict": {"result": "pass"}}, "unreadable"),
        ({"passed": True}, "unreadable"),
        (True, "unreadable"),
    ],
)
def test_verdicts_in_other_forms(said: object, read: str | None) -> None:
    """What nobody can read is not the same as nothing."""
    mail = received_mail({**ANSWER, "authentication": {"dmarc": said}})
    assert mail.authentication == Authentication(dmarc=read)


@pytest.mark.parametrize("said", [None, "pass", [], 1, True])
def test_what_is_no_object_of_verdicts_says_nothing(said: object) -> None:
    assert received_mail({**ANSWER, "authentication": said}).authentication is None


@pytest.mark.parametrize(
    "headers",
    [
        {"X-One": "a", "x-one": "b"},
        {"X-One": ["a", 7, "b"]},
        [{"name": "X-One", "value": "a"}, {"name": "x-one", "value": "b"}, {"name": 7, "value": "c"}, 7],
    ],
)
def test_headers_in_other_forms(headers: object) -> None:
    assert received_mail({**ANSWER, "headers": headers}).headers == {"x-one": ("a", "b")}


def test_half_a_character_becomes_a_whole_one() -> None:
    mail = received_mail({**ANSWER, "text": "a\ud83d", "subject": "\udc00"})
    assert (mail.text, mail.subject) == ("a\ufffd", "\ufffd")


@pytest.mark.parametrize(
    "answer", [None, [], "x", {}, {"id": "1"}, {"from": "a@example.com"}, {"id": 1, "from": ""}]
)
def test_another_answer_is_none(answer: object) -> None:
    with pytest.raises(ValueError, match="not a received mail"):
        received_mail(answer)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=9), each, max_size=3),
    max_leaves=6,
)
PARTS = sorted(set(ANSWER) - {"id"})


@given(st.dictionaries(st.sampled_from(PARTS), ANYTHING), ANYTHING)
def test_odd_types_do_no_harm(odd: dict[str, Any], file: object) -> None:
    odd.setdefault("attachments", [file])
    mail = received_mail({**ANSWER, **odd})
    assert all(isinstance(each, str) for each in (mail.sender, mail.subject, *mail.to, *mail.cc))
    assert all(each.id for each in mail.files)
