"""What goes over the wire as Meta writes it: escaped JSON, its signature and message ids."""

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

Json = dict[str, Any]


def encode(payload: Json) -> bytes:
    r"""The body as Meta sends it: `\u00e9` for é, `\/` for a slash, no spaces."""
    text = json.dumps(payload, separators=(",", ":"))
    return text.replace("/", "\\/").encode("ascii")


def sign(body: bytes, app_secret: str) -> str:
    """The value of `X-Hub-Signature-256` for these very bytes."""
    return "sha256=" + hmac.new(app_secret.encode(), body, hashlib.sha256).hexdigest()


def new_wamid() -> str:
    """A message id that looks like Meta's and is never made twice."""
    return "wamid." + base64.b64encode(b"\x1c\x18\x0d" + secrets.token_bytes(30)).decode()
