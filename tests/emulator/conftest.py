"""For the emulator as processes: a folder with a database in it, made once and copied."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from emulator.database import create_database
from emulator.postgres import Postgres
from emulator.supabase import DATABASE
from ops.migrations import apply_migrations

CopyDatabase = Callable[[Path], Path]


@pytest.fixture(scope="session")
def kept_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a Postgres that has ended leaves in its folder: our schema and no rows."""
    folder = tmp_path_factory.mktemp("kept") / "database"
    with Postgres(folder, durable=False) as server:
        create_database(server, DATABASE)
        apply_migrations(server.dsn(DATABASE), allow_destructive=True)
    return folder


@pytest.fixture(scope="session")
def copy_database(kept_database: Path) -> CopyDatabase:
    """Puts a copy of it at a place that is free; to copy it takes a tenth of the time that it takes to make it."""

    def copy(folder: Path) -> Path:
        folder.parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["cp", "-Rp", kept_database, folder], check=True
        )  # with its owner, whom Postgres runs as
        return folder

    return copy
