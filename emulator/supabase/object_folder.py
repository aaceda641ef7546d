"""Buckets and objects as files in one folder, so that they are still there after a restart."""

import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

_BUCKETS = "buckets.json"
_UNFINISHED = ".new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """`file_size_limit` in bytes; None has no limit of its own. Times in ISO 8601."""

    id: str
    name: str
    public: bool
    file_size_limit: int | None
    allowed_mime_types: list[str] | None
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """`size` in bytes, `etag` the MD5 of the content; `version` is new with each upload."""

    bucket_id: str
    name: str
    id: str
    version: str
    size: int
    content_type: str
    cache_control: str
    etag: str
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewContent:
    """A file that is being written: it becomes an object's content in `put`, or is deleted."""

    version: str
    path: Path
    file: BinaryIO


class ObjectFolder:
    """An object is its content, named by its version, and a JSON file that says whose content that is.

    A crash leaves either the old object or the new one; content that belongs to no object is deleted at the start.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.buckets: dict[str, Bucket] = {}
        self._objects: dict[tuple[str, str], StoredObject] = {}
        self._load()

    def put_bucket(self, bucket: Bucket) -> None:
        self.buckets[bucket.id] = bucket
        self._write(self._folder / _BUCKETS, [asdict(each) for each in self.buckets.values()])

    def find(self, bucket: str, name: str) -> StoredObject | None:
        return self._objects.get((bucket, name))

    def objects(self, bucket: str) -> list[StoredObject]:
        """Those of one bucket, by name."""
        found = [each for each in list(self._objects.values()) if each.bucket_id == bucket]
        return sorted(found, key=lambda each: each.name)

    def content(self, stored: StoredObject) -> Path:
        return self._folder / stored.version

    @contextmanager
    def new_content(self) -> Iterator[NewContent]:
        """To write to. At the end it is deleted unless `put` has made it an object's."""
        version = str(uuid.uuid4())
        path = self._folder / f"{version}{_UNFINISHED}"
        try:
            with path.open("wb") as file:
                yield NewContent(version=version, path=path, file=file)
        finally:
            path.unlink(missing_ok=True)

    def put(self, stored: StoredObject, content: NewContent) -> None:
        """Replaces an object of the same name."""
        content.file.flush()
        content.path.rename(self.content(stored))
        before = self.find(stored.bucket_id, stored.name)
        self._write(self._description(stored), asdict(stored))
        self._objects[stored.bucket_id, stored.name] = stored
        if before is not None:
            self.content(before).unlink(missing_ok=True)

    def remove(self, stored: StoredObject) -> None:
        del self._objects[stored.bucket_id, stored.name]
        self._description(stored).unlink(missing_ok=True)
        self.content(stored).unlink(missing_ok=True)

    def _description(self, stored: StoredObject) -> Path:
        # Hashed: a name has slashes, may be too long for a file, and one may be the folder of another.
        hashed = hashlib.sha256(f"{stored.bucket_id}/{stored.name}".encode()).hexdigest()
        return self._folder / f"{hashed}.json"

    def _load(self) -> None:
        buckets = self._folder / _BUCKETS
        if buckets.exists():
            self.buckets = {each["id"]: Bucket(**each) for each in json.loads(buckets.read_text())}
        kept = {buckets}
        for path in self._folder.glob("*.json"):
            if path != buckets:
                stored = StoredObject(**json.loads(path.read_text()))
                self._objects[stored.bucket_id, stored.name] = stored
                kept |= {path, self.content(stored)}
        for path in set(self._folder.iterdir()) - kept:
            path.unlink()

    def _write(self, path: Path, value: object) -> None:
        unfinished = path.with_name(path.name + _UNFINISHED)
        unfinished.write_text(json.dumps(value))
        unfinished.replace(path)
