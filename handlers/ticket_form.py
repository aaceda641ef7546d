"""The form on a ticket's page: reads what was posted, checks that it came from our page, remembers the author."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from flask import Request, Response
from werkzeug.exceptions import RequestEntityTooLarge

from handlers.people import People
from messages.for_technicians import short_name
from messages.page.layout import PlainPageForm
from messages.page.ticket_page import FormInput, Problem
from messages.safe_text import clean, one_line, utf16_length
from messages.whatsapp.notification_bubble import MAX_TECHNICIAN_TEXT
from state.model.technician import Technician
from state.model.ticket import Mark, TechnicianAction

FRESH_LINK: Final = "fresh-link"
_FILL: Final = "fill"  # put a canned answer into the box
_WITHOUT_TEXT: Final = {
    *(action for action in TechnicianAction if action.assigns),
    TechnicianAction.MERGE,
    *Mark,
} - {Mark.INTERNAL}
_COOKIE: Final = "author"
_COOKIE_SECONDS: Final = 365 * 24 * 3600
_MAX_BYTES: Final = 4 * 1024 * 1024  # longer bodies are rejected anyway
_KEY: Final = re.compile(r"[\w-]{16,64}", re.ASCII)
_EVENT_ID: Final = re.compile(r"[0-9]{1,18}", re.ASCII)  # fits Postgres's bigint
_OUR_SITE: Final = {"same-origin", "none"}  # "none": started by the user, such as a reload


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketForm:
    """A form that a technician sent. key: the form's own; seen: the latest event on the page it was sent from.

    author: the technician's name, for a shared mailbox as it was entered; to: who the ticket is to be handed to;
    category, into, answer: what was chosen in the lists: the category, the code of the ticket to merge into, a canned answer; answer
    is None unless it is asked for.
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

    @property
    def problem(self) -> Problem | None:
        """A problem that can be found without the database."""
        if self.action is None:
            return Problem.ACTION
        if self.action is TechnicianAction.HAND_OVER and self.to is None:
            return Problem.WHOM
        if self.action is TechnicianAction.MERGE and not self.into:
            return Problem.CHOICE
        if self.action is Mark.INTERNAL and not self.text:
            return Problem.NOTE_MISSING
        if self.keeps_text:
            return None
        return Problem.LONG if utf16_length(self.text) > MAX_TECHNICIAN_TEXT else None

    @property
    def keeps_text(self) -> bool:
        """True if the action says nothing to anybody: what is in the box stays there."""
        return self.action in _WITHOUT_TEXT

    @property
    def choice(self) -> str:
        """What the action needs besides a text."""
        if self.action is Mark.CATEGORY:
            return self.category
        return self.into if self.action is TechnicianAction.MERGE else ""

    @property
    def action_key(self) -> str:
        """Makes the same form sent twice one action; a different text from the same page, as after "back", is a new one."""
        to = self.to.id if self.to else ""
        content = "\0".join((self.key, self.action or "", self.text, to, self.choice))
        return f"page/{hashlib.sha256(content.encode()).hexdigest()}"

    def as_input(self) -> FormInput:
        """The same text in a form with a new key."""
        return FormInput(key=new_key(), author=self.author, text=self.text)

    def again(self, path: str) -> PlainPageForm:
        """A form that repeats the action under the same key: if it was done already, nothing happens."""
        seen = "" if self.seen is None else str(self.seen)
        to = self.to.id if self.to else ""
        chosen = (("to", to), ("category", self.category), ("into", self.into))
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


def read_form(request: Request, technician: Technician, people: People) -> TicketForm:
    """The form that this technician has posted, sanitised. Values that are missing or malformed are left out."""
    given = posted(request)
    text = clean(given.get("text", "")).strip()
    seen = given.get("seen", "")
    action = given.get("action", "")
    return TicketForm(
        action=next((each for each in (*TechnicianAction, *Mark) if each == action), None),
        text=text if one_line(text) else "",
        author=short_name(technician.name or given.get("author", "")),
        to=people.by_id(given.get("to", "")),
        key=form_key(given),
        seen=int(seen) if _EVENT_ID.fullmatch(seen) else None,
        category=one_line(given.get("category", "")),
        into=one_line(given.get("into", "")),
        answer=one_line(given.get("answer", "")) if action == _FILL else None,
    )


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
    return PlainPageForm(
        path=path, label="page_try_again", hidden=(("author", given.author),), text=given.text
    )


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
    request.max_form_memory_size = _MAX_BYTES  # otherwise a long text would raise before we could keep it
    try:
        return request.form
    except RequestEntityTooLarge:  # a thousand fields: not sent by our page
        return {}
