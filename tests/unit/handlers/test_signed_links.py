"""Signed links to a ticket's page: only ours are accepted, only until they expire, and keys can be rotated."""

import base64
from datetime import timedelta

import pytest
from itsdangerous import URLSafeSerializer

from handlers.signed_links import LIFETIME, LinkExpired, LinkForged, SignedLinks
from tests.support.links import CODE, LINKS, MAILBOX, NOW, token


def test_what_was_made_is_read() -> None:
    assert LINKS.read(token(), NOW) == (CODE, MAILBOX.id)


def test_it_can_stand_in_an_address() -> None:
    assert set(token()) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")


def test_it_lives_thirty_days() -> None:
    assert timedelta(days=30) == LIFETIME
    assert LINKS.read(token(), NOW + LIFETIME) == (CODE, MAILBOX.id)
    with pytest.raises(LinkExpired) as caught:
        LINKS.read(token(), NOW + LIFETIME + timedelta(seconds=1))
    assert (caught.value.code, caught.value.technician) == (CODE, MAILBOX.id)


def test_no_character_of_it_can_be_another() -> None:
    good = token()
    for place in range(len(good)):
        changed = good[:place] + ("A" if good[place] != "A" else "B") + good[place + 1 :]
        try:
            assert LINKS.read(changed, NOW) == (
                CODE,
                MAILBOX.id,
            )  # the last character of base64 has spare bits
            assert place == len(good) - 1
        except LinkForged:
            pass


@pytest.mark.parametrize("bad", ["", ".", "x", "a.b", "a.b.c", "\u00e9", "\x00", "x" * 5000])
def test_anything_else_opens_nothing(bad: str) -> None:
    with pytest.raises(LinkForged):
        LINKS.read(bad, NOW)


def test_another_key_makes_no_link() -> None:
    with pytest.raises(LinkForged):
        LINKS.read(token(SignedLinks("https://mostrador.example", ["other"])), NOW)


def test_another_purpose_makes_no_link() -> None:
    with pytest.raises(LinkForged):
        LINKS.read(str(URLSafeSerializer("key", salt="another").dumps([CODE, MAILBOX.id, 2**40])), NOW)


@pytest.mark.parametrize(
    "content", [None, 7, [], [CODE], [CODE, 2**40], [CODE, "x", "soon"], [CODE, "x", None], {}, {"0": 1}]
)
def test_ours_with_something_else_in_it(content: object) -> None:
    signed = str(URLSafeSerializer("key", salt="ticket-page").dumps(content))
    with pytest.raises(LinkForged):
        LINKS.read(signed, NOW)


def test_the_time_cannot_be_moved() -> None:
    payload, _, signature = token().rpartition(".")
    moved = base64.urlsafe_b64encode(f'["{CODE}","{MAILBOX.id}",99999999999]'.encode()).decode().rstrip("=")
    assert moved != payload
    with pytest.raises(LinkForged):
        LINKS.read(f"{moved}.{signature}", NOW)


def test_a_rotation() -> None:
    """The new key signs, the old one still opens, until it is taken away."""
    before, during, after = (
        SignedLinks("https://mostrador.example", keys) for keys in (["a"], ["b", "a"], ["b"])
    )
    assert during.read(token(before), NOW) == (CODE, MAILBOX.id)
    assert after.read(token(during), NOW) == (CODE, MAILBOX.id)
    with pytest.raises(LinkForged):
        before.read(token(during), NOW)
    with pytest.raises(LinkForged):
        after.read(token(before), NOW)


def test_whose_it_is_cannot_be_changed() -> None:
    """Who acts on the page is who the link was made for."""
    payload, _, signature = token().rpartition(".")
    padded = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    changed = base64.urlsafe_b64encode(padded.replace(MAILBOX.id.encode(), b"0" * 12)).decode().rstrip("=")
    assert changed != payload
    with pytest.raises(LinkForged):
        LINKS.read(f"{changed}.{signature}", NOW)
