"""Runs the operator's command line in a test: with its arguments, its settings, its output and the services it calls."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from emulator.function import Function, operator_settings, settings
from emulator.meta.account import Account
from emulator.meta.graph_api import Graph
from emulator.meta.management_api import FIELDS
from emulator.resend.resend_api import Resend
from ops.__main__ import app
from ops.calling import this_python
from ops.checks.finding import run_checks
from ops.checks.meta_account import check_meta
from ops.checks.outbox_backlog import check_outbox
from ops.checks.resend_account import check_resend
from ops.checks.resend_quota import check_quota
from ops.checks.running_service import check_service
from ops.checks.setting_values import check_settings
from ops.checks.stored_files import check_files, check_transcription
from ops.checks.supabase_project import check_supabase
from ops.checks.watched_desk import check_watch
from ops.operator_settings import OperatorSettings
from tests.support.database import SupabaseLocal

Line = tuple[str, str, str]
_COMMAND = get_command(app)  # once: creating all commands takes longer than running most of them
_CHECKS = {
    "settings": check_settings,
    "supabase": check_supabase,
    "schema": check_supabase,
    "privileges": check_supabase,
    "resend": check_resend,
    "sender": check_resend,
    "quota": check_quota,
    "service": check_service,
    "verification": check_service,
    "signature": check_service,
    "outbox": check_outbox,
    "sweep": check_watch,
    "alerts": check_watch,
    "mailbox": check_watch,
    "alarms": check_watch,
    "sweep token": check_service,
    "bounces": check_service,
    "files": check_files,
    "transcription": check_transcription,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpsResult:
    """The result of a command."""

    code: int
    out: str
    err: str

    @property
    def everything(self) -> str:
        return self.out + self.err


def run_ops(*words: str, folder: Path | None = None, stdin: str = "", **settings: str) -> OpsResult:
    """`python -m ops WORDS` in a shell with these settings and no others, in an empty folder unless one is given.

    An exception is raised in the test, not shown to the operator.
    """
    shell = {**settings, "COLUMNS": "200"}
    with (
        tempfile.TemporaryDirectory() as empty,
        chdir(folder or empty),
        patch.dict(os.environ, shell, clear=True),
        patch("typer.testing._get_command", return_value=_COMMAND),
    ):
        result = CliRunner().invoke(app, list(words), input=stdin, catch_exceptions=False)
    return OpsResult(code=result.exit_code, out=result.stdout, err=result.stderr)


@dataclass(slots=True, kw_only=True)
class Operator:
    """Runs commands with valid settings, except those that a test changes."""

    graph: Graph
    resend: Resend
    supabase: SupabaseLocal
    url: str
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def account(self) -> Account:
        return self.graph.account

    def run(self, *words: str, **changed: str | None) -> OpsResult:
        """Run a command. `changed` overrides settings; None removes one."""
        return self.asked("", *words, **changed)

    def asked(self, typed: str, *words: str, **changed: str | None) -> OpsResult:
        """The same, by somebody who types this when it asks."""
        given = {name: value for name, value in (self.settings | changed).items() if value is not None}
        return run_ops(*words, folder=None, stdin=typed, **given)

    def json(self, *words: str, **changed: str | None) -> Any:
        """The same with --json. Returns the document."""
        return json.loads(self.run(*words, "--json", **changed).out)

    def doctor(self, check: str, **changed: str | None) -> list[Line]:
        """The doctor's findings of one check: state, text, fix. Calls only the services that it needs."""
        given = {name: value for name, value in (self.settings | changed).items() if value is not None}
        found = run_checks(
            OperatorSettings(values=given, source="the test"), [_CHECKS.get(check, check_meta)]
        )
        # A command in a fix as it is in the code: `as_typed` has tests of its own.
        return [
            (each.state, each.text, each.fix.replace(f"{this_python()} -m ops", "python -m ops"))
            for each in found
            if each.check == check
        ]


@pytest.fixture(scope="session")
def deployed(
    served_graph: Graph, served_resend: Resend, served_data_api: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the real function, in a process of its own."""
    environment = settings("", "https://mostrador.example", served_graph, served_resend) | {
        "GRAPH_API_URL": served_graph.url,
        "RESEND_API_URL": served_resend.url,
        "SUPABASE_URL": served_data_api,
    }
    function = Function("webhook", environment, tmp_path_factory.mktemp("function") / "log")
    function.start()
    yield function.url
    function.stop()


@pytest.fixture
def operator(graph: Graph, resend_standin: Resend, supabase_local: SupabaseLocal, deployed: str) -> Operator:
    graph.account.subscribe(f"{deployed}/", FIELDS)
    given = settings("", deployed, graph, resend_standin) | {
        "GRAPH_API_URL": graph.url,
        "RESEND_API_URL": resend_standin.url,
        "SUPABASE_URL": supabase_local.url,
    }
    return Operator(
        graph=graph,
        resend=resend_standin,
        supabase=supabase_local,
        url=deployed,
        settings=given | operator_settings(graph, supabase_local.database_url),
    )
