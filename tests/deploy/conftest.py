"""An operator who has everything and has deployed nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.supabase.database import create_database, drop_database
from emulator.supabase.postgres import Postgres
from tests.support.deploy_desk import Desk, install_gcloud
from tests.support.ops import Operator
from tests.support.serverless_cli import copy_project


@pytest.fixture
def empty_database(postgres: Postgres) -> Iterator[str]:
    """A hosted database before the first deploy."""
    create_database(postgres, "hosted")
    yield postgres.dsn("hosted")
    drop_database(postgres, "hosted")  # by the superuser: autovacuum may be in it


@pytest.fixture
def desk(
    operator: Operator,
    empty_database: str,
    tmp_path: Path,
    node_modules: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Desk:
    tools, folder = tmp_path / "tools", tmp_path / "clone"
    for made in (tools, folder):
        made.mkdir()
    # Each test deploys a copy: two deploys of one checkout at once share its .serverless folder, and a file that
    # another test writes there would make a new revision.
    copy_project(folder, node_modules)
    monkeypatch.setattr("ops.programs.ROOT", folder)
    install_gcloud(tools, tag_url=operator.url, address=operator.url, numbered_address=False)
    operator.account.subscription = None
    operator.account.subscribed = []
    desk = Desk(operator=operator, folder=folder, tools=tools)
    operator.settings |= {"SUPABASE_DB_URL": empty_database, "PUBLIC_URL": ""}
    desk.set()
    return desk
