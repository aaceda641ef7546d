"""A short run of the measurements: everything is measured once. No figure is checked here."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from bench.__main__ import MAX_OTHERS, PARTS
from bench.chart import PANELS
from bench.report import AIMS, COLUMNS, FUNCTION
from emulator.function import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform != "linux", reason="reads processor times from /proc"),
]
OURS = {"ours, warm", "ours, cold"}
BOTS = {"afternoon", *OURS}
STARTS = {"bare", "afternoon", "ours, warm"}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bench")
    command = [sys.executable, "-m", "bench", "--quick", "--out", str(folder)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    (folder / "table.txt").write_text(ran.stdout)
    return folder


@pytest.fixture(scope="module")
def measured(saved: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((saved / "bench.json").read_text())
    return document


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("cold start to the first 200 on /health", STARTS),
        ("cold start to the first message answered", STARTS),
        ("messages a second, one instance", set(COLUMNS)),
        ("the function's processor time per message", set(COLUMNS)),
        ("processor time of postgres per message", BOTS),
        ("calls per message: status", set(COLUMNS)),
        ("calls per message: commit_turn", OURS),
        ("calls per message: load_conversation", {"ours, cold"}),
        ("calls per message: reply", BOTS),
        ("peak memory", set(COLUMNS)),
        ("until 200 at 20/s, p50", set(COLUMNS)),
        ("until 200 at 20/s, p95", set(COLUMNS)),
        ("until 200 at 20/s, p99", set(COLUMNS)),
        ("the load generator's own lateness, p99", set(COLUMNS)),
        ("until 200 at 20/s, p99, Resend hangs", {"afternoon", "ours, warm"}),
        ("messages a second, 2 instances, new customers", {"ours, warm"}),
        ("turns retried because of a stale cache, 2 instances", {"ours, warm"}),
        ("one message at a time, p50, with 100 customers and tickets", OURS),
        ("SQL of load_conversation, with 100 customers and tickets", {"ours, cold"}),
        ("SQL of commit_turn, with 100 customers and tickets", {"ours, warm"}),
        ("WAL of commit_turn, with 100 customers and tickets", {"ours, warm"}),
    ],
)
def test_the_table_has(measured: dict[str, Any], saved: Path, name: str, columns: set[str]) -> None:
    cells = next(set(row["cells"]) for row in measured["rows"] if row["name"] == name)
    assert cells == columns
    assert name in (saved / "table.txt").read_text()


def test_a_warm_message_is_one_call_and_one_reply(measured: dict[str, Any]) -> None:
    calls = {row["name"]: row["cells"] for row in measured["rows"] if row["name"].startswith("calls")}
    for name in ("commit_turn", "reply"):
        assert calls[f"calls per message: {name}"]["ours, warm"]["median"] == 1


def test_every_function_gets_three_statuses_for_each_message(measured: dict[str, Any]) -> None:
    cells = next(row["cells"] for row in measured["rows"] if row["name"] == "calls per message: status")
    assert {column: cell["median"] for column, cell in cells.items()} == dict.fromkeys(COLUMNS, 3)


def test_the_first_rows_are_the_processor_times_and_their_ratios(measured: dict[str, Any]) -> None:
    first = [(row["name"], row["unit"]) for row in measured["rows"][:3]]
    assert first == [(FUNCTION, "ms"), (FUNCTION, "times afternoon"), (FUNCTION, "times bare")]


def test_each_aim_has_a_verdict(measured: dict[str, Any], saved: Path) -> None:
    assert set(measured["aims"]) == set(map(str, AIMS))
    assert all(verdict.endswith("met") for verdict in measured["aims"].values())
    for aim in AIMS:
        assert str(aim) in (saved / "table.txt").read_text()


def test_it_says_how_busy_others_kept_the_machine(measured: dict[str, Any]) -> None:
    others = measured["about"]["others"]
    assert set(others) == set(PARTS)
    assert all(0 <= share <= 1 for share in others.values())
    assert bool(measured["about"]["warnings"]) == (max(others.values()) > MAX_OTHERS)


def test_it_profiles_imports_and_a_message(measured: dict[str, Any]) -> None:
    assert len(measured["about"]["imports"]) == 8
    parts = measured["about"]["parts"]
    assert {"signature", "parse", "dialogue", "render", "Supabase: commit_turn", "Graph: the reply"} <= set(
        parts
    )


def test_the_chart_has_every_panel(saved: Path) -> None:
    texts = [
        text.text for text in ElementTree.parse(saved / "bench.svg").iter("{http://www.w3.org/2000/svg}text")
    ]
    assert set(PANELS) <= set(texts)
