"""Customers' files: fetched only from Meta's hosts, checked, and attached to the technicians' e-mail if available."""

import base64
import hashlib
import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import resend
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from urllib3.util import connection

from channels.download import MediaError
from channels.http import Http
from channels.resend_email import Resend, attachment_refs, email_request
from channels.whatsapp_media import Media
from emulator.meta.graph_api import Graph
from emulator.resend.resend_api import Resend as ResendStandin
from emulator.serving import serve_in_thread
from state.model.message import Attachment, AttachmentKind
from state.model.outbox_row import Email, Outcome, Result
from tests.support.paths import DATA
from tests.support.voice_notes import ogg

PHOTO = b"\xff\xd8 a photo"
NOTE = (DATA / "voice" / "note.ogg").read_bytes()
MAIL = Email(subject="[TK-4QSG-G2E7] impresora", html="<p>ñ</p>", text="ñ")


def digest(content: bytes) -> str:
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def photo(media_id: str, content: bytes = PHOTO, mime_type: str = "image/jpeg") -> Attachment:
    return Attachment(
        kind=AttachmentKind.IMAGE, media_id=media_id, mime_type=mime_type, sha256=digest(content)
    )


def send(channel: Resend, *files: Attachment) -> Result:
    """An e-mail with these files."""
    request = email_request(
        MAIL, "Soporte <soporte@example.com>", "a@example.com", ["a@example.com"], "TK-4QSG-G2E7", "mail/x"
    )
    with channel.fetched(attachment_refs("TK-4QSG-G2E7", files)) as fetched:
        return channel.send(request, "mail/x", fetched)


@pytest.fixture
def media(graph: Graph) -> Media:
    return Media(graph.url, "v25.0", graph.phone_number_id, graph.access_token, Http())


@pytest.fixture
def channel(media: Media, resend_standin: ResendStandin, monkeypatch: pytest.MonkeyPatch) -> Resend:
    monkeypatch.setattr(resend, "api_url", resend_standin.url)
    return Resend(resend_standin.api_key, media, Http())


class TestFetching:
    def test_gives_the_bytes_that_were_sent(self, graph: Graph, media: Media) -> None:
        media_id = graph.media.put(PHOTO, "image/jpeg")
        assert media.fetch(media_id, digest(PHOTO), 1000) == PHOTO

    def test_refuses_another_file_than_was_sent(self, graph: Graph, media: Media) -> None:
        media_id = graph.media.put(b"something else", "image/jpeg")
        with pytest.raises(MediaError, match="another file"):
            media.fetch(media_id, digest(PHOTO), 1000)

    def test_stops_at_the_size_that_was_said(self, graph: Graph, media: Media) -> None:
        media_id = graph.media.put(bytes(200_000), "image/jpeg")
        with pytest.raises(MediaError, match="too large"):
            media.fetch(media_id, None, 100_000)

    @pytest.mark.parametrize("media_id", ["9999999999", "../me", "1?x=1", ""])
    def test_what_is_not_there_is_an_error(self, media: Media, media_id: str) -> None:
        with pytest.raises(MediaError):
            media.fetch(media_id, None, 1000)

    def test_another_file_never_arrives_whole(self, graph: Graph, media: Media) -> None:
        """The last chunk is held back until it is known that all of it is right."""
        content = bytes(1_000_000)
        wrong = graph.media.put(content, "image/jpeg")
        with closing(media.open(wrong, digest(PHOTO), len(content), 60)) as file:
            assert file.size == len(content)
            arrived: list[int] = []
            with pytest.raises(MediaError, match="another file"):
                arrived.extend(map(len, file.chunks))
        assert 0 < sum(arrived) < len(content)

    def test_a_file_comes_in_pieces(self, graph: Graph, media: Media) -> None:
        content = bytes(range(256)) * 4000
        media_id = graph.media.put(content, "image/jpeg")
        with closing(media.open(media_id, digest(content), len(content), 60)) as file:
            chunks = list(file.chunks)
        assert b"".join(chunks) == content
        assert max(map(len, chunks)) <= 256 * 1024

    def test_too_slow_is_an_error(self, graph: Graph, media: Media) -> None:
        media_id = graph.media.put(PHOTO, "image/jpeg")
        file = media.open(media_id, digest(PHOTO), 1000, 0.0)
        with closing(file), pytest.raises(MediaError, match="too slow"):
            next(file.chunks)

    def test_meta_away_is_an_error(self) -> None:
        with pytest.raises(MediaError, match="ConnectionError"):
            Media("http://127.0.0.1:1", "v25.0", "1", "EAAx", Http()).fetch("1", None, 1000)


class Elsewhere:
    """A Graph that gives out an address of somebody else, or sends us on to one."""

    def __init__(self) -> None:
        self.url = self.target = ""
        self.tokens: list[str] = []

    async def describe(self, _: Request) -> Response:
        return JSONResponse({"url": self.target})

    async def redirect(self, _: Request) -> Response:
        return RedirectResponse(f"{self.url}/stolen")

    async def steal(self, request: Request) -> Response:
        self.tokens.append(request.headers.get("authorization", ""))
        return Response(PHOTO)

    @property
    def app(self) -> Starlette:
        routes = [Route("/v25.0/1", self.describe), Route("/on", self.redirect), Route("/stolen", self.steal)]
        return Starlette(routes=routes)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    other = Elsewhere()
    with serve_in_thread(other.app) as other.url:
        yield other


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The places to which connections were made. To this machine they are, to any other they fail."""
    places: list[str] = []
    connect = connection.create_connection

    def record(address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
        places.append(f"{address[0]}:{address[1]}")
        if address[0] != "127.0.0.1":
            raise OSError
        return connect(address, *args, **kwargs)

    monkeypatch.setattr(connection, "create_connection", record)
    return places


class TestTheToken:
    @pytest.mark.parametrize(
        "address",
        ["https://evil.example/x", "http://lookaside.fbsbx.com/x", "https://fbsbx.com.evil.example/"],
    )
    def test_goes_to_metas_hosts_only(self, elsewhere: Elsewhere, address: str) -> None:
        elsewhere.target = address
        with pytest.raises(MediaError, match="not Meta's"):
            Media(elsewhere.url, "v25.0", "1", "EAAx", Http()).fetch("1", None, 1000)

    @pytest.mark.parametrize(
        "form",
        [
            r"https://{}\@lookaside.fbsbx.com/f",
            r"https://{}\.lookaside.fbsbx.com/f",
            "https://{}/.fbsbx.com",
            "https://{}?.fbsbx.com",
            "https://{}#.fbsbx.com",
            "https://{}#@lookaside.fbsbx.com/",
            "https://{}:80@lookaside.fbsbx.com\t/",
            "https://lookaside.fbsbx.com@{}/f",
            "https://lookaside.fbsbx.com:443@{}/f",
            "https://a@lookaside.fbsbx.com@{}/f",
            "https://lookaside.fbsbx.com%00@{}/f",
            "https://{}%00.fbsbx.com/f",
            "https://{}%2f.fbsbx.com/f",
            "https://{}\t.fbsbx.com/f",
            "https://{}\r\n.fbsbx.com/f",
            "https://{} .fbsbx.com/f",
            "https://{}\u3002fbsbx.com/f",
            "https://{}\uff0ffbsbx.com/f",
            "https://lookaside.fbsbx.com.{}/f",
            "https://lookaside.fbsbx.com./f",
            "https://lookaside.fbsbx.com:8443/f",
            "https://lookaside.fbsbx.com:99999/f",
            "https://[::1]/.fbsbx.com",
            "https://[::ffff:127.0.0.1%25.fbsbx.com]/f",
            "https://fbsbx.com.evil.example/f",
            "https://evilfbsbx.com/f",
            "http://lookaside.fbsbx.com/f",
            "ftp://lookaside.fbsbx.com/f",
            "//lookaside.fbsbx.com/f",
            "https:lookaside.fbsbx.com/f",
            "lookaside.fbsbx.com",
            "file:///etc/passwd",
            "HTTPS://{}",
            "",
        ],
    )
    def test_reaches_no_other_host(self, elsewhere: Elsewhere, reached: list[str], form: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            other.setblocking(False)
            elsewhere.target = form.replace("{}", f"127.0.0.1:{other.getsockname()[1]}")
            with pytest.raises(MediaError, match="not Meta's"):
                Media(elsewhere.url, "v25.0", "1", "EAAx", Http()).fetch("1", None, 1000)
            with pytest.raises(BlockingIOError):
                other.accept()
        assert reached == [elsewhere.url.removeprefix("http://")]

    @pytest.mark.parametrize(
        "address",
        [
            "https://lookaside.fbsbx.com/f?a=b",
            "https://lookaside.fbsbx.com:443/f",
            "HTTPS://LOOKASIDE.FBSBX.COM/f",
            "https://evil.example@lookaside.fbsbx.com/f",
            "https://evil.example%5c@lookaside.fbsbx.com/f?x=\n",
            r"https://lookaside.fbsbx.com\@evil.example/f",
            "https://lookaside.fbsbx.com/@evil.example",
            "https://lookaside.fbsbx.com/f\u00e9",
        ],
    )
    def test_goes_to_metas_host_however_it_is_written(
        self, elsewhere: Elsewhere, reached: list[str], address: str
    ) -> None:
        elsewhere.target = address
        with pytest.raises(MediaError, match="NewConnectionError"):
            Media(elsewhere.url, "v25.0", "1", "EAAx", Http()).fetch("1", None, 1000)
        assert reached == [elsewhere.url.removeprefix("http://"), "lookaside.fbsbx.com:443"]

    def test_does_not_follow_a_redirect(self, elsewhere: Elsewhere) -> None:
        elsewhere.target = f"{elsewhere.url}/on"
        with pytest.raises(MediaError, match="http 307"):
            Media(elsewhere.url, "v25.0", "1", "EAAx", Http()).fetch("1", None, 1000)
        assert elsewhere.tokens == []


class TestEnclosing:
    def test_the_photo_is_in_the_mail_under_a_name_of_ours(
        self, graph: Graph, channel: Resend, resend_standin: ResendStandin
    ) -> None:
        file = photo(graph.media.put(PHOTO, "image/jpeg"))
        assert send(channel, file).outcome is Outcome.SENT
        (attachment,) = resend_standin.messages[0].attachments
        assert (attachment.filename, attachment.size) == ("TK-4QSG-G2E7-1.jpg", len(PHOTO))
        assert attachment.content_type == "image/jpeg"

    def test_what_could_harm_is_only_listed(self, graph: Graph) -> None:
        program = Attachment(
            kind=AttachmentKind.DOCUMENT, media_id="1", mime_type="application/x-msdownload", filename="a.exe"
        )
        assert attachment_refs("TK-4QSG-G2E7", [program]) == ()

    def test_a_mime_type_may_have_parameters(self) -> None:
        voice = photo("1", mime_type="audio/ogg; codecs=opus")
        (ref,) = attachment_refs("TK-4QSG-G2E7", [voice])
        assert (ref.ending, ref.content_type) == ("ogg", "audio/ogg")

    @pytest.mark.parametrize(
        ("content", "name"),
        [
            (NOTE, "TK-4QSG-G2E7-1 (0m03s).ogg"),
            (ogg(seconds=59.6), "TK-4QSG-G2E7-1 (1m00s).ogg"),
            (ogg(seconds=3725), "TK-4QSG-G2E7-1 (62m05s).ogg"),
            (b"something else", "TK-4QSG-G2E7-1.ogg"),
        ],
    )
    def test_a_voice_note_says_how_long_it_is(
        self, graph: Graph, channel: Resend, resend_standin: ResendStandin, content: bytes, name: str
    ) -> None:
        said = "audio/ogg; codecs=opus"
        voice = photo(graph.media.put(content, said), content, said)
        assert send(channel, voice).outcome is Outcome.SENT
        (attachment,) = resend_standin.messages[0].attachments
        assert (attachment.filename, attachment.content_type) == (name, "audio/ogg")

    def test_another_attempt_has_the_same_bytes(
        self, graph: Graph, channel: Resend, resend_standin: ResendStandin
    ) -> None:
        """Resend compares them: others under the same key would be refused as another e-mail."""
        voice = photo(graph.media.put(NOTE, "audio/ogg"), NOTE, "audio/ogg")
        first, second = send(channel, voice), send(channel, voice)
        assert (second.outcome, second.error, second.provider_id) == (Outcome.SENT, None, first.provider_id)
        assert len(resend_standin.messages) == 1

    def test_without_the_file_the_mail_leaves_all_the_same(
        self, channel: Resend, resend_standin: ResendStandin
    ) -> None:
        assert send(channel, photo("424242")).outcome is Outcome.SENT
        assert resend_standin.messages[0].attachments == ()

    def test_once_with_and_once_without_is_one_mail(
        self, graph: Graph, channel: Resend, resend_standin: ResendStandin
    ) -> None:
        file = photo(graph.media.put(PHOTO, "image/jpeg"))
        send(channel, file)
        graph.faults.down()
        assert send(channel, file).outcome is Outcome.SENT
        assert len(resend_standin.messages) == 1

    def test_files_that_resend_refuses_do_not_cost_the_mail(
        self, graph: Graph, channel: Resend, resend_standin: ResendStandin
    ) -> None:
        resend_standin.faults.error("validation_error", status=422, times=1)
        file = photo(graph.media.put(PHOTO, "image/jpeg"))
        assert send(channel, file).outcome is Outcome.SENT
        assert [mail.attachments for mail in resend_standin.messages] == [()]
