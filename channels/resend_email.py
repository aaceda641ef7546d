"""E-mail: what it looks like to Resend, and one try at sending it under its idempotency key.

The photos and voice notes of a report are attached. They are fetched from Meta when the mail is sent, and left out if that
fails: if a try with them was taken, Resend refuses one without them under the same key, so that only one is sent.
"""

import base64
import hashlib
import json
import time
from collections.abc import Sequence
from email.utils import parseaddr
from functools import cached_property
from threading import BoundedSemaphore
from typing import Any, Final

from channels.whatsapp_media import ENDINGS, Media, MediaError
from state.model.message import Attachment
from state.model.outbox_row import Email, Outcome, Result

_TIMEOUT_SECONDS: Final = 10
_QUOTA_SECONDS: Final = 3600.0  # until one mail looks again; a quota comes back with the day
_RETRY_AFTER_DEFAULT: Final = 2.0
_MAX_RETRY_AFTER: Final = 3600.0  # the idempotency key lives for a day
# Of all files of a mail: many mailboxes take no more than 20 MB, and base64 adds a third.
_MAX_BYTES: Final = 10 * 1024 * 1024
_MAX_WITH_FILES: Final = 2  # at once: 10 MB of files take 50 MB of memory while they are sent
_FETCH_SECONDS: Final = 4.0  # after which no further file is begun
_QUOTAS: Final = {"daily_quota_exceeded", "monthly_quota_exceeded"}


def email_request(
    mail: Email,
    sender: str,
    recipients: Sequence[str],
    ticket: str,
    dedup_key: str,
    files: Sequence[Attachment] = (),
) -> str:
    """The request for one e-mail about a ticket, as it will be sent on every try. `ticket`: its code.

    An answer goes to all `recipients`. `files` are named in it and fetched when it leaves.
    """
    enclosed = [
        {"media_id": file.media_id, "sha256": file.sha256, "filename": f"{ticket}-{number}.{ending}"}
        for number, file in enumerate(files, start=1)
        if file.media_id and (ending := ENDINGS.get((file.mime_type or "").partition(";")[0].strip()))
    ]
    return json.dumps(
        {
            "from": sender,
            "to": list(recipients),
            "subject": mail.subject,
            "html": mail.html,
            "text": mail.text,
            "reply_to": list(recipients),
            "headers": _thread(sender, ticket, dedup_key),
            "tags": [{"name": "ticket", "value": ticket}],
            **({"enclosed": enclosed} if enclosed else {}),
        },
        ensure_ascii=False,
    )


def _thread(sender: str, ticket: str, dedup_key: str) -> dict[str, str]:
    """The headers that make one thread of all e-mails about a ticket (RFC 5322, 3.6.4).

    Every one of them, the first too, names the same root, which none of them is: SES, which Resend sends by, may put its own
    Message-ID in place of ours and leaves References as they are.
    """
    domain = parseaddr(sender)[1].rpartition("@")[2]
    root = f"<{ticket}@{domain}>"
    # Not the key itself: a wamid has the customer's number in it.
    unique = hashlib.sha256(dedup_key.encode()).hexdigest()[:20]
    return {"Message-ID": f"<{ticket}.{unique}@{domain}>", "In-Reply-To": root, "References": root}


class Resend:
    """Resend, through its SDK. The SDK is imported with the first mail, in its own thread."""

    def __init__(self, api_key: str, media: Media) -> None:
        self._api_key = api_key
        self._media = media
        self._with_files = BoundedSemaphore(_MAX_WITH_FILES)

    def send(self, body: str, dedup_key: str) -> Result:
        """One try. Never raises: whatever happens is a Result. The same key and body are sent once, however often tried."""
        request = json.loads(body)
        enclosed = request.pop("enclosed", [])
        if not enclosed:
            return self._try(request, dedup_key)
        with self._with_files:
            return self._send_with(enclosed, request, dedup_key)

    def _send_with(self, enclosed: list[dict[str, Any]], request: dict[str, Any], dedup_key: str) -> Result:
        files = self._fetched(enclosed)
        result = self._try({**request, "attachments": files} if files else request, dedup_key)
        if files and result.outcome is Outcome.DEAD:
            # The first was refused for good, so this is no duplicate.
            return self._try(request, f"{dedup_key}/plain")
        return result

    def _try(self, request: dict[str, Any], dedup_key: str) -> Result:
        emails = self._emails
        from resend.exceptions import NoContentError, ResendError

        try:
            answer = emails.send(request, {"idempotency_key": dedup_key})
        except ResendError as error:
            return result_of(error.code, error.error_type, error.headers)
        except NoContentError:
            answer = None
        # A 200 without an id is a success too.
        mail_id = answer.get("id") if isinstance(answer, dict) else None
        return Result(outcome=Outcome.SENT, provider_id=mail_id)

    def _fetched(self, enclosed: list[dict[str, Any]]) -> list[dict[str, str]]:
        """The files that can be fetched in time, as Resend takes them. The others are only listed in the mail."""
        files: list[dict[str, str]] = []
        left, until = _MAX_BYTES, time.monotonic() + _FETCH_SECONDS
        for file in enclosed:
            if time.monotonic() > until:
                break
            try:
                content = self._media.fetch(file["media_id"], file["sha256"], left)
            except MediaError:
                continue
            left -= len(content)
            files.append({"filename": file["filename"], "content": base64.b64encode(content).decode()})
        return files

    @cached_property
    def _emails(self) -> Any:
        import resend

        resend.api_key = self._api_key
        resend.default_http_client = resend.RequestsClient(timeout=_TIMEOUT_SECONDS)
        return resend.Emails


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
    return min(float(given), _MAX_RETRY_AFTER)
