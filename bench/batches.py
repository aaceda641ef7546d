"""One call of Meta's with as much in it as there may be: 1,000 messages of as many customers, 1,000 delivery statuses.

Meta batches what it could not deliver, so these come after an outage. Nobody else may wait for them.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from urllib3 import HTTPConnectionPool

from bench.config import Config
from bench.environment import Environment
from bench.instance import WARM, Instance
from bench.load_generator import post
from bench.report import Report
from bench.workload import batch_of_messages, batch_of_statuses, new_visit

_MEANWHILE_SECONDS: Final = 0.4  # after the batch was posted, somebody else writes
_TIMEOUT_SECONDS: Final = 120.0
_UNCLEAR: Final = """
update public.outbox set status = 'unknown', provider_id = null, done_at = null, next_at = now() + interval '1 hour'
 where channel = 'whatsapp' and status = 'sent'
returning dedup_key
"""


def measure(config: Config, environment: Environment, report: Report) -> None:
    """A fresh instance each time, which knows nobody."""
    size = config.batch
    for _ in range(config.rounds):
        environment.set_delays()
        environment.pass_an_hour()
        with environment.instance(WARM) as instance:
            instance.ready()
            seconds, other = _messages(instance, size)
            instance.when_idle()
        report.add(f"one call with {size:,} messages of as many customers", "s", WARM.name, seconds)
        report.add("until 200 for somebody else meanwhile", "ms", WARM.name, other * 1000)
        for name, count in environment.set_delays().items():
            report.add(f"calls per message of such a call: {name}", "", WARM.name, count / (size + 2))
        keys = [row["dedup_key"] for row in environment.query(_UNCLEAR)][:size]
        with environment.instance(WARM) as instance:
            instance.ready()
            seconds = _post(instance, batch_of_statuses(keys))
        report.add(f"one call with {size:,} delivery statuses", "s", WARM.name, seconds)


def _messages(instance: Instance, size: int) -> tuple[float, float]:
    """The seconds that the batch took, and the message that was posted meanwhile."""
    first, second = new_visit().messages[:2]
    _post(instance, first)
    with ThreadPoolExecutor(1) as pool:
        batch = batch_of_messages(size)
        whole = pool.submit(_post, instance, batch)
        time.sleep(_MEANWHILE_SECONDS)
        other = _post(instance, second)
        return whole.result(), other


def _post(instance: Instance, body: bytes) -> float:
    """Returns the seconds until its 200."""
    started = time.perf_counter()
    with HTTPConnectionPool("127.0.0.1", instance.port, timeout=_TIMEOUT_SECONDS) as client:
        post(client, body)
    return time.perf_counter() - started
