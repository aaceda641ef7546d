"""How busy others keep the machine."""

import subprocess
import sys

import pytest

from bench.machine import Machine, Sample, share_of_others

BEFORE = Sample(at=100.0, all=1000.0, own=50.0)


@pytest.mark.parametrize(
    ("everybody", "own", "share"),
    [
        (10.0, 10.0, 0.0),
        (10.0, 4.0, 0.3),  # 6 of the 20 seconds that two cores have in ten
        (20.0, 0.0, 1.0),
        (10.0, 10.2, 0.0),  # the clocks differ by a tick or two
    ],
)
def test_the_share_of_others_is_all_busy_time_but_ours(everybody: float, own: float, share: float) -> None:
    after = Sample(at=110.0, all=1000.0 + everybody, own=50.0 + own)
    assert share_of_others(BEFORE, after, cores=2) == pytest.approx(share)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_work_of_a_child_is_ours_even_when_it_has_ended() -> None:
    machine = Machine()
    before = machine.sample()

    burn = "import time\nwhile time.process_time() < 0.3: pass"
    subprocess.run([sys.executable, "-c", burn], check=True)

    after = machine.sample()
    assert after.own - before.own > 0.25
    assert after.all - before.all > 0.25


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_was_lost_is_added() -> None:
    machine = Machine()
    before = machine.sample()
    machine.lost = 1000.0
    assert machine.sample().own - before.own > 999
