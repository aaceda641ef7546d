"""Sends visits to instances: as fast as they are answered (closed loop), or at scheduled times (open loop)."""

import itertools
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from urllib3 import HTTPConnectionPool, Retry

from bench.workload import Visit, headers

_SEED: Final = 11
_MAX_CONNECTIONS: Final = 64
# A connection that the server has closed meanwhile: sent again, as Meta does.
_RETRY: Final = Retry(1, allowed_methods=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """In seconds. `late`: by how much the generator itself missed its schedule, at the 99th percentile."""

    messages: int
    seconds: float
    latencies: Sequence[float]
    late: float = 0.0

    @property
    def rate(self) -> float:
        """Messages per second."""
        return self.messages / self.seconds


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of them do not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def closed_loop(ports: Sequence[int], visits: Sequence[Visit], connections: int) -> LoadResult:
    """`connections` messages at once, the next as soon as one is answered, to any of the ports.

    No customer writes a second message before everyone's first is answered: they read for a while, as people do.
    Raises RuntimeError for any answer but 200.
    """
    clients = [_client(port) for port in ports]
    choose = random.Random(_SEED).choice  # noqa: S311 - repeatable on purpose
    latencies: list[float] = []

    def send(message: bytes) -> None:
        started = time.perf_counter()
        post(choose(clients), message)
        latencies.append(time.perf_counter() - started)

    started = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        for turn in zip(*(visit.messages for visit in visits), strict=True):
            list(pool.map(send, turn))  # raises what a thread raised
    seconds = time.perf_counter() - started
    return LoadResult(messages=len(latencies), seconds=seconds, latencies=latencies)


def open_loop(port: int, visits: Sequence[Visit], rate: float) -> LoadResult:
    """Messages arrive at random, `rate` per second on average; latency counts from the scheduled time.

    Every customer writes their first message before anyone writes a second. Raises RuntimeError for any answer but 200.
    """
    client = _client(port)
    turns = zip(*(visit.messages for visit in visits), strict=True)
    messages = list(itertools.chain.from_iterable(turns))
    gap = random.Random(_SEED).expovariate  # noqa: S311 - repeatable on purpose
    schedule = list(itertools.accumulate(gap(rate) for _ in messages))
    latencies, late = list[float](), list[float]()
    origin = time.perf_counter() + 0.1

    def send(message: bytes, at: float) -> None:
        time.sleep(max(0.0, origin + at - time.perf_counter()))
        late.append(time.perf_counter() - origin - at)
        post(client, message)
        latencies.append(time.perf_counter() - origin - at)

    with ThreadPoolExecutor(_MAX_CONNECTIONS) as pool:
        list(pool.map(send, messages, schedule))
    return LoadResult(
        messages=len(messages), seconds=schedule[-1], latencies=latencies, late=percentile(late, 0.99)
    )


def post(client: HTTPConnectionPool, body: bytes) -> None:
    answer = client.request("POST", "/", body=body, headers=headers(body), retries=_RETRY)
    if answer.status != 200:
        raise RuntimeError(f"{answer.status}: {answer.data.decode(errors='replace')}")


def _client(port: int) -> HTTPConnectionPool:
    return HTTPConnectionPool("127.0.0.1", port, maxsize=_MAX_CONNECTIONS)
