"""The doctor's line about Resend's quota, as Resend itself counts it: what is sent and what is received."""

import json
from typing import Any

import pytest

from emulator.resend.resend_api import Resend
from tests.support.ops import Operator

FOUR = ", ".join(f"t{number}@example.com" for number in range(4))
ANSWERS = {"INBOUND_EMAIL_DOMAIN": "Answers.example.com"}
CARRIES = "4 technicians: a new ticket is 4 e-mails, so the plan's 100 a day are about 25 new tickets, and its 3,000 a month 750"
NO_LIMIT_A_DAY = "a paid plan has no daily limit: resend.com/pricing"
SILENCED = "whoever writes 100 e-mails to answers.example.com silences the desk's own until the next day"


Quota = tuple[int, int, int | None]


def use(resend: Resend, *, day: Quota, month: Quota) -> None:
    """Each: sent, received, limit."""
    answer(resend, {"object": "usage", "emails": {"daily": quota(*day), "monthly": quota(*month)}})


def answer(resend: Resend, usage: Any) -> None:
    resend.faults.foreign(200, json.dumps(usage), "application/json", path="/usage")


def quota(sent: int, received: int, limit: int | None) -> dict[str, Any]:
    """https://resend.com/docs/api-reference/usage/retrieve-usage"""
    used = {"used": sent + received, "sent": sent, "received": received}
    return {**used, "limit": limit, "resets_at": "2026-12-02T00:00:00.000Z"}


def line(operator: Operator, **changed: str) -> tuple[str, str, str]:
    """The state, the text and the mend."""
    (found,) = operator.doctor("quota", **({"SUPPORT_EMAIL_TO": FOUR} | changed))
    return found


class TestAsResendCounts:
    def test_what_is_sent_and_what_is_received(self, operator: Operator) -> None:
        operator.resend.switches.daily_limit, operator.resend.switches.monthly_limit = 100, 3000
        operator.resend.receive(b"From: a@example.org\r\nTo: b@answers.example.com\r\n\r\nhola\r\n")
        used = "used: 1 of the day's 100 (0 sent, 1 received), 1 of the month's 3,000 (0 sent, 1 received)"
        assert line(operator) == ("right", f"{CARRIES}; {used}", "")

    def test_the_free_plan(self, operator: Operator) -> None:
        use(operator.resend, day=(28, 3, 100), month=(1310, 12, 3000))
        used = "used: 31 of the day's 100 (28 sent, 3 received), 1,322 of the month's 3,000 (1,310 sent, 12 received)"
        assert line(operator) == ("right", f"{CARRIES}; {used}", "")

    def test_a_paid_plan(self, operator: Operator) -> None:
        use(operator.resend, day=(900, 3, None), month=(1310, 12, 50_000))
        assert line(operator, **ANSWERS) == (
            "right",
            "4 technicians: a new ticket is 4 e-mails, so the plan's 50,000 a month are about 12,500 new tickets; "
            "used: 1,322 of the month's 50,000 (1,310 sent, 12 received)",
            "",
        )

    def test_no_limit_at_all(self, operator: Operator) -> None:
        use(operator.resend, day=(900, 3, None), month=(1310, 12, None))
        state, text, _ = line(operator)
        assert state == "right"
        assert text.endswith("and the plan has no limit; used: 1,322 in the month (1,310 sent, 12 received)")

    @pytest.mark.parametrize(
        ("day", "month", "state", "fix"),
        [
            ((79, 0, 100), (79, 0, 3000), "right", ""),
            ((80, 0, 100), (80, 0, 3000), "warning", NO_LIMIT_A_DAY),
            ((1, 79, 100), (1, 79, 3000), "warning", NO_LIMIT_A_DAY),
            ((1, 0, 100), (2000, 400, 3000), "warning", "a larger plan: resend.com/pricing"),
            ((1, 0, None), (40_000, 0, 50_000), "warning", "a larger plan: resend.com/pricing"),
        ],
    )
    def test_when_it_is_nearly_used_up(
        self,
        operator: Operator,
        day: tuple[int, int, int | None],
        month: tuple[int, int, int],
        state: str,
        fix: str,
    ) -> None:
        use(operator.resend, day=day, month=month)
        found, text, mend = line(operator)
        assert (found, mend) == (state, fix)
        assert ("nearly used up, and then e-mails wait" in text) is (state == "warning")


class TestWithMailedAnswers:
    def test_anybody_can_use_up_a_limit_a_day(self, operator: Operator) -> None:
        use(operator.resend, day=(28, 3, 100), month=(310, 12, 3000))
        state, text, fix = line(operator, **ANSWERS)
        assert (state, fix) == ("warning", NO_LIMIT_A_DAY)
        assert text.endswith(f". What is received counts, too: {SILENCED}")

    def test_of_a_plan_that_is_not_known(self, operator: Operator) -> None:
        operator.resend.faults.error("not_found", 404, path="/usage")
        state, text, fix = line(operator, **ANSWERS)
        assert (state, fix) == ("warning", NO_LIMIT_A_DAY)
        assert (
            "0 sent in the last 24 h, 0 in 30 days, without what was received. If it is the free plan" in text
        )
        assert text.endswith(SILENCED)

    def test_that_are_off(self, operator: Operator) -> None:
        use(operator.resend, day=(28, 3, 100), month=(310, 12, 3000))
        assert line(operator, **ANSWERS, RESEND_WEBHOOK_SECRET="")[0] == "right"


class TestWhereResendDoesNotTell:
    """Then it is what the desk has sent."""

    COUNTED = "0 sent in the last 24 h, 0 in 30 days"

    @pytest.mark.parametrize(
        ("status", "name"),
        [
            (401, "restricted_api_key"),
            (403, "invalid_access"),
            (404, "not_found"),
            (500, "application_error"),
        ],
    )
    def test_a_refusal(self, operator: Operator, status: int, name: str) -> None:
        operator.resend.faults.error(name, status, path="/usage")
        state, text, _ = line(operator)
        assert (state, text.endswith(self.COUNTED)) == ("right", True)

    @pytest.mark.parametrize(
        "usage",
        [
            [],
            {"emails": None},
            {"emails": {"daily": {"used": 1}}},
            {"emails": {"daily": {"used": "many", "limit": 1, "sent": 1, "received": 0}}},
            {"emails": {"daily": [], "monthly": []}},
        ],
    )
    def test_another_answer(self, operator: Operator, usage: Any) -> None:
        answer(operator.resend, usage)
        state, text, _ = line(operator)
        assert (state, text.endswith(self.COUNTED)) == ("right", True)

    def test_without_a_key(self, operator: Operator) -> None:
        state, text, _ = line(operator, RESEND_API_KEY="")
        assert (state, text.endswith(self.COUNTED)) == ("right", True)
