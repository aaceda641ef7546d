"""`make bench`: a bare function, the bot of an afternoon and ours, side by side in one run; one table, JSON and a picture."""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from bench import cold, fleet, growth, latency, speed
from bench.deployed import environment, packages
from bench.pictures import draw
from bench.plan import FULL, QUICK, Plan
from bench.report import Report
from bench.surroundings import Surroundings, surroundings
from emulator.function import ROOT
from emulator.supabase.project import leave

DOCS: Final = ROOT / "docs"
PARTS: Final = {
    "cold": cold.measure,
    "speed": speed.measure,
    "latency": latency.measure,
    "fleet": fleet.measure,
    "growth": growth.measure,
}


def main() -> None:
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, leave)
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="see that it runs; the figures mean nothing")
    parser.add_argument(
        "--out", type=Path, help=f"folder for bench.json and bench.svg (default {DOCS.name}/)"
    )
    parser.add_argument(
        "--only", choices=PARTS, action="append", help="one part, or several; nothing is saved in docs/"
    )
    given = parser.parse_args()
    plan, parts = QUICK if given.quick else FULL, given.only or tuple(PARTS)
    report = measure(plan, parts, lambda line: print(f"  {line}", file=sys.stderr))
    print(report.table())
    whole = not given.quick and not given.only
    save(report, given.out or (DOCS if whole else Path(tempfile.mkdtemp(prefix="bench-"))))


def measure(plan: Plan, parts: Iterable[str], say: Callable[[str], None]) -> Report:
    """These parts of the run. Raises RuntimeError for the first answer that is not 200."""
    report, started = Report(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        with surroundings(folder, packages(folder / "site")) as around:
            report.about = _about(around)
            for part in parts:
                say(f"{time.monotonic() - started:4.0f} s  {part}")
                PARTS[part](plan, around, report)
            report.about["imports"] = [list(found) for found in cold.packages(around)]
            report.about["parts"] = _breakdown(plan, around)
    report.about["seconds"] = round(time.monotonic() - started)
    return report


def save(report: Report, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(report.as_json(), indent=1, ensure_ascii=False) + "\n")
    (folder / "bench.svg").write_text(draw(report))
    print(f"{folder}/bench.json, {folder}/bench.svg")


def _about(around: Surroundings) -> dict[str, object]:
    return {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "Data API": around.data_api,
        "Postgres": around.rows("show server_version")[0]["server_version"] + ", fsync off",
        "load before": f"{os.getloadavg()[0]:.1f}",
    }


def _breakdown(plan: Plan, around: Surroundings) -> dict[str, dict[str, float]]:
    ran = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "bench.breakdown", str(plan.speed_visits)],
        cwd=ROOT,
        env=environment(around.site, around.settings()),
        stdout=subprocess.PIPE,  # what goes wrong is shown
        text=True,
        check=True,
    )
    found: dict[str, dict[str, float]] = json.loads(ran.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
