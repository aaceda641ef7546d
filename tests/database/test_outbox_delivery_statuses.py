"""The effect of Meta's delivery statuses on a row, in any order."""

import pytest

from state.model.outbox_row import Outcome
from tests.support.builders import Desk, keys, message


class TestSent:
    def test_before_finish_it_closes_the_row_and_leases_the_next(self, desk: Desk) -> None:
        row = desk.row("1")
        desk.take(message("2"))
        said, rows = desk.confirm("wa/1", "p1")
        assert (said, keys(rows)) == ("closed", ["wa/2"])
        late = desk.finish(row, Outcome.SENT, provider_id="p1")
        assert (late.finished, late.status, late.rows) == (False, "sent", ())

    def test_before_finish_a_finish_that_knows_less_changes_nothing(self, desk: Desk) -> None:
        row = desk.row("1")
        desk.confirm("wa/1", "p1")
        assert not desk.finish(row, Outcome.UNKNOWN).finished
        assert desk.tables.status("wa/1") == ["sent"]

    def test_after_finish_it_says_nothing_new(self, desk: Desk) -> None:
        desk.finish(desk.row("1"), Outcome.SENT, provider_id="p1")
        assert desk.confirm("wa/1", "p1") == ("ignored", ())

    @pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.RETRY, Outcome.DEAD])
    def test_after_another_outcome_it_overrules(self, desk: Desk, outcome: Outcome) -> None:
        desk.finish(desk.row("1"), outcome)
        assert desk.confirm("wa/1", "p1")[0] == "closed"
        assert desk.tables.outbox("wa/1")["provider_id"] == "p1"
        assert desk.claim() == ()

    def test_after_the_lease_ran_out_it_ends_the_grace(self, desk: Desk) -> None:
        desk.row("1")
        desk.take(message("2"))
        desk.tables.let_lease_end("wa/1")
        assert desk.claim() == ()
        assert keys(desk.confirm("wa/1", "p1")[1]) == ["wa/2"]

    def test_by_the_provider_s_id_alone(self, desk: Desk) -> None:
        desk.finish(desk.row("1"), Outcome.UNKNOWN, provider_id="p1")
        assert desk.confirm(None, "p1")[0] == "closed"

    def test_of_a_message_that_is_not_ours(self, desk: Desk) -> None:
        assert desk.confirm("wa/none", "p1") == ("ignored", ())
        assert desk.confirm(None, "p1") == ("ignored", ())


class TestFailed:
    def test_outside_the_window_the_template_goes_once(self, desk: Desk) -> None:
        """Meta took it, and says 131047 minutes later."""
        desk.finish(desk.row("1", template="the template"), Outcome.SENT, provider_id="p1")
        said, (again,) = desk.confirm("wa/1", "p1", Outcome.WINDOW)
        assert (said, again.body, again.attempts) == ("again", "the template", 2)
        assert desk.confirm("wa/1", "p1", Outcome.WINDOW) == ("ignored", ())
        assert desk.confirm("wa/1", "p1") == ("ignored", ())  # `sent` of the refused try, out of order
        assert desk.finish(again, Outcome.SENT, provider_id="p2").status == "sent"
        assert desk.tables.outbox("wa/1")["provider_id"] == "p2"

    def test_the_template_may_fail_too(self, desk: Desk) -> None:
        desk.finish(desk.row("1", template="the template"), Outcome.SENT, provider_id="p1")
        _, (again,) = desk.confirm("wa/1", "p1", Outcome.WINDOW)
        desk.finish(again, Outcome.SENT, provider_id="p2")
        assert desk.confirm("wa/1", "p2", Outcome.WINDOW) == ("dead", ())

    def test_without_a_template_it_is_dead(self, desk: Desk) -> None:
        desk.finish(desk.row("1"), Outcome.SENT, provider_id="p1")
        assert desk.confirm("wa/1", "p1", Outcome.WINDOW)[0] == "dead"
        assert desk.tables.outbox("wa/1")["last_error"] == "meta"

    def test_before_finish_it_is_believed(self, desk: Desk) -> None:
        row = desk.row("1", template="the template")
        _, (again,) = desk.confirm("wa/1", "p1", Outcome.WINDOW)
        assert again.body == "the template"
        assert not desk.finish(row, Outcome.SENT, provider_id="p1").finished

    def test_that_can_be_tried_again_waits(self, desk: Desk) -> None:
        desk.finish(desk.row("1"), Outcome.SENT, provider_id="p1")
        assert desk.confirm("wa/1", "p1", Outcome.RETRY) == ("again", ())
        assert desk.tables.waits("wa/1") > 0
        assert desk.tables.outbox("wa/1")["done_at"] is None

    def test_for_good(self, desk: Desk) -> None:
        desk.finish(desk.row("1"), Outcome.SENT, provider_id="p1")
        desk.take(message("2"), channels=())
        assert keys(desk.confirm("wa/1", "p1", Outcome.DEAD)[1]) == ["wa/2"]
        assert desk.tables.status("wa/1") == ["dead"]

    def test_of_an_older_attempt_is_ignored_once_a_later_one_is_sent(self, desk: Desk) -> None:
        desk.finish(desk.row("1"), Outcome.UNKNOWN)
        desk.tables.let_be_due("wa/1")
        (again,) = desk.claim()
        desk.finish(again, Outcome.SENT, provider_id="p2")
        assert desk.confirm("wa/1", "p1", Outcome.DEAD) == ("ignored", ())
        assert desk.tables.status("wa/1") == ["sent"]

    def test_of_an_older_attempt_does_not_stop_a_later_one(self, desk: Desk) -> None:
        """It is unknown which of two attempts failed: a third could be a second reply."""
        desk.finish(desk.row("1"), Outcome.UNKNOWN)
        desk.tables.let_be_due("wa/1")
        (again,) = desk.claim()
        assert desk.confirm("wa/1", "p1", Outcome.RETRY) == ("ignored", ())
        assert desk.finish(again, Outcome.SENT, provider_id="p2").finished

    def test_twenty_are_enough(self, desk: Desk) -> None:
        desk.finish(desk.row("1"), Outcome.SENT, provider_id="p1")
        desk.tables.do("update outbox set attempts = 20")
        assert desk.confirm("wa/1", "p1", Outcome.RETRY)[0] == "dead"
