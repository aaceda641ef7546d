"""The faults of a run: a share of the calls to each dependency fails, half of them after the effect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from emulator.faults import Fault, Faults, Kind

# What a failing call looks like, with weights. A call that hangs does so for longer than the function waits.
_CUT: Final = Fault(kind=Kind.DROP)
_CUT_AFTER: Final = Fault(kind=Kind.DROP, after_effect=True)
_DOWN: Final = Fault(kind=Kind.ERROR, status=503)
_BROKEN_AFTER: Final = Fault(kind=Kind.ERROR, status=500, after_effect=True)

_BEFORE: Final[Mapping[str, Mapping[Fault, float]]] = {
    "rest": {_CUT: 5, _DOWN: 5},
    "graph": {
        _CUT: 3,
        _DOWN: 3,
        Fault(kind=Kind.ERROR, code=130429): 2,  # certainly not taken
        Fault(kind=Kind.ERROR, code=131000): 2,  # who knows
        Fault(kind=Kind.ERROR, code=4): 0.2,  # the whole account is refused: the channel rests
    },
    "resend": {_CUT: 4, _DOWN: 4, Fault(kind=Kind.ERROR, code="rate_limit_exceeded", retry_after=1): 2},
}
_AFTER: Final[Mapping[str, Mapping[Fault, float]]] = {
    "rest": {_CUT_AFTER: 5, _BROKEN_AFTER: 4.5, Fault(kind=Kind.HANG, seconds=7, after_effect=True): 0.5},
    "graph": {_CUT_AFTER: 5, _BROKEN_AFTER: 4.5, Fault(kind=Kind.HANG, seconds=12, after_effect=True): 0.5},
    "resend": {_CUT_AFTER: 5, _BROKEN_AFTER: 4.5, Fault(kind=Kind.HANG, seconds=12, after_effect=True): 0.5},
}
_SLOW: Final = Fault(kind=Kind.DELAY, seconds=0.4, probability=0.03)


def switch_on(faults: Faults, service: str, share: float) -> None:
    """From now on `share` of the calls to `service` ("rest", "graph", "resend") fail; a few more are slow."""
    if not share:
        return
    faults.add(_SLOW)
    left = 1.0
    for kinds in (_BEFORE[service], _AFTER[service]):
        for fault, weight in kinds.items():
            wanted = share / 2 * weight / sum(kinds.values())
            faults.add(_with(fault, wanted / left))  # it is asked only when those before it did not hit
            left -= wanted


def _with(fault: Fault, probability: float) -> Fault:
    return Fault(
        kind=fault.kind,
        seconds=fault.seconds,
        status=fault.status,
        code=fault.code,
        retry_after=fault.retry_after,
        after_effect=fault.after_effect,
        probability=probability,
    )
