"""The events of Resend's webhook about e-mails that it has taken, signed as Svix signs them.

https://resend.com/docs/dashboard/webhooks/event-types
"""

import json
from datetime import UTC, datetime

from emulator import Json
from emulator.resend.email_rules import SentEmail
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
