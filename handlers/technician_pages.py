"""The technician's page: shows the ticket that a link opens, serves its files, and handles its form.

GET changes nothing: mail scanners follow every link.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from flask import Request, Response

from channels.whatsapp_media import MediaError
from handlers.log import Log, Severity
from handlers.outbox_sender import OutboxSender
from handlers.responses import page, see_other
from handlers.settings import Settings
from handlers.signed_links import LinkError, LinkExpired, SignedLinks
from handlers.ticket_files import TicketFiles, TooManyFiles
from handlers.ticket_form import (
    FRESH_LINK,
    TicketForm,
    empty_input,
    event_before,
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
from state.store.client import Store, new_lease
from state.store.errors import StoreError, StoreRefused
from state.store.lru import Lru
from state.store.rows import LinkResult

_LINK_PAUSE_SECONDS: Final = 600  # as `mail_link` in supabase/schemas/60_notifications.sql
_PROBLEMS: Final = {
    ActionResult.STALE: (409, Problem.STALE),
    ActionResult.ILLEGAL: (409, Problem.ILLEGAL),
    ActionResult.TEXT_MISSING: (422, Problem.TEXT_MISSING),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Pages shown to a technician who follows a link, in the desk's language. mailed_links: the latest requests for fresh ones.

    lost_answers: leases, by the key of the form, of actions whose answer never arrived. Sent again, the form gets their rows. Each is
    used once: a double click must not send the same row twice.
    """

    settings: Settings
    links: SignedLinks
    store: Store
    files: TicketFiles
    mailed_links: Lru[LinkResult]
    lost_answers: Lru[str]
    sender: OutboxSender
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
        path, before = self.links.path(token), event_before(request)
        viewer = Viewer(language=language, tz=tz, now=now, path=path, before=before)
        if posted:
            return self._act(code, viewer, read_form(request))
        return self._show(code, viewer, 200, empty_input(request))

    def file(self, request: Request, token: str, number: int, now: datetime) -> Response:
        """Serve one file of the ticket."""
        try:
            code = self.links.read(token, now)
            found = self.store.load_file(code, number)
        except LinkError as error:
            return self._link_rejected(error, request, now, self.links.path(token))
        except StoreError as error:
            return self._unavailable(code, error)
        if found is None or not found.file.media_id:
            return self._notice(404, "page_file_missing")
        broke = partial(self._log_file, code)
        try:
            return self.files.answer(request, found.file, f"{code}-{found.place}", broke)
        except TooManyFiles:
            busy = self._notice(503, "page_file_busy")
            busy.headers["Retry-After"] = "10"
            return busy
        except MediaError as error:
            broke(error)
            gone = now - found.at > MEDIA_LIFETIME
            what = "page_file_expired" if gone else "page_file_unavailable"
            return self._notice(410 if gone else 502, what)

    def _show(
        self, code: str, viewer: Viewer, status: int, given: FormInput, problem: Problem | None = None
    ) -> Response:
        try:
            ticket = self.store.load_ticket(code, viewer.before)
        except StoreError as error:
            return self._unavailable(code, error, look_again(viewer.path, given))
        if ticket is None:
            return self._notice(404, "page_ticket_missing", code=code)
        return page(ticket_page(ticket, given, viewer, problem), status)

    def _act(self, code: str, viewer: Viewer, form: TicketForm) -> Response:
        if form.action is None or form.problem:
            return self._show(code, viewer, 422, form.as_input(), form.problem)
        lease = self.lost_answers.pop(form.action_key) or new_lease()
        try:
            attempted = self.store.act_on_ticket(
                code,
                form.action,
                form.text,
                author=form.author,
                key=form.action_key,
                seen=form.seen,
                lease=lease,
                channels=self.sender.channels(),
            )
        except StoreRefused as error:
            self._log_action(code, form, "refused", error)
            return self._show(code, viewer, 422, form.as_input(), Problem.REFUSED)
        except StoreError as error:
            self.lost_answers.put(form.action_key, lease)
            self._log_action(code, form, "unavailable", error)
            return self._notice(503, "page_unconfirmed", form=form.again(viewer.path))
        self.sender.start(attempted.rows)
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
        """The page for a link that opens nothing. Nobody can cause an e-mail with a link that we did not sign."""
        if not isinstance(error, LinkExpired):
            return self._notice(403, "page_link_invalid")
        if request.method == "POST" and wants_fresh_link(request):
            return self._mail_link(error.code, now)
        form = PlainPageForm(path=path, action=FRESH_LINK, label="page_fresh_link_button")
        return self._notice(410, "page_link_expired", form=form)

    def _mail_link(self, code: str, now: datetime) -> Response:
        """Mail a fresh link. Asks the database once in ten minutes about a ticket, however often the button is pressed."""
        name = f"{code}/{now.timestamp() // _LINK_PAUSE_SECONDS:.0f}"
        result = self.mailed_links.get(name)
        if result is None:
            try:
                result = self.store.mail_link(code)
            except StoreError as error:
                return self._unavailable(code, error)
            self.mailed_links.put(name, result)
            self.log.write("ticket_action", code=code, action=FRESH_LINK, result=result)
        if result is LinkResult.TOO_MANY:
            return self._notice(429, "page_too_many_links")
        return self._notice(202, "page_fresh_link_sent")  # also if there is no such ticket any more

    def _unavailable(self, code: str, error: StoreError, form: PlainPageForm | None = None) -> Response:
        self.log.write("page_failed", Severity.WARNING, code=code, error=str(error))
        return self._notice(503, "page_unavailable", form=form)

    def _log_file(self, code: str, error: MediaError) -> None:
        self.log.write("file_missing", code=code, error=str(error))

    def _log_action(self, code: str, form: TicketForm, result: str, error: StoreError | None = None) -> None:
        severity = Severity.WARNING if error else Severity.INFO
        self.log.write("ticket_action", severity, code=code, action=form.action, result=result, error=error)

    def _notice(self, status: int, key: str, *, form: PlainPageForm | None = None, **values: Any) -> Response:
        html = plain_page(self.settings.default_language, key, form, **values)
        return page(html, status)
