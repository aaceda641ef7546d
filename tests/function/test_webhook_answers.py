"""The status codes of the webhook, and that no database call is made before the signature is verified."""

import base64
import io
from typing import Any

import pytest

from emulator.function import VERIFY_TOKEN
from emulator.meta.graph_api import Graph
from handlers.health import VERSION
from tests.support.function import ANA, Service, World, settle
from tests.support.payloads import VECTORS

MAX_BYTES = 3 * 1024 * 1024
RIGHT = {"hub.mode": "subscribe", "hub.verify_token": VERIFY_TOKEN, "hub.challenge": "1158201444"}


def untouched(world: World) -> bool:
    return not (world.supabase.call_log.all() or world.graph.call_log.all())


class TestVerification:
    def test_the_challenge_goes_back_raw(self, service: Service) -> None:
        answer = service.client.get("/", query_string=RIGHT)
        assert (answer.status_code, answer.data) == (200, b"1158201444")
        assert answer.mimetype == "text/plain"

    def test_a_challenge_is_never_a_page(self, service: Service) -> None:
        answer = service.client.get("/", query_string=RIGHT | {"hub.challenge": "<script>1</script>"})
        assert answer.mimetype == "text/plain"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"hub.verify_token": "wrong"},
            {"hub.verify_token": ""},
            {"hub.verify_token": VERIFY_TOKEN + "x"},
            {"hub.verify_token": "\u00e9\U0001f600"},
            {"hub.mode": "unsubscribe"},
            {"hub.mode": ""},
            {"hub.challenge": "1" * 201},
        ],
        ids=str,
    )
    def test_anything_else_is_refused(self, world: World, service: Service, wrong: dict[str, str]) -> None:
        answer = service.client.get("/", query_string=RIGHT | wrong)
        assert (answer.status_code, answer.data) == (403, b"not verified")
        assert untouched(world)

    @pytest.mark.parametrize("missing", ["hub.mode", "hub.verify_token"])
    def test_what_is_missing_is_wrong(self, service: Service, missing: str) -> None:
        given = {name: value for name, value in RIGHT.items() if name != missing}
        assert service.client.get("/", query_string=given).status_code == 403

    def test_nothing_at_all(self, service: Service) -> None:
        assert service.client.get("/").status_code == 403


class TestSignature:
    @pytest.mark.parametrize("header", ["", "sha256=", "sha256=" + "0" * 64, "sha1=" + "0" * 40])
    def test_unsigned_is_refused_before_any_call(self, world: World, service: Service, header: str) -> None:
        assert service.post(ANA.webhook(ANA.text("hola")), header=header).status_code == 401
        assert untouched(world)

    def test_another_secret_is_refused(self, world: World, service: Service) -> None:
        assert service.post(ANA.webhook(ANA.text("hola")), secret="another").status_code == 401
        assert untouched(world)

    @pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
    def test_vectors(self, service: Service, vector: dict[str, Any]) -> None:
        header = vector["header"].encode().decode("latin-1")  # what is on the wire are bytes
        answer = service.post(base64.b64decode(vector["body_b64"]), header=header)
        assert answer.status_code == (200 if vector["valid"] else 401)
        settle()

    def test_both_secrets_of_a_rotation(self, world: World, graph: Graph) -> None:
        service = world.start(WHATSAPP_APP_SECRET=f"brand-new, {graph.app_secret}")
        answers = [
            service.post(ANA.webhook(ANA.text("hola")), secret=secret).status_code
            for secret in ("brand-new", graph.app_secret, f"brand-new, {graph.app_secret}")
        ]
        assert answers == [200, 200, 401]


class TestLength:
    def test_a_body_that_declares_too_great_a_length_is_not_read(
        self, world: World, service: Service
    ) -> None:
        class Unread(io.BytesIO):
            def read(self, *_: Any) -> bytes:
                raise AssertionError("the body was read")

        length = {"CONTENT_LENGTH": str(MAX_BYTES + 1)}
        for path in ("/", "/health", "/desk/", "/t/"):
            answer = service.client.post(path, input_stream=Unread(), environ_overrides=length)
            assert (answer.status_code, answer.data) == (413, b"too long")
        # A ticket's page takes more, from who has its link.
        answer = service.client.post("/t/token/", input_stream=Unread(), environ_overrides=length)
        assert answer.status_code == 403
        assert untouched(world)

    def test_a_body_of_unknown_length_is_read_up_to_the_limit(self, world: World, service: Service) -> None:
        body = io.BytesIO(b"x" * 2 * MAX_BYTES)
        chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
        answer = service.client.post("/", input_stream=body, environ_overrides=chunked)
        assert (answer.status_code, answer.data) == (413, b"too long")
        assert body.tell() <= MAX_BYTES + 1
        assert untouched(world)

    def test_the_longest_that_meta_sends_is_read(self, service: Service) -> None:
        body = b'{"object":"whatsapp_business_account","entry":[]}'.ljust(MAX_BYTES)
        assert service.post(body).status_code == 200


class TestBody:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"null",
            b"[]",
            b'"text"',
            b"{",
            b"object=whatsapp_business_account",
            b"\xff\xfe",
            b"{}",
            b'{"object":"page","entry":[]}',
            b'{"object":["whatsapp_business_account"]}',
            b"[" * 100_000,
        ],
        ids=lambda body: repr(body[:40]),
    )
    def test_signed_but_not_metas(self, world: World, service: Service, body: bytes) -> None:
        assert service.post(body).status_code == 400
        assert untouched(world)
        assert [line["why"] for line in world.log("refused")] == ["signed, but not a WhatsApp payload"]

    @pytest.mark.parametrize("rest", [b"", b',"entry":[]', b',"entry":[{}]', b',"entry":[],"entry":[]'])
    def test_nothing_in_it(self, world: World, service: Service, rest: bytes) -> None:
        assert service.post(b'{"object":"whatsapp_business_account"' + rest + b"}").status_code == 200
        assert untouched(world)

    def test_another_number_is_ignored(self, world: World) -> None:
        service = world.start(WHATSAPP_PHONE_NUMBER_ID="1")
        assert service.post(ANA.webhook(ANA.text("hola"))).status_code == 200
        assert untouched(world)


class TestPaths:
    @pytest.mark.parametrize("target", ["webhook", "sweep"])
    def test_health(self, world: World, target: str) -> None:
        answer = world.start(target).client.get("/health")
        assert (answer.status_code, answer.json) == (200, {"status": "ok", "version": VERSION})
        assert untouched(world)

    @pytest.mark.parametrize(
        ("target", "path", "method", "allow"),
        [
            *(
                ("webhook", "/", method, "GET, POST")
                for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD")
            ),
            *(("webhook", "/t/x/", method, "GET, POST") for method in ("PUT", "DELETE", "PATCH", "OPTIONS")),
            *(("webhook", "/health", method, "GET") for method in ("POST", "PUT", "OPTIONS")),
            *(("sweep", "/", method, "POST") for method in ("GET", "PUT", "HEAD", "OPTIONS")),
        ],
    )
    def test_not_allowed(self, world: World, target: str, path: str, method: str, allow: str) -> None:
        answer = world.start(target).client.open(path, method=method)
        assert (answer.status_code, answer.headers["Allow"]) == (405, allow)

    @pytest.mark.parametrize("path", ["/health/", "/healthz", "/t/", "/t", "/t/a/b", "/x", "/robots.txt"])
    @pytest.mark.parametrize("method", ["GET", "POST", "HEAD", "PUT"])
    def test_nothing_here(self, service: Service, path: str, method: str) -> None:
        assert service.client.open(path, method=method).status_code == 404

    def test_the_sweep_has_no_webhook(self, world: World) -> None:
        service = world.start("sweep")
        assert service.client.get("/", query_string=RIGHT).status_code == 405
        assert service.client.get("/t/x/").status_code == 404
        assert service.client.head("/health").status_code == 200
        assert service.client.post("/", json=ANA.webhook(ANA.text("hola"))).json == {
            "outcomes": {},
            "purged": {"inbound": 0, "outbox": 0},
        }
