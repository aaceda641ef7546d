"""Hypothesis looks for a sequence of events that breaks an invariant.

Among the events: lost answers, late delivery statuses, expired leases, stopped instances. The sequences are the same each time.
To try new ones: MOSTRADOR_SEQUENCES=2000 make test-all ARGS=tests/protocol/test_random_sequences.py
"""

import os
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

import handlers.customer_messages
import handlers.outbox_sender
import handlers.sweep
from bench.chaos.recording import number_commits, unnumber_commits
from tests.support.database import close_kept_connections
from tests.support.function import World
from tests.support.protocol.held_instances import HeldInstances
from tests.support.protocol.mailed_state_machine import MailedMachine
from tests.support.protocol.state_machine import ProtocolMachine
from tests.support.technician_mailbox import DOMAIN

T = TypeVar("T")
R = TypeVar("R")

_DEFINITION = "select pg_get_functiondef('public.retry_pause'::regproc)"
_AN_HOUR = """
create or replace function public.retry_pause(p_channel text, p_attempts integer, p_seconds double precision) returns interval
language sql volatile as $$ select interval '1 hour' $$
"""
MORE = int(os.environ.get("MOSTRADOR_SEQUENCES", "0"))


def one_at_a_time(_threads: object, function: Callable[[T], R], items: Iterable[T], _at_once: int) -> list[R]:
    return [function(item) for item in items]


@pytest.fixture(autouse=True)
def reproducible(monkeypatch: pytest.MonkeyPatch, world: World) -> Iterator[None]:
    """One thread at a time; no second try within a lease, which only costs time; and none that is due by itself, on a slow machine."""
    with psycopg.connect(world.database_url) as connection:
        (pause,) = connection.execute(_DEFINITION).fetchone() or ("",)
        connection.execute(_AN_HOUR)
    monkeypatch.setattr(handlers.sweep, "side_by_side", one_at_a_time)
    monkeypatch.setattr(handlers.customer_messages, "side_by_side", one_at_a_time)
    monkeypatch.setattr(handlers.outbox_sender, "_RETRY_PAUSES", (0.0,))
    yield
    with psycopg.connect(world.database_url) as connection:
        connection.execute(pause)


@pytest.fixture
def numbered(world: World) -> Iterator[World]:
    """Technicians act, too: the order of the commits is not that of the versions."""
    number_commits(world.database_url)
    yield world
    world.close()
    close_kept_connections(world.database_url)
    unnumber_commits(world.database_url)


def run(machine: type[ProtocolMachine], world: World) -> None:
    """Try sequences of the machine's rules."""
    machine = type("Machine", (machine,), {"shared": HeldInstances(world)})
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


@pytest.mark.timeout(0 if MORE else 600)
@pytest.mark.slow
def test_no_sequence_breaks_an_invariant(world: World) -> None:
    run(ProtocolMachine, world)


@pytest.mark.timeout(0 if MORE else 600)
@pytest.mark.slow
def test_nor_does_one_with_answers_by_e_mail(numbered: World) -> None:
    numbered.settings["INBOUND_EMAIL_DOMAIN"] = DOMAIN
    run(MailedMachine, numbered)
