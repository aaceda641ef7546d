"""Responses: plain text for machines; for technicians pages without scripts, external content or caching."""

from typing import Final

from flask import Response

from messages.page.layout import style_source

HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the URL gives access to the ticket
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


def plain(text: str, status: int) -> Response:
    """A response for a machine: plain text, so that browsers never render it as HTML."""
    return Response(text, status=status, mimetype="text/plain")


def page(html: str, status: int, files_from: str = "") -> Response:
    """An HTML page. The policy allows its one style sheet, by hash, and images and audio from our own host only.

    files_from: also from this address, as a browser asks the policy again where a redirect leads.
    """
    ours = f"'self' {files_from}".rstrip()
    policy = (
        f"default-src 'none'; style-src {style_source()}; img-src {ours}; media-src {ours}; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
    headers = {**HEADERS, "Content-Security-Policy": policy}
    return Response(html, status=status, mimetype="text/html", headers=headers)


def see_other(place: str) -> Response:
    """303: redirect after a POST, so that reloading does not repeat it."""
    return Response(status=303, headers={**HEADERS, "Location": place})
