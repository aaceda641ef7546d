"""Addresses from which anybody who knows them can download a file for an hour, as Resend signs them."""

import secrets
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from emulator import Json
from emulator.resend.account import timestamp
from emulator.stand_in import base_url

URL_SECONDS = 3600.0
MAX_URLS = 10_000
_REFUSAL = '<?xml version="1.0" encoding="UTF-8"?><Error><Code>AccessDenied</Code></Error>'


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    until: float
    content_type: str
    content: bytes = field(repr=False)


class Downloads:
    """clock: unix seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._offers: OrderedDict[str, _Offer] = OrderedDict()

    def offer(self, content: bytes, content_type: str, request: Request) -> Json:
        """A new address, with the time until which it is good. request: the call that asks for it."""
        token, until = secrets.token_urlsafe(24), self._clock() + URL_SECONDS
        self._offers[token] = _Offer(until=until, content_type=content_type, content=content)
        while len(self._offers) > MAX_URLS:
            self._offers.popitem(last=False)
        return {"download_url": f"{base_url(request)}/downloads/{token}", "expires_at": timestamp(until)}

    async def serve(self, request: Request) -> Response:
        offer = self._offers.get(request.path_params["token"])
        if offer is None or offer.until <= self._clock():
            return Response(_REFUSAL, 403, media_type="application/xml")
        return Response(offer.content, headers={"content-type": offer.content_type})
