"""Resend's API for the operator: asks it, and explains its errors."""

from typing import Any, Final

from ops.errors import OpsError, ResendError
from ops.http_client import Answer, call, is_local, json_object, objects
from ops.operator_settings import OperatorSettings

_UNLIKE_RESEND: Final = "Resend's answer is not as it is documented: is RESEND_API_URL right?"
_OWN_DOMAIN: Final = ".resend.app"
_MAX_PAGES: Final = 50
_PAGE: Final = 100  # Resend's greatest; without a limit it gives everything at once


def ask_resend(settings: OperatorSettings, path: str, **query: str) -> Answer:
    """The JSON object at `path`. Raises ResendError for a refusal, else OpsError."""
    url = f"{settings.get('RESEND_API_URL')}/{path}"
    response = call("GET", url, settings.get("RESEND_API_KEY"), params=query)
    found = json_object(response)
    if not response.is_success:
        raise ResendError(response.status_code, str(found.get("name") or ""))
    return Answer(found, OpsError(_UNLIKE_RESEND))


def list_resend(settings: OperatorSettings, path: str) -> list[Answer]:
    """All objects of the list at `path`, on however many pages. Raises ResendError for a refusal, else OpsError."""
    found: list[Answer] = []
    query: dict[str, str] = {}
    for _ in range(_MAX_PAGES):
        answer = ask_resend(settings, path, **query)
        page = objects(answer["data"], OpsError(_UNLIKE_RESEND))
        found += page
        if not page or answer.get("has_more") is not True:
            break
        query = {"limit": str(_PAGE), "after": str(page[-1]["id"])}
    return found


def text_of(found: Any) -> str:
    """A name as Resend writes it, to be compared: in lower case. Empty if it is none."""
    return found.lower() if isinstance(found, str) else ""


def is_of_resend(domain: str) -> bool:
    """Whether it is one of Resend's own, of which each account has one. They are in no list, and always receive."""
    return domain.endswith(_OWN_DOMAIN)


def is_stand_in(settings: OperatorSettings) -> bool:
    """Whether it is not Resend itself, but what plays it on this machine."""
    try:
        return is_local(settings.get("RESEND_API_URL"))
    except ValueError:  # no URL: check_resend says so
        return False
