"""Meta's webhook payload, read into events: every entry, change, message and status, each on its own.

Performs no I/O. `read_payload` never raises: an item that lacks a required value, or on which our own code fails, becomes
Poison; one that needs no action becomes Ignored. Malformed optional values are dropped, so that a name of the wrong type does
not make a message unreadable. Shapes: Meta's webhook reference.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from handlers.account_update import ACCOUNT_FIELDS, read_account_update
from handlers.log import describe_error
from handlers.payload_fields import (
    PROVIDER_ID,
    Json,
    Malformed,
    bsuid,
    id_of,
    is_older,
    metadata,
    object_at,
    optional_text,
    phone_number,
    poison,
    short,
    text_at,
    time_of,
)
from handlers.payload_message import read_message
from state.model.message import Event, IdentityChange, Ignored, Status

_ANY_TIME: Final = datetime.min.replace(tzinfo=UTC)
_MAX_DIGITS: Final = 4300  # the longest integer that Python reads and writes
_MAX_ERROR_CODE: Final = 10**9  # Meta's have at most seven digits


def parse_body(body: bytes) -> Any:
    """Parse a body as JSON; None if it is not JSON. An integer too long for Python becomes a float.

    Most JSON parsers read every number as a float; otherwise one absurd number would lose the whole body.
    """
    try:
        return json.loads(body, parse_int=_integer)
    except (ValueError, RecursionError):
        return None


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MAX_DIGITS else float(digits)


def read_payload(payload: Json, phone_number_id: str, oldest: datetime = _ANY_TIME) -> list[Event]:
    """All events of one call, in the order they came. Messages and statuses of other numbers are ignored.

    So is what is older than `oldest`: Meta does not deliver it, so somebody has kept a signed call and delivers it again.
    """
    events: list[Event] = []
    for entry in _items(payload, "entry", events):
        for change in _items(entry, "changes", events):
            events.extend(_change(change, phone_number_id, oldest, _happened_at(entry)))
    return events


def _happened_at(entry: Json) -> datetime | None:
    try:
        return time_of({"timestamp": entry.get("time")})
    except Malformed:
        return None


def _change(
    change: Json, phone_number_id: str, oldest: datetime, happened_at: datetime | None
) -> Iterator[Event]:
    name = change.get("field")
    value = change.get("value")
    if not isinstance(value, dict):
        yield poison(change, "value is not an object")
    elif name == "user_id_update":  # announced by Meta, and withdrawn: a system message tells it
        yield from _each(value, "user_id_update", _identity_update, oldest)
    elif isinstance(name, str) and name in ACCOUNT_FIELDS:
        yield read_account_update(name, value, happened_at)
    elif name != "messages":
        yield Ignored(reason=f"field {short(name)}")
    elif (number := metadata(value).get("phone_number_id")) != phone_number_id:
        yield Ignored(reason=f"another number {short(number)}", unexpected=True)
    else:
        yield from _each(value, "messages", lambda item: read_message(item, value), oldest)
        yield from _each(value, "statuses", _status, oldest)
        yield from _each(
            value, "errors", lambda item: Ignored(reason=f"error {short(item.get('code'))}"), oldest
        )


def _each(value: Json, key: str, read: Callable[[Json], Event], oldest: datetime) -> Iterator[Event]:
    problems: list[Event] = []
    for item in _items(value, key, problems):
        try:
            yield (
                read(item)
                if not is_older(item, oldest)
                else Ignored(reason=f"{key} too old", unexpected=True)
            )
        except Malformed as problem:
            yield poison(item, str(problem))
        except Exception as error:  # noqa: BLE001 - a bug of ours: Meta would redeliver all of it for 7 days
            yield poison(item, describe_error(error))
    yield from problems


def _items(parent: Json, key: str, problems: list[Event]) -> Iterator[Json]:
    """The objects in a list that may be missing; anything else in its place goes to `problems`."""
    items = parent.get(key, [])
    if not isinstance(items, list):
        problems.append(poison(parent, f"{key} is not a list"))
        return
    for item in items:
        if isinstance(item, dict):
            yield item
        else:
            problems.append(poison(item, f"{key} holds something other than objects"))


def _identity_update(item: Json) -> Event:
    time_of(item)  # without one it could be delivered again at any time
    ids = object_at(item, "user_id")
    change = IdentityChange(
        previous_user_id=bsuid(ids.get("previous")),
        user_id=bsuid(ids.get("current")),
        wa_id=phone_number(item.get("wa_id")),
    )
    if not change.previous_user_id or not change.user_id:
        raise Malformed("previous or current is missing")
    return change


def _status(item: Json) -> Event:
    errors = item.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    code = first.get("code")
    known = type(code) is int and abs(code) < _MAX_ERROR_CODE  # isinstance would take true for an int
    return Status(
        provider_id=id_of(item, PROVIDER_ID),
        status=text_at(item, "status"),
        dedup_key=optional_text(item, "biz_opaque_callback_data"),
        error_code=code if known else None,
    )
