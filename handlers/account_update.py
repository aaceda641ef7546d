"""Reads what Meta tells an operator: about the business account, its number and its templates.

One line says what happened and what a person needs to act on it: until when, of which kind, what it was before. Shapes: Meta's
webhook reference, one page for each field. None of these values is about a customer.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from handlers.payload_fields import Json
from state.model.message import AccountUpdate

# The fields that this reads, each with what nobody has to do anything about. Everything else does, also what Meta adds: a template
# that is paused or a number that is restricted costs answers.
_HARMLESS: Final = {
    "account_alerts": {"INFORMATIONAL"},
    "account_review_update": {"APPROVED"},
    "account_update": {
        "ACCOUNT_RECONNECTED",
        "AD_ACCOUNT_LINKED",
        "APPROVED",
        "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE",
        "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE",
        "MM_LITE_TERMS_SIGNED",
        "PARTNER_ADDED",
        "PARTNER_APP_INSTALLED",
        "PENDING",
        "REINSTATE",
        "VERIFIED_ACCOUNT",
        "VOLUME_BASED_PRICING_TIER_UPDATE",
    },
    "message_template_quality_update": {"GREEN", "UNKNOWN"},  # UNKNOWN: a new one
    "message_template_status_update": {
        "APPROVED",
        "IN_APPEAL",
        "PENDING",
        "REINSTATED",
        "UNARCHIVED",
        "UNLOCKED",
    },
    "phone_number_quality_update": {"ONBOARDING", "THROUGHPUT_UPGRADE", "UNFLAGGED", "UPGRADE"},
    "template_category_update": {"UTILITY"},
}
ACCOUNT_FIELDS: Final = frozenset(_HARMLESS)
# What says that bad news of the same field, about the same template, are over.
_TAKE_BACK: Final = {
    "account_review_update": {"APPROVED"},
    "account_update": {"ACCOUNT_RECONNECTED", "REINSTATE"},
    "message_template_quality_update": {"GREEN"},
    "message_template_status_update": {"APPROVED", "REINSTATED", "UNARCHIVED", "UNLOCKED"},
    "phone_number_quality_update": {"UNFLAGGED", "UPGRADE"},
    "template_category_update": {"UTILITY"},
}
# The first that is there says what happened. correct_category: what the template becomes in 24 hours; new_category is then what it
# still is.
_CHANGES: Final = (
    "event", "decision", "new_quality_score", "correct_category", "new_category", "alert_type",
)  # fmt: skip
_MAX_WORD: Final = 60
_MAX_SENTENCE: Final = 200
_MAX_LINE: Final = 500
_NUMBER: Final = re.compile(r"\d{7,}")


def read_account_update(field: str, value: Json, happened_at: datetime | None = None) -> AccountUpdate:
    """Read a change of one of ACCOUNT_FIELDS. Never fails: what has another shape than documented is left out."""
    value = {**value, **_object(value, "alert_info")}
    change = next((word for name in _CHANGES if (word := _word(value.get(name)))), "changed")
    about = ", ".join(part for part in _about(value) if part)[:_MAX_LINE]
    verdict = _verdict(value, change)
    return AccountUpdate(
        field=field,
        change=change,
        about=about or None,
        needs_operator=verdict not in _HARMLESS[field],
        template=_template(value),
        takes_back=verdict in _TAKE_BACK.get(field, ()),
        happened_at=happened_at,
    )


def _verdict(value: Json, change: str) -> str:
    """The word that says whether it is good or bad: mostly the change itself, but these come with one of their own."""
    ban_state = _words(_object(value, "ban_info").get("waba_ban_state"))
    certified = _object(value, "partner_client_certification_info").get("status")
    return _word(value.get("alert_severity") or certified or "") or ban_state or change


def _template(value: Json) -> str:
    given = (_word(value.get(f"message_template_{key}")) for key in ("name", "language"))
    return " ".join(filter(None, given))


def _about(value: Json) -> Iterator[str]:
    yield _template(value)
    yield from _before(value)
    yield from _penalty(value)
    if reason := _word(value.get("reason")):
        yield "" if reason == "NONE" else reason
    for key in ("rejection_info", "other_info"):
        yield from (_sentence(text) for text in _object(value, key).values())
    if limit := value.get("max_daily_conversations_per_business") or value.get("current_limit"):
        yield f"limit {_word(limit)}"
    if severity := _word(value.get("alert_severity")):
        yield severity
    yield _sentence(value.get("alert_description"))


def _before(value: Json) -> Iterator[str]:
    """What it was before, or still is until a change that is only announced."""
    if value.get("correct_category"):
        moment = _moment(value.get("category_update_timestamp"))
        yield f"announced, {_word(value.get('new_category'))} " + (
            f"until {moment}" if moment else "for 24 hours more"
        )
        return
    for name in ("previous_category", "previous_quality_score", "old_limit"):
        if word := _word(value.get(name)):
            yield f"{word} before"


def _penalty(value: Json) -> Iterator[str]:
    """What the account may not do any more, of which kind the violation is, and until when."""
    ban = _object(value, "ban_info")
    yield " ".join((_words(ban.get("waba_ban_state")), _moment(ban.get("waba_ban_date")))).strip()
    restrictions = value.get("restriction_info")
    for each in restrictions if isinstance(restrictions, list) else [restrictions]:
        if isinstance(each, dict):
            yield _until(_word(each.get("restriction_type")), each.get("expiration"))
    violation = _object(value, "violation_info")
    yield _until(_word(violation.get("violation_type")), violation.get("expiration"))
    certification = _object(value, "partner_client_certification_info")
    yield _word(certification.get("status"))
    yield from (
        _sentence(reason) for reason in _list(certification.get("rejection_reasons")) if reason != "NONE"
    )
    if date := _moment(_object(value, "disable_info").get("disable_date")):
        yield f"disabled on {date}"


def _until(what: str, expiration: Any) -> str:
    moment = _moment(expiration)
    return f"{what} until {moment}" if moment else what


def _object(value: Json, key: str) -> Json:
    found = value.get(key)
    return found if isinstance(found, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _words(value: Any) -> str:
    """One word, or a list of them: Meta writes the ban state both ways."""
    return " ".join(filter(None, map(_word, value if isinstance(value, list) else [value])))


def _word(value: Any) -> str:
    """A word of Meta's, safe to log whatever its type; "" if there is none."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return re.sub(r"[^\w.-]", "?", str(value).strip())[:_MAX_WORD]


def _sentence(value: Any) -> str:
    """A sentence of Meta's on one line, without numbers that could be somebody's telephone."""
    if not isinstance(value, str):
        return ""
    line = "".join(char if char.isprintable() else " " for char in value)
    return _NUMBER.sub("***", " ".join(line.split()))[:_MAX_SENTENCE]


def _moment(value: Any) -> str:
    """A time, in unix seconds or in words, as it is read by a person: "2026-04-19 13:59 UTC", "April 17, 2025"."""
    if isinstance(value, str) and not value.isdecimal():
        return _sentence(value)[:_MAX_WORD]
    try:
        return f"{datetime.fromtimestamp(int(value), UTC):%Y-%m-%d %H:%M} UTC"
    except (TypeError, ValueError, OverflowError, OSError):
        return ""
