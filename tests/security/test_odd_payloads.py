"""Signed payloads with odd values: invalid optional values are omitted, and one odd value does not affect others."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator import Json
from emulator.meta.customer import batch
from emulator.meta.webhook_payload import BUSINESS
from handlers.payload import parse_body, read_payload
from state.model.message import Attachment, Event, Ignored, Message, Poison, Press, Status, Text
from tests.support.examples import examples
from tests.support.function import ANA, BETO, Service, World, settle
from tests.support.payloads import ANY_JSON, FILES, PAYLOADS, Path, places, read, replaced, storable

NUMBER = BUSINESS.phone_number_id
ODD = [7, True, 1.5, [], {}, ["x"], {"x": 1}, "", None]
LONG = "9" * 5000  # Python reads 4,300 digits and no more
HELLO = ANA.text("hola")
MESSAGES = {
    "image": ANA.image(caption="la pantalla"),
    "document": ANA.document(caption="la factura"),
    "voice": ANA.voice(),
    "location": ANA.location(-34.6, -58.4, "Sucursal", "Calle 1"),
    "press": ANA.press("menu/menu", "Menú", of="wamid.x"),
    "choose": ANA.choose("menu/menu", "Menú", of="wamid.x"),
    "quick reply": ANA.quick_reply("menu/menu", "Menú", of=None),
    "text": {**ANA.text("hola"), "context": {"id": "wamid.x"}, "referral": {"body": "x"}},
}
# The optional values of a message of this kind, besides its sender's name.
OPTIONAL: dict[str, list[Path]] = {
    "image": [("image", key) for key in ("mime_type", "sha256", "caption", "filename", "url")],
    "document": [("document", key) for key in ("mime_type", "sha256", "caption", "filename")],
    "voice": [("audio", key) for key in ("mime_type", "sha256")],
    "location": [("location", key) for key in ("name", "address", "url")],
    "press": [("interactive", "button_reply", "title"), ("context",)],
    "choose": [("interactive", "list_reply", "title"), ("interactive", "list_reply", "description")],
    "quick reply": [("button", "text")],
    "text": [("context",), ("context", "id"), ("referral",), ("username",)],
}
CASES = [(kind, path) for kind, paths in OPTIONAL.items() for path in paths]


def only(events: list[Event]) -> Event:
    (event,) = events
    return event


class TestOptional:
    @pytest.mark.parametrize(("kind", "path"), CASES, ids=str)
    @pytest.mark.parametrize("value", ODD, ids=repr)
    def test_fields_are_left_out(self, kind: str, path: Path, value: Any) -> None:
        event = only(read({"messages": [replaced(MESSAGES[kind], path, value)]}))
        assert isinstance(event, Message)
        assert isinstance(event.content, Attachment | Press | Text)
        storable(event)

    @pytest.mark.parametrize("value", ODD, ids=repr)
    @pytest.mark.parametrize("path", [("profile",), ("profile", "name"), ("user_id",), ("wa_id",)], ids=str)
    def test_fields_of_the_contact(self, path: Path, value: Any) -> None:
        event = only(read({"messages": [HELLO], "contacts": [replaced(ANA.contact(), path, value)]}))
        assert isinstance(event, Message)
        assert (event.sender.user_id, event.sender.wa_id) == (ANA.user_id, ANA.wa_id)

    @pytest.mark.parametrize("value", ODD[:-2], ids=repr)
    def test_a_name_that_is_none_leaves_a_nameless_sender(self, value: Any) -> None:
        contact = replaced(ANA.contact(), ("profile", "name"), value)
        event = only(read({"messages": [HELLO], "contacts": [contact]}))
        assert isinstance(event, Message)
        assert event.sender.name is None

    @pytest.mark.parametrize("value", [*ODD, "not a number", "1" * 30])
    def test_a_number_beside_a_user_id(self, value: Any) -> None:
        event = only(read({"messages": [{**HELLO, "from": value}]}))
        assert isinstance(event, Message)
        assert (event.sender.user_id, event.sender.wa_id) == (ANA.user_id, None)

    @pytest.mark.parametrize("value", ODD, ids=repr)
    def test_our_key_in_a_status(self, value: Any) -> None:
        status = {"id": "wamid.x", "status": "sent", "biz_opaque_callback_data": value, "errors": value}
        assert only(read({"statuses": [status]})) == Status(provider_id="wamid.x", status="sent")

    @pytest.mark.parametrize("code", [True, "131026", 1.5, 10**30, 10**4000, 10.0**30, None])
    def test_an_error_s_code(self, code: Any) -> None:
        status = {"id": "wamid.x", "status": "failed", "errors": [{"code": code}]}
        assert only(read({"statuses": [status]})) == Status(provider_id="wamid.x", status="failed")


class TestRequired:
    @pytest.mark.parametrize("value", [7, [], {}, "no bsuid"], ids=repr)
    def test_a_user_id_is_not_passed_over_for_the_number(self, value: Any) -> None:
        """Numbers are handed on: by the number alone it could be its last owner's conversation."""
        assert isinstance(only(read({"messages": [{**HELLO, "from_user_id": value}]})), Poison)

    @pytest.mark.parametrize(
        "wamid", ["", "a b", "a\nb", "a\r\nX: y", "ñ", "a\x00", "\ud800", "x" * 241, 7, None, [], {}]
    )
    def test_an_id_can_be_a_header(self, wamid: Any) -> None:
        assert isinstance(only(read({"messages": [{**HELLO, "id": wamid}]})), Poison)
        assert isinstance(only(read({"statuses": [{"id": wamid or "", "status": "sent"}]})), Poison | Status)

    @pytest.mark.parametrize(
        ("kind", "path"),
        [
            ("image", ("image", "id")),
            ("document", ("document",)),
            ("location", ("location", "latitude")),
            ("location", ("location", "longitude")),
            ("press", ("interactive", "button_reply", "id")),
            ("text", ("text", "body")),
            ("text", ("type",)),
            ("text", ("timestamp",)),
        ],
        ids=str,
    )
    @pytest.mark.parametrize("value", [None, [], {}, ["x"], float("nan"), float("inf")], ids=repr)
    def test_what_cannot_be_missing_is_poison(self, kind: str, path: Path, value: Any) -> None:
        assert isinstance(only(read({"messages": [replaced(MESSAGES[kind], path, value)]})), Poison)


@settings(max_examples=examples(500))
@given(st.data())
def test_whatever_stands_anywhere_in_what_was_recorded(data: st.DataObject) -> None:
    """As bytes, the way it comes: every recorded payload, any value at any place."""
    payload = data.draw(st.sampled_from(PAYLOADS))
    path = data.draw(st.sampled_from(list(places(payload))))
    changed = parse_body(json.dumps(replaced(payload, path, data.draw(ANY_JSON))).encode())
    for event in read_payload(changed, NUMBER) if isinstance(changed, dict) else ():
        storable(event)


@pytest.mark.parametrize("payload", PAYLOADS, ids=FILES)
def test_every_place_of_what_was_recorded_with_something_else(payload: Json) -> None:
    for path in places(payload):
        for value in (None, 7, "", [], {}, [7], {"x": 7}, LONG, True, 1e400):
            for event in read_payload(replaced(payload, path, value), NUMBER):
                storable(event)


class TestNumbers:
    BIG = f'{{"id":{LONG},"a":-{LONG},"b":[1,-7,1.5,1e400,-1e400,{"7" * 4300},{"7" * 4301}]}}'

    def test_are_read_however_long(self) -> None:
        inf = float("inf")
        numbers = [1, -7, 1.5, inf, -inf, int("7" * 4300), inf]
        assert parse_body(self.BIG.encode()) == {"id": inf, "a": -inf, "b": numbers}

    @pytest.mark.parametrize("number", [LONG, f"-{LONG}", "NaN", "Infinity", "-Infinity", "1e400"])
    @pytest.mark.parametrize("key", ["latitude", "longitude"])
    def test_one_that_is_needed_is_poison_alone(
        self, world: World, service: Service, number: str, key: str
    ) -> None:
        silly, fine = replaced(ANA.location(1, 2), ("location", key), "@"), BETO.text("hola")
        body = json.dumps(batch((ANA, silly), (BETO, fine))).replace('"@"', number)
        assert service.post(body.encode()).status_code == 200
        settle()
        assert world.rows("select wamid, outcome from inbound where outcome = 'done'") == [
            {"wamid": fine["id"], "outcome": "done"}
        ]
        assert world.column("select reason from inbound where outcome = 'poison'") == [
            f"{key} is not an angle"
        ]
        assert len(world.bubbles()) == 1

    @pytest.mark.parametrize("number", [LONG, "NaN"])
    def test_one_that_nobody_needs_is_passed_over(self, world: World, service: Service, number: str) -> None:
        body = json.dumps(ANA.webhook({**HELLO, "surprise": "@"})).replace('"@"', number)
        assert service.post(body.encode()).status_code == 200
        assert world.column("select outcome from inbound order by outcome") == ["done"]


class TestShape:
    def test_of_two_equal_keys_the_last_one_counts(self, world: World, service: Service) -> None:
        body = json.dumps(ANA.webhook(ANA.text("hola"), ANA.text("menu")))
        doubled = body.replace('"entry"', '"entry":[{"changes":7}],"entry"')
        assert service.post(doubled.encode()).status_code == 200
        assert world.column("select outcome from inbound order by outcome") == ["done", "done"]

    def test_deep_in_a_part_that_nobody_reads(self, world: World, service: Service) -> None:
        body = json.dumps(ANA.webhook({**ANA.text("hola"), "surprise": "@"}))
        deep = body.replace('"@"', "[" * 400 + "]" * 400)
        assert service.post(deep.encode()).status_code == 200
        assert world.column("select outcome from inbound order by outcome") == ["done"]

    def test_deeper_than_can_be_read(self, world: World, service: Service) -> None:
        deep = b'{"object":"whatsapp_business_account","entry":' + b'{"entry":' * 200_000
        assert service.post(deep).status_code == 400
        assert not world.supabase.call_log.all()

    def test_the_same_message_two_thousand_times_is_one(self, world: World, service: Service) -> None:
        payload = ANA.webhook(ANA.text("hola"))
        payload["entry"][0]["changes"][0]["value"]["messages"] *= 2000
        assert service.post(payload).status_code == 200
        assert world.column("select outcome from inbound order by outcome") == ["done"]

    def test_poison_that_comes_a_hundred_times_is_one_row(self, world: World, service: Service) -> None:
        payload = ANA.webhook({**HELLO, "id": None})
        payload["entry"][0]["changes"][0]["value"]["messages"] *= 100
        assert service.post(payload).status_code == 200
        assert world.column("select outcome from inbound order by outcome") == ["poison"]
        assert world.supabase.calls() == {"record_poison": 1}
        assert len(world.log("poison")) == 1


def test_what_is_ignored_says_so_in_a_short_word() -> None:
    event = only(read({"messages": [{**HELLO, "text": {}, "type": "x\n\u202e'; drop table" * 100}]}))
    assert isinstance(event, Ignored)
    assert event.reason.isprintable()
    assert len(event.reason) < 50
