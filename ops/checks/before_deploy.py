"""Checks everything that a deploy needs, the doctor's checks among it; each problem comes with its fix. Changes nothing."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from ops.checks.finding import AtDeploy, Finding, State, right, run_checks, warning, wrong
from ops.checks.mail_domains import check_mail_domains
from ops.checks.mailed_answers import check_mailed_answers
from ops.checks.meta_account import check_meta
from ops.checks.resend_account import check_resend
from ops.checks.setting_values import check_settings
from ops.checks.stored_files import check_bucket, check_transcription
from ops.checks.supabase_project import check_supabase
from ops.google_cloud import check_google
from ops.migrations import pending_migrations
from ops.operator_settings import OperatorSettings
from ops.output import plural
from ops.postgres import place
from ops.programs import installed, run

_NODE: Final = (20, 19)
_NOT_KNOWN_YET: Final = "https://address.of.the.function"  # the real one is known after the deploy


def check_before_deploy(
    settings: OperatorSettings, stage: str, project: str, *, setup: bool
) -> list[Finding]:
    """All findings, in the order of the checks, which run in parallel.

    Of the doctor's those that need no running function. What the deploy mends itself is no problem here, and what was so before
    and is no matter of the settings is a warning.
    """
    checks = (
        _check_node,
        lambda settings: check_google(settings, stage, project, setup=setup),
        check_settings,
        _check_database,
        check_meta,
        check_supabase,
        check_bucket,
        check_resend,
        lambda _: check_mailed_answers(settings),  # with the real PUBLIC_URL, or none
        check_mail_domains,
        check_transcription,
    )
    found = run_checks(with_public_url(settings, _NOT_KNOWN_YET), checks)
    return list(dict.fromkeys(_before_deploy(finding, setup=setup) for finding in found))


def _before_deploy(finding: Finding, *, setup: bool) -> Finding:
    if finding.state is not State.WRONG:
        return finding
    match finding.at_deploy:
        case AtDeploy.MENDED:
            return right(finding.check, "this deploy sees to it")
        case AtDeploy.MENDED_BY_SETUP if setup:
            return right(finding.check, "this deploy sees to it")
        case AtDeploy.MENDED_BY_SETUP:
            return replace(finding, fix=f"{finding.fix}, or run this again with SETUP=1 (--setup)")
        case AtDeploy.UNCHANGED:
            return warning(finding.check, finding.text, finding.fix)
    return finding


def with_public_url(settings: OperatorSettings, url: str) -> OperatorSettings:
    """The settings with this PUBLIC_URL, unless the operator has set one."""
    if settings.get("PUBLIC_URL"):
        return settings
    return replace(settings, values={**settings.values, "PUBLIC_URL": url})


def _check_node(_: OperatorSettings) -> Iterator[Finding]:
    """osls needs Node, and npm installs it."""
    if not (installed("node") and installed("npm")):
        yield wrong(
            "node", "Node or npm is not installed", "install Node 20 or newer (apt install nodejs npm)"
        )
        return
    version = run(["node", "--version"]).removeprefix("v")
    if tuple(int(part) for part in version.split(".")[:2]) < _NODE:
        yield wrong("node", f"{version} is too old", f"install Node {_NODE[0]}.{_NODE[1]} or newer")
    else:
        yield right("node", version)


def _check_database(settings: OperatorSettings) -> Iterator[Finding]:
    """It can be reached, and no pending migration deletes data."""
    url = settings.get("SUPABASE_DB_URL")
    if not url:
        fix = "Supabase, Connect: copy the session pooler's address"
        yield wrong("database", "SUPABASE_DB_URL is missing", fix)
        return
    pending = pending_migrations(url)
    if losing := [each.file for each in pending if each.losses]:
        fix = "look at it, then: python -m ops migrate --allow-destructive"
        yield wrong("database", f"{', '.join(losing)} would delete data", fix)
    else:
        state = f"{plural(len(pending), 'migration')} to apply" if pending else "up to date"
        yield right("database", f"{place(url)}: {state}")
