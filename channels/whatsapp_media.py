"""Files that customers sent, fetched from Meta: by id, within 7 days, with our token and to Meta's hosts only."""

from contextlib import closing
from typing import Any, BinaryIO, Final

from urllib3 import Timeout
from urllib3.exceptions import HTTPError, LocationValueError

from channels.download import Download, MediaError, MediaGone, download
from channels.graph_errors import NO_SUCH_OBJECT, error_code, result_of
from channels.http import Http, parse_address
from state.model.outbox_row import Outcome, Result

_TIMEOUT: Final = Timeout(connect=2.0, read=3.0)
_UPLOAD_TIMEOUT: Final = Timeout(connect=3.0, read=15.0)
_MAX_SECONDS: Final = 5.0  # per download: a slow file must not delay its mail
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
_UNKNOWN_TYPE: Final = "application/octet-stream"
# The hosts from which Meta serves files. Our token is sent to no other, whatever URL a response contains.
_META_HOSTS: Final = (".fbsbx.com", ".facebook.com", ".fbcdn.net", ".whatsapp.net")


def safe_type(said: str | None) -> str:
    """The MIME type under which a file is stored and shown: what somebody said, if it is one of ENDINGS."""
    kind = (said or "").partition(";")[0].strip().lower()
    return kind if kind in ENDINGS else _UNKNOWN_TYPE


class MediaRefused(Exception):
    """Meta did not take a file of ours. result: what that means for the row that is to send it."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.error)
        self.result = result


class Media:
    """Meta's media, for one number. Made without a connection; safe to use from many threads."""

    def __init__(self, api_url: str, version: str, phone_number_id: str, token: str, http: Http) -> None:
        self._http = http
        self._uploads = f"{api_url}/{version}/{phone_number_id}/media"
        self._api = _origin(api_url)
        self._url = f"{api_url}/{version}"
        self._headers = {"Authorization": f"Bearer {token}"}

    def fetch(self, media_id: str, sha256: str | None, max_bytes: int) -> bytes:
        """Download a file of at most `max_bytes` and check it against the webhook's sha256 (base64). Raises MediaError."""
        with closing(self.open(media_id, sha256, max_bytes, _MAX_SECONDS)) as file:
            return b"".join(file.chunks)

    def upload(self, file: BinaryIO, filename: str, mime_type: str, attempts: int) -> str:
        """Give Meta a file to be sent, which it keeps for 30 days. Returns its id. attempts: as in `result_of`. Raises MediaRefused.

        An upload that nobody knows of does no harm: it can always be repeated.
        """
        try:
            answer = self._http.post_file(
                self._uploads,
                fields={"messaging_product": "whatsapp", "type": mime_type},
                file=(filename, file, mime_type),
                headers=self._headers,
                timeout=_UPLOAD_TIMEOUT,
            )
        except HTTPError as error:
            raise MediaRefused(Result(outcome=Outcome.RETRY, error=f"meta {type(error).__name__}")) from None
        said = answer.json()
        media_id = said.get("id") if isinstance(said, dict) else None
        if answer.status == 200 and isinstance(media_id, str) and media_id:
            return media_id
        code = error_code(said)
        if code is None:
            raise MediaRefused(Result(outcome=Outcome.RETRY, error=f"meta http {answer.status}"))
        raise MediaRefused(result_of(code, attempts))

    def open(self, media_id: str, sha256: str | None, max_bytes: int, max_seconds: float) -> Download:
        """Begin to download a file of at most `max_bytes`. sha256: the webhook's (base64). Raises MediaError."""
        try:
            described = self._describe(media_id)
        except HTTPError as error:
            raise MediaError(type(error).__name__) from None
        return download(
            self._http,
            described["url"],
            self._headers,
            size=described.get("file_size"),
            sha256=sha256,
            max_bytes=max_bytes,
            max_seconds=max_seconds,
        )

    def _describe(self, media_id: str) -> dict[str, Any]:
        """What Meta says about a file. Its `url` expires after five minutes, so it is never kept."""
        if not (media_id.isascii() and media_id.isdecimal()):
            raise MediaError("not an id of Meta's")
        answer = self._http.request("GET", f"{self._url}/{media_id}", headers=self._headers, timeout=_TIMEOUT)
        described = answer.json()
        if not isinstance(described, dict) or not isinstance(described.get("url"), str):
            gone = answer.status == 404 or error_code(described) == NO_SUCH_OBJECT
            raise (MediaGone if gone else MediaError)(f"http {answer.status}")
        if not self._is_metas(described["url"]):
            raise MediaError("an address that is not Meta's")
        return described

    def _is_metas(self, address: str) -> bool:
        try:
            origin = scheme, host, port = _origin(address)
        except LocationValueError:
            return False
        return origin == self._api or ((scheme, port) == ("https", 443) and f".{host}".endswith(_META_HOSTS))


def _origin(address: str) -> tuple[str | None, str | None, int | None]:
    """Scheme, host and port of a URL. Raises LocationValueError."""
    url = parse_address(address)
    return url.scheme, url.host, url.port or {"https": 443}.get(url.scheme or "")
