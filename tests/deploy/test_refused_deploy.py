"""What a deploy refuses before it asks Google for anything: keys, values and secrets, each named with its place."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.serverless_cli import SETTINGS, Project, secret_name

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # npm may have to fetch osls first


@pytest.fixture(autouse=True)
def description(project: Project) -> Iterator[None]:
    """serverless.yml is put back after each test."""
    path = project.folder / "serverless.yml"
    text = path.read_text()
    yield
    path.write_text(text)


def test_misspelled_and_missing_keys_are_refused_with_their_path(project: Project) -> None:
    project.edit("serverless.yml", "  baseImage:", "  baseimage:")
    project.edit("serverless.yml", "    cpuThrottling: false\n", "    cpuThrotling: false\n")
    project.edit("serverless.yml", "          timeZone:", "          timezone:")
    project.edit("serverless.yml", "  patterns:", "  pattern:")
    project.edit("serverless.yml", "    GRAPH_API_URL:", "    DEBUG: 'true'\n    GRAPH_API_URL:")
    run = project.run("deploy")
    assert run.code == 1
    for problem in (
        "at 'provider': unrecognized property 'baseimage'",
        "at 'provider': must have required property 'baseImage'",
        "at 'functions.webhook': unrecognized property 'cpuThrotling'",
        "at 'functions.webhook': must have required property 'cpuThrottling'",
        "at 'functions.sweep.events.0.schedule': unrecognized property 'timezone'",
        "at 'package': unrecognized property 'pattern'",
        "at 'provider.environment': unrecognized property 'DEBUG'",
    ):
        assert problem in run.output
    assert not run.calls


def test_what_a_schema_cannot_express_is_refused_with_its_path(project: Project) -> None:
    project.edit("serverless.yml", "minInstances: ${param:minInstances}", "minInstances: 5")
    project.edit("serverless.yml", "deadlineSeconds: 90", "deadlineSeconds: 30")
    project.edit("serverless.yml", "    - RESEND_API_KEY", "    - RESEND_API_KEY\n    - SUPABASE_URL")
    run = project.run("info")
    assert run.code == 1
    for problem in (
        "functions.webhook.minInstances is more than maxInstances",
        "functions.sweep.events.0.schedule.deadlineSeconds is less than timeoutSeconds",
        "provider.environment.SUPABASE_URL is a secret too",
    ):
        assert problem in run.output
    assert not run.calls


def test_all_settings_that_are_missing_are_named_together(project: Project) -> None:
    project.edit("serverless.yml", "handler: sweep", "handler: sweeper")
    run = project.run("deploy", **dict.fromkeys(SETTINGS.keys() - {"GOOGLE_CLOUD_PROJECT"}, ""))
    assert run.code == 1
    for name in SETTINGS.keys() - {"GOOGLE_CLOUD_PROJECT"}:
        assert f"provider.environment.{name} is empty: set {name}" in run.output
    assert "functions.sweep.handler is sweeper: main.py has no such function" in run.output
    assert not run.calls


def test_all_secrets_that_are_missing_are_named_together_with_their_commands(project: Project) -> None:
    stored = project.state["secrets"]
    token, key = secret_name("WHATSAPP_ACCESS_TOKEN"), secret_name("LINK_SIGNING_KEY")
    fewer = {name: versions for name, versions in stored.items() if name != token}
    project.change(secrets=fewer | {key: {"1": "DISABLED"}})
    run = project.run("deploy")
    assert run.code == 1
    assert f"Secret Manager has no value for {token}, {key}." in run.output
    assert (
        f'printf %s "$WHATSAPP_ACCESS_TOKEN" | gcloud secrets create {token} --data-file=- --project=desk-project'
        in run.output
    )
    assert f'printf %s "$LINK_SIGNING_KEY" | gcloud secrets versions add {key} --data-file=-' in run.output
    assert not [line for line in run.lines() if not {"describe", "list"} & set(line.split())]


def test_a_missing_gcloud_is_one_line(project: Project, tmp_path: Path) -> None:
    for name in ("node", "npx", "sh"):
        found = shutil.which(name)
        assert found
        (tmp_path / name).symlink_to(found)
    run = project.run("info", PATH=str(tmp_path))
    assert run.code == 1
    assert "gcloud is not on the PATH: install the Google Cloud CLI and log in" in run.output
