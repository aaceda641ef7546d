"""Only Meta's own bytes are accepted: every changed bit is detected, and without the secret nothing is reached."""

import io
import json
import time
from collections.abc import Iterator

import pytest
from flask import Request

from handlers.signature import HEADER, has_valid_signature, sign
from tests.support.function import ANA, Service, World
from tests.support.paths import RECORDED
from tests.support.payloads import FILES

SECRET = "an app secret"
BODY = (RECORDED / "in_text.json").read_bytes()
UNSIGNED = 100_000


def with_one_bit_changed(data: bytes) -> Iterator[bytes]:
    for place in range(len(data)):
        for bit in range(8):
            yield data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


def test_every_bit_of_the_body_counts() -> None:
    header = sign(BODY, SECRET)
    assert has_valid_signature(BODY, header, [SECRET])
    changed = list(with_one_bit_changed(BODY))
    assert len(changed) == 8 * len(BODY)
    assert [body for body in changed if has_valid_signature(body, header, [SECRET])] == []


def test_every_bit_of_the_signature_counts() -> None:
    header = sign(BODY, SECRET).encode()
    changed = [text.decode("utf-8", "surrogateescape") for text in with_one_bit_changed(header)]
    assert len(changed) == 8 * 71
    assert [text for text in changed if has_valid_signature(BODY, text, [SECRET])] == []


def test_every_bit_of_the_secret_counts() -> None:
    header = sign(BODY, SECRET)
    others = [secret.decode("latin-1") for secret in with_one_bit_changed(SECRET.encode())]
    assert not has_valid_signature(BODY, header, others)


@pytest.mark.parametrize("length", range(71))
def test_no_part_of_the_signature_is_enough(length: int) -> None:
    assert not has_valid_signature(BODY, sign(BODY, SECRET)[:length], [SECRET])


@pytest.mark.parametrize("around", [" {}", "{} ", "{}\n", "{},{}", "{}0", "SHA256={}", "sha256={}"])
def test_nothing_may_stand_around_it(around: str) -> None:
    header = sign(BODY, SECRET)
    assert not has_valid_signature(BODY, around.format(header, header), [SECRET])


@pytest.mark.parametrize("name", FILES)
def test_the_same_json_written_again_is_another_body(name: str) -> None:
    """Meta escapes what Python does not, and the other way round: the bytes are signed, not what they mean."""
    payload = json.loads((RECORDED / name).read_bytes())
    theirs = json.dumps(payload, separators=(",", ":")).replace("/", "\\/").encode()
    header = sign(theirs, SECRET)
    again = [
        json.dumps(payload).encode(),
        json.dumps(payload, separators=(",", ":"), ensure_ascii=False).replace("/", "\\/").encode() + b"\n",
        json.dumps(payload, indent=1).encode(),
        json.dumps(payload, separators=(",", ":"), sort_keys=True).encode(),
    ]
    assert has_valid_signature(theirs, header, [SECRET])
    assert not any(has_valid_signature(body, header, [SECRET]) for body in again if body != theirs)


def test_the_same_json_written_again_is_refused(world: World, service: Service) -> None:
    payload = ANA.webhook(ANA.text("hola"))
    signed = sign(json.dumps(payload).encode(), service.graph.app_secret)
    assert service.post(json.dumps(payload, indent=1).encode(), header=signed).status_code == 401
    assert not world.supabase.call_log.all()


def test_a_signature_in_another_header_is_none(world: World, service: Service) -> None:
    body = json.dumps(ANA.webhook(ANA.text("hola"))).encode()
    signed = sign(body, service.graph.app_secret)
    for name in ("X-Hub-Signature", "X-Signature", "Authorization"):
        assert service.client.post("/", data=body, headers={name: signed}).status_code == 401
    assert not world.supabase.call_log.all()


@pytest.mark.slow
def test_a_hundred_thousand_unsigned_calls(world: World, service: Service) -> None:
    """Nothing but 401, no call to a dependency, and the caller cannot fill the log."""
    body = json.dumps(ANA.webhook(ANA.text("hola"))).encode()
    headers = [None, "", "sha256=" + "0" * 64, sign(body, "guessed"), "sha1=" + "0" * 40]
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/", "CONTENT_LENGTH": str(len(body))}
    statuses: dict[int, int] = {}
    started = time.time()
    for n in range(UNSIGNED):
        given = headers[n % len(headers)]
        signed = {} if given is None else {f"HTTP_{HEADER.upper().replace('-', '_')}": given}
        answer = service.desk.answer_webhook(Request({**environ, **signed, "wsgi.input": io.BytesIO(body)}))
        statuses[answer.status_code] = statuses.get(answer.status_code, 0) + 1
    minutes = int(time.time() // 60) - int(started // 60) + 1
    assert statuses == {401: UNSIGNED}
    called = [entry for door in (world.supabase, world.graph, world.resend) for entry in door.call_log.all()]
    assert called == []
    assert 1 <= len(world.output().splitlines()) <= minutes


def test_a_thousand_wrong_words(world: World, service: Service) -> None:
    """The GET verification is a door, too."""
    started = time.time()
    for n in range(1000):
        query = {"hub.mode": "subscribe", "hub.verify_token": f"guess {n}", "hub.challenge": "1"}
        assert service.client.get("/", query_string=query).status_code == 403
    minutes = int(time.time() // 60) - int(started // 60) + 1
    assert not world.supabase.call_log.all()
    assert 1 <= len(world.output().splitlines()) <= minutes
