"""`osls deploy --stage prod` for the first time: the calls of gcloud, their order and their arguments."""

from dataclasses import fields
from hashlib import sha256
from pathlib import Path

import pytest

from handlers.settings import Settings
from tests.support.paths import ROOT
from tests.support.serverless_cli import (
    NOT_UPLOADED,
    OPTIONAL_SECRETS,
    SECRETS,
    SETTINGS,
    VALUE,
    Project,
    Run,
    secret_name,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # npm may have to fetch osls first
WEBHOOK = "run deploy mostrador-prod-webhook"
SWEEP = "run deploy mostrador-prod-sweep"
ADDRESS = "https://mostrador-prod-webhook-4242.southamerica-east1.run.app"
SWEEP_ADDRESS = "https://mostrador-prod-sweep-4242.southamerica-east1.run.app"
RUNS_AS = "mostrador-prod@desk-project.iam.gserviceaccount.com"
BUILDER = "mostrador-prod-builder@desk-project.iam.gserviceaccount.com"
CALLER = "mostrador-prod-sweeper@desk-project.iam.gserviceaccount.com"


@pytest.fixture(scope="module")
def first(project: Project) -> Run:
    run = project.run("deploy")
    assert run.code == 0, run.output
    return run


def test_all_checks_come_before_the_first_build(first: Run) -> None:
    lines = first.lines()
    build = lines.index(WEBHOOK)
    assert {line.split()[0] for line in lines[:build]} == {"projects", "run", "secrets", "iam"}
    assert not [line for line in lines[build:] if line.startswith(("secrets", "iam"))]


def test_the_order_from_the_first_build_on(first: Run) -> None:
    lines = first.lines()
    assert [line for line in lines[lines.index(WEBHOOK) :] if "describe" not in line] == [
        WEBHOOK,
        SWEEP,
        "run services add-iam-policy-binding mostrador-prod-sweep",
        "scheduler jobs create http mostrador-prod-sweep",
    ]


def test_every_call_names_the_project_and_is_quiet(first: Run) -> None:
    assert all(call.flags["project"] == "desk-project" and "quiet" in call.flags for call in first.calls)


def test_the_webhook_is_public_and_keeps_its_cpu_and_one_instance(first: Run) -> None:
    flags = first.call(WEBHOOK).flags
    assert {"no-cpu-throttling", "cpu-boost", "no-invoker-iam-check"} <= flags.keys()
    assert {
        "function": "webhook",
        "base-image": "python313",
        "region": "southamerica-east1",
        "service-account": RUNS_AS,
        "cpu": "1",
        "memory": "512Mi",
        "timeout": "60",
        "concurrency": "64",
        "min": "1",
        "max-instances": "4",
        "ingress": "all",
    }.items() <= flags.items()


def test_the_sweep_is_private(first: Run) -> None:
    flags = first.call(SWEEP).flags
    assert {"cpu-throttling", "invoker-iam-check", "no-allow-unauthenticated"} <= flags.keys()
    assert {"function": "sweep", "ingress": "internal", "min": "0"}.items() <= flags.items()


def test_a_first_revision_gets_the_traffic(first: Run) -> None:
    assert "no-traffic" not in first.call(WEBHOOK).flags
    assert not first.lines("run services update-traffic")


def test_both_services_get_the_settings_and_a_thread_for_each_call(first: Run) -> None:
    given = {name: value for name, value in SETTINGS.items() if name != "GOOGLE_CLOUD_PROJECT"}
    platform = {"PUBLIC_URL": ADDRESS, "LOG_EXECUTION_ID": "true"}
    assert first.call(WEBHOOK).environment == {**given, **platform, "THREADS": "64"}
    assert first.call(SWEEP).environment == {**given, **platform, "THREADS": "2"}


def test_every_setting_is_in_serverless_yml() -> None:
    described = (ROOT / "serverless.yml").read_text()
    names = {each.metadata["name"] for each in fields(Settings)}
    plain = {name for name in names if f"{name}: ${{env:{name}, " in described}
    secret = {name for name in names if f"    - {name}\n" in described}
    assert names - plain - secret == {"PUBLIC_URL"}
    assert secret == {*SECRETS, *OPTIONAL_SECRETS}


def test_secrets_are_pinned_to_the_newest_version_that_is_enabled(first: Run) -> None:
    pinned = dict(pair.split("=") for pair in first.call(WEBHOOK).flags["set-secrets"].split(","))
    assert pinned == {setting: f"{secret_name(setting)}:3" for setting in SECRETS}
    assert first.call(SWEEP).flags["set-secrets"] == first.call(WEBHOOK).flags["set-secrets"]


def test_optional_secrets_may_be_missing(first: Run) -> None:
    for setting in OPTIONAL_SECRETS:
        assert f"{secret_name(setting)}:" not in first.call(WEBHOOK).flags["set-secrets"]
        assert not first.lines(f"secrets add-iam-policy-binding {secret_name(setting)}")


def test_no_value_of_a_secret_is_seen_anywhere(first: Run, project: Project) -> None:
    assert VALUE not in first.output
    assert not [call for call in first.calls if VALUE in repr(call)]
    kept = (project.folder / ".serverless").rglob("*")
    assert not [path for path in kept if path.is_file() and VALUE.encode() in path.read_bytes()]


def test_the_product_is_uploaded_and_nothing_else(first: Run) -> None:
    folders = ("handlers", "state", "messages", "channels")
    sources = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    templates = (ROOT / "messages").glob("*/templates/*")
    product = {str(path.relative_to(ROOT)) for path in [*sources, *templates]} | {
        "main.py",
        "requirements.txt",
        "state/understanding/classifier.weights",
    }
    files = first.call(WEBHOOK).files
    assert set(files) == product
    assert set(NOT_UPLOADED).isdisjoint(files)
    digests = {name: sha256((ROOT / name).read_bytes()).hexdigest() for name in product}
    assert files == first.call(SWEEP).files == digests


def test_the_health_of_the_new_revision_is_checked(first: Run, project: Project) -> None:
    assert project.health.asked[0] == "/health"


def test_the_build_has_an_account_that_may_build(first: Run) -> None:
    flags = first.call("projects add-iam-policy-binding desk-project").flags
    assert (flags["member"], flags["role"]) == (f"serviceAccount:{BUILDER}", "roles/run.builder")
    account = f"projects/desk-project/serviceAccounts/{BUILDER}"
    assert first.call(WEBHOOK).flags["build-service-account"] == account


def test_the_functions_may_read_their_secrets_and_the_scheduler_may_call_the_sweep(first: Run) -> None:
    assert first.lines("iam service-accounts create") == [
        "iam service-accounts create mostrador-prod",
        "iam service-accounts create mostrador-prod-builder",
        "iam service-accounts create mostrador-prod-sweeper",
    ]
    for setting in SECRETS:
        flags = first.call(f"secrets add-iam-policy-binding {secret_name(setting)}").flags
        assert flags["member"] == f"serviceAccount:{RUNS_AS}"
        assert flags["role"] == "roles/secretmanager.secretAccessor"
    flags = first.call("run services add-iam-policy-binding mostrador-prod-sweep").flags
    assert (flags["member"], flags["role"]) == (f"serviceAccount:{CALLER}", "roles/run.invoker")


def test_the_scheduler_calls_each_minute_with_its_identity(first: Run) -> None:
    flags = first.call("scheduler jobs create http mostrador-prod-sweep").flags
    assert {
        "location": "southamerica-east1",
        "schedule": "* * * * *",
        "time-zone": "Etc/UTC",
        "uri": f"{SWEEP_ADDRESS}/",
        "http-method": "POST",
        "oidc-service-account-email": CALLER,
        "oidc-token-audience": SWEEP_ADDRESS,
        "attempt-deadline": "90s",
    }.items() <= flags.items()


def test_the_result_is_written_to_a_file(first: Run) -> None:
    webhook, sweep = "mostrador-prod-webhook", "mostrador-prod-sweep"
    assert first.result == {
        "service": "mostrador",
        "stage": "prod",
        "project": "desk-project",
        "region": "southamerica-east1",
        "publicUrl": ADDRESS,
        "webhook": {
            "service": webhook,
            "url": ADDRESS,
            "revision": f"{webhook}-00001-abc",
            "minInstances": 1,
        },
        "sweep": {
            "service": sweep,
            "url": SWEEP_ADDRESS,
            "revision": f"{sweep}-00001-abc",
            "minInstances": 0,
            "job": "mostrador-prod-sweep",
        },
    }


def test_what_it_writes_is_short(first: Run) -> None:
    assert len(first.output.splitlines()) < 20
    assert max(len(line) for line in first.output.splitlines()) < 200


def test_the_settings_file_is_deleted(first: Run, project: Project) -> None:
    assert [path.name for path in Path(project.folder, ".serverless", "prod").iterdir()] == ["source"]
