"""The same deploy with the real gcloud: its requests are validated against Google's own API descriptions."""

import os
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ops.google_alerts import WatchedStage, lay_alerts
from ops.google_cloud import Gcloud
from ops.operator_settings import OperatorSettings
from tests.support.cloud_run import Platform
from tests.support.google_answers import PROJECT_NUMBER, Cloud
from tests.support.google_apis import DOMAIN, GoogleApis, proxied
from tests.support.google_discovery import INTERFACES
from tests.support.serverless_cli import SECRETS, SETTINGS, Project, Run, required_gcloud, secret_name

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
REGION = "southamerica-east1"
WEBHOOK = "mostrador-prod-webhook"
SWEEP = "mostrador-prod-sweep"
RUNS_AS = "mostrador-prod@desk-project.iam.gserviceaccount.com"
BUILDER = "mostrador-prod-builder@desk-project.iam.gserviceaccount.com"
CALLER = "mostrador-prod-sweeper@desk-project.iam.gserviceaccount.com"
# Each call of gcloud takes a second or more, and secrets are alike.
KEPT = SECRETS[:1]


@pytest.fixture(scope="module")
def apis(project: Project) -> GoogleApis:
    required_gcloud()
    versions = {"1": "ENABLED", "7": "ENABLED", "8": "DISABLED"}
    secrets = {
        secret_name(setting): [
            {"name": f"projects/{PROJECT_NUMBER}/secrets/{secret_name(setting)}/versions/{n}", "state": state}
            for n, state in versions.items()
        ]
        for setting in KEPT
    }
    url = project.health.url
    platform = Platform(number=PROJECT_NUMBER, region=REGION, tag_url=url, address=url)
    return GoogleApis(cloud=Cloud(platform=platform, secrets=secrets))


@pytest.fixture(scope="module")
def environment(
    apis: GoogleApis, project: Project, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """gcloud with a token that opens nothing, on a network where every address is the stand-in."""
    for setting in set(SECRETS) - set(KEPT):
        project.edit("serverless.yml", f"    - {setting}\n", "")
    with proxied(apis) as port:
        yield {
            "PATH": os.environ["PATH"],
            "CLOUDSDK_CONFIG": str(tmp_path_factory.mktemp("gcloud")),
            "CLOUDSDK_AUTH_ACCESS_TOKEN": "a-token",
            "CLOUDSDK_CORE_DISABLE_USAGE_REPORTING": "true",
            "CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK": "true",
            "CLOUDSDK_PROXY_TYPE": "http",
            "CLOUDSDK_PROXY_ADDRESS": "127.0.0.1",
            "CLOUDSDK_PROXY_PORT": str(port),
        } | {
            f"CLOUDSDK_API_ENDPOINT_OVERRIDES_{name.upper()}": f"http://{name}{DOMAIN}/"
            for name in INTERFACES
        }


@pytest.fixture(scope="module")
def first(project: Project, environment: dict[str, str]) -> Run:
    return project.run("deploy", **environment)


@pytest.fixture(scope="module")
def second(project: Project, environment: dict[str, str], first: Run) -> Run:
    project.edit("main.py", "Private:", "Private!")
    return project.run("deploy", **environment)


@pytest.fixture(scope="module")
def created(first: Run, apis: GoogleApis) -> dict[str, Any]:
    """The services as they were asked for the first time."""
    return {body["metadata"]["name"]: body for body in apis.bodies("run.namespaces.services.create")}


def container(service: dict[str, Any]) -> dict[str, Any]:
    [found] = service["spec"]["template"]["spec"]["containers"]
    assert isinstance(found, dict)
    return found


def test_google_would_have_accepted_every_request(first: Run, second: Run, apis: GoogleApis) -> None:
    assert (first.code, second.code) == (0, 0), first.output + second.output
    assert not apis.problems


def test_both_services_are_built_from_the_uploaded_product(
    created: dict[str, Any], apis: GoogleApis, project: Project
) -> None:
    assert list(created) == [WEBHOOK, SWEEP]
    builds = apis.bodies("run.projects.locations.builds.submit")[:2]
    assert [build["buildpackBuild"]["functionTarget"] for build in builds] == ["webhook", "sweep"]
    assert {build["buildpackBuild"]["baseImage"] for build in builds} == {"python313"}
    assert {build["serviceAccount"] for build in builds} == {
        f"projects/desk-project/serviceAccounts/{BUILDER}"
    }
    staged = project.folder / ".serverless" / "prod" / "source"
    product = {str(path.relative_to(staged)) for path in staged.rglob("*") if path.is_file()}
    assert all(set(upload) == product for upload in apis.uploads)


def test_settings_and_pinned_secrets_are_in_the_revision(created: dict[str, Any]) -> None:
    given = container(created[WEBHOOK])["env"]
    plain = {entry["name"]: entry["value"] for entry in given if "value" in entry}
    pinned = {entry["name"]: entry["valueFrom"]["secretKeyRef"] for entry in given if "valueFrom" in entry}
    assert plain["SUPPORT_EMAIL_TO"] == SETTINGS["SUPPORT_EMAIL_TO"]
    assert (plain["THREADS"], plain["LOG_EXECUTION_ID"]) == ("64", "true")
    assert plain["PUBLIC_URL"] == f"https://{WEBHOOK}-{PROJECT_NUMBER}.{REGION}.run.app"
    assert pinned == {setting: {"name": secret_name(setting), "key": "7"} for setting in KEPT}


def test_the_webhook_is_public_with_its_cpu_and_one_warm_instance(created: dict[str, Any]) -> None:
    service, template = created[WEBHOOK]["metadata"], created[WEBHOOK]["spec"]["template"]
    assert {
        "run.googleapis.com/invoker-iam-disabled": "True",
        "run.googleapis.com/ingress": "all",
        "run.googleapis.com/minScale": "1",
    }.items() <= service["annotations"].items()
    assert template["metadata"]["annotations"]["run.googleapis.com/cpu-throttling"] == "False"
    assert template["metadata"]["annotations"]["autoscaling.knative.dev/maxScale"] == "4"
    assert (template["spec"]["containerConcurrency"], template["spec"]["timeoutSeconds"]) == (64, 60)
    assert template["spec"]["serviceAccountName"] == RUNS_AS


def test_the_sweep_is_private_and_the_scheduler_may_call_it(
    created: dict[str, Any], apis: GoogleApis
) -> None:
    annotations = created[SWEEP]["metadata"]["annotations"]
    assert annotations.get("run.googleapis.com/invoker-iam-disabled") != "True"
    assert annotations["run.googleapis.com/ingress"] == "internal"
    [binding] = apis.cloud.policies[SWEEP]["bindings"]
    assert binding == {"role": "roles/run.invoker", "members": [f"serviceAccount:{CALLER}"]}


def test_the_schedule_is_created_and_then_updated(first: Run, second: Run, apis: GoogleApis) -> None:
    address = f"https://{SWEEP}-{PROJECT_NUMBER}.{REGION}.run.app"
    [job] = apis.bodies("cloudscheduler.projects.locations.jobs.create")
    assert (job["schedule"], job["timeZone"], job["attemptDeadline"]) == ("* * * * *", "Etc/UTC", "90s")
    target = job["httpTarget"]
    assert (target["uri"], target["httpMethod"]) == (f"{address}/", "POST")
    assert target["oidcToken"] == {"serviceAccountEmail": CALLER, "audience": address}
    assert len(apis.bodies("cloudscheduler.projects.locations.jobs.patch")) == 1


def test_a_second_revision_has_no_traffic_until_it_is_healthy(second: Run, apis: GoogleApis) -> None:
    changes = apis.bodies("run.namespaces.services.replaceService")
    webhook = [body["spec"]["traffic"] for body in changes if body["metadata"]["name"] == WEBHOOK]
    before, after = webhook[0], webhook[-1]
    [old] = [target["revisionName"] for target in before if target.get("percent") == 100]
    assert [target["tag"] for target in before if "tag" in target] == ["candidate"]
    [new] = [target["revisionName"] for target in after if target.get("percent") == 100]
    assert new != old
    assert {"revisionName": old, "tag": "previous"} in after


def test_rollback(second: Run, project: Project, environment: dict[str, str], apis: GoogleApis) -> None:
    rolled_back = project.run("rollback", **environment)
    assert rolled_back.output.count("serves again, instead of") == 2, rolled_back.output
    again = project.run("rollback", **environment)
    assert "there is nothing to go back to" in again.output
    shown = project.run("info", **environment)
    assert "  schedule  * * * * * Etc/UTC, ENABLED, not called yet" in shown.output
    assert not apis.problems


def test_revoke(project: Project, environment: dict[str, str], apis: GoogleApis) -> None:
    refused = project.run("revoke", **environment)
    assert "deploy first. Nothing was closed." in refused.output
    assert project.run("deploy", **environment).code == 0
    closed = project.run("revoke", **environment)
    assert closed.code == 0, closed.output
    assert not apis.problems
    assert closed.output.count("old revisions deleted: 1") == 2
    assert len(apis.cloud.revisions) == 2
    for service in apis.cloud.services.values():
        assert not [target for target in service["spec"]["traffic"] if target.get("tag")]
    states = {each["name"][-1]: each["state"] for each in apis.cloud.secrets[secret_name(KEPT[0])]}
    assert states == {"1": "DISABLED", "7": "ENABLED", "8": "DISABLED"}


def test_remove(project: Project, environment: dict[str, str], apis: GoogleApis) -> None:
    assert project.run("remove", **environment).output.count(": removed") == 3
    assert project.run("remove", **environment).output.count(": was not there") == 3
    assert not apis.problems
    assert (apis.cloud.services, apis.cloud.jobs) == ({}, {})


def test_alerts(environment: dict[str, str], apis: GoogleApis, monkeypatch: pytest.MonkeyPatch) -> None:
    """Made, made again for another person and another domain, and taken away."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    gcloud = Gcloud(project="desk-project")
    watched = WatchedStage(
        stage="prod", webhook=WEBHOOK, sweep=SWEEP, job=SWEEP, public_url="https://a.example", always_on=True
    )
    settings = {"OPERATOR_EMAIL_TO": "ana@example.com"}
    lay_alerts(gcloud, OperatorSettings(values=settings, source="the test"), watched)
    assert not apis.problems
    made = apis.bodies("monitoring.projects.alertPolicies.create")
    assert [body["userLabels"] for body in made] == [
        {"mostrador": "prod", "alert": kind} for kind in ("errors", "sweep", "health")
    ]
    [check] = apis.bodies("monitoring.projects.uptimeCheckConfigs.create")
    assert check["monitoredResource"] == {
        "type": "uptime_url",
        "labels": {"host": "a.example", "project_id": "desk-project"},
    }
    http = {"path": "/health", "port": 443, "useSsl": True, "validateSsl": True, "requestMethod": "GET"}
    assert http.items() <= check["httpCheck"].items()
    assert (check["period"], check["timeout"]) == ("300s", "10s")
    assert (len(check["selectedRegions"]), check["userLabels"]) == (3, {"mostrador": "prod"})
    before = dict(apis.cloud.monitoring)

    settings = {"OPERATOR_EMAIL_TO": "luis@example.com"}
    elsewhere = replace(watched, public_url="https://b.example")
    lay_alerts(gcloud, OperatorSettings(values=settings, source="the test"), elsewhere)
    assert not apis.problems
    assert len(apis.bodies("monitoring.projects.alertPolicies.patch")) == 3
    kept = apis.cloud.monitoring.keys() & before.keys()
    assert len(apis.cloud.monitoring) == len(before)
    assert {name.split("/")[2] for name in kept} == {"alertPolicies"}

    lay_alerts(gcloud, OperatorSettings(values={}, source="the test"), watched)
    assert (apis.problems, apis.cloud.monitoring) == ([], {})
