"""Meta's signature: HMAC-SHA256 of the raw body bytes, keyed with the app secret."""

import hashlib
import hmac
from collections.abc import Iterable

HEADER = "X-Hub-Signature-256"
_PREFIX = "sha256="


def has_valid_signature(body: bytes, header: str | None, secrets: Iterable[str]) -> bool:
    """Return True if `header` signs exactly these bytes with one of the secrets (two during a rotation). Constant time."""
    given = (header or "").encode("utf-8", "surrogateescape")
    # Every secret is tried, so that the timing does not reveal which one is in use.
    matches = [hmac.compare_digest(given, sign(body, secret).encode()) for secret in secrets]
    return any(matches)


def sign(body: bytes, secret: str) -> str:
    """The header that Meta would send with this body."""
    return _PREFIX + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
