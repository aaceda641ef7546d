"""Files for an answer from the command line: the same checks, limits and steps as on the ticket's page."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import httpx

from handlers.answer_files import CheckedFile, FileRefused, NoRoom, check_files, store_files
from ops.data_api import DataApi
from ops.errors import OpsError, SupabaseError
from ops.http_client import is_local
from ops.operator_settings import OperatorSettings
from state.model.answer_file import LIMITS, MEGABYTE, FileProblem
from state.model.ticket import NewFile
from state.store.errors import StoreError
from state.store.files import BUCKET, FileStorage, FileTooLarge, NoSuchFile

_NOTHING_SENT: Final = "nothing was sent"
_REASONS: Final = {
    FileProblem.TYPE: "WhatsApp does not take {file}: its content is not that of a JPG, PNG, PDF, Word, Excel, PowerPoint or text file",
    FileProblem.EMPTY: "{file} is empty",
    FileProblem.LARGE: "{file} is too large: the limit is {document} MB",
    FileProblem.LARGE_PHOTO: "{file} is too large: the limit for a photo is {photo} MB",
    FileProblem.LARGE_TOGETHER: "the files are too large: the limit for all of them together is {together} MB",
    FileProblem.MANY: "too many files: the limit is {most} per answer",
}


@contextmanager
def opened_files(paths: Sequence[Path]) -> Iterator[tuple[CheckedFile, ...]]:
    """The files, checked, open inside the block. Raises OpsError."""
    with ExitStack() as stack:
        try:
            given = [(path.name, stack.enter_context(path.open("rb"))) for path in paths]
            checked = check_files(given)
        except OSError as error:
            raise OpsError(f"{error.filename} cannot be read: {error.strerror}") from None
        except FileRefused as error:
            raise OpsError(_REASONS[error.problem].format(file=error.filename, **LIMITS)) from None
        yield checked


def store(
    settings: OperatorSettings, api: DataApi, code: str, files: Sequence[CheckedFile]
) -> tuple[NewFile, ...]:
    """Store the files of an answer that is about to be committed. Raises OpsError, SupabaseError."""
    if not files:
        return ()
    most = _most_bytes(settings)

    def announce(paths: Sequence[str], size: int) -> bool:
        return api.call("announce_files", bool, objects=list(paths), bytes=size, most=most)

    address = settings.get("SUPABASE_URL")
    with httpx.Client(trust_env=not is_local(address)) as http:
        storage = FileStorage(address, settings.get("SUPABASE_SECRET_KEY"), http)
        try:
            return store_files(code, files, announce, storage)
        except NoRoom:
            raise OpsError(f"there is no room for files (STORED_MEGABYTES): {_NOTHING_SENT}") from None
        except NoSuchFile:
            raise SupabaseError(f"Supabase has no bucket {BUCKET}: {_NOTHING_SENT}") from None
        except FileTooLarge:
            raise SupabaseError(f"the bucket {BUCKET} takes no file of this size: {_NOTHING_SENT}") from None
        except StoreError as error:
            raise SupabaseError(
                f"Supabase Storage does not take the file ({error}): {_NOTHING_SENT}"
            ) from None


def _most_bytes(settings: OperatorSettings) -> int:
    given = settings.get("STORED_MEGABYTES")
    if not (given.isascii() and given.isdecimal()):
        raise OpsError("STORED_MEGABYTES must be a whole number, 0 or more")
    return int(given) * MEGABYTE
