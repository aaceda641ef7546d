"""Delivers webhooks as Meta does: signed, at least once, and not always in order."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto

import httpx

from emulator import Json
from emulator.call_log import CallLog, LoggedCall
from emulator.meta.webhook_payload import encode, merge, sign

# Meta retries at once and then less and less often for seven days; this is enough for a developer.
RETRY_DELAYS = (0.0, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
TIMEOUT_SECONDS = 20.0


@dataclass(slots=True, kw_only=True)
class DeliveryOptions:
    """How webhooks are delivered; may be changed at any time.

    `late`: a delay in seconds. `batch_seconds`: how long webhooks are gathered into one POST (0: not at all).
    `out_of_order`: the next webhook overtakes this one, if it comes within `hold_seconds`.
    """

    twice: bool = False
    late: float = 0.0
    out_of_order: bool = False
    hold_seconds: float = 1.0
    batch_seconds: float = 0.0


class Stage(Enum):
    """How far the delivery of a webhook has come."""

    ACCEPTED = auto()  # Meta will deliver it
    POSTING = auto()  # a POST begins; a batch is one payload here
    POSTED = auto()  # that POST is over
    FINISHED = auto()  # answered 200, or given up


class WebhookDelivery:
    """Posts webhooks from a thread of its own; `close` it at the end.

    Nothing is delivered while `url` is None; `choose_url` is called before each try, for several instances.
    `on_payload` is called with each payload before it leaves, `on_stage` at each stage, with the HTTP status for
    POSTED and FINISHED.
    """

    def __init__(
        self,
        url: str | None,
        app_secret: str,
        *,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
        on_payload: Callable[[Json], None] = lambda _: None,
    ) -> None:
        self.url = url
        self.choose_url: Callable[[], str | None] = lambda: self.url
        self.on_stage: Callable[[Stage, Json, int], None] = lambda _stage, _payload, _status: None
        self.options = DeliveryOptions()
        self.call_log = CallLog()
        self.closed = False
        self._app_secret, self._retry_delays, self._on_payload = app_secret, retry_delays, on_payload
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._client: httpx.AsyncClient | None = None
        self._held: asyncio.Event | None = None
        self._batch: list[Json] = []
        self._batch_post: asyncio.Task[list[int]] | None = None

    def deliver(self, payload: Json, after: float = 0.0) -> "Future[list[int]]":
        """Start the delivery, `after` seconds from now.

        The result is the HTTP status of each try, 0 for a failed connection: the last one is 200 unless all retries
        failed.
        """
        self._on_payload(payload)
        self.on_stage(Stage.ACCEPTED, payload, 0)
        with self._lock:  # or the loop could be stopped between getting it and using it
            loop = self._running_loop()
            return asyncio.run_coroutine_threadsafe(self._deliver(payload, after), loop)

    def reset(self) -> None:
        """Cancel what is under way and forget the call log and the options."""
        self._stop()
        self.options = DeliveryOptions()
        self.call_log.clear()

    def close(self) -> None:
        """End the thread; what is under way is not delivered."""
        self.closed = True
        self._stop()

    async def _deliver(self, payload: Json, after: float) -> list[int]:
        await asyncio.sleep(after + self.options.late)
        if self.options.batch_seconds > 0:
            answers = await self._join_batch(payload)
        elif self.options.out_of_order:
            answers = await self._swap(payload)
        else:
            answers = await self._post(payload)
        self.on_stage(Stage.FINISHED, payload, 200 if 200 in answers else 0)
        return answers

    async def _join_batch(self, payload: Json) -> list[int]:
        self._batch.append(payload)
        if self._batch_post is None:
            self._batch_post = asyncio.create_task(self._post_batch())
        return await asyncio.shield(self._batch_post)

    async def _post_batch(self) -> list[int]:
        await asyncio.sleep(self.options.batch_seconds)
        gathered, self._batch, self._batch_post = self._batch, [], None
        return await self._post(merge(gathered))

    async def _swap(self, payload: Json) -> list[int]:
        """Hold this webhook until the next one has been posted, or post this one and release the one that is held."""
        held, self._held = self._held, None
        if held is not None:
            answers = await self._post(payload)
            held.set()
            return answers
        mine = self._held = asyncio.Event()
        with suppress(TimeoutError):
            await asyncio.wait_for(mine.wait(), self.options.hold_seconds)
        if self._held is mine:
            self._held = None
        return await self._post(payload)

    async def _post(self, payload: Json) -> list[int]:
        copies = 2 if self.options.twice else 1
        tries = await asyncio.gather(*(self._post_until_ok(payload) for _ in range(copies)))
        return [status for statuses in tries for status in statuses]

    async def _post_until_ok(self, payload: Json) -> list[int]:
        answers: list[int] = []
        for pause in self._retry_delays:
            await asyncio.sleep(pause)
            url = self.choose_url()
            if url is None:
                break
            answers.append(await self._try(url, payload))
            if answers[-1] == 200:  # Meta accepts only 200, not even 201
                break
        return answers

    async def _try(self, url: str, payload: Json) -> int:
        body = encode(payload)
        headers = {"content-type": "application/json", "x-hub-signature-256": sign(body, self._app_secret)}
        at, started = time.time(), time.perf_counter()
        self.on_stage(Stage.POSTING, payload, 0)
        try:
            response = await self._http().post(url, content=body, headers=headers)
            status, answer = response.status_code, response.text
        except httpx.TransportError as error:
            status, answer = 0, repr(error)
        duration = time.perf_counter() - started
        self.call_log.record(
            LoggedCall(
                at=at,
                method="POST",
                path=url,
                request=payload,
                status=status,
                answer=answer,
                duration=duration,
            )
        )
        self.on_stage(Stage.POSTED, payload, status)
        return status

    def _http(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False)
        return self._client

    def _running_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._loop.run_forever, name="webhooks", daemon=True)
            self._thread.start()
        return self._loop

    def _stop(self) -> None:
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._cancel_all(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    async def _cancel_all(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
        self._client, self._held, self._batch, self._batch_post = None, None, [], None
