"""`python -m ops erase`: somebody asked by another way; shown first, confirmed by a word, and told honestly."""

from __future__ import annotations

import pytest

from ops.arguments import phone_numbers
from ops.errors import OpsError
from state.model.message import Attachment, AttachmentKind, Sender
from state.model.turn import AddNote
from tests.support.builders import ANA, BEA, message
from tests.support.ops_tickets import Counter

PHONE = f"+{ANA.wa_id}"


def people(counter: Counter) -> list[str]:
    return [row["wa_id"] for row in counter.tables.all("select wa_id from customers order by id")]


def report(counter: Counter) -> str:
    """Ana opens a ticket with a photo; Bea has one, too."""
    code = counter.opened(0)
    photo = Attachment(kind=AttachmentKind.IMAGE, media_id="m1")
    counter.desk.take(message("2"), AddNote(code=code, text="yo", files=(photo,)), outbox=[])
    counter.opened(1, BEA)
    return code


class TestSummary:
    def test_what_is_kept_without_the_name(self, counter: Counter) -> None:
        report(counter)
        told = counter.runs("erase", "--phone", PHONE, stdin="no\n").err
        for each in ("A., number ending in 0001, since 20", "tickets   1, 1 of them open", "files     1"):
            assert each in told
        assert "messages  2 received" in told
        assert "unsent    3" in told  # the bubble, the e-mail, and the news of the note
        assert str(ANA.name) not in told
        assert str(ANA.user_id) not in told

    @pytest.mark.parametrize("typed", ["no\n", "\n", "y\n", "yes\n", ""])
    def test_any_other_word_erases_nobody(self, counter: Counter, typed: str) -> None:
        report(counter)
        result = counter.runs("erase", "--phone", PHONE, stdin=typed)
        assert result.code == 1
        assert people(counter) == [ANA.wa_id, BEA.wa_id]

    def test_the_word_does(self, counter: Counter) -> None:
        report(counter)
        result = counter.runs("erase", "--phone", PHONE, stdin="erase\n")
        assert (result.code, "✓ Erased" in result.out) == (0, True)
        assert people(counter) == [BEA.wa_id]


class TestErasing:
    def test_says_what_went_and_what_stays(self, counter: Counter) -> None:
        code = report(counter)
        said = counter.does("erase", "--phone", PHONE, "--yes")
        for each in ("1 file of their tickets", "1 ticket with what was written", "the technicians' mailbox"):
            assert each in said
        assert counter.asks("tickets", "show", code)["customer"] is None
        assert counter.tables.value("select count(*) from attachments") == 0

    def test_by_the_id_of_a_person_with_a_username(self, counter: Counter) -> None:
        counter.opened(0, Sender(user_id="US.carla", name="Carla"))
        told = counter.runs("erase", "--bsuid", "US.carla", stdin="erase\n")
        assert "C., no number" in told.err
        assert people(counter) == []

    def test_for_programs(self, counter: Counter) -> None:
        report(counter)
        assert counter.asks("erase", "--phone", PHONE, "--yes") == {
            "erased": True,
            "tickets": 1,
            "open_tickets": 1,
            "files": 1,
            "messages": 2,
            "waiting": 3,
        }

    def test_again_there_is_nobody(self, counter: Counter) -> None:
        report(counter)
        counter.does("erase", "--phone", PHONE, "--yes")
        assert "nothing is stored about this number" in counter.refused("erase", "--phone", PHONE, "--yes")
        assert "nothing is stored about this id" in counter.refused("erase", "--bsuid", "US.nobody", "--yes")

    @pytest.mark.parametrize("words", [[], ["--phone", PHONE, "--bsuid", "US.x"]])
    def test_one_way_of_saying_who(self, counter: Counter, words: list[str]) -> None:
        assert "either --phone or --bsuid" in counter.refused("erase", *words)

    def test_a_wrong_key_erases_nobody(self, counter: Counter) -> None:
        report(counter)
        counter.unable("erase", "--phone", PHONE, "--yes", SUPABASE_SECRET_KEY="wrong")
        assert len(people(counter)) == 2


class TestNumbers:
    @pytest.mark.parametrize(
        "typed",
        [
            "5491100000001",
            "+54 9 11 0000-0001",
            "0054 9 11 00000001",
            "(+54) 9 11 0000.0001",
            " +5491100000001\u200e",
        ],
    )
    def test_are_read_generously(self, counter: Counter, typed: str) -> None:
        report(counter)
        counter.does("erase", "--phone", typed, "--yes")
        assert people(counter) == [BEA.wa_id]

    @pytest.mark.parametrize(
        ("typed", "stored"),
        [
            ("+54 11 5555 0101", "5491155550101"),
            ("+52 55 1234 5678", "5215512345678"),
            ("+521 55 1234 5678", "525512345678"),
            ("+55 11 91234 5678", "551112345678"),
            ("+55 11 1234 5678", "5511912345678"),
        ],
    )
    def test_in_the_other_form_that_meta_may_write(self, typed: str, stored: str) -> None:
        assert stored in phone_numbers(typed)[1:]

    def test_the_typed_form_comes_first(self) -> None:
        assert phone_numbers("+54 9 11 5555 0101")[0] == "5491155550101"
        assert phone_numbers("+1 202 555 0101") == ("12025550101",)

    @pytest.mark.parametrize(
        "typed", ["123", "ana", "011 5555-0101", "+54 9 11 5555 0101 999 999", "+", "٣٤٥٦٧٨٩٠"]
    )
    def test_what_is_none(self, typed: str) -> None:
        with pytest.raises(OpsError, match=r"\+54 9 11 5555-0101"):
            phone_numbers(typed)
