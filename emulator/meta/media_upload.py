"""Reads a file that the business uploads for a message, and refuses what Meta refuses."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from emulator.meta.errors import GraphError
from emulator.meta.media import MAX_BYTES_OF, TYPES_OF, kind_of
from emulator.multipart import MultipartBody, MultipartError

# As Meta words them: the window in which these are shown to people is Facebook's.
_TOO_LARGE = (
    "File Too Large",
    "The file you uploaded is too large. Please try again with a file that is less than the maximum size.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    content: bytes
    mime_type: str
    filename: str


async def read_upload(content_type: str, stream: AsyncGenerator[bytes, None]) -> Upload:
    """`content_type`: the request's header. Raises GraphError.

    The type that counts is that of the part, without parameters: Meta refuses "audio/ogg; codecs=opus".
    """
    try:
        body = MultipartBody(content_type, stream)
        header = await body.file()
        mime_type = header.headers.get("content-type", "application/octet-stream").lower()
        kind = kind_of(mime_type)
        if header.name != "file":
            raise _missing("file")
        if kind is None:
            raise _wrong_type(mime_type)
        content = bytearray()
        async for chunk in body.chunks():
            content += chunk
            if len(content) > MAX_BYTES_OF[kind]:
                raise GraphError(code=100, user=_TOO_LARGE)
    except MultipartError:
        raise _missing("file") from None
    if body.fields.get("messaging_product") != "whatsapp":
        raise _missing("messaging_product")
    if not body.fields.get("type"):
        raise _missing("type")
    return Upload(content=bytes(content), mime_type=mime_type, filename=header.filename)


def _missing(name: str) -> GraphError:
    return GraphError(code=100, title=f"(#100) The parameter {name} is required.")


def _wrong_type(mime_type: str) -> GraphError:
    known = ", ".join(sorted(one for types in TYPES_OF.values() for one in types))
    title = (
        f"(#100) Param file must be a file with one of the following types: {known}. "
        f"Received file of type '{mime_type}'."
    )
    return GraphError(code=100, title=title)
