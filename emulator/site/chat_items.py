"""What goes between a customer and the desk, as the page shows it: made of Meta's own JSON, both ways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from emulator.meta.sent_message import SentMessage
from emulator.meta.wire import Json

_BLANK: Json = {
    "text": "",
    "quotes": None,
    "choices": [],
    "list_button": None,
    "file": None,
    "location": None,
    "reaction_to": None,
    "ticks": None,
    "error": None,
}


def written(message: Json, at: float) -> Json:
    """One entry of a webhook's `messages[]`: what a customer did."""
    kind = message["type"]
    content = message.get(kind)
    shown = _READERS.get(kind, _other)(content if isinstance(content, dict) else {})
    quotes = message.get("context", {}).get("id")
    item = {**_BLANK, "id": message["id"], "from": "customer", "at": at, "kind": kind, "ticks": "clock"}
    return {**item, "quotes": quotes, **shown}


def said(sent: SentMessage) -> Json:
    """What the desk sent."""
    item = {**_BLANK, "id": sent.wamid, "from": "desk", "at": sent.at, "kind": sent.kind, "text": sent.text}
    item["quotes"] = sent.document.get("context", {}).get("message_id")
    if sent.kind == "interactive":
        item |= _choices(sent.content)
    return item


def _choices(interactive: Json) -> Json:
    action = interactive["action"]
    if interactive["type"] == "list":
        rows = [row for section in action["sections"] for row in section["rows"]]
        return {"kind": "list", "choices": rows, "list_button": action["button"]}
    return {"kind": "buttons", "choices": [button["reply"] for button in action["buttons"]]}


def _text(content: Json) -> Json:
    return {"text": content.get("body", "")}


def _press(content: Json) -> Json:
    reply = content.get("button_reply") or content.get("list_reply") or {}
    return {"kind": "press", "text": reply.get("title", "")}


def _quick_reply(content: Json) -> Json:
    return {"kind": "press", "text": content.get("text", "")}


def _location(content: Json) -> Json:
    place = {name: content.get(name) for name in ("latitude", "longitude", "name")}
    return {"location": place, "text": content.get("name") or ""}


def _reaction(content: Json) -> Json:
    return {"text": content.get("emoji") or "", "reaction_to": content.get("message_id")}


def _other(_: Json) -> Json:
    return {"kind": "unsupported"}


def _file(content: Json) -> Json:
    file = {
        "url": f"/emulator/file/{content.get('id')}",
        "mime_type": content.get("mime_type"),
        "filename": content.get("filename"),
    }
    return {"file": file, "text": content.get("caption", "")}


def _sound(content: Json) -> Json:
    return {**_file(content), "kind": "voice" if content.get("voice") else "audio"}


_READERS: dict[str, Callable[[Any], Json]] = {
    "text": _text,
    "interactive": _press,
    "button": _quick_reply,
    "location": _location,
    "reaction": _reaction,
    "audio": _sound,
    "image": _file,
    "document": _file,
    "video": _file,
    "sticker": _file,
}
