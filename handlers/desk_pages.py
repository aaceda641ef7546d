"""The list of all tickets: for who has the cookie; else a form that mails its link to a technician.

GET changes nothing: mail scanners follow every link, and press no button.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Request, Response

from handlers.desk_form import asked_absence, asked_by_address, asked_by_form, asked_ticket
from handlers.desk_links import COOKIE, COOKIE_LIFETIME, DeskAccess, DeskLinkExpired, DeskLinks
from handlers.desk_opening import DeskOpening
from handlers.log import Log, Severity
from handlers.outbox_sender import OutboxSender
from handlers.people import People
from handlers.responses import page, see_other
from handlers.settings import Settings
from handlers.signed_links import LinkError, SignedLinks
from handlers.ticket_form import is_from_our_page, posted
from messages.page.desk_page import DeskViewer, ask_address_page, desk_page
from messages.page.layout import PlainPageForm, plain_page
from state.model.desk import DeskQuery
from state.model.technician import Technician
from state.store.client import Store, new_lease
from state.store.errors import StoreError
from state.store.lru import Lru
from state.store.rows import LinkResult

ForWhoIsIn = Callable[[Request, DeskAccess, Technician, datetime], Response | None]
"""A part of the list, for who has its cookie. None if all access of its epoch was ended."""

PAGE_ROWS: Final = 50
_LINK_PAUSE_SECONDS: Final = 600  # as `mail_desk_link` in supabase/schemas/83_desk.sql
_MAX_ADDRESS: Final = 320  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPages:
    """The list's pages, in the desk's language. tickets: the links of its rows; mailed_links: the latest requests for its link."""

    settings: Settings
    people: People
    links: DeskLinks
    tickets: SignedLinks
    store: Store
    sender: OutboxSender
    opening: DeskOpening
    mailed_links: Lru[LinkResult]
    log: Log

    def desk(self, request: Request, now: datetime) -> Response:
        """Show the list, or a search of it; open a ticket for somebody; or mail the list's link to the address of a form."""
        if not request.path.endswith("/"):
            return see_other(self.links.root)
        if request.method != "POST":
            return self._for_who_is_in(self._open, request, now)
        if not is_from_our_page(request, self.settings.public_url):
            return self._notice(403, "desk_foreign_form")
        given = posted(request)
        if "words" in given:
            return self._for_who_is_in(self._search, request, now)
        if "away" in given:
            return self._for_who_is_in(self._leave, request, now)
        if "number" in given:
            return self._for_who_is_in(self.opening.submit, request, now)
        return self._mail_link(request, now)

    def link(self, request: Request, token: str, now: datetime) -> Response:
        """The mailed link: a page with a button, which sets the cookie."""
        try:
            access = self.links.read_link(token, now)
        except DeskLinkExpired:
            return self._ask_address(410, "desk_link_expired")
        except LinkError:
            return self._ask_address(403, "desk_link_invalid")
        technician = self.people.by_id(access.technician)
        if technician is None:
            return self._ask_address(403, "desk_link_invalid")
        if request.method != "POST":
            form = PlainPageForm(path=self.links.path(token), label="desk_enter_button")
            return self._notice(200, "desk_enter", form=form, name=technician.name or technician.address)
        if not is_from_our_page(request, self.settings.public_url):
            return self._notice(403, "desk_foreign_form")
        return self._enter(access, now)

    def _enter(self, access: DeskAccess, now: datetime) -> Response:
        response = see_other(self.links.root)
        # Lax and not Strict: a Strict cookie is not sent when the list is opened from webmail.
        response.set_cookie(
            COOKIE,
            self.links.cookie(access, now),
            max_age=COOKIE_LIFETIME,
            path=self.links.cookie_path,
            secure=self.settings.public_url.startswith("https:"),
            httponly=True,
            samesite="Lax",
        )
        return response

    def _for_who_is_in(self, show: ForWhoIsIn, request: Request, now: datetime) -> Response:
        """What who has the cookie gets. Who has none, left the setting, or was logged out is asked for an address."""
        access = self.links.access(request.cookies, now)
        technician = self.people.by_id(access.technician) if access else None
        if access is None or technician is None:
            return self._ask_address(200, "desk_ask")
        try:
            shown = show(request, access, technician, now)
        except StoreError as error:
            self.log.write("desk_failed", Severity.WARNING, error=str(error))
            return self._notice(503, "desk_unavailable")
        return self._ask_address(200, "desk_ask") if shown is None else shown

    def _open(
        self, request: Request, access: DeskAccess, technician: Technician, now: datetime
    ) -> Response | None:
        if code := asked_ticket(request):
            return self._lead(code, access, technician, now, onward="next" in request.args)
        if "open" in request.args:
            return self.opening.form(technician) if access.epoch == self.store.desk_epoch() else None
        return self._show(asked_by_address(request), access, technician, now)

    def _search(
        self, request: Request, access: DeskAccess, technician: Technician, now: datetime
    ) -> Response | None:
        return self._show(asked_by_form(request), access, technician, now)

    def _show(
        self, query: DeskQuery, access: DeskAccess, technician: Technician, now: datetime
    ) -> Response | None:
        found = self.store.open_desk(
            query, access.epoch, technician.address.lower(), self.people.addresses, PAGE_ROWS
        )
        if found is None:
            return None
        viewer = DeskViewer(
            language=self.settings.default_language,
            tz=self.settings.support_timezone,
            now=now,
            path=self.links.root,
            technician=technician,
            ticket_link=lambda code: self.tickets.ticket_page(code, technician.id, now),
        )
        return page(desk_page(found, query, viewer), 200)

    def _lead(
        self, code: str, access: DeskAccess, technician: Technician, now: datetime, *, onward: bool
    ) -> Response | None:
        """To the page of a ticket, or of the next one to be answered after it. If there is none, to the list."""
        found = self.store.lead_from_desk(
            code, access.epoch, technician.address.lower(), self.people.addresses, onward=onward
        )
        if found is None:
            return None
        return see_other(
            self.tickets.ticket_page(found.code, technician.id, now) if found.code else self.links.root
        )

    def _leave(
        self, request: Request, access: DeskAccess, technician: Technician, now: datetime
    ) -> Response | None:
        """The technician is away until the day of the form, or is back."""
        try:
            until = asked_absence(request, now, self.settings.support_timezone)
        except ValueError:
            back = PlainPageForm(path=self.links.root, label="desk_leave_search", method="get")
            return self._notice(422, "desk_wrong_day", form=back)
        away = self.store.leave_desk(access.epoch, technician.address.lower(), until)
        if away is None:
            return None
        self.log.write("desk_away", away=away)
        return see_other(self.links.root)

    def _mail_link(self, request: Request, now: datetime) -> Response:
        """Always the same answer: whether the address is a technician's, was mailed a minute ago, or the database is away."""
        if technician := self._asks(posted(request), now):
            self.mail_link(technician, now)
        return self._notice(202, "desk_link_sent")

    def _asks(self, given: Mapping[str, str], now: datetime) -> Technician | None:
        """Who asks: by their address, or from the page of a ticket, whose link is theirs (`ticket`)."""
        if "ticket" not in given:
            return self.people.by_address(given.get("address", "")[:_MAX_ADDRESS].strip())
        try:
            _, identity = self.tickets.read(given["ticket"], now)
        except LinkError:
            return None
        return self.people.by_id(identity)

    def mail_link(self, technician: Technician, now: datetime) -> None:
        """Mail the list's link. Asks the database once in ten minutes for each technician, however often it is called."""
        name = f"{technician.id}/{now.timestamp() // _LINK_PAUSE_SECONDS:.0f}"
        if self.mailed_links.get(name) is not None:
            return
        try:
            mail = self.store.mail_desk_link(technician, new_lease(), self.sender.channels())
        except StoreError as error:
            self.log.write("desk_failed", Severity.WARNING, error=str(error))
            return
        self.mailed_links.put(name, mail.result)
        self.log.write("desk_link", result=mail.result)
        self.sender.start(mail.rows)

    def _ask_address(self, status: int, key: str) -> Response:
        return page(ask_address_page(self.settings.default_language, key, self.links.root), status)

    def _notice(
        self, status: int, key: str, *, form: PlainPageForm | None = None, **values: object
    ) -> Response:
        return page(plain_page(self.settings.default_language, key, form, **values), status)
