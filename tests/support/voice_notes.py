"""Voice notes as WhatsApp records them: Opus in an Ogg file."""

_SAMPLES = 48_000
_PRE_SKIP = 312


def ogg(*, seconds: float, packet: bytes = b"\0" * 80) -> bytes:
    """A file of this length whose packets say nothing. Its checksums are not those of a real one."""
    head = (
        b"OpusHead"
        + bytes([1, 1])
        + _PRE_SKIP.to_bytes(2, "little")
        + _SAMPLES.to_bytes(4, "little")
        + b"\0\0\0"
    )
    last = round(seconds * _SAMPLES) + _PRE_SKIP
    return (
        _page(0, 2, 0, head)
        + _page(0, 0, 1, b"OpusTags" + (4).to_bytes(4, "little") + b"test" + bytes(4))
        + _page(last // 2, 0, 2, packet)
        + _page(last, 4, 3, packet)
    )


def _page(position: int, flags: int, number: int, packet: bytes) -> bytes:
    header = (
        b"OggS\0" + bytes([flags]) + position.to_bytes(8, "little") + bytes(4) + number.to_bytes(4, "little")
    )
    return header + bytes(4) + bytes([1, len(packet)]) + packet
