"""Resend's webhook: e-mails that it took and that did not reach who they were for, and e-mails that it received.

https://resend.com/docs/dashboard/webhooks/event-types
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from flask import Request, Response

from channels.resend_email import ROW_TAG
from handlers.log import Log, Severity
from handlers.people import People
from handlers.received_mail.inbox import MailInbox
from handlers.responses import plain
from handlers.settings import Settings
from messages.safe_text import one_line
from state.model.operator import FailureKind, MailFailure
from state.store.client import Store
from state.store.errors import StoreRefused, StoreUnavailable

_FAILURES: Final = {f"email.{kind}": kind for kind in FailureKind}
_RECEIVED: Final = "email.received"
_SIGNED_HEADERS: Final = {"id": "svix-id", "timestamp": "svix-timestamp", "signature": "svix-signature"}
_MAX_BODY: Final = 256 * 1024
_MAX_REASON: Final = 300
_ROW: Final = re.compile(r"[0-9]{1,18}")


class NotFromResend(Exception):
    """The call is not signed with our secret, or minutes ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailWebhook:
    """Answers Resend, which delivers again for hours what does not get a 2xx."""

    settings: Settings
    people: People
    store: Store
    inbox: MailInbox
    log: Log

    def receive(self, request: Request) -> Response:
        """404 without RESEND_WEBHOOK_SECRET, 413 too long, 401 not signed with it, 503 not stored, else 200."""
        if not self.settings.resend_webhook_secret:
            return plain("nothing here", 404)
        body = request.get_data()
        if len(body) > _MAX_BODY:
            return plain("too long", 413)
        try:
            event = self._verified(request, body)
        except NotFromResend:
            self.log.write("refused", Severity.WARNING, why="not signed with the secret of Resend's webhook")
            return plain("not signed by Resend", 401)
        try:
            self._take_in(event, request.headers["svix-id"])
        except StoreUnavailable as error:
            self.log.write("store_unavailable", Severity.ERROR, error=str(error))
            return plain("not stored, deliver again", 503)
        return plain("ok", 200)

    def _verified(self, request: Request, body: bytes) -> Any:
        """The event. Raises NotFromResend. The SDK is imported with the first call: customers' instances start without it."""
        from resend import Webhooks

        headers = {name: request.headers.get(header, "") for name, header in _SIGNED_HEADERS.items()}
        if not all(value.isascii() for value in headers.values()):
            raise NotFromResend
        try:
            payload = body.decode()
            return Webhooks.verify(
                {
                    "payload": payload,
                    "headers": headers,  # type: ignore[typeddict-item]
                    "webhook_secret": self.settings.resend_webhook_secret,
                }
            )
        except (ValueError, RecursionError):  # so are UnicodeDecodeError and JSONDecodeError; it is too deep
            raise NotFromResend from None

    def _take_in(self, event: Any, event_id: str) -> None:
        """Raises StoreUnavailable."""
        data = event.get("data") if isinstance(event, dict) else None
        if not isinstance(data, dict):
            return
        if event.get("type") == _RECEIVED:
            self.inbox.receive(data, event_id)
        elif kind := _FAILURES.get(str(event.get("type"))):
            for failure in _failures(kind, data, event_id):
                self._record(failure)

    def _record(self, failure: MailFailure) -> None:
        technician = self.people.by_address(failure.address)
        operators = {mailbox.address.lower() for mailbox in self.settings.operator_email_to}
        if technician is None and failure.address not in operators:
            return  # of another project, or of somebody who is no technician any more
        name = (technician.name if technician else "") or failure.address
        try:
            new = self.store.record_mail_failure(failure, name)
        except StoreRefused as error:  # it would be refused again, and the other recipients are still to come
            self.log.write("event_refused", Severity.ERROR, kind="MailFailure", error=str(error))
            return
        who = technician.id if technician else "operator"
        self.log.write(
            "mail_failed", Severity.ERROR, technician=who, kind=failure.kind, outbox=failure.row, new=new
        )


def _failures(kind: FailureKind, data: dict[str, Any], event_id: str) -> list[MailFailure]:
    """The event as a failure of each of its recipients."""
    recipients = data.get("to")
    to = [each for each in recipients if isinstance(each, str)] if isinstance(recipients, list) else []
    return [
        MailFailure(
            event_id=event_id if number == 0 else f"{event_id}/{number}",
            kind=kind,
            address=address.strip().lower(),
            reason=_reason(data),
            row=_row(data.get("tags")),
        )
        for number, address in enumerate(to)
    ]


def _reason(data: dict[str, Any]) -> str | None:
    """Of a bounce its type and its message, of a failure its reason. A mail server's message may quote the address."""
    for name in ("bounce", "failed", "suppressed"):
        if isinstance(said := data.get(name), dict):
            words = [said.get(part) for part in ("type", "subType", "reason", "message")]
            reason = ": ".join(word for word in words if isinstance(word, str))[:_MAX_REASON]
            return one_line(reason) or None  # of what Postgres takes
    return None


def _row(tags: Any) -> int | None:
    """The tag that says of which outbox row the e-mail was."""
    given = str(tags.get(ROW_TAG)) if isinstance(tags, dict) else ""
    return int(given) if _ROW.fullmatch(given) else None
