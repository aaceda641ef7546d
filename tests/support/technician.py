"""A technician with the link from an e-mail: reads the ticket's page, and presses its buttons."""

import io
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart
from werkzeug.wrappers import Response

from state.model.ticket import Mark, TechnicianAction
from tests.support.function import PUBLIC_URL, Service, World, settle

TABLES = ("customers", "conversations", "tickets", "ticket_events", "attachments", "inbound", "outbox")
_MARKS = {*Mark, TechnicianAction.MERGE, "fill"}


class Shown(HTMLParser):
    """A parsed page: its text, what it would load, its form and its buttons. asks: the form that asks for a link to the list."""

    def __init__(self, answer: Response) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.fields: dict[str, str] = {}
        self.asks: dict[str, str] = {}
        self._in_asks = False
        self.buttons: list[str] = []
        self.marks: list[
            str
        ] = []  # the other buttons: those that are no action on the ticket's status, or need a choice
        self.options: dict[str, list[str]] = {}  # of each list what can be chosen
        self._select = ""
        self._option: str | None = ""
        self._words: list[str] = []
        self._text: str | None = None
        self.feed(answer.get_data(as_text=True))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes += given.items()
        if tag == "form":
            self._in_asks = given.get("class") == "below"
        elif tag == "input" and given.get("type") != "file":  # no page can fill it
            (self.asks if self._in_asks else self.fields)[given["name"]] = given.get("value", "")
        elif tag == "textarea":
            self._text = ""
        elif tag == "button" and "disabled" not in given and not self._in_asks:
            value = given.get("value", "")
            (self.marks if value in _MARKS else self.buttons).append(value)
        elif tag == "select":
            self._select = given["name"]
            self.options[self._select] = []
        elif tag == "option" and self._select:
            self._option = given.get("value")
            if self._option:
                self.options[self._select].append(self._option)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._text is not None:
            self.fields["text"] = self._text.removeprefix("\n")  # as browsers do
            self._text = None

    def handle_data(self, data: str) -> None:
        if self._option is None:  # an option without a value is worth its words
            self.options[self._select].append(data)
            self._option = ""
        if self._text is not None:
            self._text += data
        self._words.append(data)

    def loads(self, name: str) -> list[str]:
        """The values of an attribute, such as `href` or `src`."""
        return [value for given, value in self.attributes if given == name]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._words).split())


@dataclass(slots=True, kw_only=True)
class Technician:
    """A technician with the link to the latest ticket."""

    world: World
    service: Service
    code: str
    path: str
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str = "") -> TestResponse:
        return self.service.client.get(self.path + path)

    def shown(self) -> Shown:
        answer = self.get()
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return Shown(answer)

    def send(self, form: dict[str, str], **headers: str) -> TestResponse:
        return self.service.client.post(self.path, data=form, headers=headers)

    def press(self, action: str, text: str = "", author: str = "Lucas", **chosen: str) -> TestResponse:
        """Load the page and press one of its buttons. chosen: in its lists."""
        return self.send({**self.form(action, text, author), **chosen})

    def attach(
        self, action: str, *files: tuple[str, bytes], text: str = "", mime_type: str = "", **chosen: str
    ) -> TestResponse:
        """The same with files, by name and content. mime_type: what the browser says of each."""
        return self.send_files({**self.form(action, text), **chosen}, *files, mime_type=mime_type)

    def send_files(
        self, form: dict[str, str], *files: tuple[str, bytes], mime_type: str = "", **headers: str
    ) -> TestResponse:
        parts = [
            FileStorage(io.BytesIO(content), name, content_type=mime_type or None) for name, content in files
        ]
        boundary, body = encode_multipart({**form, "files": parts})
        kind = f"multipart/form-data; boundary={boundary}"
        return self.service.client.post(self.path, data=body, content_type=kind, headers=headers)

    def form(self, action: str, text: str = "", author: str = "Lucas") -> dict[str, str]:
        return {**self.shown().fields, "action": action, "text": text, "author": author}

    def does(self, *actions: TechnicianAction) -> None:
        for action in actions:
            text = "" if action.assigns else "Prueba otra vez."
            assert self.press(action, text).status_code == 303

    @property
    def status(self) -> str:
        (found,) = self.world.column("select status from tickets where code = %s", self.code)
        return str(found)

    def events(self) -> list[dict[str, Any]]:
        """The events of technicians, in order."""
        return self.world.rows(
            "select kind, action, author, body from ticket_events where actor = 'technician' order by id"
        )


def dump(world: World) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    return {table: world.rows(f"select * from {table} order by 1") for table in TABLES}


def links_in(world: World) -> list[str]:
    """The paths of all links in the e-mails sent."""
    written = " ".join(f"{mail.html} {mail.text}" for mail in world.resend.messages)
    return sorted(set(re.findall(rf"{re.escape(PUBLIC_URL)}(/[^\s\"<]*)", written)))


def read_the_mail(world: World, service: Service) -> Technician:
    """A technician with a link from the e-mails sent."""
    settle()
    (code,) = world.column("select code from tickets order by id desc limit 1")
    path = next(path for path in links_in(world) if path.startswith("/t/"))
    return Technician(world=world, service=service, code=code, path=path)


@pytest.fixture
def technician(world: World, service: Service) -> Technician:
    """A technician with the link to a ticket that Ana has opened."""
    service.open_ticket()
    return read_the_mail(world, service)
