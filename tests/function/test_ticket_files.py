"""The files of a ticket, through its page: only files of this ticket, and none that a browser would execute."""

from urllib.parse import urlsplit

import httpx
import pytest

from emulator import Json
from tests.support.function import ANA, BETO, Service, World, settle
from tests.support.technician import Shown, Technician, dump, read_the_mail

PHOTO = b"\xff\xd8\xff a photo"
LARGE = bytes(range(250)) * 4000  # of several chunks
BINARY = "application/octet-stream"


def stored(service: Service, content: bytes, kind: str = "image/jpeg") -> str:
    """The id of a file at Meta."""
    return service.graph.media.put(content, kind)


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


def follow(technician: Technician, place: str, **headers: str) -> httpx.Response:
    """What a browser gets that is led from our page to the file."""
    answer = technician.get(place)
    assert answer.status_code == 302
    assert answer.data == b""
    return httpx.get(answer.headers["Location"], headers=headers)


class TestHaving:
    def test_the_page_shows_the_photo_small(self, technician: Technician) -> None:
        shown = technician.shown()
        place = technician.path + first_file(technician)
        assert place in shown.loads("src")
        assert place in shown.loads("href")
        assert ("loading", "lazy") in shown.attributes
        assert follow(technician, first_file(technician)).content == PHOTO

    def test_the_page_may_load_it_from_storage_and_from_nowhere_else(self, technician: Technician) -> None:
        policy = technician.get().headers["Content-Security-Policy"]
        where = technician.world.supabase.url
        assert f"img-src 'self' {where}; media-src 'self' {where};" in policy
        assert technician.get(first_file(technician)).headers["Location"].startswith(f"{where}/")

    def test_the_way_there_is_kept_by_nobody(self, technician: Technician) -> None:
        answer = technician.get(first_file(technician))
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"

    def test_the_address_is_good_for_a_minute(self, technician: Technician) -> None:
        address = technician.get(first_file(technician)).headers["Location"]
        storage = technician.world.supabase.storage
        now = storage.clock()
        storage.clock = lambda: now + 55
        assert httpx.get(address).status_code == 200
        storage.clock = lambda: now + 65
        assert httpx.get(address).status_code == 400

    @pytest.mark.parametrize(
        ("said", "filename", "kind", "ending"),
        [
            ("image/png", None, "image/png", None),
            ("AUDIO/OGG; codecs=opus", None, "audio/ogg", None),
            ("video/mp4", "x.exe", "video/mp4", None),
            ("application/pdf", "factura.html", "application/pdf", "pdf"),
            ("text/html", "a.html", BINARY, "bin"),
            ("image/svg+xml", "a.svg", BINARY, "bin"),
            ("image/jpeg; x=y", "a.svg", "image/jpeg", None),
            ("image/jpegx", None, BINARY, "bin"),
            ("application/msword", "Informe final.DOC", BINARY, "doc"),
            ("application/x-msdownload", '"; filename="a.exe', BINARY, "bin"),
        ],
    )
    def test_an_unknown_kind_is_downloaded(
        self,
        world: World,
        service: Service,
        said: str,
        filename: str | None,
        kind: str,
        ending: str | None,
    ) -> None:
        """Whatever it contains: what a browser would execute is given no type, and is saved."""
        message = ANA.document(b"<script>", media_id=stored(service, b"<script>", said))
        message["document"]["filename"] = filename or "x"
        message["document"]["mime_type"] = said
        technician = opened_with(world, service, message)
        answer = follow(technician, first_file(technician))
        assert answer.content == b"<script>"
        assert answer.headers["Content-Type"] == kind
        disposition = answer.headers.get("Content-Disposition", "inline")
        if ending is None:
            assert not disposition.startswith("attachment")
        else:
            assert disposition.startswith("attachment")
            assert f"{technician.code}-1.{ending}" in disposition

    def test_a_part_of_it(self, technician: Technician) -> None:
        """As Safari plays a video."""
        answer = follow(technician, first_file(technician), Range="bytes=2-4")
        assert (answer.status_code, answer.content) == (206, PHOTO[2:5])

    def test_a_large_one_does_not_pass_through_us(self, world: World, service: Service) -> None:
        technician = opened_with(world, service, ANA.image(LARGE, media_id=stored(service, LARGE)))
        world.forget()
        answer = technician.get(first_file(technician))
        assert answer.content_length in {0, None}
        assert world.graph.call_log.complete() == []
        paths = [urlsplit(call.path).path for call in world.supabase.call_log.complete()]
        assert [path.split("/")[3] for path in paths] == ["rpc", "object"]
        assert httpx.get(answer.headers["Location"]).content == LARGE

    def test_only_its_head(self, technician: Technician) -> None:
        answer = technician.service.client.head(technician.path + first_file(technician))
        assert (answer.status_code, answer.data) == (302, b"")

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

    @pytest.mark.parametrize(
        ("missing", "on_the_page", "behind_the_link"),
        [
            ("gone", "Meta ya no tenía el archivo", "vuelva a mandarlo"),
            ("too_large", "pesa más de 50 MB", "de otra forma"),
            ("different", "llegó dañado", "vuelva a mandarlo"),
            ("no_room", "no queda espacio", "avisa a quien administra"),
            ("removed", "para hacer lugar", "El ticket estaba cerrado"),
            ("failed", "No se pudo guardar", "durante varios días"),
        ],
    )
    def test_why_it_is_not_there(
        self, technician: Technician, missing: str, on_the_page: str, behind_the_link: str
    ) -> None:
        place = first_file(technician)
        technician.world.rows("update attachments set stored_at = null, bytes = null, missing = %s", missing)
        shown = technician.shown()
        assert "img" not in shown.tags
        assert on_the_page in shown.text
        answer = technician.get(place)
        assert answer.status_code == 410
        assert behind_the_link in Shown(answer).text

    def test_not_yet(self, technician: Technician) -> None:
        place = first_file(technician)
        technician.world.rows("update attachments set stored_at = null")
        shown = technician.shown()
        assert "img" not in shown.tags
        assert "Se está guardando" in shown.text
        answer = technician.get(place)
        assert answer.status_code == 503
        assert technician.path + place in Shown(answer).loads("action")

    def test_storage_lost_it(self, world: World, technician: Technician) -> None:
        world.supabase.storage.clear()
        answer = technician.get(first_file(technician))
        assert answer.status_code == 410
        assert "alguien lo borró" in Shown(answer).text

    def test_storage_away(self, world: World, technician: Technician) -> None:
        place = first_file(technician)
        world.supabase.faults.error("InternalError", 503, path="/storage/")
        answer = technician.get(place)
        assert answer.status_code == 502
        assert "inténtalo otra vez en un momento" in Shown(answer).text

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
