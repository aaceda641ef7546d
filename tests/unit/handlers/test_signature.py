"""Meta's signature: computed over the raw bytes, with one of the secrets; anything else is refused."""

import base64
from typing import Any

import pytest

from handlers.signature import has_valid_signature, sign
from tests.support.payloads import SIGNATURES, VECTORS

SECRET: str = SIGNATURES["app_secret"]
BODY = b'{"a":"\\u00e9"}'


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_vectors(vector: dict[str, Any]) -> None:
    body = base64.b64decode(vector["body_b64"])
    assert has_valid_signature(body, vector["header"], [SECRET]) is vector["valid"]


@pytest.mark.parametrize("secret", ["new", "old"])
def test_each_secret_of_a_rotation_opens(secret: str) -> None:
    assert has_valid_signature(BODY, sign(BODY, secret), ["new", "old"])


def test_a_third_secret_does_not() -> None:
    assert not has_valid_signature(BODY, sign(BODY, "older"), ["new", "old"])


def test_no_secret_opens_nothing() -> None:
    assert not has_valid_signature(BODY, sign(BODY, ""), [])


@pytest.mark.parametrize("header", [None, "", "sha256=", "sha256=\udcff", "x" * 10_000])
def test_no_header_opens_nothing(header: str | None) -> None:
    assert not has_valid_signature(BODY, header, [SECRET])


def test_upper_case_is_another_signature() -> None:
    assert not has_valid_signature(BODY, sign(BODY, SECRET).upper(), [SECRET])
