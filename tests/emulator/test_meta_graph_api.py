"""The stand-in for the Graph API refuses what Meta refuses, and reports statuses as Meta does."""

import base64
import copy
import hashlib
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulator import Json
from emulator.meta.customer import Customer
from emulator.meta.errors import GraphError
from emulator.meta.graph_api import Graph
from emulator.meta.media import check_incoming
from emulator.meta.message_rules import TYPES, check_message, media_ids
from emulator.meta.users import Person, read_recipient
from emulator.meta.webhook_payload import encode, merge, sign
from tests.support.paths import RECORDED
from tests.support.payloads import number_changed, shape, user_id_update
from tests.support.standins import Hook

ANA = Customer(username="@ana.perez")
PHONE, BSUID = "+5215512345678", "MX.4f9a2c7be1d04415a6c3"
DAY, MB = 24 * 60 * 60, 1024 * 1024
LONG = "😟"  # one sign, two UTF-16 units


@pytest.fixture
def client(graph: Graph) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {graph.access_token}"}
    # verify=False: nothing here is TLS, and loading the certificates would take longest.
    with httpx.Client(base_url=graph.url, headers=headers, trust_env=False, verify=False) as client:
        yield client


class Meta:
    """The stand-in and a client of it."""

    def __init__(self, graph: Graph, client: httpx.Client) -> None:
        self.graph, self.client = graph, client

    def post(self, message: Json) -> httpx.Response:
        return self.client.post(f"/v25.0/{self.graph.phone_number_id}/messages", json=message)

    def send(self, **changed: Any) -> httpx.Response:
        """Send a valid text message to Ana with these changes; None leaves a key out."""
        message = {"messaging_product": "whatsapp", "to": PHONE, "type": "text", "text": {"body": "Hola"}}
        return self.post({key: value for key, value in (message | changed).items() if value is not None})

    def refusal(self, **changed: Any) -> int:
        """The code of the error that this message gets."""
        answer = self.send(**changed)
        assert answer.status_code >= 400, answer.text
        return int(answer.json()["error"]["code"])


@pytest.fixture
def meta(graph: Graph, client: httpx.Client) -> Meta:
    graph.users.learn_payload(ANA.webhook(ANA.text("Hola")))
    return Meta(graph, client)


class Clock:
    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(meta: Meta) -> Clock:
    clock = Clock()
    meta.graph.clock = clock
    meta.graph.note_inbound(PHONE)
    return clock


def buttons(*titles: str, ids: tuple[str, ...] = (), **more: Any) -> Json:
    named = zip(ids or [f"id:{place}" for place in range(len(titles))], titles, strict=True)
    listed = [{"type": "reply", "reply": {"id": name, "title": title}} for name, title in named]
    return {"type": "button", "body": {"text": "¿Qué hacemos?"}, "action": {"buttons": listed}, **more}


def rows(count: int, start: int = 0) -> list[Json]:
    return [{"id": f"row:{n}", "title": f"Fila {n}"} for n in range(start, start + count)]


def menu(*sections: Json, button: str = "Ver", **more: Any) -> Json:
    action = {"button": button, "sections": list(sections)}
    return {"type": "list", "body": {"text": "Elegí"}, "action": action, **more}


def template(*values: str, name: str = "ticket_update", language: str = "es") -> Json:
    parameters = [{"type": "text", "text": value} for value in values]
    components = [{"type": "body", "parameters": parameters}]
    return {"name": name, "language": {"code": language}, "components": components}


def test_an_accepted_message_gets_an_id_and_the_wa_id(meta: Meta) -> None:
    answer = meta.send()
    assert answer.status_code == 200
    assert answer.json()["contacts"] == [{"input": PHONE, "wa_id": PHONE[1:]}]
    wamid = answer.json()["messages"][0]["id"]
    assert base64.b64decode(wamid.removeprefix("wamid."))
    assert [(sent.wamid, sent.text) for sent in meta.graph.messages] == [(wamid, "Hola")]


@pytest.mark.parametrize("header", ["", "Bearer wrong", "EAAstand-in"])
def test_a_call_without_the_token_is_refused(meta: Meta, header: str) -> None:
    meta.client.headers["authorization"] = header
    answer = meta.send()
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, 190)
    assert meta.graph.messages == []


def test_another_phone_number_id_is_an_unknown_object(meta: Meta) -> None:
    error = meta.client.post("/v25.0/999/messages", json={}).json()["error"]
    assert (error["code"], error["error_subcode"]) == (100, 33)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"'])
def test_a_body_that_is_not_a_json_object_is_refused(meta: Meta, body: bytes) -> None:
    answer = meta.client.post(f"/v25.0/{meta.graph.phone_number_id}/messages", content=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)


def test_an_error_has_metas_form(meta: Meta) -> None:
    error = meta.send(type="interactive", interactive=buttons("x" * 21)).json()["error"]
    assert error.keys() == {"message", "type", "code", "error_data", "fbtrace_id"}
    assert error["message"] == "(#131009) Parameter value is not valid"
    assert error["error_data"]["messaging_product"] == "whatsapp"
    assert "Max length: 20" in error["error_data"]["details"]


ACCEPTED: dict[str, Json] = {
    "the longest text": {"text": {"body": "x" * 4096}},
    "emoji count two": {"text": {"body": LONG * 2048}},
    "a quote": {"context": {"message_id": "wamid.x"}},
    "the longest callback data": {"biz_opaque_callback_data": "x" * 512},
    "recipient_type individual": {"recipient_type": "individual"},
    "a reaction taken back": {"type": "reaction", "reaction": {"message_id": "KNOWN", "emoji": ""}},
    "three buttons": {"interactive": buttons("x" * 20, "y" * 20, LONG * 10)},
    "the longest button id": {"interactive": buttons("a", ids=("x" * 256,))},
    "the longest body": {"interactive": buttons("a", body={"text": "x" * 1024})},
    "header and footer": {
        "interactive": buttons("a", header={"type": "text", "text": "x" * 60}, footer={"text": "x" * 60})
    },
    "ten rows": {"interactive": menu({"rows": rows(10)})},
    "ten sections": {"interactive": menu(*({"title": "s", "rows": rows(1, n)} for n in range(10)))},
    "the longest row": {
        "interactive": menu({"rows": [{"id": "x" * 200, "title": "x" * 24, "description": "x" * 72}]})
    },
    "rows with one title": {
        "interactive": menu({"rows": [{"id": "1", "title": "a"}, {"id": "2", "title": "a"}]})
    },
    "a link as button": {
        "interactive": {
            "type": "cta_url",
            "body": {"text": "a"},
            "action": {
                "name": "cta_url",
                "parameters": {"display_text": "Ver", "url": "https://example.com"},
            },
        }
    },
    "an image": {"type": "image", "image": {"link": "https://x.example/1.jpg", "caption": "x"}},
    "a location": {"type": "location", "location": {"latitude": "1", "longitude": "2"}},
    "a contact": {"type": "contacts", "contacts": [{"name": {"formatted_name": "Luis"}}]},
}
REFUSED: dict[str, tuple[int, Json]] = {
    "no product": (100, {"messaging_product": None}),
    "no content": (100, {"text": None}),
    "unknown type": (100, {"type": "poll", "poll": {}}),
    "unknown recipient_type": (100, {"recipient_type": "business_scoped_user_id"}),
    "empty text": (131009, {"text": {"body": ""}}),
    "blank text": (131009, {"text": {"body": " \n "}}),
    "no text": (131008, {"text": {}}),
    "long text": (131009, {"text": {"body": "x" * 4097}}),
    "long in UTF-16 only": (131009, {"text": {"body": LONG * 2049}}),
    "unknown key": (100, {"text": {"body": "a", "format": "bold"}}),
    "long callback data": (131009, {"biz_opaque_callback_data": "x" * 513}),
    "context without id": (131008, {"context": {}}),
    "no buttons": (131009, {"interactive": buttons()}),
    "four buttons": (131009, {"interactive": buttons("a", "b", "c", "d")}),
    "empty button title": (131009, {"interactive": buttons("")}),
    "long button title": (131009, {"interactive": buttons("x" * 21)}),
    "long button title in UTF-16": (131009, {"interactive": buttons(LONG * 10 + "x")}),
    "same button title": (131009, {"interactive": buttons("a", "a")}),
    "same button id": (131009, {"interactive": buttons("a", "b", ids=("1", "1"))}),
    "long button id": (131009, {"interactive": buttons("a", ids=("x" * 257,))}),
    "long body": (131009, {"interactive": buttons("a", body={"text": "x" * 1025})}),
    "empty body": (131009, {"interactive": buttons("a", body={"text": ""})}),
    "long footer": (131009, {"interactive": buttons("a", footer={"text": "x" * 61})}),
    "long header": (131009, {"interactive": buttons("a", header={"type": "text", "text": "x" * 61})}),
    "image over a list": (
        131009,
        {"interactive": menu({"rows": rows(1)}, header={"type": "image", "image": {"id": "1"}})},
    ),
    "eleven rows": (131009, {"interactive": menu({"rows": rows(11)})}),
    "eleven rows in two sections": (
        131009,
        {"interactive": menu({"title": "a", "rows": rows(6)}, {"title": "b", "rows": rows(5, 6)})},
    ),
    "eleven sections": (131009, {"interactive": menu(*({"title": "s", "rows": rows(1)} for _ in range(11)))}),
    "two sections, one without title": (
        131008,
        {"interactive": menu({"title": "a", "rows": rows(1)}, {"rows": rows(1, 1)})},
    ),
    "long section title": (131009, {"interactive": menu({"title": "x" * 25, "rows": rows(1)})}),
    "section without rows": (131009, {"interactive": menu({"rows": []})}),
    "long list button": (131009, {"interactive": menu({"rows": rows(1)}, button="x" * 21)}),
    "long row title": (131009, {"interactive": menu({"rows": [{"id": "1", "title": "x" * 25}]})}),
    "long description": (
        131009,
        {"interactive": menu({"rows": [{"id": "1", "title": "a", "description": "x" * 73}]})},
    ),
    "long row id": (131009, {"interactive": menu({"rows": [{"id": "x" * 201, "title": "a"}]})}),
    "same row id": (131009, {"interactive": menu({"rows": rows(1) + rows(1)})}),
    "unknown interactive": (131009, {"interactive": {**buttons("a"), "type": "poll"}}),
    "media without id": (100, {"type": "image", "image": {}}),
    "long caption": (131009, {"type": "image", "image": {"id": "1", "caption": "x" * 1025}}),
    "name of a picture": (100, {"type": "image", "image": {"id": "1", "filename": "x.jpg"}}),
    "empty file name": (131009, {"type": "document", "document": {"id": "1", "filename": " "}}),
    "caption on a voice note": (100, {"type": "audio", "audio": {"id": "1", "caption": "x"}}),
    "half a location": (131008, {"type": "location", "location": {"latitude": "1"}}),
    "reaction to nothing known": (131009, {"type": "reaction", "reaction": {"message_id": "wamid.no"}}),
}


WORDS = sorted(
    {"messaging_product", "recipient_type", "type", "context", "message_id", "to", "recipient", "body", "id"}
    | {"action", "buttons", "button", "reply", "title", "sections", "rows", "header", "footer", "name"}
    | {"language", "code", "components", "parameters", "link", "caption", "emoji"}
    | TYPES
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    max_leaves=20,
)


@given(
    kind=st.sampled_from(sorted(TYPES)),
    content=ANYTHING,
    more=st.dictionaries(st.sampled_from(WORDS), ANYTHING),
)
def test_any_message_is_accepted_or_refused_without_a_crash(kind: str, content: Any, more: Json) -> None:
    message = {**more, "messaging_product": "whatsapp", "type": kind, kind: content}
    with suppress(GraphError):
        check_message(message)
        media_ids(message)
    with suppress(GraphError):
        read_recipient(message)


def with_type(message: Json) -> Json:
    return {"type": "interactive", **message} if "interactive" in message else message


@pytest.mark.parametrize("message", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_messages_within_the_limits_are_accepted(meta: Meta, message: Json) -> None:
    message = copy.deepcopy(message)
    if message.get("type") == "reaction":
        message["reaction"]["message_id"] = meta.send().json()["messages"][0]["id"]
    answer = meta.send(**with_type(message))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(("code", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_messages_beyond_the_limits_are_refused(meta: Meta, code: int, message: Json) -> None:
    answer = meta.send(**with_type(message))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code), answer.text
    assert meta.graph.messages == []


def test_text_and_choices_of_a_sent_message(meta: Meta) -> None:
    meta.send(type="interactive", interactive=buttons("Sí", "No", ids=("yes", "no")))
    meta.send(type="interactive", interactive=menu({"rows": rows(2)}))
    asked, listed = meta.graph.messages
    assert (asked.text, asked.choices) == ("¿Qué hacemos?", {"yes": "Sí", "no": "No"})
    assert listed.choices == {"row:0": "Fila 0", "row:1": "Fila 1"}


@pytest.mark.parametrize("to", ["+5215512345678", "5215512345678", "+52 155 1234-5678", "+525512345678"])
def test_formats_of_a_phone_number(meta: Meta, to: str) -> None:
    answer = meta.send(to=to)
    assert answer.json()["contacts"] == [{"input": to, "wa_id": "5215512345678"}]


@pytest.mark.parametrize("to", ["+541155550102", "+54 9 11 5555-0102"])
def test_a_number_in_argentina_has_its_nine(meta: Meta, to: str) -> None:
    assert meta.send(to=to).json()["contacts"] == [{"input": to, "wa_id": "5491155550102"}]


@pytest.mark.parametrize("known", ["5511988887777", "551188887777"])
@pytest.mark.parametrize("to", ["+5511988887777", "+551188887777"])
def test_an_account_in_brazil_is_known_by_one_form_of_its_number(meta: Meta, known: str, to: str) -> None:
    meta.graph.users.learn(Person(wa_id=known))
    assert meta.send(to=to).json()["contacts"] == [{"input": to, "wa_id": known}]


def test_an_unknown_one_in_brazil_by_the_form_that_was_dialled(meta: Meta) -> None:
    assert meta.send(to="+551188887777").json()["contacts"][0]["wa_id"] == "551188887777"


def test_a_bsuid_in_recipient_is_returned(meta: Meta) -> None:
    answer = meta.send(to=None, recipient=BSUID, recipient_type="individual")
    assert answer.json()["contacts"] == [{"input": BSUID, "user_id": BSUID}]
    assert meta.graph.messages[0].failing is None


def test_a_bsuid_in_to_is_accepted_and_never_arrives(meta: Meta, hook: Hook) -> None:
    meta.graph.delivery.url = hook.url
    assert meta.send(to=BSUID).status_code == 200
    meta.send()
    assert [sent.recipient.lost for sent in meta.graph.messages] == [True, False]
    hook.posts.wait(2)
    reported = {
        post.json["entry"][0]["changes"][0]["value"]["statuses"][0]["id"] for post in hook.posts.all()
    }
    assert reported == {meta.graph.messages[1].wamid}


def test_to_has_precedence_over_recipient_and_both_are_marked(meta: Meta) -> None:
    answer = meta.send(recipient="US.other1")
    assert answer.json()["contacts"] == [{"input": PHONE, "wa_id": PHONE[1:]}]
    assert meta.graph.call_log.all()[-1].marks == ("to and recipient",)


def test_a_missing_plus_is_marked(meta: Meta) -> None:
    meta.send(to=PHONE[1:])
    assert meta.graph.call_log.all()[-1].marks == ("to without +",)


@pytest.mark.parametrize(
    ("code", "to", "recipient"),
    [(100, None, None), (100, None, PHONE), (131009, "hola", None), (131009, "+12", None)],
)
def test_an_invalid_recipient_is_refused(
    meta: Meta, code: int, to: str | None, recipient: str | None
) -> None:
    assert meta.refusal(to=to, recipient=recipient) == code


@pytest.mark.parametrize(
    ("listed", "other"),
    [("541155551234", "5491155551234"), ("525512345678", "5215512345678")],
)
def test_a_test_number_can_only_write_to_the_listed_format(meta: Meta, listed: str, other: str) -> None:
    meta.graph.switches.allowed = (listed,)
    assert meta.refusal(to=f"+{other}") == 131030
    answer = meta.send(to=f"+{listed}")
    assert answer.json()["contacts"] == [{"input": f"+{listed}", "wa_id": other}]


def test_free_text_after_24_hours_is_accepted_and_fails_by_webhook(
    meta: Meta, clock: Clock, hook: Hook
) -> None:
    meta.graph.delivery.url = hook.url
    clock.now += 24 * 3600
    wamid = meta.send().json()["messages"][0]["id"]
    (post,) = hook.posts.wait(1)
    (status,) = post.json["entry"][0]["changes"][0]["value"]["statuses"]
    assert (status["id"], status["status"], status["errors"][0]["code"]) == (wamid, "failed", 131047)


def test_the_window_can_be_checked_at_once(meta: Meta, clock: Clock) -> None:
    clock.now += 24 * 3600
    meta.graph.switches.window_at_once = True
    assert meta.refusal() == 131047


def test_a_new_message_opens_the_window_for_phone_and_bsuid(meta: Meta, clock: Clock) -> None:
    clock.now += 24 * 3600
    meta.graph.note_inbound(BSUID)
    meta.send()
    meta.send(to=None, recipient=BSUID)
    assert [sent.failing for sent in meta.graph.messages] == [None, None]


@pytest.mark.parametrize("told_by", [number_changed, user_id_update])
def test_a_new_bsuid_keeps_the_window(meta: Meta, told_by: Callable[[Customer, str], Json]) -> None:
    bob = Customer(name="Bob", wa_id=None, user_id="US.bob1")
    meta.graph.users.learn_payload(bob.webhook(bob.text("Hi")))
    meta.graph.users.learn_payload(told_by(bob, "US.bob2"))
    meta.send(to=None, recipient="US.bob2")
    assert (meta.graph.messages[0].failing, meta.graph.messages[0].person.name) == (None, "Bob")


def test_a_stranger_has_no_window(meta: Meta) -> None:
    meta.send(to="+5491155551234")
    assert meta.graph.messages[0].failing == 131047


def test_an_approved_template_is_accepted_at_any_time(meta: Meta, clock: Clock) -> None:
    clock.now += 48 * 3600
    assert meta.send(type="template", template=template("TK-1", "listo")).status_code == 200
    (sent,) = meta.graph.messages
    assert (sent.failing, sent.parameters) == (None, ["TK-1", "listo"])


@pytest.mark.parametrize(
    ("code", "sent"),
    [
        (132001, template("a", "b", name="other")),
        (132001, template("a", "b", language="fr")),
        (132000, template("a")),
        (132000, template("a", "b", "c")),
        (131008, template("a", "")),
        (100, template("a", "b\nc")),
        (100, template("a", "b\tc")),
        (100, template("a", "b     c")),
    ],
)
def test_a_template_must_match_its_approved_form(meta: Meta, code: int, sent: Json) -> None:
    assert meta.refusal(type="template", template=sent) == code


@pytest.mark.parametrize(("status", "code"), [("PENDING", 132001), ("PAUSED", 132015), ("DISABLED", 132016)])
def test_a_template_must_be_approved(meta: Meta, status: str, code: int) -> None:
    meta.graph.account.templates.find("ticket_update", "es").status = status
    assert meta.refusal(type="template", template=template("a", "b")) == code


def test_one_customer_gets_45_messages_at_once_and_then_one_every_six_seconds(
    meta: Meta, clock: Clock
) -> None:
    assert {meta.send().status_code for _ in range(45)} == {200}
    assert meta.send().status_code == 429
    assert meta.refusal() == 131056
    assert meta.send(to=None, recipient="US.bob1").status_code == 200
    clock.now += 6
    assert (meta.send().status_code, meta.refusal()) == (200, 131056)


def test_the_number_sends_80_messages_a_second(meta: Meta, clock: Clock) -> None:
    assert {meta.send(to=f"+549115555{n:04}").status_code for n in range(80)} == {200}
    assert meta.refusal(to="+5491155559999") == 130429
    clock.now += 1
    assert meta.send().status_code == 200


def test_the_limits_can_be_switched_off(meta: Meta, clock: Clock) -> None:
    meta.graph.switches.pair_limit = meta.graph.switches.number_limit = False
    assert {meta.send().status_code for _ in range(100)} == {200}


@pytest.mark.parametrize("more", [{}, {"typing_indicator": {"type": "text"}}])
def test_a_read_receipt_of_a_received_message(meta: Meta, more: Json) -> None:
    message = ANA.text("¿Hola?")
    meta.graph.users.learn_payload(ANA.webhook(message))
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": message["id"], **more}
    answer = meta.post(read)
    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert meta.graph.messages == []


def test_a_read_receipt_for_an_unknown_message_is_refused_unless_switched_off(meta: Meta) -> None:
    read = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.unknown"}
    assert meta.post(read).json()["error"]["code"] == 131009
    meta.graph.switches.known_ids_only = False
    assert meta.post(read).json() == {"success": True}


@pytest.mark.parametrize(
    "read",
    [
        {"messaging_product": "whatsapp", "status": "read"},
        {"messaging_product": "whatsapp", "status": "seen", "message_id": "wamid.x"},
        {"status": "read", "message_id": "wamid.x"},
        {"messaging_product": "whatsapp", "status": "read", "message_id": "x", "typing_indicator": {}},
    ],
)
def test_an_invalid_read_receipt_is_refused(meta: Meta, read: Json) -> None:
    assert meta.post(read).json()["error"]["code"] == 100


def test_media_is_described_and_downloaded(meta: Meta) -> None:
    media_id = meta.graph.media.put(b"\xff\xd8photo", "image/jpeg", "foto.jpg")
    described = meta.client.get(f"/v25.0/{media_id}", params={"phone_number_id": meta.graph.phone_number_id})
    media = described.json()
    assert media.keys() == {"messaging_product", "url", "mime_type", "sha256", "file_size", "id"}
    assert (media["mime_type"], media["file_size"]) == ("image/jpeg", 7)
    fetched = meta.client.get(media["url"])
    assert fetched.headers["content-type"] == "image/jpeg"
    assert hashlib.sha256(fetched.content).hexdigest() == media["sha256"]


def test_media_needs_the_token_and_the_owner(meta: Meta) -> None:
    media_id = meta.graph.media.put(b"photo", "image/jpeg")
    url = meta.client.get(f"/v25.0/{media_id}").json()["url"]
    assert meta.client.get(f"/v25.0/{media_id}", params={"phone_number_id": "1"}).status_code == 400
    meta.client.headers["authorization"] = "Bearer wrong"
    assert meta.client.get(f"/v25.0/{media_id}").status_code == 401
    assert meta.client.get(url).status_code == 401


def test_a_media_url_expires_after_five_minutes(meta: Meta, clock: Clock) -> None:
    media_id = meta.graph.media.put(b"photo", "image/jpeg")
    url = meta.client.get(f"/v25.0/{media_id}").json()["url"]
    clock.now += 299
    assert meta.client.get(url).status_code == 200
    clock.now += 1
    assert meta.client.get(url).status_code == 404
    assert meta.client.get(meta.client.get(f"/v25.0/{media_id}").json()["url"]).status_code == 200


def test_unknown_media_is_an_unknown_object(meta: Meta) -> None:
    assert meta.client.get("/v25.0/404").json()["error"]["error_subcode"] == 33


def is_unknown(answer: httpx.Response) -> bool:
    error = answer.json().get("error", {})
    return (answer.status_code, error.get("code"), error.get("error_subcode")) == (400, 100, 33)


def test_media_of_customers_live_for_seven_days(meta: Meta, clock: Clock) -> None:
    media_id = meta.graph.media.put(b"photo", "image/jpeg")
    clock.now += 7 * DAY - 60
    url = meta.client.get(f"/v25.0/{media_id}").json()["url"]
    clock.now += 60
    assert is_unknown(meta.client.get(f"/v25.0/{media_id}"))
    assert meta.client.get(url).status_code == 404


def test_forgotten_media_is_an_unknown_object(meta: Meta) -> None:
    one, other = (meta.graph.media.put(b"photo", "image/jpeg") for _ in range(2))
    url = meta.client.get(f"/v25.0/{one}").json()["url"]
    meta.graph.media.forget(one)
    assert is_unknown(meta.client.get(f"/v25.0/{one}"))
    assert meta.client.get(url).status_code == 404
    assert meta.client.get(f"/v25.0/{other}").status_code == 200
    meta.graph.media.has_forgotten = True
    assert is_unknown(meta.client.get(f"/v25.0/{other}"))
    meta.graph.media.has_forgotten = False
    assert meta.client.get(f"/v25.0/{other}").status_code == 200


@pytest.mark.parametrize(
    ("kind", "mime_type", "size"),
    [
        ("image", "image/tiff", 1),
        ("sticker", "image/png", 1),
        ("video", "video/webm", 1),
        ("document", "application/zip", 100 * MB + 1),
    ],
)
def test_what_no_customer_can_send(kind: str, mime_type: str, size: int) -> None:
    with pytest.raises(ValueError, match=r"not a type of|at most 100 MB"):
        check_incoming(kind, mime_type, size)


def test_a_customer_sends_any_document_of_100_megabytes() -> None:
    check_incoming("document", "application/zip", 100 * MB)


class Uploads:
    """Uploads as the desk makes them, with the changes of each test."""

    def __init__(self, meta: Meta) -> None:
        self.meta = meta

    def post(
        self,
        content: bytes = b"photo",
        mime_type: str = "image/jpeg",
        *,
        number: str = "",
        **fields: str,
    ) -> httpx.Response:
        """A field that is "" is left out."""
        form = {"messaging_product": "whatsapp", "type": mime_type} | fields
        return self.meta.client.post(
            f"/v25.0/{number or self.meta.graph.phone_number_id}/media",
            data={name: value for name, value in form.items() if value},
            files={"file": ("foto.jpg", content, mime_type)},
        )

    def media_id(self, content: bytes = b"photo", mime_type: str = "image/jpeg") -> str:
        media_id: str = self.post(content, mime_type).json()["id"]
        return media_id


@pytest.fixture
def uploads(meta: Meta) -> Uploads:
    return Uploads(meta)


def test_an_uploaded_file_is_sent_by_its_id(meta: Meta, uploads: Uploads) -> None:
    media_id = uploads.media_id()
    assert meta.client.get(f"/v25.0/{media_id}").json()["file_size"] == 5
    assert meta.send(type="image", image={"id": media_id, "caption": "así"}).status_code == 200
    (sent,) = meta.graph.messages
    assert (sent.kind, sent.text, sent.media_id, sent.mime_type) == ("image", "así", media_id, "image/jpeg")
    document = {"id": media_id, "filename": "foto.jpg", "caption": "x" * 1024}
    assert meta.send(type="document", document=document).status_code == 200


def test_an_upload_is_in_the_log_by_its_size(meta: Meta, uploads: Uploads) -> None:
    uploads.post(b"a word of the customer " * 10)
    (entry,) = meta.graph.call_log.complete()
    assert (entry.status, entry.request.partition(" ")[2]) == (200, "bytes")


NOT_AN_ATTACHMENT = "is not a valid whatsapp business account media attachment ID"


@pytest.mark.parametrize(
    ("message", "where"),
    [
        ({"type": "image", "image": {"id": "?"}}, "image"),
        ({"type": "document", "document": {"id": "?", "filename": "x.pdf"}}, "document"),
        ({"type": "audio", "audio": {"id": "?"}}, "audio"),
        ({"type": "video", "video": {"id": "?"}}, "video"),
        (
            {
                "type": "interactive",
                "interactive": {
                    "type": "cta_url",
                    "header": {"type": "image", "image": {"id": "?"}},
                    "body": {"text": "x"},
                    "action": {"parameters": {"display_text": "x", "url": "https://x.example"}},
                },
            },
            "interactive['header']['image']",
        ),
    ],
)
def test_only_uploads_of_this_number_are_sent(
    meta: Meta, uploads: Uploads, clock: Clock, message: Json, where: str
) -> None:
    expired, deleted, of_a_customer = (
        uploads.media_id(),
        uploads.media_id(),
        meta.graph.media.put(b"", "image/png"),
    )
    assert meta.client.delete(f"/v25.0/{deleted}").json() == {"success": True}
    clock.now += 30 * DAY
    fresh = uploads.media_id()
    meta.graph.note_inbound(PHONE)
    for media_id in ("404", expired, deleted, of_a_customer):
        answer = meta.send(text=None, **json.loads(json.dumps(message).replace("?", media_id)))
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (400, 100)
        assert error["message"] == f"(#100) Param {where}['id'] {NOT_AN_ATTACHMENT}"
    assert meta.send(text=None, **json.loads(json.dumps(message).replace("?", fresh))).status_code == 200


def test_an_upload_lives_for_thirty_days(meta: Meta, uploads: Uploads, clock: Clock) -> None:
    media_id = uploads.media_id()
    clock.now += 30 * DAY - 1
    meta.graph.note_inbound(PHONE)
    assert meta.send(type="image", image={"id": media_id}).status_code == 200
    clock.now += 1
    assert meta.refusal(type="image", image={"id": media_id}) == 100


def test_a_file_of_another_kind_fails_later(meta: Meta, uploads: Uploads, hook: Hook) -> None:
    """Meta takes the message and looks at the file afterwards."""
    meta.graph.delivery.url = hook.url
    meta.graph.switches.statuses = ("failed",)
    media_id = uploads.media_id(b"%PDF", "application/pdf")
    assert meta.send(type="image", image={"id": media_id}).status_code == 200
    failed = reported(hook, 1)["failed"]["statuses"][0]
    assert failed["errors"][0]["code"] == 131053


@pytest.mark.parametrize(
    ("mime_type", "size"),
    [("image/png", 5 * MB), ("image/webp", 500 * 1024), ("video/mp4", 16 * MB), ("audio/ogg", 16 * MB)],
)
def test_an_upload_has_a_largest_size(uploads: Uploads, mime_type: str, size: int) -> None:
    assert uploads.post(bytes(size), mime_type).status_code == 200
    answer = uploads.post(bytes(size + 1), mime_type)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 100)
    assert answer.json()["error"]["error_user_title"] == "File Too Large"


@pytest.mark.parametrize("mime_type", ["application/zip", "audio/wav", "image/gif", "audio/ogg; codecs=opus"])
def test_an_upload_of_another_type_is_refused(uploads: Uploads, mime_type: str) -> None:
    error = uploads.post(b"x", mime_type).json()["error"]
    assert error["code"] == 100
    assert error["message"].startswith("(#100) Param file must be a file with one of the following types: ")
    assert error["message"].endswith(f"Received file of type '{mime_type}'.")


@pytest.mark.parametrize("name", ["messaging_product", "type"])
def test_an_upload_needs_all_its_fields(uploads: Uploads, name: str) -> None:
    answer = uploads.post(b"photo", "image/jpeg", **{name: ""})
    assert answer.json()["error"]["message"] == f"(#100) The parameter {name} is required."


def test_an_upload_needs_a_file(meta: Meta) -> None:
    path = f"/v25.0/{meta.graph.phone_number_id}/media"
    for body in ({"json": {"messaging_product": "whatsapp"}}, {"files": {"type": (None, "image/png")}}):
        error = meta.client.post(path, **body).json()["error"]
        assert error["message"] == "(#100) The parameter file is required."


def test_an_upload_needs_the_token_and_the_number(meta: Meta, uploads: Uploads) -> None:
    assert is_unknown(uploads.post(number="1"))
    meta.client.headers["authorization"] = "Bearer wrong"
    assert uploads.post(bytes(3 * MB)).status_code == 401


def test_only_uploads_can_be_deleted(meta: Meta, uploads: Uploads) -> None:
    media_id = uploads.media_id()
    assert meta.client.delete(f"/v25.0/{media_id}").json() == {"success": True}
    for gone in (media_id, meta.graph.media.put(b"photo", "image/jpeg"), "404"):
        assert is_unknown(meta.client.delete(f"/v25.0/{gone}"))


def reported(hook: Hook, count: int) -> dict[str, Json]:
    """The values of the posted webhooks by status."""
    values = [post.json["entry"][0]["changes"][0]["value"] for post in hook.posts.wait(count)]
    return {value["statuses"][0]["status"]: value for value in values}


def recorded(name: str) -> Json:
    return dict(json.loads((RECORDED / f"{name}.json").read_text())["entry"][0]["changes"][0]["value"])


def test_statuses_are_signed_and_have_the_recorded_shape(meta: Meta, hook: Hook) -> None:
    meta.graph.delivery.url = hook.url
    meta.graph.switches.statuses = ("sent", "delivered", "read")
    meta.send(biz_opaque_callback_data="outbox:7")
    values = reported(hook, 3)
    for post in hook.posts.all():
        assert post.signature == sign(post.body, meta.graph.app_secret)
    assert shape(values["delivered"]) == shape(recorded("st_with_callback_data"))
    for name, value in values.items():
        assert value["statuses"][0].pop("biz_opaque_callback_data") == "outbox:7"
        assert shape(value) == shape(recorded(f"st_{name}"))


def test_statuses_of_a_message_to_a_bsuid_have_no_phone(meta: Meta, hook: Hook) -> None:
    meta.graph.delivery.url = hook.url
    meta.send(to=None, recipient=BSUID)
    values = reported(hook, 2)
    assert shape(values["delivered"]) == shape(recorded("st_delivered_bsuid_only"))
    assert "wa_id" not in json.dumps(values)


def test_a_failed_status_has_no_contacts(meta: Meta, clock: Clock, hook: Hook) -> None:
    meta.graph.delivery.url = hook.url
    clock.now += 48 * 3600
    meta.send()
    assert shape(reported(hook, 1)["failed"]) == shape(recorded("st_failed_131047"))


@pytest.mark.parametrize("echo", [("sent",), ("delivered", "read")])
def test_only_the_chosen_statuses_are_posted(meta: Meta, hook: Hook, echo: tuple[str, ...]) -> None:
    meta.graph.delivery.url = hook.url
    meta.graph.switches.statuses = echo
    meta.send()
    assert reported(hook, len(echo)).keys() == set(echo)
    assert len(meta.graph.delivery.call_log.wait(len(echo))) == len(echo)


def test_statuses_can_be_switched_off(meta: Meta, hook: Hook) -> None:
    meta.graph.delivery.url = hook.url
    meta.graph.switches.statuses = ()
    meta.send()
    meta.graph.switches.statuses = ("sent",)
    later = meta.send().json()["messages"][0]["id"]
    (post,) = hook.posts.wait(1)
    assert post.json["entry"][0]["changes"][0]["value"]["statuses"][0]["id"] == later


def test_a_status_is_posted_again_until_the_answer_is_200(meta: Meta, hook: Hook) -> None:
    meta.graph.delivery.url = hook.url
    meta.graph.switches.statuses = ("sent",)
    hook.answers = [500, 204]
    meta.send()
    posts = hook.posts.wait(3)
    assert len({post.body for post in posts}) == 1
    assert [entry.status for entry in meta.graph.delivery.call_log.wait(3)] == [500, 204, 200]


def test_a_dropped_call_has_no_answer_and_no_effect(meta: Meta) -> None:
    meta.graph.faults.down(times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        meta.send()
    assert meta.graph.messages == []
    (entry,) = meta.graph.call_log.all()
    assert (entry.status, entry.marks, entry.request["to"]) == (0, ("fault:drop",), PHONE)
    assert meta.send().status_code == 200


def test_a_service_that_is_down_can_answer_503(meta: Meta) -> None:
    meta.graph.faults.down(drop=False, times=1)
    answer = meta.send()
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, 2)


@pytest.mark.parametrize("drop", [False, True])
def test_an_error_after_the_effect_leaves_the_effect(meta: Meta, drop: bool) -> None:
    meta.graph.faults.error_after_effect(drop=drop, times=1)
    if drop:
        with pytest.raises(httpx.RemoteProtocolError):
            meta.send()
    else:
        assert meta.send().status_code == 500
    assert len(meta.graph.messages) == 1


@pytest.mark.parametrize(
    ("code", "status"),
    [(2, 503), (4, 429), (190, 401), (130429, 429), (131000, 500), (131056, 429), (131031, 403)],
)
def test_an_error_can_be_switched_on_by_its_code(meta: Meta, code: int, status: int) -> None:
    meta.graph.faults.error(code, times=2, retry_after=7)
    answers = [meta.send(), meta.send(), meta.send()]
    assert [answer.status_code for answer in answers] == [status, status, 200]
    assert answers[0].json()["error"]["code"] == code
    assert answers[0].headers["retry-after"] == "7"


def test_a_call_that_hangs_until_the_caller_s_timeout(meta: Meta) -> None:
    meta.graph.faults.hang(30, after_effect=True, times=1)
    with pytest.raises(httpx.ReadTimeout):
        meta.client.post(
            f"/v25.0/{meta.graph.phone_number_id}/messages",
            json={"messaging_product": "whatsapp", "to": PHONE, "text": {"body": "Hola"}},
            timeout=0.2,
        )
    assert len(meta.graph.messages) == 1
    assert meta.graph.call_log.all()[-1].status == 0


def test_a_delay_is_added_to_another_fault(meta: Meta) -> None:
    meta.graph.faults.delay(0.01, times=1)
    meta.graph.faults.error(131000, times=1)
    assert meta.send().status_code == 500
    (entry,) = meta.graph.call_log.all()
    assert entry.marks == ("fault:delay", "fault:error")
    assert meta.send().status_code == 200


def test_a_fault_for_some_paths(meta: Meta) -> None:
    media_id = meta.graph.media.put(b"photo", "image/jpeg")
    meta.graph.faults.error(131000, path="/messages")
    assert meta.client.get(f"/v25.0/{media_id}").status_code == 200
    assert meta.send().status_code == 500


def test_random_faults_are_repeatable(meta: Meta) -> None:
    def fall() -> list[int]:
        meta.graph.faults.clear()
        meta.graph.faults.error(131000, probability=0.5)
        return [meta.send().status_code for _ in range(20)]

    first = fall()
    assert set(first) == {200, 500}
    assert fall() == first


def test_a_call_is_logged_without_the_token(meta: Meta) -> None:
    meta.send(text={"body": ""})
    (entry,) = meta.graph.call_log.all()
    assert (entry.method, entry.status, entry.request["text"]) == ("POST", 400, {"body": ""})
    assert entry.answer["error"]["code"] == 131009
    assert meta.graph.access_token not in json.dumps(asdict(entry))


def test_concurrent_calls_get_different_ids(meta: Meta) -> None:
    meta.graph.switches.number_limit = False
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: meta.send(to=f"+549115555{n:04}"), range(100)))
    assert len({answer.json()["messages"][0]["id"] for answer in answers}) == 100
    assert len(meta.graph.call_log.all()) == len(meta.graph.messages) == 100


def test_all_users_of_a_batch_are_learned(graph: Graph) -> None:
    bob = Customer(name="Bob", wa_id=None, user_id="US.bob1")
    graph.users.learn_payload(merge([ANA.webhook(ANA.text("a")), bob.webhook(bob.text("b"))]))
    assert graph.users.find("US.bob1").name == "Bob"
    assert graph.users.find(PHONE).user_id == BSUID
    assert json.loads(encode({"a": "/ñ"})) == {"a": "/ñ"}
