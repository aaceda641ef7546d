"""Supabase's Data API with the secret key, for the operator: calls, and what its refusals mean."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

import httpx
from postgrest.exceptions import APIError
from supabase import Client, ClientOptions, SupabaseException, create_client

from ops.errors import OpsError, SupabaseError, SupabaseRefused
from ops.http_client import is_local
from ops.operator_settings import OperatorSettings

T = TypeVar("T")
Row = dict[str, Any]

# PostgREST's and Postgres's codes.
_UNKNOWN: Final = {"PGRST202", "PGRST203", "PGRST204", "PGRST205", "42883", "42P01", "42703"}
_FORBIDDEN: Final = "42501"
_BAD_KEY: Final = {"PGRST301", "PGRST302", "PGRST303", "401"}
_BUSY: Final = {"PGRST000", "PGRST001", "PGRST002", "PGRST003", "53300", "57P01", "57P03"}
_TOO_SLOW: Final = "57014"
_CODE: Final = re.compile(r"[A-Z0-9]{5,8}")


class Request(Protocol):
    """What supabase-py builds before it is sent."""

    def execute(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class DataApi:
    """Every method raises SupabaseError, also for an answer that `read` does not understand."""

    client: Client

    def call(self, function: str, read: Callable[[Any], T], **arguments: Any) -> T:
        """`function`, with `p_` before the name of each argument; `read` takes its JSON."""
        given = {f"p_{name}": value for name, value in arguments.items()}
        return understood(function, self.ask(self.client.rpc(function, given)), read)

    def rows(self, view: str, read: Callable[[Row], T], *, order: str, limit: int) -> list[T]:
        """The last `limit` rows of a view in this order, the last one first."""
        query = self.client.table(view).select("*").order(order, desc=True).limit(limit)
        return understood(view, self.ask(query), lambda data: [read(dict(row)) for row in data])

    def row(self, table: str, number: int, columns: str) -> Row | None:
        """Some columns of the row with this id."""
        query = self.client.table(table).select(columns).eq("id", number)
        return understood(table, self.ask(query), lambda data: dict(data[0]) if data else None)

    def ask(self, request: Request) -> Any:
        """The data of an answer."""
        try:
            return request.execute().data
        except APIError as error:
            raise _refusal(error) from None
        except httpx.InvalidURL:
            raise SupabaseError("SUPABASE_URL is not a valid URL") from None
        except httpx.ReadTimeout:
            raise SupabaseError(
                "Supabase did not answer within 20 s: the change may or may not have been made, so look before you try again"
            ) from None
        except httpx.HTTPError as error:
            raise SupabaseError(
                f"Supabase cannot be reached ({type(error).__name__}): is SUPABASE_URL right, is the project paused?"
            ) from None


@contextmanager
def connect(settings: OperatorSettings) -> Iterator[DataApi]:
    """The project's Data API; its connections end with the block. Makes no call. Raises OpsError."""
    settings.need("SUPABASE_URL", "SUPABASE_SECRET_KEY")
    try:
        local = is_local(settings.get("SUPABASE_URL"))
    except ValueError:
        raise OpsError("SUPABASE_URL is not a valid URL") from None
    # HTTP/1.1: over HTTP/2 a call after an idle close can fail (supabase-py #1064).
    timeout = httpx.Timeout(20, connect=5)
    with httpx.Client(http2=False, timeout=timeout, trust_env=not local) as transport:
        yield DataApi(_client(settings, transport))


def understood(name: str, data: Any, read: Callable[[Any], T]) -> T:
    """`read(data)`. Raises SupabaseError: what it does not understand comes from another version of the schema."""
    try:
        return read(data)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise SupabaseError(
            f"Supabase: {name} is not what this version expects: python -m ops migrate"
        ) from None


def _client(settings: OperatorSettings, transport: httpx.Client) -> Client:
    options = ClientOptions(httpx_client=transport, postgrest_client_retry=False, auto_refresh_token=False)
    url, key = settings.get("SUPABASE_URL"), settings.get("SUPABASE_SECRET_KEY")
    try:
        if not (key.isascii() and key.isprintable()):  # it could not be sent in a header
            raise ValueError
        return create_client(url, key, options=options)
    except (SupabaseException, ValueError):  # their message may quote the key
        raise SupabaseError("SUPABASE_URL or SUPABASE_SECRET_KEY is malformed") from None


def _refusal(error: APIError) -> SupabaseRefused:
    """The message of an APIError may quote data: only its code is passed on."""
    code = str(error.code or "")
    hint = (
        ". SUPABASE_SECRET_KEY must be the secret key, not the publishable one" if code == _FORBIDDEN else ""
    )
    return SupabaseRefused(_reason(error, code), code if _CODE.fullmatch(code) else "", hint)


def _reason(error: APIError, code: str) -> str:
    if code in _UNKNOWN:
        return "the schema is missing or older than this version: python -m ops migrate"
    if code == _FORBIDDEN:
        return "this key may not do that"
    if code in _BAD_KEY or "api key" in str(error.message or "").lower():
        return "the key does not belong to this project"
    if code in _BUSY:
        return "its database cannot be reached at the moment: try again in a minute"
    if code == _TOO_SLOW:
        return "it took too long and was rolled back: ask for less at once"
    if not code or code.isdigit():
        return "the answer is not one of Supabase's: is SUPABASE_URL right?"
    return "it refuses the call"
