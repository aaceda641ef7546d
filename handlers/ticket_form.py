"""The form on a ticket's page: reads what was posted, checks that it came from our page, remembers the author."""

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Final, cast
from urllib.parse import quote, unquote, urlsplit

from flask import Request, Response
from werkzeug.exceptions import RequestEntityTooLarge

from handlers.answer_files import CheckedFile, FileRefused, check_files
from handlers.long_form import MAX_FIELD_BYTES, MAX_PARTS
from handlers.people import People
from messages.for_technicians import names_of, short_name
from messages.page.layout import PlainPageForm
from messages.page.ticket_page import FormInput, Problem
from messages.safe_text import clean, one_line, utf16_length
from messages.whatsapp.notification_bubble import MAX_TECHNICIAN_TEXT
from state.model.technician import Technician
from state.model.ticket import Mark, NewFile, TechnicianAction

FRESH_LINK: Final = "fresh-link"
_FILL: Final = "fill"  # put a canned answer into the box
_WITHOUT_TEXT: Final = {
    *(action for action in TechnicianAction if action.assigns),
    TechnicianAction.MERGE,
    *Mark,
} - {Mark.INTERNAL}
_COOKIE: Final = "author"
_COOKIE_SECONDS: Final = 365 * 24 * 3600
_KEY: Final = re.compile(r"[\w-]{16,64}", re.ASCII)
_EVENT_ID: Final = re.compile(r"[0-9]{1,18}", re.ASCII)  # fits Postgres's bigint
_OUR_SITE: Final = {"same-origin", "none"}  # "none": started by the user, such as a reload


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketForm:
    """A form that a technician sent. key: the form's own; seen: the latest event on the page it was sent from.

    author: the technician's name, for a shared mailbox as it was entered; to: who the ticket is to be handed to;
    category, into, answer: what was chosen in the lists: the category, the code of the ticket to merge into, a canned answer; answer
    is None unless it is asked for.

    files: those that were chosen, if all of them can be sent, else refused says why not; stored: what our own form brings again, already
    in Storage, and stored_gone: what it brought is none; had_files: some were chosen, in this form or the one before it.
    """

    action: TechnicianAction | Mark | None
    text: str = field(repr=False)
    author: str = field(repr=False)
    key: str
    seen: int | None
    to: Technician | None = None
    category: str = field(default="", repr=False)
    into: str = ""
    answer: str | None = field(default=None, repr=False)
    files: tuple[CheckedFile, ...] = ()
    refused: FileRefused | None = field(default=None, repr=False)
    stored: tuple[NewFile, ...] = ()
    stored_gone: bool = False
    had_files: bool = False

    @property
    def said(self) -> str:
        """What the action says to the customer or the team."""
        if self.keeps_text:
            return ""
        names = [file.filename for file in self.stored or self.files]
        return self.text or (names_of(names) if names else "")

    @property
    def problem(self) -> Problem | None:
        """A problem that can be found without the database."""
        if self.action is None:
            return Problem.ACTION
        if self.action is TechnicianAction.HAND_OVER and self.to is None:
            return Problem.WHOM
        if self.action is TechnicianAction.MERGE and not self.into:
            return Problem.CHOICE
        if problem := self._file_problem:
            return problem
        if self.action is Mark.INTERNAL and not self.text:
            return Problem.NOTE_MISSING
        if self.keeps_text:
            return None
        return Problem.LONG if utf16_length(self.text) > MAX_TECHNICIAN_TEXT else None

    @property
    def _file_problem(self) -> Problem | None:
        if self.stored_gone:
            return Problem.FILE_GONE
        sends = isinstance(self.action, TechnicianAction) and self.action.sends_files
        if not sends and (self.files or self.refused or self.stored):
            return Problem.FILE_ACTION
        return Problem.of_file(self.refused.problem) if self.refused else None

    @property
    def keeps_text(self) -> bool:
        """True if the action says nothing to anybody: what is in the box stays there."""
        return self.action in _WITHOUT_TEXT

    @property
    def is_for_customer(self) -> bool:
        """True if the customer reads the text."""
        return isinstance(self.action, TechnicianAction) and not self.keeps_text

    @property
    def choice(self) -> str:
        """What the action needs besides a text."""
        if self.action is Mark.CATEGORY:
            return self.category
        return self.into if self.action is TechnicianAction.MERGE else ""

    @property
    def action_key(self) -> str:
        """Makes the same form sent twice one action; a different text or file from the same page, as after "back", is a new one."""
        to = self.to.id if self.to else ""
        files = (part for file in self.stored or self.files for part in (file.sha256, file.filename))
        content = "\0".join((self.key, self.action or "", self.text, to, self.choice, *files))
        return f"page/{hashlib.sha256(content.encode()).hexdigest()}"

    def as_input(self) -> FormInput:
        """The same text in a form with a new key."""
        file = self.refused.filename if self.refused else ""
        return FormInput(
            key=new_key(), author=self.author, text=self.text, had_files=self.had_files, file=file
        )

    def again(self, path: str, stored: str) -> PlainPageForm:
        """A form that repeats the action under the same key: if it was done already, nothing happens.

        stored: its files, which are in Storage already, as SignedFiles writes them.
        """
        seen = "" if self.seen is None else str(self.seen)
        to = self.to.id if self.to else ""
        chosen = (("to", to), ("category", self.category), ("into", self.into), ("stored", stored))
        return PlainPageForm(
            path=path,
            action=self.action or "",
            label="page_try_again",
            hidden=(
                ("key", self.key),
                ("seen", seen),
                ("author", self.author),
                *(each for each in chosen if each[1]),
            ),
            text=self.text,
        )


def read_form(
    request: Request,
    technician: Technician,
    people: People,
    read_stored: Callable[[str], tuple[NewFile, ...]],
) -> TicketForm:
    """The form that this technician has posted, sanitised. Values that are missing or malformed are left out.

    read_stored: reads what SignedFiles has written; empty for anything else.
    """
    given = posted(request)
    text = clean(given.get("text", "")).strip()
    seen = given.get("seen", "")
    action = given.get("action", "")
    form = TicketForm(
        action=next((each for each in (*TechnicianAction, *Mark) if each == action), None),
        text=text if one_line(text) else "",
        author=short_name(technician.name or given.get("author", "")),
        to=people.by_id(given.get("to", "")),
        key=form_key(given),
        seen=int(seen) if _EVENT_ID.fullmatch(seen) else None,
        category=one_line(given.get("category", "")),
        into=one_line(given.get("into", "")),
        answer=one_line(given.get("answer", "")) if action == _FILL else None,
        had_files=bool(given.get("had_files")),
    )
    return _with_files(form, _posted_files(request), given.get("stored", ""), read_stored)


def _with_files(
    form: TicketForm,
    chosen: Sequence[tuple[str, BinaryIO]],
    stored: str,
    read_stored: Callable[[str], tuple[NewFile, ...]],
) -> TicketForm:
    if chosen:
        try:
            return replace(form, files=check_files(chosen), had_files=True)
        except FileRefused as error:
            return replace(form, refused=error, had_files=True)
    if stored:
        files = read_stored(stored)
        return replace(form, stored=files, stored_gone=not files, had_files=True)
    return form


def wants_fresh_link(request: Request) -> bool:
    return posted(request).get("action") == FRESH_LINK


def empty_input(request: Request) -> FormInput:
    """The empty form for a page that was just opened."""
    return FormInput(key=new_key(), author=short_name(unquote(request.cookies.get(_COOKIE, ""))))


def event_before(request: Request) -> int | None:
    """The event before which the page shows others, as its link to earlier ones says."""
    return _event_id(request, "before")


def done_event(request: Request) -> int | None:
    """The event that the technician has just brought about, as the address says that their action led to."""
    return _event_id(request, "done")


def look_again(path: str, given: FormInput) -> PlainPageForm:
    """A form that shows the ticket again with the same text: posted without an action, the text reappears in the form."""
    if not given.text:
        return PlainPageForm(path=path, label="page_try_again", method="get")
    hidden = [("author", given.author)]
    if given.had_files:
        hidden.append(("had_files", "1"))
    return PlainPageForm(path=path, label="page_try_again", hidden=tuple(hidden), text=given.text)


def remember_author(response: Response, author: str, place: str, *, secure: bool) -> None:
    """Store the author's name in a cookie for a year. The cookie gives no access.

    Lax and not Strict: a Strict cookie is not sent when the link is followed from webmail.
    """
    if author:
        response.set_cookie(
            _COOKIE,
            quote(author),
            max_age=_COOKIE_SECONDS,
            path=place,
            secure=secure,
            httponly=True,
            samesite="Lax",
        )


def is_from_our_page(request: Request, public_url: str) -> bool:
    """Return True unless the browser says that the form was posted from another site."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in _OUR_SITE
    origin = request.headers.get("Origin", "null")
    # Our pages send no referrer, and browsers then say "null" for our own forms too.
    return origin == "null" or _host(origin) in {_host(public_url), request.host}


def new_key() -> str:
    return secrets.token_urlsafe(16)


def form_key(given: Mapping[str, str]) -> str:
    """The key of a form, as our page has given it; a new one if it is malformed."""
    key = given.get("key", "")
    return key if _KEY.fullmatch(key) else new_key()


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def _event_id(request: Request, name: str) -> int | None:
    given = request.args.get(name, "")
    return int(given) if _EVENT_ID.fullmatch(given) else None


def posted(request: Request) -> Mapping[str, str]:
    """The fields of a form. Empty if there are too many: not sent by our page."""
    request.max_form_memory_size = MAX_FIELD_BYTES
    request.max_form_parts = MAX_PARTS
    try:
        return request.form
    except RequestEntityTooLarge:
        return {}


def _posted_files(request: Request) -> list[tuple[str, BinaryIO]]:
    """Name and content of each file that was chosen."""
    try:
        found = request.files.getlist("files")
    except RequestEntityTooLarge:
        return []
    # A browser sends a nameless part where none was chosen.
    return [(file.filename, cast("BinaryIO", file.stream)) for file in found if file.filename]
