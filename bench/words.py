"""How long a technician's words take from the form on the ticket's page to Meta, with realistic latencies of the services."""

import re
import time
from datetime import UTC, datetime
from typing import Final

import httpx

from bench.config import Config
from bench.environment import Environment
from bench.instance import WARM, Instance
from bench.load_generator import closed_loop
from bench.report import Report
from bench.workload import new_visit
from emulator.function import LINK_KEY, MAILBOX
from handlers.signed_links import SignedLinks
from state.model.technician import Technician

_FIELD: Final = re.compile(r'name="(key|seen)" value="([^"]*)"')
_BETWEEN_SECONDS: Final = 1.0  # nobody writes faster
_POLL_SECONDS: Final = 0.005
_PATIENCE_SECONDS: Final = 10.0


def measure(config: Config, environment: Environment, report: Report) -> None:
    """Raises RuntimeError if an answer is not sent."""
    with environment.instance(WARM) as instance:
        instance.ready()
        environment.set_delays()
        environment.pass_an_hour()
        closed_loop([instance.port], [new_visit()], 1)
        time.sleep(_BETWEEN_SECONDS)
        environment.set_delays(rest=config.supabase_seconds, graph=config.graph_seconds)
        (newest,) = environment.query("select code from public.tickets order by id desc limit 1")
        for number in range(config.answers):
            answered, accepted = _answer(environment, instance, newest["code"], number)
            report.add(
                "a technician's answer, until the page is there again", "ms", WARM.name, answered * 1000
            )
            report.add("a technician's answer, until Meta has taken it", "ms", WARM.name, accepted * 1000)
            time.sleep(_BETWEEN_SECONDS)
    environment.set_delays()


def _answer(environment: Environment, instance: Instance, code: str, number: int) -> tuple[float, float]:
    """The seconds from the POST to its answer, and to Meta's. Nobody says the same twice."""
    technician = Technician(address=MAILBOX).id
    path = SignedLinks("", [LINK_KEY]).ticket_page(code, technician, datetime.now(UTC))
    with httpx.Client(base_url=f"http://127.0.0.1:{instance.port}", trust_env=False) as browser:
        form = dict(_FIELD.findall(browser.get(path).text))
        environment.accepted()
        started = time.monotonic()
        sent = browser.post(
            path,
            data={**form, "action": "answer", "text": f"Prueba con el cable {number}.", "author": "Marta"},
        )
        answered = time.monotonic() - started
        if sent.status_code != 303:
            raise RuntimeError(f"the form was answered {sent.status_code}")
    while time.monotonic() - started < _PATIENCE_SECONDS:
        if accepted := environment.accepted():
            return answered, accepted[0] - started
        time.sleep(_POLL_SECONDS)
    raise RuntimeError("the answer did not leave")
