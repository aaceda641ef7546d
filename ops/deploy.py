"""`python -m ops deploy`: from a clone to a number that answers; run again, it updates."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer

from ops.deployment.google import SECRETS, enable, project_of, store
from ops.deployment.preflight import ROOT, install_osls, preflight, with_address
from ops.deployment.secrets import invent
from ops.deployment.tools import Gcloud, watch
from ops.doctor import examine
from ops.errors import OpsError
from ops.findings import State, counted
from ops.graph import Graph
from ops.migrations import FOLDER, apply_migrations
from ops.settings import Settings, read_settings, settings_of
from ops.show import line
from ops.templates import register_missing
from ops.webhook import register


def deploy(
    context: typer.Context,
    setup: Annotated[
        bool,
        typer.Option("--setup", help="Also what is done once: keys, Google's interfaces, secrets."),
    ] = False,
    check: Annotated[bool, typer.Option("--check", help="Only look whether all is there.")] = False,
) -> None:
    """Bring the desk to Google Cloud Run: check, migrate, deploy, tell Meta, and have the doctor look."""
    stage = _stage(context)
    settings = settings_of(context)
    if setup and not check:
        for told in invent(Path(f".env.{stage}"), settings):
            line(f"✓ {told}")
        settings = read_settings(None, stage)
    project = project_of(settings)
    _look(settings, stage, project, setup=setup)
    if not check:
        _Deployment(settings=settings, stage=stage, project=project).run(setup=setup)


def rollback(context: typer.Context) -> None:
    """The revision that served before this one serves again. The database stays as it is: it suits both."""
    stage, settings = _stage(context), settings_of(context)
    install_osls()
    if _osls("rollback", stage, project_of(settings), settings, None):
        raise OpsError("the rollback did not go through; what serves now: npx osls info --stage " + stage)


def _stage(context: typer.Context) -> str:
    stage = context.find_root().params.get("stage")
    if not stage:
        raise OpsError("which stage? make deploy STAGE=prod, with the settings in .env.prod")
    return str(stage)


def _look(settings: Settings, stage: str, project: str, *, setup: bool) -> None:
    """All that is missing, together, before anything is changed."""
    findings = preflight(settings, stage, project, setup=setup)
    for finding in findings:
        line(str(finding))
    if any(finding.state is State.WRONG for finding in findings):
        line(f"\n{counted(findings)}.")
        raise OpsError(
            "not deployed, and nothing was changed anywhere. Mend the lines with ✗ and run it again"
        )
    line()


@dataclass(slots=True, kw_only=True)
class _Deployment:
    """The steps, one after the other; each can be done again without harm, so a second run goes on from anywhere."""

    settings: Settings
    stage: str
    project: str
    done: list[str] = field(default_factory=list)

    def run(self, *, setup: bool) -> None:
        gcloud = Gcloud(project=self.project)
        steps: list[tuple[str, Callable[[], str]]] = [
            ("interfaces", lambda: enable(gcloud)),
        ] if setup else []  # fmt: skip
        steps += [
            ("secrets", lambda: store(gcloud, self.stage, self.settings)),
            ("database", self._migrate),
            ("osls", install_osls),
            ("functions", self._deploy),
            ("webhook at Meta", self._subscribe),
        ]
        steps += [("template", self._register_template)] if setup else []
        for number, (name, step) in enumerate(steps, start=1):
            line(f"[{number}/{len(steps)}] {name}")
            try:
                line(f"✓ {step()}")
            except OpsError as error:
                left = ", ".join(name for name, _ in steps[number - 1 :])
                raise OpsError(
                    f"{error}\n  Done: {', '.join(self.done) or 'nothing'}. Not done: {left}. "
                    "Mend it and run the same command again: it goes on from there"
                ) from None
            self.done.append(name)
        self._prove()

    def _migrate(self) -> str:
        applied = apply_migrations(self.settings.get("SUPABASE_DB_URL"), FOLDER)
        return f"migrations: {len(applied)} applied" if applied else "migrations: up to date"

    def _deploy(self) -> str:
        with tempfile.TemporaryDirectory() as folder:
            told = Path(folder) / "result.json"
            if code := _osls("deploy", self.stage, self.project, self.settings, told):
                raise OpsError(f"osls ended with {code}; above it says what serves now")
            result: dict[str, Any] = json.loads(told.read_text())
        self.settings = with_address(self.settings, result["publicUrl"])
        return f"{result['webhook']['revision']} and {result['sweep']['revision']} serve"

    def _subscribe(self) -> str:
        told = register(self.settings)
        return f"app {told['app']}; account {told['account']}"

    def _register_template(self) -> str:
        _, told = register_missing(self.settings)
        return "; ".join(f"{language}: {text}" for language, text in told.items())

    def _prove(self) -> None:
        line("\nThe doctor:")
        findings = examine(self.settings)
        for finding in findings:
            line(str(finding))
        line(f"\n{counted(findings)}.\n")
        line(f"Address: {self.settings.get('PUBLIC_URL')}/")
        number = _number(self.settings)
        line(
            f"Number:  {number}. Write *hola* to it: https://wa.me/{''.join(filter(str.isdigit, number))}?text=hola"
        )
        if any(finding.state is State.WRONG for finding in findings):
            raise OpsError("deployed, and the doctor found something wrong: see the lines with ✗")


def _osls(command: str, stage: str, project: str, settings: Settings, result: Path | None) -> int:
    """The pinned osls, with the stage's settings in its environment, and no secret."""
    hidden = {*SECRETS, "SUPABASE_DB_URL"}
    # One that is there but empty is refused; one that is not there is the product's default.
    given = {name: value for name, value in settings.values.items() if value.strip() and name not in hidden}
    environment = {**given, "GOOGLE_CLOUD_PROJECT": project, **dict.fromkeys(hidden, "")}
    if result:
        environment["MOSTRADOR_DEPLOY_RESULT"] = str(result)
    return watch(["npx", "--no-install", "osls", command, f"--stage={stage}"], ROOT, environment)


def _number(settings: Settings) -> str:
    found = Graph(settings).get(settings.get("WHATSAPP_PHONE_NUMBER_ID"), fields="display_phone_number")
    return str(found.get("display_phone_number", settings.get("WHATSAPP_PHONE_NUMBER_ID")))
