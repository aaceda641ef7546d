"""Looks into webhook payloads: which messages and statuses are in there, and whose they are."""

from __future__ import annotations

from collections.abc import Iterator

from emulator.meta.wire import Json

# What the desk takes a turn for. The rest (reactions, gestures about other messages) it leaves alone by design.
_TAKEN = {
    "text",
    "image",
    "video",
    "document",
    "audio",
    "location",
    "interactive",
    "button",
    "sticker",
    "contacts",
    "unsupported",
}
_GESTURES = {"reaction", "pin", "keep_in_chat", "poll_update"}


def messages_in(payload: Json) -> list[tuple[Json, Json]]:
    """Each message with the contact who wrote it."""
    return [
        (message, _contact_of(message, value))
        for value in _values(payload)
        for message in value.get("messages", [])
    ]


def statuses_in(payload: Json) -> list[Json]:
    return [status for value in _values(payload) for status in value.get("statuses", [])]


def wants_a_turn(message: Json) -> bool:
    """Whether the desk has to take it: then it may not be lost."""
    kind = message["type"]
    return kind in _TAKEN and not (kind == "unsupported" and message[kind].get("type") in _GESTURES)


def aliases_of(message: Json) -> set[str]:
    """The phone and the BSUID it names."""
    return {alias for alias in (message.get("from"), message.get("from_user_id")) if alias}


def media_of(message: Json) -> str | None:
    """The id of the file in it."""
    content = message.get(message["type"])
    found = content.get("id") if isinstance(content, dict) and "sha256" in content else None
    return str(found) if found else None


def _values(payload: Json) -> Iterator[Json]:
    for entry in payload.get("entry", []):
        for change in entry.get("changes", []):
            yield change.get("value", {})


def _contact_of(message: Json, value: Json) -> Json:
    aliases = aliases_of(message)
    for contact in value.get("contacts", []):
        if aliases & {contact.get("wa_id"), contact.get("user_id")}:
            return dict(contact)
    return {"wa_id": message.get("from"), "user_id": message.get("from_user_id")}
