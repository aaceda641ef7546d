"""What `make run TUNNEL=...` has around it: a tunnel, another desk, and a Meta that is real to the function."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from emulator.serving import serve_in_thread

THEIR_TOKEN = "of-the-other-desk"


@dataclass(slots=True, kw_only=True)
class Desk:
    """A deployed desk, as far as Meta verifies it: any path, with THEIR_TOKEN, unless it is `away`."""

    url: str = ""
    away: bool = False

    async def verify(self, request: Request) -> Response:
        if self.away or request.query_params.get("hub.verify_token") != THEIR_TOKEN:
            return PlainTextResponse("no", 403)
        return PlainTextResponse(request.query_params["hub.challenge"])


@contextmanager
def another_desk() -> Iterator[Desk]:
    desk = Desk()
    with serve_in_thread(Starlette(routes=[Route("/{path:path}", desk.verify)])) as url:
        desk.url = f"{url}/"
        yield desk


@contextmanager
def tunnel_to(port: int) -> Iterator[str]:
    """Forwards every call to this port, as cloudflared does. Yields its address."""

    async def forward(request: Request) -> Response:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            try:
                answer = await client.request(
                    request.method,
                    f"http://127.0.0.1:{port}{request.url.path}",
                    params=request.query_params,
                    content=await request.body(),
                    headers={
                        name: value for name, value in request.headers.items() if name != "content-length"
                    },
                )
            except httpx.TransportError:
                return PlainTextResponse("Bad gateway", 502)
        return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))

    with serve_in_thread(
        Starlette(routes=[Route("/{path:path}", forward, methods=["GET", "POST"])]), patience=1
    ) as url:
        yield url
