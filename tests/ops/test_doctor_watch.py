"""The doctor shows what the desk itself has noticed, and whether the deployed desk has the optional secrets."""

import base64
from typing import Any

import psycopg
import pytest

from tests.support.ops import Operator


def put(operator: Operator, statement: str, *values: Any) -> None:
    with psycopg.connect(operator.supabase.database_url) as connection:
        connection.execute(statement.encode(), values)


class TestSweep:
    def test_that_comes(self, operator: Operator) -> None:
        put(operator, "insert into heartbeats values ('sweep', now() - interval '70 s')")
        assert operator.doctor("sweep") == [("right", "the last came 1 min ago", "")]

    def test_that_comes_no_more(self, operator: Operator) -> None:
        put(operator, "insert into heartbeats values ('sweep', now() - interval '3 h')")
        ((state, text, fix),) = operator.doctor("sweep")
        assert (state, text) == ("wrong", "none has come for 3 h")
        assert "SWEEP_EVERY_SECONDS" in fix

    def test_that_has_never_come(self, operator: Operator) -> None:
        ((state, text, _),) = operator.doctor("sweep")
        assert (state, text) == ("warning", "none has come yet")

    def test_that_cannot_be_asked_for(self, operator: Operator) -> None:
        ((state, text, _),) = operator.doctor("sweep", SUPABASE_URL="http://127.0.0.1:1")
        assert (state, text.startswith("not checked: Supabase cannot be reached")) == ("warning", True)


def test_bad_news_of_meta(operator: Operator) -> None:
    put(operator, "select record_account_update('account_update', '', 'DISABLED_UPDATE (DISABLE)', false)")
    ((state, text, fix),) = operator.doctor("alerts")
    assert (state, text) == ("wrong", "From Meta: account_update, DISABLED_UPDATE (DISABLE)")
    assert "WhatsApp Manager" in fix


def test_a_mailbox_that_nothing_reaches(operator: Operator) -> None:
    put(operator, "insert into mail_failures values ('msg_1', 'luis@example.com', 'suppressed')")
    assert operator.doctor("mailbox", SUPPORT_EMAIL_TO="marta@example.com") == []  # theirs is none any more
    ((state, text, _),) = operator.doctor("mailbox", SUPPORT_EMAIL_TO="Luis <Luis@example.com>")
    assert (state, text) == (
        "wrong",
        "E-mails don't reach luis@example.com (the latest: blocked because an earlier one bounced or was reported as spam)",
    )


class TestAlarms:
    def test_are_mailed(self, operator: Operator) -> None:
        found = operator.doctor("alarms", OPERATOR_EMAIL_TO="olga@example.com")
        assert found == [("right", "mailed to olga@example.com", "")]

    def test_are_optional(self, operator: Operator) -> None:
        ((state, text, _),) = operator.doctor("alarms")
        assert (state, "OPERATOR_EMAIL_TO" in text) == ("right", True)


OTHER_SECRET = f"whsec_{base64.b64encode(b'another').decode()}"


@pytest.mark.parametrize(
    ("check", "name", "other"),
    [
        ("sweep token", "SWEEP_TOKEN", "another-token-of-16"),
        ("bounces", "RESEND_WEBHOOK_SECRET", OTHER_SECRET),
    ],
)
class TestOptionalSecrets:
    def test_that_the_desk_has(self, operator: Operator, check: str, name: str, other: str) -> None:
        assert operator.doctor(check) == [("right", f"it knows {name}", "")]

    def test_that_it_has_not(self, operator: Operator, check: str, name: str, other: str) -> None:
        ((state, text, fix),) = operator.doctor(check, **{name: other})
        assert (state, text.startswith(f"it does not know {name} (answers 401)")) == ("wrong", True)
        assert "make deploy" in fix

    def test_that_nobody_has_set(self, operator: Operator, check: str, name: str, other: str) -> None:
        assert [state for state, _, _ in operator.doctor(check, **{name: None})] in ([], ["right"])


def test_a_webhook_s_secret_that_the_desk_does_not_know_costs_answers_by_e_mail_too(
    operator: Operator,
) -> None:
    given = {"RESEND_WEBHOOK_SECRET": OTHER_SECRET, "INBOUND_EMAIL_DOMAIN": "answers.example.com"}
    ((state, text, _),) = operator.doctor("bounces", **given)
    assert (state, text.endswith(", nor of those with which technicians answer")) == ("wrong", True)
