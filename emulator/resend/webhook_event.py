"""The events of Resend's webhook about e-mails that it has taken or received, signed as Svix signs them.

https://resend.com/docs/dashboard/webhooks/event-types
"""

import json
from datetime import UTC, datetime

from emulator import Json
from emulator.resend.account import timestamp
from emulator.resend.email_rules import SentEmail
from emulator.resend.received_mail import ReceivedEmail
from ops.svix_signature import signed_headers

_DETAILS: dict[str, Json] = {
    "bounced": {
        "bounce": {
            "message": "The recipient's email provider sent a hard bounce message.",
            "subType": "General",
            "type": "Permanent",
        }
    },
    "suppressed": {
        "suppressed": {
            "message": "Resend has suppressed sending to this address because it is on the account-level suppression list.",
            "type": "OnAccountSuppressionList",
        }
    },
    "failed": {"failed": {"reason": "reached_daily_quota"}},
}


def webhook_event(mail: SentEmail, kind: str, secret: str, now: float) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of one delivery. kind: what follows `email.` in the event's type."""
    at = datetime.fromtimestamp(now, UTC).isoformat()
    data: Json = {
        "email_id": mail.id,
        "from": mail.sender,
        "to": list(mail.to),
        "subject": mail.subject,
        "created_at": at,
        "tags": mail.tags,
        **_DETAILS.get(kind, {}),
    }
    body = json.dumps({"type": f"email.{kind}", "created_at": at, "data": data}).encode()
    return body, signed_headers(body, secret, now)


def received_event(
    mail: ReceivedEmail, secret: str, now: float, event_id: str = ""
) -> tuple[bytes, dict[str, str]]:
    """The body and the headers of one delivery. event_id: of another event about the same e-mail than its own."""
    attachments = [part.as_json() for part in mail.parts]
    data: Json = {"email_id": mail.id, **mail.metadata(), "attachments": attachments}
    body = json.dumps({"type": "email.received", "created_at": timestamp(mail.at), "data": data}).encode()
    return body, signed_headers(body, secret, now, event_id or mail.envelope.event_id)
