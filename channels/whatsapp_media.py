"""Files that customers sent, fetched from Meta: by id, within 7 days, with our token and to Meta's hosts only."""

import base64
import hashlib
import time
from contextlib import closing
from typing import Final
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import HTTPError

from channels.http import Http

_TIMEOUT: Final = Timeout(connect=2.0, read=3.0)
_MAX_SECONDS: Final = 5.0  # per download: a slow file must not delay its mail
_CHUNK: Final = 64 * 1024
# File types that are safe to open; we choose the file name. Other files are only listed, and stay with Meta.
ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "video/mp4": "mp4",
    "application/pdf": "pdf",
}
# The hosts from which Meta serves files. Our token is sent to no other, whatever URL a response contains.
_META_HOSTS: Final = (".fbsbx.com", ".facebook.com", ".fbcdn.net", ".whatsapp.net")


class MediaError(Exception):
    """The file cannot be fetched: gone, too large, not what was sent, or Meta did not answer. The message contains no URL."""


class Media:
    """Meta's media, for one number. Made without a connection; safe to use from many threads."""

    def __init__(self, api_url: str, version: str, token: str, http: Http) -> None:
        self._http = http
        self._api_url = api_url
        self._url = f"{api_url}/{version}"
        self._headers = {"Authorization": f"Bearer {token}"}

    def fetch(self, media_id: str, sha256: str | None, max_bytes: int) -> bytes:
        """Download a file of at most `max_bytes` and check it against the webhook's sha256 (base64). Raises MediaError."""
        try:
            address = self._address(media_id)
            content = self._download(address, max_bytes)
        except HTTPError as error:
            raise MediaError(type(error).__name__) from None
        if sha256 and base64.b64encode(hashlib.sha256(content).digest()).decode() != sha256:
            raise MediaError("another file than was sent")
        return content

    def _address(self, media_id: str) -> str:
        """Look up the download URL, which expires after five minutes, so it is never kept."""
        if not media_id.isdecimal():
            raise MediaError("not an id of Meta's")
        answer = self._get(f"{self._url}/{media_id}")
        try:
            address = answer.json()["url"]
        except (ValueError, KeyError, TypeError):
            raise MediaError(f"http {answer.status}") from None
        if not isinstance(address, str) or not self._is_metas(address):
            raise MediaError("an address that is not Meta's")
        return address

    def _is_metas(self, address: str) -> bool:
        if address.startswith(f"{self._api_url}/"):
            return True
        try:
            parts = urlsplit(address)
        except ValueError:
            return False
        return parts.scheme == "https" and f".{parts.hostname or ''}".endswith(_META_HOSTS)

    def _download(self, address: str, max_bytes: int) -> bytes:
        with closing(self._get(address, stream=True)) as answer:
            if answer.status != 200:
                raise MediaError(f"http {answer.status}")
            content, until = bytearray(), time.monotonic() + _MAX_SECONDS
            for chunk in answer.stream(_CHUNK):
                content += chunk
                if len(content) > max_bytes:
                    raise MediaError("too large")
                if time.monotonic() > until:
                    raise MediaError("too slow")
        return bytes(content)

    def _get(self, address: str, *, stream: bool = False) -> BaseHTTPResponse:
        return self._http.request("GET", address, headers=self._headers, timeout=_TIMEOUT, stream=stream)
