"""Supabase for the operator, through its Data API with the secret key: the client, and what its refusals mean."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, Protocol

import httpx
from postgrest.exceptions import APIError
from supabase import Client, ClientOptions, SupabaseException, create_client

from ops.errors import OpsError
from ops.http import is_local
from ops.settings import Settings

_MIGRATE: Final = "the schema is not there, or an older one: python -m ops migrate"
# PostgREST's and Postgres's codes for a function or table that it does not know, and for a privilege that is missing.
_UNKNOWN: Final = {"PGRST202", "PGRST205", "42883", "42P01", "42703"}
_CODE: Final = re.compile(r"[A-Z0-9]{5,8}")
_FORBIDDEN: Final = {"42501"}


class Refused(OpsError):
    """Supabase answered, and said no. `code` is Postgres's or PostgREST's, "" when the gateway gave none."""

    def __init__(self, told: str, code: str) -> None:
        super().__init__(f"Supabase: {told}" + (f" (code {code})" if code else ""))
        self.told, self.code = told, code


class Request(Protocol):
    """What supabase-py builds before it is sent."""

    def execute(self) -> Any: ...


@contextmanager
def client(settings: Settings) -> Iterator[Client]:
    """With the secret key; its connections end with the block. Makes no call. Raises OpsError when a setting is missing."""
    settings.need("SUPABASE_URL", "SUPABASE_SECRET_KEY")
    try:
        local = is_local(settings.get("SUPABASE_URL"))
    except ValueError:
        raise OpsError("SUPABASE_URL is not an address") from None
    # HTTP/1.1: over HTTP/2 a call after an idle close can fail (supabase-py #1064). On this machine no proxy.
    timeout = httpx.Timeout(20, connect=5)
    with httpx.Client(http2=False, timeout=timeout, trust_env=not local) as transport:
        yield _made(settings, transport)


def _made(settings: Settings, transport: httpx.Client) -> Client:
    options = ClientOptions(httpx_client=transport, postgrest_client_retry=False, auto_refresh_token=False)
    try:
        return create_client(
            settings.get("SUPABASE_URL"), settings.get("SUPABASE_SECRET_KEY"), options=options
        )
    except (SupabaseException, ValueError):  # their words may quote the key
        raise OpsError("SUPABASE_URL or SUPABASE_SECRET_KEY is not of the right form") from None


def ask(request: Request) -> Any:
    """The data of an answer. Raises Refused, or OpsError when nobody answers."""
    try:
        return request.execute().data
    except APIError as error:  # its message may quote data: only what is known of it is passed on
        code = str(error.code or "")
        raise Refused(_meaning(error), code if _CODE.fullmatch(code) else "") from None
    except httpx.InvalidURL:
        raise OpsError("SUPABASE_URL is not an address") from None
    except httpx.HTTPError as error:
        raise OpsError(
            f"Supabase cannot be reached ({type(error).__name__}): is SUPABASE_URL right, is the project paused?"
        ) from None


def _meaning(error: APIError) -> str:
    if error.code in _UNKNOWN:
        return _MIGRATE
    if error.code in _FORBIDDEN:
        return "this key may not do that"
    if "api key" in str(error.message or "").lower():
        return "the key is not one of this project"
    return "it refuses the call"
