"""The recorded webhook payloads, and ways to change them: any value in any place."""

import copy
import json
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from hypothesis import strategies as st

from emulator import Json
from emulator.meta.customer import Customer
from emulator.meta.webhook_payload import BUSINESS, new_wamid, webhook
from handlers.payload import read_payload
from state.model.message import Event, Message
from tests.support.paths import RECORDED

FILES = sorted(path.name for path in RECORDED.glob("*.json") if path.name != "signature_vectors.json")
SIGNATURES: dict[str, Any] = json.loads((RECORDED / "signature_vectors.json").read_text())
VECTORS: list[dict[str, Any]] = SIGNATURES["vectors"]
NUMBER = BUSINESS.phone_number_id
PAYLOADS: list[Json] = [json.loads((RECORDED / name).read_text()) for name in FILES]
Path = tuple[str | int, ...]

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -1, 0, 1e308, float("nan"), float("inf"), -float("inf")])
    | st.floats()
    | st.text()
    | st.sampled_from(["", "\x00", "\ud800", "9" * 5000, "../../x", "messages", "text", "wamid." + "x" * 300])
)
ANY_JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


def read(value: Json, field: str = "messages") -> list[Event]:
    """The events of one change."""
    change = {"field": field, "value": {"metadata": {"phone_number_id": NUMBER}, **value}}
    return read_payload({"entry": [{"changes": [change]}]}, NUMBER)


def places(node: Any, path: Path = ()) -> Iterator[Path]:
    """The path to every node below this one."""
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield (*path, key)
        yield from places(child, (*path, key))


def replaced(payload: Json, path: Path, value: Any) -> Json:
    changed = copy.deepcopy(payload)
    node: Any = changed
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return changed


def storable(event: Event) -> None:
    """Check that Postgres can store it: no NUL, no unpaired surrogate. The raw item is stored escaped."""
    values = asdict(replace(event, raw=None) if isinstance(event, Message) else event)
    for word in strings(values):
        assert "\x00" not in word
        word.encode()


def strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for child in node.values():
            yield from strings(child)


def user_id_update(customer: Customer, current: str) -> Json:
    """A payload with a new BSUID of this customer (a field with its own subscription)."""
    contact = customer.contact()
    contact.pop("user_id", None)
    update = {
        **({"wa_id": customer.wa_id} if customer.wa_id else {}),
        "detail": f"User id for {customer.name} has been updated.",
        "user_id": {"previous": customer.user_id, "current": current},
        "timestamp": str(int(customer.clock())),
    }
    return webhook({"contacts": [contact], "user_id_update": [update]}, field="user_id_update")


def number_changed(customer: Customer, user_id: str, wa_id: str | None = None) -> Json:
    """A payload with a new BSUID of this customer, and their new number, if Meta may share it."""
    system = {
        "body": f"User {customer.name} changed their phone number",
        "user_id": user_id,
        "previous_user_id": customer.user_id,
        "type": "user_changed_number" if wa_id else "user_changed_user_id",
        **({"wa_id": wa_id} if wa_id else {}),
    }
    message = {
        "id": new_wamid(),
        "timestamp": str(int(customer.clock())),
        "type": "system",
        "system": system,
        **({"from": customer.wa_id} if wa_id else {}),
    }
    return webhook({"messages": [message]})


def shape(value: Any) -> Any:
    """Keys and types, without the values."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return type(value).__name__
