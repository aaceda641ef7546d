"""`python -m ops erase`: shows what is stored, asks for confirmation, and says what was erased and what stays."""

import pytest

from ops.arguments import phone_number
from ops.errors import OpsError
from state.model.message import Attachment, AttachmentKind, Sender
from state.model.turn import ChangeTicket
from tests.support.builders import ANA, BEA, message
from tests.support.ops_tickets import OpsCli

PHONE = f"+{ANA.wa_id}"


def people(cli: OpsCli) -> list[str]:
    return [row["wa_id"] for row in cli.tables.all("select wa_id from customers order by id")]


def report(cli: OpsCli) -> str:
    """Ana opens a ticket with a photo; Bea has one, too."""
    code = cli.open_ticket(0)
    photo = Attachment(kind=AttachmentKind.IMAGE, media_id="m1")
    cli.desk.take(message("2"), ChangeTicket(code=code, text="yo", files=(photo,)), outbox=[])
    cli.open_ticket(1, BEA)
    return code


class TestSummary:
    def test_what_is_kept_without_the_name(self, cli: OpsCli) -> None:
        report(cli)
        result = cli.run("erase", "--phone", PHONE, stdin="no\n").err
        for each in ("A., number ending in 0001, since 20", "tickets   1, 1 of them open", "files     1"):
            assert each in result
        assert "messages  2 received" in result
        assert "unsent    3" in result  # the bubble, the e-mail, and the update about the note
        assert str(ANA.name) not in result
        assert str(ANA.user_id) not in result

    @pytest.mark.parametrize("typed", ["no\n", "\n", "y\n", "yes\n", ""])
    def test_any_other_answer_erases_nobody(self, cli: OpsCli, typed: str) -> None:
        report(cli)
        result = cli.run("erase", "--phone", PHONE, stdin=typed)
        assert result.code == 1
        assert people(cli) == [ANA.wa_id, BEA.wa_id]

    def test_the_confirmation_erases(self, cli: OpsCli) -> None:
        report(cli)
        result = cli.run("erase", "--phone", PHONE, stdin="erase\n")
        assert (result.code, "✓ Erased" in result.out) == (0, True)
        assert people(cli) == [BEA.wa_id]


class TestErasing:
    def test_says_what_went_and_what_stays(self, cli: OpsCli) -> None:
        code = report(cli)
        said = cli.output("erase", "--phone", PHONE, "--yes")
        for each in ("1 file of their tickets", "1 ticket with what was written", "the technicians' mailbox"):
            assert each in said
        assert cli.json("tickets", "show", code)["customer"] is None
        assert cli.tables.value("select count(*) from attachments") == 0

    def test_by_the_id_of_a_person_with_a_username(self, cli: OpsCli) -> None:
        cli.open_ticket(0, Sender(user_id="US.carla", name="Carla"))
        result = cli.run("erase", "--bsuid", "US.carla", stdin="erase\n")
        assert "C., no number" in result.err
        assert people(cli) == []

    def test_for_programs(self, cli: OpsCli) -> None:
        report(cli)
        assert cli.json("erase", "--phone", PHONE, "--yes") == {
            "erased": True,
            "tickets": 1,
            "open_tickets": 1,
            "files": 1,
            "messages": 2,
            "waiting": 3,
        }

    def test_again_there_is_nobody(self, cli: OpsCli) -> None:
        report(cli)
        cli.output("erase", "--phone", PHONE, "--yes")
        assert "nothing is stored about this number" in cli.error("erase", "--phone", PHONE, "--yes")
        assert "nothing is stored about this id" in cli.error("erase", "--bsuid", "US.nobody", "--yes")

    @pytest.mark.parametrize("words", [[], ["--phone", PHONE, "--bsuid", "US.x"]])
    def test_one_way_of_saying_who(self, cli: OpsCli, words: list[str]) -> None:
        assert "either --phone or --bsuid" in cli.error("erase", *words)

    def test_a_wrong_key_erases_nobody(self, cli: OpsCli) -> None:
        report(cli)
        cli.unavailable("erase", "--phone", PHONE, "--yes", SUPABASE_SECRET_KEY="wrong")
        assert len(people(cli)) == 2


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
    def test_are_read_generously(self, cli: OpsCli, typed: str) -> None:
        report(cli)
        cli.output("erase", "--phone", typed, "--yes")
        assert people(cli) == [BEA.wa_id]

    @pytest.mark.parametrize(
        ("typed", "stored"),
        [
            ("+54 11 5555 0101", "5491155550101"),
            ("+52 55 1234 5678", "5215512345678"),
            ("+521 55 1234 5678", "525512345678"),
            ("+55 11 98888 7777", "551188887777"),
            ("+55 11 8888 7777", "5511988887777"),
        ],
    )
    def test_in_the_other_form_that_meta_may_write(self, cli: OpsCli, typed: str, stored: str) -> None:
        cli.tables.do("insert into customers (wa_id) values (%s)", stored)
        cli.output("erase", "--phone", typed, "--yes")
        assert people(cli) == []

    def test_the_typed_form_comes_first(self, cli: OpsCli) -> None:
        cli.tables.do("insert into customers (wa_id) values ('5491155550101'), ('541155550101')")
        cli.output("erase", "--phone", "+54 11 5555 0101", "--yes")
        assert people(cli) == ["5491155550101"]

    def test_of_somebody_who_never_wrote(self, cli: OpsCli) -> None:
        """A technician has opened a ticket for them: their number, their name and what waits for them go, the ticket stays."""
        opened = ("tickets", "open", "--number", "+52 55 1234 0077", "--name", "Eva", "--text", "no prende")
        code = cli.output(*opened).split()[1].rstrip(":")
        cli.output("tickets", "answer", code, "Ya la tengo.")
        cli.output("erase", "--phone", "+52 55 1234 0077", "--yes")
        assert people(cli) == []
        assert cli.tables.value("select count(*) from conversations") == 0
        assert cli.tables.value("select count(*) from outbox where channel = 'whatsapp'") == 0
        ticket = cli.tables.one("select customer_id, wamid from tickets")
        assert (ticket["customer_id"], ticket["wamid"][:7]) == (None, "erased/")

    @pytest.mark.parametrize(
        "typed", ["123", "ana", "011 5555-0101", "+54 9 11 5555 0101 999 999", "+", "٣٤٥٦٧٨٩٠"]
    )
    def test_an_invalid_one(self, typed: str) -> None:
        with pytest.raises(OpsError, match=r"\+54 9 11 5555-0101"):
            phone_number(typed)
