"""A voice note gets its transcript from the service of TRANSCRIBE_URL: later, if at all, and nobody waits for it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emulator import Json
from emulator.serving import serve_in_thread
from tests.support.function import ANA, Service, World, settle
from tests.support.paths import DATA
from tests.support.technician import read_the_mail

NOTE = (DATA / "voice" / "note.ogg").read_bytes()
HEARD = "la bandeja del medio se atora siempre"
WORDS = {"text": HEARD}


@dataclass(slots=True)
class Transcription:
    """A service that hears the same in every voice note."""

    url: str = ""
    status: int = 200
    answer: Json = field(default_factory=lambda: dict(WORDS))
    asked: list[bytes] = field(default_factory=list)

    async def transcribe(self, request: Request) -> Response:
        self.asked.append(await request.body())
        return JSONResponse(self.answer, self.status)


@pytest.fixture
def transcription() -> Iterator[Transcription]:
    found = Transcription()
    with serve_in_thread(Starlette(routes=[Route("/v1", found.transcribe, methods=["POST"])])) as url:
        found.url = f"{url}/v1?model=small"
        yield found


@pytest.fixture
def service(world: World, transcription: Transcription) -> Service:
    world.settings["TRANSCRIBE_URL"] = transcription.url
    return world.start()


def a_voice_note(service: Service) -> Json:
    return ANA.voice(NOTE, media_id=service.graph.media.put(NOTE, "audio/ogg"))


def opened_with(service: Service, *messages: Json) -> None:
    """A ticket of Ana that these files came with."""
    service.say("mi impresora no imprime y se traba")
    settle()
    for message in messages:
        assert service.post(ANA.webhook(message)).status_code == 200
        settle()
    service.press("yes")
    settle()


def heard_later(world: World) -> None:
    """The sweep transcribes what was stored."""
    world.make_due()
    assert world.sweep().status_code == 200


def transcripts(world: World) -> list[str | None]:
    return world.column("select transcript from attachments order by id")


def rows(world: World) -> list[str]:
    return world.column("select status from outbox where content = 'transcribe' order by id")


def found_by(world: World, words: str) -> int:
    """How many tickets the list's search finds."""
    (found,) = world.column("select cardinality(search_tickets(%s, '{}', null, 50))", words)
    return int(found or 0)


class TestHeard:
    def test_it_stands_on_the_page(
        self, world: World, service: Service, transcription: Transcription
    ) -> None:
        opened_with(service, a_voice_note(service))
        heard_later(world)
        assert transcripts(world) == [HEARD]
        (body,) = transcription.asked
        assert NOTE in body
        assert b"small" in body
        shown = read_the_mail(world, service).shown().text
        assert "Transcripción automática" in shown
        assert HEARD in shown

    def test_only_voice_notes(self, world: World, service: Service, transcription: Transcription) -> None:
        photo = ANA.image(
            b"\xff\xd8 a photo", media_id=service.graph.media.put(b"\xff\xd8 a photo", "image/jpeg")
        )
        opened_with(service, photo)
        heard_later(world)
        assert (rows(world), transcription.asked) == ([], [])

    def test_once(self, world: World, service: Service, transcription: Transcription) -> None:
        note = a_voice_note(service)
        opened_with(service, note)
        heard_later(world)
        assert service.post(ANA.webhook(note)).status_code == 200
        settle()
        heard_later(world)
        assert (rows(world), len(transcription.asked)) == (["sent"], 1)

    def test_nothing_was_said(self, world: World, service: Service, transcription: Transcription) -> None:
        transcription.answer = {"text": " "}
        opened_with(service, a_voice_note(service))
        heard_later(world)
        assert (transcripts(world), rows(world)) == ([""], ["sent"])
        assert "Transcripción automática" not in read_the_mail(world, service).shown().text

    def test_what_was_heard_is_never_html_nor_in_the_log(
        self, world: World, service: Service, transcription: Transcription
    ) -> None:
        transcription.answer = {"text": "<b id=x>secreto</b>\u202e"}
        opened_with(service, a_voice_note(service))
        heard_later(world)
        shown = read_the_mail(world, service).shown()
        assert "<b id=x>secreto</b>" in shown.text
        assert "x" not in shown.loads("id")
        assert "secreto" not in world.output()


class TestNeverWaitedFor:
    def test_off_by_default(self, world: World) -> None:
        service = world.start()
        opened_with(service, a_voice_note(service))
        heard_later(world)
        assert (rows(world), transcripts(world)) == ([], [None])

    def test_the_mail_and_the_page_come_without_it(
        self, world: World, service: Service, transcription: Transcription
    ) -> None:
        transcription.status = 503
        opened_with(service, a_voice_note(service))
        (mail,) = world.resend.messages
        assert [attached.filename for attached in mail.attachments] == [
            f"{world.column('select code from tickets')[0]}-1 (0m03s).ogg"
        ]
        assert "Nota de voz (0:03)" in read_the_mail(world, service).shown().text
        assert transcripts(world) == [None]

    def test_it_is_switched_off_meanwhile(
        self, world: World, service: Service, transcription: Transcription
    ) -> None:
        transcription.status = 503
        opened_with(service, a_voice_note(service))
        heard_later(world)
        transcription.status = 200
        world.make_due()
        assert world.start("sweep", TRANSCRIBE_URL="").client.post("/").status_code == 200
        assert (rows(world), transcripts(world)) == (["dead"], [None])
        assert world.log("dead_letter") == []


class TestNotHeard:
    def test_tried_again(self, world: World, service: Service, transcription: Transcription) -> None:
        transcription.status = 503
        opened_with(service, a_voice_note(service))
        heard_later(world)
        assert (rows(world), transcripts(world)) == (["ready"], [None])
        transcription.status = 200
        heard_later(world)
        assert (rows(world), transcripts(world)) == (["sent"], [HEARD])

    @pytest.mark.parametrize("status", [400, 503])
    def test_given_up_without_calling_anybody(
        self, world: World, service: Service, transcription: Transcription, status: int
    ) -> None:
        """At once, or after twenty attempts. The operator can try it again once the service is mended."""
        transcription.status = status
        opened_with(service, a_voice_note(service))
        if status == 503:
            world.rows("update outbox set attempts = 99 where content = 'transcribe'")
        heard_later(world)
        assert rows(world) == ["dead"]
        heard_later(world)
        assert world.log("dead_letter") == []
        assert '"ERROR"' not in world.output()
        assert world.column("select (outbox_backlog()->>'dead')::int") == [0]
        transcription.status = 200
        world.rows("select retry_outbox(id) from outbox where content = 'transcribe'")
        heard_later(world)
        assert transcripts(world) == [HEARD]


class TestForgotten:
    def test_with_the_message(self, world: World, service: Service) -> None:
        opened_with(service)
        note = a_voice_note(service)
        assert service.post(ANA.webhook(note)).status_code == 200
        settle()
        heard_later(world)
        assert found_by(world, "bandeja") == 1
        assert service.post(ANA.webhook(ANA.revoke(note["id"]))).status_code == 200
        settle()
        assert (transcripts(world), found_by(world, "bandeja")) == ([], 0)

    def test_with_the_person(self, world: World, service: Service) -> None:
        opened_with(service, a_voice_note(service))
        heard_later(world)
        assert found_by(world, "bandeja") == 1
        world.rows("select erase_person(id) from customers")
        assert (transcripts(world), found_by(world, "bandeja")) == ([], 0)

    def test_before_it_was_heard(self, world: World, service: Service, transcription: Transcription) -> None:
        transcription.status = 503
        opened_with(service, a_voice_note(service))
        heard_later(world)
        world.rows("select erase_person(id) from customers")
        transcription.status = 200
        asked = len(transcription.asked)
        heard_later(world)
        assert len(transcription.asked) == asked
        assert world.log("dead_letter") == []
