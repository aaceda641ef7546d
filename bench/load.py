"""Sends visits to instances: as fast as they are answered, or at their appointed times whatever the answers do."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bench.line import Lines
from bench.talk import Visit

_SEED: Final = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What a run brought. Seconds; `late`: how much later than appointed the generator itself was, at the 99th percentile."""

    messages: int
    seconds: float
    latencies: tuple[float, ...]
    late: float = 0.0

    @property
    def rate(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of them do not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def greet(ports: Sequence[int], visits: Iterable[Visit], connections: int) -> None:
    """Every customer says hello, so that the instance knows them."""
    alone = [Visit(greeting=b"", messages=(visit.greeting,)) for visit in visits]
    closed(ports, alone, connections)


def closed(ports: Sequence[int], visits: Sequence[Visit], connections: int) -> Sent:
    """Closed loop: so many customers at once, each writes as soon as they are answered. Raises RuntimeError for all but 200.

    With several ports each message goes to any of them, as a platform does it.
    """
    waiting, latencies = iter(visits), list[float]()
    dice = random.Random(_SEED)  # noqa: S311 - repeatable on purpose

    async def play() -> None:
        lines = {port: Lines(port) for port in ports}
        for visit in waiting:
            for message in visit.messages:
                started = time.perf_counter()
                head, _ = await lines[dice.choice(ports)].call(message)
                latencies.append(time.perf_counter() - started)
                _check(head)
        for line in lines.values():
            line.close()

    async def all_of_them() -> float:
        started = time.perf_counter()
        await asyncio.gather(*(play() for _ in range(connections)))
        return time.perf_counter() - started

    seconds = asyncio.run(all_of_them())
    return Sent(messages=len(latencies), seconds=seconds, latencies=tuple(latencies))


def opened(port: int, visits: Sequence[Visit], rate: float) -> Sent:
    """Open loop: messages arrive at random, `rate` a second on the average, and each waits from its appointed time on.

    Neighbouring arrivals are of different customers: everybody says their first sentence before anyone says a second.
    """
    rounds = zip(*(visit.messages for visit in visits), strict=True)
    messages = list(itertools.chain.from_iterable(rounds))
    appointed = list(itertools.accumulate(_gaps(rate, len(messages))))
    latencies, late = list[float](), list[float]()

    async def send(lines: Lines, message: bytes, at: float, origin: float) -> None:
        await asyncio.sleep(max(0.0, origin + at - time.perf_counter()))
        late.append(time.perf_counter() - origin - at)
        head, _ = await lines.call(message)
        latencies.append(time.perf_counter() - origin - at)
        _check(head)

    async def all_of_them() -> None:
        lines, origin = Lines(port), time.perf_counter() + 0.1
        await asyncio.gather(
            *(send(lines, message, at, origin) for message, at in zip(messages, appointed, strict=True))
        )
        lines.close()

    asyncio.run(all_of_them())
    return Sent(
        messages=len(messages),
        seconds=appointed[-1],
        latencies=tuple(latencies),
        late=percentile(late, 0.99),
    )


def _gaps(rate: float, count: int) -> Iterator[float]:
    dice = random.Random(_SEED)  # noqa: S311
    return (dice.expovariate(rate) for _ in range(count))


def _check(head: bytes) -> None:
    if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.0 200")):
        raise RuntimeError(head.decode(errors="replace"))
