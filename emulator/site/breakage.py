"""What can be broken from the page, and how each switch becomes a habit of Meta's, a fault or a trap."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.types import Scope

from emulator.faults import Faults
from emulator.instances import Instances
from emulator.meta.webhook_delivery import Habits, WebhookDelivery
from emulator.meta.wire import Json
from emulator.site.request_fields import read_choice, read_flag, read_number, read_object

SLOW_SECONDS = 2.0
FROZEN_SECONDS = 35.0  # longer than a lease
AGAIN_SECONDS = 1.0
_BATCH_SECONDS = 1.5
_LATEST = 60
_MODES = ("ok", "slow", "down", "lost_answer")
_QUOTA: dict[str, int | str] = {"graph": 130429, "resend": "daily_quota_exceeded"}


@dataclass(slots=True, kw_only=True)
class Breakage:
    """`services` are the faults of graph, resend and supabase. A `caller` in a call's scope says which instance made it."""

    services: dict[str, Faults]
    deliveries: tuple[WebhookDelivery, ...]
    instances: Instances
    _modes: dict[str, str] = field(default_factory=dict)
    _meta: Habits = field(default_factory=Habits)
    _armed: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._modes = dict.fromkeys(self.services, "ok")
        self.services["supabase"].trap = self._at_supabase
        self.services["graph"].trap = self._at_graph

    def switches(self) -> Json:
        meta = {
            "twice": self._meta.twice,
            "out_of_order": self._meta.out_of_order,
            "late": round(self._meta.late),
            "batch": self._meta.batch_seconds > 0,
        }
        return {
            "meta": meta,
            **self._modes,
            "two_instances": self.instances.two,
            "armed": sorted(self._armed),
        }

    def switch(self, document: Json) -> set[str]:
        """Any part of `switches`. Returns the services whose quota is new today. Raises Refused, and then nothing changed."""
        asked = read_object(document, "meta", *self.services, "two_instances")
        modes = {
            name: read_choice(asked, name, *_MODES, *(["quota"] if name in _QUOTA else []))
            for name in self.services
            if name in asked
        }
        habits = self._read_habits(
            read_object(asked.get("meta", {}), "twice", "out_of_order", "late", "batch")
        )
        two = read_flag(asked, "two_instances") if "two_instances" in asked else self.instances.two
        self._meta = habits
        self._behave()
        rested = {name for name in modes if self._modes[name] == "quota" != modes[name]}
        for name, mode in modes.items():
            self._break(name, mode)
        self.instances.set_two(two)
        return rested

    def reset(self) -> set[str]:
        """Everything well again. Returns what `switch` returns."""
        self._armed.clear()
        for instance in self.instances.all():
            instance.thaw()
        well = {"twice": False, "out_of_order": False, "late": 0, "batch": False}
        return self.switch({"meta": well, **dict.fromkeys(self.services, "ok"), "two_instances": False})

    def arm(self, what: str, seconds: float = 0.0) -> None:
        """kill_between: at the next commit. freeze: at the next message, for so many seconds."""
        self._armed[what] = seconds

    # --- switches ---------------------------------------------------------------------------------------------------

    def _read_habits(self, asked: Json) -> Habits:
        now = self._meta
        return Habits(
            twice=read_flag(asked, "twice") if "twice" in asked else now.twice,
            out_of_order=read_flag(asked, "out_of_order") if "out_of_order" in asked else now.out_of_order,
            late=read_number(asked, "late", 0, _LATEST) if "late" in asked else now.late,
            batch_seconds=_BATCH_SECONDS * read_flag(asked, "batch")
            if "batch" in asked
            else now.batch_seconds,
        )

    def _behave(self) -> None:
        for delivery in self.deliveries:
            delivery.habits = self._meta

    def _break(self, name: str, mode: str) -> None:
        self._modes[name] = mode
        faults = self.services[name]
        faults.clear()
        match mode:
            case "slow":
                faults.delay(SLOW_SECONDS)
            case "down":
                faults.down()
            case "lost_answer":
                faults.error_after_effect(drop=True)
            case "quota":
                faults.error(_QUOTA[name])

    # --- traps ------------------------------------------------------------------------------------------------------

    def _at_supabase(self, scope: Scope, _body: bytes) -> Callable[[], None] | None:
        instance = self.instances.calling_as(scope.get("caller", ""))
        if instance is None or not scope["path"].endswith("/rpc/commit_turn"):
            return None
        if self._armed.pop("kill_between", None) is None:
            return None
        scope["marks"].append("killed")
        return lambda: instance.kill(AGAIN_SECONDS)

    def _at_graph(self, scope: Scope, body: bytes) -> None:
        instance = self.instances.calling_as(scope.get("caller", ""))
        if instance is None or scope["method"] != "POST" or not _is_message(body):
            return
        seconds = self._armed.pop("freeze", None)
        if seconds is not None:
            scope["marks"].append("frozen")
            instance.freeze(seconds)


def read_seconds(document: Json) -> float:
    """How long to freeze. Raises Refused."""
    return read_number(document, "seconds", 1, 120) if "seconds" in document else FROZEN_SECONDS


def _is_message(body: bytes) -> bool:
    try:
        message = json.loads(body)
    except ValueError:
        return False
    return isinstance(message, dict) and "status" not in message
