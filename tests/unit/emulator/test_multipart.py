"""A file comes out of its form whole, or not at all."""

import asyncio
from collections.abc import AsyncGenerator

import httpx
import pytest
from starlette.requests import ClientDisconnect

from emulator.multipart import MultipartBody, MultipartError, discard

CONTENT = b"--not the boundary\r\n\r\n--" + bytes(range(256))


def encoded() -> tuple[str, bytes]:
    """A form with fields before and after its file: its content type and its body."""
    request = httpx.Request(
        "POST",
        "http://x",
        files=[
            ("before", (None, "año")),
            ("file", ("foto.jpg", CONTENT, "image/jpeg")),
            ("after", (None, "2")),
        ],
    )
    return request.headers["content-type"], request.read()


async def pieces(body: bytes, size: int, *, broken: bool = False) -> AsyncGenerator[bytes, None]:
    for at in range(0, len(body), size):
        yield body[at : at + size]
    if broken:
        raise ClientDisconnect


async def read(kind: str, stream: AsyncGenerator[bytes, None]) -> tuple[str, bytes, dict[str, str]]:
    body = MultipartBody(kind, stream)
    header = await body.file()
    content = b"".join([chunk async for chunk in body.chunks()])
    return header.filename, content, body.fields


def test_a_file_is_the_same_wherever_its_body_is_cut() -> None:
    request = httpx.Request("POST", "http://x", files={"file": ("foto.jpg", CONTENT, "image/jpeg")})
    kind, body = request.headers["content-type"], request.read()

    async def two(at: int) -> AsyncGenerator[bytes, None]:
        yield body[:at]
        yield body[at:]

    for at in range(1, len(body)):
        assert asyncio.run(read(kind, two(at))) == ("foto.jpg", CONTENT, {})


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 10_000])
def test_a_file_is_the_same_however_its_body_arrives(size: int) -> None:
    kind, body = encoded()
    filename, content, fields = asyncio.run(read(kind, pieces(body, size)))
    assert (filename, content) == ("foto.jpg", CONTENT)
    assert fields == {"before": "año", "after": "2"}


def test_a_body_that_breaks_off_anywhere_is_an_error() -> None:
    kind, body = encoded()
    for end in range(0, len(body) - 4, 5):  # the last four bytes are those of the last boundary
        for broken in (True, False):
            with pytest.raises(MultipartError):
                asyncio.run(read(kind, pieces(body[:end], 50, broken=broken)))


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("", b""),
        ("application/json", b"{}"),
        ("multipart/form-data", b""),
        ("multipart/form-data; boundary=b", b"--b--\r\n"),
    ],
)
def test_what_is_not_a_form_with_a_file_is_an_error(kind: str, body: bytes) -> None:
    with pytest.raises(MultipartError):
        asyncio.run(read(kind, pieces(body, 50)))


def test_a_field_has_a_largest_size() -> None:
    request = httpx.Request("POST", "http://x", files={"field": (None, b"x" * 1024 * 1024 + b"x")})
    with pytest.raises(MultipartError, match="the field field has more than"):
        asyncio.run(read(request.headers["content-type"], pieces(request.read(), 65_536)))


def test_the_rest_is_discarded_even_if_it_breaks_off() -> None:
    async def half() -> None:
        stream = pieces(b"x" * 100, 10, broken=True)
        await anext(stream)
        await discard(stream)
        await discard(stream)

    asyncio.run(half())
