"""Requests to Meta, and the result of each of its answers."""

import json
from dataclasses import replace
from typing import Any

import pytest
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import (
    ClosedPoolError,
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)

from channels.graph_errors import refuses, result_of
from channels.http import Answer, Http
from channels.whatsapp import WhatsApp, _answered, _broken, message_request, notification_requests
from emulator.meta.graph_api import Graph
from emulator.meta.message_rules import check_message
from emulator.serving import free_port
from state.model.message import Sender
from state.model.outbox_row import Bubble, Choice, Outcome, Template

ANA = Sender(user_id="MX.4f9a2c7be1d04415a6c3", wa_id="5215512345678")
TEXT = Bubble(body="¿Qué pasó? 😟")
BUTTONS = Bubble(
    body="¿Es esto?", buttons=(Choice(id="a/yes/1", title="Sí"), Choice(id="a/no/1", title="No"))
)
LIST = Bubble(
    body="¿Cuál?",
    rows=(Choice(id="1", title="TK-1", description="impresora"), Choice(id="2", title="TK-2")),
    list_button="Elegir",
)
TEMPLATE = Template(name="ticket_update", language="es_MX", parameters=("TK-4QSG-G2E7", "Recibido"))


def document(said: Bubble | Template, sender: Sender = ANA, quoted: str | None = None) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(message_request(said, sender, "wa/wamid.x", quoted))
    return parsed


@pytest.mark.parametrize("said", [TEXT, BUTTONS, LIST, TEMPLATE], ids=["text", "buttons", "list", "template"])
@pytest.mark.parametrize(
    "sender", [ANA, Sender(wa_id="5215512345678"), Sender(user_id="MX.4f9a2c7be1d04415a6c3")], ids=repr
)
def test_meta_takes_it(said: Bubble | Template, sender: Sender) -> None:
    check_message(document(said, sender, "wamid.y"))


def test_a_text() -> None:
    assert document(TEXT) == {
        "messaging_product": "whatsapp",
        "to": "+5215512345678",
        "biz_opaque_callback_data": "wa/wamid.x",
        "type": "text",
        "text": {"body": "¿Qué pasó? 😟"},
    }


def test_buttons_and_text_are_one_bubble() -> None:
    interactive = document(BUTTONS)["interactive"]
    assert (interactive["type"], interactive["body"]["text"]) == ("button", "¿Es esto?")
    assert [button["reply"]["id"] for button in interactive["action"]["buttons"]] == ["a/yes/1", "a/no/1"]


def test_a_row_without_a_description_has_none() -> None:
    (section,) = document(LIST)["interactive"]["action"]["sections"]
    assert section["rows"] == [
        {"id": "1", "title": "TK-1", "description": "impresora"},
        {"id": "2", "title": "TK-2"},
    ]


def test_a_template() -> None:
    template = document(TEMPLATE)["template"]
    assert (template["name"], template["language"]) == ("ticket_update", {"code": "es_MX"})
    assert [part["text"] for part in template["components"][0]["parameters"]] == list(TEMPLATE.parameters)


def test_what_is_quoted() -> None:
    assert document(TEXT, quoted="wamid.y")["context"] == {"message_id": "wamid.y"}
    assert "context" not in document(TEXT)


def test_the_bytes_are_those_of_the_row(graph: Graph) -> None:
    """Every try sends the body as it was stored: to Meta the characters are the same."""
    channel = WhatsApp(graph.url, "v25.0", graph.phone_number_id, graph.access_token, Http())
    result = channel.send((message_request(TEXT, ANA, "wa/wamid.x"),), 1, lambda: True)
    (sent,) = graph.messages
    assert (result.outcome, result.provider_id, sent.text) == (Outcome.SENT, sent.wamid, TEXT.body)
    close(channel)


def test_no_netrc_in_the_place_of_our_token(
    graph: Graph, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    channel = WhatsApp(graph.url, "v25.0", graph.phone_number_id, graph.access_token, Http())
    assert channel.send((message_request(TEXT, ANA, "k"),), 1, lambda: True).outcome is Outcome.SENT
    close(channel)


def close(channel: WhatsApp) -> None:
    channel._http.close()


def answer(status: int, body: bytes) -> Answer:
    return Answer(status=status, headers={}, body=body)


def error(code: Any) -> bytes:
    return json.dumps({"error": {"code": code, "message": "words of Meta's"}}).encode()


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b'{"messages":[{"id":"wamid.y"}]}', Outcome.SENT),
        (500, error(131000), Outcome.UNKNOWN),
        (500, error(1), Outcome.UNKNOWN),
        (400, error(1), Outcome.RETRY),
        (503, error(2), Outcome.RETRY),
        (500, error(131016), Outcome.RETRY),
        (500, error(3), Outcome.REFUSED),
        (403, error(10), Outcome.REFUSED),
        (403, error(250), Outcome.REFUSED),
        (401, error(0), Outcome.PAUSED),
        (401, error(190), Outcome.PAUSED),
        (400, error(131042), Outcome.PAUSED),
        (400, error(131047), Outcome.WINDOW),
        (404, error(132001), Outcome.HELD),
        (400, error(132015), Outcome.HELD),
        (400, error(132068), Outcome.HELD),
        (400, error(134101), Outcome.RETRY),
        (400, error(131026), Outcome.DEAD),
    ],
)
def test_what_an_answer_means(status: int, body: bytes, outcome: Outcome) -> None:
    result, _ = _answered(answer(status, body), 1)
    assert result.outcome is outcome
    assert "words" not in (result.error or "")


@pytest.mark.parametrize(
    ("contacts", "number"),
    [
        ('[{"input":"+525512345678","wa_id":"5215512345678"}]', "5215512345678"),
        ('[{"input":"MX.1","user_id":"MX.1"}]', None),
        ("[]", None),
        ("null", None),
        ('[{"wa_id":5215512345678}]', None),
        ('[{"wa_id":"+5215512345678"}]', None),
        ('[{"wa_id":"1; drop"}]', None),
    ],
)
def test_the_number_as_meta_writes_it(contacts: str, number: str | None) -> None:
    body = f'{{"contacts":{contacts},"messages":[{{"id":"wamid.1"}}]}}'
    result, _ = _answered(answer(200, body.encode()), 1)
    assert (result.outcome, result.provider_id, result.wa_id) == (Outcome.SENT, "wamid.1", number)
    assert "5215512345678" not in repr(result)


NOT_GRAPHS = {
    "a page": b"<html>words</html>",
    "nothing": b"",
    "no JSON object": b"[]",
    "another object": b'{"ok":true}',
    "no message": b'{"messages":[]}',
    "no id": b'{"messages":[{}]}',
    "an empty id": b'{"messages":[{"id":""}]}',
    "an id of another kind": b'{"messages":[{"id":1}]}',
    "an error in words": b'{"error":"text"}',
    "an error without a code": b'{"error":{"message":"words"}}',
    "a code in words": error("190"),
    "a code of another kind": error(True),
    "not UTF-8": b"\xff",
}


@pytest.mark.parametrize("status", [200, 201, 204, 301, 302, 307, 400, 403, 404, 408, 429, 500, 502, 503])
@pytest.mark.parametrize("body", NOT_GRAPHS.values(), ids=NOT_GRAPHS)
def test_an_answer_that_is_not_graphs_says_nothing(status: int, body: bytes) -> None:
    """Neither that the message was taken, nor that it was refused."""
    result, _ = _answered(answer(status, body), 1)
    assert result.outcome is Outcome.UNKNOWN
    assert "words" not in (result.error or "")


class TestRecipient:
    """A person's number may be somebody else's after a while, their BSUID may not."""

    def bodies(self, customer: Sender) -> list[dict[str, Any]]:
        return [json.loads(body) for body in notification_requests(TEXT, customer, "k")]

    def test_a_reply_goes_to_the_number_that_wrote(self) -> None:
        assert document(TEXT)["to"] == "+5215512345678"
        assert "recipient" not in document(TEXT)

    def test_a_notification_goes_to_the_bsuid_first(self) -> None:
        first, second = self.bodies(ANA)
        assert (first["recipient"], first["recipient_type"], "to" in first) == (
            ANA.user_id,
            "individual",
            False,
        )
        assert (second["to"], "recipient" in second) == ("+5215512345678", False)

    def test_or_to_what_is_known(self) -> None:
        (by_number,) = self.bodies(replace(ANA, user_id=None))
        (by_bsuid,) = self.bodies(replace(ANA, wa_id=None))
        assert ("to" in by_number, "recipient" in by_bsuid) == (True, True)

    @pytest.mark.parametrize(("refused", "written"), [(True, "+5215512345678"), (False, ANA.user_id)])
    def test_a_bsuid_that_is_refused_is_followed_by_the_number(
        self, graph: Graph, refused: bool, written: str
    ) -> None:
        graph.switches.bsuids = not refused
        graph.note_inbound("5215512345678")
        channel = WhatsApp(graph.url, "v25.0", graph.phone_number_id, graph.access_token, Http())
        result = channel.send(notification_requests(TEXT, ANA, "k"), 1, lambda: True)
        (sent,) = graph.messages
        assert (result.outcome, sent.recipient.written) == (Outcome.SENT, written)
        close(channel)

    def test_a_bsuid_that_is_refused_without_a_number_is_dead(self, graph: Graph) -> None:
        graph.switches.bsuids = False
        channel = WhatsApp(graph.url, "v25.0", graph.phone_number_id, graph.access_token, Http())
        result = channel.send(notification_requests(TEXT, replace(ANA, wa_id=None), "k"), 1, lambda: True)
        assert (result.outcome, result.error) == (Outcome.DEAD, "meta 131062")
        close(channel)

    def test_the_number_may_have_another_form(self, graph: Graph) -> None:
        """Of a test number: first its BSUID, then the number as it came, then as its list has it."""
        graph.switches.bsuids = False
        graph.switches.allowed = ("525512345678",)
        channel = WhatsApp(graph.url, "v25.0", graph.phone_number_id, graph.access_token, Http())
        assert channel.send(notification_requests(TEXT, ANA, "k"), 1, lambda: True).outcome is Outcome.SENT
        assert len(graph.call_log.all()) == 3
        close(channel)


def test_what_may_not_leave_any_more_is_stopped_on_its_way(graph: Graph) -> None:
    """The question is asked last, when the connection is there: without its body, Meta cannot have the message."""
    asked: list[int] = []

    def may_leave() -> bool:
        asked.append(len(graph.messages))
        return len(asked) > 1

    channel = WhatsApp(graph.url, "v25.0", graph.phone_number_id, graph.access_token, Http())
    bodies = (message_request(TEXT, ANA, "k"),)
    assert channel.send(bodies, 1, may_leave).outcome is Outcome.RELEASED
    assert graph.messages == []
    assert channel.send(bodies, 1, may_leave).outcome is Outcome.SENT
    assert (asked, [sent.text for sent in graph.messages]) == ([0, 0], [TEXT.body])
    close(channel)


POOL = HTTPConnectionPool("graph")


@pytest.mark.parametrize(
    ("broken", "outcome"),
    [
        (ConnectTimeoutError(), Outcome.RETRY),
        (ClosedPoolError(POOL, "closed"), Outcome.RETRY),
        (NewConnectionError(None, ""), Outcome.RETRY),  # type: ignore[arg-type]
        (NameResolutionError("graph", None, OSError()), Outcome.RETRY),  # type: ignore[arg-type]
        (ReadTimeoutError(POOL, "/", ""), Outcome.UNKNOWN),
        (ProtocolError("aborted"), Outcome.UNKNOWN),
        (SSLError(), Outcome.UNKNOWN),
        (HTTPError(), Outcome.UNKNOWN),
    ],
)
def test_only_a_connection_that_was_never_made_is_certain(broken: HTTPError, outcome: Outcome) -> None:
    assert _broken(broken).outcome is outcome


def test_nobody_listens() -> None:
    channel = WhatsApp(f"http://127.0.0.1:{free_port()}", "v25.0", "1", "token", Http())
    assert channel.send((message_request(TEXT, ANA, "k"),), 1, lambda: True).outcome is Outcome.RETRY
    assert not channel.mark_read("wamid.x", typing=True)


def test_the_pair_limit_grows_by_four() -> None:
    waits = [result_of(131056, attempts).retry_seconds for attempts in (0, 1, 2, 3, 20)]
    assert waits == [4, 4, 16, 64, 4096]


def test_the_unknown_error_of_meta_proves_nothing() -> None:
    assert [refuses(code) for code in (1, 131000, 2, 131056, 131047)] == [False] * 2 + [True] * 3
