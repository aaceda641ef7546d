"""`python -m bench.chaos`: break everything that can break, and see whether the desk's promises hold."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import fields
from pathlib import Path

from bench.chaos.course import Course
from bench.chaos.judge import judge
from bench.chaos.kept import read, save
from bench.chaos.plan import Plan
from bench.chaos.report import table
from emulator.supabase.project import leave


def parse_arguments() -> tuple[Plan, Path | None, Path | None]:
    """What to do, where to keep it, and the history to judge instead."""
    usual = Plan(seed=0)
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    add = parser.add_argument
    add("--messages", type=int, default=usual.messages, help="different messages of customers (%(default)s)")
    add("--customers", type=int, default=usual.customers, help="(%(default)s)")
    add("--instances", type=int, default=usual.instances, help="of the webhook (%(default)s)")
    add("--kills", type=int, default=usual.kills, help="SIGKILL of a whole instance (%(default)s)")
    add("--freezes", type=int, default=usual.freezes, help="SIGSTOP for longer than a lease (%(default)s)")
    add("--duplicates", type=_share, default="20", metavar="%", help="messages brought twice (%(default)s)")
    add(
        "--faults",
        type=_share,
        default="10",
        metavar="%",
        help="calls that fail, of each dependency (%(default)s)",
    )
    add(
        "--deeds", type=_share, default="5", metavar="N", help="of technicians, in 100 messages (%(default)s)"
    )
    add("--rate", type=float, default=usual.rate, help="messages a second at most (%(default)s)")
    add("--seed", type=int, help="of all dice (a new one each time)")
    add("--no-echo", action="store_true", help="Meta never tells what became of a message")
    add("--restart-postgres", action="store_true", help="every 30 s")
    add("--keep", type=Path, metavar="DIR", help="where the history goes (else: kept if a promise broke)")
    add("--judge", type=Path, metavar="DIR", help="no run: judge the history that was kept there")
    given = parser.parse_args()
    if given.keep and given.keep.exists() and any(given.keep.iterdir()):
        parser.error(f"{given.keep} is not empty")
    names = {field.name for field in fields(Plan)}
    asked = {name: value for name, value in vars(given).items() if name in names}
    seed = int(time.time()) % 100_000 if given.seed is None else given.seed
    return Plan(**{**asked, "seed": seed, "echo": not given.no_echo}), given.keep, given.judge


def _share(text: str) -> float:
    return float(text) / 100


def main() -> None:
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, leave)
    plan, keep, kept = parse_arguments()
    if kept:
        verdict = judge(history := read(kept))
        print(table(history, verdict))
        sys.exit(not verdict.good)
    folder = keep or Path(tempfile.mkdtemp(prefix=f"chaos-{plan.seed}-"))
    history = Course(plan, folder, lambda line: print(f"  {line}", file=sys.stderr, flush=True)).run()
    save(history, folder)  # before it is judged: a judge that fails must not cost the run
    verdict = judge(history)
    (folder / "table.txt").write_text(table(history, verdict))
    print(table(history, verdict))
    if keep or not verdict.good:
        print(f"history: {folder}")
    else:
        shutil.rmtree(folder)
    sys.exit(not verdict.good)


if __name__ == "__main__":
    main()
