"""The faults that can be switched on from the page, applied to Meta's deliveries, the services and the instances."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field
from starlette.types import Scope

from emulator import Json
from emulator.faults import Faults
from emulator.instances import Instances
from emulator.meta.media import MediaStore
from emulator.meta.webhook_delivery import DeliveryOptions, WebhookDelivery
from emulator.resend.switches import ResendSwitches
from emulator.site.request_body import Body

SLOW_SECONDS = 2.0
FROZEN_SECONDS = 45.0  # longer than a lease
RESTART_SECONDS = 1.0
BATCH_SECONDS = 1.5
_GRAPH_QUOTA, _RESEND_QUOTA = 130429, "daily_quota_exceeded"


class ServiceMode(StrEnum):
    OK = "ok"
    SLOW = "slow"
    DOWN = "down"
    LOST_ANSWER = "lost_answer"  # the call has its effect, and its answer never arrives
    QUOTA = "quota"


def _has_no_quota(mode: ServiceMode) -> ServiceMode:
    if mode is ServiceMode.QUOTA:
        raise ValueError("this service has no quota")
    return mode


class MetaSwitches(Body):
    """How Meta delivers webhooks; `late` in seconds. `forgotten`: it has none of its files any more."""

    twice: bool = False
    out_of_order: bool = False
    late: int = Field(default=0, ge=0, le=60)
    batch: bool = False
    forgotten: bool = False


class Switches(Body):
    """The faults that can be switched on; the defaults are normal operation."""

    meta: MetaSwitches = MetaSwitches()
    graph: ServiceMode = ServiceMode.OK
    resend: ServiceMode = ServiceMode.OK
    supabase: Annotated[ServiceMode, AfterValidator(_has_no_quota)] = ServiceMode.OK
    storage: Annotated[ServiceMode, AfterValidator(_has_no_quota)] = ServiceMode.OK
    two_instances: bool = False

    def changed_by(self, change: "Switches") -> "Switches":
        """With the fields that were given in `change`, and otherwise as they are."""
        given = change.model_dump(exclude_unset=True)
        meta = {**self.meta.model_dump(), **given.get("meta", {})}
        return Switches(**{**self.model_dump(), **given, "meta": meta})


class FunctionAction(StrEnum):
    KILL_BETWEEN = "kill_between"  # kill an instance between its next commit and the reply
    FREEZE = "freeze"  # freeze an instance at its next reply
    COLD_START = "cold_start"
    SWEEP = "sweep"


class FunctionRequest(Body):
    """`seconds` is how long to freeze."""

    do: FunctionAction
    seconds: float = Field(default=FROZEN_SECONDS, ge=1, le=120)


@dataclass(slots=True, kw_only=True)
class FaultSwitches:
    """`services` are the faults of graph, resend, supabase and storage; `media` is what Meta has, `resend` how Resend behaves. A `caller` in a call's scope says which instance made it."""

    services: dict[str, Faults]
    deliveries: tuple[WebhookDelivery, ...]
    instances: Instances
    media: MediaStore
    resend: ResendSwitches
    _switches: Switches = field(default_factory=Switches)
    _armed: dict[FunctionAction, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.services["supabase"].intercept = self._at_supabase
        self.services["graph"].intercept = self._at_graph

    def as_json(self) -> Json:
        return {**self._switches.model_dump(), "armed": sorted(self._armed)}

    def change(self, change: Switches) -> set[str]:
        """Sets the fields that are given. Returns the services whose quota is restored by it."""
        return self._apply(self._switches.changed_by(change))

    def reset(self) -> set[str]:
        """Back to normal operation. Returns what `change` returns."""
        self._armed.clear()
        for instance in self.instances.all():
            instance.thaw()
        return self._apply(Switches())

    def arm(self, action: FunctionAction, seconds: float = 0.0) -> None:
        """KILL_BETWEEN: at the next commit. FREEZE: at the next reply, for so many seconds."""
        self._armed[action] = seconds

    # --- switches ---------------------------------------------------------------------------------------------------

    def _apply(self, wanted: Switches) -> set[str]:
        before, self._switches = self._switches, wanted
        batch_seconds = BATCH_SECONDS if wanted.meta.batch else 0.0
        for delivery in self.deliveries:
            timing = wanted.meta.model_dump(exclude={"batch", "forgotten"})
            delivery.options = DeliveryOptions(**timing, batch_seconds=batch_seconds)
        self.media.has_forgotten = wanted.meta.forgotten
        for name in self.services:
            self._set_mode(name, getattr(wanted, name))
        self.instances.set_two(wanted.two_instances)
        quota = ServiceMode.QUOTA
        return {name for name in self.services if getattr(before, name) is quota is not getattr(wanted, name)}

    def _set_mode(self, name: str, mode: ServiceMode) -> None:
        faults = self.services[name]
        faults.clear()
        if name == "resend":  # over its quota it sends nothing, and can still be read
            self.resend.quota = _RESEND_QUOTA if mode is ServiceMode.QUOTA else ""
        match mode:
            case ServiceMode.SLOW:
                faults.delay(SLOW_SECONDS)
            case ServiceMode.DOWN:
                faults.down()
            case ServiceMode.LOST_ANSWER:
                faults.error_after_effect(drop=True)
            case ServiceMode.QUOTA if name == "graph":
                faults.error(_GRAPH_QUOTA)

    # --- intercepted calls ------------------------------------------------------------------------------------------

    def _at_supabase(self, scope: Scope, _body: bytes) -> Callable[[], None] | None:
        instance = self.instances.calling_as(scope.get("caller", ""))
        if instance is None or not scope["path"].endswith("/rpc/commit_turn"):
            return None
        if self._armed.pop(FunctionAction.KILL_BETWEEN, None) is None:
            return None
        scope["marks"].append("killed")
        return lambda: instance.kill(RESTART_SECONDS)

    def _at_graph(self, scope: Scope, body: bytes) -> None:
        instance = self.instances.calling_as(scope.get("caller", ""))
        if instance is None or scope["method"] != "POST" or not _is_message(body):
            return
        seconds = self._armed.pop(FunctionAction.FREEZE, None)
        if seconds is not None:
            scope["marks"].append("frozen")
            instance.freeze(seconds)


def _is_message(body: bytes) -> bool:
    """Return False for a read receipt, which is posted to the same address."""
    try:
        message = json.loads(body)
    except ValueError:
        return False
    return isinstance(message, dict) and "status" not in message
