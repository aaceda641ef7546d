"""An operator who deploys with `python -m ops`: gcloud is the stand-in, all else is real."""

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.gcloud_standin import NEW, PROGRAM
from tests.support.ops import Operator, OpsResult, run_ops

WEBHOOK = "mostrador-prod-webhook"
SWEEP = "mostrador-prod-sweep"
# Words of gcloud that change nothing.
_LOOKS = {"describe", "list", "get-value", "access", "get-iam-policy", "list-configs"}


@dataclass(slots=True, kw_only=True)
class Desk:
    """An operator with a clone and accounts everywhere. folder: the clone; tools: where gcloud is."""

    operator: Operator
    folder: Path
    tools: Path

    def run(self, command: str, *options: str) -> OpsResult:
        words = (command, "--stage=prod", *options)
        path = f"{self.tools}{os.pathsep}{os.environ['PATH']}"
        return run_ops(*words, folder=self.folder, PATH=path, HOME=str(self.tools), CI="true")

    def deploy(self, *options: str) -> OpsResult:
        return self.run("deploy", *options)

    def calls(self) -> list[str]:
        """What gcloud was asked since the last time: the words before the flags."""
        file = self.tools / "calls.jsonl"
        lines = file.read_text().splitlines() if file.exists() else []
        file.unlink(missing_ok=True)
        asked = (json.loads(line)["arguments"] for line in lines)
        return [" ".join(word for word in words if not word.startswith("--")) for words in asked]

    def changes(self) -> list[str]:
        """Those of `calls` that change something at Google."""
        return [call for call in self.calls() if not _LOOKS & set(call.split())]

    def built_with(self, setting: str, service: str = WEBHOOK) -> str | None:
        """A plain setting of the newest build since `calls` was last asked."""
        lines = map(json.loads, (self.tools / "calls.jsonl").read_text().splitlines())
        builds = [call for call in lines if call["arguments"][:3] == ["run", "deploy", service]]
        value: str | None = builds[-1]["environment"].get(setting)
        return value

    @property
    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.tools / "state.json").read_text())
        return found

    def change(self, **state: Any) -> None:
        (self.tools / "state.json").write_text(json.dumps(self.state | state))

    def set(self, **settings: str) -> None:
        """What is in .env.prod; an empty value is one that nobody has filled in."""
        given = self.operator.settings | {"GOOGLE_CLOUD_PROJECT": "desk-project"} | settings
        lines = (f"{name}='{value}'" if value else f"{name}=" for name, value in given.items())
        (self.folder / ".env.prod").write_text("\n".join(lines) + "\n")

    def env_file(self) -> dict[str, str]:
        """What .env.prod says now."""
        lines = (self.folder / ".env.prod").read_text().splitlines()
        return {name: value.strip("'") for name, value in (line.split("=", 1) for line in lines)}

    def traffic(self, service: str = WEBHOOK) -> dict[str, str]:
        """The revision that serves, and that of each tag."""
        targets = self.state["services"][service]["status"]["traffic"]
        return {target.get("tag", "serves"): target["revisionName"] for target in targets}

    def given(self, setting: str, revision: str) -> str | None:
        """The version of a secret that a revision was given."""
        pinned: str | None = self.state["made"][revision]["secrets"].get(setting)
        return pinned


def install_gcloud(tools: Path, **state: Any) -> None:
    """A program `gcloud` in this folder, beside its state."""
    gcloud = tools / "gcloud"
    gcloud.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{PROGRAM}" "{tools}" "$@"\n')
    gcloud.chmod(0o755)
    (tools / "state.json").write_text(json.dumps(NEW | state))
