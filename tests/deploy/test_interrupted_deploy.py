"""A deploy that fails: its message, what serves meanwhile, and the next run. Each test continues from the last."""

import pytest

from tests.support.serverless_cli import Project, Run, secret_name

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # npm may have to fetch osls first
WEBHOOK = "mostrador-prod-webhook"
SWEEP = "mostrador-prod-sweep"
ROLE = "ERROR: (gcloud.iam.service-accounts.create) PERMISSION_DENIED: needs iam.serviceAccounts.create"


GRANT = f"add-iam-policy-binding {secret_name('RESEND_API_KEY')}"
TOO_NEW = "ERROR: (gcloud.secrets.add-iam-policy-binding) INVALID_ARGUMENT: mostrador-prod does not exist."
LOG = "https://console.cloud.google.com/cloud-build/builds/b1?project=4242"
FAILED_BUILD = f"""Building Container... Logs are available at [{LOG}]....failed
Deployment failed
ERROR: (gcloud.run.deploy) Build failed; check build logs for details"""


@pytest.fixture(scope="module")
def stopped_in_build(project: Project) -> Run:
    """The first deploy ever; the second service does not start."""
    project.change(unready=[SWEEP])
    return project.run("deploy")


@pytest.fixture(scope="module")
def resumed(project: Project, stopped_in_build: Run) -> Run:
    project.change(unready=[])
    return project.run("deploy")


@pytest.fixture(scope="module")
def unhealthy(project: Project, resumed: Run) -> Run:
    """A new revision that is ready, and answers with an error."""
    project.edit("main.py", "Private:", "Private!")
    project.health.status = 500
    return project.run("deploy", "--param=healthSeconds=2")


def test_a_missing_permission_stops_it_before_anything_is_created(project: Project) -> None:
    project.change(failing={"iam service-accounts create": ROLE})
    run = project.run("deploy")
    project.change(failing={})
    assert run.code == 1
    assert ROLE in run.output
    assert not run.lines("run deploy")


def test_a_failed_build_shows_its_log_and_leaves_no_service(project: Project) -> None:
    project.change(failing={"run deploy": FAILED_BUILD}, failing_once={f"secrets {GRANT}": TOO_NEW})
    run = project.run("deploy")
    project.change(failing={})
    assert run.code == 1
    assert run.lines(f"secrets {GRANT}") == [f"secrets {GRANT}"] * 2, "a new account is waited for"
    assert f"The build's log: {LOG}\n" in run.output
    assert not project.state["services"]


def test_it_says_what_failed_what_is_done_and_what_is_not(stopped_in_build: Run) -> None:
    assert stopped_in_build.code == 1
    output = stopped_in_build.output
    assert "build sweep failed." in output
    assert f"Revision '{SWEEP}-00001-abc' is not ready: it did not start." in output
    assert f"gcloud run services logs read {SWEEP}" in output
    assert "done:      inspect, secrets, accounts, build webhook\n" in output
    assert (
        "not done:  build sweep, check webhook, check sweep, serve webhook, serve sweep, schedule sweep"
        in output
    )
    assert f"webhook is served by {WEBHOOK}-00001-abc" in output
    assert "sweep is served by nothing yet" in output


def test_nothing_that_follows_a_failure_is_tried(stopped_in_build: Run) -> None:
    assert stopped_in_build.lines()[-1] == f"run deploy {SWEEP}"
    assert stopped_in_build.result is None


def test_the_next_run_continues(resumed: Run) -> None:
    assert resumed.code == 0, resumed.output
    assert resumed.lines("run deploy") == [f"run deploy {SWEEP}"]
    assert "no-traffic" not in resumed.call(f"run deploy {SWEEP}").flags
    assert resumed.lines("scheduler")[-1] == f"scheduler jobs create http {SWEEP}"


def test_an_unhealthy_revision_gets_no_traffic(unhealthy: Run) -> None:
    assert unhealthy.code == 1
    assert "/health answers 500, not 200, after 2 seconds" in unhealthy.output
    assert f"webhook is served by {WEBHOOK}-00001-abc" in unhealthy.output
    assert not unhealthy.lines("run services update-traffic")


def test_the_same_revision_gets_it_once_it_is_healthy(unhealthy: Run, project: Project) -> None:
    project.health.status = 200
    run = project.run("deploy")
    assert run.code == 0, run.output
    assert not run.lines("run deploy")
    assert f"by {WEBHOOK}-00002-abc, before by {WEBHOOK}-00001-abc" in run.output
    assert run.lines("run services update-traffic") == [
        f"run services update-traffic {WEBHOOK}",
        f"run services update-traffic {SWEEP}",
    ]
