"""The real PostgREST, if it is installed: the stand-in for the Data API is compared with it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from bench.postgrest import installed_postgrest, serve_postgrest

NO_POSTGREST = "PostgREST is not installed: the stand-in for the Data API was not compared with it"


class WithoutPrefix(httpx.HTTPTransport):
    """Hosted Supabase serves PostgREST under /rest/v1; by itself it serves at the root."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        bare = request.url.raw_path.removeprefix(b"/rest/v1")
        request.url = request.url.copy_with(raw_path=bare)
        return super().handle_request(request)


def required_postgrest() -> Path:
    """Skips the test if it is not installed; fails in CI."""
    if binary := installed_postgrest():
        return binary
    if os.environ.get("CI") == "true":
        pytest.fail(NO_POSTGREST)
    pytest.skip(NO_POSTGREST)


@contextmanager
def run_postgrest(binary: Path, dsn: str, jwt_secret: str) -> Iterator[httpx.Client]:
    """A client of a PostgREST that has read the schema and has the settings of a hosted project."""
    with (
        serve_postgrest(binary, dsn, jwt_secret) as (port, _),
        httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=WithoutPrefix()) as client,
    ):
        yield client
