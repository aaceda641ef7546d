"""The faults of one stand-in, switched on by tests or the page (site/fault_switches.py), and which of them hit a call."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import TypedDict, Unpack

from starlette.responses import JSONResponse, Response
from starlette.types import Scope


class FaultKind(StrEnum):
    DELAY = "delay"  # the right answer, `seconds` later
    DROP = "drop"  # the connection is closed without an answer
    ERROR = "error"  # answered with `status` and `code`
    FOREIGN = "foreign"  # answered with `status` and `body` by something in front of the service
    HANG = "hang"  # nothing for `seconds`, then the connection is closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault and the calls that it hits.

    `after_effect`: the call takes effect and only its answer is lost. `times`: how many calls it hits (None: until
    cleared); `probability`: the share of calls; `path`: a part of their paths. With `status` None the service chooses
    the status by `code`. `media_type`: of `body`; "" is no such header.
    """

    kind: FaultKind
    seconds: float = 0.0
    status: int | None = None
    code: int | str = ""
    retry_after: int | None = None
    body: str = ""
    media_type: str = ""
    after_effect: bool = False
    times: int | None = None
    probability: float = 1.0
    path: str = ""


class Reach(TypedDict, total=False):
    """Which calls a fault hits; see Fault."""

    times: int | None
    probability: float
    path: str


RenderFault = Callable[[Fault], Response]
# Called with each call and its body before the service sees it. If it returns a function, the call takes effect, the
# function is called, and the connection is closed without an answer.
Interceptor = Callable[[Scope, bytes], Callable[[], None] | None]


def plain_error(fault: Fault) -> Response:
    return JSONResponse({"code": str(fault.code), "message": "switched on"}, fault.status or 503)


class Faults:
    """`render` writes an ERROR in the form of the service that is played."""

    def __init__(self, render: RenderFault = plain_error, seed: int = 0) -> None:
        self.render = render
        self.intercept: Interceptor = lambda _scope, _body: None
        self._seed = seed
        self._random = Random(seed)  # noqa: S311 - repeatable on purpose
        self._lock = threading.Lock()
        self._active: list[tuple[Fault, int | None]] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._active.append((fault, fault.times))

    def delay(self, seconds: float, **reach: Unpack[Reach]) -> None:
        self.add(Fault(kind=FaultKind.DELAY, seconds=seconds, **reach))

    def hang(self, seconds: float, *, after_effect: bool = False, **reach: Unpack[Reach]) -> None:
        self.add(Fault(kind=FaultKind.HANG, seconds=seconds, after_effect=after_effect, **reach))

    def down(self, *, drop: bool = True, **reach: Unpack[Reach]) -> None:
        """The service is down: the connection is closed, or with drop=False the answer is 503."""
        self.add(Fault(kind=FaultKind.DROP if drop else FaultKind.ERROR, status=503, **reach))

    def error(
        self,
        code: int | str,
        status: int | None = None,
        retry_after: int | None = None,
        **reach: Unpack[Reach],
    ) -> None:
        self.add(Fault(kind=FaultKind.ERROR, code=code, status=status, retry_after=retry_after, **reach))

    def foreign(
        self,
        status: int,
        body: str = "<html>a proxy</html>",
        media_type: str = "text/html",
        *,
        after_effect: bool = False,
        **reach: Unpack[Reach],
    ) -> None:
        """The answer is not the service's own, but that of a proxy in front of it."""
        self.add(
            Fault(
                kind=FaultKind.FOREIGN,
                status=status,
                body=body,
                media_type=media_type,
                after_effect=after_effect,
                **reach,
            )
        )

    def error_after_effect(self, *, drop: bool = False, **reach: Unpack[Reach]) -> None:
        """The call takes effect, and the caller gets 500 or no answer at all."""
        kind = FaultKind.DROP if drop else FaultKind.ERROR
        self.add(Fault(kind=kind, status=500, after_effect=True, **reach))

    def clear(self) -> None:
        """Switch all faults off and restart the random numbers from the seed."""
        with self._lock:
            self._active.clear()
            self._random.seed(self._seed)

    def draw(self, path: str) -> list[Fault]:
        """The faults for a call to `path`: any delays, and at most one fault of another kind."""
        with self._lock:
            drawn: list[Fault] = []
            for place, (fault, left) in enumerate(self._active):
                ended = any(earlier.kind is not FaultKind.DELAY for earlier in drawn)
                if (ended and fault.kind is not FaultKind.DELAY) or not self._hits(fault, path):
                    continue
                drawn.append(fault)
                self._active[place] = (fault, left and left - 1)
            self._active = [(fault, left) for fault, left in self._active if left != 0]
            return drawn

    def _hits(self, fault: Fault, path: str) -> bool:
        return fault.path in path and (fault.probability >= 1 or self._random.random() < fault.probability)
