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
_UNKNOWN: Final = {"PGRST202", "PGRST203", "PGRST204", "PGRST205", "42883", "42P01", "42703"}
_CODE: Final = re.compile(r"[A-Z0-9]{5,8}")
_FORBIDDEN: Final = {"42501"}
_WHICH_KEY: Final = "SUPABASE_SECRET_KEY must be the secret one, not the publishable one"
_BAD_KEY: Final = {"PGRST301", "PGRST302", "PGRST303", "401"}
_BUSY: Final = {"PGRST000", "PGRST001", "PGRST002", "PGRST003", "53300", "57P01", "57P03"}
_TOO_SLOW: Final = "57014"


class SupabaseError(OpsError):
    """Supabase cannot be reached, does not let us in, or is not set up as this code expects."""

    exit_code = 2


class Refused(SupabaseError):
    """Supabase answered, and said no. `code` is Postgres's or PostgREST's, "" when the gateway gave none."""

    def __init__(self, told: str, code: str) -> None:
        hint = f". {_WHICH_KEY}" if code in _FORBIDDEN else ""
        super().__init__(f"Supabase: {told}" + (f" (code {code})" if code else "") + hint)
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
    url, key = settings.get("SUPABASE_URL"), settings.get("SUPABASE_SECRET_KEY")
    try:
        if not (key.isascii() and key.isprintable()):  # no header takes it
            raise ValueError
        return create_client(url, key, options=options)
    except (SupabaseException, ValueError):  # their words may quote the key
        raise SupabaseError("SUPABASE_URL or SUPABASE_SECRET_KEY is not of the right form") from None


def ask(request: Request) -> Any:
    """The data of an answer. Raises Refused, or SupabaseError when nobody answers."""
    try:
        return request.execute().data
    except APIError as error:  # its message may quote data: only what is known of it is passed on
        code = str(error.code or "")
        raise Refused(_meaning(error), code if _CODE.fullmatch(code) else "") from None
    except httpx.InvalidURL:
        raise SupabaseError("SUPABASE_URL is not an address") from None
    except httpx.ReadTimeout:
        raise SupabaseError(
            "Supabase gave no answer in 20 s: it may have done it or not, so look first"
        ) from None
    except httpx.HTTPError as error:
        raise SupabaseError(
            f"Supabase cannot be reached ({type(error).__name__}): is SUPABASE_URL right, is the project paused?"
        ) from None


def older(name: str) -> SupabaseError:
    """What to say of an answer that this code does not understand."""
    return SupabaseError(f"Supabase: {name} is another one than this code expects: python -m ops migrate")


def _meaning(error: APIError) -> str:
    code = str(error.code or "")
    if code in _UNKNOWN:
        return _MIGRATE
    if code in _FORBIDDEN:
        return "this key may not do that"
    if code in _BAD_KEY or "api key" in str(error.message or "").lower():
        return "the key is not one of this project"
    if code in _BUSY:
        return "its database cannot be reached just now: try again in a minute"
    if code == _TOO_SLOW:
        return "it took too long and was undone: ask for less at once"
    if not code or code.isdigit():
        return "the answer is not one of Supabase: is SUPABASE_URL right?"
    return "it refuses the call"
