"""The pages of the desk: for now an honest word behind the link in an e-mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import Response

from handlers.links import LinkExpired, LinkForged, Links
from messages.pages import notice_page
from state.language import Language

_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What a technician sees who follows a link. `language`: the desk's."""

    links: Links
    language: Language

    def ticket(self, token: str, now: datetime) -> Response:
        """The page behind a ticket's link. Changes nothing, whatever the method."""
        try:
            code = self.links.read(token, now)
        except LinkForged:
            return self._page(403, "page_invalid_title", "page_invalid")
        except LinkExpired as expired:
            return self._page(410, "page_expired_title", "page_expired", code=expired.code)
        return self._page(200, "page_later_title", "page_later", code=code)

    def _page(self, status: int, title: str, body: str, **values: str) -> Response:
        html = notice_page(self.language, title, body, **values)
        return Response(html, status=status, mimetype="text/html", headers=_HEADERS)
