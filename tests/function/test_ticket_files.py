"""The files of a ticket, through its page: only files of this ticket, and none that a browser would execute."""

from threading import BoundedSemaphore

import pytest

from emulator import Json
from tests.support.function import ANA, BETO, Service, World, settle
from tests.support.technician import Shown, Technician, dump, read_the_mail

PHOTO = b"\xff\xd8\xff a photo"
LARGE = bytes(range(250)) * 4000  # of several chunks
BINARY = "application/octet-stream"


def stored(service: Service, content: bytes) -> str:
    """The id of a file at Meta."""
    return service.graph.media.put(content, "image/jpeg")


def photo(service: Service, content: bytes = PHOTO) -> Json:
    """A file that Ana sends. content: what Meta has under its id."""
    return ANA.image(PHOTO, media_id=stored(service, content), caption="así queda")


def opened_with(world: World, service: Service, *messages: Json) -> Technician:
    """The technician of a ticket that these came with."""
    service.say("mi impresora no imprime y se traba")
    for message in messages:
        settle()
        assert service.post(ANA.webhook(message)).status_code == 200
    settle()
    service.press("yes")
    return read_the_mail(world, service)


def first_file(technician: Technician) -> str:
    """The path of the file, relative to the page."""
    (number,) = technician.world.column("select min(id) from attachments")
    return f"files/{number}"


@pytest.fixture
def technician(world: World, service: Service) -> Technician:
    """With the link of a ticket that came with one photo."""
    return opened_with(world, service, photo(service))


class TestHaving:
    def test_the_page_shows_the_photo_small(self, technician: Technician) -> None:
        shown = technician.shown()
        place = technician.path + first_file(technician)
        assert place in shown.loads("src")
        assert place in shown.loads("href")
        assert ("loading", "lazy") in shown.attributes
        assert technician.get(first_file(technician)).data == PHOTO

    def test_it_has_a_name_of_ours_and_no_rights(self, technician: Technician) -> None:
        answer = technician.get(first_file(technician))
        assert answer.content_type == "image/jpeg"
        assert answer.headers["Content-Disposition"] == f'inline; filename="{technician.code}-1.jpg"'
        assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"

    @pytest.mark.parametrize(
        ("said", "filename", "kind", "disposition", "ending"),
        [
            ("image/png", None, "image/png", "inline", "png"),
            ("AUDIO/OGG; codecs=opus", None, "audio/ogg", "inline", "ogg"),
            ("video/mp4", "x.exe", "video/mp4", "inline", "mp4"),
            ("application/pdf", "factura.html", "application/pdf", "attachment", "pdf"),
            ("text/html", "a.html", BINARY, "attachment", "bin"),
            ("image/svg+xml", "a.svg", BINARY, "attachment", "bin"),
            ("image/jpeg\r\nSet-Cookie: a=b", None, BINARY, "attachment", "bin"),
            ("application/msword", "Informe final.DOC", BINARY, "attachment", "doc"),
            (None, '"; filename="a.exe', BINARY, "attachment", "bin"),
        ],
    )
    def test_an_unknown_kind_is_downloaded(
        self,
        technician: Technician,
        said: str | None,
        filename: str | None,
        kind: str,
        disposition: str,
        ending: str,
    ) -> None:
        technician.world.rows("update attachments set mime_type = %s, filename = %s", said, filename)
        answer = technician.get(first_file(technician))
        assert answer.status_code == 200
        assert answer.content_type == kind
        assert (
            answer.headers["Content-Disposition"] == f'{disposition}; filename="{technician.code}-1.{ending}"'
        )
        assert "Set-Cookie" not in answer.headers

    def test_a_part_of_it(self, technician: Technician) -> None:
        """As Safari plays a video."""
        headers = {"Range": "bytes=2-4"}
        answer = technician.service.client.get(technician.path + first_file(technician), headers=headers)
        assert (answer.status_code, answer.data) == (206, PHOTO[2:5])
        assert answer.headers["Content-Range"] == f"bytes 2-4/{len(PHOTO)}"

    @pytest.mark.parametrize(
        ("asked", "start", "end"),
        [
            ("0-1", 0, 2),
            ("300000-900000", 300_000, 900_001),
            ("999000-", 999_000, 1_000_000),
            ("-7", 999_993, 1_000_000),
        ],
    )
    def test_a_part_of_a_large_one(
        self, world: World, service: Service, asked: str, start: int, end: int
    ) -> None:
        technician = opened_with(world, service, ANA.image(LARGE, media_id=stored(service, LARGE)))
        answer = service.client.get(
            technician.path + first_file(technician), headers={"Range": f"bytes={asked}"}
        )
        assert (answer.status_code, answer.content_length) == (206, end - start)
        assert answer.data == LARGE[start:end]
        assert answer.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(LARGE)}"

    def test_a_part_that_it_has_not(self, technician: Technician) -> None:
        place = technician.path + first_file(technician)
        for _ in range(30):  # more than are served at once: each is closed
            answer = technician.service.client.get(place, headers={"Range": "bytes=500-"})
            assert answer.status_code == 416

    def test_a_large_one(self, world: World, service: Service) -> None:
        technician = opened_with(world, service, ANA.image(LARGE, media_id=stored(service, LARGE)))
        answer = technician.get(first_file(technician))
        assert (answer.status_code, answer.content_length, answer.data) == (200, len(LARGE), LARGE)

    def test_only_its_head(self, technician: Technician) -> None:
        answer = technician.service.client.head(technician.path + first_file(technician))
        assert (answer.status_code, answer.data) == (200, b"")

    def test_looking_changes_nothing(self, technician: Technician) -> None:
        before = dump(technician.world)
        technician.get(first_file(technician))
        assert dump(technician.world) == before

    @pytest.mark.parametrize(
        ("kind", "mime_type", "tag"), [("voice", "audio/ogg", "audio"), ("video", "video/mp4", "video")]
    )
    def test_sounds_and_videos_play_on_the_page(
        self, technician: Technician, kind: str, mime_type: str, tag: str
    ) -> None:
        technician.world.rows("update attachments set kind = %s, mime_type = %s", kind, mime_type)
        shown = technician.shown()
        assert tag in shown.tags
        assert ("preload", "none") in shown.attributes

    def test_a_place_is_a_map(self, world: World, service: Service) -> None:
        place = ANA.location(-34.6037, -58.3816, "Oficina")
        technician = opened_with(world, service, place)
        links = technician.shown().loads("href")
        assert "https://www.openstreetmap.org/?mlat=-34.603700&mlon=-58.381600" in links
        assert technician.get(first_file(technician)).status_code == 404


class TestManyAtOnce:
    def test_beyond_a_number_people_have_to_wait(self, technician: Technician) -> None:
        """So that threads remain for webhooks."""
        technician.service.desk.pages.files._free = BoundedSemaphore(2)
        place = technician.path + first_file(technician)
        opened = [technician.service.client.get(place, buffered=False) for _ in range(3)]
        assert [answer.status_code for answer in opened] == [200, 200, 503]
        assert opened[2].headers["Retry-After"] == "10"
        assert "unos segundos" in Shown(opened[2]).text
        assert technician.get().status_code == 200
        opened[0].close()  # before it was read
        assert technician.get(first_file(technician)).status_code == 200

    def test_a_failure_leaves_room(self, technician: Technician) -> None:
        technician.service.desk.pages.files._free = BoundedSemaphore(1)
        technician.service.graph.faults.down()
        assert technician.get(first_file(technician)).status_code == 502
        technician.service.graph.faults.clear()
        with technician.get(first_file(technician)) as answer:
            assert answer.status_code == 200
        with technician.service.client.head(technician.path + first_file(technician)) as answer:
            assert answer.status_code == 200
        assert technician.get(first_file(technician)).status_code == 200


class TestNotHaving:
    def test_another_tickets(self, world: World, technician: Technician) -> None:
        technician.service.say("no anda mi teclado", BETO)
        media_id = technician.service.graph.media.put(b"secret", "image/jpeg")
        technician.service.post(BETO.webhook(BETO.image(b"secret", media_id=media_id)))
        settle()
        technician.service.press("yes", BETO)
        (theirs,) = world.column("select max(id) from attachments")
        answer = technician.get(f"files/{theirs}")
        assert answer.status_code == 404
        assert b"secret" not in answer.data

    @pytest.mark.parametrize("number", ["0", "999999", "9" * 18])
    def test_none_of_that_number(self, technician: Technician, number: str) -> None:
        answer = technician.get(f"files/{number}")
        assert answer.status_code == 404
        assert "no tiene ese archivo" in Shown(answer).text

    @pytest.mark.parametrize("place", ["x", "-1", "1/", "../1", "9" * 19, "1%00", "٣"])
    def test_no_number_at_all(self, technician: Technician, place: str) -> None:
        assert technician.get(f"files/{place}").status_code == 404

    def test_something_else_than_was_sent(self, world: World, service: Service) -> None:
        technician = opened_with(world, service, photo(service, b"something else"))
        answer = technician.get(first_file(technician))
        assert answer.status_code == 502
        assert b"something else" not in answer.data
        assert world.log("file_missing")[0]["error"] == "another file than was sent"

    def test_something_else_than_was_sent_that_is_large(self, world: World, service: Service) -> None:
        """It has begun to arrive when we know: it breaks off before its end."""
        technician = opened_with(
            world, service, ANA.image(LARGE, media_id=stored(service, b"x" * len(LARGE)))
        )
        answer = technician.get(first_file(technician))
        with pytest.raises(ConnectionResetError):
            answer.get_data()
        assert world.log("file_missing")[0]["error"] == "another file than was sent"

    def test_too_large(self, world: World, service: Service) -> None:
        large = bytes(10 * 1024 * 1024 + 1)
        media_id = service.graph.media.put(large, "image/jpeg")
        technician = opened_with(world, service, ANA.image(large, media_id=media_id))
        answer = technician.get(first_file(technician))
        assert answer.status_code == 502
        assert "10 MB" in Shown(answer).text

    def test_after_seven_days(self, technician: Technician) -> None:
        place = first_file(technician)
        technician.world.rows("update ticket_events set created_at = now() - interval '8 days'")
        technician.world.rows("update attachments set media_id = '99999999999'")
        answer = technician.get(place)
        assert answer.status_code == 410
        assert "Meta guarda los archivos 7 días" in Shown(answer).text
        shown = technician.shown()
        assert "img" not in shown.tags
        assert "Meta borra los archivos a los 7 días" in shown.text

    def test_meta_away(self, technician: Technician) -> None:
        technician.service.graph.faults.down()
        answer = technician.get(first_file(technician))
        assert answer.status_code == 502
        assert "Inténtalo otra vez en un rato" in Shown(answer).text

    def test_supabase_away(self, technician: Technician) -> None:
        place = first_file(technician)
        technician.world.supabase.faults.down()
        assert technician.get(place).status_code == 503

    def test_erased_with_the_person(self, technician: Technician) -> None:
        place = first_file(technician)
        technician.world.rows("select erase_customer(id, '') from customers")
        assert technician.get(place).status_code == 404

    @pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
    def test_they_are_only_read(self, technician: Technician, method: str) -> None:
        place = technician.path + first_file(technician)
        answer = technician.service.client.open(place, method=method)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET")

    def test_without_the_link(self, technician: Technician) -> None:
        forged = technician.path[:6] + ("A" if technician.path[6] != "A" else "B") + technician.path[7:]
        assert technician.service.client.get(forged + first_file(technician)).status_code == 403


@pytest.mark.parametrize("together", [True, False], ids=["in one call", "one by one"])
def test_an_album_of_thirty_photos(world: World, service: Service, together: bool) -> None:
    """Ten are kept, and every caption; one bubble says so."""
    service.say("mi impresora no imprime y se traba")
    photos = [ANA.image(caption=f"foto {n}") for n in range(30)]
    for payload in [photos] if together else [[each] for each in photos]:
        assert service.post(ANA.webhook(*payload)).status_code == 200
    settle()
    service.press("yes")
    settle()
    assert world.column("select count(*) from attachments") == [10]
    (description,) = world.column("select description from tickets")
    assert description.splitlines()[1:] == [f"foto {n}" for n in range(30)]
    assert [text for text in world.bubbles() if "Caben 10 archivos" in text] == world.bubbles()[-2:-1]
    assert len(world.bubbles()) == len(set(world.bubbles())) == 3
