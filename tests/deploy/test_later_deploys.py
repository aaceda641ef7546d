"""A deployed stage: deployed again, changed, rolled back, shown, removed. Each test continues from the last."""

import pytest

from tests.support.serverless_cli import Project, Run, secret_name

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]  # npm may have to fetch osls first
WEBHOOK = "mostrador-prod-webhook"
SWEEP = "mostrador-prod-sweep"
OWN = "https://desk.example.com/"
ADDRESS = f"https://{WEBHOOK}-abcdefgh-rj.a.run.app"


@pytest.fixture(scope="module")
def deployed(project: Project) -> Run:
    """In a project where Cloud Run gives only the other kind of address."""
    project.change(numbered_address=False)
    run = project.run("deploy")
    assert run.code == 0, run.output
    return run


@pytest.fixture(scope="module")
def unchanged(project: Project, deployed: Run) -> Run:
    return project.run("deploy")


@pytest.fixture(scope="module")
def changed(project: Project, unchanged: Run) -> Run:
    """New code, another size, a new secret, a domain of its own, and a schedule that somebody has paused."""
    project.edit("main.py", "Private:", "Private!")
    newer = {
        secret_name("RESEND_API_KEY"): {"10": "ENABLED"},
        secret_name("TRANSCRIBE_KEY"): {"1": "ENABLED"},
    }
    project.change(secrets=project.state["secrets"] | newer)
    project.change(jobs={SWEEP: project.state["jobs"][SWEEP] | {"state": "PAUSED"}})
    return project.run(
        "deploy", "--param=minInstances=0", "--param=cpu=2", "--param=schedule=*/2 * * * *", PUBLIC_URL=OWN
    )


@pytest.fixture(scope="module")
def rolled_back(project: Project, changed: Run) -> Run:
    return project.run("rollback")


@pytest.fixture(scope="module")
def removed(project: Project, rolled_back: Run) -> Run:
    return project.run("remove")


def test_links_lead_to_the_address_that_the_service_really_has(deployed: Run) -> None:
    flags = deployed.call(f"run services update {WEBHOOK}").flags
    assert flags["update-env-vars"] == f"PUBLIC_URL={ADDRESS}"
    assert deployed.call(f"run deploy {SWEEP}").environment["PUBLIC_URL"] == ADDRESS
    assert deployed.result is not None
    assert deployed.result["publicUrl"] == ADDRESS


def test_what_is_unchanged_is_not_built_again(unchanged: Run) -> None:
    """The address, which had to be corrected the first time, is known the second time."""
    assert unchanged.code == 0, unchanged.output
    assert not unchanged.lines("run deploy")
    assert not unchanged.lines("run services update")
    assert f"{WEBHOOK}-00002-abc, unchanged" in unchanged.output
    assert f"{SWEEP}-00001-abc, unchanged" in unchanged.output


def test_a_second_deploy_changes_the_schedule_instead_of_making_it(unchanged: Run, changed: Run) -> None:
    assert unchanged.lines("scheduler")[1:] == [f"scheduler jobs update http {SWEEP}"]
    assert changed.call(f"scheduler jobs update http {SWEEP}").flags["schedule"] == "*/2 * * * *"
    assert not changed.lines("iam service-accounts create")
    assert not changed.lines("projects add-iam-policy-binding")


def test_a_changed_revision_gets_its_traffic_last(changed: Run) -> None:
    assert changed.code == 0, changed.output
    builds = [call for call in changed.calls if call.line.startswith("run deploy")]
    assert [call.line for call in builds] == [f"run deploy {WEBHOOK}", f"run deploy {SWEEP}"]
    assert all({"no-traffic", "tag"} <= call.flags.keys() for call in builds)
    moves = [call for call in changed.calls if call.line.startswith("run services update-traffic")]
    assert [call.line.split()[-1] for call in moves] == [WEBHOOK, SWEEP]
    assert changed.calls.index(builds[-1]) < changed.calls.index(moves[0])
    assert moves[0].flags["update-tags"] == f"previous={WEBHOOK}-00002-abc"
    assert [call.flags["to-revisions"] for call in moves] == [
        f"{WEBHOOK}-00003-abc=100",
        f"{SWEEP}-00002-abc=100",
    ]


def test_a_stage_can_override_parameters(changed: Run) -> None:
    flags = changed.call(f"run deploy {WEBHOOK}").flags
    assert (flags["min"], flags["cpu"]) == ("0", "2")


def test_links_lead_to_a_custom_domain_if_there_is_one(changed: Run) -> None:
    assert changed.call(f"run deploy {SWEEP}").environment["PUBLIC_URL"] == OWN.rstrip("/")
    assert changed.result is not None
    assert (changed.result["publicUrl"], changed.result["webhook"]["url"]) == (OWN.rstrip("/"), ADDRESS)


def test_a_new_version_of_a_secret_is_pinned(changed: Run) -> None:
    given = changed.call(f"run deploy {WEBHOOK}").flags["set-secrets"].split(",")
    assert f"RESEND_API_KEY={secret_name('RESEND_API_KEY')}:10" in given


def test_an_optional_secret_that_is_there_now_is_pinned_and_may_be_read(changed: Run) -> None:
    name = secret_name("TRANSCRIBE_KEY")
    assert f"TRANSCRIBE_KEY={name}:1" in changed.call(f"run deploy {WEBHOOK}").flags["set-secrets"].split(",")
    assert changed.lines(f"secrets add-iam-policy-binding {name}")


def test_a_paused_schedule_is_reported(changed: Run) -> None:
    assert f"it is PAUSED: gcloud scheduler jobs resume {SWEEP}" in changed.output


def test_a_rollback_restores_both_revisions(rolled_back: Run, project: Project) -> None:
    assert rolled_back.code == 0, rolled_back.output
    assert f"{WEBHOOK}-00002-abc serves again, instead of {WEBHOOK}-00003-abc" in rolled_back.output
    assert f"{SWEEP}-00001-abc serves again, instead of {SWEEP}-00002-abc" in rolled_back.output
    moves = rolled_back.lines("run services update-traffic")
    assert [line.split()[-1] for line in moves] == [WEBHOOK, SWEEP]
    assert rolled_back.call(f"run services update-traffic {WEBHOOK}").flags["to-revisions"] == (
        f"{WEBHOOK}-00002-abc=100"
    )


def test_info_shows_addresses_revisions_and_the_schedule(rolled_back: Run, project: Project) -> None:
    run = project.run("info", SUPABASE_URL="", WHATSAPP_PHONE_NUMBER_ID="")
    assert run.code == 0, run.output
    assert f"webhook  {ADDRESS}" in run.output
    assert f"  {WEBHOOK}-00003-abc  2026-11-23 04:58 UTC  ready" in run.output
    assert f"  {WEBHOOK}-00002-abc  2026-11-23 04:58 UTC  serves" in run.output
    assert "  schedule  */2 * * * * Etc/UTC, PAUSED, not called yet" in run.output
    assert not [line for line in run.lines() if not {"describe", "list"} & set(line.split())]


def test_remove_deletes_the_schedule_first_and_keeps_what_is_stored(removed: Run) -> None:
    assert removed.code == 0, removed.output
    assert removed.lines() == [
        f"scheduler jobs delete {SWEEP}",
        f"run services delete {WEBHOOK}",
        f"run services delete {SWEEP}",
    ]
    assert "These stay: the database, the secrets" in removed.output


def test_remove_finds_nothing_the_second_time(removed: Run, project: Project) -> None:
    run = project.run("remove")
    assert run.code == 0, run.output
    assert run.output.count("was not there") == 3
