"""Prepares Google Cloud for a deploy: checks what is required, and adds what `--setup` can add."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from ops.checks.finding import Finding, right, warning, wrong
from ops.errors import OpsError, ProgramError
from ops.operator_settings import DEPLOYED_SECRETS, OPTIONAL_SECRETS, OperatorSettings
from ops.programs import installed, run

APIS: Final = (
    "run.googleapis.com",
    "cloudbuild.googleapis.com",
    "artifactregistry.googleapis.com",
    "secretmanager.googleapis.com",
    "cloudscheduler.googleapis.com",
    "iam.googleapis.com",
)
_LOGIN_EXPIRED: Final = ("gcloud auth login", "invalid_grant", "Reauthentication", "auth tokens")
_NO_SUCH_PROJECT: Final = ("NOT_FOUND", "not found", "PERMISSION_DENIED", "permission", "not exist")
_INSTALL: Final = "install the Google Cloud CLI (cloud.google.com/sdk), then: gcloud auth login"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gcloud:
    """Google's command line, which holds the login, for one project. Every method raises ProgramError."""

    project: str

    def __call__(self, *words: str, stdin: str = "") -> str:
        return run(["gcloud", *words, f"--project={self.project}", "--quiet"], stdin=stdin)

    def missing_apis(self, wanted: Sequence[str] = APIS) -> list[str]:
        enabled = self("services", "list", "--enabled", "--format=value(config.name)").split()
        return [api for api in wanted if api not in enabled]

    def stored_secrets(self) -> set[str]:
        names = self("secrets", "list", "--format=value(name)").split()
        return {name.rpartition("/")[2] for name in names}

    def newest_value(self, secret: str) -> str | None:
        """The newest value of a secret; None if there is none, or it may not be read."""
        try:
            return self("secrets", "versions", "access", "latest", f"--secret={secret}")
        except ProgramError:
            return None


def secret_name(stage: str, setting: str) -> str:
    """The name of a setting's secret: `mostrador-prod-resend-api-key`."""
    return f"mostrador-{stage}-{setting.lower().replace('_', '-')}"


def stored_values(project: str, stage: str, names: Sequence[str]) -> dict[str, str]:
    """The newest values of these settings in Secret Manager, of those that are there. Raises ProgramError if gcloud does not say."""
    gcloud = Gcloud(project=project)
    if not names or gcloud.missing_apis(["secretmanager.googleapis.com"]):
        return {}
    stored = gcloud.stored_secrets()
    there = {name: secret_name(stage, name) for name in names if secret_name(stage, name) in stored}
    return {
        name: gcloud("secrets", "versions", "access", "latest", f"--secret={secret}")
        for name, secret in there.items()
    }


def project_of(settings: OperatorSettings) -> str:
    """GOOGLE_CLOUD_PROJECT, else the one gcloud is set to; "" if there is none."""
    if given := settings.get("GOOGLE_CLOUD_PROJECT"):
        return given
    return _output("config", "get-value", "project", "--quiet").replace("(unset)", "")


def check_google(settings: OperatorSettings, stage: str, project: str, *, setup: bool) -> Iterator[Finding]:
    """Check login, project, billing, APIs and secrets. setup: what it will add may be missing."""
    if not installed("gcloud"):
        yield wrong("gcloud", "not installed", _INSTALL)
        return
    account = _output("auth", "list", "--filter=status:ACTIVE", "--format=value(account)")
    if not account:
        yield wrong("gcloud", "not logged in", "gcloud auth login")
        return
    yield right("gcloud", f"logged in as {account}")
    if not project:
        fix = f"set GOOGLE_CLOUD_PROJECT in .env.{stage}, or: gcloud config set project ID"
        yield wrong("project", "none is chosen", fix)
        return
    gcloud = Gcloud(project=project)
    try:
        gcloud("projects", "describe", project)
    except ProgramError as error:
        yield wrong("project", f"{project}: {error}", _project_fix(project, str(error)))
        return
    yield right("project", project)
    yield _billing(project)
    missing = gcloud.missing_apis()
    yield _apis(project, missing, setup=setup)
    if setup or "secretmanager.googleapis.com" not in missing:
        stored = set() if missing else gcloud.stored_secrets()
        yield _secrets(settings, stage, stored, setup=setup)
        yield from _unused(settings, stage, stored)


def enable_apis(gcloud: Gcloud) -> str:
    """Raises ProgramError."""
    missing = gcloud.missing_apis()
    if not missing:
        return "APIs: all enabled"
    gcloud("services", "enable", *missing)
    return f"APIs: enabled {', '.join(missing)}"


def store_secrets(gcloud: Gcloud, stage: str, settings: OperatorSettings) -> str:
    """Store each changed secret as a new version; running revisions keep the version they were deployed with.

    Raises OpsError.
    """
    stored, changed = gcloud.stored_secrets(), []
    for setting in DEPLOYED_SECRETS:
        name, value = secret_name(stage, setting), settings.get(setting)
        if not value and name not in stored and setting not in OPTIONAL_SECRETS:
            raise OpsError(f"{setting} is missing: there is nothing to store as {name}")
        if not value or (name in stored and gcloud.newest_value(name) == value):
            continue
        new = ("create", name, "--replication-policy=automatic")
        how = ("versions", "add", name) if name in stored else new
        gcloud("secrets", *how, "--data-file=-", stdin=value)
        changed.append(setting)
    return f"secrets: stored {', '.join(changed)}" if changed else "secrets: unchanged"


def _output(*words: str) -> str:
    """The output of gcloud, or "" if it fails."""
    try:
        return run(["gcloud", *words])
    except ProgramError:
        return ""


def _project_fix(project: str, said: str) -> str:
    """gcloud has no codes: only words, and the same for a project that is not there and one that this account may not see."""
    if any(words in said for words in _LOGIN_EXPIRED):
        return "gcloud auth login"
    if any(words in said for words in _NO_SUCH_PROJECT):
        return (
            f"is the id right, and is this the account that may see it (gcloud auth list)? "
            f"If it is yet to be made: gcloud projects create {project}"
        )
    return "can this machine reach Google? Then try again"


def _billing(project: str) -> Finding:
    words = ["gcloud", "billing", "projects", "describe", project, "--format=value(billingEnabled)"]
    try:
        enabled = run(words)
    except ProgramError as error:
        return warning("billing", f"not checked: {error}")
    if enabled.lower() == "true":
        return right("billing", "on")
    fix = f"gcloud billing projects link {project} --billing-account=ACCOUNT (gcloud billing accounts list)"
    return wrong("billing", "off", fix)


def _apis(project: str, missing: list[str], *, setup: bool) -> Finding:
    if not missing:
        return right("APIs", f"all {len(APIS)} enabled")
    if setup:
        return right("APIs", f"to enable: {', '.join(missing)}")
    fix = (
        f"gcloud services enable {' '.join(missing)} --project={project}, or run again with SETUP=1 (--setup)"
    )
    return wrong("APIs", f"not enabled: {', '.join(missing)}", fix)


def _secrets(settings: OperatorSettings, stage: str, stored: set[str], *, setup: bool) -> Finding:
    needed = [name for name in DEPLOYED_SECRETS if name not in OPTIONAL_SECRETS or settings.get(name)]
    missing = [name for name in needed if secret_name(stage, name) not in stored]
    if not missing:
        return right("secrets", f"all {len(needed)} stored")
    if not setup:
        return wrong(
            "secrets", f"not stored: {', '.join(missing)}", "run again with SETUP=1 (--setup): it stores them"
        )
    if unset := settings.missing(*missing):
        return wrong("secrets", f"nothing to store for {', '.join(unset)}", f"set them in .env.{stage}")
    return right("secrets", f"to store: {', '.join(missing)}")


def _unused(settings: OperatorSettings, stage: str, stored: set[str]) -> Iterator[Finding]:
    """What is empty in the settings is not given to the function, though Secret Manager may still have it."""
    empty = [name for name in settings.missing(*OPTIONAL_SECRETS) if secret_name(stage, name) in stored]
    if empty:
        text = f"stored, but empty in .env.{stage}, so the function does not get {', '.join(empty)}"
        yield warning("secrets", text)
