"""A desk with a Postgres of its own, as compose.yaml puts it together: behind the proxy everything works, and nothing else is open."""

import itertools
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from werkzeug.wrappers import Response

from emulator import Json
from emulator.meta.customer import Customer
from emulator.meta.graph_api import Graph
from emulator.meta.sent_message import SentMessage
from emulator.meta.webhook_payload import encode, sign
from emulator.resend.resend_api import Resend
from state.store.files import BUCKET
from tests.support.function import eventually
from tests.support.own_database import THREADS, OwnDatabase, own_database
from tests.support.proxies import Proxy, nginx
from tests.support.technician import Shown

_NUMBERS = itertools.count(10)
PHOTO = b"\xff\xd8\xff a photo"
LARGE = 15 * 1024 * 1024  # of one document; the page takes 16 MB


@pytest.fixture(scope="module")
def desk(
    served_graph: Graph, served_resend: Resend, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnDatabase]:
    with own_database(tmp_path_factory.mktemp("own"), served_graph, served_resend) as running:
        yield running


@pytest.fixture(scope="module", params=["caddy", "nginx"])
def proxy(
    request: pytest.FixtureRequest, desk: OwnDatabase, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """Either proxy in front of the same desk."""
    if request.param == "caddy":
        yield desk.proxy
        return
    with nginx(tmp_path_factory.mktemp("nginx"), desk=desk.desk.port) as running:
        yield running


def somebody() -> Customer:
    """Whom the desk does not know yet: it keeps what they write until the last test."""
    number = next(_NUMBERS)
    return Customer(wa_id=f"54911555508{number}", user_id=f"AR.hosts{number}", username=None)


def post(proxy: Proxy, graph: Graph, payload: Json) -> int:
    """Deliver a webhook as Meta does."""
    graph.users.learn_payload(payload)
    body = encode(payload)
    with proxy.client() as client:
        return client.post(
            "/", content=body, headers={"x-hub-signature-256": sign(body, graph.app_secret)}
        ).status_code


def open_ticket(desk: OwnDatabase, proxy: Proxy, graph: Graph, resend: Resend) -> str:
    """With a photo. Returns the path of its page, from the e-mail to the technician."""
    ana = somebody()
    media_id = graph.media.put(PHOTO, "image/jpeg")
    report = ana.image(PHOTO, media_id=media_id, caption="mi impresora no imprime y se traba")
    assert post(proxy, graph, ana.webhook(report)) == 200
    asked = reply_to(ana, graph)
    pressed = next(choice for choice in asked.choices if "/yes/" in choice)
    assert post(proxy, graph, ana.webhook(ana.press(pressed, "Sí", asked.wamid))) == 200
    (code,) = rows(desk, "select code from tickets order by id desc limit 1")[0]
    eventually(lambda: mail_about(str(code), resend) is not None)
    (page,) = set(re.findall(rf"{desk.proxy.url}(/t/[^/\"\s]+/)", mail_about(str(code), resend) or ""))
    return str(page)


def reply_to(customer: Customer, graph: Graph) -> SentMessage:
    """The first. What an earlier test has set off may leave meanwhile."""

    def theirs() -> list[SentMessage]:
        return [sent for sent in graph.messages if sent.person.wa_id == customer.wa_id]

    eventually(lambda: theirs() != [])
    return theirs()[0]


def mail_about(code: str, resend: Resend) -> str | None:
    """The text of the first one."""
    return next((mail.text for mail in resend.messages if code in mail.subject), None)


def rows(desk: OwnDatabase, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(desk.database_url) as connection:
        return connection.execute(query.encode()).fetchall()


@contextmanager
def calls_that_never_end(proxy: Proxy, count: int) -> Iterator[None]:
    """Over TLS, each with a part of its body that is too large for the buffers that a proxy has anyhow."""
    head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 120000\r\n\r\n" + bytes(100_000)
    with ExitStack() as stack:
        for _ in range(count):
            plain = socket.create_connection(("127.0.0.1", proxy.port))
            secure: ssl.SSLSocket = proxy.trust.wrap_socket(plain, server_hostname="localhost")
            stack.enter_context(secure).sendall(head)
        yield


def test_the_first_migrate_makes_the_roles_and_the_second_the_bucket(desk: OwnDatabase) -> None:
    first, second = desk.migrated
    assert (first.code, second.code) == (0, 0)
    assert "roles: anon, authenticated, service_role, authenticator made" in first.out
    assert "bucket: not checked, because SUPABASE_URL is missing" in first.out
    assert "nothing to do" in second.out
    assert f"bucket {BUCKET}: made, private" in second.out


def test_a_ticket_with_a_photo_that_a_technician_opens(
    desk: OwnDatabase, graph: Graph, resend_standin: Resend
) -> None:
    """All the way: webhook, database, reply, e-mail, page, and the signed link of the photo from outside."""
    page = open_ticket(desk, desk.proxy, graph, resend_standin)
    eventually(lambda: rows(desk, "select bool_and(stored_at is not null) from attachments") == [(True,)])
    with desk.proxy.client() as browser:
        shown = browser.get(page)
        assert shown.status_code == 200
        file = re.findall(r'href="([^"]*files/\d+)"', shown.text)[0]
        led = browser.get(httpx.URL(f"{desk.proxy.url}{page}").join(file))
        assert led.status_code == 302
        link = urlsplit(led.headers["location"])
        assert link.path.startswith(f"/storage/v1/object/sign/{BUCKET}/")
        # In a container SUPABASE_URL is the public address; here it is the inner one.
        photo = browser.get(f"{link.path}?{link.query}")
        assert (photo.status_code, photo.content) == (200, PHOTO)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/rest/v1/customers"),
        ("POST", "/rest/v1/rpc/load_conversation"),
        ("GET", "/storage/v1/bucket/ticket-files"),
        ("GET", "/storage/v1/object/ticket-files/x"),
        ("POST", "/storage/v1/object/sign/ticket-files/x"),
        ("DELETE", "/storage/v1/object/ticket-files"),
        ("GET", "/storage/v1/object/sign/../../bucket/ticket-files"),
        ("GET", "/storage/v1/object/sign/%2e%2e/%2e%2e/bucket/ticket-files"),
    ],
)
def test_from_outside_supabase_is_closed_even_with_its_key(desk: OwnDatabase, method: str, path: str) -> None:
    key = desk.keys["SUPABASE_SECRET_KEY"]
    given = {"apikey": key, "Authorization": f"Bearer {key}"}
    target = httpx.Request(method, f"{desk.proxy.url}{path}", headers=given)
    target.url = target.url.copy_with(raw_path=path.encode())
    with desk.proxy.client() as client:
        assert client.send(target).status_code in {400, 404}


def test_inside_it_is_open_to_the_key_only(desk: OwnDatabase) -> None:
    def ask(key: str) -> int:
        headers = {"apikey": key, "Authorization": f"Bearer {key}"} if key else {}
        return httpx.get(f"{desk.proxy.inside}/rest/v1/customers", headers=headers).status_code

    assert ask(desk.keys["SUPABASE_SECRET_KEY"]) == 200
    assert ask(desk.keys["SUPABASE_PUBLISHABLE_KEY"]) in {401, 403}
    assert ask("") == 401


def test_inside_the_desk_s_own_name_leads_to_it_with_the_same_certificate(desk: OwnDatabase) -> None:
    """So that SUPABASE_URL is one address, for the desk and for the browsers that its links lead."""
    key = desk.keys["SUPABASE_SECRET_KEY"]
    with httpx.Client(base_url=desk.proxy.inside_tls, verify=desk.proxy.trust) as container:
        found = container.get("/rest/v1/tickets", headers={"apikey": key, "Authorization": f"Bearer {key}"})
        assert found.status_code == 200
        assert container.get("/health").status_code == 200


def test_http_leads_to_https(desk: OwnDatabase) -> None:
    text = (desk.desk.log.parent / "Caddyfile").read_text()
    port = re.findall(r"http_port (\d+)", text)[0]
    led = httpx.get(f"http://localhost:{port}/desk/")
    assert (led.status_code, led.headers["location"]) == (308, "https://localhost/desk/")


class TestProxy:
    def test_a_signed_webhook(self, desk: OwnDatabase, proxy: Proxy, graph: Graph) -> None:
        ana = somebody()
        assert post(proxy, graph, ana.webhook(ana.text("hola"))) == 200
        assert reply_to(ana, graph).text

    def test_one_that_is_not_ours(self, proxy: Proxy) -> None:
        with proxy.client() as client:
            assert client.post("/", content=b"{}").status_code == 401

    def test_calls_that_never_end_hold_nobody_up(self, desk: OwnDatabase, proxy: Proxy) -> None:
        with calls_that_never_end(proxy, 2 * THREADS), proxy.client() as client:
            for _ in range(2 * THREADS):
                assert client.get("/health").status_code == 200

    def test_a_technician_s_answer_with_a_large_file_arrives(
        self, desk: OwnDatabase, proxy: Proxy, graph: Graph, resend_standin: Resend
    ) -> None:
        page = open_ticket(desk, proxy, graph, resend_standin)
        document = b"%PDF-1.4" + bytes(LARGE)
        with proxy.client() as client:
            fields = Shown(Response(client.get(page).text)).fields
            answered = client.post(
                page,
                data=fields | {"action": "answer", "text": "Es este.", "author": "Lucas"},
                files={"files": ("manual.pdf", document, "application/pdf")},
            )
        assert answered.status_code == 303
        stored = [desk.storage.content(BUCKET, path) for path in desk.storage.objects(BUCKET)]
        assert document in stored

    def test_anything_else_may_have_3_mb(self, proxy: Proxy) -> None:
        with proxy.client() as client:
            assert client.post("/", content=bytes(3 * 1024 * 1024 + 1)).status_code == 413
