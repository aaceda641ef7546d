"""What a customer does on the page's phone, and the message that Meta makes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import ConfigDict, Field, RootModel, StringConstraints, model_validator

from emulator import Json
from emulator.meta.customer import Customer
from emulator.meta.graph_api import Graph
from emulator.meta.media import check_incoming
from emulator.site.chat import Chat
from emulator.site.request_body import Body, Line, Refused, Text

_WITH_CAPTION = {"image", "document", "video"}


@dataclass(frozen=True, slots=True)
class Phone:
    customer: Customer
    graph: Graph
    chat: Chat


class _Action(Body):
    """`customer` is the key of whoever does it; `message` gives one entry of a webhook's `messages[]`."""

    customer: Line


class WriteText(_Action):
    do: Literal["text"]
    text: Text
    quotes: Line | None = None

    def message(self, phone: Phone) -> Json:
        return phone.customer.text(self.text, self.quotes)


class Choose(_Action):
    """Press a button, or choose a row of a list, of the message `of`."""

    do: Literal["press", "choose"]
    id: Line
    of: Line

    def message(self, phone: Phone) -> Json:
        """Raises Refused."""
        choices = (phone.chat.item(self.of) or {}).get("choices", [])
        choice = next((choice for choice in choices if choice["id"] == self.id), None)
        if choice is None:
            raise Refused("that message has no such button")
        if self.do == "press":
            return phone.customer.press(self.id, choice["title"], self.of)
        return phone.customer.choose(self.id, choice["title"], self.of, choice.get("description"))


class SendFile(_Action):
    do: Literal["image", "document", "voice", "audio", "video", "sticker"]
    content: Annotated[bytes, Field(min_length=1)]
    mime_type: Line
    filename: Line | None = None
    caption: Annotated[str, StringConstraints(min_length=1, max_length=1024)] | None = None

    @model_validator(mode="after")
    def _has_the_right_type(self) -> Self:
        family = {"voice": "audio/", "sticker": "image/", "document": ""}.get(self.do, f"{self.do}/")
        if not self.mime_type.startswith(family):
            raise ValueError(f"{self.mime_type} is not a type of {self.do}")
        check_incoming(self.do, self.mime_type, len(self.content))
        return self

    def message(self, phone: Phone) -> Json:
        media_id = phone.graph.media.put(self.content, self.mime_type, self.filename)
        media: dict[str, Any] = {"media_id": media_id, "mime_type": self.mime_type}
        if self.caption and self.do in _WITH_CAPTION:
            media["caption"] = self.caption
        if self.do == "document":
            media["filename"] = self.filename or "documento"
        send: Callable[..., Json] = getattr(phone.customer, self.do)
        return send(self.content, **media)


class SendLocation(_Action):
    do: Literal["location"]
    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)
    name: Line | None = None

    def message(self, phone: Phone) -> Json:
        return phone.customer.location(self.latitude, self.longitude, self.name)


class React(_Action):
    """Without an emoji, the reaction to the message `to` is taken back."""

    do: Literal["reaction"]
    to: Line
    emoji: Line | None = None

    def message(self, phone: Phone) -> Json:
        return phone.customer.reaction(self.emoji, self.to)


class SendUnsupported(_Action):
    do: Literal["unsupported"]
    kind: Line

    def message(self, phone: Phone) -> Json:
        return phone.customer.unsupported(self.kind)


_Any = WriteText | Choose | SendFile | SendLocation | React | SendUnsupported


class ActionRequest(Body, RootModel[Annotated[_Any, Field(discriminator="do")]]):
    """One of the actions above, chosen by its `do`."""

    model_config = ConfigDict(extra=None)
