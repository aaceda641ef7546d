"""`python -m ops deploy --stage prod`: from nothing to a number that answers, again, and what stops it."""

import subprocess
from pathlib import Path

import psycopg
import pytest

from ops.commands.webhook import FIELDS
from ops.google_cloud import APIS, secret_name
from ops.operator_settings import DEPLOYED_SECRETS, GENERATED, OPTIONAL_SECRETS
from ops.programs import commit_of
from tests.support.deploy_desk import SWEEP, WEBHOOK, Desk
from tests.support.ops import run_ops
from tests.support.serverless_cli import OPTIONAL_SECRETS as OPTIONAL_IN_YML
from tests.support.serverless_cli import SECRETS

# osls starts several times in each, on a machine that may be busy.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def test_the_secrets_are_those_of_serverless_yml() -> None:
    assert set(DEPLOYED_SECRETS) == {*SECRETS, *OPTIONAL_IN_YML}
    assert set(OPTIONAL_SECRETS) == set(OPTIONAL_IN_YML)


def test_from_nothing_and_again(desk: Desk, empty_database: str, capfd: pytest.CaptureFixture[str]) -> None:
    first = desk.deploy("--setup")
    output = capfd.readouterr()
    assert first.code == 0, first.everything + output.out + output.err
    assert set(APIS) <= set(desk.state["apis"])
    kept = {setting: desk.state["values"][secret_name("prod", setting)] for setting in SECRETS}
    assert kept == {setting: desk.operator.settings[setting] for setting in SECRETS}
    assert set(desk.state["services"]) == {WEBHOOK, SWEEP}
    assert desk.operator.account.subscription is not None
    assert desk.operator.account.subscription.fields == FIELDS
    with psycopg.connect(empty_database) as connection:
        assert connection.execute(
            "select count(*) from supabase_migrations.schema_migrations"
        ).fetchone() != (0,)
    assert "The doctor:" in first.out
    assert f"Address: {desk.operator.url}/" in first.out
    assert "Write *hola* to it: https://wa.me/" in first.out

    desk.calls()
    second = desk.deploy()
    assert second.code == 0, second.everything
    again = desk.calls()
    made = (
        "secrets create",
        "services enable",
        "iam service-accounts create",
        "run deploy mostrador-prod-sweep",
    )
    assert not [call for call in again if call.startswith(made)]
    assert "migrations: up to date" in second.out
    for value in kept.values():
        assert value not in first.everything + second.everything + output.out + output.err


def test_everything_missing_is_reported_together_and_nothing_is_changed(desk: Desk) -> None:
    desk.set(WHATSAPP_ACCESS_TOKEN="", SUPABASE_DB_URL="", SUPPORT_EMAIL_TO="")
    desk.change(billing=False)
    result = desk.deploy()
    assert result.code == 1
    for name in ("WHATSAPP_ACCESS_TOKEN", "SUPPORT_EMAIL_TO", "SUPABASE_DB_URL", "billing", "not enabled"):
        assert name in result.out
    assert "gcloud services enable run.googleapis.com" in result.out
    assert "nothing was changed" in result.err
    assert not desk.changes()


def test_nobody_is_logged_in(desk: Desk) -> None:
    desk.change(login="")
    result = desk.deploy()
    assert (result.code, "gcloud auth login" in result.out) == (1, True)


def test_secrets_of_our_own_are_generated(desk: Desk) -> None:
    desk.set(**dict.fromkeys(GENERATED, ""))
    desk.change(failing={"services enable": "ERROR: not now"})
    result = desk.deploy("--setup")
    assert result.code == 1
    written = desk.env_file()
    assert all(len(written[name]) >= 32 for name in GENERATED)
    assert all(written[name] not in result.everything for name in GENERATED)


def without_keys_of_our_own(desk: Desk) -> dict[str, str]:
    """They are in Secret Manager only, and the deploy gets no further. Returns them."""
    ours = {name: f"{name.lower().replace('_', '-')}-0123456789-0123456789" for name in GENERATED}
    desk.set(**dict.fromkeys(GENERATED, ""))
    desk.change(
        apis=["secretmanager.googleapis.com"],
        secrets={secret_name("prod", name): {"1": "ENABLED"} for name in ours},
        values={secret_name("prod", name): value for name, value in ours.items()},
        failing={"services enable": "ERROR: not now"},
    )
    return ours


def test_from_another_machine_the_keys_are_those_that_are_stored(desk: Desk) -> None:
    """With others all links that were sent would be closed, and every address for an answer."""
    ours = without_keys_of_our_own(desk)
    result = desk.deploy("--setup")
    assert {name: desk.env_file()[name] for name in GENERATED} == ours
    assert all(f"{name}: taken from Secret Manager" in result.out for name in GENERATED)
    assert all(value not in result.everything for value in ours.values())


def test_after_a_leak_they_are_new(desk: Desk) -> None:
    ours = without_keys_of_our_own(desk)
    desk.deploy("--setup", "--revoke")
    assert not set(ours.values()) & set(desk.env_file().values())


@pytest.mark.parametrize("says", ["secrets versions access", "secrets list", "services list"])
def test_keys_that_may_be_stored_and_cannot_be_read_are_not_made_anew(desk: Desk, says: str) -> None:
    desk.set(LINK_SIGNING_KEY="")
    desk.change(
        apis=["secretmanager.googleapis.com"],
        secrets={"mostrador-prod-link-signing-key": {"1": "ENABLED"}},
        failing={says: "ERROR: permission denied"},
    )
    result = desk.deploy("--setup")
    assert (result.code, desk.env_file()["LINK_SIGNING_KEY"]) == (1, "")
    assert "LINK_SIGNING_KEY" in result.out


def test_a_failed_deploy_continues_where_it_stopped(desk: Desk, empty_database: str) -> None:
    desk.change(failing={"run deploy": "ERROR: quota exceeded"})
    result = desk.deploy("--setup")
    assert result.code == 1
    assert (
        "Done: APIs, secrets, database, osls. Not done: new revisions, their answers, traffic" in result.err
    )
    assert desk.operator.account.subscription is None
    desk.change(failing={})
    assert desk.deploy().code == 0
    assert desk.operator.account.subscription is not None


def test_only_a_check(desk: Desk) -> None:
    result = desk.deploy("--check", "--setup")
    assert result.code == 0, result.everything
    assert desk.state["services"] == {}


def test_without_a_stage(desk: Desk) -> None:
    result = run_ops("deploy", folder=desk.folder)
    assert (result.code, "STAGE=prod" in result.err) == (1, True)


class TestOptionalSecrets:
    def test_without_any_of_them_only_ours_is_made(self, desk: Desk) -> None:
        """The function in this test was started with another token, which its revision shows."""
        desk.set(**dict.fromkeys(OPTIONAL_SECRETS, ""))
        result = desk.deploy("--setup")
        stored = {secret_name("prod", name) for name in OPTIONAL_SECRETS} & set(desk.state["secrets"])
        assert stored == {secret_name("prod", "SWEEP_TOKEN")}
        assert "✗ sweep token: it does not know SWEEP_TOKEN" in result.out

    def test_what_is_set_is_given_and_what_was_emptied_is_not(self, desk: Desk) -> None:
        assert desk.deploy("--setup").code == 0
        calls = desk.calls()
        given = [name for name in OPTIONAL_SECRETS if desk.env_file().get(name)]
        assert {"SWEEP_TOKEN", "RESEND_WEBHOOK_SECRET"} <= set(given)
        for name in given:
            for service in (WEBHOOK, SWEEP):
                serving = desk.traffic(service)["serves"]
                assert desk.given(name, serving) == f"{secret_name('prod', name)}:1"
            assert f"secrets add-iam-policy-binding {secret_name('prod', name)}" in calls

        desk.set(SWEEP_TOKEN="")
        result = desk.deploy()
        assert result.code == 0, result.everything
        told = "! secrets: stored, but empty in .env.prod, so the function does not get SWEEP_TOKEN"
        assert told in result.out
        assert secret_name("prod", "SWEEP_TOKEN") in desk.state["secrets"]
        assert desk.given("SWEEP_TOKEN", desk.traffic()["serves"]) is None


class TestCommit:
    def git(self, desk: Desk, *words: str) -> str:
        who = ("-c", "user.name=Ana", "-c", "user.email=ana@example.com")
        done = subprocess.run(
            ["git", "-C", str(desk.folder), *who, *words], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def checkout(self, desk: Desk) -> str:
        """The clone as a clean checkout. Returns its commit."""
        self.git(desk, "init", "--quiet")
        (desk.folder / ".gitignore").write_text(".env*\nnode_modules\n.serverless\n__pycache__\n")
        self.git(desk, "add", "--all")
        self.git(desk, "commit", "--quiet", "--message=all")
        return self.git(desk, "rev-parse", "HEAD")

    def test_it_is_that_of_the_checkout(self, desk: Desk) -> None:
        commit = self.checkout(desk)
        assert desk.deploy("--setup").code == 0
        assert (desk.built_with("GIT_COMMIT"), desk.built_with("GIT_COMMIT", SWEEP)) == (commit, commit)
        desk.set(GIT_COMMIT="the-operator-s-own")
        assert desk.deploy().code == 0
        assert desk.built_with("GIT_COMMIT") == "the-operator-s-own"

    def test_what_is_not_committed_is_said(self, desk: Desk) -> None:
        commit = self.checkout(desk)
        (desk.folder / "handlers" / "new.py").write_text('"""New."""\n')
        assert commit_of(desk.folder) == f"{commit}-dirty"

    def test_a_folder_within_another_checkout_has_none(self, desk: Desk) -> None:
        self.checkout(desk)
        assert commit_of(desk.folder / "handlers") == ""

    def test_no_git_no_commit(self, desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        self.checkout(desk)
        monkeypatch.setenv("PATH", str(tmp_path))
        assert commit_of(desk.folder) == ""
