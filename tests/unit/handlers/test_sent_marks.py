"""Which marks are kept, which ride with a commit, and what is known once they are stored."""

import time

import pytest

import handlers.sent_marks
from handlers.sent_marks import SentMarks
from state.model.message import Proof
from state.model.outbox_row import Channel, Content, OutboxRow


@pytest.fixture
def marks() -> SentMarks:
    return SentMarks()


def row(number: int, lane: str = "", content: Content = Content.RENDERED, attempts: int = 1) -> OutboxRow:
    return OutboxRow(
        id=number,
        dedup_key=f"wa/{number}",
        lane=lane or f"wa:{number}",
        channel=Channel.WHATSAPP,
        content=content,
        attempts=attempts,
        lease_seconds=40.0,
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


def test_it_is_known_as_sent_only_once_it_is_stored(marks: SentMarks) -> None:
    marks.add(row(1), "p1")
    taken = marks.take()
    assert marks.proof_of("p1") is None
    assert marks.holds({"p1"})
    marks.settle(taken, [1])
    assert marks.proof_of("p1") is Proof.SENT
    assert not marks.holds({"p1"})


def test_a_mark_that_may_have_been_fenced_says_nothing(marks: SentMarks) -> None:
    """The row may have been sent again meanwhile: its status is to be heard."""
    marks.add(row(1), "p1")
    marks._kept[1].since = (time.monotonic() - 140, time.time() - 140)
    marks.settle(marks.take(), [1])
    assert marks.proof_of("p1") is None


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


def test_one_without_an_id_is_kept(marks: SentMarks) -> None:
    assert marks.add(row(1), None)
    marks.settle(marks.take(), [1])
    assert len(marks) == 0


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
        later = time.monotonic() + 41
        monkeypatch.setattr(time, "monotonic", lambda: later)
        assert marks.add(row(1, lane="wa:9"), "p1")

    def test_others_are_kept(self, marks: SentMarks) -> None:
        marks.lanes_wait(["wa:9"])
        assert marks.add(row(1), "p1")


class TestProofs:
    """What Meta reports of a message whose mark is stored."""

    @pytest.fixture(autouse=True)
    def stored(self, marks: SentMarks) -> None:
        marks.add(row(7), "p7")
        marks.settle(marks.take(), [7])

    def test_only_what_is_better_is_new(self, marks: SentMarks) -> None:
        told = [marks.prove("p7", proof) for proof in (*Proof, *Proof)]
        assert told == [False, True, True, False, False, False]
        assert marks.proof_of("p7") is Proof.READ

    def test_nothing_of_what_is_not_known(self, marks: SentMarks) -> None:
        assert not marks.prove("p8", Proof.READ)
        assert not marks.has_proofs()

    @pytest.mark.parametrize("take", ["take", "take_for_commit"])
    def test_the_best_is_taken_once(self, marks: SentMarks, take: str) -> None:
        marks.prove("p7", Proof.DELIVERED)
        marks.prove("p7", Proof.READ)
        (taken,) = getattr(marks, take)()
        assert (taken.id, taken.attempt, taken.provider_id, taken.proof) == (7, None, "p7", Proof.READ)
        marks.settle([taken], [7])
        assert not marks.has_proofs()

    def test_no_two_commits_take_the_same(self, marks: SentMarks) -> None:
        marks.prove("p7", Proof.READ)
        assert len(marks.take_for_commit()) == 1
        assert marks.take_for_commit() == ()

    def test_one_that_the_database_refuses_is_dropped(self, marks: SentMarks) -> None:
        marks.add(row(7, attempts=2), "p8")
        marks.prove("p7", Proof.READ)
        mark, proof = marks.take()
        marks.drop(proof)
        assert marks.take() == (mark,)

    def test_what_was_not_stored_comes_back(self, marks: SentMarks) -> None:
        marks.prove("p7", Proof.DELIVERED)
        marks.settle(marks.take_for_commit(), [])
        assert [mark.proof for mark in marks.take_for_commit()] == [Proof.DELIVERED]

    def test_but_not_in_the_place_of_a_better_one(self, marks: SentMarks) -> None:
        marks.prove("p7", Proof.DELIVERED)
        taken = marks.take()
        marks.prove("p7", Proof.READ)
        marks.settle(taken, [])
        assert [mark.proof for mark in marks.take()] == [Proof.READ]

    def test_one_that_failed_is_not_known_any_more(self, marks: SentMarks) -> None:
        marks.forget("p7")
        assert not marks.prove("p7", Proof.READ)

    def test_what_is_stored_is_never_believed_to_be_less(self, marks: SentMarks) -> None:
        marks.learn("p7", 7, Proof.READ)
        marks.learn("p7", 7, Proof.SENT)
        assert marks.proof_of("p7") is Proof.READ

    def test_there_is_room_for_so_many(self, marks: SentMarks, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(handlers.sent_marks, "_MAX_PROOFS", 1)
        marks.learn("p8", 8, Proof.SENT)
        marks.prove("p7", Proof.READ)
        marks.prove("p8", Proof.READ)
        assert [mark.id for mark in marks.take()] == [8]
