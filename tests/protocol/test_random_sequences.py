"""Hypothesis looks for a sequence of events that breaks an invariant.

Among the events: lost answers, late delivery statuses, expired leases, stopped instances. The sequences are the same each time.
To try new ones: MOSTRADOR_SEQUENCES=2000 make test-all ARGS=tests/protocol/test_random_sequences.py
"""

import os
from collections.abc import Callable, Iterable
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

import handlers.customer_messages
import handlers.outbox_sender
import handlers.sweep
from tests.support.function import World
from tests.support.protocol.held_instances import HeldInstances
from tests.support.protocol.state_machine import ProtocolMachine

T = TypeVar("T")
R = TypeVar("R")

MORE = int(os.environ.get("MOSTRADOR_SEQUENCES", "0"))


def one_at_a_time(_threads: object, function: Callable[[T], R], items: Iterable[T], _at_once: int) -> list[R]:
    return [function(item) for item in items]


@pytest.mark.timeout(0 if MORE else 600)
@pytest.mark.slow
def test_no_sequence_breaks_an_invariant(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    # One thread at a time, so that a sequence is reproducible; and no second try within a lease, which only costs time.
    monkeypatch.setattr(handlers.sweep, "side_by_side", one_at_a_time)
    monkeypatch.setattr(handlers.customer_messages, "side_by_side", one_at_a_time)
    monkeypatch.setattr(handlers.outbox_sender, "_RETRY_PAUSES", (0.0,))
    machine = type("Machine", (ProtocolMachine,), {"shared": HeldInstances(world)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=MORE or 60,
            stateful_step_count=50 if MORE else 30,
            derandomize=not MORE,
            database=None,
            deadline=None,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
