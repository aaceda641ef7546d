"""Values other than Meta documents: no exception, and each item becomes exactly one event."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator import Json
from emulator.meta.customer import Customer
from emulator.meta.webhook_payload import BUSINESS
from handlers.payload import read_payload
from handlers.payload_fields import poison
from state.model.message import IdentityChange, Ignored, Message, Poison, Text, Unhandled, Unsupported
from tests.support.examples import examples
from tests.support.payloads import ANY_JSON, FILES, NUMBER, PAYLOADS, places, read, replaced, storable


def text(**changes: Any) -> Json:
    return {**Customer().text("hola"), **changes}


@settings(max_examples=examples(600))
@given(st.data())
def test_no_exception_leaves(data: st.DataObject) -> None:
    payload = data.draw(st.sampled_from(PAYLOADS))
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(list(places(payload))))
        payload = replaced(payload, path, data.draw(ANY_JSON))
        if not isinstance(payload, dict) or not list(places(payload)):
            break
    for event in read_payload(payload, NUMBER):
        storable(event)


@settings(max_examples=examples(200))
@given(st.lists(ANY_JSON, max_size=4), st.lists(ANY_JSON, max_size=4))
def test_each_item_is_one_event(messages: list[Any], statuses: list[Any]) -> None:
    events = read({"messages": messages, "statuses": statuses})
    assert len(events) == len(messages) + len(statuses)


@pytest.mark.parametrize("payload", PAYLOADS, ids=FILES)
def test_recorded_items_are_one_event_each(payload: Json) -> None:
    changes = [change for entry in payload["entry"] for change in entry["changes"]]
    expected = 0
    for change in changes:
        value = change["value"]
        ours = value.get("metadata", {}).get("phone_number_id") == NUMBER
        items = [value.get(key, []) for key in ("messages", "statuses", "errors")]
        counted = sum(map(len, items)) if change["field"] == "messages" and ours else 1
        expected += counted
    assert len(read_payload(payload, NUMBER)) == expected


@pytest.mark.parametrize(
    ("before", "after"), [('{"entry":{"a":', "}}"), ('{"entry":[{"changes":[{"value":1,"field":', "}]}]}")]
)
def test_nested_as_deeply_as_json_can_be_read(before: str, after: str) -> None:
    for depth in range(700, 1100):
        try:
            payload = json.loads(before + "[" * depth + "]" * depth + after)
        except RecursionError:
            return
        assert len(read_payload(payload, NUMBER)) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"id": None},
        {"id": "x" * 241},
        {"id": ""},
        {"timestamp": "soon"},
        {"timestamp": "9" * 400},
        {"timestamp": None},
        {"text": "hola"},
        {"text": {}},
        {"text": {"body": 7}},
        {"type": None},
        {"from": "not a number", "from_user_id": None},
        {"from_user_id": "no bsuid"},
        {"from": None, "from_user_id": None},
    ],
    ids=str,
)
def test_another_shape_is_poison(changes: Json) -> None:
    item = text(**changes)
    (event,) = read({"messages": [item]})
    assert isinstance(event, Poison)
    assert json.loads(event.payload) == item
    assert "hola" not in event.reason


def test_one_bad_item_spoils_no_other() -> None:
    events = read({"messages": [text(), text(id=None), "words", text()]})
    kinds = [type(event).__name__ for event in events]
    assert sorted(kinds) == ["Message", "Message", "Poison", "Poison"]


def test_poison_is_named_by_what_it_is() -> None:
    first, again, other = (read({"messages": [item]})[0] for item in (1, 1, 2))
    assert isinstance(first, Poison)
    assert first == again != other


def test_a_turn_that_fails_keeps_the_item() -> None:
    item = text()
    (message,) = read({"messages": [item]})
    assert isinstance(message, Message)
    kept = poison(message.raw, "ValueError at step:1")
    assert (json.loads(kept.payload), kept.reason) == (item, "ValueError at step:1")


@pytest.mark.parametrize(
    "changes", [{"from": BUSINESS.display_phone_number, "from_user_id": None}, {"text": {"body": " \n"}}]
)
def test_what_asks_nothing(changes: Json) -> None:
    metadata = {"phone_number_id": NUMBER, "display_phone_number": BUSINESS.display_phone_number}
    (event,) = read({"messages": [text(**changes)], "metadata": metadata})
    assert isinstance(event, Ignored)


@pytest.mark.parametrize("wa_id", ["5215512345678", "+5215512345678"])
def test_the_number_is_digits(wa_id: str) -> None:
    (event,) = read({"messages": [text(**{"from": wa_id})]})
    assert isinstance(event, Message)
    assert event.sender.wa_id == "5215512345678"


def test_a_bsuid_in_the_place_of_the_number() -> None:
    (event,) = read({"messages": [text(**{"from": "MX.4f9a2c7be1d04415a6c3", "from_user_id": None})]})
    assert isinstance(event, Message)
    assert (event.sender.user_id, event.sender.wa_id) == ("MX.4f9a2c7be1d04415a6c3", None)


@pytest.mark.parametrize(
    ("system", "sender", "change"),
    [
        (
            {"type": "user_changed_user_id", "previous_user_id": "MX.old", "user_id": "MX.new"},
            None,
            IdentityChange(previous_user_id="MX.old", user_id="MX.new"),
        ),
        (
            {
                "type": "user_changed_number",
                "previous_user_id": "MX.old",
                "user_id": "MX.new",
                "wa_id": "5215599990000",
            },
            "5215512345678",
            IdentityChange(
                previous_user_id="MX.old",
                user_id="MX.new",
                previous_wa_id="5215512345678",
                wa_id="5215599990000",
            ),
        ),
        (
            {"type": "customer_changed_number", "new_wa_id": "5215599990000"},
            "5215512345678",
            IdentityChange(previous_wa_id="5215512345678", wa_id="5215599990000"),
        ),
    ],
)
def test_a_changed_number(system: Json, sender: str | None, change: IdentityChange) -> None:
    item = {"id": "wamid.1", "timestamp": "1", "type": "system", "system": {"body": "?", **system}}
    assert read({"messages": [{**item, **({"from": sender} if sender else {})}]}) == [change]


@pytest.mark.parametrize(
    "system",
    [
        {"type": "user_changed_user_id", "user_id": "MX.new"},
        {"type": "user_changed_user_id", "previous_user_id": "MX.old"},
        {"type": "customer_identity_changed", "previous_user_id": "MX.old", "user_id": "MX.new"},
    ],
)
def test_a_system_message_that_changes_no_id_is_ignored(system: Json) -> None:
    (event,) = read({"messages": [{"id": "wamid.1", "timestamp": "1", "type": "system", "system": system}]})
    assert isinstance(event, Ignored)


def what(message: Json) -> str:
    """How a message is answered that cannot be used."""
    (event,) = read(Customer().webhook(message)["entry"][0]["changes"][0]["value"])
    assert isinstance(event, Message)
    assert isinstance(event.content, Unsupported)
    return event.content.what


class TestErrors:
    """Meta's errors on a message: it is answered, and is never a poison message."""

    @pytest.mark.parametrize(
        "kind", ["document", "video", "image", "audio", "sticker", "unsupported", "hologram"]
    )
    @pytest.mark.parametrize(
        "fields", [{}, {"id": "1", "mime_type": "video/mp4", "caption": "mira"}, {"type": "video"}]
    )
    def test_a_file_over_100_mb(self, kind: str, fields: Json) -> None:
        message = Customer().undelivered_file(kind, **fields)
        assert what(message) == Unhandled.TOO_LARGE
        message["errors"] = [{"code": 131051}, *message["errors"]]
        assert what(message) == Unhandled.TOO_LARGE
        message["errors"] = message["errors"][1] | {"code": "131052"}
        assert what(message) == Unhandled.TOO_LARGE

    @pytest.mark.parametrize(
        "kind",
        ["document", "video", "image", "audio", "sticker", "unsupported", "hologram", "contacts", "order"],
    )
    @pytest.mark.parametrize(
        "error", [{"code": 131051}, {"code": 131060}, {"code": None}, {}, "unreadable", 7]
    )
    @pytest.mark.parametrize("content", [{}, None, "x", {"id": "1"}])
    def test_any_other(self, kind: str, error: object, content: object) -> None:
        message = {**Customer().message(kind, content), "errors": [error]}
        assert what(message) in {Unhandled.OTHER, Unhandled.CONTACT}
        del message[kind]
        assert what(message) in {Unhandled.OTHER, Unhandled.CONTACT}

    @pytest.mark.parametrize("kind", ["text", "location", "interactive", "button"])
    def test_of_what_has_no_content(self, kind: str) -> None:
        assert what({**Customer().message(kind, {}), "errors": [{"code": 131000}]}) == Unhandled.OTHER

    def test_of_no_known_type(self) -> None:
        message = {**Customer().text("hola"), "errors": [{"code": 131051}]}
        del message["type"], message["text"]
        assert what(message) == Unhandled.OTHER

    def test_words_are_kept(self) -> None:
        (event,) = read(
            Customer().webhook(text(errors=[{"code": 131051}]))["entry"][0]["changes"][0]["value"]
        )
        assert isinstance(event, Message)
        assert event.content == Text(body="hola")

    @pytest.mark.parametrize("kind", ["reaction", "pin", "poll_update"])
    def test_a_gesture_needs_no_answer(self, kind: str) -> None:
        assert [type(event) for event in read({"messages": [Customer().unsupported(kind)]})] == [Ignored]

    def test_no_errors(self) -> None:
        nothing: list[object] = [[], None, {}, ""]
        for errors in nothing:
            (event,) = read({"messages": [text(errors=errors)]})
            assert isinstance(event, Message)
