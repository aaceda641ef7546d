"""Meta's webhook payload, read into events: every entry, change, message and status, each on its own.

Performs no I/O. No exception leaves `read_payload`: an item that lacks what we need of it becomes Poison, and what asks
nothing of us becomes Ignored. What we can do without is left out where it has another form than Meta documents: a name
that is no text makes nobody's message unreadable. Shapes: Meta's webhook reference for the `messages` and
`user_id_update` fields.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from state.model.message import (
    AccountUpdate,
    Attachment,
    AttachmentKind,
    Content,
    Event,
    IdentityChange,
    Ignored,
    Message,
    Poison,
    Press,
    Sender,
    Status,
    Text,
    Unhandled,
    Unsupported,
)

Json = dict[str, Any]

# A wamid has to fit into a dedup key of 256, which travels as an HTTP header: visible ASCII.
_WAMID: Final = re.compile(r"[!-~]{1,240}")
_PROVIDER_ID: Final = re.compile(r"[!-~]{1,512}")  # of ours, from a status; looked for, never a key
_MAX_DIGITS: Final = 4300  # of an integer that Python reads and writes out
_BSUID: Final = re.compile(r"[A-Z]{2}(\.ENT)?\.[A-Za-z0-9]{1,128}")
_NO_CODE: Final = 10**9  # Meta's error codes have at most seven digits
_NUMBER: Final = re.compile(r"\+?[0-9]{4,20}")
# Postgres takes no NUL, and UTF-8 no half of a surrogate pair.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
_MEDIA: Final = {
    "image": AttachmentKind.IMAGE,
    "video": AttachmentKind.VIDEO,
    "document": AttachmentKind.DOCUMENT,
    "audio": AttachmentKind.AUDIO,
}
# Sub-types of `unsupported` that are no message to us: they are gestures about other messages.
_GESTURES: Final = {"reaction", "pin", "keep_in_chat", "poll_update"}


class _Malformed(Exception):
    """The item does not have the documented shape."""


def parse_body(body: bytes) -> Any:
    """The JSON of a body, or None if it is none. An integer that Python would refuse to read becomes a float.

    That is what most readers of JSON make of every number; left alone, one silly number would cost the whole body.
    """
    try:
        return json.loads(body, parse_int=_integer)
    except (ValueError, RecursionError):
        return None


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MAX_DIGITS else float(digits)


def read_payload(payload: Json, phone_number_id: str) -> list[Event]:
    """All events of one call, in the order they came. Messages and statuses of other numbers are ignored."""
    events: list[Event] = []
    for entry in _items(payload, "entry", events):
        for change in _items(entry, "changes", events):
            events.extend(_change(change, phone_number_id))
    return events


# Fields for whoever runs the desk: a template that is paused or a number that is restricted costs answers.
_OF_THE_ACCOUNT: Final = {
    "account_alerts",
    "account_review_update",
    "account_update",
    "message_template_quality_update",
    "message_template_status_update",
    "phone_number_quality_update",
    "template_category_update",
}
_NEWS: Final = ("event", "decision", "new_quality_score", "new_category", "alert_type")


def _account_news(field: str, value: Json) -> AccountUpdate:
    told = next((value[name] for name in _NEWS if value.get(name)), None)
    about = [value.get("message_template_name"), value.get("message_template_language")]
    named = " ".join(_short(part) for part in about if part)
    return AccountUpdate(field=field, news=_short(told or "changed"), about=named or None)


def _change(change: Json, phone_number_id: str) -> Iterator[Event]:
    name = change.get("field")
    value = change.get("value")
    if not isinstance(value, dict):
        yield _poison(change, "value is no object")
    elif name == "user_id_update":
        yield from _each(value, "user_id_update", _identity_update)
    elif isinstance(name, str) and name in _OF_THE_ACCOUNT:
        yield _account_news(name, value)
    elif name != "messages":
        yield Ignored(reason=f"field {_short(name)}")
    elif _phone_number_id(value) != phone_number_id:
        yield Ignored(reason=f"another number {_short(_phone_number_id(value))}")
    else:
        yield from _each(value, "messages", lambda item: _message(item, value))
        yield from _each(value, "statuses", _status)
        yield from _each(value, "errors", lambda item: Ignored(reason=f"error {_short(item.get('code'))}"))


def _each(value: Json, key: str, read: Callable[[Json], Event]) -> Iterator[Event]:
    problems: list[Event] = []
    for item in _items(value, key, problems):
        try:
            yield read(item)
        except _Malformed as problem:
            yield _poison(item, str(problem))
    yield from problems


def _items(parent: Json, key: str, problems: list[Event]) -> Iterator[Json]:
    """The objects in a list that may be missing; anything else in its place goes to `problems`."""
    items = parent.get(key, [])
    if not isinstance(items, list):
        problems.append(_poison(parent, f"{key} is no list"))
        return
    for item in items:
        if isinstance(item, dict):
            yield item
        else:
            problems.append(_poison(item, f"{key} holds no object"))


# --- one message ----------------------------------------------------------------------------------------------------


def _message(item: Json, value: Json) -> Event:
    kind = _string(item, "type")
    if item.get("group_id"):
        return Ignored(reason="group message")
    if kind == "system":
        return _system(_object(item, "system"), item)
    sender = _sender(item, value)
    if sender.wa_id and sender.wa_id == _display_number(value):
        return Ignored(reason="echo of our own")
    content = _content(kind, item)
    if isinstance(content, Ignored):
        return content
    return Message(wamid=_id(item, _WAMID), sender=sender, at=_time(item), content=content, raw=item)


def _content(kind: str, item: Json) -> Content | Ignored:
    match kind:
        case "text":
            body = _string(_object(item, "text"), "body", empty=True)
            return Text(body=body) if body.strip() else Ignored(reason="empty text")
        case "image" | "video" | "document" | "audio":
            return _file(kind, _object(item, kind))
        case "location":
            return _location(_object(item, "location"))
        case "interactive":
            return _interactive(_object(item, "interactive"))
        case "button":
            button = _object(item, "button")
            return Press(id=_string(button, "payload", empty=True), title=_optional(button, "text") or "")
        case "sticker":
            return Unsupported(what=Unhandled.STICKER)
        case "contacts":
            return Unsupported(what=Unhandled.CONTACT)
        case "edit":
            return Unsupported(what=Unhandled.EDIT)
        case "order" | "ephemeral":
            return Unsupported(what=Unhandled.OTHER)
        case "unsupported":
            return _unsupported(item)
        case _:  # reaction, revoke, request_welcome, and whatever Meta invents next
            return Ignored(reason=f"type {_short(kind)}")


def _file(kind: str, media: Json) -> Attachment:
    voice = kind == "audio" and media.get("voice") is True
    return Attachment(
        kind=AttachmentKind.VOICE if voice else _MEDIA[kind],
        media_id=_string(media, "id"),
        mime_type=_optional(media, "mime_type"),
        sha256=_optional(media, "sha256"),
        filename=_optional(media, "filename"),
        caption=_optional(media, "caption"),
    )


def _location(place: Json) -> Attachment:
    names = [name for name in (_optional(place, "name"), _optional(place, "address")) if name]
    return Attachment(
        kind=AttachmentKind.LOCATION,
        latitude=_degrees(place, "latitude", 90),
        longitude=_degrees(place, "longitude", 180),
        place=", ".join(names) or None,
    )


def _interactive(interactive: Json) -> Content | Ignored:
    kind = _string(interactive, "type")
    if kind not in {"button_reply", "list_reply"}:
        return Ignored(reason=f"interactive {_short(kind)}")
    reply = _object(interactive, kind)
    return Press(id=_string(reply, "id", empty=True), title=_optional(reply, "title") or "")


def _unsupported(item: Json) -> Content | Ignored:
    detail = item.get("unsupported")
    kind = _optional(detail, "type") if isinstance(detail, dict) else None
    if kind in _GESTURES:
        return Ignored(reason=f"unsupported {kind}")
    if kind == "edit":
        return Unsupported(what=Unhandled.EDIT)
    return Unsupported(what=Unhandled.POLL if kind == "poll_creation" else Unhandled.OTHER)


# --- who ------------------------------------------------------------------------------------------------------------


def _sender(item: Json, value: Json) -> Sender:
    """The sender's aliases and name. `contacts[]` is matched by id, never by position: a call may carry several people."""
    # A BSUID that cannot be read is never passed over: the number alone may still be its last owner's.
    user_id, wa_id = _bsuid(item.get("from_user_id")), item.get("from")
    if _is(_BSUID, wa_id):  # seen in the wild: the BSUID where the number used to be
        user_id, wa_id = user_id or wa_id, None
    wa_id = _wa_id(wa_id) if not user_id else _if_number(wa_id)
    contact = _contact(value, user_id, wa_id)
    user_id = user_id or _if_bsuid(contact.get("user_id"))
    wa_id = wa_id or _if_number(contact.get("wa_id"))
    if not user_id and not wa_id:
        raise _Malformed("nobody sent it")
    profile = contact.get("profile")
    name = _optional(profile, "name") if isinstance(profile, dict) else None
    return Sender(user_id=user_id, wa_id=wa_id, name=name[:200] if name else None)


def _contact(value: Json, user_id: str | None, wa_id: str | None) -> Json:
    contacts = value.get("contacts")
    people = [person for person in contacts if isinstance(person, dict)] if isinstance(contacts, list) else []
    by_id = (person for person in people if user_id and person.get("user_id") == user_id)
    by_number = (
        person
        for person in people
        if wa_id
        and person.get("wa_id") == wa_id
        and (not user_id or person.get("user_id") in (None, user_id))
    )
    return next(by_id, None) or next(by_number, None) or {}


def _bsuid(value: Any) -> str | None:
    if value in (None, ""):
        return None
    if not _is(_BSUID, value):
        raise _Malformed("user id has another form")
    return str(value)


def _if_bsuid(value: Any) -> str | None:
    return str(value) if _is(_BSUID, value) else None


def _wa_id(value: Any) -> str | None:
    if value in (None, ""):
        return None
    number = _if_number(value)
    if number is None:
        raise _Malformed("number has another form")
    return number


def _if_number(value: Any) -> str | None:
    return str(value).removeprefix("+") if _is(_NUMBER, value) else None


def _is(form: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _system(system: Json, item: Json) -> Event:
    """A number that changed moves with its owner. A change of BSUID alone comes as `user_id_update` too, with both ids."""
    if system.get("type") not in ("user_changed_number", "customer_changed_number"):
        return Ignored(reason=f"system {_short(system.get('type'))}")
    change = IdentityChange(
        previous_wa_id=_wa_id(item.get("from")),
        wa_id=_wa_id(system.get("wa_id") or system.get("new_wa_id")),
        user_id=_bsuid(system.get("user_id")),
    )
    return (
        change
        if change.previous_wa_id and (change.wa_id or change.user_id)
        else Ignored(reason="system, no ids")
    )


def _identity_update(item: Json) -> Event:
    ids = _object(item, "user_id")
    change = IdentityChange(
        previous_user_id=_bsuid(ids.get("previous")),
        user_id=_bsuid(ids.get("current")),
        wa_id=_wa_id(item.get("wa_id")),
    )
    if not change.previous_user_id or not change.user_id:
        raise _Malformed("previous and current are not both there")
    return change


# --- statuses -------------------------------------------------------------------------------------------------------


def _status(item: Json) -> Event:
    errors = item.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    code = first.get("code")
    return Status(
        provider_id=_id(item, _PROVIDER_ID),
        status=_string(item, "status"),
        dedup_key=_optional(item, "biz_opaque_callback_data"),
        error_code=code if type(code) is int and abs(code) < _NO_CODE else None,  # true is an int to Python
    )


# --- single values --------------------------------------------------------------------------------------------------


def _object(parent: Json, key: str) -> Json:
    value = parent.get(key)
    if not isinstance(value, dict):
        raise _Malformed(f"{key} is no object")
    return value


def _string(parent: Json, key: str, *, empty: bool = False) -> str:
    value = parent.get(key)
    if not isinstance(value, str) or not (value or empty):
        raise _Malformed(f"{key} is no text")
    return _UNSTORABLE.sub("\ufffd", value)


def _optional(parent: Json, key: str) -> str | None:
    """A text that we can do without; anything else in its place is as good as nothing."""
    return _string(parent, key) if isinstance(parent.get(key), str) and parent[key] else None


def _id(item: Json, form: re.Pattern[str]) -> str:
    if not _is(form, item.get("id")):
        raise _Malformed("id has another form")
    return str(item["id"])


def _degrees(parent: Json, key: str, most: float) -> float:
    value = parent.get(key)
    # Said this way round, NaN is refused too, and a number of a thousand digits is no overflow.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= most:
        raise _Malformed(f"{key} is no angle")
    return float(value)


def _time(item: Json) -> datetime:
    """Meta: unix seconds, as a string."""
    try:
        return datetime.fromtimestamp(int(item.get("timestamp", "")), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        raise _Malformed("timestamp is no time") from None


def _phone_number_id(value: Json) -> Any:
    metadata = value.get("metadata")
    return metadata.get("phone_number_id") if isinstance(metadata, dict) else None


def _display_number(value: Json) -> Any:
    metadata = value.get("metadata")
    return metadata.get("display_phone_number") if isinstance(metadata, dict) else None


def _poison(item: Any, reason: str) -> Poison:
    try:
        payload = json.dumps(item, sort_keys=True)
    except (RecursionError, ValueError):  # too deep, or an integer that Python does not write out
        payload = "(cannot be written down)"
    return Poison(
        key=f"poison/{hashlib.sha256(payload.encode()).hexdigest()}", payload=payload, reason=reason
    )


def poison_of(message: Message, reason: str) -> Poison:
    """The poison row for a message whose turn failed for a reason of its own."""
    return _poison(message.raw, reason)


def _short(value: Any) -> str:
    """A word of Meta's for the log, whatever came in its place."""
    word = str(value) if isinstance(value, str | int) else type(value).__name__
    return re.sub(r"[^\w.-]", "?", word)[:40]
