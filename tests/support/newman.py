"""Newman, if it is installed: runs the Postman collection of docs/ as Postman would."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.postman import COLLECTION

NO_NEWMAN = "Newman is not installed (NEWMAN_BIN, see .ci/newman): the Postman collection was not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request as it was sent, and the status of its answer."""

    name: str
    method: str
    headers: dict[str, str]
    body: bytes
    status: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NewmanRun:
    """code: its exit code, 1 if any assertion or script has failed; output: what it has printed."""

    code: int
    output: str
    sent: list[Sent]


def required_newman() -> str:
    """The path of its command. Skips the test if it is not installed; fails in CI."""
    if found := os.environ.get("NEWMAN_BIN") or shutil.which("newman"):
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(NO_NEWMAN)
    pytest.skip(NO_NEWMAN)


def run_newman(command: str, report: Path, **variables: str) -> NewmanRun:
    """Send all requests of the collection, from top to bottom, with these values instead of its own."""
    given = [word for name, value in variables.items() for word in ("--env-var", f"{name}={value}")]
    reporters = ["--reporters", "cli,json", "--reporter-json-export", str(report), "--color", "off"]
    done = subprocess.run(
        [command, "run", str(COLLECTION), *given, *reporters],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    sent = [_sent(each) for each in json.loads(report.read_text())["run"]["executions"]]
    return NewmanRun(code=done.returncode, output=done.stdout + done.stderr, sent=sent)


def _sent(execution: dict[str, Any]) -> Sent:
    request = execution["request"]
    return Sent(
        name=execution["item"]["name"],
        method=request["method"],
        headers={header["key"].lower(): header["value"] for header in request["header"]},
        body=request.get("body", {}).get("raw", "").encode(),
        status=execution["response"]["code"],
    )
