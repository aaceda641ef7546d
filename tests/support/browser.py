"""Fixtures that open the page of `python -m emulator` in a real browser, where one is installed."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest

from emulator.function import LINK_KEY, technicians
from emulator.site.technicians_desk import texts
from handlers.desk_links import DeskAccess, DeskLinks
from handlers.mail_addresses import read_mailboxes
from state.model.language import Language
from state.model.technician import Technician
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NO_BROWSER = "No Chromium is installed: the local page was not tested in a browser"
NO_AXE = "axe-core is not installed (AXE_SCRIPT, see .ci/axe): the pages were not looked at"
NAMES = ("chromium", "chromium-browser", "google-chrome")
# No sandbox in a container, and none of the browser's own background requests.
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
START_SECONDS = 60.0
STOP_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Local:
    """A running emulator. function: the address of the technicians' pages."""

    address: str
    database_url: str
    function: str

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        response = httpx.post(f"{self.address}/emulator/{path}", json=body, timeout=60, trust_env=False)
        assert response.is_success, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            return connection.execute(query.encode(), values).fetchall()

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            connection.execute(statement.encode())


def installed_browser() -> str | None:
    """The path of an installed browser, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def required_browser() -> str:
    """The path of a browser. Skips the test if none is installed; fails it in CI."""
    if found := installed_browser():
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(NO_BROWSER)
    pytest.skip(NO_BROWSER)


@pytest.fixture(scope="module")
def browser_path() -> str:
    return required_browser()


@pytest.fixture(scope="module")
def local(browser_path: str) -> Iterator[Local]:
    """A running emulator for all tests of a module."""
    with run_emulator() as started:
        yield started


@pytest.fixture(scope="module")
def browser(browser_path: str) -> "Iterator[Browser]":
    with run_browser(browser_path) as started:
        yield started


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe-core. Skips the test where it is not installed; in CI that is a failure."""
    path = os.environ.get("AXE_SCRIPT")
    if path:
        return Path(path).read_text("utf-8")
    if os.environ.get("CI") == "true":
        pytest.fail(NO_AXE)
    pytest.skip(NO_AXE)


def list_link(local: Local) -> str:
    """A technician's link to the list, as it is mailed."""
    (first, *_) = read_mailboxes(technicians()["SUPPORT_EMAIL_TO"])
    access = DeskAccess(technician=Technician(address=first.address).id, epoch=0)
    return DeskLinks(local.function, [LINK_KEY]).link(access, datetime.now(UTC))


@contextmanager
def run_emulator(**settings: str) -> Iterator[Local]:
    """Runs `python -m emulator` with a new database and these settings, and checks that it ends with code 0."""
    with tempfile.TemporaryDirectory(prefix="mostrador-") as folder, _log(Path(folder)) as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "emulator", "--data", folder, "--port", "0"],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield _announced(Path(folder), process)
            process.send_signal(signal.SIGTERM)
            assert process.wait(STOP_SECONDS) == 0
        finally:
            process.kill()
            process.wait()


@contextmanager
def run_browser(path: str, *options: str) -> "Iterator[Browser]":
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*OPTIONS, *options])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def opened(
    browser: "Browser", address: str, language: Language | None = None, **options: Any
) -> "Iterator[Page]":
    """The page in a new context of a Spanish browser. Fails on console errors and failed requests.

    language: that of another desk; else the page is as the emulator serves it.
    """
    context = browser.new_context(
        **{"viewport": {"width": 1440, "height": 900}, "locale": "es-AR", **options}
    )
    if language is not None:
        told = httpx.get(f"{address}/emulator/desk", trust_env=False).json()
        context.route(
            "**/emulator/desk",
            lambda route: route.fulfill(json={**told, "language": language, "texts": texts(language)}),
        )
    page = context.new_page()
    problems: list[str] = []
    page.on(
        "console",
        lambda message: problems.append(message.text) if message.type in {"error", "warning"} else None,
    )
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("requestfailed", lambda request: problems.append(f"{request.url} {request.failure}"))
    page.on("response", lambda got: problems.append(f"{got.url} {got.status}") if got.status >= 400 else None)
    page.goto(address)
    page.wait_for_selector('.connection[data-state="connected"]')
    page.wait_for_selector(".chip[aria-pressed=true]")
    yield page
    seen = [line for line in problems if not _is_given_up(line)]
    context.close()
    assert seen == []


def until(true: Callable[[], Any], what: str, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def _is_given_up(line: str) -> bool:
    """The browser ends these itself: the stream of a page that is closed, and the frame of a mail when the next is shown."""
    return "ERR_ABORTED" in line and any(path in line for path in ("/emulator/events", "/emulator/mail/"))


@contextmanager
def _log(folder: Path) -> Iterator[Any]:
    with (folder / "emulator.log").open("wb") as log:
        yield log


def _announced(folder: Path, process: subprocess.Popen[bytes]) -> Local:
    file = folder / "running.json"
    deadline = time.monotonic() + START_SECONDS
    while "postgresql://" not in (said := (folder / "emulator.log").read_text()) or not file.exists():
        assert process.poll() is None, said
        assert time.monotonic() < deadline, said
        time.sleep(0.1)
    said = (folder / "emulator.log").read_text()
    database, function = re.search(r"postgresql://\S+", said), re.search(r"(\S+)/ \(webhook\)", said)
    assert database
    assert function
    return Local(json.loads(file.read_text())["address"], database[0], function[1])
