"""`python -m ops doctor`: checks every setting against the real service that it is for; a line for each finding."""

from typing import Final

import typer

from ops.checks.finding import any_wrong, report, run_checks
from ops.checks.mail_domains import check_mail_domains
from ops.checks.mailed_answers import check_mailed_answers
from ops.checks.meta_account import check_meta
from ops.checks.outbox_backlog import check_outbox
from ops.checks.resend_account import check_resend
from ops.checks.resend_quota import check_quota
from ops.checks.running_service import check_service
from ops.checks.setting_values import check_settings
from ops.checks.stored_files import check_files, check_transcription
from ops.checks.supabase_project import check_supabase
from ops.checks.watched_desk import check_watch
from ops.cli import settings_of
from ops.output import show

CHECKS: Final = (
    check_settings,
    check_meta,
    check_supabase,
    check_resend,
    check_quota,
    check_mailed_answers,
    check_mail_domains,
    check_service,
    check_outbox,
    check_watch,
    check_files,
    check_transcription,
)


def doctor(context: typer.Context) -> None:
    """Check every setting against the real services. Exit code 1 if anything is wrong."""
    findings = run_checks(settings_of(context), CHECKS)
    ok = not any_wrong(findings)
    show(context, {"ok": ok, "findings": [finding.as_json() for finding in findings]}, report(findings))
    if not ok:
        raise typer.Exit(1)
