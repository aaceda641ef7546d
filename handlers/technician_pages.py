"""The technician's page: shows the ticket that a link opens, serves its files, and handles its form.

GET changes nothing: mail scanners follow every link.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final

from flask import Request, Response

from handlers.answer_files import NoRoom, store_files
from handlers.desk_links import DeskLinks
from handlers.log import Log, Severity
from handlers.lost_answers import LostAnswers
from handlers.outbox_sender import OutboxSender
from handlers.own_secrets import OwnSecrets
from handlers.people import People
from handlers.responses import page, see_other
from handlers.settings import Settings
from handlers.signed_files import SignedFiles
from handlers.signed_links import LinkError, LinkExpired, LinkForged, SignedLinks
from handlers.ticket_files import TicketFiles
from handlers.ticket_form import (
    FRESH_LINK,
    TicketForm,
    done_event,
    empty_input,
    event_before,
    is_from_our_page,
    look_again,
    read_form,
    remember_author,
    wants_fresh_link,
)
from messages.page.layout import PlainPageForm, plain_page
from messages.page.ticket_history import Viewer
from messages.page.ticket_page import FormInput, Problem, ticket_page
from state.model.answer_file import LIMITS
from state.model.technician import Technician
from state.model.ticket import (
    ActionResult,
    Actor,
    Mark,
    NewFile,
    TechnicianAction,
    TicketRecord,
    TicketStatus,
)
from state.store.client import Store
from state.store.errors import StoreError, StoreRefused
from state.store.files import FileStorage, NoSuchFile
from state.store.lru import Lru
from state.store.rows import LinkResult

_BUSY_SECONDS: Final = 10  # in which somebody else's files are normally read
_LINK_PAUSE_SECONDS: Final = 600  # as `mail_link` in supabase/schemas/60_notifications.sql
_PROBLEMS: Final = {
    ActionResult.STALE: (409, Problem.STALE),
    ActionResult.ILLEGAL: (409, Problem.ILLEGAL),
    ActionResult.TEXT_MISSING: (422, Problem.TEXT_MISSING),
    ActionResult.FILES_GONE: (422, Problem.FILE_GONE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """Pages shown to a technician who follows a link, in the desk's language. mailed_links: the latest requests for fresh ones."""

    settings: Settings
    people: People
    links: SignedLinks
    desk: DeskLinks
    store: Store
    files: TicketFiles
    storage: FileStorage
    signed_files: SignedFiles
    mailed_links: Lru[LinkResult]
    lost_answers: LostAnswers
    sender: OutboxSender
    log: Log

    def ticket(self, request: Request, token: str, now: datetime) -> Response:
        """Show the page of a ticket, or handle its posted form."""
        posted = request.method == "POST"
        if posted and not is_from_our_page(request, self.settings.public_url):
            return self._notice(403, "page_foreign_form")
        try:
            code, technician = self._read(token, now)
        except LinkError as error:
            return self._link_rejected(error, request, now)
        access = self.desk.access(request.cookies, now)
        viewer = Viewer(
            language=self.settings.default_language,
            tz=self.settings.support_timezone,
            now=now,
            path=self.links.path(token),
            technician=technician,
            technicians=self.people.technicians,
            before=event_before(request),
            done=done_event(request),
            desk=access is not None and access.technician == technician.id,
            page_of=self.desk.ticket,
        )
        if posted:
            form = read_form(request, technician, self.people, partial(self.signed_files.read, code))
            return self._act(code, viewer, technician, form)
        return self._show(code, viewer, 200, empty_input(request))

    def refuse_unread(self, request: Request, token: str, now: datetime) -> Response | None:
        """The page for a form whose body is not even to be read: from elsewhere, or by a link that opens nothing. No database call."""
        if not is_from_our_page(request, self.settings.public_url):
            return self._notice(403, "page_foreign_form")
        try:
            self._read(token, now)
        except LinkError as error:
            if self._owner(error) is None:
                return self._notice(403, "page_link_invalid")
            return self._offer_link(self.links.path(token))
        return None

    def busy(self) -> Response:
        """The page for a form that is not read, as others with files are being read."""
        answer = self._notice(503, "page_busy")
        answer.headers["Retry-After"] = str(_BUSY_SECONDS)
        return answer

    def too_long(self) -> Response:
        """The page for a form that is not read, or not to its end."""
        return self._notice(413, "page_too_long", together=LIMITS["together"])

    def cut_off(self) -> Response:
        """The page for a form of which the end is missing."""
        return self._notice(400, "page_cut_off")

    def file(self, request: Request, token: str, number: int, now: datetime) -> Response:
        """Serve one file of the ticket."""
        try:
            code, _ = self._read(token, now)
            found = self.store.load_file(code, number)
        except LinkError as error:
            return self._link_rejected(error, request, now, self.links.path(token))
        except StoreError as error:
            return self._unavailable(code, error)
        back = PlainPageForm(path=self.links.path(token), label="page_back_to_ticket", method="get")
        if found is None or not found.file.object:
            return self._notice(404, "page_no_such_file", form=back)
        if found.file.missing:
            return self._notice(410, f"page_file_{found.file.missing}", form=back)
        if not found.file.stored:
            again = PlainPageForm(path=request.path, label="page_file_look_again", method="get")
            return self._notice(503, "page_file_pending", form=again)
        try:
            return self.files.redirect(found.file, f"{code}-{found.place}")
        except NoSuchFile:
            return self._notice(410, "page_file_lost", form=back)
        except StoreError as error:
            self.log.write("file_unavailable", Severity.WARNING, code=code, error=str(error))
            return self._notice(502, "page_file_unavailable", form=back)

    def nothing_here(self) -> Response:
        """The page for an address under those of the pages that is none."""
        return self._notice(404, "page_nothing_here")

    def _read(self, token: str, now: datetime) -> tuple[str, Technician]:
        """The ticket's code, and whose link it is. Raises LinkError: LinkForged also if they are no technician any more."""
        code, number = self.links.read(token, now)
        technician = self.people.by_id(number)
        if technician is None:
            raise LinkForged
        return code, technician

    def _show(
        self, code: str, viewer: Viewer, status: int, given: FormInput, problem: Problem | None = None
    ) -> Response:
        try:
            ticket = self.store.load_ticket(code, viewer.before)
        except StoreError as error:
            return self._unavailable(code, error, look_again(viewer.path, given))
        if ticket is None:
            return self._notice(404, "page_ticket_missing", code=code)
        return self._page(ticket_page(ticket, self._with_choices(given), viewer, problem), status)

    def _page(self, html: str, status: int) -> Response:
        return page(html, status, files_from=self.settings.supabase_url)

    def _with_choices(self, given: FormInput) -> FormInput:
        return replace(given, categories=self.settings.categories)

    def _fill(self, code: str, viewer: Viewer, form: TicketForm) -> Response:
        """The same page with a canned answer under what is in the box."""
        given = form.as_input()
        try:
            answer = self.store.load_answer(form.answer) if form.answer else None
        except StoreError as error:
            return self._unavailable(code, error, look_again(viewer.path, given))
        if answer is None:
            return self._show(code, viewer, 422, given, Problem.CHOICE)
        return self._show(code, viewer, 200, replace(given, answer=answer))

    def _problem(self, form: TicketForm) -> Problem | None:
        if form.action is Mark.CATEGORY and form.category not in {"", *self.settings.categories}:
            return Problem.CHOICE
        if form.is_for_customer and OwnSecrets(self.settings.public_url).are_in(form.text):
            return Problem.OWN_LINK
        return form.problem

    def _act(self, code: str, viewer: Viewer, technician: Technician, form: TicketForm) -> Response:
        if form.answer is not None:
            return self._fill(code, viewer, form)
        problem = self._problem(form)
        if form.action is None or problem:
            return self._show(code, viewer, 422, form.as_input(), problem)
        try:
            files = form.stored or self._store(code, form)
        except NoRoom:
            return self._show(code, viewer, 422, form.as_input(), Problem.FILE_NO_ROOM)
        except StoreError as error:
            self._log_action(code, form, "files_not_stored", error)
            return self._show(code, viewer, 503, form.as_input(), Problem.FILE_UNSTORED)
        try:
            with self.lost_answers.lease(form.action_key) as lease:
                attempted = self.store.act_on_ticket(
                    code,
                    form.action,
                    form.said,
                    author=form.author,
                    key=form.action_key,
                    seen=form.seen,
                    technician=technician.address,
                    technicians=self.people.addresses,
                    to=form.to,
                    choice=form.choice,
                    files=files,
                    lease=lease,
                    channels=self.sender.channels(),
                )
        except StoreRefused as error:
            self._log_action(code, form, "refused", error)
            return self._show(code, viewer, 422, form.as_input(), Problem.REFUSED)
        except StoreError as error:
            self._log_action(code, form, "unavailable", error)
            stored = self.signed_files.write(code, files) if files else ""
            return self._notice(503, "page_unconfirmed", form=form.again(viewer.path, stored))
        self.sender.start(attempted.rows)
        self._log_action(code, form, attempted.result)
        if attempted.ticket is None:
            return self._notice(404, "page_ticket_missing", code=code)
        given = self._with_choices(form.as_input())
        if attempted.result in _PROBLEMS:
            status, problem = _PROBLEMS[attempted.result]
            if form.action is TechnicianAction.MERGE and attempted.ticket.status is not TicketStatus.CLOSED:
                problem = Problem.CHOICE if attempted.result is ActionResult.ILLEGAL else problem
            viewer = replace(viewer, seen_event=form.seen)
            return self._page(ticket_page(attempted.ticket, given, viewer, problem), status)
        done = _done(attempted.ticket, form)
        if form.keeps_text and form.text:
            response = self._page(ticket_page(attempted.ticket, given, replace(viewer, done=done)), 200)
        else:
            response = see_other(f"{viewer.path}?done={done}#done" if done else f"{viewer.path}#act")
        if not technician.name:
            secure = self.settings.public_url.startswith("https:")
            remember_author(response, form.author, self.links.root, secure=secure)
        return response

    def _store(self, code: str, form: TicketForm) -> Sequence[NewFile]:
        """Store the files of an answer that is about to be committed. Raises NoRoom, StoreError."""
        announce = partial(self.store.announce_files, most=self.settings.stored_bytes)
        return store_files(code, form.files, announce, self.storage)

    def _link_rejected(self, error: LinkError, request: Request, now: datetime, path: str = "") -> Response:
        """The page for a link that opens nothing. Nobody can cause an e-mail with a link that we did not sign."""
        technician = self._owner(error)
        if not isinstance(error, LinkExpired) or technician is None:
            return self._notice(403, "page_link_invalid")
        if request.method == "POST" and wants_fresh_link(request):
            return self._mail_link(error.code, technician, now)
        return self._offer_link(path)

    def _owner(self, error: LinkError) -> Technician | None:
        """Whose link has expired. None for one that was never valid, or whose technician is none any more."""
        return self.people.by_id(error.technician) if isinstance(error, LinkExpired) else None

    def _offer_link(self, path: str) -> Response:
        form = PlainPageForm(path=path, action=FRESH_LINK, label="page_fresh_link_button")
        return self._notice(410, "page_link_expired", form=form)

    def _mail_link(self, code: str, technician: Technician, now: datetime) -> Response:
        """Mail a fresh link to the technician. Asks the database once in ten minutes, however often the button is pressed."""
        name = f"{code}/{technician.id}/{now.timestamp() // _LINK_PAUSE_SECONDS:.0f}"
        result = self.mailed_links.get(name)
        if result is None:
            try:
                result = self.store.mail_link(code, technician.address)
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

    def _log_action(self, code: str, form: TicketForm, result: str, error: StoreError | None = None) -> None:
        severity = Severity.WARNING if error else Severity.INFO
        self.log.write("ticket_action", severity, code=code, action=form.action, result=result, error=error)

    def _notice(self, status: int, key: str, *, form: PlainPageForm | None = None, **values: Any) -> Response:
        html = plain_page(self.settings.default_language, key, form, **values)
        return page(html, status)


def _done(ticket: TicketRecord, form: TicketForm) -> int | None:
    """The event of the action that was just done."""
    events = (event for event in reversed(ticket.events) if event.actor is Actor.TECHNICIAN)
    return next((event.id for event in events if event.action == form.action), None)
