"""`python -m ops tickets answer --file`: files from the command line, with the checks, limits and steps of the page."""

from pathlib import Path
from typing import Any, cast

import pytest

from emulator.serving import free_port
from ops.answer_files import opened_files, store
from ops.data_api import DataApi
from ops.errors import SupabaseError
from ops.operator_settings import OperatorSettings
from state.model.answer_file import MAX_FILES, MAX_PHOTO_BYTES
from state.store.files import BUCKET
from tests.support.ops_tickets import OpsCli
from tests.support.sample_files import JPEG, NOT_SENDABLE, PDF, PNG


@pytest.fixture
def code(cli: OpsCli) -> str:
    cli.local.storage.clear()
    return cli.open_ticket()


def written(folder: Path, **files: bytes) -> list[str]:
    """The arguments that send these files: in place of the last _ of a name stands its dot."""
    arguments = []
    for name, content in files.items():
        path = folder / name.replace("_", ".")
        path.write_bytes(content)
        arguments += ["--file", str(path)]
    return arguments


def objects(cli: OpsCli) -> list[bytes]:
    storage = cli.local.storage
    return [storage.content(BUCKET, path) for path in storage.objects(BUCKET)]


def nothing_was_done(cli: OpsCli) -> bool:
    done = cli.tables.value("select count(*) from ticket_events where actor = 'technician'")
    return not done and not cli.tables.value("select count(*) from attachments")


@pytest.mark.parametrize("action", ["answer", "ask", "resolve"])
def test_files_go_behind_the_words(cli: OpsCli, code: str, tmp_path: Path, action: str) -> None:
    arguments = written(tmp_path, factura_pdf=PDF, foto_jpg=JPEG)
    said = cli.output("tickets", action, code, "Te mando la factura.", *arguments)
    assert "with the next sweep" in said
    assert sorted(objects(cli)) == sorted((PDF, JPEG))
    found = cli.tables.value(
        "select array_agg(concat_ws(' ', kind, mime_type, filename, bytes) order by id) from attachments"
    )
    assert found == [
        f"document application/pdf factura.pdf {len(PDF)}",
        f"image image/jpeg foto.jpg {len(JPEG)}",
    ]
    contents = cli.tables.value(
        "select array_agg(content order by id) from outbox where lane ~ '^(notify|files):' and channel = 'whatsapp'"
    )
    assert contents == ["notification", "file", "file"]
    assert cli.tables.value("select count(*) from outbox where content = 'remove'") == 0


def test_without_words_they_are_named(cli: OpsCli, code: str, tmp_path: Path) -> None:
    cli.output("tickets", "answer", code, *written(tmp_path, factura_pdf=PDF))
    body = cli.tables.value("select body from ticket_events where actor = 'technician'")
    assert body == "📎 factura.pdf"


def test_outside_the_service_window_it_says_when(cli: OpsCli, code: str, tmp_path: Path) -> None:
    cli.tables.do("update conversations set last_inbound_at = now() - interval '25 h'")
    said = cli.output("tickets", "answer", code, "Te la mando.", *written(tmp_path, factura_pdf=PDF))
    assert said.strip().endswith("; the files go when the customer writes again")


def test_with_the_same_key_it_is_done_once(cli: OpsCli, code: str, tmp_path: Path) -> None:
    arguments = ["tickets", "answer", code, "Va.", *written(tmp_path, factura_pdf=PDF), "--key", "once"]
    cli.output(*arguments)
    assert "not done again" in cli.output(*arguments)
    assert cli.tables.value("select count(*) from outbox where content = 'file'") == 1
    # What was stored for nothing is due to be removed.
    assert cli.tables.value("select count(*) from outbox where content = 'remove' and status = 'ready'") == 2


class TestRefused:
    @pytest.mark.parametrize("action", ["take", "close", "reopen", "give-back"])
    def test_with_another_command(self, cli: OpsCli, code: str, tmp_path: Path, action: str) -> None:
        result = cli.run("tickets", action, code, *written(tmp_path, factura_pdf=PDF))
        assert result.code == 2
        assert "--file" in result.err
        assert nothing_was_done(cli)

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            (
                "x.html",
                NOT_SENDABLE["pagina.html"],
                "WhatsApp does not take x.html: its content is not that of a",
            ),
            ("x.pdf", NOT_SENDABLE["instalar.pdf"], "WhatsApp does not take x.pdf"),
            ("x.txt", b"", "x.txt is empty"),
            (
                "x.png",
                PNG.ljust(MAX_PHOTO_BYTES + 1, b"\0"),
                "x.png is too large: the limit for a photo is 5 MB",
            ),
            ("x.pdf", PDF.ljust(17 << 20, b"\0"), "x.pdf is too large: the limit is 16 MB"),
        ],
    )
    def test_what_cannot_be_sent(
        self, cli: OpsCli, code: str, tmp_path: Path, name: str, content: bytes, said: str
    ) -> None:
        (tmp_path / name).write_bytes(content)
        error = cli.error("tickets", "answer", code, "Va.", "--file", str(tmp_path / name))
        assert error.startswith(said)
        assert nothing_was_done(cli)
        assert objects(cli) == []

    def test_too_many_and_too_large_together(self, cli: OpsCli, code: str, tmp_path: Path) -> None:
        path = tmp_path / "x.pdf"
        path.write_bytes(PDF.ljust(9 << 20, b"\0"))
        one = ["--file", str(path)]
        words = ["tickets", "answer", code, "Va."]
        assert cli.error(*words, *one * (MAX_FILES + 1)) == "too many files: the limit is 5 per answer"
        assert (
            cli.error(*words, *one * 2)
            == "the files are too large: the limit for all of them together is 16 MB"
        )
        assert nothing_was_done(cli)

    def test_what_cannot_be_read(self, cli: OpsCli, code: str, tmp_path: Path) -> None:
        missing = tmp_path / "missing.pdf"
        error = cli.error("tickets", "answer", code, "Va.", "--file", str(missing))
        assert error == f"{missing} cannot be read: No such file or directory"
        error = cli.error("tickets", "answer", code, "Va.", "--file", str(tmp_path))
        assert error == f"{tmp_path} cannot be read: Is a directory"

    def test_without_room(self, cli: OpsCli, code: str, tmp_path: Path) -> None:
        words = ["tickets", "answer", code, "Va.", *written(tmp_path, factura_pdf=PDF)]
        error = cli.error(*words, STORED_MEGABYTES="0")
        assert error == "there is no room for files (STORED_MEGABYTES): nothing was sent"
        assert cli.error(*words, STORED_MEGABYTES="x") == "STORED_MEGABYTES must be a whole number, 0 or more"
        assert nothing_was_done(cli)
        assert objects(cli) == []

    def test_a_ticket_that_is_not_there(self, cli: OpsCli, tmp_path: Path) -> None:
        error = cli.error("tickets", "answer", "TK-7F3K-9QX2", "Va.", *written(tmp_path, factura_pdf=PDF))
        assert "TK-7F3K-9QX2" in error

    def test_when_it_has_changed(self, cli: OpsCli, code: str, tmp_path: Path) -> None:
        cli.output("tickets", "ask", code, "¿Qué luz?")
        error = cli.error(
            "tickets", "answer", code, "Va.", *written(tmp_path, factura_pdf=PDF), "--seen", "1"
        )
        assert "has changed meanwhile" in error
        assert cli.tables.value("select count(*) from attachments") == 0
        assert cli.tables.value("select count(*) from outbox where content = 'remove'") == 2

    def test_when_storage_is_away(self, tmp_path: Path) -> None:
        class Announced:
            def call(self, *_: Any, **__: Any) -> bool:
                return True

        values = {
            "SUPABASE_URL": f"http://127.0.0.1:{free_port()}",
            "SUPABASE_SECRET_KEY": "sb_secret_x",
            "STORED_MEGABYTES": "500",
        }
        (tmp_path / "x.pdf").write_bytes(PDF)
        with opened_files([tmp_path / "x.pdf"]) as files, pytest.raises(SupabaseError) as error:
            store(OperatorSettings(values=values, source="x"), cast("DataApi", Announced()), "TK-1", files)
        assert str(error.value).endswith("nothing was sent")
        assert "sb_secret_x" not in str(error.value)
