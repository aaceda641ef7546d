"""Files, as the operator meets them: `migrate` makes the bucket, the doctor tries it out and says how full it is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from emulator.serving import serve_in_thread
from emulator.supabase.postgres import Postgres
from emulator.supabase.project import SUPABASE_ROLES, supabase_app
from emulator.supabase.storage_api import Storage
from state.store.files import BUCKET, FileStorage
from tests.support.builders import ANA
from tests.support.database import SHARED
from tests.support.ops import Line, Operator
from tests.support.ops_tickets import OpsCli

MEGABYTE = 1024 * 1024
WORKS = f"the bucket {BUCKET} is private; a file can be stored, read by a link and removed"
EMPTY = ("right", "0 files, 0.0 MB of 500 MB (0 %)", "")


@dataclass(slots=True, kw_only=True)
class NewProject:
    """Supabase over the shared database, with a Storage in which nothing was ever made."""

    url: str
    storage: Storage


@pytest.fixture
def new_project(postgres: Postgres, database: str, tmp_path: Path) -> Iterator[NewProject]:
    storage = Storage(tmp_path / "storage", keys=SUPABASE_ROLES)
    app = supabase_app(postgres.dsn(SHARED, "authenticator"), storage, pool_size=2)
    with serve_in_thread(app) as url:
        yield NewProject(url=url, storage=storage)


class TestBucket:
    def test_migrate_makes_it_and_then_it_is_there(self, operator: Operator, new_project: NewProject) -> None:
        first = operator.run("migrate", SUPABASE_URL=new_project.url)
        second = operator.run("migrate", SUPABASE_URL=new_project.url)
        assert (first.code, second.code) == (0, 0)
        assert first.out.endswith(f"bucket {BUCKET}: made, private\n")
        assert second.out.endswith(f"bucket {BUCKET}: is there\n")
        assert operator.doctor("files", SUPABASE_URL=new_project.url)[0] == ("right", WORKS, "")

    def test_for_programs(self, operator: Operator, new_project: NewProject) -> None:
        made = [operator.json("migrate", SUPABASE_URL=new_project.url)["bucket_made"] for _ in range(2)]
        assert made == [True, False]

    @pytest.mark.parametrize("missing", [["SUPABASE_URL"], ["SUPABASE_URL", "SUPABASE_SECRET_KEY"]])
    def test_without_the_settings_for_it_the_migrations_are_done(
        self, operator: Operator, missing: list[str]
    ) -> None:
        result = operator.run("migrate", **dict.fromkeys(missing, None))
        assert (result.code, "up to date" in result.out) == (0, True)
        assert f"bucket: not checked, because {' and '.join(missing)}" in result.out

    @pytest.mark.parametrize(
        "changed",
        [
            {"SUPABASE_SECRET_KEY": "sb_secret_other"},
            {"SUPABASE_URL": "http://127.0.0.1:1"},
            {"SUPABASE_URL": "somewhere"},
        ],
        ids=["an unknown key", "nobody there", "no address"],
    )
    def test_when_storage_does_not_do_it(
        self, operator: Operator, new_project: NewProject, changed: dict[str, str]
    ) -> None:
        result = operator.run("migrate", **{"SUPABASE_URL": new_project.url} | changed)
        assert (result.code, "up to date" in result.out) == (2, True)
        assert result.err.startswith(f"✗ the migrations are applied, but the bucket {BUCKET}")
        assert result.err.count("\n") == 1
        assert "sb_secret" not in result.err

    def test_a_plan_makes_none(self, operator: Operator, new_project: NewProject) -> None:
        operator.run("migrate", "--dry-run", SUPABASE_URL=new_project.url)
        assert operator.doctor("files", SUPABASE_URL=new_project.url)[0][0] == "wrong"


class TestDoctor:
    def test_right_and_nothing_is_left(self, operator: Operator) -> None:
        assert operator.doctor("files") == [("right", WORKS, ""), EMPTY]
        storage = operator.supabase.storage
        assert storage.objects(BUCKET) == {}
        ((path, count),) = storage.uploads.items()
        assert (count, path.startswith(f"{BUCKET}/doctor/")) == (1, True)

    def test_no_bucket(self, operator: Operator, new_project: NewProject) -> None:
        found = operator.doctor("files", SUPABASE_URL=new_project.url)
        text = f"there is no bucket {BUCKET}: no customer's file can be stored"
        assert found[0] == ("wrong", text, "python -m ops migrate")

    def test_a_public_bucket(self, operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(FileStorage, "bucket_is_public", lambda _: True)
        ((state, text, fix), *_) = operator.doctor("files")
        assert (state, "is public" in text, "switch Public off" in fix) == ("wrong", True, True)
        assert operator.supabase.storage.uploads == {}

    @pytest.mark.parametrize("failing", ["put", "link"])
    def test_what_was_stored_is_removed_whatever_happens(
        self, operator: Operator, monkeypatch: pytest.MonkeyPatch, failing: str
    ) -> None:
        real = getattr(FileStorage, failing)

        def does_it_and_fails(*given: Any) -> Any:
            real(*given)
            return FileStorage._call(given[0], failing, _no_answer)

        monkeypatch.setattr(FileStorage, failing, does_it_and_fails)
        ((state, text, _), *_) = operator.doctor("files")
        assert (state, f"storage {failing}" in text) == ("wrong", True)
        assert operator.supabase.storage.objects(BUCKET) == {}

    def test_a_link_that_leads_elsewhere(
        self, operator: Operator, monkeypatch: pytest.MonkeyPatch, other_page: str
    ) -> None:
        monkeypatch.setattr(FileStorage, "link", lambda *_: other_page)
        ((state, text, _), *_) = operator.doctor("files")
        assert (state, text) == (
            "wrong",
            "what was stored is not what a link leads to (answers 200)",
        )

    def test_supabase_is_not_there(self, operator: Operator) -> None:
        ((state, text, _),) = operator.doctor("files", SUPABASE_URL="http://127.0.0.1:1")
        assert (state, text.startswith("not checked: ")) == ("warning", True)
        assert operator.doctor("files", SUPABASE_URL=None) == []


@pytest.fixture
def other_page() -> Iterator[str]:
    async def hello(_: Request) -> Response:
        return PlainTextResponse("hello")

    with serve_in_thread(Starlette(routes=[Route("/", hello)])) as url:
        yield f"{url}/"


class TestRoom:
    def use(self, operator: Operator, *sizes: int | None, missing: str | None = None) -> None:
        """Files of so many bytes; None: one that is not there, for this reason."""
        with psycopg.connect(operator.supabase.database_url) as connection:
            ticket = connection.execute(
                "insert into tickets (code, wamid, language, summary, description) "
                "values ('TK-0000-0001', 'w', 'es', 's', 'd') "
                "on conflict (code) do update set summary = 's' returning id"
            ).fetchone()
            assert ticket is not None
            for number, size in enumerate(sizes):
                connection.execute(
                    "insert into attachments (ticket_id, kind, object, bytes, stored_at, missing) "
                    "values (%s, 'image', %s, %s, case when %s then now() end, %s)",
                    [ticket[0], f"TK-0000-0001/{missing}{number}", size, size is not None, missing],
                )

    def lines(self, operator: Operator, **changed: str) -> list[Line]:
        return operator.doctor("files", **changed)[1:]

    @pytest.mark.parametrize(
        ("used", "state", "percent"),
        [(7 * MEGABYTE, "right", 70), (8 * MEGABYTE - 1, "right", 79), (8 * MEGABYTE, "warning", 80)],
    )
    def test_a_warning_from_four_fifths_on(
        self, operator: Operator, used: int, state: str, percent: int
    ) -> None:
        self.use(operator, used - MEGABYTE, MEGABYTE)
        ((found, text, _),) = self.lines(operator, STORED_MEGABYTES="10")
        assert found == state
        assert text.startswith(f"2 files, {used / MEGABYTE:.1f} MB of 10 MB ({percent} %)")

    def test_none_is_stored(self, operator: Operator) -> None:
        ((state, text, _),) = self.lines(operator, STORED_MEGABYTES="0")
        assert (state, "STORED_MEGABYTES is 0" in text) == ("right", True)

    def test_a_setting_that_is_no_number_is_said_elsewhere(self, operator: Operator) -> None:
        assert self.lines(operator, STORED_MEGABYTES="much") == [("right", "0 files, 0.0 MB", "")]

    @pytest.mark.parametrize(
        ("missing", "said"),
        [
            ("removed", "2 files of closed tickets removed so far to make room"),
            ("no_room", "2 files not stored so far: no room"),
        ],
    )
    def test_what_is_not_there_for_want_of_room(self, operator: Operator, missing: str, said: str) -> None:
        self.use(operator, None, None, missing=missing)
        room, (state, text, fix) = self.lines(operator)
        assert (room, state, text) == (EMPTY, "warning", said)
        assert "STORED_MEGABYTES" in fix

    def test_the_report_says_it_too(self, operator: Operator) -> None:
        assert "Files" not in operator.run("report").out
        self.use(operator, 3 * MEGABYTE, MEGABYTE // 2)
        self.use(operator, None, missing="no_room")
        assert operator.json("report")["files"] == {
            "files": 2,
            "bytes": 3 * MEGABYTE + MEGABYTE // 2,
            "removed": 0,
            "no_room": 1,
        }
        shown = operator.run("report", STORED_MEGABYTES="10").out
        assert "2 files, 3.5 MB of 10 MB (STORED_MEGABYTES)" in shown
        assert "removed to make room: 0; not stored for lack of room: 1" in shown


class TestOutboxOfFiles:
    def put(self, operator: Operator, content: str, **columns: Any) -> None:
        given = {
            "dedup_key": content,
            "lane": "file:a",
            "channel": "storage",
            "content": content,
            "object": "a",
        } | columns
        names, places = ", ".join(given), ", ".join(["%s"] * len(given))
        with psycopg.connect(operator.supabase.database_url) as connection:
            connection.execute(
                f"insert into outbox ({names}) values ({places})".encode(), list(given.values())
            )

    def lines(self, operator: Operator) -> list[Line]:
        return operator.doctor("files")[2:]

    def test_what_fails_for_long(self, operator: Operator) -> None:
        self.put(operator, "remove", next_at="2099-01-01", created_at="2026-01-01")  # it has its time
        self.put(operator, "transcribe", attempts=1, first_attempt_at="now")
        assert self.lines(operator) == []
        self.put(operator, "store", attempts=9, first_attempt_at="2026-01-01", last_error="storage put: 503")
        ((state, text, fix),) = self.lines(operator)
        assert (state, "outbox list" in fix) == ("warning", True)
        assert text.startswith("1 row of the outbox about files failing for up to ")
        assert text.endswith(": storage put: 503")

    def test_what_was_given_up(self, operator: Operator) -> None:
        self.put(operator, "remove", status="dead", last_error="superseded")
        self.put(operator, "transcribe", status="dead", last_error="dropped")
        assert self.lines(operator) == []
        self.put(operator, "store", status="dead", last_error="media http 500")
        ((state, text, _),) = self.lines(operator)
        assert (state, text) == ("warning", "1 row of the outbox about files given up: media http 500")


@dataclass(slots=True)
class Asked:
    """What a transcription service was asked: the bearer token and the body of each call."""

    url: str = ""
    calls: list[tuple[str, bytes]] = field(default_factory=list)


@pytest.fixture
def answering() -> Iterator[Callable[[int], Asked]]:
    """Starts a transcription service that gives every call this answer."""
    asked, status = Asked(), [200]

    async def answer(request: Request) -> Response:
        asked.calls.append((request.headers.get("authorization", ""), await request.body()))
        return PlainTextResponse("{}", status[0])

    def start(code: int) -> Asked:
        status[0] = code
        return asked

    with serve_in_thread(Starlette(routes=[Route("/v1", answer, methods=["POST"])])) as url:
        asked.url = f"{url}/v1?model=small"
        yield start


class TestTranscription:
    @pytest.mark.parametrize(
        ("status", "state", "said"),
        [
            (400, "right", "TRANSCRIBE_URL answers"),
            (422, "right", "TRANSCRIBE_URL answers"),
            (401, "wrong", "it refuses TRANSCRIBE_KEY (answers 401)"),
            (403, "wrong", "it refuses TRANSCRIBE_KEY (answers 403)"),
            (404, "wrong", "there is no transcription API at TRANSCRIBE_URL (answers 404)"),
            (405, "wrong", "there is no transcription API at TRANSCRIBE_URL (answers 405)"),
            (302, "wrong", "there is no transcription API at TRANSCRIBE_URL (answers 302)"),
            (429, "warning", "it answers 429: try again later"),
            (503, "warning", "it answers 503: try again later"),
        ],
    )
    def test_by_its_answer(
        self,
        operator: Operator,
        answering: Callable[[int], Asked],
        status: int,
        state: str,
        said: str,
    ) -> None:
        asked = answering(status)
        found = operator.doctor("transcription", TRANSCRIBE_URL=asked.url, TRANSCRIBE_KEY="sk-1")
        assert [line[:2] for line in found] == [(state, said)]
        ((bearer, body),) = asked.calls
        assert (bearer, b"filename" in body) == ("Bearer sk-1", False)

    def test_nobody_there(self, operator: Operator) -> None:
        ((state, text, _),) = operator.doctor("transcription", TRANSCRIBE_URL="http://127.0.0.1:1/v1")
        assert (state, text) == ("wrong", "TRANSCRIBE_URL: nobody answers there")

    def test_a_key_alone(self, operator: Operator) -> None:
        warnings = [
            text
            for state, text, _ in operator.doctor("settings", TRANSCRIBE_KEY="sk-1")
            if state == "warning"
        ]
        assert "TRANSCRIBE_KEY is set and TRANSCRIBE_URL is not: nothing is transcribed" in warnings

    def test_not_set(self, operator: Operator) -> None:
        assert operator.doctor("transcription") == []


def _no_answer(_: object) -> None:
    raise KeyError


class TestErase:
    def test_says_that_the_files_go_from_storage(self, cli: OpsCli) -> None:
        cli.open_ticket(0)
        assert "from Supabase Storage" in cli.output("erase", "--phone", f"+{ANA.wa_id}", "--yes")
