"""A short run of the chaos: every promise of the desk, under kills, freezes, duplicates and failing dependencies."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.chaos.course import Course
from bench.chaos.history import History
from bench.chaos.judge import Verdict, judge
from bench.chaos.plan import Plan
from bench.chaos.report import table

PLAN = Plan(seed=11, messages=300, customers=40, instances=2, kills=4, freezes=2, freeze_seconds=(31.0, 32.0))


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    return Course(PLAN, tmp_path_factory.mktemp("chaos"), lambda _: None).run()


@pytest.fixture(scope="module")
def verdict(history: History) -> Verdict:
    return judge(history)


def test_every_promise_holds(history: History, verdict: Verdict) -> None:
    assert verdict.good, table(history, verdict, 0)


def test_it_was_not_a_quiet_day(history: History, verdict: Verdict) -> None:
    assert (history.killed, history.frozen) == (PLAN.kills, PLAN.freezes)
    assert len(history.said) == PLAN.messages
    assert history.twice > 20
    assert verdict.facts["tickets"] > 10
    assert verdict.facts["unclear WhatsApp tries"] > 5
