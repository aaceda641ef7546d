"""The length of a voice note, from its content: of a real one, in any chunks, and of nothing that is none."""

from collections.abc import Iterator

import pytest

from channels.ogg import VoiceLength, voice_seconds
from tests.support.paths import DATA
from tests.support.voice_notes import ogg

NOTE = (DATA / "voice" / "note.ogg").read_bytes()
"""3.26 seconds of Opus, made by opusenc."""
PAGES = [at for at in range(len(NOTE)) if NOTE.startswith(b"OggS", at)]


def length(*chunks: bytes) -> float | None:
    watched = VoiceLength()
    assert b"".join(watched.watch(iter(chunks))) == b"".join(chunks)
    return watched.seconds


class TestLength:
    def test_of_a_real_one(self) -> None:
        assert voice_seconds(NOTE) == 3.26

    @pytest.mark.parametrize("seconds", [0.02, 1, 42.4, 3600])
    def test_however_long(self, seconds: float) -> None:
        assert voice_seconds(ogg(seconds=seconds)) == pytest.approx(seconds)

    def test_of_several_files_in_one(self) -> None:
        """RFC 7845 allows it; players play one after the other."""
        assert voice_seconds(NOTE + ogg(seconds=2) + NOTE) == pytest.approx(8.52)

    def test_where_no_packet_ends_on_a_page(self) -> None:
        last = PAGES[-1]
        other = NOTE[:last] + NOTE[last : last + 6] + b"\xff" * 8 + NOTE[last + 14 :]
        assert voice_seconds(other) == pytest.approx(3 - 312 / 48_000)

    def test_a_page_within_a_page(self) -> None:
        """What looks like one inside a packet is none."""
        false = b"OggS\0\0" + (48_000 * 3000).to_bytes(8, "little") + bytes(40)
        assert voice_seconds(ogg(seconds=5, packet=false)) == 5


class TestChunks:
    @pytest.mark.parametrize("place", range(0, len(NOTE) + 1, 7))
    def test_cut_anywhere(self, place: int) -> None:
        assert length(NOTE[:place], NOTE[place:]) == 3.26

    @pytest.mark.parametrize("place", [at + more for at in PAGES for more in (0, 1, 4, 26, 27, 28)])
    def test_cut_in_every_part_of_a_page(self, place: int) -> None:
        assert length(NOTE[:place], b"", NOTE[place:]) == 3.26

    @pytest.mark.parametrize("size", [1, 2, 3, 13, 27, 255, 1024])
    def test_in_chunks_of_one_size(self, size: int) -> None:
        assert length(*(NOTE[at : at + size] for at in range(0, len(NOTE), size))) == 3.26

    def test_little_is_kept(self) -> None:
        watched = VoiceLength()

        def many() -> Iterator[bytes]:
            yield NOTE[: PAGES[-1]]
            for _ in range(1000):
                yield NOTE[PAGES[-2] : PAGES[-1]]
                assert len(watched._rest) == 0

        for _ in watched.watch(many()):
            pass
        assert watched.seconds is not None


class TestNone:
    @pytest.mark.parametrize("place", [*range(1, 120), *range(120, len(NOTE), 97), len(NOTE) - 1])
    def test_a_truncated_one_has_no_length_or_that_of_its_pages(self, place: int) -> None:
        found = voice_seconds(NOTE[:place])
        assert found is None or (place in PAGES and found < 3.26)

    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"OggS",
            b"\xff\xd8\xff a photo" * 10,
            bytes(100_000),
            b"OggS" * 10_000,
            b"ID3" + NOTE,
            NOTE + b"more",
            NOTE + bytes(5000),
            NOTE.replace(b"OpusHead", b"\x01vorbis"),
            NOTE + NOTE.replace(b"OpusHead", b"\x01vorbis"),
            NOTE[PAGES[1] :],
            NOTE[: PAGES[2]],
            ogg(seconds=25 * 3600),
        ],
        ids=[
            "nothing",
            "a beginning",
            "a photo",
            "zeros",
            "beginnings only",
            "something before it",
            "something after it",
            "zeros after it",
            "another codec",
            "and another codec",
            "without its beginning",
            "its beginning only",
            "more than a day",
        ],
    )
    def test_what_is_no_voice_note(self, content: bytes) -> None:
        assert voice_seconds(content) is None

    def test_what_is_none_is_not_kept(self) -> None:
        watched = VoiceLength()
        for _ in watched.watch(iter([bytes(100_000)] * 10)):
            assert len(watched._rest) <= 100_000
