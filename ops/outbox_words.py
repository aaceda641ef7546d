"""A row of the outbox in plain words: what it is, and why it is where it is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from ops.when import moment, shown, since

_KINDS: Final = {"whatsapp": "WhatsApp", "email": "e-mail"}
# By the beginning of the row's key; the first that fits.
_WHAT: Final = (
    ("notify/", "news for the customer"),
    ("update/", "news for technicians"),
    ("link/", "fresh link"),
    ("digest/", "digest for technicians"),
    ("mail/TK-", "ticket alert"),
    ("mail/", "wish for a person"),
    ("wa/", "reply"),
)
_WHY: Final = {
    "lease expired": "its sender died or froze",
    "too many tries": "tried too often",
    "key expired": "first tried more than 23 h ago, so another try could arrive twice",
    "superseded": "the customer has had a newer reply",
    "window closed": "the customer last wrote more than 24 h ago, and there is no template for it",
    "dropped": "dropped by the operator",
    "lease too short": "too little time was left for a try",
    "the ticket is gone": "its ticket is gone",
    "the customer is gone": "the customer was erased",
    "meta failed, no code": "Meta took it and then failed to deliver it, without saying why",
}
# What Meta and Resend answered, where a person can do something about it.
_PROVIDER: Final = {
    "meta 0": "Meta refuses the access token",
    "meta 190": "Meta refuses the access token: it has expired or was revoked",
    "meta 10": "Meta says that the token lacks a permission",
    "meta 3": "Meta says that the token lacks a permission",
    "meta 33": "Meta does not know the phone number id",
    "meta 131005": "Meta says that the token lacks a permission",
    "meta 131026": "Meta cannot deliver to this person: no WhatsApp, or an old one",
    "meta 131031": "Meta has locked the business account",
    "meta 131042": "Meta has a problem with the payment method",
    "meta 131047": "the customer last wrote more than 24 h ago",
    "meta 131048": "Meta restricts the number: too many people reported it as spam",
    "meta 131049": "Meta chose not to deliver it, to spare the person",
    "meta 131056": "too many messages to this one person",
    "meta 130429": "too many messages from our number",
    "meta 132001": "the template is not there in this language",
    "meta 132015": "the template is paused for its quality",
    "resend 401": "Resend refuses the API key",
    "resend 403": "Resend refuses the sender: is the domain verified?",
    "resend 422": "Resend refuses the e-mail itself",
    "resend 429 daily": "Resend's quota of the day is used up",
    "resend 429 monthly": "Resend's quota of the month is used up",
    "resend 429": "Resend is asked too often",
    "resend 5": "Resend had a problem of its own",
    "meta http": "Meta answered with a problem of its own",
    "meta ": "Meta refused it",
    "resend ": "Resend refused it",
    "whatsapp ": "a fault of our own while it was sent",
    "email ": "a fault of our own while it was sent",
}

Entry = Mapping[str, Any]


def channel(kind: str) -> str:
    return _KINDS.get(kind, kind)


def what(entry: Entry) -> str:
    """ "ticket alert by e-mail"."""
    named = next((words for start, words in _WHAT if entry["key"].startswith(start)), "something")
    return f"{named} by {channel(entry['kind'])}"


def why(entry: Entry, now: datetime) -> str:
    """Why it is where it is, in a sentence."""
    error = reason(entry["error"])
    match entry["status"]:
        case "sent":
            return "sent"
        case "dead":
            return f"given up: {error or 'nobody noted why'}"
        case "sending" if _ahead(entry["lease_until"], now):
            return "is being sent now"
        case "sending" | "unknown":
            return f"may have arrived or not ({error or _WHY['lease expired']}); {_next(entry, now)}"
    return "; ".join(part for part in (error, _next(entry, now)) if part)


def pause(entry: Entry, zone: ZoneInfo) -> str:
    """What holds up its whole channel, and what to do; "" if nothing does."""
    if not entry["pause"]:
        return ""
    until, kind = moment(entry["pause"]["until"]), entry["kind"]
    reasons = reason(entry["pause"]["error"]) or "nobody noted why"
    return (
        f"{channel(kind)} rests until {shown(until, zone) if until else '?'}: {reasons}. "
        f"Once that is mended: python -m ops outbox resume {kind}"
    )


def reason(error: str | None) -> str:
    """ "Meta refuses the access token (meta 190)"; what is not known stands as it is."""
    if not error:
        return ""
    if error in _WHY:
        return _WHY[error]
    known = next((words for code, words in _PROVIDER.items() if _is(error, code)), None)
    return f"{known} ({' '.join(error.split()[:2])})" if known else error


def _is(error: str, code: str) -> bool:
    """`meta 13` is not `meta 131047`, but `resend 5` is each of its 5xx."""
    if code in {"resend 429 daily", "resend 429 monthly"}:
        return error.startswith("resend 429") and code.split()[-1] in error
    ends = code[-1] == " " or code in {"resend 5", "meta http"}
    return error.startswith(code) and (ends or error[len(code) : len(code) + 1] in {"", " "})


def _next(entry: Entry, now: datetime) -> str:
    """When it leaves."""
    at = moment(entry["next_at"])
    if entry["pause"]:
        return f"{channel(entry['kind'])} rests"
    if entry["behind"]:
        return f"waits for {entry['behind']} to go first"
    if at is None or at <= now:
        return "leaves with the next sweep"
    if (entry["status"], entry["kind"]) == ("unknown", "whatsapp"):
        return f"waits another {since(now, at)} for Meta's word"
    return f"leaves in {since(now, at)}"


def _ahead(text: str | None, now: datetime) -> bool:
    at = moment(text)
    return at is not None and at >= now
