"""SECURITY.md names the tests of its promises: each of them exists, and every security test is named."""

import re
from pathlib import Path

from tests.support.paths import ROOT

TEXT = (ROOT / "SECURITY.md").read_text("utf-8")
NAMED = set(re.findall(r"`(tests/\S+\.py)`", TEXT))


def test_each_promise_is_held_by_a_test_that_is_there() -> None:
    rows = re.findall(r"^\| (?!promise)(.+) \| (`tests/.+`) \|$", TEXT, re.MULTILINE)
    assert len(rows) > 12
    assert [name for name in NAMED if "def test" not in (ROOT / name).read_text("utf-8")] == []


def test_each_security_test_holds_a_promise() -> None:
    here = {f"tests/security/{path.name}" for path in Path(__file__).parent.glob("test_*.py")}
    assert here - NAMED == {f"tests/security/{Path(__file__).name}"}


def test_it_names_every_key() -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    keys = set(re.findall(r"^(\w*(?:SECRET|KEY|TOKEN)\w*)=", example, re.MULTILINE))
    assert len(keys) == 11
    assert {key for key in keys if f"`{key}`" not in TEXT} == set()


def test_it_names_every_table() -> None:
    made = "".join(path.read_text("utf-8") for path in sorted((ROOT / "supabase/schemas").glob("*.sql")))
    tables = set(re.findall(r"^create table public\.(\w+)", made, re.MULTILINE))
    assert {table for table in tables if f"`{table}`" not in TEXT} == set()
