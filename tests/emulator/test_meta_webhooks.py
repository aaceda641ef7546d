"""Simulated customers' webhooks have the recorded shape and are delivered like Meta's."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emulator import Json
from emulator.meta.customer import Customer, batch
from emulator.meta.webhook_delivery import WebhookDelivery
from emulator.meta.webhook_payload import Business, encode, merge, sign
from tests.support.paths import RECORDED
from tests.support.payloads import number_changed, shape, user_id_update
from tests.support.standins import Hook

ANA = Customer()
OURS = "wamid.c3ludGhldGljLW91ci1wcmV2aW91cy1tZXNzYWdl"
SECRET = "0123456789abcdef0123456789abcdef"
URL = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text(encoding="utf-8"))


PLAYED: dict[str, Json] = {
    "in_text": ANA.text("Hola, mi módem no enciende 😟"),
    "in_text_quoted_reply": ANA.text("sí, ese", quoting=OURS),
    "in_interactive_button_reply": ANA.press("menu:new", "Nuevo", of=OURS),
    "in_interactive_list_reply": ANA.choose("cat:net", "Red", of=OURS, description="Internet, VPN"),
    "in_button_template_quick_reply": ANA.quick_reply("ticket:reopen", "Reabrir", of=OURS),
    "in_button_without_context": ANA.quick_reply("ticket:reopen", "Reabrir", of=None),
    "in_image": ANA.image(caption="Error", url=URL),
    "in_image_no_url_no_caption": ANA.image(),
    "in_document": ANA.document(filename="factura ñ.pdf", caption="mi factura", url=URL),
    "in_audio_voice": ANA.voice(url=URL),
    "in_audio_file": ANA.audio(url=URL),
    "in_video": ANA.video(caption="ruido", url=URL),
    "in_sticker": ANA.sticker(url=URL),
    "in_location": ANA.location(19.43, -99.13, "Oficina", "Av. Juárez 1"),
    "in_location_pin": ANA.location(19.43, -99.13),
    "in_reaction": ANA.reaction("👍", to=OURS),
    "in_reaction_removed": ANA.reaction(None, to=OURS),
    "in_unsupported_131051": ANA.unsupported("poll_creation"),
    "in_unsupported_edit": ANA.unsupported("edit"),
}


@pytest.mark.parametrize("name", PLAYED)
def test_a_message_has_the_recorded_shape(name: str) -> None:
    assert shape(ANA.webhook(PLAYED[name])) == shape(recorded(name))


def test_a_contact_card_has_the_recorded_names_and_phones() -> None:
    (card,) = ANA.contacts("Luis Gómez", "+52 55 1234 0000")["contacts"]
    (theirs,) = recorded("in_contacts")["entry"][0]["changes"][0]["value"]["messages"][0]["contacts"]
    assert card == {"name": theirs["name"], "phones": theirs["phones"]}


def test_a_customer_without_a_phone() -> None:
    ana = Customer(wa_id=None, username="@ana.perez")
    assert shape(ana.webhook(ana.text("Hi"))) == shape(recorded("in_text_bsuid_only"))


def test_a_customer_without_a_bsuid() -> None:
    ana = Customer(user_id=None)
    assert "user_id" not in json.dumps(ana.webhook(ana.text("Hola")))


def test_a_new_bsuid_is_announced_as_recorded() -> None:
    assert shape(user_id_update(ANA, "MX.newbsuid0001")) == shape(recorded("field_user_id_update"))


def test_a_new_number_is_announced_as_recorded() -> None:
    """With the new number, if Meta may share it."""
    changed = number_changed(ANA, "MX.newbsuid0001", "5215599990000")
    assert shape(changed) == shape(recorded("in_system_user_changed_number"))
    assert shape(number_changed(ANA, "MX.newbsuid0001")) == shape(recorded("in_system_user_changed_user_id"))


def test_two_customers_in_one_payload_are_one_contact_each() -> None:
    bob = Customer(name="Bob", wa_id="15551110000", user_id="US.bob1")
    one = batch((ANA, ANA.text("a")), (bob, bob.text("b")))
    assert shape(one) == shape(recorded("batch_two_senders"))
    three = batch((bob, bob.text("a")), (ANA, ANA.text("b")), (bob, bob.text("c")))
    value = three["entry"][0]["changes"][0]["value"]
    assert [contact["profile"]["name"] for contact in value["contacts"]] == ["Bob", "Ana Pérez"]
    assert [message["text"]["body"] for message in value["messages"]] == ["a", "b", "c"]


def test_a_message_has_its_own_id_and_the_time_of_the_clock() -> None:
    ana = Customer(clock=lambda: 1795176007.9)
    messages = [ana.text("Hola") for _ in range(100)]
    assert {message["timestamp"] for message in messages} == {"1795176007"}
    ids = {message["id"] for message in messages}
    assert len(ids) == 100
    assert all(base64.b64decode(wamid.removeprefix("wamid.")) for wamid in ids)


def test_a_message_goes_to_the_number_of_the_business() -> None:
    other = Customer(business=Business(phone_number_id="222", display_phone_number="15550999999"))
    payload = other.webhook(other.press("id", "Sí", of=OURS))
    value = payload["entry"][0]["changes"][0]["value"]
    assert value["metadata"] == {"display_phone_number": "15550999999", "phone_number_id": "222"}
    assert value["messages"][0]["context"] == {"from": "15550999999", "id": OURS}


def test_a_message_of_an_unknown_type() -> None:
    message = ANA.message("hologram", {"id": "1"})
    assert (message["type"], message["hologram"]) == ("hologram", {"id": "1"})


def test_the_body_is_escaped_like_meta_s() -> None:
    body = encode({"a": "módem 😟", "url": "https://example.com/é"})
    assert body == rb'{"a":"m\u00f3dem \ud83d\ude1f","url":"https:\/\/example.com\/\u00e9"}'
    assert json.loads(body) == {"a": "módem 😟", "url": "https://example.com/é"}


VECTORS = recorded("signature_vectors")


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["name"])
def test_the_signature_matches_the_recorded_ones(vector: Json) -> None:
    made = sign(base64.b64decode(vector["body_b64"]), VECTORS["app_secret"])
    assert (made == vector["header"]) is vector["valid"]


@pytest.fixture
def delivery(hook: Hook) -> Iterator[WebhookDelivery]:
    delivery = WebhookDelivery(hook.url, SECRET, retry_delays=(0.0, 0.01, 0.02))
    yield delivery
    delivery.close()


def bodies(hook: Hook) -> list[list[str]]:
    """The texts in each POST."""
    return [
        [
            message["text"]["body"]
            for entry in post.json["entry"]
            for change in entry["changes"]
            for message in change["value"]["messages"]
        ]
        for post in hook.posts.all()
    ]


def says(text: str) -> Json:
    return ANA.webhook(ANA.text(text))


def test_a_webhook_is_delivered_signed(delivery: WebhookDelivery, hook: Hook) -> None:
    payload = says("¿Hola?")
    assert delivery.deliver(payload).result(10) == [200]
    (post,) = hook.posts.all()
    assert (post.json, post.body) == (payload, encode(payload))
    assert post.signature == sign(post.body, SECRET)


def test_a_webhook_is_delivered_again_until_the_answer_is_200(delivery: WebhookDelivery, hook: Hook) -> None:
    hook.answers = [503, 201]
    assert delivery.deliver(says("a")).result(10) == [503, 201, 200]
    assert bodies(hook) == [["a"]] * 3


def test_it_is_given_up_after_the_last_retry(delivery: WebhookDelivery, hook: Hook) -> None:
    hook.answers = [500] * 3
    assert delivery.deliver(says("a")).result(10) == [500, 500, 500]


def test_an_unreachable_bot_is_a_failed_try(delivery: WebhookDelivery) -> None:
    delivery.url = "http://127.0.0.1:1/"
    assert delivery.deliver(says("a")).result(10) == [0, 0, 0]
    assert [entry.status for entry in delivery.call_log.all()] == [0, 0, 0]


def test_without_an_address_nothing_is_delivered(delivery: WebhookDelivery) -> None:
    delivery.url = None
    assert delivery.deliver(says("a")).result(10) == []


def test_a_webhook_can_be_delivered_twice(delivery: WebhookDelivery, hook: Hook) -> None:
    delivery.options.twice = True
    assert delivery.deliver(says("a")).result(10) == [200, 200]
    assert len({post.body for post in hook.posts.all()}) == 1


def test_a_webhook_can_be_overtaken(delivery: WebhookDelivery, hook: Hook) -> None:
    delivery.options.out_of_order = True
    delivery.options.hold_seconds = 10
    first, second = delivery.deliver(says("a")), delivery.deliver(says("b"))
    assert (first.result(10), second.result(10)) == ([200], [200])
    assert bodies(hook) == [["b"], ["a"]]


def test_a_webhook_that_nothing_overtakes_is_delivered(delivery: WebhookDelivery, hook: Hook) -> None:
    delivery.options.out_of_order = True
    delivery.options.hold_seconds = 0.01
    assert delivery.deliver(says("a")).result(10) == [200]


def test_webhooks_can_be_delivered_in_one_post(delivery: WebhookDelivery, hook: Hook) -> None:
    delivery.options.batch_seconds = 0.2
    futures = [delivery.deliver(says(text)) for text in "abc"]
    assert [future.result(10) for future in futures] == [[200]] * 3
    assert [sorted(texts) for texts in bodies(hook)] == [["a", "b", "c"]]


def test_a_late_webhook_does_not_delay_the_next(delivery: WebhookDelivery, hook: Hook) -> None:
    late = delivery.deliver(says("a"), after=60)
    delivery.options.late = 0.01
    assert delivery.deliver(says("b")).result(10) == [200]
    assert not late.done()
    assert bodies(hook) == [["b"]]


def test_a_reset_cancels_what_is_under_way(delivery: WebhookDelivery, hook: Hook) -> None:
    waiting = delivery.deliver(says("a"), after=60)
    delivery.reset()
    assert waiting.cancelled()
    assert delivery.deliver(says("b")).result(10) == [200]
    assert bodies(hook) == [["b"]]


def test_on_payload_is_called_before_a_webhook_leaves(hook: Hook) -> None:
    payloads: list[Json] = []
    note: Callable[[Json], None] = payloads.append
    delivery = WebhookDelivery(hook.url, SECRET, on_payload=note)
    payload = merge([says("a"), says("b")])
    delivery.deliver(payload).result(10)
    delivery.close()
    assert payloads == [payload]
    assert bodies(hook) == [["a", "b"]]
