"""Responses: plain text for machines, and pages for technicians with no script, nothing from elsewhere and nothing kept."""

from typing import Final

from flask import Response

from messages.page.layout import style_source

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address is the key to the ticket
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def plain(text: str, status: int) -> Response:
    """An answer for a machine: plain text, so that nothing in it is ever read as a page."""
    return Response(text, status=status, mimetype="text/plain")


def page(html: str, status: int) -> Response:
    """A page. Its one style sheet is let in by its hash; pictures and sounds come from here alone."""
    policy = (
        f"default-src 'none'; style-src {style_source()}; img-src 'self'; media-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {**HEADERS, "Content-Security-Policy": policy}
    return Response(html, status=status, mimetype="text/html", headers=headers)


def see_other(place: str) -> Response:
    """303: what was posted is done, and reading it again does nothing."""
    return Response(status=303, headers={**HEADERS, "Location": place})
