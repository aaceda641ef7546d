"""Reads a long form while it arrives: its files into temporary files, within limits, and all of it or nothing."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from flask import Request
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

MAX_FIELD_BYTES: Final = 4 * 1024 * 1024  # a long text is to be kept, and to be shown as too long
# Our form has fewer fields. There is room for more files than may be sent, as that, too, is to be said.
MAX_PARTS: Final = 64
_IN_MEMORY: Final = 64 * 1024  # of a file; a longer one goes to the disk, which on Cloud Run is memory, too


class FormTooLong(Exception):
    """It has more bytes than the caller takes, a field of more than MAX_FIELD_BYTES, or more than MAX_PARTS fields and files."""


class FormCutOff(Exception):
    """It broke off, or is no form."""


@contextmanager
def read_long_form(request: Request, max_bytes: int) -> Iterator[None]:
    """Inside the block `request.form` and `request.files` are there; then the files are closed. Raises FormTooLong, FormCutOff.

    After an error some of the body is unread.
    """
    request.max_content_length = max_bytes + 1  # where a body without a Content-Length is cut off
    with ExitStack() as opened:
        parser = FormDataParser(
            stream_factory=partial(_temporary_file, opened),
            max_form_memory_size=MAX_FIELD_BYTES,
            max_form_parts=MAX_PARTS,
            cls=ImmutableMultiDict,
            silent=False,
        )
        try:
            _, form, files = parser.parse(
                request.stream, request.mimetype, request.content_length, request.mimetype_params
            )
        except RequestEntityTooLarge:
            raise FormTooLong from None
        except (BadRequest, ValueError):  # the connection broke; no multipart, or without its end
            raise FormCutOff from None
        if not form:
            raise FormCutOff
        request.form, request.files = ImmutableMultiDict(form), ImmutableMultiDict(files)
        yield


def _temporary_file(
    opened: ExitStack,
    total_content_length: int | None,  # noqa: ARG001 - werkzeug passes all of these
    content_type: str | None,  # noqa: ARG001
    filename: str | None,  # noqa: ARG001
    content_length: int | None = None,  # noqa: ARG001
) -> IO[bytes]:
    return opened.enter_context(SpooledTemporaryFile(max_size=_IN_MEMORY, mode="rb+"))
