"""`python -m ops doctor`: checks every setting against the real service that it is for; a line for each finding."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from typing import Final

import typer

from ops.checks.finding import Finding, any_wrong, report
from ops.checks.meta_account import check_meta
from ops.checks.outbox_backlog import check_outbox
from ops.checks.resend_account import check_resend
from ops.checks.running_service import check_service
from ops.checks.setting_values import check_settings
from ops.checks.supabase_project import check_supabase
from ops.cli import settings_of
from ops.operator_settings import OperatorSettings
from ops.output import show

Check = Callable[[OperatorSettings], Iterator[Finding]]
CHECKS: Final[tuple[Check, ...]] = (
    check_settings,
    check_meta,
    check_supabase,
    check_resend,
    check_service,
    check_outbox,
)


def doctor(context: typer.Context) -> None:
    """Check every setting against the real services. Exit code 1 if anything is wrong."""
    findings = examine(settings_of(context))
    ok = not any_wrong(findings)
    show(context, {"ok": ok, "findings": [asdict(finding) for finding in findings]}, report(findings))
    if not ok:
        raise typer.Exit(1)


def examine(settings: OperatorSettings, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """All findings, in the order of `checks`, which run side by side."""
    with ThreadPoolExecutor(max_workers=len(checks)) as pool:
        found = pool.map(lambda check: list(check(settings)), checks)
        # A service's own words may quote a secret.
        return [
            replace(finding, text=settings.conceal(finding.text))
            for findings in found
            for finding in findings
        ]
