"""`python -m bench.chaos`: break everything that can break, and see whether the desk's promises hold."""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from pathlib import Path

from bench.chaos.course import Course
from bench.chaos.judge import judge
from bench.chaos.plan import Plan
from bench.chaos.report import table
from emulator.supabase import leave


def parse_arguments() -> tuple[Plan, Path | None]:
    usual = Plan(seed=0)
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    add = parser.add_argument
    add("--messages", type=int, default=usual.messages, help="different messages of customers (%(default)s)")
    add("--customers", type=int, default=usual.customers, help="(%(default)s)")
    add("--instances", type=int, default=usual.instances, help="of the webhook (%(default)s)")
    add("--kills", type=int, default=usual.kills, help="SIGKILL of a whole instance (%(default)s)")
    add("--freezes", type=int, default=usual.freezes, help="SIGSTOP for longer than a lease (%(default)s)")
    add(
        "--duplicates",
        type=float,
        default=20,
        metavar="%",
        help="messages that Meta brings twice (%(default)s)",
    )
    add(
        "--faults",
        type=float,
        default=10,
        metavar="%",
        help="calls to each dependency that fail (%(default)s)",
    )
    add("--rate", type=float, default=usual.rate, help="messages a second at most (%(default)s)")
    add("--seed", type=int, default=None, help="of all dice (a new one each time)")
    add("--no-echo", action="store_true", help="Meta never tells what became of a message")
    add("--restart-postgres", action="store_true", help="half-way")
    add(
        "--keep",
        type=Path,
        metavar="DIR",
        help="where the history goes (else: kept only when a promise broke)",
    )
    given = parser.parse_args()
    if given.keep and given.keep.exists() and any(given.keep.iterdir()):
        parser.error(f"{given.keep} is not empty")
    plan = Plan(
        seed=int(time.time()) % 100_000 if given.seed is None else given.seed,
        messages=given.messages,
        customers=given.customers,
        instances=given.instances,
        kills=given.kills,
        freezes=given.freezes,
        duplicates=given.duplicates / 100,
        faults=given.faults / 100,
        echo=not given.no_echo,
        restart_postgres=given.restart_postgres,
        rate=given.rate,
    )
    return plan, given.keep


def main() -> None:
    for signum in (signal.SIGINT, signal.SIGTERM):
        signal.signal(signum, leave)
    plan, keep = parse_arguments()
    folder = keep or Path(tempfile.mkdtemp(prefix=f"chaos-{plan.seed}-"))
    started = time.monotonic()
    history = Course(plan, folder, lambda line: print(f"  {line}", file=sys.stderr, flush=True)).run()
    verdict = judge(history)
    report = table(history, verdict, time.monotonic() - started)
    print(report)
    if keep or not verdict.good:
        history.save(folder)
        (folder / "verdict.txt").write_text(report)
        print(f"history: {folder}")
    sys.exit(not verdict.good)


if __name__ == "__main__":
    main()
