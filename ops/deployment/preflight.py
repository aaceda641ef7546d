"""Before a deploy: everything that it needs, checked together, each with what mends it. Changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final

from ops.checks.settings import check_settings
from ops.deployment.google import check_google
from ops.deployment.tools import ToolError, installed, run
from ops.errors import OpsError
from ops.findings import Finding, right, wrong
from ops.graph import Graph
from ops.meta import account_id, app_id, read_token
from ops.migrations import losses_of, pending_migrations
from ops.postgres import place
from ops.settings import Settings

ROOT: Final = Path(__file__).parents[2]
_NODE: Final = (20, 19)
_UNKNOWN: Final = "https://address.of.the.function"  # its real one is known after the deploy


def preflight(settings: Settings, stage: str, project: str, *, setup: bool) -> list[Finding]:
    """In the order of the checks, which wait for their services side by side."""
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        check_node,
        lambda: check_google(settings, stage, project, setup=setup),
        lambda: check_settings(with_address(settings)),
        lambda: check_database(settings),
        lambda: check_token(settings),
    )
    with ThreadPoolExecutor(max_workers=len(checks)) as pool:
        return [finding for found in pool.map(_safely, checks) for finding in found]


def with_address(settings: Settings, address: str = _UNKNOWN) -> Settings:
    """The settings with PUBLIC_URL, if the operator has not fixed it."""
    if settings.get("PUBLIC_URL"):
        return settings
    return replace(settings, values={**settings.values, "PUBLIC_URL": address})


def _safely(check: Callable[[], Iterator[Finding]]) -> list[Finding]:
    found: list[Finding] = []
    try:
        found += check()
    except OpsError as error:  # a service that does not answer is one more thing to mend
        found.append(wrong("check", str(error)))
    return found


def check_node() -> Iterator[Finding]:
    """Serverless needs Node, and the pinned osls comes by npm."""
    if not (installed("node") and installed("npm")):
        yield wrong(
            "node", "Node or npm is not installed", "install Node 20 or newer (apt install nodejs npm)"
        )
        return
    told = run(["node", "--version"]).removeprefix("v")
    if tuple(int(part) for part in told.split(".")[:2]) < _NODE:
        yield wrong("node", f"{told} is too old", f"install Node {_NODE[0]}.{_NODE[1]} or newer")
    else:
        yield right("node", told)


def check_database(settings: Settings) -> Iterator[Finding]:
    """It can be reached, and nothing that waits to be applied throws data away."""
    url = settings.get("SUPABASE_DB_URL")
    if not url:
        yield wrong(
            "database", "SUPABASE_DB_URL is missing", "Supabase, Connect: copy the session pooler's address"
        )
        return
    waiting = pending_migrations(url, ROOT / "supabase" / "migrations")
    losing = [each.file for each in waiting if losses_of(each)]
    if losing:
        yield wrong(
            "database",
            f"{', '.join(losing)} would throw data away",
            "look at it, then: python -m ops migrate --allow-destructive",
        )
    elif waiting:
        yield right("database", f"{place(url)}: {len(waiting)} migrations to apply")
    else:
        yield right("database", f"{place(url)}: up to date")


def check_token(settings: Settings) -> Iterator[Finding]:
    """Meta knows the token, the app and the business account: the webhook is registered with them at the end."""
    if settings.missing("WHATSAPP_ACCESS_TOKEN"):
        return  # said already
    graph = Graph(settings)
    token = read_token(graph)
    app, account = app_id(settings, token), account_id(settings, graph, token)
    yield right("meta", f"app {app}, business account {account}")


def install_osls() -> str:
    """osls as package-lock.json pins it, into node_modules, if it is not there. Raises ToolError."""
    pinned = json.loads((ROOT / "package.json").read_text())["devDependencies"]["osls"]
    manifest = ROOT / "node_modules" / "osls" / "package.json"
    if manifest.exists() and json.loads(manifest.read_text())["version"] == pinned:
        return f"osls {pinned}: there"
    try:
        run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", f"--prefix={ROOT}"])
    except ToolError as error:
        raise OpsError(f"osls {pinned} could not be installed. {error}") from None
    return f"osls {pinned}: installed"
