"""The programs that a deploy runs: node, npm, osls, gcloud. What one prints, or an error with what it said."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from ops.errors import OpsError, ProgramError
from ops.operator_settings import OPTIONAL_SECRETS, SECRETS, OperatorSettings

ROOT: Final = Path(__file__).parents[1]
_MAX_SECONDS: Final = 300
_LAST_LINES: Final = 5  # of a failed program's output, shown as the reason


def installed(name: str) -> bool:
    return shutil.which(name) is not None


def run(command: Sequence[str], *, stdin: str = "") -> str:
    """Run a program and return its output. Secrets go to `stdin`: others on this machine can see arguments.

    Raises ProgramError.
    """
    try:
        done = _run(command, input=stdin, capture_output=True, timeout=_MAX_SECONDS)
    except subprocess.TimeoutExpired:
        raise ProgramError(f"{' '.join(command[:3])} did not end within {_MAX_SECONDS} s") from None
    if done.returncode:
        last = " ".join(done.stderr.strip().splitlines()[-_LAST_LINES:])
        raise ProgramError(f"{' '.join(command[:3])}: {last or f'ended with {done.returncode}'}")
    return done.stdout.strip()


def install_osls() -> str:
    """Install the osls that package-lock.json pins into node_modules, unless it is installed. Raises OpsError."""
    pinned = json.loads((ROOT / "package.json").read_text())["devDependencies"]["osls"]
    manifest = ROOT / "node_modules" / "osls" / "package.json"
    if manifest.exists() and json.loads(manifest.read_text())["version"] == pinned:
        return f"osls {pinned}: already installed"
    try:
        run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", f"--prefix={ROOT}"])
    except ProgramError as error:
        raise OpsError(f"osls {pinned} could not be installed. {error}") from None
    return f"osls {pinned}: installed"


def commit_of(folder: Path) -> str:
    """The commit that is checked out there, with "-dirty" if anything differs from it; "" where there is no checkout, or no git."""
    git = ("git", "-C", str(folder))
    try:
        if Path(run([*git, "rev-parse", "--show-toplevel"])).resolve() != folder.resolve():
            return ""  # of something that this folder lies in
        commit = run([*git, "rev-parse", "HEAD"])
        return f"{commit}-dirty" if run([*git, "status", "--porcelain"]) else commit
    except ProgramError:
        return ""


def run_osls(
    command: str,
    stage: str,
    project: str,
    settings: OperatorSettings,
    *options: str,
    result: Path | None = None,
) -> int:
    """Runs osls with its output on the terminal; it gets the stage's settings, but no secrets. Returns its exit code.

    `result`: where the plugin writes what it deployed. Raises ProgramError.
    """
    # osls rejects empty settings, and uses the default for absent ones.
    given = {name: value for name, value in settings.values.items() if value.strip()}
    environment = {**os.environ, **given, "GOOGLE_CLOUD_PROJECT": project, **dict.fromkeys(SECRETS, "")}
    environment["MOSTRADOR_OPTIONAL_SECRETS"] = ",".join(filter(settings.get, OPTIONAL_SECRETS))
    if result:
        environment["MOSTRADOR_DEPLOY_RESULT"] = str(result)
    sys.stdout.flush()
    words = ["npx", "--no-install", "osls", command, f"--stage={stage}", *options]
    return _run(words, cwd=ROOT, env=environment).returncode


def _run(command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(command, text=True, check=False, **options)  # noqa: S603 - commands of ours, no shell
    except FileNotFoundError:
        raise ProgramError(f"{command[0]} is not installed") from None
