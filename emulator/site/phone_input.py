"""What a person does with the phone on the page, as the message that Meta makes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulator.meta.customers import Customer
from emulator.meta.graph_api import Graph
from emulator.meta.wire import Json
from emulator.site.chat import Chat
from emulator.site.request_fields import (
    Refused,
    optional_text,
    read_bytes,
    read_choice,
    read_number,
    read_object,
    read_text,
)

_CAPTION = 1024
_FILENAME = 240
_WITH_CAPTION = {"image", "document", "video"}
# What each kind of file may be; a document is anything.
_TYPES = {"image": "image/", "voice": "audio/", "audio": "audio/", "video": "video/", "sticker": "image/"}


@dataclass(frozen=True, slots=True)
class Acts:
    """`message` raises Refused for what a phone could not do."""

    graph: Graph
    chat: Chat

    def message(self, customer: Customer, asked: Json) -> Json:
        """One entry of a webhook's `messages[]`."""
        do = read_choice(asked, "do", *_ACTS)
        return _ACTS[do](self, customer, asked)

    def _text(self, customer: Customer, asked: Json) -> Json:
        _only(asked, "text", "quotes")
        return customer.text(read_text(asked, "text"), optional_text(asked, "quotes", most=240))

    def _press(self, customer: Customer, asked: Json) -> Json:
        choice, of = self._choice(asked)
        return customer.press(choice["id"], choice["title"], of)

    def _choose(self, customer: Customer, asked: Json) -> Json:
        choice, of = self._choice(asked)
        return customer.choose(choice["id"], choice["title"], of, choice.get("description"))

    def _choice(self, asked: Json) -> tuple[Json, str]:
        """A button or row of a message that is still on the phone."""
        _only(asked, "id", "of")
        of, wanted = read_text(asked, "of", most=240), read_text(asked, "id", most=256)
        item = self.chat.item(of) or {}
        for choice in item.get("choices", []):
            if choice["id"] == wanted:
                return choice, of
        raise Refused("that message has no such button")

    def _file(self, customer: Customer, asked: Json) -> Json:
        _only(asked, "content", "mime_type", "filename", "caption")
        kind, content = asked["do"], read_bytes(asked, "content")
        mime_type = read_text(asked, "mime_type", most=100)
        if not mime_type.startswith(_TYPES.get(kind, "")):
            raise Refused(f"{mime_type} is no {kind}")
        caption = optional_text(asked, "caption", most=_CAPTION) if kind in _WITH_CAPTION else None
        filename = optional_text(asked, "filename", most=_FILENAME)
        media_id = self.graph.put_media(content, mime_type, filename)
        facts: dict[str, Any] = {"media_id": media_id, "mime_type": mime_type}
        facts |= {"caption": caption} if caption else {}
        if kind == "document":
            return customer.document(content, filename or "documento", **facts)
        send: Callable[..., Json] = getattr(customer, kind)
        return send(content, **facts)

    def _location(self, customer: Customer, asked: Json) -> Json:
        _only(asked, "latitude", "longitude", "name")
        latitude, longitude = (
            read_number(asked, "latitude", -90, 90),
            read_number(asked, "longitude", -180, 180),
        )
        return customer.location(latitude, longitude, optional_text(asked, "name", most=1000))

    def _reaction(self, customer: Customer, asked: Json) -> Json:
        _only(asked, "emoji", "to")
        return customer.reaction(optional_text(asked, "emoji", most=20), read_text(asked, "to", most=240))

    def _unsupported(self, customer: Customer, asked: Json) -> Json:
        _only(asked, "kind")
        return customer.unsupported(read_text(asked, "kind", most=40))


def _only(asked: Json, *names: str) -> None:
    read_object(asked, "person", "do", *names)


_ACTS: dict[str, Callable[[Acts, Customer, Json], Json]] = {
    "text": Acts._text,
    "press": Acts._press,
    "choose": Acts._choose,
    **dict.fromkeys(("image", "document", "voice", "audio", "video", "sticker"), Acts._file),
    "location": Acts._location,
    "reaction": Acts._reaction,
    "unsupported": Acts._unsupported,
}
