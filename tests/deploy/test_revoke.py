"""`python -m ops deploy --revoke`: after a leaked key was replaced, nothing that still accepts it can be reached."""

from collections.abc import Iterator

import pytest

from ops.checks.finding import Finding, wrong
from ops.google_cloud import secret_name
from ops.operator_settings import OperatorSettings
from tests.support.deploy_desk import SWEEP, WEBHOOK, Desk

# osls starts several times in each, on a machine that may be busy.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
ROTATED = "another-link-signing-key-0000000000"
LINK_KEY = secret_name("prod", "LINK_SIGNING_KEY")


@pytest.fixture
def rotated(desk: Desk) -> Desk:
    """A desk that was deployed twice, with another key for links the second time."""
    assert desk.deploy("--setup").code == 0
    desk.set(LINK_SIGNING_KEY=ROTATED)
    assert desk.deploy().code == 0
    assert desk.state["secrets"][LINK_KEY] == {"1": "ENABLED", "2": "ENABLED"}
    assert {"previous", "candidate"} <= desk.traffic().keys()
    desk.calls()
    return desk


def test_only_what_serves_is_left(rotated: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    serving = {service: rotated.traffic(service)["serves"] for service in (WEBHOOK, SWEEP)}
    result = rotated.deploy("--revoke")
    output = result.everything + "".join(capfd.readouterr())
    assert result.code == 0, output
    for service, revision in serving.items():
        assert rotated.traffic(service) == {"serves": revision}
        assert rotated.state["revisions"][service] == [revision]
    assert rotated.state["secrets"][LINK_KEY] == {"1": "DISABLED", "2": "ENABLED"}
    assert "disabled: LINK_SIGNING_KEY 1" in output
    assert (
        f"{serving[WEBHOOK]} serves; addresses closed: candidate ({serving[WEBHOOK]}), previous (" in output
    )
    for pinned in rotated.state["made"][serving[WEBHOOK]]["secrets"].values():
        name, version = pinned.split(":")
        assert rotated.state["secrets"][name][version] == "ENABLED"

    assert rotated.run("rollback").code == 1
    output = "".join(capfd.readouterr())
    assert f"there is nothing to go back to, no revision from before {serving[WEBHOOK]} is kept" in output
    assert rotated.traffic() == {"serves": serving[WEBHOOK]}

    rotated.calls()
    again = rotated.deploy("--revoke")
    assert again.code == 0, again.everything
    assert "disabled: there was nothing older" in "".join(capfd.readouterr())
    assert not [call for call in rotated.calls() if call.startswith("run deploy")]


def test_nothing_is_closed_while_what_serves_is_not_well(
    rotated: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(settings: OperatorSettings) -> Iterator[Finding]:
        assert settings.get("PUBLIC_URL") == rotated.operator.url
        yield wrong("signature", "it does not know WHATSAPP_APP_SECRET")

    monkeypatch.setattr("ops.commands.deploy.check_service", refusing)
    before = rotated.state
    result = rotated.deploy("--revoke")
    assert result.code == 1
    assert "✗ signature: it does not know WHATSAPP_APP_SECRET" in result.out
    assert "what serves does not answer as it should, so nothing was closed" in result.err
    for kept in ("secrets", "made", "revisions"):
        assert rotated.state[kept] == before[kept]
    assert "previous" in rotated.traffic()


def test_what_is_still_open_is_told_and_what_is_not_used_any_more_is_closed(rotated: Desk) -> None:
    rotated.set(SWEEP_TOKEN="", LINK_SIGNING_KEY=f"{ROTATED},a-leaked-link-signing-key-0000000000")
    result = rotated.deploy("--revoke")
    assert result.code == 0, result.everything
    assert "LINK_SIGNING_KEY still has two values, and both are accepted" in result.out
    assert set(rotated.state["secrets"][secret_name("prod", "SWEEP_TOKEN")].values()) == {"DISABLED"}
