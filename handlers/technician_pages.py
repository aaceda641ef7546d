"""The technician's page: which ticket a link opens, what is shown of it, and what a form does to it.

GET changes nothing: mail scanners follow every link.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from flask import Request, Response

from channels.whatsapp_media import Media, MediaError
from handlers.fresh_links import FreshLinks, TooManyAsk
from handlers.log import Log, Severity
from handlers.page_responses import page, see_other
from handlers.settings import Settings
from handlers.signed_links import LinkError, LinkExpired, SignedLinks
from handlers.ticket_files import file_answer, find_file
from handlers.ticket_form import (
    FRESH_LINK,
    TicketForm,
    empty_draft,
    is_from_our_page,
    look_again,
    read_form,
    remember_author,
    wants_fresh_link,
)
from messages.page.plain_page import PlainPageForm, plain_page
from messages.page.ticket_history import KEPT, Reader
from messages.page.ticket_page import Draft, Problem, ticket_page
from state.model.ticket import ActionResult, TicketRecord
from state.store.client import Store, StoreError, StoreRefused

_PROBLEMS: Final = {
    ActionResult.STALE: (409, Problem.STALE),
    ActionResult.ILLEGAL: (409, Problem.ILLEGAL),
    ActionResult.WORDLESS: (422, Problem.WORDLESS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """One call by a link that is good."""

    request: Request
    code: str
    path: str = field(repr=False)
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """What a technician gets who follows a link, in the desk's language."""

    settings: Settings
    links: SignedLinks
    store: Store
    media: Media
    fresh_links: FreshLinks
    log: Log

    def ticket(self, request: Request, token: str, now: datetime) -> Response:
        """The page behind a ticket's link, and what its form posts."""
        posted = request.method == "POST"
        if posted and not is_from_our_page(request, self.settings.public_url):
            return self._notice(403, "page_foreign")
        path = self.links.path(token)
        try:
            visit = _Visit(request=request, code=self.links.read(token, now), path=path, now=now)
        except LinkError as error:
            return self._closed(error, request, token, now)
        return self._work(visit) if posted else self._show(visit, 200, empty_draft(request))

    def file(self, request: Request, token: str, number: int, now: datetime) -> Response:
        """One file of that ticket."""
        try:
            code = self.links.read(token, now)
            ticket = self.store.load_ticket(code)
        except LinkError as error:
            return self._closed(error, request, token, now, self.links.path(token))
        except StoreError as error:
            return self._away(code, error)
        found = find_file(ticket, number) if ticket else None
        if found is None:
            return self._notice(404, "page_file_none", "page_file_none_body")
        place, event, stored = found
        try:
            return file_answer(request, self.media, stored.file, f"{code}-{place}")
        except MediaError as error:
            self.log.write("file_missing", code=code, error=str(error))
            gone = now - event.at > KEPT
            what = "page_file_gone" if gone else "page_file_away"
            return self._notice(410 if gone else 502, what, f"{what}_body")

    def _show(self, visit: _Visit, status: int, draft: Draft, problem: Problem | None = None) -> Response:
        try:
            ticket = self.store.load_ticket(visit.code)
        except StoreError as error:
            return self._away(visit.code, error, look_again(visit.path, draft))
        return self._page(visit, ticket, status, draft, problem)

    def _work(self, visit: _Visit) -> Response:
        form = read_form(visit.request)
        if form.action is None or form.problem:
            return self._show(visit, 422, form.draft(), form.problem)
        try:
            worked = self.store.work_ticket(
                visit.code, form.action, form.text, author=form.author, key=form.deed, seen=form.seen
            )
        except StoreRefused as error:
            self._note(visit, form, "refused", error)
            return self._show(visit, 422, form.draft(), Problem.REFUSED)
        except StoreError as error:
            self._note(visit, form, "unavailable", error)
            return self._notice(503, "page_unsaved", form=form.again(visit.path))
        self._note(visit, form, worked.result)
        if worked.result in {ActionResult.DONE, ActionResult.REPEATED}:
            return self._done(visit, form)
        status, problem = _PROBLEMS.get(worked.result, (404, None))
        return self._page(visit, worked.ticket, status, form.draft(), problem, news_after=form.seen)

    def _done(self, visit: _Visit, form: TicketForm) -> Response:
        response = see_other(f"{visit.path}#latest")
        secure = self.settings.public_url.startswith("https:")
        remember_author(response, form.author, self.links.root, secure=secure)
        return response

    def _page(
        self,
        visit: _Visit,
        ticket: TicketRecord | None,
        status: int,
        draft: Draft,
        problem: Problem | None,
        news_after: int | None = None,
    ) -> Response:
        if ticket is None:
            return self._notice(404, "page_missing", code=visit.code)
        reader = Reader(
            language=self.settings.default_language,
            tz=self.settings.support_timezone,
            now=visit.now,
            path=visit.path,
            news_after=news_after,
        )
        return page(ticket_page(ticket, draft, reader, problem), status)

    def _closed(
        self, error: LinkError, request: Request, token: str, now: datetime, path: str = ""
    ) -> Response:
        """A link that opens nothing. If it says of which ticket it is, there is a button for a fresh one.

        On the page itself the button has no address: for a ticket that is there and one that is not it is the same page.
        """
        ours = isinstance(error, LinkExpired)
        code = error.code if isinstance(error, LinkExpired) else self.links.written_on(token)
        if code and request.method == "POST" and wants_fresh_link(request):
            return self._fresh(code, now, ours=ours)
        form = PlainPageForm(path=path, action=FRESH_LINK, label="page_fresh_button")
        status, what = (410, "page_expired") if ours else (403, "page_invalid")
        return self._notice(status, what, form=form if code else None)

    def _fresh(self, code: str, now: datetime, *, ours: bool) -> Response:
        """The same answer whether or not there is such a ticket."""
        try:
            self.fresh_links.ask(code, now, ours=ours)
        except TooManyAsk:
            return self._notice(429, "page_busy")
        except StoreError as error:
            return self._away(code, error)
        return self._notice(202, "page_fresh")

    def _away(self, code: str, error: StoreError, form: PlainPageForm | None = None) -> Response:
        self.log.write("page_failed", Severity.WARNING, code=code, error=str(error))
        return self._notice(503, "page_away", form=form)

    def _note(self, visit: _Visit, form: TicketForm, result: str, error: StoreError | None = None) -> None:
        severity = Severity.WARNING if error else Severity.INFO
        told = str(error) if error else None
        self.log.write("work", severity, code=visit.code, action=form.action, result=result, error=told)

    def _notice(
        self, status: int, what: str, body: str = "", *, form: PlainPageForm | None = None, **values: Any
    ) -> Response:
        html = plain_page(self.settings.default_language, f"{what}_title", body or what, form, **values)
        return page(html, status)
