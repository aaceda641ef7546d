"""Builds Resend requests and makes one send attempt, under an idempotency key.

The photos and voice notes of a report are attached. They are fetched from Meta when the mail is sent, and left out if that
fails. No duplicate can result: if an attempt with attachments was accepted, Resend refuses one without them under the same key.
"""

import base64
import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parseaddr
from functools import cached_property
from threading import BoundedSemaphore
from typing import Any, Final

from channels.download import MediaError
from channels.http import Http
from channels.ogg import voice_seconds
from channels.resend_client import resend_sdk, result_of_error
from channels.whatsapp_media import ENDINGS, Media, safe_type
from state.model.message import Attachment
from state.model.outbox_row import Email, Outcome, Result

ROW_TAG: Final = "row"
# For all attachments of one mail: many mailboxes accept no more than 20 MB, and base64 adds a third.
_MAX_BYTES: Final = 10 * 1024 * 1024
_MAX_WITH_FILES: Final = 2  # at once: 10 MB of files take 50 MB of memory while they are sent
_FETCH_SECONDS: Final = 4.0  # no further download is started after this
# RFC 3834, and what Exchange and Outlook look at: no absence notice answers our e-mail, which would go to all technicians.
_NO_AUTO_REPLIES: Final = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
_NOT_IN_NAMES: Final = str.maketrans("", "", '"\\<>@')


def email_request(
    mail: Email,
    sender: str,
    recipient: str,
    reply_to: Sequence[str],
    ticket: str,
    dedup_key: str,
    row: int | None = None,
) -> dict[str, Any]:
    """Build the request for one e-mail about a ticket; every attempt sends it unchanged.

    ticket: its code; row: the id of the outbox row, which Resend's webhook says back.
    """
    request = plain_request(mail, sender, [recipient], ticket)
    request["reply_to"] = list(reply_to)
    request["headers"] |= _thread(sender, ticket, dedup_key)
    if row is not None:
        request["tags"].append({"name": ROW_TAG, "value": str(row)})
    return request


def plain_request(mail: Email, sender: str, recipients: Sequence[str], about: str) -> dict[str, Any]:
    """Build the request for an e-mail without a thread. `about`: a word or a code, for the list of e-mails at Resend."""
    return {
        "from": _from(sender, mail.about),
        "to": list(recipients),
        "subject": mail.subject,
        "html": mail.html,
        "text": mail.text,
        "headers": dict(_NO_AUTO_REPLIES),
        "tags": [{"name": "ticket", "value": about}],
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRef:
    """A file to be attached, which Meta keeps until then. name, ending: of the file in the e-mail; content_type: its MIME type."""

    media_id: str
    sha256: str | None
    name: str
    ending: str
    content_type: str

    def attachment(self, content: bytes) -> dict[str, str]:
        """As Resend takes it. A voice note says in its name how long it is: by its content, so all attempts have the same bytes."""
        seconds = voice_seconds(content) if self.content_type == "audio/ogg" else None
        length = "" if seconds is None else " ({}m{:02}s)".format(*divmod(round(seconds), 60))
        return {
            "filename": f"{self.name}{length}.{self.ending}",
            "content": base64.b64encode(content).decode(),
            "content_type": self.content_type,
        }


def attachment_refs(ticket: str, files: Sequence[Attachment]) -> tuple[AttachmentRef, ...]:
    """The files of a ticket that can be attached to an e-mail. `ticket`: its code."""
    kinds = (safe_type(file.mime_type) for file in files)
    return tuple(
        AttachmentRef(
            media_id=file.media_id,
            sha256=file.sha256,
            name=f"{ticket}-{number}",
            ending=ENDINGS[kind],
            content_type=kind,
        )
        for number, (file, kind) in enumerate(zip(files, kinds, strict=True), start=1)
        if file.media_id and kind in ENDINGS
    )


def _from(sender: str, about: str) -> str:
    """The sender with the customer's name before its own: `"Ana Pérez (Soporte)" <soporte@example.com>`.

    In quotes, as parentheses are a comment without them (RFC 5322, 3.4). An @ in a name makes filters suspicious.
    """
    if not about:
        return sender
    name, address = parseaddr(sender)
    shown = f"{about} ({name})" if name else about
    return f'"{shown.translate(_NOT_IN_NAMES)}" <{address}>'


def _thread(sender: str, ticket: str, dedup_key: str) -> dict[str, str]:
    """The headers that make one thread of all e-mails about a ticket (RFC 5322, 3.6.4).

    All of them, even the first, refer to the same root, an id that no e-mail has: SES, which Resend uses, may replace our
    Message-ID but leaves References unchanged.
    """
    domain = parseaddr(sender)[1].rpartition("@")[2]
    root = f"<{ticket}@{domain}>"
    # Not the key itself: a wamid has the customer's number in it.
    unique = hashlib.sha256(dedup_key.encode()).hexdigest()[:20]
    return {"Message-ID": f"<{ticket}.{unique}@{domain}>", "In-Reply-To": root, "References": root}


class Resend:
    """Resend, through its SDK. The SDK is imported with the first mail, in its own thread."""

    def __init__(self, api_key: str, media: Media, http: Http) -> None:
        self._api_key = api_key
        self._media = media
        self._http = http
        self._attachment_slots = BoundedSemaphore(_MAX_WITH_FILES)

    @contextmanager
    def fetched(self, refs: Sequence[AttachmentRef]) -> Iterator[Sequence[Mapping[str, str]]]:
        """The files, as Resend's attachments, for all e-mails of one occasion. Of some only, if not all can be had."""
        if not refs:
            yield ()
            return
        with self._attachment_slots:
            yield self._fetch_files(refs)

    def send(
        self, request: dict[str, Any], dedup_key: str, files: Sequence[Mapping[str, str]] = ()
    ) -> Result:
        """Make one attempt. Never raises: every outcome is a Result. The same key and body are delivered once, however many attempts."""
        result = self._try({**request, "attachments": list(files)} if files else request, dedup_key)
        if files and result.outcome is Outcome.DEAD:
            # The first request was refused for good, so this is no duplicate.
            return self._try(request, f"{dedup_key}/plain")
        return result

    def _try(self, request: dict[str, Any], dedup_key: str) -> Result:
        emails = self._emails
        from resend.exceptions import ResendError

        try:
            answer = emails.send(request, {"idempotency_key": dedup_key})
        except ResendError as error:
            return result_of_error(error)
        return Result(outcome=Outcome.SENT, provider_id=answer["id"])

    def _fetch_files(self, refs: Sequence[AttachmentRef]) -> list[dict[str, str]]:
        """As far as size and time allow. The mail lists all of them anyway."""
        files: list[dict[str, str]] = []
        left, until = _MAX_BYTES, time.monotonic() + _FETCH_SECONDS
        for ref in refs:
            if time.monotonic() > until:
                break
            try:
                content = self._media.fetch(ref.media_id, ref.sha256, left)
            except MediaError:
                continue
            left -= len(content)
            files.append(ref.attachment(content))
        return files

    @cached_property
    def _emails(self) -> Any:
        return resend_sdk(self._api_key, self._http).Emails
