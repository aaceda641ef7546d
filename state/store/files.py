"""The files of tickets in Supabase Storage: in one private bucket, through supabase-py.

Each call can be repeated: an object is overwritten by the same content, and removing what is not there does nothing.
"""

import io
from collections.abc import Callable
from threading import Lock
from typing import Any, Final, TypeVar

import httpx

from state.model.answer_file import MEGABYTE
from state.store.client import connect
from state.store.errors import StoreError, StoreUnavailable
from state.store.hide_import import hide_import

with hide_import("cryptography"):
    from storage3 import SyncStorageClient
    from storage3.exceptions import StorageApiError

T = TypeVar("T")

BUCKET: Final = "ticket-files"
MAX_FILE_BYTES: Final = 50 * MEGABYTE  # of one file: what Supabase's free plan takes
_READ_SECONDS: Final = 20.0
_LINK_SECONDS: Final = 60
_TOO_LARGE: Final = {"413"}
_NOT_FOUND: Final = {"404"}


class FileTooLarge(StoreError):
    """Storage takes no file of this size."""


class NoSuchFile(StoreError):
    """The object, or the whole bucket, is not there."""


class FileStorage:
    """Supabase Storage. Made without a call: the client is built at the first one, on top of `http`."""

    def __init__(self, url: str, key: str, http: httpx.Client) -> None:
        self._url = url
        self._key = key
        self._http = http
        self._lock = Lock()
        self._storage: SyncStorageClient | None = None

    def put(self, path: str, content: io.BufferedReader, mime_type: str) -> None:
        """Store an object as it is read. Raises FileTooLarge, StoreUnavailable, and what reading it raises."""
        options: Any = {"content-type": mime_type, "cache-control": "no-store", "upsert": "true"}
        self._call("put", lambda storage: storage.from_(BUCKET).upload(path, content, options))

    def remove(self, path: str) -> None:
        """Remove an object, if it is there. Raises StoreUnavailable."""
        self._call("remove", lambda storage: storage.from_(BUCKET).remove([path]))

    def link(self, path: str, download: str | None = None) -> str:
        """An address from which an object can be had for a minute. Raises NoSuchFile, StoreUnavailable.

        download: the name under which a browser saves it; without one it may show it.
        """
        options: Any = {"download": download} if download else {}
        answer = self._call(
            "link", lambda storage: storage.from_(BUCKET).create_signed_url(path, _LINK_SECONDS, options)
        )
        return str(answer["signedURL"])

    def make_bucket(self) -> bool:
        """Make the bucket, private. Returns False if it is there. Raises StoreUnavailable."""
        try:
            self._call("bucket", lambda storage: storage.get_bucket(BUCKET))
        except NoSuchFile:
            options: Any = {"public": False, "file_size_limit": MAX_FILE_BYTES}
            self._call("bucket", lambda storage: storage.create_bucket(BUCKET, options=options))
            return True
        return False

    def bucket_is_public(self) -> bool:
        """Raises NoSuchFile if there is none, StoreUnavailable."""
        return self._call("bucket", lambda storage: bool(storage.get_bucket(BUCKET).public))

    def _call(self, name: str, call: Callable[[SyncStorageClient], T]) -> T:
        try:
            return call(self._connected())
        except StorageApiError as error:
            status = str(error.status)
            if status in _TOO_LARGE:
                raise FileTooLarge(f"storage {name}: {status}") from None
            if status in _NOT_FOUND:
                raise NoSuchFile(f"storage {name}: {status}") from None
            raise StoreUnavailable(f"storage {name}: {status}") from None
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:  # no answer, or of another shape
            raise StoreUnavailable(f"storage {name}: {type(error).__name__}") from None

    def _connected(self) -> SyncStorageClient:
        with self._lock:
            if self._storage is None:
                self._storage = connect(self._url, self._key, self._http, _READ_SECONDS).storage
            return self._storage
