"""`python -m ops deploy`: deploys from a clone to a number that answers, or updates it; `rollback` undoes a deploy."""

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ops import programs
from ops.checks.before_deploy import check_before_deploy, with_public_url
from ops.checks.finding import Finding, any_wrong, report, run_checks, warning
from ops.checks.running_service import check_candidate, check_service
from ops.cli import settings_of
from ops.commands.doctor import CHECKS
from ops.commands.templates import register_missing
from ops.commands.webhook import subscribe_all
from ops.errors import OpsError, ProgramError
from ops.file_storage import bucket_text, make_bucket
from ops.google_alerts import WatchedStage, lay_alerts
from ops.google_cloud import Gcloud, enable_apis, project_of, store_secrets, stored_values
from ops.graph import Graph
from ops.migrations import apply_migrations
from ops.operator_settings import GENERATED, OperatorSettings, generate_missing, read_settings
from ops.output import plural
from ops.programs import commit_of, install_osls, run_osls
from ops.registration import register_if_needed

_ONLY_AT_SETUP: Final = ("APIs", "number", "template", "alerts")
_ONLY_AT_REVOCATION: Final = ("revocation",)
_ROTATED: Final = ("WHATSAPP_APP_SECRET", "LINK_SIGNING_KEY")  # each may have two values


def deploy(
    context: typer.Context,
    setup: Annotated[
        bool,
        typer.Option("--setup", help="Also what is done once: generate keys, enable APIs, store secrets."),
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only check whether everything it needs is there.")
    ] = False,
    revoke: Annotated[
        bool,
        typer.Option(
            "--revoke", help="Also close what still accepts old keys: old revisions, old versions of secrets."
        ),
    ] = False,
) -> None:
    """Deploy to Google Cloud Run: check, migrate, deploy, register the webhook at Meta, and run the doctor."""
    stage = _stage(context)
    settings = settings_of(context)
    if setup and not check:
        settings = _with_keys(settings, stage, new=revoke)
    settings = _with_commit(settings)
    project = project_of(settings)
    findings = check_before_deploy(settings, stage, project, setup=setup)
    print(*map(settings.as_typed, report(findings)), "", sep="\n")
    if any_wrong(findings):
        raise OpsError("not deployed, and nothing was changed. Fix the lines with ✗ and run it again")
    if not check:
        _Deployment(settings=settings, stage=stage, project=project).run(setup=setup, revoke=revoke)


def rollback(context: typer.Context) -> None:
    """Go back to the revision that served before the current one, up to two times. The database works with all of them."""
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


def _with_keys(settings: OperatorSettings, stage: str, *, new: bool) -> OperatorSettings:
    """With the keys of our own: those that a deploy from another machine has stored, else new ones. Others would close all links.

    new: what is stored may have leaked. If gcloud does not say which there are, none: check_google says what is wrong.
    """
    file = Path(f".env.{stage}")
    try:
        names = () if new else settings.missing(*GENERATED)
        known = stored_values(project_of(settings), stage, names)
    except ProgramError:
        return settings
    for name in generate_missing(file, settings, known):
        how = "taken from Secret Manager" if name in known else "generated"
        print(f"✓ {name}: {how}, and written to {file}")
    return read_settings(None, stage)


def _with_commit(settings: OperatorSettings) -> OperatorSettings:
    """With the GIT_COMMIT of this checkout, unless the operator has set one."""
    if settings.get("GIT_COMMIT"):
        return settings
    return replace(settings, values={**settings.values, "GIT_COMMIT": commit_of(programs.ROOT)})


@dataclass(slots=True, kw_only=True)
class _Deployment:
    """The steps, in order. Each can be repeated without harm, so a second run continues where the first one failed."""

    settings: OperatorSettings
    stage: str
    project: str
    deployed: dict[str, Any] = field(default_factory=dict)  # as the plugin writes it

    def run(self, *, setup: bool, revoke: bool) -> None:
        left_out = {*(() if setup else _ONLY_AT_SETUP), *(() if revoke else _ONLY_AT_REVOCATION)}
        steps = {name: step for name, step in self._steps().items() if name not in left_out}
        names = list(steps)
        for place, (name, step) in enumerate(steps.items()):
            print(f"[{place + 1}/{len(steps)}] {name}")
            try:
                told = step()
                print(told if isinstance(told, Finding) else f"✓ {told}")
            except OpsError as error:
                done, left = ", ".join(names[:place]) or "nothing", ", ".join(names[place:])
                raise OpsError(
                    f"{error}\n  Done: {done}. Not done: {left}. Fix it and run the same command again: it continues there"
                ) from None
        self._finish()

    def _steps(self) -> dict[str, Callable[[], str | Finding]]:
        """By name. Each returns what it has done; a Finding is a warning."""
        gcloud = Gcloud(project=self.project)
        return {
            "APIs": lambda: enable_apis(gcloud),
            "secrets": lambda: store_secrets(gcloud, self.stage, self.settings),
            "database": self._migrate,
            "osls": install_osls,
            "new revisions": self._build,
            "their answers": self._try,
            "traffic": self._promote,
            "webhook at Meta": self._subscribe,
            "number": lambda: register_if_needed(Graph(self.settings), self.stage),
            "template": self._register_template,
            "alerts": lambda: self._lay_alerts(gcloud),
            "revocation": self._revoke,
        }

    def _migrate(self) -> str:
        applied = apply_migrations(self.settings.get("SUPABASE_DB_URL"))
        count = len(applied.versions)
        migrations = f"{plural(count, 'migration')} applied" if count else "migrations: up to date"
        privileges = [f"privileges: {change}" for change in applied.privileges or []]
        return "; ".join([migrations, *privileges, bucket_text(make_bucket(self.settings))])

    def _build(self) -> str:
        self._osls("candidate")
        candidate, serving = self._candidate["revision"], self._candidate["servingNow"]
        return (
            f"{candidate} is ready; {serving} still serves" if serving != candidate else f"{candidate} serves"
        )

    def _try(self) -> str:
        """Nobody is sent to the new revision before it has shown that it has the right keys. Raises OpsError."""
        url = self._candidate["url"]
        there = replace(self.settings, values={**self.settings.values, "PUBLIC_URL": url})
        findings = run_checks(there, [check_candidate])
        for finding in findings:
            print(f"  {replace(finding, fix='')}")
        if not any_wrong(findings):
            return f"{url} answers as it should"
        candidate, serving = self._candidate["revision"], self._candidate["servingNow"]
        so = "It serves already" if candidate == serving else f"It gets no traffic: {serving} still serves"
        raise OpsError(
            f"{candidate} does not answer as it should: see the lines with ✗. {so}. Where a key is unknown to it, somebody "
            "has stored another one in Secret Manager meanwhile, or taken it away. Its log: gcloud run services logs read "
            f"{self.deployed['webhook']['service']} --region={self.deployed['region']} --project={self.project}"
        )

    def _promote(self) -> str:
        tried = [self.deployed[name]["candidate"]["revision"] for name in ("webhook", "sweep")]
        self._osls("promote", f"--revisions={','.join(tried)}")
        return f"{self.deployed['webhook']['revision']} and {self.deployed['sweep']['revision']} serve"

    def _osls(self, command: str, *options: str) -> None:
        """Raises OpsError."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "result.json"
            if code := run_osls(command, self.stage, self.project, self.settings, *options, result=file):
                raise OpsError(f"osls ended with exit code {code}; its lines above say what serves now")
            if file.exists():
                self.deployed = json.loads(file.read_text())

    @property
    def _deployed_settings(self) -> OperatorSettings:
        """With the address that the function has."""
        return with_public_url(self.settings, self.deployed["publicUrl"])

    @property
    def _candidate(self) -> dict[str, str]:
        """revision, url, and servingNow: the one that customers meet; on the first deploy it is the same."""
        found: dict[str, str] = self.deployed["webhook"]["candidate"]
        return found

    def _subscribe(self) -> str:
        done = subscribe_all(self._deployed_settings)
        return f"app {done['app']}; account {done['account']}"

    def _register_template(self) -> str:
        _, done = register_missing(self.settings)
        return "; ".join(f"{language}: {text}" for language, text in done.items())

    def _lay_alerts(self, gcloud: Gcloud) -> str | Finding:
        """A desk works without them: what fails is a warning."""
        webhook, sweep = self.deployed["webhook"], self.deployed["sweep"]
        watched = WatchedStage(
            stage=self.stage,
            webhook=webhook["service"],
            sweep=sweep["service"],
            job=sweep["job"],
            public_url=self._deployed_settings.get("PUBLIC_URL"),
            always_on=webhook["minInstances"] > 0,
        )
        try:
            return lay_alerts(gcloud, self.settings, watched)
        except OpsError as error:
            fix = "whoever runs this needs roles/monitoring.editor; then run it again with SETUP=1 (--setup)"
            return warning("alerts", f"not made, or not all of them: {error}", fix)

    def _revoke(self) -> str:
        """Close all but what serves, once that has shown that it has these keys. Raises OpsError."""
        there = replace(
            self.settings, values={**self.settings.values, "PUBLIC_URL": self.deployed["webhook"]["url"]}
        )
        findings = run_checks(there, [check_service])
        if any_wrong(findings):
            print(*(f"  {finding}" for finding in findings), sep="\n")
            raise OpsError("what serves does not answer as it should, so nothing was closed")
        self._osls("revoke")
        both = [name for name in _ROTATED if len(self.settings.all(name)) > 1]
        if both:
            return f"closed; but {' and '.join(both)} still has two values, and both are accepted"
        return "only what serves now, and the versions of its secrets, can be reached"

    def _finish(self) -> None:
        print("\nThe doctor:")
        findings = run_checks(self._deployed_settings, CHECKS)
        print(*map(self.settings.as_typed, report(findings)), "", sep="\n")
        number = self._number()
        digits = "".join(filter(str.isdigit, number))
        print(f"Address: {self._deployed_settings.get('PUBLIC_URL')}/")
        print(f"Number:  {number}. Write *hola* to it: https://wa.me/{digits}?text=hola")
        if any_wrong(findings):
            raise OpsError("deployed, but the doctor found something wrong: see the lines with ✗")

    def _number(self) -> str:
        number = self.settings.get("WHATSAPP_PHONE_NUMBER_ID")
        found = Graph(self.settings).get(number, fields="display_phone_number")
        return str(found.get("display_phone_number", number))
