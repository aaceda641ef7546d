"""A link opens one ticket until it expires; no changed or forged link opens anything."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import URLSafeSerializer, URLSafeTimedSerializer

from emulator.function import LINK_KEY
from handlers.signed_links import LIFETIME, LinkExpired, LinkForged, SignedLinks
from state.model.ticket_code import generate
from tests.support.function import PUBLIC_URL, Service, World, settle
from tests.support.links import CODE, LINKS, MAILBOX, NOW, token

OTHER = "TK-7F3K-9QX2"
LATER = int((NOW + LIFETIME).timestamp())


def opens(changed: str) -> bool:
    try:
        LINKS.read(changed, NOW)
    except (LinkForged, LinkExpired):
        return False
    return True


def one_bit_off(text: str) -> Iterator[str]:
    for place, byte in enumerate(text.encode()):
        for bit in range(7):  # as it can stand in an address
            yield text[:place] + chr(byte ^ 1 << bit) + text[place + 1 :]


def signature(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.rpartition(".")[2] + "==")


def test_every_bit_counts() -> None:
    good = token()
    opened = [changed for changed in one_bit_off(good) if opens(changed)]
    # Only the spare bits at the end of base64 may differ: the same signature, written another way.
    assert {signature(changed) for changed in opened} <= {signature(good)}
    assert {changed[:-1] for changed in opened} <= {good[:-1]}


def test_no_part_of_it_is_enough() -> None:
    good = token()
    assert not any(opens(good[:length]) for length in range(len(good)))
    assert not any(opens(good[start:]) for start in range(1, len(good)))


def test_the_signature_of_another_ticket() -> None:
    mine, theirs = (token(code=code).rpartition(".") for code in (CODE, OTHER))
    assert not opens(f"{theirs[0]}.{mine[2]}")
    assert not opens(f"{mine[0]}.{theirs[2]}")


@pytest.mark.parametrize(
    "made",
    [
        URLSafeSerializer("key", salt="customer-page").dumps([CODE, LATER]),
        URLSafeSerializer("key").dumps([CODE, LATER]),
        URLSafeSerializer("", salt="ticket-page").dumps([CODE, LATER]),
        URLSafeSerializer("KEY", salt="ticket-page").dumps([CODE, LATER]),
        URLSafeTimedSerializer("key", salt="ticket-page").dumps([CODE, LATER]),
        URLSafeSerializer("key", salt="ticket-page", signer_kwargs={"key_derivation": "none"}).dumps([CODE, LATER]),
        URLSafeSerializer("key", salt="ticket-page", signer_kwargs={"key_derivation": "hmac"}).dumps([CODE, LATER]),
        hmac.new(b"key", CODE.encode(), hashlib.sha256).hexdigest(),
        "eyJhbGciOiJub25lIn0.W10.",
    ],
    ids=["other purpose", "no purpose", "empty key", "key in capitals", "with a time", "no key derivation", "other key derivation", "bare hmac", "unsigned JWT"],
)  # fmt: skip
def test_what_was_signed_in_another_way(made: str | bytes) -> None:
    assert not opens(made if isinstance(made, str) else made.decode())


def test_the_meta_secret_signs_no_link() -> None:
    """Each key for one thing: what leaks from one place opens no other."""
    forged = token(SignedLinks("https://mostrador.example", ["an app secret"]))
    assert not opens(forged)


def test_it_is_over_when_it_is_over_however_often_it_was_used() -> None:
    good = token()
    for day in range(31):
        assert LINKS.read(good, NOW + timedelta(days=day)) == (CODE, MAILBOX.id)
    for day in (31, 365, 3650):
        with pytest.raises(LinkExpired):
            LINKS.read(good, NOW + timedelta(days=day))


@given(st.text(max_size=200) | st.from_regex(r"[A-Za-z0-9_.-]{1,200}"))
def test_nothing_that_is_guessed(guess: str) -> None:
    assert not opens(guess)


def test_every_forged_link_gets_the_same_answer(world: World, service: Service) -> None:
    """The same bytes for a ticket that is there, one that is not, and none; the database is never asked."""
    service.open_ticket()
    settle()
    (code,) = world.column("select code from tickets")
    forged = SignedLinks(PUBLIC_URL, ["guessed"])
    named = [
        forged.ticket_page(each, MAILBOX.id, NOW).removeprefix(PUBLIC_URL) for each in (code, generate())
    ]
    nameless = [f"/t/{each}/" for each in (code, OTHER, "x", ".", "%00", "..", "x" * 5000)]
    world.supabase.call_log.clear()
    answers = [
        service.client.open(path, method=method, data={"action": "fresh-link"} if method == "POST" else None)
        for path in (*named, *nameless)
        for method in ("GET", "POST")
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert len({answer.data for answer in answers}) == 1
    assert not world.supabase.call_log.all()


def test_what_is_over_changes_nothing(world: World, service: Service) -> None:
    service.open_ticket()
    settle()
    (code,) = world.column("select code from tickets")
    before = world.rows("select * from tickets"), world.rows("select * from ticket_events")
    over = (
        SignedLinks(PUBLIC_URL, [LINK_KEY])
        .ticket_page(code, MAILBOX.id, NOW - 2 * LIFETIME)
        .removeprefix(PUBLIC_URL)
    )
    assert service.client.get(over).status_code == 410
    service.client.post(over, data={"action": "close", "do": "close", "text": "x"})
    assert (world.rows("select * from tickets"), world.rows("select * from ticket_events")) == before
