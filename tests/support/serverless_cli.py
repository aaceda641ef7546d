"""The real Serverless command line on a copy of this project, between the stand-in for gcloud and a health page."""

import fcntl
import json
import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from emulator.serving import serve_in_thread
from tests.support.gcloud_standin import NEW, PROGRAM
from tests.support.paths import ROOT

Json = dict[str, Any]
NO_NODE = "Node 20.19 or newer with npm is not installed: the deploy was not tried"
NO_GCLOUD = "gcloud is not installed: the deploy was tried with a stand-in for it only"
OLDEST_NODE = (20, 19)
COPIED = (
    "main.py",
    "package.json",
    "requirements.txt",
    "serverless.yml",
    "handlers",
    "state",
    "messages",
    "channels",
    "deploy",
)
# Other files of a developer's checkout, which must not be uploaded.
NOT_UPLOADED = (
    ".env",
    ".env.prod",
    "README.md",
    "tests/test_x.py",
    "emulator/run.py",
    "ops/commands/doctor.py",
    "bench/load_generator.py",
    "supabase/migrations/1.sql",
    "handlers/__pycache__/desk.cpython-313.pyc",
    "handlers/.env",
    "messages/email/templates/.hidden/notes.txt",
)
SETTINGS = {
    "GOOGLE_CLOUD_PROJECT": "desk-project",
    "WHATSAPP_PHONE_NUMBER_ID": "106540352242922",
    "SUPABASE_URL": "https://abc.supabase.co",
    "SUPPORT_EMAIL_FROM": "Soporte, nivel 1 <soporte@example.com>",
    "SUPPORT_EMAIL_TO": "ana@example.com,beto@example.com",
}
SECRETS = (
    "WHATSAPP_ACCESS_TOKEN",
    "WHATSAPP_APP_SECRET",
    "WHATSAPP_VERIFY_TOKEN",
    "SUPABASE_SECRET_KEY",
    "RESEND_API_KEY",
    "LINK_SIGNING_KEY",
)
OPTIONAL_SECRETS = ("TRANSCRIBE_KEY", "RESEND_WEBHOOK_SECRET", "SWEEP_TOKEN")
VALUE = "a-value-nobody-may-see"
SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of gcloud: its arguments in order, the settings in its file, the files in its folder with their digests."""

    arguments: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """The words before the flags."""
        return " ".join(word for word in self.arguments if not word.startswith("--"))

    @property
    def flags(self) -> dict[str, str]:
        """`--name=value`, and `--name` as an empty one."""
        flags = [word for word in self.arguments if word.startswith("--")]
        return dict(flag.removeprefix("--").partition("=")[::2] for flag in flags)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The result of one run of osls."""

    code: int
    output: str
    calls: list[Call]
    result: Json | None

    def lines(self, start: str = "") -> list[str]:
        """The calls whose words begin like this, in order."""
        return [call.line for call in self.calls if call.line.startswith(start)]

    def call(self, line: str) -> Call:
        """The one call with these words."""
        [found] = [call for call in self.calls if call.line == line]
        return found


@dataclass(slots=True, kw_only=True)
class Project:
    """A checkout on a machine where gcloud is the stand-in."""

    folder: Path
    home: Path
    tools: Path
    health: "Health"

    def run(self, command: str, *options: str, **environment: str) -> Run:
        """`npx osls COMMAND --stage prod`, with the secrets' values in the environment, where they might leak from."""
        calls = self.tools / "calls.jsonl"
        result = self.tools / "result.json"
        for file in (calls, result):
            file.unlink(missing_ok=True)
        path = f"{self.tools}{os.pathsep}{os.environ['PATH']}"
        given = {"PATH": path, "HOME": str(self.home), "MOSTRADOR_DEPLOY_RESULT": str(result), "CI": "true"}
        done = subprocess.run(
            ["npx", "--no-install", "osls", command, "--stage=prod", *options],
            cwd=self.folder,
            env=given | SETTINGS | dict.fromkeys(SECRETS, VALUE) | environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        lines = calls.read_text().splitlines() if calls.exists() else []
        return Run(
            code=done.returncode,
            output=done.stdout + done.stderr,
            calls=[Call(**json.loads(line)) for line in lines],
            result=json.loads(result.read_text()) if result.exists() else None,
        )

    @property
    def state(self) -> Json:
        """The state of the stand-in for Google."""
        found: Json = json.loads((self.tools / "state.json").read_text())
        return found

    def change(self, **state: Any) -> None:
        """Changes the state of the stand-in for Google."""
        (self.tools / "state.json").write_text(json.dumps(self.state | state))

    def edit(self, file: str, old: str, new: str) -> None:
        """Replaces a text in a file of the checkout."""
        path = self.folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))


@dataclass(slots=True, kw_only=True)
class Health:
    """The new revision's own address: the status it answers with, and the paths that were requested."""

    url: str = ""
    status: int = 200
    asked: list[str] = field(default_factory=list)


def secret_name(setting: str) -> str:
    """The name of the secret with this setting, for stage prod."""
    return f"mostrador-prod-{setting.lower().replace('_', '-')}"


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """osls as package-lock.json pins it. Skips the test where there is no Node; in CI that is a failure."""
    if not (shutil.which("npm") and _node_version() >= OLDEST_NODE):
        if os.environ.get("CI") == "true":
            pytest.fail(NO_NODE)
        pytest.skip(NO_NODE)
    folder = ROOT / "node_modules"
    pinned = json.loads((ROOT / "package.json").read_text())["devDependencies"]["osls"]
    found = folder / "osls" / "package.json"
    with _locked(ROOT):
        if not found.exists() or json.loads(found.read_text())["version"] != pinned:
            command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            subprocess.run(command, cwd=ROOT, check=True, timeout=600)
    return folder


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Lock the folder: `npm ci` would delete what another test process has installed and uses."""
    opened = os.open(folder, os.O_RDONLY)
    fcntl.flock(opened, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(opened)


def _node_version() -> tuple[int, ...]:
    if not shutil.which("node"):
        return ()
    output = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return tuple(int(part) for part in output.strip().removeprefix("v").split("."))


def required_gcloud() -> None:
    """Skips the test where the real one is not installed."""
    if not shutil.which("gcloud"):
        pytest.skip(NO_GCLOUD)


@pytest.fixture(scope="session")
def osls_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """osls keeps its compiled schema in the home folder: one for all runs, and not the developer's."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def project(
    node_modules: Path, osls_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Project]:
    """A checkout of this code, nothing deployed, all secrets stored: version 3 is the newest that is enabled."""
    folder = tmp_path_factory.mktemp("project")
    copy_project(folder, node_modules)
    tools = tmp_path_factory.mktemp("tools")
    gcloud = tools / "gcloud"
    gcloud.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{PROGRAM}" "{tools}" "$@"\n')
    gcloud.chmod(gcloud.stat().st_mode | stat.S_IXUSR)
    health = Health()
    with serve_in_thread(_health_page(health)) as url:
        health.url = url
        versions = {"1": "DESTROYED", "2": "ENABLED", "3": "ENABLED", "4": "DISABLED"}
        stored = {secret_name(setting): versions for setting in SECRETS}
        (tools / "state.json").write_text(json.dumps(NEW | {"secrets": stored, "tag_url": url}))
        yield Project(folder=folder, home=osls_home, tools=tools, health=health)


def copy_project(folder: Path, node_modules: Path) -> None:
    """Copy what a deploy needs, and add files that it must not upload."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    for name in NOT_UPLOADED:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"SECRET={VALUE}\n")
    (folder / "node_modules").symlink_to(node_modules)


def _health_page(health: Health) -> Starlette:
    async def page(request: Request) -> Response:
        health.asked.append(request.url.path)
        return Response(status_code=health.status)

    return Starlette(routes=[Route("/{path:path}", page)])
