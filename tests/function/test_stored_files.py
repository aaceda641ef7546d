"""Files of customers are fetched from Meta and stored, once, and removed when nobody wants them any more."""

from typing import Any

from emulator import Json
from state.store.files import BUCKET
from tests.support.function import ANA, Service, World, settle

PHOTO = b"\xff\xd8\xff a photo"
LARGE = bytes(range(250)) * 4000  # of several chunks


def a_file(service: Service, content: bytes = PHOTO, mime_type: str = "image/jpeg") -> Json:
    """A message of Ana with a file that Meta has."""
    media_id = service.graph.media.put(content, mime_type)
    return ANA.image(content, media_id=media_id, caption="así queda")


def send(service: Service, *messages: Json) -> None:
    for message in messages:
        assert service.post(ANA.webhook(message)).status_code == 200
        settle()


def opened_with(service: Service, *messages: Json) -> None:
    """A ticket of Ana that these files came with."""
    service.say("mi impresora no imprime y se traba")
    settle()
    send(service, *messages)
    service.press("yes")
    settle()


def attachments(world: World) -> list[dict[str, Any]]:
    return world.rows("select * from attachments where object is not null order by id")


def objects(world: World) -> dict[str, bytes]:
    storage = world.supabase.storage
    return {path: storage.content(BUCKET, path) for path in storage.objects(BUCKET)}


class TestStored:
    def test_what_came_with_a_report_is_stored_within_the_turn(self, world: World, service: Service) -> None:
        opened_with(service, a_file(service), a_file(service, LARGE))
        photo, large = attachments(world)
        (code,) = world.column("select code from tickets")
        assert photo["object"].startswith(f"{code}/")
        assert objects(world) == {photo["object"]: PHOTO, large["object"]: LARGE}
        for file, content in ((photo, PHOTO), (large, LARGE)):
            assert (file["bytes"], file["missing"]) == (len(content), None)
            assert file["stored_at"] is not None
        assert ("storage", "sent", 1) in world.outbox()

    def test_what_follows_is_stored_too(self, world: World, service: Service) -> None:
        opened_with(service)
        send(service, a_file(service))
        (file,) = attachments(world)
        assert objects(world) == {file["object"]: PHOTO}
