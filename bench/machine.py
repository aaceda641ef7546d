"""How busy others keep the machine while something is measured: all busy time minus that of our own processes. Linux.

The time that the hypervisor gave to other machines (`steal`) counts as others'. Interrupts do not: they are mostly our own
calls over the loopback device, and are in nobody's processor time.
"""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

TICKS: Final = os.sysconf("SC_CLK_TCK")
# The columns of /proc/stat that count: user, nice, system, steal.
_BUSY: Final = (0, 1, 2, 7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Seconds: the clock, and the processor time of everybody and of ourselves so far."""

    at: float
    all: float
    own: float


def share_of_others(before: Sample, after: Sample, cores: int) -> float:
    """Which share of all cores worked for others between two samples, from 0 to 1."""
    others = (after.all - before.all) - (after.own - before.own)
    return min(1.0, max(0.0, others / ((after.at - before.at) * cores)))


@dataclass(slots=True, kw_only=True)
class Machine:
    """`lost`: processor time of our processes that ended without a parent to count it."""

    lost: float = field(default=0.0)

    def sample(self) -> Sample:
        columns = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
        everybody = sum(int(columns[column]) for column in _BUSY) / TICKS
        return Sample(at=time.monotonic(), all=everybody, own=_own_seconds() + self.lost)


def _own_seconds() -> float:
    """Of this process and its descendants, the dead ones included that their parents waited for."""
    own = {os.getpid()}
    parents, ticks = dict[int, int](), dict[int, int]()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        pid = int(stat.parent.name)
        parents[pid], ticks[pid] = int(fields[1]), sum(map(int, fields[11:15]))
    while found := {pid for pid, parent in parents.items() if parent in own} - own:
        own |= found
    return sum(ticks.get(pid, 0) for pid in own) / TICKS
