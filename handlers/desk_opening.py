"""Opens a ticket for somebody who called or stands at the counter, from a form of the list of tickets."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flask import Request, Response

from handlers.desk_links import DeskAccess
from handlers.log import Log, Severity
from handlers.lost_answers import LostAnswers
from handlers.outbox_sender import OutboxSender
from handlers.people import People
from handlers.responses import page, see_other
from handlers.settings import Settings
from handlers.signed_links import SignedLinks
from handlers.ticket_form import form_key, new_key, posted
from messages.for_technicians import short_name
from messages.page.layout import PlainPageForm, plain_page
from messages.page.open_page import OpeningInput, OpeningProblem, open_page
from messages.safe_text import clean, one_line
from state.dialogue.problem_report import MAX_DRAFT, summarise
from state.model import ticket_code
from state.model.language import Language
from state.model.phone_number import is_same_number, read_number
from state.model.technician import Technician
from state.model.ticket import TicketForSomebody
from state.store.client import Store
from state.store.errors import StoreError, StoreRefused
from state.store.rows import OpenedTicket, OpenResult

_MAX_TRIES: Final = 3  # codes that were taken: there are 34 thousand million
_MAX_NUMBER: Final = 40  # characters, as in the form


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskOpening:
    """The form, in the desk's language, and what it does. path: of the list; tickets: the links to tickets' pages.

    own_number: the number of the desk, which is nobody's; None if that is not known.
    """

    settings: Settings
    people: People
    path: str
    tickets: SignedLinks
    store: Store
    sender: OutboxSender
    own_number: Callable[[], str | None]
    lost_answers: LostAnswers
    log: Log

    def form(self, technician: Technician) -> Response:
        """The empty form."""
        return self._show(
            OpeningInput(key=new_key(), language=self.settings.default_language), technician, 200
        )

    def submit(
        self, request: Request, access: DeskAccess, technician: Technician, now: datetime
    ) -> Response | None:
        """Open the ticket and lead to its page, or show the form again with what is wrong. None if the access was ended."""
        given = read_opening(request, technician, self.settings.default_language)
        number = read_number(given.number)
        if problem := self._problem(given, number):
            return self._show(given, technician, 422, problem)
        assert number is not None, "that is a problem"
        try:
            opened = self._open(given, number, access, technician)
        except StoreRefused as error:
            self._log("refused", error)
            return self._show(given, technician, 422, OpeningProblem.REFUSED)
        except StoreError as error:
            self._log("unavailable", error)
            return self._notice(503, "page_unconfirmed", _again(given, self.path))
        self.sender.start(opened.rows)
        self._log(opened.result, code=opened.code)
        if opened.result is OpenResult.SHUT:
            return None
        if opened.code is None:
            return self._show(given, technician, 429, OpeningProblem.TOO_MANY)
        return see_other(
            f"{self.tickets.ticket_page(opened.code, technician.id, now)}?done={opened.event}#done"
        )

    def _open(
        self, given: OpeningInput, number: str, access: DeskAccess, technician: Technician
    ) -> OpenedTicket:
        key = action_key(given)
        with self.lost_answers.lease(key) as lease:
            for _ in range(_MAX_TRIES):
                ticket = TicketForSomebody(
                    code=ticket_code.generate(),
                    summary=summarise(given.text),
                    description=given.text,
                    language=given.language,
                    number=number,
                    name=given.name,
                    category=given.category,
                )
                opened = self.store.open_ticket_for(
                    ticket,
                    key=key,
                    author=technician.name or given.author,
                    technician=technician.address,
                    technicians=self.people.addresses,
                    takes=given.takes,
                    epoch=access.epoch,
                    lease=lease,
                    channels=self.sender.channels(),
                )
                if opened.result is not OpenResult.CODE_TAKEN:
                    break
        return opened

    def _problem(self, given: OpeningInput, number: str | None) -> OpeningProblem | None:
        if number is None:
            return OpeningProblem.NUMBER
        if not given.text:
            return OpeningProblem.TEXT_MISSING
        if len(given.text) > MAX_DRAFT:
            return OpeningProblem.LONG
        if given.category not in {"", *self.settings.categories}:
            return OpeningProblem.CATEGORY
        own = self.own_number()
        return OpeningProblem.OWN_NUMBER if own and is_same_number(number, own) else None

    def _show(
        self,
        given: OpeningInput,
        technician: Technician,
        status: int,
        problem: OpeningProblem | None = None,
    ) -> Response:
        html = open_page(
            given,
            language=self.settings.default_language,
            path=self.path,
            technician=technician,
            categories=self.settings.categories,
            most=MAX_DRAFT,
            problem=problem,
        )
        return page(html, status)

    def _notice(self, status: int, key: str, form: PlainPageForm) -> Response:
        return page(plain_page(self.settings.default_language, key, form), status)

    def _log(self, result: str, error: StoreError | None = None, code: str | None = None) -> None:
        severity = Severity.WARNING if error else Severity.INFO
        self.log.write("ticket_action", severity, code=code, action="open", result=result, error=error)


def cached_number(ask: Callable[[], str | None]) -> Callable[[], str | None]:
    """The same, which asks until it is told once."""
    known: list[str] = []

    def number() -> str | None:
        if not known and (told := ask()):
            known.append(told)
        return known[0] if known else None

    return number


def read_opening(request: Request, technician: Technician, language: Language) -> OpeningInput:
    """The form that this technician has posted, sanitised. language: if it names none."""
    given = posted(request)
    words = clean(given.get("text", "")).strip()
    spoken = next((each for each in Language if each == given.get("language")), language)
    return OpeningInput(
        key=form_key(given),
        language=spoken,
        number=one_line(given.get("number", "")[:_MAX_NUMBER]),
        name=short_name(given.get("name")),
        text=words if one_line(words) else "",
        category=one_line(given.get("category", "")),
        author=short_name(technician.name or given.get("author")),
        takes=given.get("takes") == "1",
    )


def action_key(given: OpeningInput) -> str:
    """Makes the same form sent twice one ticket; another number or text from the same page, as after "back", is another."""
    content = "\0".join((given.key, read_number(given.number) or "", given.text))
    return hashlib.sha256(content.encode()).hexdigest()


def _again(given: OpeningInput, path: str) -> PlainPageForm:
    """A form that repeats this one under the same key: if the ticket was opened already, it only leads there."""
    hidden = (
        ("key", given.key),
        ("number", given.number),
        ("name", given.name),
        ("language", given.language.value),
        ("category", given.category),
        ("author", given.author),
        ("takes", "1" if given.takes else ""),
    )
    return PlainPageForm(path=path, label="page_try_again", hidden=hidden, text=given.text)
