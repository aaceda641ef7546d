"""Run a real Postgres in a folder; it ends with this process, however that ends."""

import fcntl
import os
import pwd
import secrets
import shutil
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from emulator import EmulatorError
from emulator.child_process import Process, start_child, stop_child
from emulator.serving import free_port
from emulator.supabase import postgres_binaries

SUPERUSER = "supabase_admin"  # as on hosted Supabase, where `postgres` is not one
OWNER = "postgres"
UNPRIVILEGED = "nobody"  # Postgres refuses to run as root

ALWAYS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "timezone": "UTC",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "jit": "off",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

LOCK_SECONDS = 5.0  # a server whose parent died is gone well before
READY_SECONDS = 60.0  # after a crash it replays its log first
MAX_ATTEMPTS = 3  # another process may take the free port before Postgres does


class Postgres:
    """A server on 127.0.0.1 with its data, lock and log in `directory`; it keeps its port when it is started again.

    `durable=False` is faster, and loses data if the machine crashes: for temporary data.
    """

    def __init__(self, directory: Path, *, durable: bool = True) -> None:
        self.directory = directory.resolve()
        self.data = self.directory / "data"
        self.log = self.directory / "postgres.log"
        self.durable = durable
        self.user = UNPRIVILEGED if os.geteuid() == 0 else ""
        self.port = 0
        self._lock = -1
        self._process: Process | None = None
        self._resources = ExitStack()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def dsn(self, dbname: str, user: str = OWNER) -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{dbname}"

    def start(self) -> None:
        """Start the server and wait until it accepts connections. Raises EmulatorError."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            self._lock = lock(self.directory)
            stack.callback(os.close, self._lock)
            package = self._readable_package(stack)
            stack.callback(self._stop_process)
            if not self.data.exists():
                self._initialise(package)
            self._check_version(package)
            self._serve(package)
            self._resources = stack.pop_all()

    def stop(self) -> None:
        """Stop the server and unlock the folder."""
        self._resources.close()

    def _stop_process(self) -> None:
        """Fast shutdown, then immediate, then SIGKILL."""
        if self._process:
            stop_child(self._process, signal.SIGINT, signal.SIGQUIT)
            self._process = None

    def _readable_package(self, stack: ExitStack) -> Path:
        package = postgres_binaries.installed_package()
        if not self.user or postgres_binaries.readable_by_others(package):
            return package
        copy = Path(tempfile.gettempdir(), f"mostrador-postgres-{secrets.token_hex(6)}")
        stack.callback(shutil.rmtree, copy, ignore_errors=True)
        return postgres_binaries.copy_for_others(package, copy)

    def _initialise(self, package: Path) -> None:
        """Run initdb under another name, so that a kill half-way leaves no incomplete `data` folder."""
        unfinished = self.directory / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if self.user:
            os.chown(unfinished, pwd.getpwnam(self.user).pw_uid, pwd.getpwnam(self.user).pw_gid)
        options = ["--username", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--locale=C"]
        sync = [] if self.durable else ["--no-sync"]
        self._process = self._run(package, "initdb", unfinished, *options, *sync)
        if self._process.wait():
            raise EmulatorError(f"initdb failed:\n{self._log_tail()}")
        unfinished.rename(self.data)

    def _check_version(self, package: Path) -> None:
        found, ours = int((self.data / "PG_VERSION").read_text()), postgres_binaries.major_version(package)
        if found != ours:
            raise EmulatorError(
                f"{self.directory} was made by Postgres {found} and this is Postgres {ours}: "
                "choose another folder, or delete this one to start again"
            )

    def _serve(self, package: Path) -> None:
        # We hold the lock, so the server that wrote this has ended, even if another process has its id by now.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        settings = ALWAYS if self.durable else ALWAYS | NOT_DURABLE
        flags = [f"--{name}={value}" for name, value in settings.items()]
        for _ in range(MAX_ATTEMPTS):
            self.port = self.port or free_port()
            self._process = self._run(package, "postgres", self.data, "-p", str(self.port), *flags)
            if self._wait_until_ready(self._process):
                return
            self.port = 0
        raise EmulatorError(f"Postgres did not start:\n{self._log_tail()}")

    def _run(self, package: Path, program: str, data: Path, *options: str) -> Process:
        # As root the data may be below a folder that `nobody` cannot enter (/root): a relative path avoids that.
        data_option = "/proc/self/cwd" if self.user and sys.platform == "linux" else str(data)
        with self.log.open("wb") as log:
            return start_child(
                [postgres_binaries.bin_dir(package) / program, "-D", data_option, *options],
                on_parent_death=signal.SIGINT,
                user=self.user,
                cwd=data,
                env=os.environ | {"LC_ALL": "C"},
                output=log,
                keep_open=[self._lock],  # every server process holds it: unlocked means that all have ended
            )

    def _wait_until_ready(self, process: Process) -> bool:
        deadline = time.monotonic() + READY_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if is_ready(self.data / "postmaster.pid"):
                return True
            time.sleep(0.01)
        stop_child(process, signal.SIGQUIT)
        return False

    def _log_tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-8:])


def lock(directory: Path) -> int:
    """Lock the folder; the lock file holds our process id. Raises EmulatorError."""
    path = directory / "lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    deadline = time.monotonic() + LOCK_SECONDS
    while not try_lock(descriptor):
        if time.monotonic() > deadline:
            os.close(descriptor)
            raise EmulatorError(
                f"{directory} is in use by another emulator (process {path.read_text().strip()}): "
                "stop it, or choose another folder"
            )
        time.sleep(0.05)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
    return descriptor


def try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_ready(pid_file: Path) -> bool:
    """The eighth line of postmaster.pid is the state, as pg_ctl reads it."""
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[7].strip() == "ready"
