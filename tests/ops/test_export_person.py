"""`python -m ops export-person`: all that is stored about a person, in one file that only the operator can read."""

import io
import json
import os
import stat
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from ops.file_storage import file_storage
from ops.operator_settings import OperatorSettings
from state.model.message import Attachment, AttachmentKind, Poison, Sender
from state.model.ticket import TechnicianAction
from state.model.turn import ChangeTicket
from tests.support.builders import ANA, BEA, message
from tests.support.ops_tickets import CODES, OpsCli

PHONE = f"+{ANA.wa_id}"
PHOTO = b"a photo, in truth"


@pytest.fixture
def cli(cli: OpsCli) -> OpsCli:
    """Ana has a ticket with a photo, a question of a technician's and an internal note about her; Bea has one, too."""
    code = cli.open_ticket(0)
    photo = Attachment(kind=AttachmentKind.IMAGE, media_id="m1", mime_type="image/jpeg", caption="el cable")
    cli.desk.take(
        message("2"), ChangeTicket(code=code, text="una foto", files=(photo,)), outbox=[], channels=()
    )
    cli.desk.work(TechnicianAction.ANSWER, "Ya la miro.", ticket=code)
    cli.tables.do(
        "insert into ticket_events (ticket_id, kind, actor, author, author_address, action, body) "
        "values (1, 'internal', 'technician', 'Marta', 'marta@example.com', 'internal', 'paga tarde')"
    )
    cli.open_ticket(1, BEA, summary="lo de Bea")
    return cli


def store_photo(cli: OpsCli) -> None:
    path = cli.tables.value("select object from attachments")
    settings = {"SUPABASE_URL": cli.local.url, "SUPABASE_SECRET_KEY": cli.local.secret_key}
    with file_storage(OperatorSettings(values=settings, source="the test")) as storage:
        storage.put(path, io.BufferedReader(io.BytesIO(PHOTO)), "image/jpeg")
    cli.tables.do("update attachments set bytes = %s, stored_at = now()", len(PHOTO))


def exported(cli: OpsCli, folder: Path, *words: str) -> tuple[dict[str, Any], dict[str, bytes], str]:
    """person.json, the files by name, and what the command said."""
    output = folder / "ana.zip"
    result = cli.run("export-person", *(words or (PHONE,)), "--output", str(output))
    assert result.code == 0, result.everything
    with ZipFile(output) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(files.pop("person.json")), files, result.everything


class TestContent:
    def test_who_they_are_and_what_was_said(self, cli: OpsCli, tmp_path: Path) -> None:
        content, _, _ = exported(cli, tmp_path)
        assert content["person"]["name"] == ANA.name
        assert (content["person"]["number"], content["person"]["user_id"]) == (ANA.wa_id, ANA.user_id)
        assert content["conversation"]["language"] == "es"
        (ticket,) = content["tickets"]
        assert (ticket["code"], ticket["description"]) == (CODES[0], "no prende: todo")
        said = [(event["actor"], event["kind"], event["text"]) for event in ticket["events"]]
        assert ("customer", "note", "una foto") in said
        assert ("technician", "status", "Ya la miro.") in said

    def test_what_was_received_and_sent(self, cli: OpsCli, tmp_path: Path) -> None:
        content, _, _ = exported(cli, tmp_path)
        assert [row["id"] for row in content["received"]] == [f"of {CODES[0]}", "2"]
        assert {row["content"] for row in content["sent"]} == {"rendered", "notification"}
        assert "body of" in content["sent"][0]["message"]

    def test_a_message_that_could_not_be_read(self, cli: OpsCli, tmp_path: Path) -> None:
        cli.desk.store.record_poison(Poison(key="p1", payload=f'{{"from": "{ANA.wa_id}"}}', reason="odd"))
        content, _, _ = exported(cli, tmp_path)
        assert content["received"][-1]["content"] == f'{{"from": "{ANA.wa_id}"}}'

    def test_what_technicians_noted_about_them(self, cli: OpsCli, tmp_path: Path) -> None:
        content, _, _ = exported(cli, tmp_path)
        assert "paga tarde" in json.dumps(content)
        content, _, _ = exported(cli, tmp_path, PHONE, "--without-internal")
        assert "paga tarde" not in json.dumps(content)

    def test_nothing_of_anybody_else(self, cli: OpsCli, tmp_path: Path) -> None:
        content, _, _ = exported(cli, tmp_path)
        text = json.dumps(content)
        for theirs in (str(BEA.wa_id), str(BEA.user_id), "lo de Bea", CODES[1], "marta@example.com"):
            assert theirs not in text

    def test_their_files(self, cli: OpsCli, tmp_path: Path) -> None:
        store_photo(cli)
        content, files, _ = exported(cli, tmp_path)
        (file,) = content["tickets"][0]["files"]
        assert files == {f"{CODES[0]}/1.jpg": PHOTO}
        assert (file["in_this_archive"], file["caption"]) == (f"{CODES[0]}/1.jpg", "el cable")

    def test_a_file_that_is_not_there(self, cli: OpsCli, tmp_path: Path) -> None:
        cli.tables.do("update attachments set bytes = 5, stored_at = now()")
        content, files, said = exported(cli, tmp_path)
        assert files == {}
        assert "1 file not in it" in said
        assert "Storage does not have it" in content["tickets"][0]["files"][0]["missing"]


class TestTheFile:
    def test_only_the_operator_can_read_it(self, cli: OpsCli, tmp_path: Path) -> None:
        before = os.umask(0)
        try:
            exported(cli, tmp_path)
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "ana.zip").stat().st_mode) == 0o600

    def test_the_output_says_nothing_of_them(self, cli: OpsCli, tmp_path: Path) -> None:
        _, _, said = exported(cli, tmp_path)
        for theirs in (str(ANA.name), str(ANA.wa_id), str(ANA.user_id), "no prende", CODES[0]):
            assert theirs not in said
        assert "1 ticket, 0 files" in said

    def test_a_folder_that_is_not_there(self, cli: OpsCli, tmp_path: Path) -> None:
        output = str(tmp_path / "none" / "ana.zip")
        assert "cannot be written" in cli.error("export-person", PHONE, "--output", output)

    def test_nothing_is_left_if_it_fails(self, cli: OpsCli, tmp_path: Path) -> None:
        cli.unavailable(
            "export-person", PHONE, "--output", str(tmp_path / "ana.zip"), SUPABASE_SECRET_KEY="wrong"
        )
        assert list(tmp_path.iterdir()) == []

    def test_for_programs(self, cli: OpsCli, tmp_path: Path) -> None:
        output = str(tmp_path / "ana.zip")
        assert cli.json("export-person", PHONE, "--output", output) == {
            "output": output,
            "tickets": 1,
            "files": 0,
            "files_missing": 0,
        }


class TestWho:
    @pytest.mark.parametrize("who", [PHONE, "+54 9 11 0000-0001", "5491100000001", ANA.user_id, " AR.ana "])
    def test_by_number_or_id(self, cli: OpsCli, tmp_path: Path, who: str) -> None:
        content, _, _ = exported(cli, tmp_path, who)
        assert content["person"]["user_id"] == ANA.user_id

    def test_who_has_only_a_username(self, cli: OpsCli, tmp_path: Path) -> None:
        cli.desk.take(message("c", Sender(user_id="US.carla", name="Carla")))
        content, _, _ = exported(cli, tmp_path, "US.carla")
        assert (content["person"]["name"], content["tickets"]) == ("Carla", [])

    @pytest.mark.parametrize(("who", "what"), [("+54 9 11 0000-0099", "number"), ("US.nobody", "id")])
    def test_nobody(self, cli: OpsCli, tmp_path: Path, who: str, what: str) -> None:
        output = str(tmp_path / "x.zip")
        assert f"nothing is stored about this {what}" in cli.error("export-person", who, "--output", output)
        assert list(tmp_path.iterdir()) == []

    def test_neither(self, cli: OpsCli) -> None:
        assert "not an international phone number" in cli.error("export-person", "Ana")
