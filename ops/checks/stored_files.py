"""Files: the bucket is private and works, there is room, nothing about a file fails for long, and the transcription answers."""

import io
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from ops.checks.finding import AtDeploy, Finding, right, warning, wrong
from ops.data_api import DataApi, Row, row
from ops.errors import OpsError
from ops.file_storage import file_storage, missing_for_bucket
from ops.http_client import call
from ops.operator_settings import OperatorSettings
from ops.output import between, megabytes, now, plural
from state.model.answer_file import MEGABYTE
from state.store.errors import StoreError
from state.store.files import BUCKET, FileStorage, NoSuchFile

_MIGRATE: Final = "python -m ops migrate"
_MORE_ROOM: Final = "a larger STORED_MEGABYTES, if the Supabase plan has the room"
_LIST: Final = "python -m ops outbox list says which, and why"
_FULL: Final = 0.8  # of STORED_MEGABYTES: from here on a warning
_PROBE_TYPE: Final = "application/octet-stream"


def check_files(settings: OperatorSettings) -> Iterator[Finding]:
    """A warning when Supabase cannot be asked: what is wrong there is a line of check_supabase."""
    if missing_for_bucket(settings):
        return
    try:
        with file_storage(settings) as storage:
            yield _bucket(storage)
        found = DataApi(settings).call("stored_files", row)
    except OpsError as error:
        yield warning("files", f"not checked: {error}")
        return
    yield _room(found, settings.get("STORED_MEGABYTES"))
    yield from _removed(found)
    yield from _outbox(found)


def check_bucket(settings: OperatorSettings) -> Iterator[Finding]:
    """What can be known without storing anything: Storage knows the key, and the bucket is private."""
    if missing_for_bucket(settings):
        return
    try:
        with file_storage(settings) as storage:
            yield _privacy(storage) or right("files", f"the bucket {BUCKET} is private")
    except OpsError as error:
        yield wrong("files", str(error))


def check_transcription(settings: OperatorSettings) -> Iterator[Finding]:
    """Nothing without TRANSCRIBE_URL. What is sent to it has no file, so it costs nothing, and a refusal is as it should be."""
    if not (url := settings.get("TRANSCRIBE_URL")):
        return
    try:
        address = urlsplit(url)._replace(query="", fragment="").geturl()
        form = {"response_format": (None, "json")}
        status = call("POST", address, settings.get("TRANSCRIBE_KEY"), files=form).status_code
    except (OpsError, ValueError) as error:
        text = str(error) if isinstance(error, OpsError) else "not a valid URL"
        yield wrong("transcription", f"TRANSCRIBE_URL: {text}", "no voice note gets its transcript meanwhile")
        return
    yield _transcriber(status)


def _bucket(storage: FileStorage) -> Finding:
    """Raises StoreError."""
    return _privacy(storage) or _probe(storage)


def _privacy(storage: FileStorage) -> Finding | None:
    """What is wrong with the bucket, seen from outside. Raises StoreError."""
    try:
        if not storage.bucket_is_public():
            return None
    except NoSuchFile:
        text = f"there is no bucket {BUCKET}: no customer's file can be stored"
        return wrong("files", text, _MIGRATE, at_deploy=AtDeploy.MENDED)
    fix = f"Supabase, Storage, {BUCKET}, Edit bucket: switch Public off"
    return wrong("files", f"the bucket {BUCKET} is public: whoever has a file's address can read it", fix)


def _probe(storage: FileStorage) -> Finding:
    """Store an object beside those of the tickets, read it by a link, and remove it whatever happens."""
    path, content = f"doctor/{secrets.token_hex(8)}", secrets.token_bytes(64)
    try:
        try:
            storage.put(path, io.BufferedReader(io.BytesIO(content)), _PROBE_TYPE)
            answer = call("GET", storage.link(path))
        finally:
            storage.remove(path)
    except (StoreError, OpsError) as error:
        return wrong("files", f"a file cannot be stored, read by a link and removed: {error}")
    if answer.content != content:
        return wrong("files", f"what was stored is not what a link leads to (answers {answer.status_code})")
    return right("files", f"the bucket {BUCKET} is private; a file can be stored, read by a link and removed")


def _room(found: Row, setting: str) -> Finding:
    files, used = plural(found["files"], "file"), found["bytes"]
    if not setting.isdecimal():  # check_settings reports it
        return right("files", f"{files}, {megabytes(used)}")
    most = int(setting) * MEGABYTE
    if not most:
        return right("files", f"{files}, {megabytes(used)}; STORED_MEGABYTES is 0, so no more are stored")
    text = f"{files}, {megabytes(used)} of {setting} MB ({used * 100 // most} %)"
    if used < _FULL * most:
        return right("files", text)
    return warning(
        "files", f"{text}; when it is full, the oldest files of closed tickets are deleted", _MORE_ROOM
    )


def _removed(found: Row) -> Iterator[Finding]:
    if found["removed"]:
        text = f"{plural(found['removed'], 'file')} of closed tickets removed so far to make room"
        yield warning("files", text, _MORE_ROOM)
    if found["no_room"]:
        yield warning("files", f"{plural(found['no_room'], 'file')} not stored so far: no room", _MORE_ROOM)


def _outbox(found: Row) -> Iterator[Finding]:
    late, dead = found["late"], found["dead"]
    if late["rows"]:
        since = between(datetime.fromisoformat(late["since"]), now())
        text = f"{plural(late['rows'], 'row')} of the outbox about files failing for up to {since}: {late['error']}"
        yield warning("files", text, _LIST)
    if dead["rows"]:
        text = f"{plural(dead['rows'], 'row')} of the outbox about files given up: {dead['error'] or 'no reason'}"
        yield warning("files", text, _LIST)


def _transcriber(status: int) -> Finding:
    if status in {401, 403}:
        return wrong("transcription", f"it refuses TRANSCRIBE_KEY (answers {status})")
    if status in {404, 405} or 300 <= status < 400:
        text = f"there is no transcription API at TRANSCRIBE_URL (answers {status})"
        return wrong("transcription", text, "it ends in /v1/audio/transcriptions, as a rule")
    if status == 429 or status >= 500:
        return warning("transcription", f"it answers {status}: try again later")
    return right("transcription", "TRANSCRIBE_URL answers")
