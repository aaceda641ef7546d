"""`python -m ops doctor`: every setting against the real service it is for, one line each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from typing import Final

import typer

from ops.checks.meta import check_meta
from ops.checks.outbox import check_outbox
from ops.checks.resend import check_resend
from ops.checks.service import check_service
from ops.checks.settings import check_settings
from ops.checks.supabase import check_supabase
from ops.findings import Finding, State, counted
from ops.settings import Settings, settings_of
from ops.show import document, line, wants_json

Check = Callable[[Settings], Iterator[Finding]]
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
    ok = all(finding.state is not State.WRONG for finding in findings)
    if wants_json(context):
        document({"ok": ok, "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            line(str(finding))
        line(f"\n{counted(findings)}.")
    if not ok:
        raise typer.Exit(1)


def examine(settings: Settings, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """All that was found, in the order of `checks`; they wait for their services side by side."""
    with ThreadPoolExecutor(max_workers=len(checks)) as pool:
        found = [
            finding for part in pool.map(lambda check: list(check(settings)), checks) for finding in part
        ]
    # Some of it is in the words of the services, which may quote what they were told.
    return [replace(finding, text=settings.conceal(finding.text)) for finding in found]
