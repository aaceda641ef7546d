"""What an operator reads of a change that Meta tells, and whether somebody has to look at it. Values: Meta's webhook reference."""

from typing import Any

import pytest

from emulator import Json
from handlers.account_update import ACCOUNT_FIELDS, read_account_update
from ops.commands.webhook import FIELDS
from state.model.message import AccountUpdate

TEMPLATE: Json = {
    "message_template_id": 1234567890,
    "message_template_name": "ticket_update",
    "message_template_language": "es_MX",
}


def alert(severity: str, kind: str, description: str) -> Json:
    said = {"alert_severity": severity, "alert_status": "ACTIVE", "alert_type": kind}
    return {
        "entity_type": "BUSINESS",
        "entity_id": "506914307656634",
        "alert_info": {**said, "alert_description": description},
    }


BAD: list[tuple[str, Json, str, str | None]] = [
    ("account_update", {"event": "ACCOUNT_DELETED"}, "ACCOUNT_DELETED", None),
    (
        "account_update",
        {"event": "PARTNER_REMOVED", "waba_info": {"waba_id": "980198427658004"}},
        "PARTNER_REMOVED",
        None,
    ),
    (
        "account_update",
        {
            "event": "DISABLED_UPDATE",
            "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE", "waba_ban_date": "April 17, 2025"},
        },
        "DISABLED_UPDATE",
        "SCHEDULE_FOR_DISABLE April 17, 2025",
    ),
    (
        "account_update",
        {
            "event": "DISABLED_UPDATE",
            "ban_info": {"waba_ban_state": ["DISABLE"], "waba_ban_date": 1745000000},
        },
        "DISABLED_UPDATE",
        "DISABLE 2025-04-18 18:13 UTC",
    ),
    (
        "account_update",
        {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "SPAM"}},
        "ACCOUNT_VIOLATION",
        "SPAM",
    ),
    (
        "account_update",
        {
            "event": "ACCOUNT_RESTRICTION",
            "restriction_info": [
                {
                    "restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING",
                    "expiration": "2026-04-19T13:59:20+0000",
                },
                {"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION", "expiration": 1776607160},
            ],
        },
        "ACCOUNT_RESTRICTION",
        "RESTRICTED_BIZ_INITIATED_MESSAGING until 2026-04-19T13:59:20+0000, "
        "RESTRICTED_ADD_PHONE_NUMBER_ACTION until 2026-04-19 13:59 UTC",
    ),
    (
        "account_update",
        {
            "event": "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE",
            "partner_client_certification_info": {
                "status": "FAILED",
                "rejection_reasons": ["ADDRESS NOT MATCHING"],
            },
        },
        "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE",
        "FAILED, ADDRESS NOT MATCHING",
    ),
    ("account_update", {"event": "SOMETHING_NEW_OF_2027"}, "SOMETHING_NEW_OF_2027", None),
    ("account_review_update", {"decision": "REJECTED"}, "REJECTED", None),
    ("account_review_update", {"decision": "DEFERRED"}, "DEFERRED", None),
    (
        "account_alerts",
        alert(
            "WARNING",
            "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED",
            "Limits cannot be increased for +5491155550101.\nWait.",
        ),
        "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED",
        "WARNING, Limits cannot be increased for +***. Wait.",
    ),
    (
        "account_alerts",
        {"alert_severity": "CRITICAL", "alert_type": "OBA_REJECTED", "alert_description": "Edit the name."},
        "OBA_REJECTED",
        "CRITICAL, Edit the name.",
    ),
    (
        "template_category_update",
        {**TEMPLATE, "previous_category": "UTILITY", "new_category": "MARKETING"},
        "MARKETING",
        "ticket_update es_MX, UTILITY before",
    ),
    (  # 24 hours before it happens
        "template_category_update",
        {
            **TEMPLATE,
            "new_category": "UTILITY",
            "correct_category": "MARKETING",
            "category_update_timestamp": 1760711433,
        },
        "MARKETING",
        "ticket_update es_MX, announced, UTILITY until 2025-10-17 14:30 UTC",
    ),
    (
        "template_category_update",
        {**TEMPLATE, "new_category": "UTILITY", "correct_category": "MARKETING"},
        "MARKETING",
        "ticket_update es_MX, announced, UTILITY for 24 hours more",
    ),
    (
        "message_template_quality_update",
        {**TEMPLATE, "previous_quality_score": "GREEN", "new_quality_score": "RED"},
        "RED",
        "ticket_update es_MX, GREEN before",
    ),
    (
        "message_template_status_update",
        {
            **TEMPLATE,
            "event": "REJECTED",
            "reason": "INVALID_FORMAT",
            "rejection_info": {"reason": "Too long"},
        },
        "REJECTED",
        "ticket_update es_MX, INVALID_FORMAT, Too long",
    ),
    (
        "message_template_status_update",
        {**TEMPLATE, "event": "DISABLED", "reason": "NONE", "disable_info": {"disable_date": "1760711433"}},
        "DISABLED",
        "ticket_update es_MX, disabled on 2025-10-17 14:30 UTC",
    ),
    (
        "message_template_status_update",
        {**TEMPLATE, "event": "PAUSED", "other_info": {"title": "FIRST_PAUSE", "description": "For 3 hours"}},
        "PAUSED",
        "ticket_update es_MX, FIRST_PAUSE, For 3 hours",
    ),
    (
        "phone_number_quality_update",
        {"display_phone_number": "15550100200", "event": "FLAGGED", "current_limit": "TIER_1K"},
        "FLAGGED",
        "limit TIER_1K",
    ),
    (
        "phone_number_quality_update",
        {
            "display_phone_number": "15550100200",
            "event": "DOWNGRADE",
            "old_limit": "TIER_10K",
            "current_limit": "TIER_1K",
        },
        "DOWNGRADE",
        "TIER_10K before, limit TIER_1K",
    ),
]
GOOD: list[tuple[str, Json, str]] = [
    ("account_update", {"event": "PARTNER_ADDED"}, "PARTNER_ADDED"),
    ("account_update", {"event": "ACCOUNT_RECONNECTED"}, "ACCOUNT_RECONNECTED"),
    (
        "account_update",
        {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}},
        "DISABLED_UPDATE",
    ),
    (
        "account_update",
        {
            "event": "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE",
            "partner_client_certification_info": {"status": "APPROVED", "rejection_reasons": ["NONE"]},
        },
        "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE",
    ),
    ("account_review_update", {"decision": "APPROVED"}, "APPROVED"),
    ("account_alerts", alert("INFORMATIONAL", "OBA_APPROVED", "A badge."), "OBA_APPROVED"),
    (
        "template_category_update",
        {**TEMPLATE, "previous_category": "MARKETING", "new_category": "UTILITY"},
        "UTILITY",
    ),
    ("message_template_quality_update", {**TEMPLATE, "new_quality_score": "GREEN"}, "GREEN"),
    ("message_template_status_update", {**TEMPLATE, "event": "APPROVED", "reason": "NONE"}, "APPROVED"),
    ("phone_number_quality_update", {"event": "UNFLAGGED", "current_limit": "TIER_1K"}, "UNFLAGGED"),
    ("phone_number_quality_update", {"event": "THROUGHPUT_UPGRADE"}, "THROUGHPUT_UPGRADE"),
]


@pytest.mark.parametrize(("field", "value", "change", "about"), BAD)
def test_bad_news(field: str, value: Json, change: str, about: str | None) -> None:
    template = "ticket_update es_MX" if "message_template_name" in value else ""
    assert read_account_update(field, value) == AccountUpdate(
        field=field, change=change, about=about, needs_operator=True, template=template
    )


@pytest.mark.parametrize(("field", "value", "change"), GOOD)
def test_good_news(field: str, value: Json, change: str) -> None:
    read = read_account_update(field, value)
    assert (read.change, read.needs_operator) == (change, False)


OVER: list[tuple[str, Json]] = [
    ("account_review_update", {"decision": "APPROVED"}),
    ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}),
    ("message_template_quality_update", {**TEMPLATE, "new_quality_score": "GREEN"}),
    ("message_template_status_update", {**TEMPLATE, "event": "APPROVED"}),
    ("phone_number_quality_update", {"event": "UNFLAGGED", "current_limit": "TIER_1K"}),
    ("template_category_update", {**TEMPLATE, "new_category": "UTILITY"}),
]


@pytest.mark.parametrize(("field", "value"), OVER)
def test_what_was_bad_is_over(field: str, value: Json) -> None:
    read = read_account_update(field, value)
    assert (read.takes_back, read.needs_operator) == (True, False)


@pytest.mark.parametrize(("field", "value", "change"), GOOD)
def test_what_was_bad_may_go_on(field: str, value: Json, change: str) -> None:
    """A partner that was added lifts no ban."""
    if change in {"PARTNER_ADDED", "PENDING", "INFORMATIONAL", "ONBOARDING", "IN_APPEAL", "UNKNOWN"}:
        assert not read_account_update(field, value).takes_back


@pytest.mark.parametrize("field", sorted(ACCOUNT_FIELDS))
def test_what_is_new_to_us_needs_a_person(field: str) -> None:
    read = read_account_update(field, {})
    assert (read.change, read.about, read.needs_operator) == ("changed", None, True)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("ban_info", "x"),
        ("restriction_info", {"restriction_type": ["a"], "expiration": 10**400}),
        ("restriction_info", [None, "x", {"expiration": {}}]),
        ("violation_info", []),
        ("alert_info", 7),
        ("alert_description", "x" * 10_000),
        ("reason", {"a": 1}),
        ("message_template_name", True),
    ],
)
def test_another_shape_than_documented_is_left_out(key: str, value: Any) -> None:
    for field in ACCOUNT_FIELDS:
        read = read_account_update(field, {key: value, "event": "DISABLED_UPDATE"})
        assert read.needs_operator
        assert len(read.about or "") <= 500


def test_every_field_that_we_subscribe_to_for_the_operator_is_read() -> None:
    assert {*FIELDS} - {"messages"} == ACCOUNT_FIELDS


@pytest.mark.parametrize("given", [None, 0.5, float("nan"), {}, [], ["X"], {"event": "X"}, "", " "])
def test_a_change_that_is_no_word_is_none(given: object) -> None:
    assert read_account_update("account_update", {"event": given}).change == "changed"


@pytest.mark.parametrize("unstorable", ["\0", "\ud800", "a\0b\udfffc", "x" * 5000])
def test_nothing_that_postgres_refuses_is_left(unstorable: str) -> None:
    value = {"event": unstorable, "message_template_name": unstorable, "other_info": {"title": unstorable}}
    update = read_account_update("message_template_status_update", value)
    words = f"{update.change} {update.template} {update.about}"
    assert "\0" not in words
    assert len(words.encode()) < 1000
