"""Meta's delivery statuses: it reports each message that it accepted as sent, as delivered and as read, in three webhook calls.

Each goes to any of the instances that are measured: Meta does not know instances.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Final

from bench.raw_http import Connection
from bench.workload import customer_of, headers
from emulator import Json
from emulator.meta.sent_message import SentMessage, status_webhook
from emulator.meta.users import Person, read_recipient
from emulator.meta.webhook_payload import encode, new_wamid

# The earliest and the latest second after Meta accepted the message.
DELAYS: Final = {"sent": (0.15, 0.25), "delivered": (0.4, 0.6), "read": (1.0, 2.0)}
_SEED: Final = 11
_MAX_CONNECTIONS: Final = 64  # as many as the load generator has
_BROKEN: Final = (asyncio.IncompleteReadError, ConnectionError)


def sent_message(message: Json, wamid: str, at: float) -> SentMessage:
    """A message to one of the workload's customers that Meta accepted, `at` in unix seconds."""
    recipient = read_recipient(message)
    customer = customer_of(recipient.identity)
    person = Person(name=customer.name, wa_id=customer.wa_id, user_id=customer.user_id)
    return SentMessage(wamid=wamid, at=at, recipient=recipient, person=person, document=message)


class StatusWebhooks:
    """To be used in one event loop. `on_answer` is called after each webhook call that was answered 200."""

    def __init__(self, on_answer: Callable[[], None]) -> None:
        self._on_answer = on_answer
        self._ports: Sequence[int] = ()
        self._scale = 1.0
        self._random = random.Random(_SEED)  # noqa: S311 - repeatable on purpose
        self._tasks: set[asyncio.Task[None]] = set()
        self._idle: defaultdict[int, list[Connection]] = defaultdict(list)
        self._slots = asyncio.Semaphore(_MAX_CONNECTIONS)

    @property
    def pending(self) -> int:
        """Webhook calls that are not answered yet."""
        return sum(not task.done() for task in self._tasks)

    def aim(self, ports: Sequence[int], scale: float) -> None:
        """From now on accepted messages are reported to these ports, none to none; delays are multiplied by `scale`."""
        self._ports, self._scale = ports, scale
        for connection in (one for idle in self._idle.values() for one in idle):
            connection.close()
        self._idle.clear()

    def report(self, message: Json, wamid: str, after: float = 0.0) -> None:
        """Report a message that Meta accepts `after` so many seconds from now."""
        if not self._ports:
            return
        sent = sent_message(message, wamid, time.time() + after)
        for name, (earliest, latest) in DELAYS.items():
            delay = after + self._random.uniform(earliest, latest) * self._scale
            self._tasks.add(asyncio.create_task(self._deliver(sent, name, delay)))

    def report_many(self, count: int, seconds: float) -> None:
        """What would be reported of a bot that sent as many messages in this time, evenly."""
        for number in range(count):
            self.report({"to": customer_of("1").wa_id}, new_wamid(), after=number * seconds / count)

    async def finish(self) -> None:
        """Wait until every call is answered. Raises RuntimeError if one was not answered 200."""
        while self._tasks:
            tasks, self._tasks = self._tasks, set()
            for error in await asyncio.gather(*tasks, return_exceptions=True):
                if error is not None:
                    raise RuntimeError(f"a delivery status: {error!r}")

    async def _deliver(self, sent: SentMessage, name: str, delay: float) -> None:
        await asyncio.sleep(delay)
        port = self._random.choice(self._ports)
        async with self._slots:
            answer = await self._post(port, _request(encode(status_webhook(sent, name, time.time()))))
        if answer.split(b" ", 2)[1] != b"200":
            raise RuntimeError(answer.decode(errors="replace"))
        self._on_answer()

    async def _post(self, port: int, request: bytes) -> bytes:
        idle = self._idle[port]
        connection = idle.pop() if idle else Connection(port)
        try:
            answer = await connection.call(request)
        except _BROKEN:  # the server closed it meanwhile: sent again, as Meta does
            connection.close()
            answer = await connection.call(request)
        idle.append(connection)
        return answer


def _request(body: bytes) -> bytes:
    lines = {"host": "127.0.0.1", "content-length": str(len(body)), **headers(body)}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST / HTTP/1.1\r\n{head}\r\n".encode() + body
