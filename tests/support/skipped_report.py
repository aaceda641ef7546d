"""Prints at the end of a run which tests were skipped, and how to run them.

A worker of pytest-xdist reports to its controller through `workeroutput`; all workers collect the same tests.
"""

import pytest

SLOW = "the deploy, chaos, the bench, the browser, mutants, most crash points, random sequences, floods of ten thousand"
_TESTS = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_TESTS] = 0


def pytest_deselected(items: list[pytest.Item]) -> None:
    if items:
        items[0].config.stash[_TESTS] += sum("slow" in item.keywords for item in items)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if (output := getattr(session.config, "workeroutput", None)) is not None:
        output["skipped_slow"] = session.config.stash[_TESTS]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: object) -> None:
    output, stash = getattr(node, "workeroutput", {}), getattr(node, "config").stash  # noqa: B009 - xdist has no types
    stash[_TESTS] = max(stash[_TESTS], output.get("skipped_slow", 0))


def pytest_unconfigure(config: pytest.Config) -> None:
    """Below pytest's own last line."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is None or hasattr(config, "workeroutput"):
        return
    for reason in sorted({report.longrepr[2] for report in terminal.stats.get("skipped", [])}):
        terminal.write_line(reason, yellow=True)
    if count := config.stash[_TESTS]:
        terminal.write_line(f"Skipped: {count} slow tests ({SLOW}). `make test-all` runs them.", yellow=True)
