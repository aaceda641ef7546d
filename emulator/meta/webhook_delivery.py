"""Brings webhooks to the bot as Meta does: signed, at least once, and not always in order."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import asdict

import httpx

from emulator.call_list import Ledger
from emulator.meta.customers import merge
from emulator.meta.webhook_behaviour import Habits as Habits
from emulator.meta.webhook_behaviour import Stage as Stage
from emulator.meta.webhook_behaviour import Watch
from emulator.meta.wire import Json, encode, sign

# Meta tries at once and then ever more seldom for seven days; nobody waits that long at a desk.
SCHEDULE = (0.0, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
TIMEOUT_SECONDS = 20.0


class WebhookDelivery:
    """Posts in a thread of its own, so that it can be used from anywhere; `close` it at the end.

    `url` None delivers nothing; `choose_url` is asked before each try, for more than one instance. `noted` is told of
    each payload before it leaves, `watch` of each stage, with the status of TRIED and OVER.
    """

    def __init__(
        self,
        url: str | None,
        app_secret: str,
        *,
        schedule: tuple[float, ...] = SCHEDULE,
        noted: Callable[[Json], None] | None = None,
    ) -> None:
        self.url = url
        self.choose_url: Callable[[], str | None] = lambda: self.url
        self.watch: Watch = lambda _stage, _payload, _status: None
        self.habits = Habits()
        self.ledger = Ledger()
        self.closed = False
        self._app_secret = app_secret
        self._schedule = schedule
        self._noted = noted
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._client: httpx.AsyncClient | None = None
        self._held: asyncio.Event | None = None
        self._batch: list[Json] = []
        self._batched: asyncio.Task[list[int]] | None = None

    def deliver(self, payload: Json, after: float = 0.0) -> "Future[list[int]]":
        """Starts the delivery, `after` seconds from now.

        The result is the HTTP status of each try, 0 for a broken connection: the last one is 200 unless
        all tries of the schedule were in vain.
        """
        if self._noted is not None:
            self._noted(payload)
        self.watch(Stage.TAKEN, payload, 0)
        with self._lock:  # or the loop could be stopped between asking for it and using it
            loop = self._running_loop()
            return asyncio.run_coroutine_threadsafe(self._deliver(payload, after), loop)

    def reset(self) -> None:
        """Forgets what is under way, the ledger and the habits."""
        self._stop()
        self.habits = Habits()
        self.ledger.clear()

    def close(self) -> None:
        """Ends the thread; what was under way is not delivered."""
        self.closed = True
        self._stop()

    def as_json(self) -> Json:
        return {"url": self.url, **asdict(self.habits)}

    async def _deliver(self, payload: Json, after: float) -> list[int]:
        answers = await self._bring(payload, after)
        self.watch(Stage.OVER, payload, 200 if 200 in answers else 0)
        return answers

    async def _bring(self, payload: Json, after: float) -> list[int]:
        await asyncio.sleep(after + self.habits.late)
        if self.habits.batch_seconds > 0:
            return await self._join_batch(payload)
        if self.habits.out_of_order:
            return await self._swap(payload)
        return await self._post(payload)

    async def _join_batch(self, payload: Json) -> list[int]:
        self._batch.append(payload)
        if self._batched is None:
            self._batched = asyncio.create_task(self._post_batch())
        return await asyncio.shield(self._batched)

    async def _post_batch(self) -> list[int]:
        await asyncio.sleep(self.habits.batch_seconds)
        gathered, self._batch, self._batched = self._batch, [], None
        return await self._post(merge(gathered))

    async def _swap(self, payload: Json) -> list[int]:
        held, self._held = self._held, None
        if held is not None:
            answers = await self._post(payload)
            held.set()
            return answers
        mine = self._held = asyncio.Event()
        with suppress(TimeoutError):
            await asyncio.wait_for(mine.wait(), self.habits.hold_seconds)
        if self._held is mine:
            self._held = None
        return await self._post(payload)

    async def _post(self, payload: Json) -> list[int]:
        copies = 2 if self.habits.twice else 1
        tries = await asyncio.gather(*(self._post_until_ok(payload) for _ in range(copies)))
        return [status for statuses in tries for status in statuses]

    async def _post_until_ok(self, payload: Json) -> list[int]:
        answers: list[int] = []
        for pause in self._schedule:
            await asyncio.sleep(pause)
            url = self.choose_url()
            if url is None:
                break
            answers.append(await self._try(url, payload))
            if answers[-1] == 200:  # Meta takes nothing else for an answer, not even 201
                break
        return answers

    async def _try(self, url: str, payload: Json) -> int:
        body = encode(payload)
        headers = {"content-type": "application/json", "x-hub-signature-256": sign(body, self._app_secret)}
        at, started = time.time(), time.perf_counter()
        status, answer = 0, ""
        self.watch(Stage.TRYING, payload, 0)
        try:
            response = await self._http().post(url, content=body, headers=headers)
            status, answer = response.status_code, response.text
        except httpx.TransportError as error:
            answer = repr(error)
        self.ledger.record(
            at=at,
            method="POST",
            path=url,
            request=payload,
            status=status,
            answer=answer,
            duration=time.perf_counter() - started,
        )
        self.watch(Stage.TRIED, payload, status)
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
        asyncio.run_coroutine_threadsafe(self._abandon(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    async def _abandon(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        if self._client is not None:
            await self._client.aclose()
        self._client, self._held, self._batch, self._batched = None, None, [], None
