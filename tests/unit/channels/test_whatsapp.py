"""Requests to Meta, and the result of each of its answers."""

import io
import json
from typing import Any

import pytest
from urllib3 import HTTPResponse
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
from channels.http import Http
from channels.whatsapp import WhatsApp, _answered, _broken, message_request
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
    result = channel.send(message_request(TEXT, ANA, "wa/wamid.x"), 1)
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
    assert channel.send(message_request(TEXT, ANA, "k"), 1).outcome is Outcome.SENT
    close(channel)


def close(channel: WhatsApp) -> None:
    channel._http.close()


def answer(status: int, body: bytes) -> HTTPResponse:
    return HTTPResponse(io.BytesIO(body), status=status)


def error(code: Any) -> bytes:
    return json.dumps({"error": {"code": code, "message": "words of Meta's"}}).encode()


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b'{"messages":[{"id":"wamid.y"}]}', Outcome.SENT),
        (200, b"{}", Outcome.SENT),
        (200, b"not json", Outcome.SENT),
        (201, b"{}", Outcome.DEAD),
        (302, b"", Outcome.UNKNOWN),
        (408, b"", Outcome.UNKNOWN),
        (400, b"<html>", Outcome.DEAD),
        (429, b"<html>", Outcome.RETRY),
        (500, b"<html>", Outcome.UNKNOWN),
        (502, b"", Outcome.UNKNOWN),
        (500, error(131000), Outcome.UNKNOWN),
        (500, error(1), Outcome.UNKNOWN),
        (400, error(1), Outcome.RETRY),
        (503, error(2), Outcome.RETRY),
        (500, error(131016), Outcome.RETRY),
        (500, error(3), Outcome.PAUSED),
        (401, error(0), Outcome.PAUSED),
        (401, error(190), Outcome.PAUSED),
        (403, error(250), Outcome.PAUSED),
        (400, error(131047), Outcome.WINDOW),
        (400, error("190"), Outcome.DEAD),
        (400, b'{"error":"text"}', Outcome.DEAD),
        (400, b"[]", Outcome.DEAD),
    ],
)
def test_what_an_answer_means(status: int, body: bytes, outcome: Outcome) -> None:
    result, _ = _answered(answer(status, body), 1)
    assert result.outcome is outcome
    assert "words" not in (result.error or "")


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
    assert channel.send(message_request(TEXT, ANA, "k"), 1).outcome is Outcome.RETRY
    assert not channel.mark_read("wamid.x", typing=True)


def test_the_pair_limit_grows_by_four() -> None:
    waits = [result_of(131056, attempts).retry_seconds for attempts in (0, 1, 2, 3, 20)]
    assert waits == [4, 4, 16, 64, 4096]


def test_the_unknown_error_of_meta_proves_nothing() -> None:
    assert [refuses(code) for code in (None, 1, 131000, 2, 131056, 131047)] == [False] * 3 + [True] * 3
