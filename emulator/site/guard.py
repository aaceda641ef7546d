"""Keeps the page for this machine's own browser: no other site, and no name that somebody else points at it, gets in."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send


def guard(app: ASGIApp) -> ASGIApp:
    """`app`, for requests that name it 127.0.0.1 or localhost with its port; what changes anything must be JSON."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        refusal = refuse(scope) if scope["type"] == "http" else None
        await (refusal or app)(scope, receive, send)

    return guarded


def refuse(scope: Scope) -> Response | None:
    headers = Headers(scope=scope)
    ours = [f"{name}:{scope['server'][1]}" for name in ("127.0.0.1", "localhost")]
    if headers.get("host") not in ours:
        return PlainTextResponse(f"This page is only for this machine: open http://{ours[0]}/", 403)
    if scope["method"] in {"GET", "HEAD"}:
        return None
    origin = headers.get("origin")
    if origin is not None and origin.removeprefix("http://") not in ours:
        return JSONResponse({"error": "another site has no business here"}, 403)
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return JSONResponse({"error": "send Content-Type: application/json"}, 415)
    return None
