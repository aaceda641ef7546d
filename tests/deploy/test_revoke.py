"""`python -m ops deploy --revoke`: after a leaked key was replaced, nothing that still accepts it can be reached."""

import pytest

from ops.google_cloud import secret_name
from tests.support.deploy_desk import SWEEP, WEBHOOK, Desk

pytestmark = pytest.mark.slow
LINK_KEY = secret_name("prod", "LINK_SIGNING_KEY")


@pytest.fixture
def rotated(desk: Desk) -> Desk:
    """A desk that was deployed twice, with another key for links the second time."""
    assert desk.deploy("--setup").code == 0
    desk.set(LINK_SIGNING_KEY="another-link-signing-key-0000000000")
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
    assert output.count("old revisions deleted: 1") == 2


def test_no_version_that_serves_is_disabled(rotated: Desk) -> None:
    assert rotated.deploy("--revoke").code == 0
    serving = rotated.traffic()["serves"]
    for pinned in rotated.state["made"][serving]["secrets"].values():
        name, version = pinned.split(":")
        assert rotated.state["secrets"][name][version] == "ENABLED"


def test_there_is_nothing_to_go_back_to(rotated: Desk, capfd: pytest.CaptureFixture[str]) -> None:
    serving = rotated.traffic()["serves"]
    assert rotated.deploy("--revoke").code == 0
    capfd.readouterr()
    assert rotated.run("rollback").code == 1
    output = "".join(capfd.readouterr())
    assert f"there is nothing to go back to, no revision from before {serving} is kept" in output
    assert rotated.traffic() == {"serves": serving}


def test_again_it_finds_nothing_and_a_deploy_builds_nothing(
    rotated: Desk, capfd: pytest.CaptureFixture[str]
) -> None:
    assert rotated.deploy("--revoke").code == 0
    rotated.calls()
    capfd.readouterr()
    result = rotated.deploy("--revoke")
    output = result.everything + "".join(capfd.readouterr())
    assert result.code == 0, output
    assert "disabled: there was nothing older" in output
    assert not [call for call in rotated.calls() if call.startswith("run deploy")]


def test_nothing_is_closed_while_what_serves_is_not_well(rotated: Desk) -> None:
    """The address of the service answers nothing; that of the candidate does."""
    before = rotated.state
    rotated.change(address="http://127.0.0.1:1")
    rotated.set(PUBLIC_URL=rotated.operator.url)
    result = rotated.deploy("--revoke")
    assert result.code == 1
    assert "what serves does not answer as it should, so nothing was closed" in result.err
    assert "previous" in rotated.traffic()
    assert rotated.state["secrets"] == before["secrets"]
    assert set(before["made"]) <= set(rotated.state["made"])


def test_a_second_value_that_is_still_accepted_is_told(rotated: Desk) -> None:
    keys = "another-link-signing-key-0000000000,a-leaked-link-signing-key-0000000000"
    rotated.set(LINK_SIGNING_KEY=keys)
    result = rotated.deploy("--revoke")
    assert result.code == 0, result.everything
    assert "LINK_SIGNING_KEY still has two values, and both are accepted" in result.out


def test_a_secret_that_is_not_used_any_more_is_closed(rotated: Desk) -> None:
    rotated.set(SWEEP_TOKEN="", LINK_SIGNING_KEY="another-link-signing-key-0000000000")
    assert rotated.deploy("--revoke").code == 0
    assert set(rotated.state["secrets"][secret_name("prod", "SWEEP_TOKEN")].values()) == {"DISABLED"}
