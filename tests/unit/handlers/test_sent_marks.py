"""Which marks are kept, which ride with a commit, and what is known once they are stored."""

import time

import pytest

from handlers.sent_marks import SentMarks
from state.model.outbox_row import Channel, Content, OutboxRow
from state.store.lru import RecentKeys


@pytest.fixture
def recent() -> RecentKeys:
    return RecentKeys()


@pytest.fixture
def marks(recent: RecentKeys) -> SentMarks:
    return SentMarks(recent)


def row(number: int, lane: str = "", content: Content = Content.RENDERED, attempts: int = 1) -> OutboxRow:
    return OutboxRow(
        id=number,
        dedup_key=f"wa/{number}",
        lane=lane or f"wa:{number}",
        channel=Channel.WHATSAPP,
        content=content,
        attempts=attempts,
        lease_seconds=30.0,
        lease="token",
    )


def ids(marks: SentMarks) -> list[int]:
    return [mark.id for mark in marks.take()]


def test_notifications_do_not_ride_with_a_commit(marks: SentMarks) -> None:
    marks.add(row(1, content=Content.NOTIFICATION), "p1")
    marks.add(row(2), "p2")
    marks.add(row(3, content=Content.FULL_TEXT), "p3")
    assert [mark.id for mark in marks.take_for_commit()] == [2, 3]
    assert ids(marks) == [1, 2, 3]


def test_no_two_commits_take_the_same(marks: SentMarks) -> None:
    marks.add(row(1), "p1")
    taken = marks.take_for_commit()
    assert marks.take_for_commit() == ()
    marks.settle(taken, ())
    assert marks.take_for_commit() == taken


def test_a_flush_waits_for_no_commit(marks: SentMarks) -> None:
    """It may hang, or bring the marks back each time: a throttled turn is not committed."""
    marks.add(row(1), "p1")
    marks.take_for_commit()
    assert ids(marks) == [1]


def test_it_is_known_as_sent_only_once_it_is_stored(marks: SentMarks, recent: RecentKeys) -> None:
    marks.add(row(1), "p1")
    taken = marks.take()
    assert "sent/p1" not in recent
    assert marks.holds({"p1"})
    marks.settle(taken, [1])
    assert "sent/p1" in recent
    assert not marks.holds({"p1"})


def test_a_mark_that_may_have_been_fenced_says_nothing(marks: SentMarks, recent: RecentKeys) -> None:
    """The row may have been sent again meanwhile: its status is to be heard."""
    marks.add(row(1), "p1")
    marks._kept[1].since = (time.monotonic() - 140, time.time() - 140)
    marks.settle(marks.take(), [1])
    assert "sent/p1" not in recent


def test_the_answer_about_an_older_attempt_leaves_the_newer_mark(marks: SentMarks) -> None:
    marks.add(row(1), "p1")
    older = marks.take()
    marks.add(row(1, attempts=2), "p2")
    marks.settle(older, [1])
    assert [mark.attempt for mark in marks.take()] == [2]


@pytest.mark.parametrize("provider_id", ["wamid.\0", "wamid.\ud800", "wamid.\n"])
def test_an_id_that_the_database_could_refuse_is_not_kept(marks: SentMarks, provider_id: str) -> None:
    assert not marks.add(row(1), provider_id)
    assert ids(marks) == []


def test_one_without_an_id_is_kept(marks: SentMarks, recent: RecentKeys) -> None:
    assert marks.add(row(1), None)
    marks.settle(marks.take(), [1])
    assert len(recent) == 0


class TestLanes:
    def test_each_row_that_waits_is_let_go_once(self, marks: SentMarks) -> None:
        assert not marks.lanes_wait(["wa:9"])
        assert not marks.lanes_wait(["wa:9"])
        kept = [marks.add(row(number, lane="wa:9"), f"p{number}") for number in range(3)]
        assert kept == [False, False, True]

    def test_it_may_wait_for_a_mark_of_ours(self, marks: SentMarks) -> None:
        marks.add(row(1, lane="wa:9"), "p1")
        assert marks.lanes_wait(["wa:9"])
        marks.settle(marks.take(), [1])
        assert marks.add(row(2, lane="wa:9"), "p2")  # it was let go with the first

    def test_a_lane_is_not_waited_for_longer_than_a_lease(
        self, marks: SentMarks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        marks.lanes_wait(["wa:9"])
        later = time.monotonic() + 31
        monkeypatch.setattr(time, "monotonic", lambda: later)
        assert marks.add(row(1, lane="wa:9"), "p1")

    def test_others_are_kept(self, marks: SentMarks) -> None:
        marks.lanes_wait(["wa:9"])
        assert marks.add(row(1), "p1")
