"""Limits the page to this machine's own browser, and each kind of content to what it may load."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from emulator.meta.media import Media
from emulator.resend.email_rules import SentEmail

_PAGE_CSP = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; frame-src 'self'; style-src 'self'; "
    "script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# An e-mail is foreign HTML: no script, no origin, no picture from elsewhere. Its button opens a new window.
_MAIL_CSP = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
)
_FILE_CSP = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": _PAGE_CSP,
}
_INLINE_TYPES = ("image/", "audio/", "video/")


def guard(app: ASGIApp) -> ASGIApp:
    """`app` with the headers above, for requests to 127.0.0.1 or localhost; what changes anything must be JSON."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = _refusal(scope) if scope["type"] == "http" else None
        await (refusal or app)(scope, receive, send_with_headers)

    return guarded


def _refusal(scope: Scope) -> Response | None:
    """Of DNS rebinding, by the Host header; of other sites' forms and scripts, by Origin and Content-Type."""
    headers = Headers(scope=scope)
    hosts = [f"{name}:{scope['server'][1]}" for name in ("127.0.0.1", "localhost")]
    if headers.get("host") not in hosts:
        return PlainTextResponse(f"This page is only for this machine: open http://{hosts[0]}/", 403)
    if scope["method"] in {"GET", "HEAD"}:
        return None
    origin = headers.get("origin")
    if origin is not None and origin.removeprefix("http://") not in hosts:
        return JSONResponse({"error": "requests of other sites are not accepted"}, 403)
    if headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return JSONResponse({"error": "send Content-Type: application/json"}, 415)
    return None


def mail_response(mail: SentEmail) -> Response:
    """Its HTML, for an iframe."""
    html = f'<!doctype html><base target="_blank">{mail.html or ""}'
    headers = {"content-security-policy": _MAIL_CSP}
    return Response(html, media_type="text/html; charset=utf-8", headers=headers)


def file_response(media: Media) -> Response:
    """A customer's file: pictures, sounds and videos are shown; anything else is downloaded."""
    headers = {"content-security-policy": _FILE_CSP}
    if not media.mime_type.startswith(_INLINE_TYPES):
        headers["content-disposition"] = "attachment"
    is_header_text = media.mime_type.isascii() and media.mime_type.isprintable()
    media_type = media.mime_type if is_header_text else "application/octet-stream"
    return Response(media.content, media_type=media_type, headers=headers)
