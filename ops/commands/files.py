"""`python -m ops files`: copies the tickets' files between Supabase Storage and a folder, for a backup or another project."""

import re
import sys
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from channels.whatsapp_media import safe_type
from ops.cli import settings_of
from ops.data_api import DataApi, Row
from ops.errors import OpsError
from ops.file_storage import file_storage
from ops.http_client import call
from ops.output import plural, show
from ops.private_file import private_file
from state.store.files import FileStorage, NoSuchFile

files = typer.Typer(no_args_is_help=True, help="Copy the tickets' files out of Supabase Storage, or into it.")

_PAGE: Final = 500
# The path of an object is ours (supabase/schemas), but a restored table may hold anything.
_OBJECT: Final = re.compile(r"[\w-]+/[\w-]+", re.ASCII)


class Copied(StrEnum):
    COPIED = "copied"
    THERE = "there already"
    MISSING = "missing"


Folder = Annotated[
    Path, typer.Argument(help="The folder, with a folder for each ticket.", show_default=False)
]


@files.command()
def save(context: typer.Context, folder: Folder) -> None:
    """Copy every file of a ticket that is not in the folder yet. Only you can read them there."""
    settings = settings_of(context)
    with file_storage(settings) as storage:
        counts = Counter(_save(storage, file, folder) for file in _listed(DataApi(settings)))
    _show(context, counts, f"in {folder}", "Supabase Storage does not have")


@files.command()
def load(context: typer.Context, folder: Folder) -> None:
    """Copy every file of a ticket that Storage does not have from the folder into it."""
    settings = settings_of(context)
    if not folder.is_dir():
        raise OpsError(f"{folder} is no folder")
    with file_storage(settings) as storage:
        counts = Counter(_load(storage, file, folder) for file in _listed(DataApi(settings)))
    _show(context, counts, "in Storage", f"neither Storage nor {folder} has whole")


def _save(storage: FileStorage, file: Row, folder: Path) -> Copied:
    """Raises OpsError when Storage does not answer."""
    target = folder / file["object"]
    if target.is_file() and target.stat().st_size == file["bytes"]:
        return Copied.THERE
    try:
        answer = call("GET", storage.link(file["object"]))
    except NoSuchFile:
        return Copied.MISSING
    if answer.status_code == 404:
        return Copied.MISSING
    if not answer.is_success:
        raise OpsError(f"Supabase Storage answers {answer.status_code}. Run it again: it continues there")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise OpsError(f"{target.parent} cannot be made: {error.strerror}") from None
    with private_file(target) as new:
        new.write_bytes(answer.content)
    return Copied.COPIED


def _load(storage: FileStorage, file: Row, folder: Path) -> Copied:
    """Raises StoreError when Storage does not answer."""
    try:
        storage.link(file["object"])
        return Copied.THERE
    except NoSuchFile:
        pass
    source = folder / file["object"]
    # One that was cut off on its way here would pass for whole in Storage, and be copied no more.
    if not source.is_file() or file["bytes"] not in {None, source.stat().st_size}:
        return Copied.MISSING
    try:
        content = source.open("rb")
    except OSError as error:
        raise OpsError(f"{source} cannot be read: {error.strerror}") from None
    with content:
        storage.put(file["object"], content, safe_type(file["mime_type"]))
    return Copied.COPIED


def _listed(api: DataApi) -> Iterator[Row]:
    last = 0
    while page := api.call("list_files", _page, after=last, limit=_PAGE):
        yield from (file for file in page if _OBJECT.fullmatch(file["object"]))
        last = page[-1]["id"]


def _page(data: Any) -> list[Row]:
    return [{name: file[name] for name in ("id", "object", "bytes", "mime_type")} for file in data]


def _show(context: typer.Context, counts: "Counter[Copied]", where: str, who: str) -> None:
    if missing := counts[Copied.MISSING]:
        print(
            f"! {plural(missing, 'file')} that {who}: their tickets say that they are not there",
            file=sys.stderr,
        )
    done = {str(each): counts[each] for each in Copied}
    copied, there = counts[Copied.COPIED], counts[Copied.THERE]
    show(
        context, done, [f"✓ {plural(copied, 'file')} copied, {there} there already: {copied + there} {where}"]
    )
