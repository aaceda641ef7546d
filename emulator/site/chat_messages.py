"""A message as the page's phone shows it, made of Meta's JSON in both directions."""

from emulator import Json
from emulator.meta.sent_message import SentMessage

_EMPTY: Json = {
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


def from_customer(message: Json, at: float) -> Json:
    """From one entry of a webhook's `messages[]`."""
    kind = message["type"]
    content = message.get(kind)
    shown = _shown(kind, content if isinstance(content, dict) else {})
    quotes = message.get("context", {}).get("id")
    item = {"id": message["id"], "from": "customer", "at": at, "kind": kind, "ticks": "clock"}
    return {**_EMPTY, **item, "quotes": quotes, **shown}


def from_desk(sent: SentMessage) -> Json:
    item = {**_EMPTY, "id": sent.wamid, "from": "desk", "at": sent.at, "kind": sent.kind, "text": sent.text}
    item["quotes"] = sent.document.get("context", {}).get("message_id")
    if sent.kind == "interactive":
        item |= _choices(sent.content)
    elif sent.mime_type:
        item["file"] = _file({**sent.content, "mime_type": sent.mime_type})["file"]
    return item


def _choices(interactive: Json) -> Json:
    action = interactive["action"]
    if interactive["type"] == "list":
        rows = [row for section in action["sections"] for row in section["rows"]]
        return {"kind": "list", "choices": rows, "list_button": action["button"]}
    return {"kind": "buttons", "choices": [button["reply"] for button in action["buttons"]]}


def _shown(kind: str, content: Json) -> Json:
    """What differs from kind to kind."""
    match kind:
        case "text":
            return {"text": content.get("body", "")}
        case "interactive":
            reply = content.get("button_reply") or content.get("list_reply") or {}
            return {"kind": "press", "text": reply.get("title", "")}
        case "button":
            return {"kind": "press", "text": content.get("text", "")}
        case "location":
            place = {name: content.get(name) for name in ("latitude", "longitude", "name")}
            return {"location": place, "text": content.get("name") or ""}
        case "reaction":
            return {"text": content.get("emoji") or "", "reaction_to": content.get("message_id")}
        case "image" | "document" | "video" | "sticker":
            return _file(content)
        case "audio":
            return {**_file(content), "kind": "voice" if content.get("voice") else "audio"}
        case _:
            return {"kind": "unsupported"}


def _file(content: Json) -> Json:
    details = {"mime_type": content.get("mime_type"), "filename": content.get("filename")}
    return {
        "file": {"url": f"/emulator/file/{content.get('id')}", **details},
        "text": content.get("caption", ""),
    }
