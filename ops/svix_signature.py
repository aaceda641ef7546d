"""The signature of Resend's webhook, which is Svix's: https://docs.svix.com/receiving/verifying-payloads/how-manual"""

import base64
import hashlib
import hmac
import uuid


def signed_headers(body: bytes, secret: str, now: float, event_id: str = "") -> dict[str, str]:
    """The headers of a delivery of this body. secret: whsec_...; event_id: the same for each delivery of an event.

    Raises ValueError if the secret is not of that form.
    """
    event_id = event_id or f"msg_{uuid.uuid4().hex}"
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    content = b".".join((event_id.encode(), str(int(now)).encode(), body))
    signature = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return {
        "content-type": "application/json",
        "svix-id": event_id,
        "svix-timestamp": str(int(now)),
        "svix-signature": f"v1,{signature}",
    }
