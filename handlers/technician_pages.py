"""The technician's page: shows the ticket that a link opens, serves its files, and handles its form.

GET changes nothing: mail scanners follow every link.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from flask import Request, Response

from channels.whatsapp_media import Media, MediaError
from handlers.fresh_links import FreshLinks
from handlers.log import Log, Severity
from handlers.responses import page, see_other
from handlers.settings import Settings
from handlers.signed_links import LinkError, LinkExpired, SignedLinks
from handlers.ticket_files import file_answer, find_file
from handlers.ticket_form import (
    FRESH_LINK,
    TicketForm,
    empty_input,
    is_from_our_page,
    look_again,
    read_form,
    remember_author,
    wants_fresh_link,
)
from messages.page.layout import PlainPageForm, plain_page
from messages.page.ticket_history import MEDIA_LIFETIME, Viewer
from messages.page.ticket_page import FormInput, Problem, ticket_page
from state.model.ticket import ActionResult
from state.store.client import Store
from state.store.errors import StoreError, StoreRefused

_PROBLEMS: Final = {
    ActionResult.STALE: (409, Problem.STALE),
    ActionResult.ILLEGAL: (409, Problem.ILLEGAL),
    ActionResult.TEXT_MISSING: (422, Problem.TEXT_MISSING),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Pages shown to a technician who follows a link, in the desk's language."""

    settings: Settings
    links: SignedLinks
    store: Store
    media: Media
    fresh_links: FreshLinks
    log: Log

    def ticket(self, request: Request, token: str, now: datetime) -> Response:
        """Show the page of a ticket, or handle its posted form."""
        posted = request.method == "POST"
        if posted and not is_from_our_page(request, self.settings.public_url):
            return self._notice(403, "page_foreign_form")
        try:
            code = self.links.read(token, now)
        except LinkError as error:
            return self._link_rejected(error, request, now)
        language, tz = self.settings.default_language, self.settings.support_timezone
        viewer = Viewer(language=language, tz=tz, now=now, path=self.links.path(token))
        if posted:
            return self._act(code, viewer, read_form(request))
        return self._show(code, viewer, 200, empty_input(request))

    def file(self, request: Request, token: str, number: int, now: datetime) -> Response:
        """Serve one file of the ticket."""
        try:
            code = self.links.read(token, now)
            ticket = self.store.load_ticket(code)
        except LinkError as error:
            return self._link_rejected(error, request, now, self.links.path(token))
        except StoreError as error:
            return self._unavailable(code, error)
        found = find_file(ticket, number) if ticket else None
        if found is None:
            return self._notice(404, "page_file_missing")
        place, event, stored = found
        try:
            return file_answer(request, self.media, stored, f"{code}-{place}")
        except MediaError as error:
            self.log.write("file_missing", code=code, error=str(error))
            gone = now - event.at > MEDIA_LIFETIME
            what = "page_file_expired" if gone else "page_file_unavailable"
            return self._notice(410 if gone else 502, what)

    def _show(
        self, code: str, viewer: Viewer, status: int, given: FormInput, problem: Problem | None = None
    ) -> Response:
        try:
            ticket = self.store.load_ticket(code)
        except StoreError as error:
            return self._unavailable(code, error, look_again(viewer.path, given))
        if ticket is None:
            return self._notice(404, "page_ticket_missing", code=code)
        return page(ticket_page(ticket, given, viewer, problem), status)

    def _act(self, code: str, viewer: Viewer, form: TicketForm) -> Response:
        if form.action is None or form.problem:
            return self._show(code, viewer, 422, form.as_input(), form.problem)
        try:
            attempted = self.store.act_on_ticket(
                code, form.action, form.text, author=form.author, key=form.action_key, seen=form.seen
            )
        except StoreRefused as error:
            self._log_action(code, form, "refused", error)
            return self._show(code, viewer, 422, form.as_input(), Problem.REFUSED)
        except StoreError as error:
            self._log_action(code, form, "unavailable", error)
            return self._notice(503, "page_unconfirmed", form=form.again(viewer.path))
        self._log_action(code, form, attempted.result)
        if attempted.ticket is None:
            return self._notice(404, "page_ticket_missing", code=code)
        if attempted.result in _PROBLEMS:
            status, problem = _PROBLEMS[attempted.result]
            viewer = replace(viewer, seen_event=form.seen)
            return page(ticket_page(attempted.ticket, form.as_input(), viewer, problem), status)
        response = see_other(f"{viewer.path}#latest")
        secure = self.settings.public_url.startswith("https:")
        remember_author(response, form.author, self.links.root, secure=secure)
        return response

    def _link_rejected(self, error: LinkError, request: Request, now: datetime, path: str = "") -> Response:
        """The page for an expired or forged link, with a button for a fresh one if the link contains a ticket's code.

        The page is the same whether or not the ticket exists.
        """
        verified = isinstance(error, LinkExpired)
        if error.code and request.method == "POST" and wants_fresh_link(request):
            return self._send_fresh_link(error.code, now, verified=verified)
        form = PlainPageForm(path=path, action=FRESH_LINK, label="page_fresh_link_button")
        status, what = (410, "page_link_expired") if verified else (403, "page_link_invalid")
        return self._notice(status, what, form=form if error.code else None)

    def _send_fresh_link(self, code: str, now: datetime, *, verified: bool) -> Response:
        """The response is the same whether or not the ticket exists."""
        try:
            if not self.fresh_links.ask(code, now, verified=verified):
                return self._notice(429, "page_too_many_links")
        except StoreError as error:
            return self._unavailable(code, error)
        return self._notice(202, "page_fresh_link_sent")

    def _unavailable(self, code: str, error: StoreError, form: PlainPageForm | None = None) -> Response:
        self.log.write("page_failed", Severity.WARNING, code=code, error=str(error))
        return self._notice(503, "page_unavailable", form=form)

    def _log_action(self, code: str, form: TicketForm, result: str, error: StoreError | None = None) -> None:
        severity = Severity.WARNING if error else Severity.INFO
        self.log.write("ticket_action", severity, code=code, action=form.action, result=result, error=error)

    def _notice(self, status: int, key: str, *, form: PlainPageForm | None = None, **values: Any) -> Response:
        html = plain_page(self.settings.default_language, key, form, **values)
        return page(html, status)
