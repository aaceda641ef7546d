"""Delivers Resend's webhook for received e-mails, and again until it is answered 2xx: https://resend.com/docs/dashboard/webhooks/retries-and-replays"""

import asyncio
import json
import time
from collections.abc import Callable

import httpx

from emulator.call_log import CallLog, LoggedCall
from emulator.resend.received_mail import ReceivedEmail

# Resend waits longer and longer, for hours; here it is twice a minute, like Meta's webhook.
RETRY_DELAYS = (5.0, *(30.0,) * 2_880)
TIMEOUT_SECONDS = 15.0


class MailDelivery:
    """url: where to; sign: a delivery's body and headers, signed now. What is not delivered at the end of a run is not delivered later."""

    def __init__(
        self,
        url: str,
        sign: Callable[[ReceivedEmail], tuple[bytes, dict[str, str]]],
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
    ) -> None:
        self.call_log = CallLog()
        self._url, self._sign, self._retry_delays = url, sign, retry_delays
        self._retries: set[asyncio.Task[None]] = set()

    async def deliver(self, mail: ReceivedEmail) -> LoggedCall:
        """The first try; its status is 0 if there was no answer. The others follow by themselves."""
        call = await self._try(mail)
        if not _is_accepted(call):
            task = asyncio.create_task(self._retry(mail))
            self._retries.add(task)
            task.add_done_callback(self._retries.discard)
        return call

    async def _retry(self, mail: ReceivedEmail) -> None:
        for pause in self._retry_delays:
            await asyncio.sleep(pause)
            if _is_accepted(await self._try(mail)):
                return

    async def _try(self, mail: ReceivedEmail) -> LoggedCall:
        body, headers = self._sign(mail)
        at, started = time.time(), time.perf_counter()
        async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as client:
            try:
                response = await client.post(self._url, content=body, headers=headers)
                status, answer = response.status_code, response.text
            except httpx.TransportError as error:
                status, answer = 0, type(error).__name__
        call = LoggedCall(
            at=at,
            method="POST",
            path=self._url,
            request=json.loads(body),
            status=status,
            answer=answer,
            duration=time.perf_counter() - started,
        )
        self.call_log.record(call)
        return call


def _is_accepted(call: LoggedCall) -> bool:
    return 200 <= call.status < 300
