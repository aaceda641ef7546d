"""One message of Meta's payload: who sent it and what is in it. Shapes: Meta's webhook reference for `messages`."""

import json
from typing import Final

from handlers.payload_fields import (
    BSUID,
    PROVIDER_ID,
    WAMID,
    Json,
    Malformed,
    bsuid,
    bsuid_or_none,
    degrees_at,
    id_of,
    matches,
    metadata,
    object_at,
    optional_text,
    phone_number,
    phone_number_or_none,
    short,
    text_at,
    time_of,
)
from state.model.message import (
    Attachment,
    AttachmentKind,
    Content,
    Deleted,
    Edited,
    Event,
    IdentityChange,
    Ignored,
    Message,
    Press,
    Sender,
    Text,
    Unhandled,
    Unsupported,
)

# Sub-types of `unsupported` that are gestures about other messages, and need no answer.
_GESTURES: Final = {"reaction", "pin", "keep_in_chat", "poll_update"}
# Sub-types of `system`: the number can be shared, it cannot, and the name of the first before 2026.
_NUMBER_CHANGED: Final = {"user_changed_number", "user_changed_user_id", "customer_changed_number"}
_FILES: Final = {"image", "video", "document", "audio", "sticker"}
_TOO_LARGE: Final = "131052"  # Meta could not fetch the customer's file: it has more than 100 MB
_AROUND: Final = {"context", "referral", "errors", "system"}  # what is about a message, and not in it
_MAX_NAME: Final = 200


def read_message(item: Json, value: Json) -> Event:
    """Read an item of `messages`. value: the object around it, with the contacts. Raises Malformed."""
    errors = _errors(item)
    kind = text_at(item, "type") if not errors else optional_text(item, "type") or "unsupported"
    if item.get("group_id"):
        return Ignored(reason="group message")
    if kind == "system":
        return _system(object_at(item, "system"), item)
    sender = _sender(item, value)
    if sender.wa_id and sender.wa_id == metadata(value).get("display_phone_number"):
        return Ignored(reason="echo of our own")
    content = _content_despite(errors, kind, item) if errors else _content(kind, item)
    if isinstance(content, Ignored):
        return content
    return Message(
        wamid=id_of(item, WAMID),
        sender=sender,
        at=time_of(item),
        content=content,
        quoted=_about(content, item),
        raw=item,
    )


def _about(content: Content, item: Json) -> str | None:
    """The id of the message that this one is about. A forwarded message has a context, too, without an id."""
    match content:
        case Deleted(of=of) | Edited(of=of):
            return of
        case Press():
            return None
    context = item.get("context")
    found = context.get("id") if isinstance(context, dict) else None
    return str(found) if matches(PROVIDER_ID, found) else None


def _errors(item: Json) -> list[object]:
    """What Meta says is wrong with the message. Mostly on `unsupported`, but it may be on any type, without the type's content."""
    errors = item.get("errors")
    return errors if isinstance(errors, list) else [errors] if errors else []


def _content_despite(errors: list[object], kind: str, item: Json) -> Content | Ignored:
    """What can be read of a message that has errors: its words, but no file. The customer hears that the rest cannot."""
    if any(isinstance(error, dict) and str(error.get("code")) == _TOO_LARGE for error in errors):
        return Unsupported(what=Unhandled.TOO_LARGE, words=_words(item))
    if kind in _FILES:
        return _only_words(item)
    try:
        content = _content(kind, item)
    except Malformed:
        return _only_words(item)
    gesture = kind in {"unsupported", "reaction", "revoke"}
    return _only_words(item) if isinstance(content, Ignored) and not gesture else content


def _content(kind: str, item: Json) -> Content | Ignored:
    match kind:
        case "text":
            body = text_at(object_at(item, "text"), "body", empty=True)
            return Text(body=body) if body.strip() else Ignored(reason="empty text")
        case "image" | "video" | "document" | "audio":
            return _file(kind, object_at(item, kind))
        case "location":
            return _location(object_at(item, "location"))
        case "interactive":
            return _interactive(object_at(item, "interactive"))
        case "button":
            button = object_at(item, "button")
            return Press(id=text_at(button, "payload", empty=True), title=optional_text(button, "text") or "")
        case "sticker":
            return Unsupported(what=Unhandled.STICKER)
        case "edit":
            return _edit(item)
        case "revoke":
            return Deleted(of=_original(object_at(item, "revoke")))
        case "contacts":
            return Unsupported(what=Unhandled.CONTACT)
        case "order" | "ephemeral":
            return _only_words(item)
        case "unsupported":
            return _unsupported(item)
        case _ if _words(item):
            return _only_words(item)
        case _:  # reaction, request_welcome, and whatever Meta invents next
            return Ignored(reason=f"type {short(kind)}")


def _only_words(item: Json) -> Unsupported:
    return Unsupported(what=Unhandled.OTHER, words=_words(item))


def _words(item: Json) -> str:
    """What somebody wrote in a message of any type: its text, or the caption of a file."""
    contents = (value for key, value in item.items() if key not in _AROUND and isinstance(value, dict))
    words = (optional_text(content, key) for content in contents for key in ("body", "caption", "text"))
    return "\n".join(said.strip() for said in words if said and said.strip())


def _file(kind: str, media: Json) -> Attachment:
    voice = kind == "audio" and media.get("voice") is True
    return Attachment(
        kind=AttachmentKind.VOICE if voice else AttachmentKind(kind),
        media_id=text_at(media, "id"),
        mime_type=optional_text(media, "mime_type"),
        sha256=optional_text(media, "sha256"),
        filename=optional_text(media, "filename"),
        caption=optional_text(media, "caption"),
    )


def _edit(item: Json) -> Content:
    """An edited text or caption. Meta sends it for numbers that are also on the WhatsApp Business app; others: `_unsupported`."""
    edit = object_at(item, "edit")
    message = object_at(edit, "message")
    kind = optional_text(message, "type") or ""
    content = message.get(kind)
    words = (
        optional_text(content, "body" if kind == "text" else "caption") if isinstance(content, dict) else None
    )
    if not isinstance(content, dict) or not words or not words.strip():
        return Unsupported(what=Unhandled.EDIT)
    has_file = kind in _FILES - {"sticker"} and optional_text(content, "id") is not None
    file = _file(kind, content) if has_file else None
    return Edited(of=_original(edit), body=words, file=file, is_whole=has_file or kind == "text")


def _original(change: Json) -> str:
    if not matches(PROVIDER_ID, change.get("original_message_id")):
        raise Malformed("original_message_id is malformed")
    return str(change["original_message_id"])


def _location(place: Json) -> Attachment:
    names = [name for name in (optional_text(place, "name"), optional_text(place, "address")) if name]
    return Attachment(
        kind=AttachmentKind.LOCATION,
        latitude=degrees_at(place, "latitude", 90),
        longitude=degrees_at(place, "longitude", 180),
        place=", ".join(names) or None,
    )


def _interactive(interactive: Json) -> Content | Ignored:
    kind = text_at(interactive, "type")
    if kind == "nfm_reply" and (words := _form(interactive)):
        return Unsupported(what=Unhandled.OTHER, words=words)
    if kind not in {"button_reply", "list_reply"}:
        return Ignored(reason=f"interactive {short(kind)}")
    reply = object_at(interactive, kind)
    return Press(id=text_at(reply, "id", empty=True), title=optional_text(reply, "title") or "")


def _form(interactive: Json) -> str:
    """What somebody entered in a form of WhatsApp (a flow). Ours has none; the operator may have made one."""
    reply = interactive.get("nfm_reply")
    written = reply.get("response_json") if isinstance(reply, dict) else None
    try:
        # A number as it was written, however long.
        entered = json.loads(written, parse_int=str, parse_float=str) if isinstance(written, str) else None
    except (ValueError, RecursionError):
        return ""
    fields = entered.items() if isinstance(entered, dict) else ()
    said = ((field, _entered(value)) for field, value in fields if field != "flow_token")
    return "\n".join(f"{field}: {value}" for field, value in said if value)


def _entered(value: object) -> str:
    """What was written or chosen; of several choices, all. Empty for what is neither."""
    chosen = value if isinstance(value, list) else [value]
    return ", ".join(
        str(each).strip() for each in chosen if isinstance(each, str | bool) and str(each).strip()
    )


def _unsupported(item: Json) -> Content | Ignored:
    detail = item.get("unsupported")
    kind = optional_text(detail, "type") if isinstance(detail, dict) else None
    if kind in _GESTURES:
        return Ignored(reason=f"unsupported {kind}")
    if kind == "edit":
        return Unsupported(what=Unhandled.EDIT)
    return Unsupported(what=Unhandled.POLL) if kind == "poll_creation" else _only_words(item)


def _system(system: Json, item: Json) -> Event:
    """Read a change of number, which is one of BSUID, too. The ids are where Meta documents them: `body` is for people."""
    if system.get("type") not in _NUMBER_CHANGED:
        return Ignored(reason=f"system {short(system.get('type'))}")
    time_of(item)  # without one it could be delivered again at any time
    change = IdentityChange(
        previous_user_id=bsuid(system.get("previous_user_id")),
        user_id=bsuid(system.get("user_id")),
        previous_wa_id=phone_number(item.get("from")),
        wa_id=phone_number(system.get("wa_id") or system.get("new_wa_id")),
    )
    known = (change.previous_user_id or change.previous_wa_id) and (change.user_id or change.wa_id)
    return change if known else Ignored(reason="system, no ids")


def _sender(item: Json, value: Json) -> Sender:
    """Read the sender's aliases and name. `contacts[]` is matched by id, never by position: a call may contain several people."""
    # Never ignore an unreadable BSUID: the number alone may still belong to its previous owner.
    user_id, wa_id = bsuid(item.get("from_user_id")), item.get("from")
    if matches(BSUID, wa_id):  # seen in the wild: the BSUID where the number used to be
        user_id, wa_id = user_id or wa_id, None
    wa_id = phone_number(wa_id) if not user_id else phone_number_or_none(wa_id)
    contact = _contact(value, user_id, wa_id)
    user_id = user_id or bsuid_or_none(contact.get("user_id"))
    wa_id = wa_id or phone_number_or_none(contact.get("wa_id"))
    if not user_id and not wa_id:
        raise Malformed("it has no sender")
    profile = contact.get("profile")
    name = optional_text(profile, "name") if isinstance(profile, dict) else None
    return Sender(user_id=user_id, wa_id=wa_id, name=name[:_MAX_NAME] if name else None)


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
