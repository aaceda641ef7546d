"""`python -m bench.mails`: many tickets at once over two instances, and a Resend that accepts ten requests a second, without bursts.

Says how many e-mails left without a sweep, how often Resend refused one, and how long it took. Everything is as it is deployed but
for the services, which are the emulator's, in this process.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import psycopg
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import HTTPError

from bench.chaos.environment import Environment
from bench.chaos.scenario import Scenario
from bench.load_generator import post
from emulator.function import Function
from emulator.meta.customer import Customer
from emulator.meta.webhook_payload import encode
from emulator.resend.resend_api import REQUESTS_PER_SECOND
from emulator.supabase.project import exit_on_signals, local_supabase

_CONNECTIONS: Final = 16
_DELIVERIES: Final = 20
_PATIENCE: Final = 3.0  # times what the rate allows
_STATES: Final = """
select count(*) filter (where status = 'sent'), count(*) filter (where status = 'dead'), coalesce(max(attempts), 0)
  from public.outbox where channel = 'email'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """mailed: e-mails that Resend accepted, each counted once; attempts: the most of any row; refused: answers 429.

    Seconds, from the first confirmation: until the last ticket was opened, until the last e-mail was accepted, and what the rate
    allows at best.
    """

    tickets: int
    mailed: int
    doubled: int
    dead: int
    attempts: int
    refused: int
    opened_seconds: float
    mailed_seconds: float
    best_seconds: float


def main() -> None:
    exit_on_signals()
    parser = argparse.ArgumentParser(prog="python -m bench.mails", description=__doc__)
    parser.add_argument("--tickets", type=int, default=480)
    parser.add_argument("--instances", type=int, default=2)
    parser.add_argument("--technicians", type=int, default=1)
    options = parser.parse_args()
    print(json.dumps(asdict(measure(options.tickets, options.instances, options.technicians))))


def measure(tickets: int, instances: int, technicians: int = 1) -> Result:
    """Each technician gets an e-mail for each ticket. Raises RuntimeError if a message is never answered 200."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mails-")))
        supabase = stack.enter_context(local_supabase())
        environment = Environment(Scenario(seed=0, statuses=False), supabase)
        stack.enter_context(environment.serve())
        team = ", ".join(f"t{number}@example.com" for number in range(technicians))
        ports = [_start(stack, environment, f"{number}", folder, team) for number in range(instances)]
        say = _speaker(environment, ports)
        customers = [
            Customer(name=f"Cliente {n}", wa_id=f"54911{n:08}", user_id=None) for n in range(tickets)
        ]
        say(customers, "mi impresora no imprime y se traba")
        started, before = time.time(), len(environment.calls["resend"].all())
        say(customers, "sí")
        opened = time.time()
        best = tickets * technicians / REQUESTS_PER_SECOND
        dead, attempts = _wait(supabase.database_url, tickets, _PATIENCE * best + 30)
        mails = environment.resend.messages
        keys = {mail.key for mail in mails}
        calls = environment.calls["resend"].all()[before:]
        return Result(
            tickets=tickets,
            mailed=len(keys),
            doubled=len(mails) - len(keys),
            dead=dead,
            attempts=attempts,
            refused=sum(call.status == 429 for call in calls),
            opened_seconds=round(opened - started, 1),
            mailed_seconds=round(max((mail.at for mail in mails), default=started) - started, 1),
            best_seconds=best,
        )


def _start(stack: ExitStack, environment: Environment, name: str, folder: Path, team: str) -> int:
    settings = environment.settings(name) | {"SUPPORT_EMAIL_TO": team}
    function = Function("webhook", settings, folder / f"{name}.log")
    stack.callback(function.kill)
    function.start()
    return function.port


def _speaker(environment: Environment, ports: Sequence[int]) -> Callable[[Sequence[Customer], str], None]:
    """Lets all customers say the same, many at once, each to an instance of their own."""
    clients = [HTTPConnectionPool("127.0.0.1", port, maxsize=_CONNECTIONS) for port in ports]

    def say(customers: Sequence[Customer], text: str) -> None:
        payloads = [customer.webhook(customer.text(text)) for customer in customers]
        for payload in payloads:
            environment.graph.users.learn_payload(payload)
        with ThreadPoolExecutor(_CONNECTIONS) as pool:
            chosen = (clients[n % len(clients)] for n in range(len(payloads)))
            list(pool.map(_deliver, chosen, map(encode, payloads)))  # raises what a thread raised

    return say


def _deliver(client: HTTPConnectionPool, body: bytes) -> None:
    """Again until it is answered 200, as Meta does: the services share the machine. Raises RuntimeError if it never is."""
    for _ in range(_DELIVERIES):
        with suppress(RuntimeError, HTTPError):
            return post(client, body)
        time.sleep(0.5)
    return post(client, body)


def _wait(database_url: str, tickets: int, seconds: float) -> tuple[int, int]:
    """Until every e-mail has left or was given up, or time is up: how many were given up, and the most attempts of one."""
    deadline = time.monotonic() + seconds
    with psycopg.connect(database_url, autocommit=True) as connection:
        while True:
            sent, dead, attempts = connection.execute(_STATES).fetchone() or (0, 0, 0)
            if sent + dead >= tickets or time.monotonic() > deadline:
                return dead, attempts
            print(f"  {sent} sent, {dead} dead", file=sys.stderr)
            time.sleep(1.0)


if __name__ == "__main__":
    main()
