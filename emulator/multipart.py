"""Reads the file of a multipart/form-data body while it arrives, so that no file is in memory as a whole."""

from collections.abc import AsyncGenerator
from contextlib import suppress

from starlette.requests import ClientDisconnect
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

MAX_FIELD_BYTES = 1024 * 1024


class MultipartError(Exception):
    """The body is not multipart/form-data with a file, or it broke off."""


class MultipartBody:
    """Await `file` first, then iterate `chunks`. `fields` grows while the body is read."""

    def __init__(self, content_type: str, stream: AsyncGenerator[bytes, None]) -> None:
        """`content_type`: the request's header. Raises MultipartError if it is another type."""
        kind, options = parse_options_header(content_type)
        if kind != "multipart/form-data" or not options.get("boundary"):
            raise MultipartError(f"the content type is {kind or 'missing'}, not multipart/form-data")
        self.fields: dict[str, str] = {}
        self._stream = stream
        boundary = options["boundary"].encode("latin-1")
        self._decoder = MultipartDecoder(boundary)
        self._half_end = b"--" + boundary + b"-"

    async def file(self) -> File:
        """The file's header. Raises MultipartError if there is no file."""
        while True:
            event = await self._next()
            if isinstance(event, File):
                return event
            if isinstance(event, Epilogue):
                raise MultipartError("the body has no file")
            if isinstance(event, Field):
                await self._read_field(event.name)

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """The file's content; then the rest of the body is read, too. Raises MultipartError if it broke off."""
        more = True
        while more:
            event = await self._next()
            assert isinstance(event, Data)
            more = event.more_data
            if event.data:
                yield event.data
        while not isinstance(event := await self._next(), Epilogue):
            if isinstance(event, Field):
                await self._read_field(event.name)

    async def _read_field(self, name: str) -> None:
        value, more = bytearray(), True
        while more:
            event = await self._next()
            assert isinstance(event, Data)
            value += event.data
            more = event.more_data
            if len(value) > MAX_FIELD_BYTES:
                raise MultipartError(f"the field {name} has more than {MAX_FIELD_BYTES} bytes")
        self.fields[name] = value.decode(errors="replace")

    async def _next(self) -> Event:
        try:
            while isinstance(event := self._decoder.next_event(), NeedData):
                await self._receive()
        except (ClientDisconnect, ValueError) as error:
            raise MultipartError("the body broke off") from error
        return event

    async def _receive(self) -> None:
        data = await anext(self._stream, None)
        self._decoder.receive_data(data)
        # Werkzeug 3.1 adds half of the line break before the last boundary to the content if that ends here.
        while data is not None and self._decoder.buffer.endswith(self._half_end):
            data = await anext(self._stream, None)
            self._decoder.receive_data(data)


async def discard(stream: AsyncGenerator[bytes, None]) -> None:
    """Read what is left of a body: a caller that is still writing would not see the answer."""
    with suppress(ClientDisconnect):
        async for _ in stream:
            pass
