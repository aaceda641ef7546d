"""The stand-in for Supabase Storage, as far as it is used: buckets, uploads, downloads, signed links and removals.

Its rules and words are those of supabase/storage. There are no policies: only `service_role` may do anything.
"""

import hashlib
import json
import re
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jwt
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route
from werkzeug.http import parse_range_header

from emulator import Json
from emulator.multipart import MultipartBody, MultipartError, discard
from emulator.supabase import storage_errors as errors
from emulator.supabase.data_api import key_of, unknown_key
from emulator.supabase.object_folder import Bucket, NewContent, ObjectFolder, StoredObject

# The free plan's limit for every file of a project. Its limit for all files together is not enforced here.
PROJECT_FILE_SIZE_LIMIT = 50 * 1024 * 1024
MAX_REMOVED = 1000
# It signs links to files on a developer's own machine.
_SIGNING_KEY = "mostrador-local-storage-signing-key"
_KEY = re.compile(r"[A-Za-z0-9_/!.*'() &$=@;:+,?-]+")
_BUCKET_NAME = re.compile(r"[A-Za-z0-9_!.*'() &$=@;:+,?-]{1,100}")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)(GB|MB|KB|B)", re.IGNORECASE)
_UNITS = {"GB": 1e9, "MB": 1e6, "KB": 1e3, "B": 1}


class Storage:
    """`keys` maps API keys to roles; the files are kept in `folder`.

    `uploads` and `removals` count for each "bucket/path" how often an object was stored and removed.
    """

    def __init__(
        self, folder: Path, *, keys: Mapping[str, str], clock: Callable[[], float] = time.time
    ) -> None:
        self.clock = clock
        self.uploads: Counter[str] = Counter()
        self.removals: Counter[str] = Counter()
        self._keys = keys
        self._files = ObjectFolder(folder)

    def routes(self) -> list[Route]:
        """Those below /storage/v1/. ServiceError has to be answered with `answer_error`."""
        objects = "/storage/v1/object"
        return [
            Route("/storage/v1/bucket", self._create_bucket, methods=["POST"]),
            Route("/storage/v1/bucket/{bucket}", self._get_bucket, methods=["GET"]),
            Route("/storage/v1/bucket/{bucket}", self._update_bucket, methods=["PUT"]),
            Route(f"{objects}/sign/{{bucket}}/{{name:path}}", self._sign, methods=["POST"]),
            Route(f"{objects}/sign/{{bucket}}/{{name:path}}", self._download_signed, methods=["GET"]),
            Route(f"{objects}/list/{{bucket}}", self._list, methods=["POST"]),
            Route(f"{objects}/{{bucket}}/{{name:path}}", self._upload, methods=["POST"]),
            Route(f"{objects}/{{bucket}}/{{name:path}}", self._download, methods=["GET"]),
            Route(f"{objects}/{{bucket}}", self._remove, methods=["DELETE"]),
        ]

    def objects(self, bucket: str) -> dict[str, StoredObject]:
        """What is stored in this bucket, by path."""
        return {stored.name: stored for stored in self._files.objects(bucket)}

    def content(self, bucket: str, name: str) -> bytes:
        """Raises KeyError if there is no such object."""
        return self._files.content(self.objects(bucket)[name]).read_bytes()

    def ensure_bucket(self, bucket: str) -> None:
        """Create it as a private one without limits of its own, if it is not there."""
        if bucket not in self._files.buckets:
            self._files.put_bucket(self._new_bucket({"id": bucket, "name": bucket}))

    def clear(self) -> None:
        """Delete all objects and forget the counts. The buckets stay."""
        for bucket in list(self._files.buckets):
            for stored in self._files.objects(bucket):
                self._files.remove(stored)
        self.uploads.clear()
        self.removals.clear()

    # --- buckets ----------------------------------------------------------------------------------------------------

    async def _create_bucket(self, request: Request) -> Response:
        role, body = self._role(request), await _document(request)
        name = body.get("name")
        if not isinstance(name, str):
            raise errors.invalid_request("body must have required property 'name'")
        if not _BUCKET_NAME.fullmatch(name) or name.strip() != name:
            raise errors.invalid_bucket_name()
        bucket = self._new_bucket(body)
        if role != "service_role":
            raise errors.access_denied("new row violates row-level security policy")
        if bucket.id in self._files.buckets:
            raise errors.already_exists("Bucket")
        self._files.put_bucket(bucket)
        return JSONResponse({"name": name})

    async def _get_bucket(self, request: Request) -> Response:
        return JSONResponse(_bucket_json(self._visible_bucket(request)))

    async def _update_bucket(self, request: Request) -> Response:
        bucket, body = self._visible_bucket(request), await _document(request)
        self._files.put_bucket(replace(bucket, **_bucket_settings(body), updated_at=self._now()))
        return JSONResponse({"message": "Successfully updated"})

    def _visible_bucket(self, request: Request) -> Bucket:
        """The bucket of the path. Raises StorageError if it is not there, or not for this role."""
        role = self._role(request)
        bucket = self._bucket(request)
        if role != "service_role":
            raise errors.no_such_bucket()
        return bucket

    def _bucket(self, request: Request) -> Bucket:
        bucket = self._files.buckets.get(request.path_params["bucket"])
        if bucket is None:
            raise errors.no_such_bucket()
        return bucket

    def _new_bucket(self, body: Json) -> Bucket:
        now = self._now()
        empty = Bucket(
            id=str(body.get("id") or body["name"]),
            name=body["name"],
            public=False,
            file_size_limit=None,
            allowed_mime_types=None,
            created_at=now,
            updated_at=now,
        )
        return replace(empty, **_bucket_settings(body))

    # --- objects ----------------------------------------------------------------------------------------------------

    async def _upload(self, request: Request) -> Response:
        body = request.stream()
        try:
            return await self._store(request, MultipartBody(request.headers.get("content-type", ""), body))
        except MultipartError as error:
            raise errors.no_content(str(error)) from None
        finally:
            await discard(body)

    async def _store(self, request: Request, body: MultipartBody) -> Response:
        role, bucket, name = self._role(request), self._bucket(request), request.path_params["name"]
        header = await body.file()
        content_type = body.fields.get("contentType") or header.headers.get("content-type", "")
        _check_mime_type(content_type, bucket)
        if not _KEY.fullmatch(name):
            raise errors.invalid_key(name)
        if role != "service_role":
            raise errors.access_denied("new row violates row-level security policy")
        if request.headers.get("x-upsert") != "true" and self._files.find(bucket.id, name):
            raise errors.already_exists("Key")
        seconds = body.fields.get("cacheControl")
        cache_control = f"max-age={seconds}" if seconds else "no-cache"
        with self._files.new_content() as content:
            size, etag = await _receive(body, content, bucket)
            stored = self._described(bucket, name, content.version, size, etag)
            stored = replace(stored, content_type=content_type, cache_control=cache_control)
            self._files.put(stored, content)
        self.uploads[f"{bucket.id}/{name}"] += 1
        return JSONResponse({"Id": stored.id, "Key": f"{bucket.id}/{name}"})

    def _described(self, bucket: Bucket, name: str, version: str, size: int, etag: str) -> StoredObject:
        before, now = self._files.find(bucket.id, name), self._now()
        return StoredObject(
            bucket_id=bucket.id,
            name=name,
            id=before.id if before else str(uuid.uuid4()),
            version=version,
            size=size,
            content_type="",
            cache_control="",
            etag=etag,
            created_at=before.created_at if before else now,
            updated_at=now,
        )

    async def _download(self, request: Request) -> Response:
        """Without a key only what is in a public bucket; a private one is then said not to exist."""
        role = self._role(request) if key_of(request) else None
        bucket = self._bucket(request)
        if role is None and not bucket.public:
            raise errors.no_such_bucket()
        stored = self._object(bucket.id, request.path_params["name"])
        if role != "service_role" and not bucket.public:
            raise errors.no_such_object()
        return self._content_response(request, stored, {"cache-control": stored.cache_control})

    async def _sign(self, request: Request) -> Response:
        role, body = self._role(request), await _document(request)
        seconds = _seconds(body.get("expiresIn"))
        bucket, name = request.path_params["bucket"], request.path_params["name"]
        self._object(bucket, name)
        if role != "service_role":
            raise errors.no_such_object()
        now = int(self.clock())
        claims = {"url": f"{bucket}/{name}", "iat": now, "exp": now + seconds}
        token = jwt.encode(claims, _SIGNING_KEY, "HS256")
        return JSONResponse({"signedURL": f"/object/sign/{bucket}/{name}?token={token}"})

    async def _download_signed(self, request: Request) -> Response:
        """The link is all that is needed."""
        bucket, name = request.path_params["bucket"], request.path_params["name"]
        token = request.query_params.get("token")
        if token is None:
            raise errors.invalid_request("querystring must have required property 'token'")
        claims = self._claims(token)
        if claims["url"] != f"{bucket}/{name}":
            raise errors.invalid_signature()
        stored = self._object(bucket, name)
        return self._content_response(request, stored, {"expires": formatdate(claims["exp"], usegmt=True)})

    def _claims(self, token: str) -> Json:
        unchecked = {"verify_exp": False, "verify_iat": False}  # the clock is ours
        try:
            claims: Json = jwt.decode(token, _SIGNING_KEY, ["HS256"], options=unchecked)  # type: ignore[arg-type]
        except jwt.InvalidSignatureError:
            raise errors.invalid_token("signature verification failed") from None
        except jwt.InvalidTokenError:
            raise errors.invalid_token("Invalid Compact JWS") from None
        if claims["exp"] <= self.clock():
            raise errors.invalid_token('"exp" claim timestamp check failed')
        return claims

    async def _remove(self, request: Request) -> Response:
        """What is not there, or not for this role, is left out of the answer."""
        role, body = self._role(request), await _document(request)
        names = body.get("prefixes")
        if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
            raise errors.invalid_request("body/prefixes must NOT have fewer than 1 items")
        if len(names) > MAX_REMOVED:
            raise errors.no_content(f"Bulk object requests are limited to {MAX_REMOVED} objects per request.")
        bucket = request.path_params["bucket"]
        found = [self._files.find(bucket, name) for name in dict.fromkeys(names)]
        removed = [stored for stored in found if stored is not None and role == "service_role"]
        for stored in removed:
            self._files.remove(stored)
            self.removals[f"{bucket}/{stored.name}"] += 1
        return JSONResponse([_object_json(stored) for stored in removed])

    async def _list(self, request: Request) -> Response:
        """Of the objects below `prefix`, and of what are folders there; a folder has neither id nor metadata."""
        role, body = self._role(request), await _document(request)
        if not isinstance(body.get("prefix"), str):
            raise errors.invalid_request("body must have required property 'prefix'")
        folder = f"{body['prefix'].strip('/')}/".lstrip("/")
        entries: dict[str, Json] = {}
        for stored in self._files.objects(request.path_params["bucket"]) if role == "service_role" else []:
            if stored.name.startswith(folder):
                first, below, _ = stored.name.removeprefix(folder).partition("/")
                entries[first] = _folder_json(first) if below else {**_object_json(stored), "name": first}
        offset, limit = int(body.get("offset", 0)), int(body.get("limit", 100))
        return JSONResponse(list(entries.values())[offset : offset + limit])

    def _object(self, bucket: str, name: str) -> StoredObject:
        if not _KEY.fullmatch(name):
            raise errors.invalid_key(name)
        stored = self._files.find(bucket, name)
        if stored is None:
            raise errors.no_such_object()
        return stored

    def _content_response(self, request: Request, stored: StoredObject, headers: dict[str, str]) -> Response:
        asked = request.headers.get("range")
        if asked is not None:
            wanted = parse_range_header(asked)
            if wanted is None or wanted.range_for_length(stored.size) is None:  # nor more than one range
                raise errors.invalid_range()
        download = request.query_params.get("download")
        if download is not None:
            headers["content-disposition"] = _disposition(download)
        # A page of somebody else must not run at Supabase's address.
        media_type = "text/plain" if "text/html" in stored.content_type else stored.content_type
        headers |= {"content-type": media_type, "etag": f'"{stored.etag}"', "x-robots-tag": "none"}
        return FileResponse(self._files.content(stored), headers=headers)

    # --- callers ----------------------------------------------------------------------------------------------------

    def _role(self, request: Request) -> str:
        """The role of the API key. Raises ApiError in the words of hosted Supabase's gateway, or StorageError."""
        key = key_of(request)
        if not key:
            raise errors.invalid_request("headers must have required property 'authorization'")
        if key in self._keys:
            return self._keys[key]
        if key.startswith("sb_"):
            raise unknown_key()
        raise errors.access_denied("Invalid Compact JWS")

    def _now(self) -> str:
        return datetime.fromtimestamp(self.clock(), UTC).isoformat(timespec="milliseconds")


async def _receive(body: MultipartBody, content: NewContent, bucket: Bucket) -> tuple[int, str]:
    """Write the file as it arrives; its size and MD5. Raises StorageError as soon as it is too large."""
    limit = min(PROJECT_FILE_SIZE_LIMIT, bucket.file_size_limit or PROJECT_FILE_SIZE_LIMIT)
    size, md5 = 0, hashlib.md5(usedforsecurity=False)
    async for chunk in body.chunks():
        size += len(chunk)
        if size > limit:
            raise errors.too_large()
        md5.update(chunk)
        content.file.write(chunk)
    return size, md5.hexdigest()


async def _document(request: Request) -> Json:
    try:
        document = json.loads(await request.body() or b"{}")
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise errors.invalid_request("body must be object")
    return document


def _bucket_settings(body: Json) -> dict[str, Any]:
    """The settings that are given in a call's body."""
    given: dict[str, Any] = {}
    if isinstance(body.get("public"), bool):
        given["public"] = body["public"]
    if "file_size_limit" in body:
        given["file_size_limit"] = _size(body["file_size_limit"])
    if "allowed_mime_types" in body:
        given["allowed_mime_types"] = body["allowed_mime_types"]
    return given


def _size(given: Any) -> int | None:
    """Of 1000, "20MB" or None, in bytes. Raises StorageError if it is more than the project allows."""
    if given is None:
        return None
    written = _SIZE.fullmatch(f"{given}B" if isinstance(given, int) else str(given))
    if written is None:
        raise errors.no_content("Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B")
    size = int(float(written[1]) * _UNITS[written[2].upper()])
    if size > PROJECT_FILE_SIZE_LIMIT:
        raise errors.too_large()
    return size


def _seconds(given: Any) -> int:
    """storage3 sends a number as text, which Storage reads as the number."""
    try:
        seconds = int(given)
    except (TypeError, ValueError):
        raise errors.invalid_request("body/expiresIn must be integer") from None
    if seconds < 1:
        raise errors.invalid_request("body/expiresIn must be >= 1")
    return seconds


def _check_mime_type(content_type: str, bucket: Bucket) -> None:
    """Compared with its parameters, as Storage does: image/png;x=y is not image/png."""
    if not bucket.allowed_mime_types:
        return
    anything = f"{content_type.partition('/')[0]}/*"
    if not {content_type, anything} & set(bucket.allowed_mime_types):
        raise errors.invalid_mime_type(content_type)


def _disposition(download: str) -> str:
    name = quote(download, safe="!~*'()")
    return f"attachment; filename={name}; filename*=UTF-8''{name}" if name else "attachment;"


def _bucket_json(bucket: Bucket) -> Json:
    return {
        "id": bucket.id,
        "name": bucket.name,
        "owner": "",
        "public": bucket.public,
        "file_size_limit": bucket.file_size_limit,
        "allowed_mime_types": bucket.allowed_mime_types,
        "created_at": bucket.created_at,
        "updated_at": bucket.updated_at,
    }


def _object_json(stored: StoredObject) -> Json:
    return {
        "name": stored.name,
        "bucket_id": stored.bucket_id,
        "id": stored.id,
        "version": stored.version,
        "created_at": stored.created_at,
        "updated_at": stored.updated_at,
        "last_accessed_at": stored.updated_at,
        "metadata": {
            "eTag": f'"{stored.etag}"',
            "size": stored.size,
            "mimetype": stored.content_type,
            "cacheControl": stored.cache_control,
            "lastModified": stored.updated_at,
            "contentLength": stored.size,
            "httpStatusCode": 200,
        },
    }


def _folder_json(name: str) -> Json:
    nothing = dict.fromkeys(("id", "created_at", "updated_at", "last_accessed_at", "metadata"))
    return {"name": name, **nothing}
