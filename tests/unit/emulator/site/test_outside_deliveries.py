"""What Meta's stand-in learns from a commit about a message that it has not delivered itself."""

import json
from typing import Any

import anyio
import pytest
from starlette.types import Message, Receive, Scope, Send

from emulator.meta.users import Users
from emulator.site.outside_deliveries import learn_from_commits

AT = "2026-12-01T12:00:00+00:00"
NOON = 1796126400.0
TURN = {
    "p_wamid": "wamid.1",
    "p_sent_at": AT,
    "p_name": "Ana",
    "p_wa_id": "5491155550101",
    "p_user_id": "AR.1",
}


def call(users: Users, body: bytes, path: str = "/rest/v1/rpc/commit_turn") -> bytes:
    """One call of the Data API; returns the body that it gets."""
    got = []

    async def api(_scope: Scope, receive: Receive, _send: Send) -> None:
        got.append((await receive())["body"])

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(_: Message) -> None:
        raise AssertionError

    anyio.run(learn_from_commits(api, users), {"type": "http", "path": path}, receive, send)
    [passed_on] = got
    return bytes(passed_on)


def test_a_commit_opens_the_service_window_of_who_has_written() -> None:
    users = Users()
    body = json.dumps(TURN).encode()

    assert call(users, body) == body
    assert users.knows_message("wamid.1")
    assert users.find("AR.1").name == "Ana"
    for alias in ("AR.1", "5491155550101"):
        assert users.window_is_open(alias, NOON + 23 * 3600)
        assert not users.window_is_open(alias, NOON + 25 * 3600)


def test_what_the_stand_in_has_delivered_stays_as_it_knows_it() -> None:
    users = Users()
    users.remember_message("wamid.1")
    call(users, json.dumps(TURN).encode())

    assert not users.window_is_open("AR.1", NOON)


def test_other_calls_teach_nothing() -> None:
    users = Users()
    call(users, json.dumps(TURN).encode(), "/rest/v1/rpc/load_conversation")

    assert not users.knows_message("wamid.1")


@pytest.mark.parametrize(
    "turn", [[], {}, None, 7, TURN | {"p_sent_at": "yesterday"}, TURN | {"p_sent_at": None}]
)
def test_a_call_that_is_no_commit_of_ours_is_passed_on(turn: Any) -> None:
    body = json.dumps(turn).encode()
    assert call(Users(), body) == body
    assert call(Users(), b"{") == b"{"
