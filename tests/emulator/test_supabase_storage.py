"""The stand-in for Supabase Storage, through supabase-py as the function and `ops` call it, and over bare HTTP."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from starlette.applications import Starlette
from storage3.exceptions import StorageApiError
from supabase import Client, ClientOptions, create_client

from emulator.call_log import CallLog
from emulator.faults import Faults
from emulator.serving import serve_in_thread
from emulator.stand_in import ServiceError, answer_error, instrument
from emulator.supabase import storage_api
from emulator.supabase.project import (
    SUPABASE_PUBLISHABLE_KEY,
    SUPABASE_ROLES,
    SUPABASE_SECRET_KEY,
    TICKET_FILES,
    local_storage,
)
from emulator.supabase.storage_api import Storage
from tests.support.database import SupabaseLocal

PHOTO = bytes(range(256)) * 40
SECRET = {"apikey": SUPABASE_SECRET_KEY, "authorization": f"Bearer {SUPABASE_SECRET_KEY}"}
ANON = {"apikey": SUPABASE_PUBLISHABLE_KEY, "authorization": f"Bearer {SUPABASE_PUBLISHABLE_KEY}"}


def error(status: str, name: str, message: str, code: str) -> Any:
    return {"statusCode": status, "error": name, "message": message, "code": code}


NO_BUCKET = error("404", "Bucket not found", "Bucket not found", "NoSuchBucket")
NO_OBJECT = error("404", "not_found", "Object not found", "NoSuchKey")
TOO_LARGE = error(
    "413", "Payload too large", "The object exceeded the maximum allowed size", "EntityTooLarge"
)
FORBIDDEN = error("403", "Unauthorized", "new row violates row-level security policy", "AccessDenied")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Storage, str, CallLog, Faults]]:
    """Storage alone, as `instrument` serves it in `make run`."""
    storage = local_storage(tmp_path_factory.mktemp("storage"))
    app = Starlette(routes=storage.routes(), exception_handlers={ServiceError: answer_error})
    call_log, faults = CallLog(), Faults()
    with serve_in_thread(instrument(app, call_log=call_log, faults=faults)) as url:
        yield storage, url, call_log, faults


@pytest.fixture
def url(served: tuple[Storage, str, CallLog, Faults]) -> Iterator[str]:
    storage, url, call_log, faults = served
    storage.clear()
    call_log.clear()
    yield url
    faults.clear()
    storage.clock = time.time


@pytest.fixture
def storage(served: tuple[Storage, str, CallLog, Faults], url: str) -> Storage:
    return served[0]


@pytest.fixture
def call_log(served: tuple[Storage, str, CallLog, Faults], url: str) -> CallLog:
    return served[2]


@pytest.fixture
def faults(served: tuple[Storage, str, CallLog, Faults], url: str) -> Faults:
    return served[3]


@pytest.fixture
def http(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{url}/storage/v1", headers=SECRET, trust_env=False) as client:
        yield client


@pytest.fixture
def supabase(url: str) -> Iterator[Client]:
    with httpx.Client(trust_env=False) as http:
        yield create_client(url, SUPABASE_SECRET_KEY, ClientOptions(httpx_client=http))


def upload(http: httpx.Client, path: str, content: bytes, **headers: str) -> httpx.Response:
    files = {"file": ("x", content, "image/png")}
    return http.post(f"/object/{path}", files=files, data={"cacheControl": "60"}, headers=headers)


def sign(http: httpx.Client, path: str, seconds: object = 60) -> httpx.Response:
    return http.post(f"/object/sign/{path}", json={"expiresIn": seconds})


# --- through supabase-py ----------------------------------------------------------------------------------------------


def test_what_was_uploaded_is_downloaded(supabase: Client, storage: Storage) -> None:
    files = supabase.storage.from_(TICKET_FILES)
    files.upload("a/1.png", PHOTO, {"content-type": "image/png"})
    assert files.download("a/1.png") == PHOTO
    stored = storage.objects(TICKET_FILES)
    assert {name: (each.size, each.content_type) for name, each in stored.items()} == {
        "a/1.png": (len(PHOTO), "image/png")
    }
    assert storage.content(TICKET_FILES, "a/1.png") == PHOTO


def test_a_signed_link_needs_no_key_and_names_the_file(supabase: Client) -> None:
    files = supabase.storage.from_(TICKET_FILES)
    files.upload("a/1.png", PHOTO, {"content-type": "image/png"})
    link = files.create_signed_url("a/1.png", 60, {"download": "Foto de la cámara.png"})["signedURL"]
    assert link is not None
    answer = httpx.get(link, trust_env=False)
    assert (answer.status_code, answer.content) == (200, PHOTO)
    assert answer.headers["content-type"] == "image/png"
    name = "Foto%20de%20la%20c%C3%A1mara.png"
    assert answer.headers["content-disposition"] == f"attachment; filename={name}; filename*=UTF-8''{name}"


def test_removing_names_what_was_there(supabase: Client, storage: Storage) -> None:
    files = supabase.storage.from_(TICKET_FILES)
    files.upload("a/1.png", PHOTO)
    assert [each["name"] for each in files.remove(["a/1.png", "a/2.png"])] == ["a/1.png"]
    assert files.remove(["a/1.png"]) == []
    assert storage.objects(TICKET_FILES) == {}
    assert (dict(storage.uploads), dict(storage.removals)) == (
        {"ticket-files/a/1.png": 1},
        {"ticket-files/a/1.png": 1},
    )


def test_upload_twice_is_refused_unless_it_may_replace(supabase: Client, storage: Storage) -> None:
    files = supabase.storage.from_(TICKET_FILES)
    files.upload("a", b"first")
    with pytest.raises(StorageApiError) as refused:
        files.upload("a", b"second")
    assert (refused.value.code, refused.value.status) == ("Duplicate", "409")
    assert files.download("a") == b"first"
    files.upload("a", b"second", {"upsert": "true"})
    assert files.download("a") == b"second"
    assert storage.uploads == {"ticket-files/a": 2}


def test_a_bucket_is_created_once_and_its_settings_change(supabase: Client) -> None:
    supabase.storage.create_bucket("made", options={"public": False, "file_size_limit": 1000})
    with pytest.raises(StorageApiError) as refused:
        supabase.storage.create_bucket("made")
    assert (refused.value.code, refused.value.status) == ("Duplicate", "409")
    made = supabase.storage.get_bucket("made")
    assert (made.public, made.file_size_limit, made.allowed_mime_types) == (False, 1000, None)
    supabase.storage.update_bucket("made", {"public": False, "allowed_mime_types": ["image/*"]})
    made = supabase.storage.get_bucket("made")
    assert (made.file_size_limit, made.allowed_mime_types) == (1000, ["image/*"])
    with pytest.raises(StorageApiError) as refused:
        supabase.storage.from_("made").upload("a.pdf", b"%PDF", {"content-type": "application/pdf"})
    assert (refused.value.code, refused.value.status) == ("invalid_mime_type", "415")


def test_the_list_shows_folders_and_objects(supabase: Client) -> None:
    files = supabase.storage.from_(TICKET_FILES)
    for name in ("t/b", "t/a", "t/deeper/x", "u"):
        files.upload(name, b"x")
    assert [(each["name"], each["id"] is None) for each in files.list("t")] == [
        ("a", False),
        ("b", False),
        ("deeper", True),
    ]
    assert [each["name"] for each in files.list("t", {"limit": 1, "offset": 1})] == ["b"]


def test_the_data_api_and_storage_share_an_address(supabase_local: SupabaseLocal) -> None:
    with httpx.Client(trust_env=False) as http:
        client = create_client(
            supabase_local.url, supabase_local.secret_key, ClientOptions(httpx_client=http)
        )
        client.storage.from_(TICKET_FILES).upload("a", b"x")
    assert list(supabase_local.storage.objects(TICKET_FILES)) == ["a"]


# --- refusals ---------------------------------------------------------------------------------------------------------

REFUSALS: dict[str, tuple[Callable[[httpx.Client], httpx.Response], Any]] = {
    "upload to a missing bucket": (lambda http: upload(http, "nowhere/a", b"x"), NO_BUCKET),
    "download of a missing object": (lambda http: http.get(f"/object/{TICKET_FILES}/a"), NO_OBJECT),
    "download from a missing bucket": (lambda http: http.get("/object/nowhere/a"), NO_BUCKET),
    "sign a missing object": (lambda http: sign(http, f"{TICKET_FILES}/a"), NO_OBJECT),
    "get a missing bucket": (lambda http: http.get("/bucket/nowhere"), NO_BUCKET),
    "update a missing bucket": (lambda http: http.put("/bucket/nowhere", json={"public": True}), NO_BUCKET),
    "invalid bucket name": (
        lambda http: http.post("/bucket", json={"name": "a/b"}),
        error("400", "Invalid Input", "Bucket name invalid", "InvalidBucketName"),
    ),
    "invalid key": (
        lambda http: upload(http, f"{TICKET_FILES}/año.png", b"x"),
        error("400", "InvalidKey", "Invalid key: año.png", "InvalidKey"),
    ),
    "a bucket for more than the project allows": (
        lambda http: http.post("/bucket", json={"name": "big", "file_size_limit": "60MB"}),
        TOO_LARGE,
    ),
    "no file": (
        lambda http: http.post(f"/object/{TICKET_FILES}/a", files={"x": (None, "y")}),
        error("400", "InvalidRequest", "the body has no file", "InvalidRequest"),
    ),
    "sign for no time": (
        lambda http: sign(http, f"{TICKET_FILES}/a", 0),
        error("400", "Error", "body/expiresIn must be >= 1", "InvalidRequest"),
    ),
    "nothing to remove": (
        lambda http: http.request("DELETE", f"/object/{TICKET_FILES}", json={"prefixes": []}),
        error("400", "Error", "body/prefixes must NOT have fewer than 1 items", "InvalidRequest"),
    ),
    "link without a token": (
        lambda http: http.get(f"/object/sign/{TICKET_FILES}/a"),
        error("400", "Error", "querystring must have required property 'token'", "InvalidRequest"),
    ),
    "link with a wrong token": (
        lambda http: http.get(f"/object/sign/{TICKET_FILES}/a?token=abc"),
        error("400", "InvalidJWT", "Invalid Compact JWS", "InvalidJWT"),
    ),
}


@pytest.mark.parametrize(("call", "body"), REFUSALS.values(), ids=REFUSALS.keys())
def test_refused(
    http: httpx.Client, storage: Storage, call: Callable[[httpx.Client], httpx.Response], body: Any
) -> None:
    answer = call(http)
    assert (answer.status_code, answer.json()) == (400, body)
    assert storage.objects(TICKET_FILES) == {}


AS_ANON: dict[str, tuple[Callable[[httpx.Client], httpx.Response], int, Any]] = {
    "create a bucket": (lambda http: http.post("/bucket", json={"name": "mine"}), 400, FORBIDDEN),
    "see the bucket": (lambda http: http.get(f"/bucket/{TICKET_FILES}"), 400, NO_BUCKET),
    "upload": (lambda http: upload(http, f"{TICKET_FILES}/b", b"x"), 400, FORBIDDEN),
    "replace": (lambda http: upload(http, f"{TICKET_FILES}/a", b"x", **{"x-upsert": "true"}), 400, FORBIDDEN),
    "download": (lambda http: http.get(f"/object/{TICKET_FILES}/a"), 400, NO_OBJECT),
    "sign": (lambda http: sign(http, f"{TICKET_FILES}/a"), 400, NO_OBJECT),
    "list": (lambda http: http.post(f"/object/list/{TICKET_FILES}", json={"prefix": ""}), 200, []),
    "remove": (
        lambda http: http.request("DELETE", f"/object/{TICKET_FILES}", json={"prefixes": ["a"]}),
        200,
        [],
    ),
}


@pytest.mark.parametrize(("call", "status", "body"), AS_ANON.values(), ids=AS_ANON.keys())
def test_the_publishable_key_may_do_nothing(
    http: httpx.Client,
    storage: Storage,
    call: Callable[[httpx.Client], httpx.Response],
    status: int,
    body: Any,
) -> None:
    upload(http, f"{TICKET_FILES}/a", b"kept")
    http.headers.update(ANON)
    answer = call(http)
    assert (answer.status_code, answer.json()) == (status, body)
    assert storage.content(TICKET_FILES, "a") == b"kept"
    assert list(storage.objects(TICKET_FILES)) == ["a"]


@pytest.mark.parametrize(
    ("headers", "status", "body"),
    [
        (
            {},
            400,
            error("400", "Error", "headers must have required property 'authorization'", "InvalidRequest"),
        ),
        (
            {"authorization": "Bearer eyJ.x.y"},
            400,
            error("403", "Unauthorized", "Invalid Compact JWS", "AccessDenied"),
        ),
        (
            {"apikey": "sb_secret_of_another_project"},
            401,
            {
                "code": None,
                "details": None,
                "hint": "Double check your Supabase `anon` or `service_role` API key.",
                "message": "Invalid API key",
            },
        ),
    ],
    ids=["no key", "no JWT", "another project's key"],
)
def test_keys_that_are_not_ours(url: str, headers: dict[str, str], status: int, body: Any) -> None:
    with httpx.Client(base_url=f"{url}/storage/v1", headers=headers, trust_env=False) as http:
        for answer in (upload(http, f"{TICKET_FILES}/a", b"x"), http.get(f"/bucket/{TICKET_FILES}")):
            assert (answer.status_code, answer.json()) == (status, body)


def test_without_a_key_a_private_bucket_does_not_exist(url: str, http: httpx.Client) -> None:
    upload(http, f"{TICKET_FILES}/a", b"x")
    answer = httpx.get(f"{url}/storage/v1/object/{TICKET_FILES}/a", trust_env=False)
    assert (answer.status_code, answer.json()) == (400, NO_BUCKET)


# --- sizes ------------------------------------------------------------------------------------------------------------


def test_a_file_over_the_limit_of_its_bucket_is_refused(http: httpx.Client, storage: Storage) -> None:
    http.post("/bucket", json={"name": "small", "file_size_limit": 1000})
    assert upload(http, "small/fits", b"x" * 1000).status_code == 200
    answer = upload(http, "small/large", b"x" * 1001)
    assert (answer.status_code, answer.json()) == (400, TOO_LARGE)
    assert list(storage.objects("small")) == ["fits"]


def test_a_file_over_the_limit_of_the_project_is_refused(
    http: httpx.Client, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert storage_api.PROJECT_FILE_SIZE_LIMIT == 50 * 1024 * 1024
    monkeypatch.setattr(storage_api, "PROJECT_FILE_SIZE_LIMIT", 300_000)
    answer = upload(http, f"{TICKET_FILES}/large", b"x" * 5_000_000)
    assert (answer.status_code, answer.json()) == (400, TOO_LARGE)
    assert storage.objects(TICKET_FILES) == {}
    assert leftovers(storage) == set()


def test_an_upload_of_unknown_length(http: httpx.Client, storage: Storage) -> None:
    whole = httpx.Request("POST", http.base_url, files={"file": ("x", PHOTO, "image/png")})
    body, sizes = whole.read(), [1, 7, 100, 4000]

    def chunks() -> Iterator[bytes]:
        at = 0
        while at < len(body):
            size = sizes[at % len(sizes)]
            yield body[at : at + size]
            at += size

    headers = {"content-type": whole.headers["content-type"]}
    answer = http.post(f"/object/{TICKET_FILES}/a", content=chunks(), headers=headers)
    assert answer.request.headers["transfer-encoding"] == "chunked"
    assert answer.json() == {
        "Id": storage.objects(TICKET_FILES)["a"].id,
        "Key": f"{TICKET_FILES}/a",
    }
    assert storage.content(TICKET_FILES, "a") == PHOTO


@pytest.mark.parametrize("length", ["content-length: 100000", "transfer-encoding: chunked"])
def test_a_body_that_breaks_off_stores_nothing(
    url: str, storage: Storage, call_log: CallLog, length: str
) -> None:
    start = b'--b\r\ncontent-disposition: form-data; name="file"; filename="x"\r\n\r\nhalf'
    body = start if length.startswith("content-length") else b"%x\r\n%s\r\n" % (len(start), start)
    address = urlsplit(url)
    with socket.create_connection((address.hostname or "", address.port or 0)) as connection:
        connection.sendall(
            f"POST /storage/v1/object/{TICKET_FILES}/a HTTP/1.1\r\nhost: x\r\n{length}\r\n"
            f"apikey: {SUPABASE_SECRET_KEY}\r\ncontent-type: multipart/form-data; boundary=b\r\n\r\n".encode()
            + body
        )
        time.sleep(0.2)  # it is being written
    assert [call.status for call in call_log.wait(1)] == [400]
    assert storage.objects(TICKET_FILES) == {}
    assert leftovers(storage) == set()


def leftovers(storage: Storage) -> set[str]:
    """Files of content that belongs to no object."""
    folder = storage._files._folder
    known = {stored.version for stored in storage.objects(TICKET_FILES).values()}
    return {path.name for path in folder.iterdir() if path.suffix != ".json"} - known


def test_the_log_names_a_file_by_its_size_only(http: httpx.Client, call_log: CallLog) -> None:
    upload(http, f"{TICKET_FILES}/a", b"a word of the customer " * 1000)
    http.get(f"/object/{TICKET_FILES}/a")
    stored, read = call_log.complete()
    assert stored.request == f"{23_000 + len(multipart_frame())} bytes"
    assert stored.answer["Key"] == f"{TICKET_FILES}/a"
    assert read.answer == "23000 bytes"


def multipart_frame() -> bytes:
    """What `upload` sends besides the file."""
    files = {"file": ("x", b"", "image/png")}
    return httpx.Request("POST", "http://x", files=files, data={"cacheControl": "60"}).read()


# --- links ------------------------------------------------------------------------------------------------------------


def linked(http: httpx.Client, content: bytes = PHOTO, seconds: object = 60) -> str:
    """A link to a new object, relative to Storage."""
    upload(http, f"{TICKET_FILES}/a", content)
    link: str = sign(http, f"{TICKET_FILES}/a", seconds).json()["signedURL"]
    return link


def test_a_link_expires(http: httpx.Client, storage: Storage) -> None:
    link, now = linked(http, seconds="60"), time.time()
    storage.clock = lambda: now + 58
    assert http.get(link).status_code == 200
    storage.clock = lambda: now + 61
    answer = http.get(link)
    assert answer.status_code == 400
    assert answer.json() == error("400", "InvalidJWT", '"exp" claim timestamp check failed', "InvalidJWT")


def test_a_link_opens_its_object_only(http: httpx.Client) -> None:
    link = linked(http)
    upload(http, f"{TICKET_FILES}/b", b"another")
    answer = http.get(link.replace(f"{TICKET_FILES}/a?", f"{TICKET_FILES}/b?"))
    assert answer.json() == error("400", "InvalidSignature", "Invalid signature", "InvalidSignature")


def test_a_changed_link_is_refused(http: httpx.Client) -> None:
    head, _, signature = linked(http).rpartition(".")
    answer = http.get(f"{head}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}")
    assert answer.json() == error("400", "InvalidJWT", "signature verification failed", "InvalidJWT")


def test_a_link_to_what_was_removed(http: httpx.Client) -> None:
    link = linked(http)
    http.request("DELETE", f"/object/{TICKET_FILES}", json={"prefixes": ["a"]})
    assert http.get(link).json() == NO_OBJECT


def test_html_is_shown_as_text(http: httpx.Client) -> None:
    files = {"file": ("x", b"<script>", "text/html")}
    http.post(f"/object/{TICKET_FILES}/a", files=files)
    assert http.get(f"/object/{TICKET_FILES}/a").headers["content-type"] == "text/plain"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-9", 0, 10), ("bytes=100-", 100, None), ("bytes=-5", -5, None), ("bytes=9-99999", 9, None)],
)
def test_a_part_of_a_file(http: httpx.Client, asked: str, start: int, end: int | None) -> None:
    answer = http.get(linked(http), headers={"range": asked})
    assert (answer.status_code, answer.content) == (206, PHOTO[start:end])
    first = start % len(PHOTO)
    last = first + len(answer.content) - 1
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(PHOTO)}"


@pytest.mark.parametrize("asked", ["bytes=10240-", "bytes=5-2", "lines=1-2", "bytes=0-1,5-6"])
def test_a_part_that_cannot_be(http: httpx.Client, asked: str) -> None:
    answer = http.get(linked(http), headers={"range": asked})
    assert answer.status_code == 416
    assert answer.json() == error("416", "invalid_range", "invalid range provided", "InvalidRange")


# --- faults and restarts ----------------------------------------------------------------------------------------------


def test_a_fault_before_the_effect_answers_a_whole_upload(
    http: httpx.Client, storage: Storage, faults: Faults
) -> None:
    faults.down(drop=False, path="/storage/v1/object/")
    assert upload(http, f"{TICKET_FILES}/a", b"x" * 3_000_000).status_code == 503
    assert http.get(f"/bucket/{TICKET_FILES}").status_code == 200
    assert storage.objects(TICKET_FILES) == {}


def test_a_lost_answer_leaves_the_object(http: httpx.Client, storage: Storage, faults: Faults) -> None:
    faults.error_after_effect(drop=True, times=1)
    with pytest.raises(httpx.TransportError):
        upload(http, f"{TICKET_FILES}/a", PHOTO)
    assert storage.content(TICKET_FILES, "a") == PHOTO


def test_objects_are_there_after_a_restart(tmp_path: Path) -> None:
    content = {"a": b"first", "a/b": b"second"}
    first = Storage(tmp_path, keys=SUPABASE_ROLES)
    first.ensure_bucket(TICKET_FILES)
    with over_http(first) as http:
        for name, each in content.items():
            upload(http, f"{TICKET_FILES}/{name}", each)
        upload(http, f"{TICKET_FILES}/a", b"newer", **{"x-upsert": "true"})
        http.put(f"/bucket/{TICKET_FILES}", json={"file_size_limit": 7})
        link = sign(http, f"{TICKET_FILES}/a").json()["signedURL"]
    (tmp_path / "abc.new").write_bytes(b"what a killed process was writing")
    again = local_storage(tmp_path)
    with over_http(again) as http:
        assert http.get(link).content == b"newer"
        assert http.get(f"/bucket/{TICKET_FILES}").json()["file_size_limit"] == 7
    assert again.content(TICKET_FILES, "a/b") == b"second"
    assert leftovers(again) == set()


@contextmanager
def over_http(storage: Storage) -> Iterator[httpx.Client]:
    app = Starlette(routes=storage.routes(), exception_handlers={ServiceError: answer_error})
    with (
        serve_in_thread(app) as url,
        httpx.Client(base_url=f"{url}/storage/v1", headers=SECRET, trust_env=False) as client,
    ):
        yield client


def test_json_is_what_the_log_shows_of_an_answer(http: httpx.Client, call_log: CallLog) -> None:
    http.get(f"/bucket/{TICKET_FILES}")
    (call,) = call_log.complete()
    assert json.loads(json.dumps(call.answer))["id"] == TICKET_FILES
