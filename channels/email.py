"""E-mail: what it looks like to Resend, and one try at sending it under its idempotency key."""

from __future__ import annotations

import json
from collections.abc import Sequence
from threading import Lock
from typing import Any, Final

from state.outbox import Mail, Outcome, Result

_TIMEOUT_SECONDS: Final = 10
_QUOTA_SECONDS: Final = 3600.0  # until one mail looks again; a quota comes back with the day
_RETRY_AFTER_DEFAULT: Final = 2.0
_RETRY_AFTER_MOST: Final = 3600.0  # the mail's key lives for a day: whoever says more is asked again before
_QUOTAS: Final = {"daily_quota_exceeded", "monthly_quota_exceeded"}


def mail_body(mail: Mail, sender: str, recipients: Sequence[str], tag: str) -> str:
    """The request for one e-mail, as it will be sent on every try. `tag`: ASCII letters, digits, "_" and "-" only."""
    return json.dumps(
        {
            "from": sender,
            "to": list(recipients),
            "subject": mail.subject,
            "html": mail.html,
            "text": mail.text,
            "tags": [{"name": "ticket", "value": tag}],
        },
        ensure_ascii=False,
    )


class Resend:
    """Resend, through its SDK. Made without importing it: only a mail's own thread pays for that."""

    def __init__(self, api_key: str) -> None:
        self._api_key = api_key
        self._lock = Lock()
        self._emails: Any = None

    def send(self, body: str, dedup_key: str) -> Result:
        """One try. Never raises: whatever happens is a Result. The same key and body are sent once, however often tried."""
        emails = self._ready()
        from resend.exceptions import NoContentError, ResendError

        try:
            answer = emails.send(json.loads(body), {"idempotency_key": dedup_key})
        except ResendError as error:
            return result_of(error.code, error.error_type, error.headers)
        except NoContentError:
            answer = None
        # 200 is 200, also should it one day come without the id.
        return Result(
            outcome=Outcome.SENT, provider_id=answer.get("id") if isinstance(answer, dict) else None
        )

    def _ready(self) -> Any:
        with self._lock:
            if self._emails is None:
                import resend

                resend.api_key = self._api_key
                resend.default_http_client = resend.RequestsClient(timeout=_TIMEOUT_SECONDS)
                self._emails = resend.Emails
            return self._emails


def result_of(code: str | int, error_type: str, headers: dict[str, str]) -> Result:
    """What a refusal means. Source: Resend's error table; the SDK reports a broken connection as HttpClientError."""
    status = int(code) if str(code).isdecimal() else 500
    error = f"resend {status} {error_type}"[:120]
    if error_type == "invalid_idempotent_request":
        return Result(outcome=Outcome.SENT, error=error)  # an earlier try was taken, with other bytes
    if error_type in _QUOTAS:
        return Result(outcome=Outcome.PAUSED, error=error, retry_seconds=_QUOTA_SECONDS)
    if status == 429:
        return Result(outcome=Outcome.RETRY, error=error, retry_seconds=_retry_after(headers))
    if status in {401, 403}:
        return Result(outcome=Outcome.PAUSED, error=error, retry_seconds=60.0)
    if status == 409 or status >= 500:
        return Result(outcome=Outcome.UNKNOWN, error=error)
    return Result(outcome=Outcome.DEAD, error=error)


def _retry_after(headers: dict[str, str]) -> float:
    given = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    if not given.replace(".", "", 1).isdecimal():
        return _RETRY_AFTER_DEFAULT
    return min(float(given), _RETRY_AFTER_MOST)
