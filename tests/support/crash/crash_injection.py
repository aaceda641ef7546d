"""A crash at the moment of a call: the stand-in that is called decides whether its effect and its answer come to be."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from starlette.types import Scope

from emulator.faults import Faults
from tests.support.crash.instances import Answer, Instance
from tests.support.crash.points import Point, Wire


class Trap:
    """Springs once, for the first call to the point. `armed` for the stand-ins it may be in."""

    def __init__(self, point: Point, instance: Instance, answer: Answer) -> None:
        self.struck = threading.Event()
        self._sprung = False
        self._point, self._instance, self._answer = point, instance, answer

    @contextmanager
    def armed(self, *doors: Faults) -> Iterator[None]:
        for faults in doors:
            faults.intercept = partial(self._spring, faults)
        try:
            yield
        finally:
            for faults in doors:
                faults.intercept = lambda _scope, _body: None

    def _spring(self, faults: Faults, scope: Scope, body: bytes) -> Callable[[], None] | None:
        if self._sprung or not self._meant(scope["path"], body):
            return None
        self._sprung = True
        if self._point.answered:
            self._answer.wait()
        if self._point.wire is Wire.LOST:
            return self._strike
        self._strike()
        if self._point.wire is Wire.ASKED:
            faults.down(times=1, path=scope["path"])
        return None

    def _strike(self) -> None:
        self._instance.strike()
        self.struck.set()

    def _meant(self, path: str, body: bytes) -> bool:
        if not path.endswith(f"/{self._point.call}"):
            return False
        asked: dict[str, Any] = json.loads(body)
        receipt = "status" in asked and self._point.call == "messages"
        return not receipt and (not self._point.kind or asked["p_channels"] == [self._point.kind])
