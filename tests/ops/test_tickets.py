"""`python -m ops tickets`: a technician works from the command line as from the page, and is told plainly what is not legal."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from ops.commands.tickets_export import safe
from state.model.message import Attachment, AttachmentKind
from state.model.ticket import TechnicianAction
from state.model.turn import AddNote
from tests.support.builders import ANA, BEA, message
from tests.support.ops_tickets import CODES, Counter


def column(counter: Counter, code: str, name: str) -> Any:
    return counter.tables.value(f"select {name} from tickets where code = %s", code)


class TestList:
    def test_an_empty_desk_says_so(self, counter: Counter) -> None:
        assert counter.does("tickets", "list") == "Nothing to do. --all also shows what is done.\n"
        assert counter.does("tickets", "list", "--all") == "There are no tickets.\n"
        assert counter.asks("tickets", "list") == []

    def test_what_is_not_done_newest_first(self, counter: Counter) -> None:
        first, second, done = (counter.opened(number) for number in range(3))
        counter.does("tickets", "close", done)
        assert [each["code"] for each in counter.asks("tickets", "list")] == [second, first]
        assert [each["code"] for each in counter.asks("tickets", "list", "--all")] == [done, second, first]

    def test_only_some_states(self, counter: Counter) -> None:
        one, two, three = (counter.opened(number) for number in range(3))
        counter.does("tickets", "close", one)
        counter.does("tickets", "take", two, "--as", "Bea")
        listed = counter.asks("tickets", "list", "--status", "closed", "--status", "open")
        assert [each["code"] for each in listed] == [three, one]

    def test_a_person_sees_who_and_what(self, counter: Counter) -> None:
        code = counter.opened(summary="no prende", wants_human=True)
        counter.does("tickets", "take", code, "--as", "Bea")
        row = counter.does("tickets", "list").splitlines()[2]
        for shown in (code, "in progress", "Bea", "Ana", "[asked for a person] no prende"):
            assert shown in row

    def test_more_than_the_limit_is_told(self, counter: Counter) -> None:
        for number in range(3):
            counter.opened(number)
        assert "These are the newest 2" in counter.does("tickets", "list", "--limit", "2")
        assert len(counter.asks("tickets", "list", "--limit", "2")) == 2
        assert "newest" not in counter.does("tickets", "list", "--limit", "3")

    def test_all_and_a_state_exclude_each_other(self, counter: Counter) -> None:
        assert "exclude" in counter.refused("tickets", "list", "--all", "--status", "open")

    def test_no_terminal_is_steered_by_a_customer(self, counter: Counter) -> None:
        code = counter.opened(summary="hola \x1b[2J\u202eabc")
        for words in (["list"], ["show", code]):
            shown = counter.does("tickets", *words)
            assert "\x1b" not in shown
            assert "\u202e" not in shown


class TestShow:
    def test_who_what_and_what_next(self, counter: Counter) -> None:
        code = counter.opened()
        photo = Attachment(kind=AttachmentKind.IMAGE, media_id="m1", mime_type="image/jpeg", caption="acá")
        counter.desk.take(message("2"), AddNote(code=code, text="sigue\nigual", files=(photo,)), outbox=[])
        counter.does("tickets", "resolve", code, "listo", "--as", "Bea")
        shown = counter.does("tickets", "show", code)
        for each in (
            f"{code}: resolved\n",
            "Ana, +5491100000001, writes in Spanish",
            "next      answer, close, reopen",
            "Ana opened the ticket\n    no prende: todo\n",
            "Ana wrote\n    sigue\n    igual\n    [image, image/jpeg, acá]\n",
            "Bea marked it as resolved (open -> resolved)\n    listo\n",
            "unsent    ",
        ):
            assert each in shown

    @pytest.mark.parametrize(
        "change", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "]
    )
    def test_a_code_is_read_generously(self, counter: Counter, change: Any) -> None:
        code = counter.opened()
        assert counter.asks("tickets", "show", change(code))["code"] == code

    def test_what_is_no_code_or_no_ticket(self, counter: Counter) -> None:
        assert "is not a ticket code" in counter.refused("tickets", "show", "impresora")
        assert "its check character does not match" in counter.refused("tickets", "show", "TK-7F3K-9QX3")
        assert counter.refused("tickets", "show", CODES[5]) == f"there is no ticket {CODES[5]}"

    def test_for_programs_it_says_what_was_seen(self, counter: Counter) -> None:
        code = counter.opened()
        shown = counter.asks("tickets", "show", code)
        assert shown["seen"] == shown["events"][-1]["id"]

    def test_a_rating_and_a_person_who_is_gone(self, counter: Counter) -> None:
        code = counter.opened()
        counter.does("tickets", "close", code)
        counter.tables.do("update tickets set rating = 4, customer_id = null")
        shown = counter.does("tickets", "show", code)
        assert "rating    4 of 5" in shown
        assert "customer  erased" in shown


class TestWork:
    @pytest.mark.parametrize(
        ("action", "status"),
        [
            ("take", "in_progress"),
            ("ask", "waiting_customer"),
            ("answer", "in_progress"),
            ("resolve", "resolved"),
            ("close", "closed"),
        ],
    )
    def test_each_action_moves_the_ticket_and_tells_the_customer(
        self, counter: Counter, action: str, status: str
    ) -> None:
        code = counter.opened()
        said = counter.does("tickets", action, code, "¿qué modelo es?", "--as", "Bea")
        assert column(counter, code, "status") == status
        assert "The customer is notified in WhatsApp within 1 or 2 minutes" in said
        event = counter.tables.one("select * from ticket_events order by id desc limit 1")
        assert (event["author"], event["action"], event["body"]) == ("Bea", action, "¿qué modelo es?")

    def test_reopen_needs_no_words(self, counter: Counter) -> None:
        code = counter.opened()
        counter.does("tickets", "close", code)
        assert f"✓ {code}: open" in counter.does("tickets", "reopen", code)

    def test_every_action_has_its_command(self, counter: Counter) -> None:
        listed = counter.does("tickets", "--help")
        assert all(f" {action} " in listed for action in TechnicianAction)

    def test_who_takes_it_is_named(self, counter: Counter) -> None:
        code = counter.opened()
        assert f"✓ {code}: in progress, taken by Bea." in counter.does("tickets", "take", code, "--as", "Bea")

    def test_nobody_is_named_who_did_not_say_their_name(self, counter: Counter, tmp_path: Path) -> None:
        """The customer would read it."""
        config = tmp_path / "config"
        config.write_text("[user]\n\tname = Dora Díaz\n")
        code = counter.opened()
        counter.does("tickets", "take", code, GIT_CONFIG_GLOBAL=str(config), LOGNAME="dora")
        assert column(counter, code, "assignee") is None
        assert counter.tables.value("select author from ticket_events order by id desc limit 1") is None

    def test_the_help_says_who_reads_the_name(self, counter: Counter) -> None:
        assert "as the customer reads it" in " ".join(counter.does("tickets", "take", "--help").split())

    def test_words_from_stdin(self, counter: Counter) -> None:
        code = counter.opened()
        counter.does("tickets", "answer", code, "-", stdin="primera\nsegunda\n")
        assert (
            counter.tables.value("select body from ticket_events order by id desc limit 1")
            == "primera\nsegunda"
        )
        assert "no text on stdin" in counter.refused("tickets", "answer", code, "-", stdin="\n")

    def test_more_words_than_whatsapp_takes(self, counter: Counter) -> None:
        code = counter.opened()
        assert "3001 characters" in counter.refused("tickets", "answer", code, "a" * 3001)
        assert column(counter, code, "status") == "open"

    def test_a_question_needs_words(self, counter: Counter) -> None:
        code = counter.opened()
        assert "ask needs a text for the customer" in counter.refused("tickets", "ask", code)

    def test_what_is_not_legal_says_what_is(self, counter: Counter) -> None:
        code = counter.opened()
        counter.does("tickets", "close", code)
        assert counter.refused("tickets", "answer", code, "hola") == (
            f"{code} is closed and cannot be answered; possible now: reopen"
        )

    def test_a_missing_ticket(self, counter: Counter) -> None:
        assert counter.refused("tickets", "take", CODES[3]) == f"there is no ticket {CODES[3]}"

    def test_what_moved_on_meanwhile_is_told_and_left_alone(self, counter: Counter) -> None:
        code = counter.opened()
        seen = str(counter.asks("tickets", "show", code)["seen"])
        counter.does("tickets", "take", code, "--as", "Bea")
        told = counter.refused("tickets", "resolve", code, "--seen", seen)
        assert "has changed meanwhile, so nothing was done: Bea took the ticket (open -> in progress)" in told
        assert "possible now: answer, ask, close, resolve, take" in told
        assert column(counter, code, "status") == "in_progress"

    def test_with_a_key_it_is_done_once(self, counter: Counter) -> None:
        code = counter.opened()
        words = ("tickets", "answer", code, "hola", "--key", "job-1")
        counter.does(*words)
        assert "done before with the same key" in counter.does(*words)
        assert counter.asks(*words)["result"] == "repeated"
        assert counter.tables.value("select count(*) from ticket_events where action = 'answer'") == 1

    def test_a_key_is_of_one_ticket_and_one_action(self, counter: Counter) -> None:
        one, two = counter.opened(0), counter.opened(1, BEA)
        counter.does("tickets", "take", one, "--key", "job-1")
        counter.does("tickets", "take", two, "--key", "job-1")
        counter.does("tickets", "resolve", one, "--key", "job-1")
        assert (column(counter, one, "status"), column(counter, two, "status")) == ("resolved", "in_progress")

    def test_whom_nobody_can_tell(self, counter: Counter) -> None:
        code = counter.opened()
        counter.tables.do("update tickets set customer_id = null")
        assert "Its customer was erased, so nobody is notified" in counter.does("tickets", "resolve", code)

    def test_taking_it_from_a_colleague_is_not_told(self, counter: Counter) -> None:
        code = counter.opened()
        counter.does("tickets", "take", code, "--as", "Bea")
        assert "The customer is not notified of this" in counter.does("tickets", "take", code, "--as", "Dora")


class TestExport:
    def test_csv_with_times_and_counts(self, counter: Counter) -> None:
        code = counter.opened()
        counter.does("tickets", "resolve", code, "listo")
        counter.tables.do("update tickets set rating = 5")
        (row,) = csv.DictReader(io.StringIO(counter.does("tickets", "export")))
        assert (row["code"], row["status"], row["rating"], row["events"]) == (code, "resolved", "5", "2")
        assert row["created_at"] < row["answered_at"] == row["resolved_at"]

    def test_nobody_s_name_or_number(self, counter: Counter) -> None:
        counter.opened()
        for form in ("csv", "json"):
            written = counter.does("tickets", "export", "--format", form)
            assert not any(str(alias) in written for alias in (ANA.wa_id, ANA.user_id, ANA.name))

    def test_json_is_one_array_with_a_ticket_a_line(self, counter: Counter) -> None:
        codes = [counter.opened(number) for number in range(3)]
        written = counter.does("tickets", "export", "--format", "json")
        assert [each["code"] for each in json.loads(written)] == codes
        assert len(written.splitlines()) == 5
        assert counter.asks("tickets", "export") == json.loads(written)

    def test_nothing_is_a_header_or_an_empty_array(self, counter: Counter) -> None:
        assert counter.does("tickets", "export").startswith("code,status,summary")
        assert counter.asks("tickets", "export") == []

    def test_since_a_day_of_the_desk(self, counter: Counter) -> None:
        old, new = counter.opened(0), counter.opened(1)
        counter.tables.do("update tickets set created_at = '2026-03-01T02:59:59Z' where code = %s", old)
        counter.tables.do("update tickets set created_at = '2026-03-01T03:00:00Z' where code = %s", new)
        found = counter.does(
            "tickets", "export", "--since", "2026-03-01", SUPPORT_TIMEZONE="America/Argentina/Buenos_Aires"
        )
        assert (new in found, old in found) == (True, False)

    def test_more_than_a_page(self, counter: Counter) -> None:
        counter.tables.do(
            "insert into tickets (code, wamid, summary, description, language) "
            "select 'TK-0000-' || lpad(n::text, 4, '0'), n::text, '', '', 'es' from generate_series(1, 1001) n"
        )
        codes = [each["code"] for each in counter.asks("tickets", "export")]
        assert len(set(codes)) == len(codes) == 1001
        assert codes == sorted(codes)

    def test_a_file_is_there_when_it_is_whole(self, counter: Counter, tmp_path: Path) -> None:
        code, target = counter.opened(summary="mañana"), tmp_path / "tickets.csv"
        result = counter.runs("tickets", "export", "--output", str(target))
        assert (result.code, result.out, result.err) == (0, "", f"✓ 1 ticket in {target}\n")
        assert target.read_bytes().startswith(b"\xef\xbb\xbfcode,")  # for Excel
        assert code in target.read_text("utf-8-sig")
        assert "mañana" in target.read_text("utf-8-sig")
        assert target.stat().st_mode & 0o077 == 0

    def test_what_was_there_stays_when_it_fails(self, counter: Counter, tmp_path: Path) -> None:
        target = tmp_path / "tickets.csv"
        target.write_text("old")
        counter.unable("tickets", "export", "--output", str(target), SUPABASE_SECRET_KEY="wrong")
        assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("tickets.csv", "old")]

    def test_a_folder_that_is_not_there(self, counter: Counter) -> None:
        assert "cannot be written" in counter.refused("tickets", "export", "--output", "nowhere/tickets.csv")

    @pytest.mark.parametrize(
        "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\n=1", "\r=1", "＝1", "\x00=1"]
    )
    def test_no_cell_is_a_formula(self, text: str) -> None:
        assert str(safe(text)).startswith("'")

    @pytest.mark.parametrize("value", ["no prende", "a=b", 5, None, -1, ""])
    def test_what_is_none_stays_as_it_is(self, value: object) -> None:
        assert safe(value) == value

    def test_nor_in_the_file(self, counter: Counter) -> None:
        counter.opened(summary='=HYPERLINK("http://x")')
        (row,) = csv.DictReader(io.StringIO(counter.does("tickets", "export")))
        assert row["summary"] == '\'=HYPERLINK("http://x")'


class TestSupabase:
    def test_nobody_answers(self, counter: Counter) -> None:
        assert "cannot be reached" in counter.unable("tickets", "list", SUPABASE_URL="http://127.0.0.1:9")

    def test_a_wrong_key(self, counter: Counter) -> None:
        assert "key does not belong to this project" in counter.unable(
            "tickets", "list", SUPABASE_SECRET_KEY="sb_secret_wrong"
        )

    def test_the_publishable_key(self, counter: Counter) -> None:
        told = counter.unable("tickets", "list", SUPABASE_SECRET_KEY=counter.local.publishable_key)
        assert "must be the secret key" in told

    @pytest.mark.parametrize("change", [{"SUPABASE_URL": "hola"}, {"SUPABASE_SECRET_KEY": "ñ"}])
    def test_settings_that_cannot_be_right(self, counter: Counter, change: dict[str, str]) -> None:
        assert "malformed" in counter.unable("tickets", "list", **change)

    def test_missing_settings(self, counter: Counter) -> None:
        assert "SUPABASE_SECRET_KEY is missing" in counter.refused("tickets", "list", SUPABASE_SECRET_KEY="")

    def test_an_older_schema(self, counter: Counter) -> None:
        renamed = "alter function {}(timestamptz, bigint, integer) rename to {}"
        counter.tables.do(renamed.format("export_tickets", "not_yet"))
        try:
            assert "python -m ops migrate" in counter.unable("tickets", "export", "--output", "x.csv")
        finally:
            counter.tables.do(renamed.format("not_yet", "export_tickets"))

    def test_a_wrong_time_zone(self, counter: Counter) -> None:
        code = counter.opened()
        assert "SUPPORT_TIMEZONE" in counter.refused("tickets", "show", code, SUPPORT_TIMEZONE="Mars/Base")
