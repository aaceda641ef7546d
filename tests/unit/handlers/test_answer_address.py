"""The addresses for mailed answers: what is read is what was written, and nothing that we have not signed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.answer_address import AnswerAddress, AnswerAddresses
from handlers.signed_links import SignedLinks
from state.model.technician import Technician

NEWER, OLDER = "n" * 32, "o" * 32
OURS = AnswerAddresses("answers.example.com", (NEWER, OLDER))
MARTA = Technician(address="marta@example.com", name="Marta").id
ADDRESS = AnswerAddress(code="TK-7F3K-9QX2", technician=MARTA, seen=1234)

codes = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=8, max_size=8).map(
    lambda symbols: f"TK-{symbols[:4]}-{symbols[4:]}"
)
ids = st.text("0123456789abcdef", min_size=12, max_size=12)
events = st.integers(0, 10**18 - 1)


@given(codes, ids, events, st.booleans())
def test_what_is_written_is_read(code: str, technician: str, seen: int, for_team: bool) -> None:
    address = AnswerAddress(code=code, technician=technician, seen=seen, for_team=for_team)
    written = OURS.write(address)
    assert OURS.read([written]) == (address,)
    assert written == written.lower()
    assert len(written.partition("@")[0]) <= 64


def test_mail_programs_may_change_the_case() -> None:
    assert OURS.read([OURS.write(ADDRESS).upper()]) == (ADDRESS,)


def test_programs_may_add_a_tag() -> None:
    local, _, domain = OURS.write(ADDRESS).partition("@")
    assert OURS.read([f"{local}+caf_=x@{domain}"]) == (ADDRESS,)


def test_a_note_s_address_cannot_be_made_one_for_the_customer() -> None:
    written = OURS.write(replace(ADDRESS, for_team=True))
    assert OURS.read([written.replace("-n-", "-")]) == ()


def test_others_are_none_of_ours() -> None:
    assert OURS.read(["luis@example.com", OURS.write(ADDRESS)]) == (ADDRESS,)


@pytest.mark.parametrize("place", range(len(OURS.write(ADDRESS).partition("@")[0])))
def test_no_character_can_be_changed(place: int) -> None:
    written = OURS.write(ADDRESS)
    other = "0" if written[place] != "0" else "1"
    assert OURS.read([written[:place] + other + written[place + 1 :]]) == ()


@pytest.mark.parametrize(
    "recipient", ["", "@", "tk@answers.example.com", "a" * 5000, OURS.write(ADDRESS).replace("answers", "x")]
)
def test_what_is_not_ours_is_nothing(recipient: str) -> None:
    assert OURS.read([recipient]) == ()


class TestARotation:
    def test_both_keys_are_read(self) -> None:
        before = AnswerAddresses("answers.example.com", (OLDER,)).write(ADDRESS)
        assert OURS.read([before]) == (ADDRESS,)

    def test_the_newer_one_signs(self) -> None:
        after = AnswerAddresses("answers.example.com", (NEWER,))
        assert after.read([OURS.write(ADDRESS)]) == (ADDRESS,)

    def test_a_key_that_is_gone_reads_nothing(self) -> None:
        gone = AnswerAddresses("answers.example.com", ("x" * 32,))
        assert gone.read([OURS.write(ADDRESS)]) == ()


def test_a_page_s_link_signs_no_address() -> None:
    """The same keys sign both, for purposes that cannot be taken for each other."""
    link = SignedLinks("https://desk.example.com", (NEWER,)).ticket_page(
        ADDRESS.code, MARTA, datetime.now(UTC)
    )
    assert OURS.read([f"{link.split('/')[-2]}@answers.example.com"]) == ()
