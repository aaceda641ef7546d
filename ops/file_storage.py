"""Supabase Storage for the operator: the bucket of the tickets' files, made by `migrate` and by the deploy, and checked by the doctor."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx
from supabase import SupabaseException

from ops.errors import SupabaseError
from ops.http_client import is_local
from ops.operator_settings import OperatorSettings
from state.store.errors import StoreError
from state.store.files import BUCKET, FileStorage

_NEEDED: Final = ("SUPABASE_URL", "SUPABASE_SECRET_KEY")


@contextmanager
def file_storage(settings: OperatorSettings) -> Iterator[FileStorage]:
    """Storage with the secret key. Raises OpsError if a setting is missing, and SupabaseError for every StoreError inside."""
    settings.need(*_NEEDED)
    url = settings.get("SUPABASE_URL")
    try:
        with httpx.Client(trust_env=not is_local(url)) as http:
            yield FileStorage(url, settings.get("SUPABASE_SECRET_KEY"), http)
    except StoreError as error:  # its text has no data
        raise SupabaseError(f"Supabase Storage refuses, or does not answer: {error}") from None
    except (SupabaseException, ValueError):
        raise SupabaseError("SUPABASE_URL is not a valid URL, or SUPABASE_SECRET_KEY is malformed") from None


def missing_for_bucket(settings: OperatorSettings) -> list[str]:
    """The settings without which the bucket cannot be made."""
    return settings.missing(*_NEEDED)


def make_bucket(settings: OperatorSettings) -> bool:
    """Make the private bucket. Returns False if it is there. Raises SupabaseError, which says what is done and what is not."""
    try:
        with file_storage(settings) as storage:
            return storage.make_bucket()
    except SupabaseError as error:
        raise SupabaseError(
            f"the migrations are applied, but the bucket {BUCKET} for files was not made: {error}. Run it again"
        ) from None


def bucket_text(made: bool) -> str:
    return f"bucket {BUCKET}: made, private" if made else f"bucket {BUCKET}: is there"
