"""Supabase's Data API with the secret key, for the operator: calls it and explains its errors."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import httpx

from ops.errors import SupabaseError, Unreachable
from ops.http_client import Answer, call, json_object
from ops.operator_settings import OperatorSettings
from ops.postgres import READ_ONLY

T = TypeVar("T")
Row = dict[str, Any]

_BAD_KEY: Final = "the key does not belong to this project"
_NOT_SUPABASE: Final = "the answer is not one of Supabase's: is SUPABASE_URL right?"
_OTHER_SCHEMA: Final = ("PGRST202", "PGRST203", "PGRST204", "PGRST205", "42883", "42P01", "42703")
# By PostgREST's and Postgres's codes.
_REASONS: Final = {
    **dict.fromkeys(
        _OTHER_SCHEMA,
        "the schema is missing, or of another version than this checkout: python -m ops migrate",
    ),
    **dict.fromkeys(("PGRST301", "PGRST302", "PGRST303"), _BAD_KEY),
    **dict.fromkeys(
        ("PGRST000", "PGRST001", "PGRST002", "PGRST003", "53300", "57P01", "57P03"),
        "its database cannot be reached at the moment: try again in a minute",
    ),
    "42501": "SUPABASE_SECRET_KEY may not do that: it must be the secret key, not the publishable one",
    "25006": READ_ONLY,
    "22003": "the number is too large",
    "57014": "it took too long and was rolled back: ask for less at once",
}
_CODE: Final = re.compile(r"[A-Z0-9]{5,8}")


def row(data: Any) -> Row:
    """For DataApi.call: one object, which keeps saying what is wrong when a key is missing."""
    if not isinstance(data, dict):
        raise TypeError
    return data


def rows(data: Any) -> list[Row]:
    """For DataApi.call: a list of objects."""
    if not isinstance(data, list):
        raise TypeError
    return [row(each) for each in data]


@dataclass(frozen=True, slots=True)
class DataApi:
    """Every method raises SupabaseError, also for an answer that `read` does not understand."""

    settings: OperatorSettings

    def __post_init__(self) -> None:
        """Raises OpsError."""
        self.settings.need("SUPABASE_URL", "SUPABASE_SECRET_KEY")

    def call(self, function: str, read: Callable[[Any], T], **arguments: Any) -> T:
        """Call a function, with `p_` before each argument name. read: parses its JSON, whose objects are Answers."""
        given = {f"p_{name}": value for name, value in arguments.items()}
        refusal = SupabaseError(
            f"Supabase: {function} is of another version than this checkout: python -m ops migrate"
        )
        found = self.ask("POST", f"rpc/{function}", refusal, json=given)
        try:
            return read(found)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise refusal from None

    def ask(self, method: str, path: str, refusal: SupabaseError | None = None, **request: Any) -> Any:
        """Send a request. Returns the JSON of the response; `refusal` is raised when a key of it is read that is not there."""
        refusal = refusal or SupabaseError(f"Supabase: {_NOT_SUPABASE}")
        response = request_data_api(
            self.settings, method, path, self.settings.get("SUPABASE_SECRET_KEY"), **request
        )
        with suppress(ValueError):
            if response.is_success:
                return response.json(object_hook=lambda found: Answer(found, refusal))
        raise _refusal(response)


def request_data_api(
    settings: OperatorSettings, method: str, path: str, key: str, **request: Any
) -> httpx.Response:
    """Send a request with this key. Returns any response. Raises SupabaseError if there is none."""
    headers = {"apikey": key} if key else {}
    try:
        return call(method, f"{settings.get('SUPABASE_URL')}/rest/v1/{path}", key, headers=headers, **request)
    except Unreachable as error:
        hint = "is SUPABASE_URL right, is the project paused?"
        raise SupabaseError(f"Supabase cannot be reached: {error}; {hint}") from None


def _refusal(response: httpx.Response) -> SupabaseError:
    """Build the error from its code alone, as its message may quote data."""
    found = json_object(response)
    code = str(found.get("code") or "")
    known = f" (code {code})" if _CODE.fullmatch(code) else ""
    reason = _reason(code, str(found.get("message")), response.status_code)
    return SupabaseError(
        f"Supabase: {reason}{known}", answered=bool(known), other_schema=is_other_schema(response)
    )


def is_other_schema(response: httpx.Response) -> bool:
    """Return True if what was asked for is not in the database: it has no schema yet, or an older one."""
    return str(json_object(response).get("code")) in _OTHER_SCHEMA


def _reason(code: str, message: str, status: int) -> str:
    if code in _REASONS:
        return _REASONS[code]
    if status == 401 or "api key" in message.lower():
        return _BAD_KEY
    return "it refuses the call" if code else _NOT_SUPABASE
