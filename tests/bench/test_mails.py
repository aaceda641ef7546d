"""A short run of the burst of tickets: every e-mail leaves, once, without a sweep."""

import json
import subprocess
import sys

import pytest

from emulator.function import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_every_mail_of_a_burst_leaves_once() -> None:
    command = [sys.executable, "-m", "bench.mails", "--tickets", "40"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert (found["mailed"], found["doubled"], found["dead"], found["attempts"]) == (40, 0, 0, 1)
