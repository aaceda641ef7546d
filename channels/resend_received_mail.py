"""Resend's answer about a received e-mail as a `ReceivedMail`. Of what strangers sent, so any part of it may be missing or odd.

https://resend.com/docs/api-reference/emails/retrieve-received-email
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from state.model.received_mail import Authentication, ReceivedFile, ReceivedMail

_LONE_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_MAX_FILES: Final = 1000
_VERDICTS: Final = ("result", "status", "verdict")


def received_mail(answer: object) -> ReceivedMail:
    """Read it. Raises ValueError if it is not about a received e-mail."""
    if not isinstance(answer, Mapping) or not _text(answer.get("id")) or "from" not in answer:
        raise ValueError("not a received mail")
    raw = answer.get("raw")
    return ReceivedMail(
        id=_text(answer["id"]),
        sender=", ".join(_texts(answer["from"])),
        to=_texts(answer.get("to")),
        cc=_texts(answer.get("cc")),
        subject=_text(answer.get("subject")),
        headers=_headers(answer.get("headers")),
        text=_optional(answer.get("text")),
        html=_optional(answer.get("html")),
        authentication=_authentication(answer.get("authentication")),
        raw_url=_text(raw.get("download_url")) or None if isinstance(raw, Mapping) else None,
        files=_files(answer.get("attachments")),
    )


def _text(value: object) -> str:
    return _LONE_SURROGATE.sub("\ufffd", value) if isinstance(value, str) else ""


def _optional(value: object) -> str | None:
    return _text(value) if isinstance(value, str) else None


def _texts(value: object) -> tuple[str, ...]:
    """One text or a list of them; whatever else is in it says nothing."""
    given = value if isinstance(value, list) else [value]
    return tuple(_text(each) for each in given if isinstance(each, str))


def _headers(value: object) -> dict[str, tuple[str, ...]]:
    """By name in lower case: of an object, or of a list of {name, value}."""
    found: dict[str, tuple[str, ...]] = {}
    for name, said in _pairs(value):
        if isinstance(name, str) and (values := _texts(said)):
            key = _text(name).strip().lower()
            found[key] = found.get(key, ()) + values
    return found


def _pairs(value: object) -> Iterator[tuple[object, object]]:
    if isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list):
        yield from ((each.get("name"), each.get("value")) for each in value if isinstance(each, Mapping))


def _authentication(value: object) -> Authentication | None:
    if not isinstance(value, Mapping):
        return None
    return Authentication(
        spf=_verdict(value.get("spf")), dkim=_verdict(value.get("dkim")), dmarc=_verdict(value.get("dmarc"))
    )


def _verdict(value: Any) -> str | None:
    """ "pass", or {"result": "PASS"}. What is there but is of neither form is a verdict that nobody knows: it proves nothing."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        value = next((value[name] for name in _VERDICTS if name in value), "unreadable")
    return (_text(value).strip().lower() or "unreadable") if value is not None else None


def _files(value: object) -> tuple[ReceivedFile, ...]:
    given = value if isinstance(value, list) else []
    return tuple(
        ReceivedFile(
            id=_text(each["id"]),
            filename=_text(each.get("filename")),
            content_type=_text(each.get("content_type")).strip().lower(),
            content_id=_text(each.get("content_id")).strip().strip("<>"),
            inline=_text(each.get("content_disposition")).strip().lower().startswith("inline"),
            bytes=_size(each.get("size")),
        )
        for each in given[:_MAX_FILES]
        if isinstance(each, Mapping) and _text(each.get("id"))
    )


def _size(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
