"""Google's alert policies: made by `--setup` for whoever is in OPERATOR_EMAIL_TO, and kept as the settings are."""

from typing import Any

import pytest

from ops.google_alerts import WatchedStage, lay_alerts
from ops.google_cloud import Gcloud
from ops.operator_settings import OperatorSettings
from tests.support.deploy_desk import Desk

# osls starts several times in each, on a machine that may be busy.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
URL = "https://desk.example.com"


@pytest.fixture(autouse=True)
def path_of_gcloud(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(desk.tools), prepend=":")


def lay(addresses: str, url: str = URL, *, always_on: bool = True) -> str:
    settings = OperatorSettings(values={"OPERATOR_EMAIL_TO": addresses}, source="the test")
    watched = WatchedStage(
        stage="prod",
        webhook="mostrador-prod-webhook",
        sweep="mostrador-prod-sweep",
        job="mostrador-prod-sweep",
        public_url=url,
        always_on=always_on,
    )
    return lay_alerts(Gcloud(project="desk-project"), settings, watched)


def made(desk: Desk, kind: str) -> list[dict[str, Any]]:
    found = desk.state[kind].values()
    return [each for each in found if each["userLabels"].get("mostrador") == "prod"]


def told(desk: Desk) -> set[str]:
    """The addresses that every policy tells."""
    channels = {name: body["labels"]["email_address"] for name, body in desk.state["channels"].items()}
    each = [{channels[name] for name in policy["notificationChannels"]} for policy in made(desk, "policies")]
    assert all(some == each[0] for some in each)
    return each[0]


def test_a_deploy_with_setup_makes_them(desk: Desk) -> None:
    desk.set(OPERATOR_EMAIL_TO="Ana <ana@example.com>, luis@example.com")
    result = desk.deploy("--setup")
    assert result.code == 0, result.everything
    assert "✓ alerts: errors, failed sweeps and" in result.out
    assert "; by e-mail to ana@example.com, luis@example.com" in result.out
    assert told(desk) == {"ana@example.com", "luis@example.com"}
    assert len(made(desk, "policies")) == 3


def test_without_setup_they_are_left_alone(desk: Desk) -> None:
    assert desk.deploy("--setup").code == 0
    desk.calls()
    assert desk.deploy().code == 0
    assert not [call for call in desk.calls() if "monitoring" in call]


def test_a_deploy_goes_on_without_them(desk: Desk) -> None:
    refusal = (
        "ERROR: (gcloud.alpha.monitoring.policies.create) PERMISSION_DENIED: monitoring.alertPolicies.create"
    )
    desk.set(OPERATOR_EMAIL_TO="ana@example.com")
    desk.change(failing={"alpha monitoring policies create": refusal})
    result = desk.deploy("--setup")
    assert result.code == 0, result.everything
    assert "! alerts: not made, or not all of them: gcloud alpha monitoring: " in result.out
    assert "roles/monitoring.editor" in result.out


def test_nobody_to_tell(desk: Desk) -> None:
    assert lay("") == "alerts: OPERATOR_EMAIL_TO is empty, so there is nobody to tell; none made"
    assert not desk.changes()
    assert "monitoring.googleapis.com" not in desk.state["apis"]


def test_again_nothing_is_made_twice(desk: Desk) -> None:
    lay("ana@example.com")
    before = desk.state
    lay("ana@example.com")
    for kind in ("policies", "channels", "uptime_checks"):
        assert desk.state[kind] == before[kind]


def test_another_address_replaces_the_first_one(desk: Desk) -> None:
    lay("ana@example.com")
    lay("luis@example.com")
    assert told(desk) == {"luis@example.com"}
    assert len(desk.state["channels"]) == 1


def test_nobody_any_more(desk: Desk) -> None:
    lay("ana@example.com")
    assert lay("").endswith("none made, 5 removed")
    assert not any(desk.state[kind] for kind in ("policies", "channels", "uptime_checks"))


def test_what_others_have_made_stays(desk: Desk) -> None:
    lay("ana@example.com")
    theirs = {
        kind: {
            f"projects/desk-project/{kind}/99": {"name": f"projects/desk-project/{kind}/99", "userLabels": {}}
        }
        for kind in ("policies", "channels", "uptime_checks")
    }
    other_stage = {"name": "p/98", "userLabels": {"mostrador": "dev", "alert": "errors"}}
    theirs["policies"]["p/98"] = other_stage
    desk.change(**{kind: desk.state[kind] | more for kind, more in theirs.items()})
    lay("luis@example.com")
    for kind, more in theirs.items():
        assert more.items() <= desk.state[kind].items()


def test_another_domain_is_another_uptime_check(desk: Desk) -> None:
    lay("ana@example.com")
    lay("ana@example.com", "https://other.example.com/desk")
    [check] = made(desk, "uptime_checks")
    assert check["monitoredResource"]["labels"]["host"] == "other.example.com"
    assert check["httpCheck"]["path"] == "/desk/health"
    [health] = [each for each in made(desk, "policies") if each["userLabels"]["alert"] == "health"]
    number = check["name"].rpartition("/")[2]
    assert f'check_id="{number}"' in health["conditions"][0]["conditionThreshold"]["filter"]


def test_an_instance_that_sleeps_is_not_woken(desk: Desk) -> None:
    lay("ana@example.com")
    assert "not of /health, without minInstances" in lay("ana@example.com", always_on=False)
    assert {each["userLabels"]["alert"] for each in made(desk, "policies")} == {"errors", "sweep"}
    assert not made(desk, "uptime_checks")


def test_what_is_watched(desk: Desk) -> None:
    lay("ana@example.com")
    policies = {each["userLabels"]["alert"]: each for each in made(desk, "policies")}
    errors = policies["errors"]["conditions"][0]["conditionMatchedLog"]["filter"]
    assert 'service_name=("mostrador-prod-webhook" OR "mostrador-prod-sweep")' in errors
    assert "severity>=ERROR" in errors
    assert (
        'job_id="mostrador-prod-sweep"' in policies["sweep"]["conditions"][0]["conditionMatchedLog"]["filter"]
    )
    for kind in ("errors", "sweep"):
        assert policies[kind]["alertStrategy"]["notificationRateLimit"] == {"period": "3600s"}
