"""Backup and restore by the commands of docs/operations.md: nothing is lost, nobody else may read, nothing leaves twice."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from emulator.serving import serve_in_thread
from emulator.supabase.database import create_database, drop_database
from emulator.supabase.postgres import Postgres
from emulator.supabase.project import SUPABASE_PUBLISHABLE_KEY, SUPABASE_SECRET_KEY, supabase_app
from ops.checks.supabase_project import check_supabase
from ops.migrations import changed_privileges
from ops.operator_settings import OperatorSettings
from state.model.outbox_row import Channel
from state.model.ticket import TechnicianAction
from tests.support.builders import tables_of
from tests.support.database import POOL, close_kept_connections, grant_by_default
from tests.support.function import BETO, Service, World, settle
from tests.support.shell_docs import Shell, commands
from tests.support.technician import Shown
from tests.support.ticket_case import Case, open_case

pytestmark = pytest.mark.slow

PAGE = "operations.md"
BACKUP = commands(PAGE, "Backup")
RESTORE = commands(PAGE, "Restore")
DATA_ALONE = commands(PAGE, "Restore the data alone")
AFTER = commands(PAGE, "After a restore")
WAYS = pytest.mark.parametrize("way", [RESTORE, DATA_ALONE], ids=["all", "data alone"])
LINK = re.compile(r"https://mostrador\.example(/t/[^/\s]+/)")
COUNTERS = "select sequencename, last_value from pg_sequences where schemaname = 'public' order by 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """An empty Supabase project, and the shell of its operator."""

    dsn: str
    url: str
    shell: Shell

    def restore(self, way: str) -> str:
        return self.shell.succeeds(way)

    def all(self, statement: str) -> list[dict[str, Any]]:
        with tables_of(self.dsn) as tables:
            return tables.all(statement)

    def rows(self) -> dict[str, Any]:
        return rows_of(self.dsn)

    def doctor(self, **changed: str) -> dict[str, str]:
        """The state of each of the doctor's findings."""
        settings = OperatorSettings(values=self.shell.settings | changed, source="the test")
        return {each.check: f"{each.state}: {each.text}" for each in check_supabase(settings)}


def shell(folder: Path, postgres: Postgres, name: str, url: str) -> Shell:
    return Shell(
        folder=folder,
        settings={
            "PGHOST": "127.0.0.1",
            "PGPORT": str(postgres.port),
            "PGUSER": "postgres",
            "PGDATABASE": name,
            "SUPABASE_DB_URL": postgres.dsn(name),
            "SUPABASE_URL": url,
            "SUPABASE_SECRET_KEY": SUPABASE_SECRET_KEY,
            "SUPABASE_PUBLISHABLE_KEY": SUPABASE_PUBLISHABLE_KEY,
        },
    )


def rows_of(dsn: str) -> dict[str, list[str]]:
    """All rows of all tables, also the record of the migrations, as text."""
    with tables_of(dsn) as tables:
        names = [
            row["name"]
            for row in tables.all(
                "select schemaname || '.' || tablename as name from pg_tables "
                "where schemaname in ('public', 'supabase_migrations') order by 1"
            )
        ]
        return {
            name: [row["row"] for row in tables.all(f"select t::text as row from {name} t order by 1")]
            for name in names
        }


MakeProject = Callable[..., Project]


@pytest.fixture
def new_project(postgres: Postgres, world: World, tmp_path: Path) -> Iterator[MakeProject]:
    with ExitStack() as stack:

        def make(name: str = "new_project", *, older: bool = False) -> Project:
            create_database(postgres, name)
            stack.callback(drop_database, postgres, name)
            stack.callback(close_kept_connections, postgres.dsn(name))
            if older:
                grant_by_default(postgres, name)
            app = supabase_app(postgres.dsn(name, "authenticator"), world.supabase.storage, pool_size=POOL)
            url = stack.enter_context(serve_in_thread(app))
            return Project(dsn=postgres.dsn(name), url=url, shell=shell(tmp_path, postgres, name, url))

        yield make
        world.close()


@pytest.fixture
def back_up(postgres: Postgres, shared_database: str, world: World, tmp_path: Path) -> Callable[[], str]:
    return lambda: shell(tmp_path, postgres, shared_database, world.supabase.url).succeeds(BACKUP)


@pytest.fixture
def case(world: World, service: Service) -> Case:
    """Ana's ticket, Beto's report that waits for a yes, in English; everything that was to be sent has been."""
    service.say("hello, my screen is black since yesterday", BETO)
    found = open_case(world, service)
    world.make_due()
    world.swept()
    return found


def path_of_ticket(world: World) -> str:
    found = next(match for mail in world.resend.messages if (match := LINK.search(mail.text or "")))
    return found[1]


def sent(world: World) -> tuple[int, int]:
    """How many messages and e-mails have left."""
    settle()
    return len(world.graph.messages), len(world.resend.messages)


@WAYS
class TestTheSameDesk:
    def test_every_row_and_grant(
        self, case: Case, back_up: Callable[[], str], new_project: MakeProject, way: str
    ) -> None:
        project = new_project(older=True)
        back_up()
        project.restore(way)
        before = rows_of(case.world.database_url)
        assert before["public.ticket_events"]
        assert project.rows() == before
        with tables_of(case.world.database_url) as tables:
            assert project.all(COUNTERS) == tables.all(COUNTERS)
        assert changed_privileges(project.dsn) == []

    def test_the_commands_can_be_run_again_and_the_doctor_finds_nothing(
        self, case: Case, back_up: Callable[[], str], new_project: MakeProject, way: str
    ) -> None:
        project = new_project()
        back_up()
        project.restore(way)
        project.shell.succeeds(RESTORE.splitlines()[-1])
        found = project.doctor()
        assert {each.partition(":")[0] for each in found.values()} == {"right"}

    def test_people_go_on_where_they_were(
        self, case: Case, back_up: Callable[[], str], new_project: MakeProject, way: str
    ) -> None:
        world, project = case.world, new_project()
        back_up()
        project.restore(way)
        restored = world.start(SUPABASE_URL=project.url)
        restored.say("yes please", BETO)
        settle()
        (ticket,) = project.all("select summary, language from tickets order by id desc limit 1")
        assert (ticket["language"], "screen is black" in ticket["summary"]) == ("en", True)
        assert len({row["id"] for row in project.all("select id from tickets order by id")}) == 2
        page = restored.client.get(path_of_ticket(world))
        assert case.code in Shown(page).text


class TestWhoMayRead:
    """A full dump restored: what Supabase grants by default is back, until the grants are laid again."""

    WITHOUT_GRANTS = "\n".join(RESTORE.splitlines()[:-1])

    @pytest.mark.parametrize("older", [True, False], ids=["older project", "new project"])
    @pytest.mark.parametrize("address", [True, False], ids=["with its address", "with the key alone"])
    def test_the_doctor_sees_it_and_migrate_mends_it(
        self, case: Case, back_up: Callable[[], str], new_project: MakeProject, older: bool, address: bool
    ) -> None:
        project = new_project(older=older)
        back_up()
        project.restore(self.WITHOUT_GRANTS)
        changed = {} if address else {"SUPABASE_DB_URL": ""}
        found = project.doctor(**changed)["privileges"]
        assert found.startswith("wrong: "), found
        assert ("customers" in found) == older
        laid = project.restore(RESTORE.splitlines()[-1])
        assert "privileges: laid again" in laid
        assert project.doctor(**changed)["privileges"].startswith("right: ")

    def test_nobody_reads_a_row_meanwhile(
        self, case: Case, back_up: Callable[[], str], new_project: MakeProject
    ) -> None:
        """Row level security is in the dump."""
        project = new_project(older=True)
        back_up()
        project.restore(self.WITHOUT_GRANTS)
        with psycopg.connect(project.dsn) as connection:
            connection.execute("set role anon")
            assert connection.execute("select count(*) from public.customers").fetchone() == (0,)


class TestOnlyPublic:
    """A dump of the schema public alone has no record of the migrations."""

    DUMP = BACKUP.replace("--schema=supabase_migrations ", "")
    WAY = (
        "pg_restore --schema=public --no-owner --no-privileges --exit-on-error --dbname=$PGDATABASE desk.dump"
    )

    def test_says_what_to_do(
        self, case: Case, postgres: Postgres, shared_database: str, new_project: MakeProject, tmp_path: Path
    ) -> None:
        source = shell(tmp_path, postgres, shared_database, case.world.supabase.url)
        source.succeeds(self.DUMP)
        project = new_project()
        project.restore(self.WAY)
        refused = project.shell.run(RESTORE.splitlines()[-1])
        assert refused.returncode == 1
        assert "not the record of the migrations" in refused.stderr
        assert "already exists" not in refused.stderr

    def test_its_data_can_be_restored_all_the_same(
        self, case: Case, postgres: Postgres, shared_database: str, new_project: MakeProject, tmp_path: Path
    ) -> None:
        shell(tmp_path, postgres, shared_database, case.world.supabase.url).succeeds(self.DUMP)
        project = new_project()
        project.restore(DATA_ALONE)
        before = rows_of(case.world.database_url)
        after = project.rows()
        assert {name: after[name] for name in after if name.startswith("public.")} == {
            name: before[name] for name in before if name.startswith("public.")
        }


class TestWhatWasOpen:
    """Rows that were on their way when the dump was made, and that the desk has sent since."""

    def leave_open(self, case: Case) -> None:
        """A reply, a technician's words, a text that waits behind a template, and a new ticket's e-mail."""
        case.service.fill_threads(*Channel)
        case.service.say("sigue sin imprimir y ahora hace ruido")
        case.work(TechnicianAction.ANSWER, "Prueba con otro cable.")
        settle()

    @WAYS
    def test_is_not_sent_again(
        self, case: Case, back_up: Callable[[], str], new_project: MakeProject, way: str
    ) -> None:
        world, project = case.world, new_project()
        self.leave_open(case)
        back_up()
        world.make_due()
        world.swept()
        before = sent(world)
        project.restore(way)
        said = project.shell.succeeds(AFTER, stdin="restored\n")
        assert "2 messages to customers" in said
        self.sweep(world, project)
        messages, mails = sent(world)
        assert messages == before[0]
        new = [mail.subject for mail in world.resend.messages[before[1] :]]
        assert len(new) == mails - before[1] == 1  # its author is told, and looks after it

    def test_without_the_command_it_would_be(
        self, case: Case, back_up: Callable[[], str], new_project: MakeProject
    ) -> None:
        world, project = case.world, new_project()
        self.leave_open(case)
        back_up()
        world.make_due()
        world.swept()
        before = sent(world)
        project.restore(RESTORE)
        self.sweep(world, project)
        assert sent(world)[0] == before[0] + 2

    def test_of_a_desk_that_was_stopped_before_leaves_now(
        self, case: Case, back_up: Callable[[], str], new_project: MakeProject
    ) -> None:
        world, project = case.world, new_project()
        self.leave_open(case)
        before = sent(world)
        back_up()
        project.restore(RESTORE)
        self.sweep(world, project)
        messages, mails = sent(world)
        assert (messages - before[0], mails > before[1]) == (2, True)

    def test_what_comes_after_it_has_keys_that_nobody_knows(
        self, case: Case, back_up: Callable[[], str], new_project: MakeProject
    ) -> None:
        """Resend drops an e-mail under a key that it has seen, and keys are made of the numbers of events."""
        world, project = case.world, new_project()
        back_up()
        case.service.say("lost with the old database")
        world.make_due()
        world.swept()
        before = sent(world)
        project.restore(RESTORE)
        project.shell.succeeds(AFTER, stdin="restored\n")
        restored = world.start(SUPABASE_URL=project.url)
        restored.say("la pantalla también parpadea")
        self.sweep(world, project)
        assert sent(world)[1] == before[1] + 1
        assert "parpadea" in (world.resend.messages[-1].text or "")

    def test_a_cookie_of_before_opens_no_list(
        self, case: Case, back_up: Callable[[], str], new_project: MakeProject
    ) -> None:
        """All may have been logged out since, and the database would not know."""
        project = new_project()
        back_up()
        project.restore(RESTORE)
        project.shell.succeeds(AFTER, stdin="restored\n")
        assert project.all("select epoch from desk_access") == [{"epoch": 1_000_000}]

    def sweep(self, world: World, project: Project) -> None:
        """Twice, an hour apart each."""
        for _ in range(2):
            with psycopg.connect(project.dsn) as connection:
                connection.execute("update outbox set next_at = next_at - interval '1 h'")
            assert world.start("sweep", SUPABASE_URL=project.url).client.post("/").status_code == 200
            settle()
