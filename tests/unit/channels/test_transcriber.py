"""A voice note is given to a transcription service, as OpenAI's API wants it; every answer is a text or a TranscriptError."""

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from urllib3 import Timeout

import channels.transcriber
from channels.download import MediaDiffers, download
from channels.http import Http
from channels.transcriber import Transcriber, TranscriptError
from emulator.multipart import MultipartBody
from emulator.serving import serve_in_thread

NOTE = b"OggS" + bytes(range(256)) * 3000  # of several chunks


@dataclass(slots=True)
class Service:
    """Transcribes, and serves the voice note. What it answers is set by a test; `asked` is what it was asked."""

    url: str = ""
    status: int = 200
    body: bytes = b'{"text": "no prende"}'
    headers: dict[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    wait: float = 0.0
    asked: list[dict[str, Any]] = field(default_factory=list)

    async def transcribe(self, request: Request) -> Response:
        asked: dict[str, Any] = {
            name: request.headers.get(name) for name in ("authorization", "content-length")
        }
        body = MultipartBody(request.headers["content-type"], request.stream())
        file = await body.file()
        content = b"".join([chunk async for chunk in body.chunks()])
        asked |= {**body.fields, "file": (file.filename, file.headers["content-type"], content)}
        asked["path"] = str(request.url.path) + (f"?{request.url.query}" if request.url.query else "")
        self.asked.append(asked)
        await asyncio.sleep(self.wait)
        return Response(self.body, self.status, self.headers)

    async def note(self, _: Request) -> Response:
        return Response(NOTE)


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    routes = [
        Route("/v1/audio/transcriptions", service.transcribe, methods=["POST"]),
        Route("/note", service.note),
    ]
    with serve_in_thread(Starlette(routes=routes)) as url:
        service.url = url
        yield service


def heard(
    service: Service, url: str = "", key: str = "", mime_type: str = "audio/ogg", sha256: str | None = None
) -> str:
    """What the service at `url` hears in the voice note."""
    note = download(Http(), f"{service.url}/note", {}, sha256=sha256, max_bytes=len(NOTE), max_seconds=10.0)
    with closing(note):
        return Transcriber(url or f"{service.url}/v1/audio/transcriptions", key, Http()).words(
            note, mime_type
        )


def words(service: Service, *, query: str = "", key: str = "sk-1", mime_type: str = "audio/ogg") -> str:
    return heard(service, f"{service.url}/v1/audio/transcriptions{query}", key, mime_type)


class TestAsked:
    def test_the_file_the_model_and_the_key(self, service: Service) -> None:
        assert words(service, query="?model=Systran/faster-whisper-small") == "no prende"
        (asked,) = service.asked
        assert asked["file"] == ("voice.ogg", "audio/ogg", NOTE)
        assert asked["model"] == "Systran/faster-whisper-small"
        assert asked["response_format"] == "json"
        assert asked["authorization"] == "Bearer sk-1"
        assert asked["path"] == "/v1/audio/transcriptions"

    def test_its_length_is_said_beforehand(self, service: Service) -> None:
        """Many services take no chunked body."""
        words(service)
        assert int(service.asked[0]["content-length"]) > len(NOTE)

    def test_without_a_model_and_a_key(self, service: Service) -> None:
        words(service, key="")
        (asked,) = service.asked
        assert (asked["model"], asked["authorization"]) == ("whisper-1", None)

    @pytest.mark.parametrize(
        ("mime_type", "name"),
        [("audio/mp4", "voice.m4a"), ("audio/amr", "voice.amr"), ("application/octet-stream", "voice.ogg")],
    )
    def test_another_type(self, service: Service, mime_type: str, name: str) -> None:
        words(service, mime_type=mime_type)
        assert service.asked[0]["file"][:2] == (name, mime_type)


class TestAnswers:
    @pytest.mark.parametrize(
        ("body", "said"),
        [
            (b'{"text": " no prende\\n"}', "no prende"),
            (b'{"text": "", "usage": {"seconds": 3}}', ""),
            (b'{"text": "   "}', ""),
            ('{"text": "ñandú 🖨"}'.encode(), "ñandú 🖨"),
            (b'{"text": "' + b"a" * 12_000 + b'"}', "a" * 10_000),
        ],
        ids=["in spaces", "nothing said", "spaces", "not ASCII", "long"],
    )
    def test_what_was_heard(self, service: Service, body: bytes, said: str) -> None:
        service.body = body
        assert words(service) == said

    @pytest.mark.parametrize("status", [400, 413, 415, 422])
    def test_this_file_is_refused(self, service: Service, status: int) -> None:
        service.status, service.body = status, b'{"error": {"message": "the words of a customer"}}'
        with pytest.raises(TranscriptError) as caught:
            words(service)
        assert (str(caught.value), caught.value.is_final) == (f"http {status}", True)

    @pytest.mark.parametrize("status", [302, 401, 403, 404, 429, 500, 503])
    def test_what_may_be_mended(self, service: Service, status: int) -> None:
        service.status = status
        service.headers["location"] = f"{service.url}/note"
        with pytest.raises(TranscriptError) as caught:
            words(service)
        assert (str(caught.value), caught.value.is_final) == (f"http {status}", False)

    @pytest.mark.parametrize(
        "body", [b"", b"no prende", b"<html>", b"[]", b'"a"', b'{"text": null}', b"{}", b'{"text": 1}']
    )
    def test_another_answer_than_was_agreed(self, service: Service, body: bytes) -> None:
        service.body = body
        with pytest.raises(TranscriptError) as caught:
            words(service)
        assert not caught.value.is_final

    def test_one_that_never_ends(self, service: Service) -> None:
        service.body = b'{"text": "' + b"a" * 1_000_000 + b'"}'
        with pytest.raises(TranscriptError, match="AnswerTooLong") as caught:
            words(service)
        assert not caught.value.is_final

    def test_nobody_there(self, service: Service) -> None:
        with pytest.raises(TranscriptError, match="NewConnectionError") as caught:
            heard(service, "http://127.0.0.1:1/v1")
        assert not caught.value.is_final

    def test_no_answer_in_time(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(channels.transcriber, "_TIMEOUT", Timeout(connect=1.0, read=0.1))
        service.wait = 1.0
        with pytest.raises(TranscriptError, match="ReadTimeoutError") as caught:
            words(service)
        assert not caught.value.is_final


class TestTheFile:
    def test_one_that_is_not_what_was_sent_never_arrives_whole(self, service: Service) -> None:
        other = hashlib.sha256(b"another").hexdigest()
        with pytest.raises(MediaDiffers):
            heard(service, sha256=other)
        assert service.asked == []

    def test_the_key_is_in_no_repr(self) -> None:
        assert "sk-1" not in repr(Transcriber("https://a.example/v1", "sk-1", Http()))
