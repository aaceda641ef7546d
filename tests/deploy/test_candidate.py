"""A new revision shows that it has the right keys before customers meet it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.function import Function, settings
from emulator.meta.graph_api import Graph
from emulator.resend.resend_api import Resend
from ops.checks.finding import run_checks
from ops.checks.running_service import check_candidate
from ops.operator_settings import OperatorSettings
from tests.support.deploy_desk import SWEEP, WEBHOOK, Desk
from tests.support.ops import Operator

# osls starts several times in each, on a machine that may be busy.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


class TestDeploy:
    def test_one_with_other_keys_serves_nobody_until_it_has_the_right_ones(self, desk: Desk) -> None:
        """The revision keeps the token and the secret that it was started with."""
        assert desk.deploy("--setup").code == 0
        before = {service: desk.traffic(service)["serves"] for service in (WEBHOOK, SWEEP)}
        desk.set(WHATSAPP_VERIFY_TOKEN="another-token-that-it-does-not-have")
        result = desk.deploy()
        assert result.code == 1
        assert "✗ verification: it does not know WHATSAPP_VERIFY_TOKEN (answers 403)" in result.out
        assert f"It gets no traffic: {before[WEBHOOK]} still serves" in result.err
        assert f"gcloud run services logs read {WEBHOOK}" in result.err
        assert "Done: secrets, database, osls, new revisions. Not done: their answers, traffic" in result.err
        for service, serving in before.items():
            assert desk.traffic(service)["serves"] == serving
            assert desk.traffic(service)["candidate"] != serving

        desk.set()
        again = desk.deploy()
        assert again.code == 0, again.everything
        assert "✓ its database: it reaches it, with its own key" in again.out
        assert desk.traffic()["serves"] == desk.traffic()["candidate"]


class TestItsDatabase:
    @pytest.fixture(params=["another key", "an address where nobody answers"])
    def supabase(self, request: pytest.FixtureRequest, operator: Operator) -> dict[str, str]:
        if request.param == "another key":
            return {
                "SUPABASE_URL": operator.settings["SUPABASE_URL"],
                "SUPABASE_SECRET_KEY": "sb_secret_other",
            }
        return {"SUPABASE_URL": "http://127.0.0.1:1"}

    @pytest.fixture
    def function(
        self, supabase: dict[str, str], graph: Graph, resend_standin: Resend, tmp_path: Path
    ) -> Iterator[Function]:
        """The function with Supabase as the test says it."""
        environment = settings("", "https://mostrador.example", graph, resend_standin) | {
            "GRAPH_API_URL": graph.url,
            "RESEND_API_URL": resend_standin.url,
            **supabase,
        }
        function = Function("webhook", environment, tmp_path / "log")
        function.start()
        yield function
        function.stop()

    def test_one_that_does_not_reach_it(self, operator: Operator, function: Function) -> None:
        there = OperatorSettings(values=operator.settings | {"PUBLIC_URL": function.url}, source="the test")
        found = run_checks(there, [check_candidate])
        assert [(each.state, each.check) for each in found if each.state != "right"] == [
            ("wrong", "its database")
        ]
        assert "it does not reach it, or its SUPABASE_SECRET_KEY is refused" in found[-1].text

    def test_one_that_does_and_it_leaves_no_trace(self, operator: Operator) -> None:
        before = operator.json("outbox", "list")
        there = OperatorSettings(values=operator.settings | {"PUBLIC_URL": operator.url}, source="the test")
        found = run_checks(there, [check_candidate])
        assert (found[-1].check, found[-1].state) == ("its database", "right")
        assert operator.json("outbox", "list") == before
