"""Crashes an instance during a call to a stand-in: before the effect of the call, or before its answer."""

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


class CrashInjection:
    """Crashes the instance once, during the first call that matches the point. `armed` watches these stand-ins."""

    def __init__(self, point: Point, instance: Instance, answer: Answer) -> None:
        self.crashed = threading.Event()
        self._done = False
        self._point, self._instance, self._answer = point, instance, answer

    @contextmanager
    def armed(self, *stand_ins: Faults) -> Iterator[None]:
        for faults in stand_ins:
            faults.intercept = partial(self._intercept, faults)
        try:
            yield
        finally:
            for faults in stand_ins:
                faults.intercept = lambda _scope, _body: None

    def _intercept(self, faults: Faults, scope: Scope, body: bytes) -> Callable[[], None] | None:
        if self._done or not self._matches(scope["path"], body):
            return None
        self._done = True
        if self._point.answered:
            self._answer.wait()
        if self._point.wire is Wire.LOST:
            return self._crash
        self._crash()
        if self._point.wire is Wire.ASKED:
            faults.down(times=1, path=scope["path"])
        return None

    def _crash(self) -> None:
        self._instance.crash()
        self.crashed.set()

    def _matches(self, path: str, body: bytes) -> bool:
        if not self._point.call:
            return False
        if f"/{self._point.call}/" in path:  # an object in a bucket: the call has no JSON
            return True
        if not path.endswith(f"/{self._point.call}"):
            return False
        if self._point.call == "media":  # a file: no JSON either
            return True
        asked: dict[str, Any] = json.loads(body)
        receipt = "status" in asked and self._point.call == "messages"
        if self._point.with_a_mark:
            return bool(asked["p_sent"])
        return not receipt and (not self._point.kind or asked["p_channels"] == [self._point.kind])
