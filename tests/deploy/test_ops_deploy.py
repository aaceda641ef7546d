"""`python -m ops deploy --stage prod`: from nothing to a number that answers, again, and what stops it."""

import json
import os
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from emulator.supabase.database import create_database, drop_database
from emulator.supabase.postgres import Postgres
from ops.commands.webhook import FIELDS
from ops.google_cloud import APIS, secret_name
from ops.operator_settings import DEPLOYED_SECRETS, GENERATED, OPTIONAL_SECRETS
from tests.support.gcloud_standin import NEW, PROGRAM
from tests.support.ops import Operator, OpsResult, run_ops
from tests.support.serverless_cli import OPTIONAL_SECRETS as OPTIONAL_IN_YML
from tests.support.serverless_cli import SECRETS, copy_project

pytestmark = pytest.mark.slow


@dataclass(slots=True, kw_only=True)
class Desk:
    """An operator with a clone, accounts everywhere and nothing deployed: gcloud is the stand-in, all else is real."""

    operator: Operator
    folder: Path
    tools: Path

    def deploy(self, *options: str) -> OpsResult:
        words = ("deploy", "--stage=prod", *options)
        path = f"{self.tools}{os.pathsep}{os.environ['PATH']}"
        return run_ops(*words, folder=self.folder, PATH=path, HOME=str(self.tools), CI="true")

    def calls(self) -> list[str]:
        """What gcloud was asked since the last time: the words before the flags."""
        file = self.tools / "calls.jsonl"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        asked = (json.loads(line)["arguments"] for line in lines)
        return [" ".join(word for word in words if not word.startswith("--")) for words in asked]

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.tools / "state.json").read_text())
        return found

    def change(self, **state: Any) -> None:
        (self.tools / "state.json").write_text(json.dumps(self.state | state))

    def set(self, **settings: str) -> None:
        """What is in .env.prod; an empty value is one that nobody has filled in."""
        given = self.operator.settings | {"GOOGLE_CLOUD_PROJECT": "desk-project"} | settings
        lines = (f"{name}='{value}'" if value else f"{name}=" for name, value in given.items())
        (self.folder / ".env.prod").write_text("\n".join(lines) + "\n")


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
    gcloud = tools / "gcloud"
    gcloud.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{PROGRAM}" "{tools}" "$@"\n')
    gcloud.chmod(gcloud.stat().st_mode | stat.S_IXUSR)
    address = {"tag_url": operator.url, "address": operator.url, "numbered_address": False}
    (tools / "state.json").write_text(json.dumps(NEW | address))
    operator.account.subscription = None
    operator.account.subscribed = []
    desk = Desk(operator=operator, folder=folder, tools=tools)
    operator.settings |= {"SUPABASE_DB_URL": empty_database, "PUBLIC_URL": ""}
    desk.set()
    return desk


def test_the_secrets_are_those_of_serverless_yml() -> None:
    assert set(DEPLOYED_SECRETS) == {*SECRETS, *OPTIONAL_IN_YML}
    assert set(OPTIONAL_SECRETS) == set(OPTIONAL_IN_YML)


def test_from_nothing_and_again(desk: Desk, empty_database: str, capfd: pytest.CaptureFixture[str]) -> None:
    first = desk.deploy("--setup")
    output = capfd.readouterr()
    assert first.code == 0, first.everything + output.out + output.err
    assert set(APIS) <= set(desk.state["apis"])
    kept = {setting: desk.state["values"][secret_name("prod", setting)] for setting in SECRETS}
    assert kept == {setting: desk.operator.settings[setting] for setting in SECRETS}
    assert set(desk.state["services"]) == {"mostrador-prod-webhook", "mostrador-prod-sweep"}
    assert desk.operator.account.subscription is not None
    assert desk.operator.account.subscription.fields == FIELDS
    with psycopg.connect(empty_database) as connection:
        assert connection.execute(
            "select count(*) from supabase_migrations.schema_migrations"
        ).fetchone() != (0,)
    assert "The doctor:" in first.out
    assert f"Address: {desk.operator.url}/" in first.out
    assert "Write *hola* to it: https://wa.me/" in first.out

    desk.calls()
    second = desk.deploy()
    assert second.code == 0, second.everything
    again = desk.calls()
    made = (
        "secrets create",
        "services enable",
        "iam service-accounts create",
        "run deploy mostrador-prod-sweep",
    )
    assert not [call for call in again if call.startswith(made)]
    assert "migrations: up to date" in second.out
    for value in kept.values():
        assert value not in first.everything + second.everything + output.out + output.err


def test_everything_missing_is_reported_together_and_nothing_is_changed(desk: Desk) -> None:
    desk.set(WHATSAPP_ACCESS_TOKEN="", SUPABASE_DB_URL="", SUPPORT_EMAIL_TO="")
    desk.change(billing=False)
    result = desk.deploy()
    assert result.code == 1
    for name in ("WHATSAPP_ACCESS_TOKEN", "SUPPORT_EMAIL_TO", "SUPABASE_DB_URL", "billing", "not enabled"):
        assert name in result.out
    assert "gcloud services enable run.googleapis.com" in result.out
    assert "nothing was changed" in result.err
    assert not [call for call in desk.calls() if not {"describe", "list", "get-value"} & set(call.split())]


def test_nobody_is_logged_in(desk: Desk) -> None:
    desk.change(login="")
    result = desk.deploy()
    assert (result.code, "gcloud auth login" in result.out) == (1, True)


def test_secrets_of_our_own_are_generated(desk: Desk) -> None:
    desk.set(LINK_SIGNING_KEY="", WHATSAPP_VERIFY_TOKEN="")
    desk.change(failing={"services enable": "ERROR: not now"})
    result = desk.deploy("--setup")
    assert result.code == 1
    written = dict(line.split("=", 1) for line in (desk.folder / ".env.prod").read_text().splitlines())
    assert all(len(written[name]) >= 32 for name in GENERATED)
    assert all(written[name] not in result.everything for name in GENERATED)


def test_a_failed_deploy_continues_where_it_stopped(desk: Desk, empty_database: str) -> None:
    desk.change(failing={"run deploy": "ERROR: quota exceeded"})
    result = desk.deploy("--setup")
    assert result.code == 1
    assert "Done: APIs, secrets, database, osls. Not done: functions, webhook at Meta" in result.err
    assert desk.operator.account.subscription is None
    desk.change(failing={})
    assert desk.deploy().code == 0
    assert desk.operator.account.subscription is not None


def test_only_a_check(desk: Desk) -> None:
    result = desk.deploy("--check", "--setup")
    assert result.code == 0, result.everything
    assert desk.state["services"] == {}


def test_without_a_stage(desk: Desk) -> None:
    result = run_ops("deploy", folder=desk.folder)
    assert (result.code, "STAGE=prod" in result.err) == (1, True)
