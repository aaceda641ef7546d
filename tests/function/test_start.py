"""Modules that the start of an instance does not import, and hidden imports that it restores."""

import gc
import importlib
import subprocess
import sys

import pytest

from state.store.hide_import import hide_import
from tests.support.function import World

LEFT_OUT = (
    "cryptography",
    "httpcore",
    "requests",
    "resend",
    # What reads an e-mail of a technician:
    "handlers.received_mail.one_mail",
    "handlers.received_mail.sender_check.mail_mailbox",
    "html.parser",
    "mailparser_reply",
)


def test_what_the_first_message_does_not_need_is_not_imported(world: World) -> None:
    """In a process of its own; `world.start` has put the settings into the environment."""
    world.start()
    loaded = f"import sys, main; print([name for name in {LEFT_OUT} if name in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_garbage_collection_is_on_again_after_the_start(world: World) -> None:
    world.start()
    assert gc.isenabled()


class TestWithout:
    def test_a_package_cannot_be_imported(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delitem(sys.modules, "this", raising=False)
        with hide_import("this"), pytest.raises(ImportError):
            importlib.import_module("this")

    def test_and_is_there_again_afterwards(self) -> None:
        with hide_import("wave"):
            pass
        assert importlib.import_module("wave").__name__ == "wave"

    def test_what_was_there_before_stays(self) -> None:
        before = importlib.import_module("json")
        with hide_import("json"):
            assert importlib.import_module("json") is before
        assert importlib.import_module("json") is before
