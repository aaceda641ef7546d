"""`make bench`: measures a bare function, the baseline bot and this one in one run; prints a table, saves JSON and a chart."""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from bench import batches, cold_start, database_size, latency, throughput, words
from bench.chart import draw
from bench.config import FULL, QUICK, Config
from bench.environment import Environment, start_environment
from bench.machine import share_of_others
from bench.report import Report
from emulator.function import ROOT
from emulator.supabase.project import exit_on_signals

DOCS: Final = ROOT / "docs"
MAX_OTHERS: Final = 0.05  # of all cores
PARTS: Final = {
    "cold": cold_start.measure,
    "speed": throughput.measure,
    "latency": latency.measure,
    "fleet": throughput.measure_instances,
    "words": words.measure,
    "batches": batches.measure,
    "growth": database_size.measure,
}


def main() -> None:
    exit_on_signals()
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="check that it runs; the figures mean nothing")
    parser.add_argument(
        "--out", type=Path, help=f"folder for bench.json and bench.svg (default {DOCS.name}/)"
    )
    parser.add_argument(
        "--only", choices=PARTS, action="append", help="one part, or several; saves nothing in docs/"
    )
    options = parser.parse_args()
    config, parts = QUICK if options.quick else FULL, options.only or tuple(PARTS)
    report = measure(config, parts, lambda line: print(f"  {line}", file=sys.stderr))
    print(report.table())
    complete = not options.quick and not options.only
    save(report, options.out or (DOCS if complete else Path(tempfile.mkdtemp(prefix="bench-"))))


def measure(config: Config, parts: Iterable[str], progress: Callable[[str], None]) -> Report:
    """Raises RuntimeError for the first answer that is not 200."""
    report, others, started = Report(), dict[str, float](), time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        start_environment(Path(folder)) as environment,
    ):
        report.about = _about(environment)
        for part in parts:
            progress(f"{time.monotonic() - started:4.0f} s  {part}")
            before = environment.machine.sample()
            PARTS[part](config, environment, report)
            others[part] = share_of_others(before, environment.machine.sample(), os.cpu_count() or 1)
        _name_others(report, others)
        report.about["imports"] = [list(found) for found in cold_start.import_times(environment)]
        profile = environment.run_python("-m", "bench.message_profile", str(config.throughput_visits))
        report.about["parts"] = json.loads(profile.stdout.splitlines()[-1])
    report.about["seconds"] = round(time.monotonic() - started)
    return report


def save(report: Report, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench.json").write_text(json.dumps(report.as_json(), indent=1, ensure_ascii=False) + "\n")
    (folder / "bench.svg").write_text(draw(report))
    print(f"{folder}/bench.json, {folder}/bench.svg")


def _name_others(report: Report, others: dict[str, float]) -> None:
    """Say what part of the machine was not ours, and warn if it was more than a little."""
    shares = ", ".join(f"{part} {share:.0%}" for part, share in others.items())
    report.about |= {"busy with other work": shares, "others": others}
    if (most := max(others.values(), default=0.0)) > MAX_OTHERS:
        report.warnings.append(
            f"machine: {most:.0%} busy with other work during the run: compare ratios, not times"
        )


def _about(environment: Environment) -> dict[str, object]:
    return {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}",
        "Data API": environment.data_api,
        "Postgres": environment.query("show server_version")[0]["server_version"] + ", fsync off",
        "load before": f"{os.getloadavg()[0]:.1f}",
    }


if __name__ == "__main__":
    main()
