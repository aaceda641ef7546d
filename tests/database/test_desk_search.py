"""The search of the technicians' list: codes, words, names and numbers; and that nothing stays in it of what is deleted."""

import pytest

from state.model.language import Language
from state.model.message import Sender
from state.model.ticket import TechnicianAction
from state.model.turn import ChangeKind, ChangeTicket, OpenTicket
from tests.database.test_desk_list import codes, show
from tests.support.builders import ANA, Desk, code, message, notes, opens
from tests.support.database import capped

JOSE = Sender(user_id="AR.jose", wa_id="5491155550177", name="José Ángel Muñoz")
LUCIA = Sender(user_id="AR.lucia", wa_id="5491166660188", name="Lucía González")


def report(desk: Desk, number: int, text: str, sender: Sender = ANA, summary: str = "no prende") -> None:
    ticket = OpenTicket(code=code(number), summary=summary, description=text, language=Language.ES)
    desk.take(message(f"w{number}", sender), ticket, outbox=[])


def found(desk: Desk, query: str, **more: object) -> list[str]:
    return codes(desk, "all", query=query, **more)


class TestWords:
    @pytest.mark.parametrize(
        "query",
        [
            "impresión",
            "IMPRESION",
            "impresio",
            "fallo impresion",
            "  impresión,  ¡falló! ",
            "epson l-3150",
            "L3150",
        ],
    )
    def test_accents_capitals_signs_and_endings(self, desk: Desk, query: str) -> None:
        report(desk, 1, "Falló la impresión de la Epson/L-3150 (L3150)")
        report(desk, 2, "la pantalla está negra")
        assert found(desk, query) == [code(1)]

    @pytest.mark.parametrize("query", ["scanner", "impresion pantalla", "'", "%", "\\", "a & b | !c:*", "🙂"])
    def test_what_is_not_there(self, desk: Desk, query: str) -> None:
        report(desk, 1, "Falló la impresión")
        assert found(desk, query) == []

    def test_whoever_wrote_it(self, desk: Desk) -> None:
        report(desk, 1, "no anda")
        desk.take(message("2"), ChangeTicket(code=code(1), text="es una notebook"), outbox=[])
        desk.work(TechnicianAction.ASK, "¿tiene garantía?")
        assert found(desk, "notebook") == found(desk, "garantia notebook anda") == [code(1)]

    @pytest.mark.parametrize(
        "query", ["impresora jose", "muñoz epson", "0177 impresora traba", "mun impresora"]
    )
    def test_some_in_the_report_and_some_in_the_name(self, desk: Desk, query: str) -> None:
        report(desk, 1, "la impresora Epson se traba", JOSE)
        report(desk, 2, "la pantalla está negra", JOSE)
        report(desk, 3, "la impresora Epson se traba", LUCIA)
        assert found(desk, query) == [code(1)]

    def test_other_letters(self, desk: Desk) -> None:
        report(desk, 1, "не печатает принтер")
        assert found(desk, "принтер") == [code(1)]

    def test_the_latest_first_in_pages(self, desk: Desk) -> None:
        for number in (1, 2, 3):
            report(desk, number, "no anda")
        first = show(desk, "all", query="anda", limit=2)
        assert [row["code"] for row in first["rows"]] == [code(3), code(2)]
        assert found(desk, "anda", limit=2, after=first["next"]) == [code(1)]

    def test_a_very_long_text(self, desk: Desk) -> None:
        report(desk, 1, " ".join(f"palabra{n}" for n in range(6000)))
        report(desk, 2, "x" * 60_000)
        assert found(desk, "palabra77") == [code(1)]

    def test_a_ticket_with_very_many_words_is_still_written_to(self, desk: Desk) -> None:
        report(desk, 1, " ".join(f"p{n}" for n in range(6000)))
        for note in range(3):
            text = " ".join(f"n{note}x{n}" for n in range(6000))
            desk.take(message(f"n{note}"), ChangeTicket(code=code(1), text=text), outbox=[])
        assert desk.tables.value("select length(words) from ticket_words") <= 5000 + 20_000 / 3


class TestCodes:
    def test_whole_and_in_part(self, desk: Desk) -> None:
        report(desk, 1, "no anda")
        assert found(desk, "whatever", codes=[code(1)]) == [code(1)]
        assert found(desk, code(1)) == found(desk, code(1).lower()) == [code(1)]
        assert found(desk, code(1).split("-")[2]) == [code(1)]


class TestPeople:
    @pytest.mark.parametrize("query", ["José", "jose munoz", "Muñoz José", "ÁNGEL", "mun", "jo", "Munyoz"])
    def test_by_name(self, desk: Desk, query: str) -> None:
        report(desk, 1, "no anda", JOSE)
        report(desk, 2, "no anda", LUCIA)
        assert found(desk, query) == [code(1)]

    @pytest.mark.parametrize("query", ["Gonzales", "Gonsalez", "gonzále", "lucia gonzalez"])
    def test_a_wrong_letter_in_a_long_name(self, desk: Desk, query: str) -> None:
        report(desk, 1, "no anda", JOSE)
        report(desk, 2, "no anda", LUCIA)
        assert found(desk, query) == [code(2)]

    @pytest.mark.parametrize(
        "query", ["+54 9 11 5555-0177", "5491155550177", "541155550177", "1155550177", "5555-0177", "0177"]
    )
    def test_by_number(self, desk: Desk, query: str) -> None:
        report(desk, 1, "no anda", JOSE)
        report(desk, 2, "no anda", LUCIA)
        assert found(desk, query) == [code(1)]

    def test_beyond_the_latest_tickets_the_indexes_find_the_same(self, desk: Desk) -> None:
        report(desk, 1, "no anda", JOSE)
        report(desk, 2, "no anda", LUCIA)
        queries = (
            "jose munoz",
            "Gonzales",
            "5555-0177",
            "anda",
            "jo",
            "lucia gonsalez",
            "zanahoria",
            "541155550177",
        )
        by_one = [found(desk, query) for query in queries]
        with capped(desk.tables.connection.info.dsn, "latest_searched", 0):
            assert [found(desk, query) for query in queries] == by_one


class TestNothingStays:
    def words(self, desk: Desk) -> str:
        return str(desk.tables.value("select string_agg(words::text, ' ') from ticket_words"))

    def test_of_a_message_that_was_deleted(self, desk: Desk) -> None:
        desk.take(message("w1"), opens(1), outbox=[])
        desk.take(message("2"), ChangeTicket(code=code(1), text="mi clave es zanahoria"), outbox=[])
        assert "zanahoria" in self.words(desk)
        deletion = ChangeTicket(code=code(1), kind=ChangeKind.DELETION, of="2")
        desk.take(message("3"), deletion, outbox=[])
        assert "zanahoria" not in self.words(desk)
        assert "prende" in self.words(desk)

    def test_of_a_report_that_was_changed_by_hand(self, desk: Desk) -> None:
        report(desk, 1, "mi clave es zanahoria")
        desk.tables.do("update tickets set description = 'x', summary = 'y'")
        assert "zanahoria" not in self.words(desk)

    def test_of_an_event_that_was_removed_by_hand(self, desk: Desk) -> None:
        desk.take(message("w1"), opens(1), outbox=[])
        desk.take(message("2"), notes(1), outbox=[])
        assert "igual" in self.words(desk)
        desk.tables.do("delete from ticket_events where kind = 'note'")
        assert "igual" not in self.words(desk)

    def test_of_a_ticket_that_was_deleted(self, desk: Desk) -> None:
        desk.take(message("w1"), opens(1), outbox=[])
        desk.take(message("2"), notes(1), outbox=[])
        desk.tables.do("delete from tickets")
        assert desk.tables.value("select count(*) from ticket_words") == 0

    def test_of_a_person_who_was_erased(self, desk: Desk) -> None:
        report(desk, 1, "no anda", JOSE)
        desk.tables.value("select erase_person(id) from customers")
        assert found(desk, "munoz") == found(desk, "55550177") == []
        assert found(desk, "anda") == [code(1)]
        assert "munoz" not in self.words(desk)
