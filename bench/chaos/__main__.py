"""`python -m bench.chaos`: run the function while everything around it fails, and check that nothing is lost or doubled."""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from bench.chaos.checker import check, table
from bench.chaos.recording import load, save
from bench.chaos.run import Run
from bench.chaos.scenario import Scenario, add_options, from_options
from emulator.supabase.project import exit_on_signals


def main() -> None:
    exit_on_signals()
    options = _parse()
    if options.judge:
        recording = load(options.judge)
        result = check(recording)
        print(table(recording, result))
        sys.exit(not result.passed)
    sys.exit(not _run(from_options(options), options.keep))


def _run(scenario: Scenario, keep: Path | None) -> bool:
    """Whether every invariant held."""
    folder = keep or Path(tempfile.mkdtemp(prefix=f"chaos-{scenario.seed}-"))
    recording = Run(scenario, folder, lambda line: print(f"  {line}", file=sys.stderr, flush=True)).run()
    save(recording, folder)  # before the check: an error in the checker must not cost the run
    result = check(recording)
    (folder / "table.txt").write_text(table(recording, result))
    print(table(recording, result))
    if keep or not result.passed:
        print(f"recording: {folder}")
    else:
        shutil.rmtree(folder)
    return result.passed


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.chaos",
        description=__doc__,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    add_options(parser)
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="folder for the recording; else kept only after a failure"
    )
    parser.add_argument(
        "--judge", type=Path, metavar="DIR", help="check a kept recording instead of running anything"
    )
    options = parser.parse_args()
    if options.keep and options.keep.exists() and any(options.keep.iterdir()):
        parser.error(f"{options.keep} is not empty")
    return options


if __name__ == "__main__":
    main()
