"""What a browser may load, each kind under a policy of its own: the page, a mail, a file that a customer sent."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import FileResponse, PlainTextResponse, Response

from emulator.meta.media import Media
from emulator.resend.email_rules import Mail

PAGE = Path(__file__).with_name("page")
HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
_PAGE_CSP = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; frame-src 'self'; style-src 'self'; "
    "script-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A mail is somebody else's HTML: no script, no origin, no picture from elsewhere. Its button opens a window of its own.
_MAIL_CSP = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; "
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
)
_FILE_CSP = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
_SHOWN_IN_PLACE = ("image/", "audio/", "video/")


def page_file(name: str) -> Response:
    """One of the files in page/, and no other."""
    known = {file.name: file for file in PAGE.glob("*.*")}
    if name not in known:
        return _nothing_here()
    return FileResponse(known[name], headers={**HEADERS, "content-security-policy": _PAGE_CSP})


def mail_page(mail: Mail | None) -> Response:
    """Its HTML, for an iframe."""
    if mail is None:
        return _nothing_here()
    html = f'<!doctype html><base target="_blank">{mail.html or ""}'
    headers = {**HEADERS, "content-security-policy": _MAIL_CSP}
    return Response(html, media_type="text/html; charset=utf-8", headers=headers)


def sent_file(media: Media | None) -> Response:
    """Pictures and sounds are shown; anything else is for the disk, whatever it says it is."""
    if media is None:
        return _nothing_here()
    headers = {**HEADERS, "content-security-policy": _FILE_CSP}
    if not media.mime_type.startswith(_SHOWN_IN_PLACE):
        headers["content-disposition"] = "attachment"
    return Response(media.content, media_type=_ascii(media.mime_type), headers=headers)


def _ascii(mime_type: str) -> str:
    """A header can hold nothing else."""
    return mime_type if mime_type.isascii() and mime_type.isprintable() else "application/octet-stream"


def _nothing_here() -> Response:
    return PlainTextResponse("There is nothing here.", 404, headers=HEADERS)
