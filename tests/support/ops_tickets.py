"""Runs the operator's commands on the real database, with rows that a test inserts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random
from typing import Any

import pytest

from state.model.message import Sender
from state.model.ticket_code import generate
from tests.support.builders import ANA, Desk, Tables, desk_over, mail, message, opens, reply
from tests.support.database import SupabaseLocal
from tests.support.ops import OpsResult, run_ops

CODES = [generate(Random(number).randrange) for number in range(8)]  # with valid check characters


@dataclass(slots=True, kw_only=True)
class OpsCli:
    """Runs commands with the right address and key, unless a test changes them."""

    local: SupabaseLocal
    desk: Desk

    @property
    def tables(self) -> Tables:
        return self.desk.tables

    def run(self, *words: str, stdin: str = "", **changed: str) -> OpsResult:
        settings: dict[str, Any] = {
            "SUPABASE_URL": self.local.url,
            "SUPABASE_SECRET_KEY": self.local.secret_key,
            "SUPPORT_TIMEZONE": "UTC",
        }
        return run_ops(*words, stdin=stdin, **settings | changed)

    def output(self, *words: str, stdin: str = "", **changed: str) -> str:
        """The output of a command that succeeds without warnings."""
        result = self.run(*words, stdin=stdin, **changed)
        assert (result.code, result.err) == (0, "")
        return result.out

    def json(self, *words: str) -> Any:
        """The same with --json. Returns the document."""
        return json.loads(self.output(*words, "--json"))

    def error(self, *words: str, stdin: str = "", **changed: str) -> str:
        """The message of a command that ends with one sentence and exit code 1."""
        return _sentence(self.run(*words, stdin=stdin, **changed), 1)

    def unavailable(self, *words: str, **changed: str) -> str:
        """The message of a command that cannot reach Supabase: one sentence, exit code 2, no secret."""
        result = self.run(*words, **changed)
        assert self.local.secret_key not in result.everything
        return _sentence(result, 2)

    def open_ticket(
        self, number: int = 0, sender: Sender = ANA, summary: str = "no prende", **what: Any
    ) -> str:
        """Open a ticket; its reply and its e-mail are not sent yet. Returns the code."""
        code = CODES[number]
        effect = replace(opens(1), code=code, summary=summary, description=f"{summary}: todo", **what)
        wamid = f"of {code}"
        self.desk.take(message(wamid, sender), effect, outbox=[reply(wamid), mail(code)], channels=())
        return code

    def add_row(self, key: str, **columns: Any) -> int:
        """Insert an outbox row with this key and these columns. Returns its id."""
        given = {
            "lane": f"lane of {key}",
            "channel": "whatsapp",
            **({} if "content" in columns else {"body": "{}"}),
            **columns,
            "dedup_key": key,
        }
        names, places = ", ".join(given), ", ".join(["%s"] * len(given))
        return int(
            self.tables.value(f"insert into outbox ({names}) values ({places}) returning id", *given.values())
        )


def _sentence(result: OpsResult, code: int) -> str:
    assert (result.code, result.out) == (code, "")
    assert result.err.startswith("✗ ")
    assert result.err.count("\n") == 1
    return result.err[2:-1]


@pytest.fixture
def cli(supabase_local: SupabaseLocal) -> Iterator[OpsCli]:
    with desk_over(supabase_local) as desk:
        yield OpsCli(local=supabase_local, desk=desk)
