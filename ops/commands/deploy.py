"""`python -m ops deploy`: deploys from a clone to a number that answers, or updates it; `rollback` undoes a deploy."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ops.checks.before_deploy import check_before_deploy, with_public_url
from ops.checks.finding import any_wrong, report, run_checks
from ops.cli import settings_of
from ops.commands.doctor import CHECKS
from ops.commands.templates import register_missing
from ops.commands.webhook import subscribe_all
from ops.errors import OpsError
from ops.file_storage import bucket_text, make_bucket
from ops.google_cloud import Gcloud, enable_apis, project_of, store_secrets
from ops.graph import Graph
from ops.migrations import apply_migrations
from ops.operator_settings import OperatorSettings, generate_missing, read_settings
from ops.output import plural
from ops.programs import install_osls, run_osls
from ops.registration import register_if_needed

_ONLY_AT_SETUP: Final = ("APIs", "number", "template")


def deploy(
    context: typer.Context,
    setup: Annotated[
        bool,
        typer.Option("--setup", help="Also what is done once: generate keys, enable APIs, store secrets."),
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only check whether everything it needs is there.")
    ] = False,
) -> None:
    """Deploy to Google Cloud Run: check, migrate, deploy, register the webhook at Meta, and run the doctor."""
    stage = _stage(context)
    settings = settings_of(context)
    if setup and not check:
        file = Path(f".env.{stage}")
        for name in generate_missing(file, settings):
            print(f"✓ {name}: generated, and written to {file}")
        settings = read_settings(None, stage)
    project = project_of(settings)
    findings = check_before_deploy(settings, stage, project, setup=setup)
    print(*report(findings), "", sep="\n")
    if any_wrong(findings):
        raise OpsError("not deployed, and nothing was changed. Fix the lines with ✗ and run it again")
    if not check:
        _Deployment(settings=settings, stage=stage, project=project).run(setup=setup)


def rollback(context: typer.Context) -> None:
    """Go back to the revision before the current one. The database is not changed: both work with it."""
    stage, settings = _stage(context), settings_of(context)
    install_osls()
    if run_osls("rollback", stage, project_of(settings), settings):
        raise OpsError(f"the rollback failed; to see what serves now: npx osls info --stage {stage}")


def _stage(context: typer.Context) -> str:
    """The stage of the command. Raises OpsError without --stage."""
    stage: str = context.obj.stage
    if not stage:
        raise OpsError("which stage? make deploy STAGE=prod, with the settings in .env.prod")
    return stage


@dataclass(slots=True, kw_only=True)
class _Deployment:
    """The steps, in order. Each can be repeated without harm, so a second run continues where the first one failed."""

    settings: OperatorSettings
    stage: str
    project: str

    def run(self, *, setup: bool) -> None:
        steps = {name: step for name, step in self._steps().items() if setup or name not in _ONLY_AT_SETUP}
        names = list(steps)
        for place, (name, step) in enumerate(steps.items()):
            print(f"[{place + 1}/{len(steps)}] {name}")
            try:
                print(f"✓ {step()}")
            except OpsError as error:
                done, left = ", ".join(names[:place]) or "nothing", ", ".join(names[place:])
                raise OpsError(
                    f"{error}\n  Done: {done}. Not done: {left}. Fix it and run the same command again: it continues there"
                ) from None
        self._finish()

    def _steps(self) -> dict[str, Callable[[], str]]:
        gcloud = Gcloud(project=self.project)
        return {
            "APIs": lambda: enable_apis(gcloud),
            "secrets": lambda: store_secrets(gcloud, self.stage, self.settings),
            "database": self._migrate,
            "osls": install_osls,
            "functions": self._deploy,
            "webhook at Meta": self._subscribe,
            "number": lambda: register_if_needed(Graph(self.settings), self.stage),
            "template": self._register_template,
        }

    def _migrate(self) -> str:
        applied = apply_migrations(self.settings.get("SUPABASE_DB_URL"))
        count = len(applied.versions)
        migrations = f"{plural(count, 'migration')} applied" if count else "migrations: up to date"
        privileges = [f"privileges: {change}" for change in applied.privileges or []]
        return "; ".join([migrations, *privileges, bucket_text(make_bucket(self.settings))])

    def _deploy(self) -> str:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "result.json"
            if code := run_osls("deploy", self.stage, self.project, self.settings, result=file):
                raise OpsError(f"osls ended with exit code {code}; its lines above say what serves now")
            result: dict[str, Any] = json.loads(file.read_text())
        self.settings = with_public_url(self.settings, result["publicUrl"])
        return f"{result['webhook']['revision']} and {result['sweep']['revision']} serve"

    def _subscribe(self) -> str:
        done = subscribe_all(self.settings)
        return f"app {done['app']}; account {done['account']}"

    def _register_template(self) -> str:
        _, done = register_missing(self.settings)
        return "; ".join(f"{language}: {text}" for language, text in done.items())

    def _finish(self) -> None:
        print("\nThe doctor:")
        findings = run_checks(self.settings, CHECKS)
        print(*report(findings), "", sep="\n")
        number = self._number()
        digits = "".join(filter(str.isdigit, number))
        print(f"Address: {self.settings.get('PUBLIC_URL')}/")
        print(f"Number:  {number}. Write *hola* to it: https://wa.me/{digits}?text=hola")
        if any_wrong(findings):
            raise OpsError("deployed, but the doctor found something wrong: see the lines with ✗")

    def _number(self) -> str:
        number = self.settings.get("WHATSAPP_PHONE_NUMBER_ID")
        found = Graph(self.settings).get(number, fields="display_phone_number")
        return str(found.get("display_phone_number", number))
