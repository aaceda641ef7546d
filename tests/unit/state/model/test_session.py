"""The JSON of a session: it survives a round trip, and unreadable JSON gives a new session, never a crash."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from state.model.language import Language
from state.model.message import Attachment, AttachmentKind
from state.model.session import Session, State, from_json, to_json
from state.model.ticket import TicketStatus

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)

times = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone itself
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3))]),
)
texts = st.none() | st.text(max_size=20)
places = st.none() | st.floats(-180, 180)
attachments = st.builds(
    lambda **fields: Attachment(**fields),
    kind=st.sampled_from(AttachmentKind),
    media_id=texts,
    mime_type=texts,
    sha256=texts,
    filename=texts,
    caption=texts,
    latitude=places,
    longitude=places,
    place=texts,
)
sessions = st.builds(
    lambda **fields: Session(**fields),
    state=st.sampled_from(State),
    language=st.none() | st.sampled_from(Language),
    chosen=st.booleans(),
    cancelled=st.booleans(),
    draft=st.text(max_size=50),
    files=st.lists(attachments, max_size=4).map(tuple),
    current_ticket=st.none() | st.just("TK-7F3K-9QXT"),
    serial=st.integers(0, 10**6),
    current_status=st.none() | st.sampled_from(TicketStatus),
    open_question=st.none() | st.just("TK-7F3K-9QXT"),
    last_reply=st.none() | st.sampled_from(["unsure", "note_other"]),
    acknowledged_at=st.none() | times,
    refused_at=st.none() | times,
    at=st.none() | times,
).filter(lambda session: session.state is not State.DESCRIBING or not session.has_draft)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
KEYS = [
    "state",
    "language",
    "chosen",
    "cancelled",
    "draft",
    "files",
    "current_ticket",
    "current_status",
    "open_question",
    "serial",
    "last_reply",
    "acknowledged_at",
    "refused_at",
    "at",
]


def stored(session: Session) -> Any:
    """The value as it comes back from a jsonb column."""
    return json.loads(json.dumps(to_json(session)))


class TestStored:
    @given(sessions)
    def test_is_read_back_as_it_was(self, session: Session) -> None:
        assert from_json(stored(session)) == session

    def test_is_small_when_new(self) -> None:
        assert to_json(Session()) == {"state": "menu"}

    def test_has_only_what_differs_from_a_new_one(self) -> None:
        session = Session(state=State.FOLLOWING, current_ticket="TK-7F3K-9QXT", at=NOON)
        assert to_json(session) == {
            "state": "following",
            "current_ticket": "TK-7F3K-9QXT",
            "at": "2026-11-02T12:00:00+00:00",
        }

    def test_keeps_the_time_in_utc(self) -> None:
        there = NOON.astimezone(timezone(timedelta(hours=-3)))
        assert to_json(Session(at=there))["at"] == "2026-11-02T12:00:00+00:00"

    def test_has_no_empty_fields_of_attachments(self) -> None:
        photo = Attachment(kind=AttachmentKind.IMAGE, media_id="m1")
        assert to_json(Session(files=(photo,)))["files"] == [{"kind": "image", "media_id": "m1"}]


class TestUnreadable:
    @given(anything)
    def test_of_any_kind_gives_a_session(self, data: Any) -> None:
        assert isinstance(from_json(data), Session)

    @given(st.dictionaries(st.sampled_from(KEYS), anything))
    def test_under_its_own_names_too(self, data: dict[str, Any]) -> None:
        assert isinstance(from_json(data), Session)

    @pytest.mark.parametrize(
        "data",
        [
            None,
            "",
            "menu",
            7,
            [],
            [{"state": "menu"}],
            {"state": "dancing"},
            {"state": None},
            {"language": "tlh"},
            {"serial": "seven"},
            {"serial": None},
            {"current_status": "lost"},
            {"at": "yesterday"},
            {"acknowledged_at": 7},
            {"refused_at": 7},
            {"files": 7},
            {"files": ["photo"]},
            {"files": [{"kind": "hologram"}]},
            {"files": [{"media_id": "without a kind"}]},
        ],
    )
    def test_gives_a_new_one(self, data: Any) -> None:
        assert from_json(data) == Session()

    def test_takes_the_whole_session_with_it(self) -> None:
        assert from_json({"state": "confirming", "draft": "no prende", "at": "yesterday"}) == Session()


class TestNewerFunction:
    @given(sessions, st.dictionaries(st.text().filter(lambda key: key not in KEYS), anything, max_size=3))
    def test_may_have_written_keys_we_do_not_know(self, session: Session, unknown: dict[str, Any]) -> None:
        assert from_json({**unknown, **stored(session)}) == session

    def test_may_know_more_of_an_attachment(self) -> None:
        data = {"files": [{"kind": "image", "media_id": "m1", "colour": "blue"}]}
        assert from_json(data).files == (Attachment(kind=AttachmentKind.IMAGE, media_id="m1"),)


class TestOddValues:
    def test_a_time_without_a_zone_is_utc(self) -> None:
        read = from_json({"at": "2026-01-01T10:00:00"})
        assert read.at == datetime(2026, 1, 1, 10, tzinfo=UTC)

    def test_a_number_beyond_all_numbers_gives_a_fresh_session(self) -> None:
        assert from_json({"serial": 1e400}) == Session()

    def test_what_an_older_function_kept_while_describing_waits_for_a_yes(self) -> None:
        assert from_json({"state": "describing", "draft": "no prende"}).state is State.CONFIRMING
        assert from_json({"state": "describing"}).state is State.DESCRIBING

    def test_a_ticket_that_is_no_word_is_none(self) -> None:
        assert from_json({"current_ticket": {"code": "TK-7F3K-9QXT"}}).current_ticket is None


def test_words_and_files_of_a_customer_do_not_show_in_a_log() -> None:
    photo = Attachment(kind=AttachmentKind.IMAGE, media_id="m1", caption="my password", filename="me.jpg")
    shown = repr(Session(draft="my password", files=(photo,)))
    assert "my password" not in shown
    assert "me.jpg" not in shown
