"""Google's side of a deploy: what has to be there, each checked, and what `--setup` makes of what is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ops.deployment.tools import Gcloud, ToolError, installed, run
from ops.errors import OpsError
from ops.findings import Finding, right, warning, wrong
from ops.settings import Settings

APIS: Final = (
    "run.googleapis.com",
    "cloudbuild.googleapis.com",
    "artifactregistry.googleapis.com",
    "secretmanager.googleapis.com",
    "cloudscheduler.googleapis.com",
    "iam.googleapis.com",
)
# What the function reads from Secret Manager; serverless.yml lists the same names.
SECRETS: Final = (
    "WHATSAPP_ACCESS_TOKEN",
    "WHATSAPP_APP_SECRET",
    "WHATSAPP_VERIFY_TOKEN",
    "SUPABASE_SECRET_KEY",
    "RESEND_API_KEY",
    "LINK_SIGNING_KEY",
)
_INSTALL: Final = "install the Google Cloud CLI (cloud.google.com/sdk), then: gcloud auth login"


def secret_name(stage: str, setting: str) -> str:
    """Where a setting of a stage is kept: `mostrador-prod-resend-api-key`."""
    return f"mostrador-{stage}-{setting.lower().replace('_', '-')}"


def project_of(settings: Settings) -> str:
    """GOOGLE_CLOUD_PROJECT, else the one gcloud is set to; "" if there is none."""
    if given := settings.get("GOOGLE_CLOUD_PROJECT"):
        return given
    try:
        found = run(["gcloud", "config", "get-value", "project", "--quiet"])
    except ToolError:
        return ""
    return "" if found == "(unset)" else found


def check_google(settings: Settings, stage: str, project: str, *, setup: bool) -> Iterator[Finding]:
    """Login, project, billing, interfaces, secrets. `setup`: what can be made later is no error."""
    if not installed("gcloud"):
        yield wrong("gcloud", "not installed", _INSTALL)
        return
    account = _active_account()
    if not account:
        yield wrong("gcloud", "not logged in", "gcloud auth login")
        return
    yield right("gcloud", f"logged in as {account}")
    if not project:
        yield wrong(
            "project",
            "none is chosen",
            f"set GOOGLE_CLOUD_PROJECT in .env.{stage}, or: gcloud config set project ID",
        )
        return
    gcloud = Gcloud(project=project)
    try:
        gcloud("projects", "describe", project)
    except ToolError as error:
        yield wrong("project", f"{project}: {error}", f"gcloud projects create {project}")
        return
    yield right("project", project)
    yield _billing(project)
    yield from _inside(settings, stage, gcloud, setup=setup)


def _active_account() -> str:
    try:
        return run(["gcloud", "auth", "list", "--filter=status:ACTIVE", "--format=value(account)"])
    except ToolError:
        return ""


def _billing(project: str) -> Finding:
    try:
        enabled = run(
            ["gcloud", "billing", "projects", "describe", project, "--format=value(billingEnabled)"]
        )
    except ToolError as error:
        return warning("billing", f"cannot be seen: {error}")
    if enabled.lower() == "true":
        return right("billing", "on")
    return wrong(
        "billing", "off", f"gcloud billing projects link {project} --billing-account=ACCOUNT (gcloud billing accounts list)"
    )  # fmt: skip


def _inside(settings: Settings, stage: str, gcloud: Gcloud, *, setup: bool) -> Iterator[Finding]:
    absent = [api for api in APIS if api not in _enabled(gcloud)]
    if not absent:
        yield right("interfaces", f"all {len(APIS)} enabled")
    elif setup:
        yield right("interfaces", f"to enable: {', '.join(absent)}")
    else:
        yield wrong(
            "interfaces",
            f"not enabled: {', '.join(absent)}",
            f"gcloud services enable {' '.join(absent)} --project={gcloud.project}, or --setup",
        )
    if "secretmanager.googleapis.com" not in absent or setup:
        yield from _secrets(settings, stage, gcloud, readable=not absent, setup=setup)


def _enabled(gcloud: Gcloud) -> set[str]:
    return set(gcloud.lines("services", "list", "--enabled", "--format=value(config.name)"))


def _secrets(
    settings: Settings, stage: str, gcloud: Gcloud, *, readable: bool, setup: bool
) -> Iterator[Finding]:
    there = stored(gcloud, stage) if readable else set()
    absent = [name for name in SECRETS if secret_name(stage, name) not in there]
    if not absent:
        yield right("secrets", f"all {len(SECRETS)} stored")
    elif setup:
        unset = settings.missing(*absent)
        if unset:
            yield wrong("secrets", f"nothing to store for {', '.join(unset)}", f"set them in .env.{stage}")
        else:
            yield right("secrets", f"to store: {', '.join(absent)}")
    else:
        yield wrong("secrets", f"not stored: {', '.join(absent)}", "run again with --setup: it stores them")


def stored(gcloud: Gcloud, stage: str) -> set[str]:
    """The names of this stage's secrets that are there. Raises ToolError."""
    names = gcloud.lines("secrets", "list", "--format=value(name)")
    return {name.rsplit("/", 1)[-1] for name in names if f"mostrador-{stage}-" in name}


def enable(gcloud: Gcloud) -> str:
    """The interfaces that are not enabled yet. Raises ToolError."""
    absent = [api for api in APIS if api not in _enabled(gcloud)]
    if not absent:
        return "interfaces: all enabled"
    gcloud("services", "enable", *absent)
    return f"interfaces: enabled {', '.join(absent)}"


def store(gcloud: Gcloud, stage: str, settings: Settings) -> str:
    """The secrets whose value is new, each as a new version: a revision that runs keeps the version it was made with."""
    there, changed = stored(gcloud, stage), []
    for setting in SECRETS:
        name, value = secret_name(stage, setting), settings.get(setting)
        if not value:
            if name in there:
                continue
            raise OpsError(f"{setting} is missing: nothing to store as {name}")
        if name not in there:
            gcloud("secrets", "create", name, "--replication-policy=automatic", "--data-file=-", typed=value)
        elif _newest(gcloud, name) != value:
            gcloud("secrets", "versions", "add", name, "--data-file=-", typed=value)
        else:
            continue
        changed.append(setting)
    return f"secrets: stored {', '.join(changed)}" if changed else "secrets: all as they were"


def _newest(gcloud: Gcloud, name: str) -> str | None:
    try:
        return gcloud("secrets", "versions", "access", "latest", f"--secret={name}")
    except ToolError:
        return None
