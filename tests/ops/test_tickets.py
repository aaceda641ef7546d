"""`python -m ops tickets`: a technician works from the command line as from the page."""

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from ops.commands.tickets_export import safe
from ops.ticket_text import ticket_lines
from state.model.message import Attachment, AttachmentKind
from state.model.ticket import Mark, TechnicianAction
from state.model.turn import ChangeTicket
from tests.support.builders import ANA, BEA, message
from tests.support.ops_tickets import CODES, OpsCli


def column(cli: OpsCli, code: str, name: str) -> Any:
    return cli.tables.value(f"select {name} from tickets where code = %s", code)


def listed(cli: OpsCli, *words: str, **changed: str) -> list[str]:
    return [each["code"] for each in json.loads(cli.output("tickets", "list", *words, "--json", **changed))]


class TestList:
    def test_an_empty_desk_says_so(self, cli: OpsCli) -> None:
        assert cli.output("tickets", "list") == "Nothing to do. --all also shows what is done.\n"
        assert cli.output("tickets", "list", "--all") == "There are no tickets.\n"
        assert cli.json("tickets", "list") == []

    def test_what_is_not_done_oldest_first(self, cli: OpsCli) -> None:
        first, second, done = (cli.open_ticket(number) for number in range(3))
        cli.output("tickets", "close", done)
        assert listed(cli) == [first, second]
        assert listed(cli, "--all") == [first, second, done]

    def test_only_some_states(self, cli: OpsCli) -> None:
        one, two, three = (cli.open_ticket(number) for number in range(3))
        cli.output("tickets", "close", one)
        cli.output("tickets", "take", two, "--as", "Bea")
        assert listed(cli, "--state", "closed", "--state", "open") == [one, three]
        assert listed(cli, "--status", "in_progress") == [two]

    def test_mine_and_untaken(self, cli: OpsCli) -> None:
        one, two, three, four = (cli.open_ticket(number) for number in range(4))
        for code, address in ((one, "marta@example.com"), (two, "left@example.com")):
            cli.tables.do(
                "update tickets set assignee_address = %s, assignee = 'Márta Ruiz' where code = %s",
                address,
                code,
            )
        cli.output("tickets", "take", three, "--as", "Bea")
        team = {"SUPPORT_EMAIL_TO": "Marta Ruiz <marta@example.com>, bea@example.com"}
        assert listed(cli, "--mine", "Marta@example.com", **team) == [one]
        assert listed(cli, "--mine", "marta", **team) == [one, two]
        assert listed(cli, "--mine", "bea", **team) == [three]
        assert listed(cli, "--untaken", **team) == [two, four]

    def test_search(self, cli: OpsCli) -> None:
        one = cli.open_ticket(0, summary="no imprime")
        two = cli.open_ticket(1, summary="no prende", sender=BEA)
        assert listed(cli, "--search", "Imprimé") == [one]
        assert listed(cli, "--search", "bea") == [two]
        assert listed(cli, "--search", one.lower().replace("-", "")) == [one]
        assert cli.output("tickets", "list", "--search", "zanahoria") == "There are no such tickets.\n"

    def test_before_a_day(self, cli: OpsCli) -> None:
        one, _ = (cli.open_ticket(number) for number in range(2))
        cli.tables.do("update tickets set created_at = '2026-03-01 23:59Z' where code = %s", one)
        assert listed(cli, "--before", "2026-03-02") == [one]
        assert listed(cli, "--before", "2026-03-01") == []

    def test_a_person_sees_who_and_what(self, cli: OpsCli) -> None:
        code = cli.open_ticket(summary="no prende", wants_human=True)
        cli.output("tickets", "take", code, "--as", "Bea")
        row = cli.output("tickets", "list").splitlines()[1]
        for shown in (code, "in progress", "Bea", "Ana", "[asked for a person] no prende"):
            assert shown in row

    def test_it_fits_80_columns_whatever_stands_in_it(self, cli: OpsCli) -> None:
        code = cli.open_ticket(
            summary="日本語 no prende 🖨️ " * 20, wants_human=True, sender=replace(ANA, name="Ana " * 40)
        )
        cli.output("tickets", "take", code, "--as", "Bea " * 15)
        entries = [{**row, "status": row["status"]} for row in cli.json("tickets", "list")]
        lines = list(ticket_lines(entries, 80))
        assert [cell_len(line) <= 80 for line in lines] == [True, True]
        assert lines[1].startswith(f"{code}  in progress  ")

    def test_nothing_is_hidden_however_many_there_are(
        self, cli: OpsCli, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ops.commands.tickets._PAGE", 2)
        opened = [cli.open_ticket(number) for number in range(5)]
        assert listed(cli) == opened
        assert cli.output("tickets", "list").splitlines()[-1] == "5 tickets."

    def test_a_limit_says_exactly_how_many_are_left(self, cli: OpsCli) -> None:
        opened = [cli.open_ticket(number) for number in range(3)]
        assert listed(cli, "--limit", "2") == opened[:2]
        said = cli.output("tickets", "list", "--limit", "2").splitlines()[-1]
        assert said == "These are the oldest 2 of 3. To see the other 1: --limit 3"

    def test_all_and_a_state_exclude_each_other(self, cli: OpsCli) -> None:
        assert "exclude" in cli.error("tickets", "list", "--all", "--state", "open")

    def test_no_terminal_is_steered_by_a_customer(self, cli: OpsCli) -> None:
        code = cli.open_ticket(summary="hola \x1b[2J\u202eabc")
        for words in (["list"], ["show", code]):
            shown = cli.output("tickets", *words)
            assert "\x1b" not in shown
            assert "\u202e" not in shown


class TestShow:
    def test_who_what_and_what_next(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        photo = Attachment(kind=AttachmentKind.IMAGE, media_id="m1", mime_type="image/jpeg", caption="acá")
        cli.desk.take(message("2"), ChangeTicket(code=code, text="sigue\nigual", files=(photo,)), outbox=[])
        cli.output("tickets", "resolve", code, "listo", "--as", "Bea")
        shown = cli.output("tickets", "show", code)
        for each in (
            f"{code}: resolved, taken by Bea\n",
            "Ana, +5491100000001, writes in Spanish",
            "next      answer, close, reopen",
            "Ana opened the ticket\n    no prende: todo\n",
            "Ana wrote\n    sigue\n    igual\n    [image, image/jpeg, acá]\n",
            "Bea marked it as resolved (open -> resolved)\n    listo\n    ⏳ On its way\n",
            "unsent    ",
        ):
            assert each in shown

    def test_a_voice_note_with_its_transcript_and_why_a_file_is_not_there(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        note = Attachment(kind=AttachmentKind.VOICE, media_id="1", mime_type="audio/ogg")
        photo = Attachment(kind=AttachmentKind.IMAGE, media_id="2", mime_type="image/jpeg")
        cli.desk.take(message("2"), ChangeTicket(code=code, text="yo", files=(note, photo)), outbox=[])
        cli.tables.do(
            "update attachments set bytes = 1, stored_at = now(), seconds = 42, transcript = 'no\nprende' "
            "where kind = 'voice'"
        )
        cli.tables.do("update attachments set missing = 'no_room' where kind = 'image'")
        shown = cli.output("tickets", "show", code)
        assert "    [voice, 0:42, audio/ogg]\n    Automatic transcription: no prende\n" in shown
        assert "    [image, image/jpeg, Not saved: there's no space left for files]\n" in shown

    @pytest.mark.parametrize(
        "change", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "]
    )
    def test_a_code_is_read_generously(self, cli: OpsCli, change: Any) -> None:
        code = cli.open_ticket()
        assert cli.json("tickets", "show", change(code))["code"] == code

    def test_what_is_no_code_or_no_ticket(self, cli: OpsCli) -> None:
        assert "is not a ticket code" in cli.error("tickets", "show", "impresora")
        assert "its check character does not match" in cli.error("tickets", "show", "TK-7F3K-9QX3")
        assert cli.error("tickets", "show", CODES[5]) == f"there is no ticket {CODES[5]}"

    def test_for_programs_it_says_what_was_seen(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        shown = cli.json("tickets", "show", code)
        assert shown["seen"] == shown["events"][-1]["id"]

    def test_a_rating_and_a_person_who_is_gone(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        cli.output("tickets", "close", code)
        cli.tables.do("update tickets set rating = 4, customer_id = null")
        shown = cli.output("tickets", "show", code)
        assert "rating    4 of 5" in shown
        assert "customer  erased" in shown


class TestWork:
    @pytest.mark.parametrize(
        ("action", "status"),
        [
            ("ask", "waiting_customer"),
            ("answer", "in_progress"),
            ("resolve", "resolved"),
            ("close", "closed"),
        ],
    )
    def test_each_action_moves_the_ticket_and_notifies_the_customer(
        self, cli: OpsCli, action: str, status: str
    ) -> None:
        code = cli.open_ticket()
        said = cli.output("tickets", action, code, "¿qué modelo es?", "--as", "Bea")
        assert column(cli, code, "status") == status
        assert "It leaves for the customer's WhatsApp with the next sweep, within a minute" in said
        event = cli.tables.one("select * from ticket_events order by id desc limit 1")
        assert (event["author"], event["action"], event["body"]) == ("Bea", action, "¿qué modelo es?")

    def test_reopen_needs_no_words(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        cli.output("tickets", "close", code)
        assert f"✓ {code}: open" in cli.output("tickets", "reopen", code)

    def test_every_action_has_its_command(self, cli: OpsCli) -> None:
        listed = cli.output("tickets", "--help")
        assert all(f" {action.replace('_', '-')} " in listed for action in TechnicianAction)

    def test_who_takes_it_is_named(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        assert f"✓ {code}: in progress, taken by Bea." in cli.output("tickets", "take", code, "--as", "Bea")

    def test_nobody_is_named_who_did_not_say_their_name(self, cli: OpsCli, tmp_path: Path) -> None:
        """The customer would read it."""
        config = tmp_path / "config"
        config.write_text("[user]\n\tname = Dora Díaz\n")
        code = cli.open_ticket()
        cli.output("tickets", "take", code, GIT_CONFIG_GLOBAL=str(config), LOGNAME="dora")
        assert column(cli, code, "assignee") is None
        assert cli.tables.value("select author from ticket_events order by id desc limit 1") is None

    def test_the_help_says_who_reads_the_name(self, cli: OpsCli) -> None:
        assert "as the customer reads it" in " ".join(cli.output("tickets", "take", "--help").split())

    def test_words_from_stdin(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        cli.output("tickets", "answer", code, "-", stdin="primera\nsegunda\n")
        assert (
            cli.tables.value("select body from ticket_events order by id desc limit 1") == "primera\nsegunda"
        )
        assert "no text on stdin" in cli.error("tickets", "answer", code, "-", stdin="\n")

    def test_more_words_than_whatsapp_takes(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        assert "3001 characters" in cli.error("tickets", "answer", code, "a" * 3001)
        assert column(cli, code, "status") == "open"

    def test_a_question_needs_words(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        assert "ask needs a text for the customer" in cli.error("tickets", "ask", code)

    def test_what_is_not_legal_says_what_is(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        cli.output("tickets", "close", code)
        assert cli.error("tickets", "answer", code, "hola") == (
            f"{code} is closed and cannot be answered; possible now: reopen"
        )

    def test_a_missing_ticket(self, cli: OpsCli) -> None:
        assert cli.error("tickets", "take", CODES[3]) == f"there is no ticket {CODES[3]}"

    def test_a_ticket_that_has_changed_meanwhile_is_left_alone(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        seen = str(cli.json("tickets", "show", code)["seen"])
        cli.output("tickets", "take", code, "--as", "Bea")
        error = cli.error("tickets", "resolve", code, "--seen", seen)
        assert (
            "has changed meanwhile, so nothing was done: Bea took the ticket (open -> in progress)" in error
        )
        assert "possible now: answer, ask, close, give_back, hand_over, resolve, take" in error
        assert column(cli, code, "status") == "in_progress"

    def test_with_a_key_it_is_done_once(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        words = ("tickets", "answer", code, "hola", "--key", "job-1")
        cli.output(*words)
        assert "done before with the same key" in cli.output(*words)
        assert cli.json(*words)["result"] == "repeated"
        assert cli.tables.value("select count(*) from ticket_events where action = 'answer'") == 1

    def test_a_key_is_of_one_ticket_and_one_action(self, cli: OpsCli) -> None:
        one, two = cli.open_ticket(0), cli.open_ticket(1, BEA)
        cli.output("tickets", "take", one, "--key", "job-1")
        cli.output("tickets", "take", two, "--key", "job-1")
        cli.output("tickets", "resolve", one, "--key", "job-1")
        assert (column(cli, one, "status"), column(cli, two, "status")) == ("resolved", "in_progress")

    def test_an_erased_customer_is_not_notified(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        cli.tables.do("update tickets set customer_id = null")
        assert "Its customer was erased, so nobody is notified" in cli.output("tickets", "resolve", code)

    def test_who_acts_is_an_address_or_a_name_of_the_setting(self, cli: OpsCli) -> None:
        to = {"SUPPORT_EMAIL_TO": "Bea Paz <bea@example.com>, luis@example.com"}
        for number, given in enumerate(("BEA@example.com", "bea paz")):
            code = cli.open_ticket(number)
            cli.output("tickets", "take", code, "--as", given, **to)
            assert (column(cli, code, "assignee"), column(cli, code, "assignee_address")) == (
                "Bea Paz",
                "bea@example.com",
            )

    def test_handed_over_and_given_back(self, cli: OpsCli) -> None:
        to = {"SUPPORT_EMAIL_TO": "Bea Paz <bea@example.com>, luis@example.com"}
        code = cli.open_ticket()
        said = cli.output("tickets", "hand-over", code, "luis@example.com", "--as", "Bea Paz", **to)
        assert (
            said
            == f"✓ {code}: in progress, taken by luis@example.com. The customer is not notified of this\n"
        )
        assert f"✓ {code}: open." in cli.output("tickets", "give-back", code, **to)
        assert "cannot be given back" in cli.error("tickets", "give-back", code, **to)
        assert "is no technician" in cli.error("tickets", "hand-over", code, "dora@example.com", **to)

    def test_taking_it_from_a_colleague_is_not_notified(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        cli.output("tickets", "take", code, "--as", "Bea")
        assert "The customer is not notified of this" in cli.output("tickets", "take", code, "--as", "Dora")


class TestExport:
    def test_csv_with_times_and_counts(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        cli.output("tickets", "resolve", code, "listo")
        cli.tables.do("update tickets set rating = 5")
        (row,) = csv.DictReader(io.StringIO(cli.output("tickets", "export")))
        assert (row["code"], row["status"], row["rating"], row["events"]) == (code, "resolved", "5", "2")
        assert row["created_at"] < row["answered_at"] == row["resolved_at"]

    def test_no_names_or_numbers_of_customers(self, cli: OpsCli) -> None:
        cli.open_ticket()
        for form in ("csv", "json"):
            written = cli.output("tickets", "export", "--format", form)
            assert not any(str(alias) in written for alias in (ANA.wa_id, ANA.user_id, ANA.name))

    def test_json_is_one_array_with_a_ticket_a_line(self, cli: OpsCli) -> None:
        codes = [cli.open_ticket(number) for number in range(3)]
        written = cli.output("tickets", "export", "--format", "json")
        assert [each["code"] for each in json.loads(written)] == codes
        assert len(written.splitlines()) == 5
        assert cli.json("tickets", "export") == json.loads(written)

    def test_nothing_is_a_header_or_an_empty_array(self, cli: OpsCli) -> None:
        assert cli.output("tickets", "export").startswith("code,status,summary")
        assert cli.json("tickets", "export") == []

    def test_since_a_day_of_the_desk(self, cli: OpsCli) -> None:
        old, new = cli.open_ticket(0), cli.open_ticket(1)
        cli.tables.do("update tickets set created_at = '2026-03-01T02:59:59Z' where code = %s", old)
        cli.tables.do("update tickets set created_at = '2026-03-01T03:00:00Z' where code = %s", new)
        found = cli.output(
            "tickets", "export", "--since", "2026-03-01", SUPPORT_TIMEZONE="America/Argentina/Buenos_Aires"
        )
        assert (new in found, old in found) == (True, False)

    def test_more_than_a_page(self, cli: OpsCli) -> None:
        cli.tables.do(
            "alter table tickets disable trigger user"
        )  # a thousand at once, of which nobody searches a word
        cli.tables.do(
            "insert into tickets (code, wamid, summary, description, language) "
            "select 'TK-0000-' || lpad(n::text, 4, '0'), n::text, '', '', 'es' from generate_series(1, 1001) n"
        )
        cli.tables.do("alter table tickets enable trigger user")
        codes = [each["code"] for each in cli.json("tickets", "export")]
        assert len(set(codes)) == len(codes) == 1001
        assert codes == sorted(codes)

    def test_a_file_is_there_when_it_is_whole(self, cli: OpsCli, tmp_path: Path) -> None:
        code, target = cli.open_ticket(summary="mañana"), tmp_path / "tickets.csv"
        result = cli.run("tickets", "export", "--output", str(target))
        assert (result.code, result.out, result.err) == (0, "", f"✓ 1 ticket in {target}\n")
        assert target.read_bytes().startswith(b"\xef\xbb\xbfcode,")  # for Excel
        assert code in target.read_text("utf-8-sig")
        assert "mañana" in target.read_text("utf-8-sig")
        assert target.stat().st_mode & 0o077 == 0

    def test_what_was_there_stays_when_it_fails(self, cli: OpsCli, tmp_path: Path) -> None:
        target = tmp_path / "tickets.csv"
        target.write_text("old")
        cli.unavailable("tickets", "export", "--output", str(target), SUPABASE_SECRET_KEY="wrong")
        assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("tickets.csv", "old")]

    def test_a_folder_that_is_not_there(self, cli: OpsCli) -> None:
        assert "cannot be written" in cli.error("tickets", "export", "--output", "nowhere/tickets.csv")

    @pytest.mark.parametrize(
        "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\n=1", "\r=1", "＝1", "\x00=1"]
    )
    def test_no_cell_is_a_formula(self, text: str) -> None:
        assert str(safe(text)).startswith("'")

    @pytest.mark.parametrize("value", ["no prende", "a=b", 5, None, -1, ""])
    def test_other_values_stay_as_they_are(self, value: object) -> None:
        assert safe(value) == value

    def test_no_cell_of_the_file_is_a_formula(self, cli: OpsCli) -> None:
        cli.open_ticket(summary='=HYPERLINK("http://x")')
        (row,) = csv.DictReader(io.StringIO(cli.output("tickets", "export")))
        assert row["summary"] == '\'=HYPERLINK("http://x")'


class TestSupabase:
    def test_nobody_answers(self, cli: OpsCli) -> None:
        assert "cannot be reached" in cli.unavailable("tickets", "list", SUPABASE_URL="http://127.0.0.1:9")

    def test_a_wrong_key(self, cli: OpsCli) -> None:
        assert "key does not belong to this project" in cli.unavailable(
            "tickets", "list", SUPABASE_SECRET_KEY="sb_secret_wrong"
        )

    def test_the_publishable_key(self, cli: OpsCli) -> None:
        error = cli.unavailable("tickets", "list", SUPABASE_SECRET_KEY=cli.local.publishable_key)
        assert "must be the secret key" in error

    @pytest.mark.parametrize("change", [{"SUPABASE_URL": "hola"}, {"SUPABASE_SECRET_KEY": "ñ"}])
    def test_settings_that_cannot_be_right(self, cli: OpsCli, change: dict[str, str]) -> None:
        assert "malformed" in cli.unavailable("tickets", "list", **change)

    def test_missing_settings(self, cli: OpsCli) -> None:
        assert "SUPABASE_SECRET_KEY is missing" in cli.error("tickets", "list", SUPABASE_SECRET_KEY="")

    def test_an_older_schema(self, cli: OpsCli) -> None:
        renamed = "alter function {}(timestamptz, bigint, integer) rename to {}"
        cli.tables.do(renamed.format("export_tickets", "not_yet"))
        try:
            assert "python -m ops migrate" in cli.unavailable("tickets", "export", "--output", "x.csv")
        finally:
            cli.tables.do(renamed.format("not_yet", "export_tickets"))

    def test_a_wrong_time_zone(self, cli: OpsCli) -> None:
        code = cli.open_ticket()
        assert "SUPPORT_TIMEZONE" in cli.error("tickets", "show", code, SUPPORT_TIMEZONE="Mars/Base")


class TestMerge:
    def test_a_duplicate_is_closed_and_points_to_the_other(self, cli: OpsCli) -> None:
        one, two = cli.open_ticket(0), cli.open_ticket(1)
        done = cli.output("tickets", "merge", two, "--into", one, "--as", "Bea")
        assert "It leaves for the customer's WhatsApp" in done
        shown = cli.output("tickets", "show", two)
        assert f"goes on   in {one}" in shown
        assert f"Bea merged this ticket into {one} (open -> closed)" in shown

    def test_what_it_cannot_be_merged_into(self, cli: OpsCli) -> None:
        one = cli.open_ticket(0)
        assert "it needs another ticket of theirs" in cli.error("tickets", "merge", one, "--into", one)
        assert "is not a ticket code" in cli.error("tickets", "merge", one, "--into", "otro")


def test_internal_notes_are_shown_to_who_works_here(cli: OpsCli) -> None:
    code = cli.open_ticket()
    cli.desk.store.act_on_ticket(code, Mark.INTERNAL, "ojo", author="Lu", key=None, seen=None)
    cli.desk.store.act_on_ticket(code, Mark.URGENT, "", author="Lu", key=None, seen=None)
    shown = cli.output("tickets", "show", code)
    assert "Internal note by Lu: the customer doesn't see it\n    ojo\n" in shown
    assert "urgent    yes" in shown
    assert "It leaves for the customer's WhatsApp" in cli.output("tickets", "answer", code, "hola")
