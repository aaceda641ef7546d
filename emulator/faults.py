"""The faults that are switched on for one stand-in, and which call each of them hits."""

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from random import Random
from typing import Any, TypedDict, Unpack

from starlette.responses import JSONResponse, Response
from starlette.types import Scope


class Kind(StrEnum):
    DELAY = "delay"  # answered rightly, `seconds` later
    DROP = "drop"  # the connection is cut, nothing is answered
    ERROR = "error"  # answered with `status` and `code`
    HANG = "hang"  # nothing for `seconds`, then cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`after_effect`: the call does its work first and only its answer is lost.

    `times` is how many calls it hits (None: until cleared), `probability` the share of calls, `path` a part
    of the paths it is meant for. `status` None leaves it to the service to choose by `code`.
    """

    kind: Kind
    seconds: float = 0.0
    status: int | None = None
    code: int | str = ""
    retry_after: int | None = None
    after_effect: bool = False
    times: int | None = None
    probability: float = 1.0
    path: str = ""


def read_fault(document: dict[str, Any]) -> Fault:
    """From what `Faults.active` gives; raises TypeError or ValueError for anything else."""
    return Fault(**{**document, "kind": Kind(document["kind"])})


class Reach(TypedDict, total=False):
    """Which calls a fault hits."""

    times: int | None
    probability: float
    path: str


Render = Callable[[Fault], Response]
# Sees each call (and its body) before it is done. What it gives back is done when the call has had its effect, and
# then nothing is answered.
Trap = Callable[[Scope, bytes], Callable[[], None] | None]


def plain_error(fault: Fault) -> Response:
    return JSONResponse({"code": str(fault.code), "message": "switched on"}, fault.status or 503)


class Faults:
    """`render` turns an ERROR into the answer as the service that is played would write it."""

    def __init__(self, render: Render = plain_error, seed: int = 0) -> None:
        self.render = render
        self.trap: Trap = lambda _scope, _body: None
        self._seed = seed
        self._random = Random(seed)  # noqa: S311 - repeatable on purpose
        self._lock = threading.Lock()
        self._waiting: list[tuple[Fault, int | None]] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._waiting.append((fault, fault.times))

    def delay(self, seconds: float, **reach: Unpack[Reach]) -> None:
        self.add(Fault(kind=Kind.DELAY, seconds=seconds, **reach))

    def hang(self, seconds: float, *, after_effect: bool = False, **reach: Unpack[Reach]) -> None:
        self.add(Fault(kind=Kind.HANG, seconds=seconds, after_effect=after_effect, **reach))

    def down(self, *, drop: bool = True, **reach: Unpack[Reach]) -> None:
        """The service is away: the connection is cut, or with drop=False answered 503."""
        self.add(Fault(kind=Kind.DROP if drop else Kind.ERROR, status=503, **reach))

    def error(
        self,
        code: int | str,
        status: int | None = None,
        retry_after: int | None = None,
        **reach: Unpack[Reach],
    ) -> None:
        self.add(Fault(kind=Kind.ERROR, code=code, status=status, retry_after=retry_after, **reach))

    def error_after_effect(self, *, drop: bool = False, **reach: Unpack[Reach]) -> None:
        """The work is done, and the caller is told 500 or nothing at all."""
        kind = Kind.DROP if drop else Kind.ERROR
        self.add(Fault(kind=kind, status=500, after_effect=True, **reach))

    def clear(self) -> None:
        """Switches all faults off; the dice start again from the seed."""
        with self._lock:
            self._waiting.clear()
            self._random.seed(self._seed)

    def active(self) -> list[dict[str, Any]]:
        """JSON-able; `times` is what is left of it."""
        with self._lock:
            return [{**asdict(fault), "times": left} for fault, left in self._waiting]

    def draw(self, path: str) -> list[Fault]:
        """The faults for a call to `path`: delays, and at most one that is the end of it."""
        with self._lock:
            drawn: list[Fault] = []
            for place, (fault, left) in enumerate(self._waiting):
                ended = any(earlier.kind is not Kind.DELAY for earlier in drawn)
                if (ended and fault.kind is not Kind.DELAY) or not self._hits(fault, path):
                    continue
                drawn.append(fault)
                self._waiting[place] = (fault, left and left - 1)
            self._waiting = [(fault, left) for fault, left in self._waiting if left != 0]
            return drawn

    def _hits(self, fault: Fault, path: str) -> bool:
        return fault.path in path and (fault.probability >= 1 or self._random.random() < fault.probability)
