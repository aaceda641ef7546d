"""`python -m ops files`: the tickets' files from Storage into a folder, and from there into another project's Storage."""

import io
import stat
from pathlib import Path

import pytest

from ops.file_storage import file_storage
from ops.operator_settings import OperatorSettings
from state.model.message import Attachment, AttachmentKind
from state.model.turn import ChangeTicket
from state.store.files import BUCKET
from tests.support.builders import message
from tests.support.ops_tickets import OpsCli

CONTENT = {1: b"a photo", 2: b"another one"}


@pytest.fixture
def cli(cli: OpsCli) -> OpsCli:
    """A ticket with two photos in Storage."""
    code = cli.open_ticket(0)
    photos = tuple(
        Attachment(kind=AttachmentKind.IMAGE, media_id=f"m{n}", mime_type="image/jpeg") for n in CONTENT
    )
    cli.desk.take(
        message("2"), ChangeTicket(code=code, text="dos fotos", files=photos), outbox=[], channels=()
    )
    settings = {"SUPABASE_URL": cli.local.url, "SUPABASE_SECRET_KEY": cli.local.secret_key}
    with file_storage(OperatorSettings(values=settings, source="the test")) as storage:
        for number, path in enumerate(paths(cli), start=1):
            storage.put(path, io.BufferedReader(io.BytesIO(CONTENT[number])), "image/jpeg")
            cli.tables.do(
                "update attachments set bytes = %s, stored_at = now() where object = %s",
                len(CONTENT[number]),
                path,
            )
    return cli


def paths(cli: OpsCli) -> list[str]:
    return [row["object"] for row in cli.tables.all("select object from attachments order by id")]


def stored(cli: OpsCli) -> dict[str, bytes]:
    return {path: cli.local.storage.content(BUCKET, path) for path in cli.local.storage.objects(BUCKET)}


def test_there_and_back(cli: OpsCli, tmp_path: Path) -> None:
    before, folder = stored(cli), str(tmp_path / "files")
    assert "✓ 2 files copied, 0 there already: 2 in" in cli.output("files", "save", folder)
    cli.local.storage.clear()
    assert "✓ 2 files copied, 0 there already: 2 in Storage" in cli.output("files", "load", folder)
    assert stored(cli) == before


def test_again_copies_what_is_new(cli: OpsCli, tmp_path: Path) -> None:
    cli.output("files", "save", str(tmp_path))
    first = tmp_path / paths(cli)[0]
    first.unlink()
    assert cli.json("files", "save", str(tmp_path)) == {"copied": 1, "there already": 1, "missing": 0}
    assert first.read_bytes() == CONTENT[1]
    assert cli.json("files", "load", str(tmp_path)) == {"copied": 0, "there already": 2, "missing": 0}


def test_a_file_that_is_nowhere(cli: OpsCli, tmp_path: Path) -> None:
    cli.local.storage.clear()
    for words in (("save",), ("load",)):
        result = cli.run("files", *words, str(tmp_path))
        assert (result.code, "! 2 files that" in result.err) == (0, True)
        assert "0 files copied" in result.out


def test_nobody_else_can_read_them(cli: OpsCli, tmp_path: Path) -> None:
    cli.output("files", "save", str(tmp_path / "files"))
    for path in (tmp_path / "files").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_no_path_leads_out_of_the_folder(cli: OpsCli, tmp_path: Path) -> None:
    cli.tables.do("update attachments set object = '../../outside/' || id")
    assert cli.json("files", "save", str(tmp_path / "files"))["copied"] == 0
    assert list(tmp_path.iterdir()) == []


def test_no_folder(cli: OpsCli, tmp_path: Path) -> None:
    assert "is no folder" in cli.error("files", "load", str(tmp_path / "none"))


def test_storage_is_away(cli: OpsCli, tmp_path: Path) -> None:
    cli.unavailable("files", "save", str(tmp_path), SUPABASE_URL="http://127.0.0.1:1")


def test_a_file_that_was_cut_off_is_not_loaded(cli: OpsCli, tmp_path: Path) -> None:
    cli.output("files", "save", str(tmp_path))
    first, second = paths(cli)
    (tmp_path / first).write_bytes(CONTENT[1][:-1])
    cli.local.storage.clear()
    result = cli.run("files", "load", str(tmp_path))
    assert "! 1 file that neither Storage nor" in result.err
    assert list(stored(cli)) == [second]


def test_a_file_that_cannot_be_read(cli: OpsCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.output("files", "save", str(tmp_path))
    cli.local.storage.clear()

    def refuse(path: Path, mode: str = "r") -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", refuse)
    result = cli.run("files", "load", str(tmp_path))
    assert (result.code, "cannot be read: Permission denied" in result.err) == (1, True)
