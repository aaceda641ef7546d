"""An outbox row as text: what it is, why it has its status, and the answers of Meta and Resend in plain words."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from messages.safe_text import clean
from ops.output import age, between, local_time, now, table
from state.model.outbox_row import Channel, Content
from state.store.rows import RowStatus

Entry = Mapping[str, Any]  # as `outbox_entry` in supabase/schemas/90_operator.sql makes it

_CHANNELS: Final = {
    Channel.WHATSAPP: "WhatsApp",
    Channel.EMAIL: "e-mail",
    Channel.STORAGE: "Supabase Storage",
    Channel.INBOX: "received e-mail",
}
TASK_CHANNELS: Final = {Channel.STORAGE, Channel.INBOX}
_TITLES: Final = {
    Content.NOTIFICATION: "notification for the customer",
    Content.FULL_TEXT: "full text of a notification",
    Content.OPENED: "ticket alert",
    Content.UPDATE: "notification for technicians",
    Content.HUMAN: "request for a person",
    Content.UNDELIVERED: "undelivered text, for its author",
    Content.LINK: "new link",
    Content.DESK_LINK: "link to the list",
    Content.DIGEST: "digest for technicians",
    Content.FILE: "technician's file",
    Content.MAIL_RESULT: "what became of an e-mail, for its author",
}
# What is done with a file in Supabase Storage, or with an e-mail that was received: nothing is sent.
_TASKS: Final = {
    Content.STORE: "fetch a customer's file and store it",
    Content.REMOVE: "remove a file from Storage",
    Content.TRANSCRIBE: "transcribe a voice note",
    Content.RECEIVED: "fetch a technician's e-mail and do what it says",
}
# Errors that the desk itself records.
_ERRORS: Final = {
    "lease expired": "the process that sent it died or froze",
    "too many attempts": "tried too often",
    "key expired": "first tried more than 23 h ago, so another attempt could arrive twice",
    "superseded": "the customer has had a newer reply",
    "window closed": "the customer last wrote more than 24 h ago, and there is no template for it",
    "dropped": "dropped by the operator",
    "restored": "a backup was restored: it may have been sent since that was made",
    "lease too short": "too little time was left for an attempt",
    "never written": "the customer has not written in 30 days, and has never before",
    "the ticket is gone": "its ticket no longer exists",
    "the technician is gone": "the technician is not in SUPPORT_EMAIL_TO any more",
    "the customer is gone": "the customer was erased, or their number is somebody else's now",
    "number reassigned": "the number is no longer this customer's, so it would reach somebody else",
    "the e-mail is read again": "the e-mail that it was about is read again, as you asked for",
    "the file was deleted": "its file was deleted, by the customer or with its ticket",
    "meta failed, no code": "Meta accepted it and then failed to deliver it, without a reason",
}
# The same of what is done with a file.
_TASK_ERRORS: Final = {
    "superseded": "it is no longer needed: the file was deleted, or is stored already",
    "lease expired": "the process that was doing it died or froze",
}
# Errors from Meta and Resend.
_ANSWERS: Final = {
    "meta 0": "Meta refuses the access token",
    "meta 190": "Meta refuses the access token: it has expired or was revoked",
    "meta 10": "Meta says that the token lacks a permission",
    "meta 3": "Meta says that the token lacks a permission",
    "meta 33": "Meta does not know the phone number id",
    "meta 131005": "Meta says that the token lacks a permission",
    "meta 131026": "Meta cannot deliver to this person: no WhatsApp, or an old version",
    "meta 131031": "Meta has locked the business account",
    "meta 131042": "Meta has a problem with the payment method",
    "meta 131047": "the customer last wrote more than 24 h ago",
    "meta 131048": "Meta restricts the number: too many people reported it as spam",
    "meta 131049": "Meta chose not to deliver it, to protect the recipient",
    "meta 131056": "too many messages to this one person",
    "meta 130429": "too many messages from our number",
    "meta 131062": "Meta does not take this person's user id for it, and their number is not known",
    "meta 132000": "the template has another number of parameters",
    "meta 132001": "the template does not exist in this language",
    "meta 132015": "Meta has paused the template for its quality",
    "meta 132016": "Meta has disabled the template",
    "meta 134101": "Meta is still preparing the template",
    "resend 401": "Resend refuses the API key",
    "resend 403": "Resend refuses the sender: is the domain verified?",
    "resend 422": "Resend refuses the e-mail itself",
}
# More of them, by prefix; the first match counts.
_ANSWER_STARTS: Final = {
    "resend 429 daily": "Resend's daily quota is used up",
    "resend 429 monthly": "Resend's monthly quota is used up",
    "resend 429": "too many requests to Resend",
    "resend unclear": "something in front of Resend answered, and not Resend itself",
    "resend 5": "Resend had an internal error",
    "meta http": "Meta's answer was unclear",
    "meta 132": "Meta refuses the template",
    "meta ": "Meta refused it",
    "resend ": "Resend refused it",
    "whatsapp ": "an error of our own while it was sent",
    "email ": "an error of our own while it was sent",
}
# Of these the whole error is shown: its class and code do not stand in two words.
_FILE_ANSWERS: Final = {
    "storage ": "Supabase Storage refused it, or did not answer",
    "media ": "the file could not be had from Meta",
    "transcriber http 401": "the transcription service refuses TRANSCRIBE_KEY",
    "transcriber http 403": "the transcription service refuses TRANSCRIBE_KEY",
    "transcriber ": "the transcription service refused it, or did not answer",
}


def channel_name(channel: str) -> str:
    return _CHANNELS[Channel(channel)]


def title(entry: Entry) -> str:
    """ "ticket alert by e-mail"; "remove a file from Storage"."""
    if task := _TASKS.get(entry["content"]):
        return task
    named = _TITLES.get(entry["content"], "reply")
    return f"{named} by {channel_name(entry['channel'])}"


def is_task(entry: Entry) -> bool:
    """Something is done with a file, or with an e-mail that was received: then nothing is sent."""
    return entry["channel"] in TASK_CHANNELS


def error_text(error: str | None) -> str:
    """ "Meta refuses the access token (meta 190)"; an unknown error as it is."""
    if not error:
        return ""
    if error in _ERRORS:
        return _ERRORS[error]
    for start, words in _FILE_ANSWERS.items():
        if error.startswith(start):
            return f"{words} ({error})"
    code = " ".join(error.split()[:2])
    known = _ANSWERS.get(code) or next(
        (words for start, words in _ANSWER_STARTS.items() if error.startswith(start)), None
    )
    return f"{known} ({code})" if known else error


def reason_now(entry: Entry) -> str:
    """Explain the row's status in a sentence."""
    error = _error(entry)
    done, arrived = ("done", "have been done") if is_task(entry) else ("sent", "have arrived")
    match entry["status"]:
        case RowStatus.SENT:
            return done
        case RowStatus.DEAD:
            return f"given up: {error or 'no reason was recorded'}"
        case RowStatus.SENDING if not _past(entry["lease_until"]):
            return f"is being {done} now"
        case RowStatus.SENDING | RowStatus.UNKNOWN:
            return f"may {arrived} or not ({error or _error({**entry, 'error': 'lease expired'})}); {_next(entry)}"
    return "; ".join(part for part in (error, _next(entry)) if part)


def _error(entry: Entry) -> str:
    if is_task(entry) and entry["error"] in _TASK_ERRORS:
        return _TASK_ERRORS[entry["error"]]
    return error_text(entry["error"])


def listing(entries: Sequence[Entry], zone: ZoneInfo) -> Iterator[str]:
    """The lines of `outbox list`: a table, and each paused channel once."""
    rows = (
        (
            entry["id"],
            title(entry),
            entry["ticket"] or "-",
            age(entry["created_at"]),
            entry["attempts"],
            reason_now(entry),
        )
        for entry in entries
    )
    yield table(("id", "what", "ticket", "age", "attempts", "why"), rows)
    yield from sorted({_pause(entry, zone) for entry in entries} - {""})


def details(entry: Entry, zone: ZoneInfo) -> list[tuple[str, str]]:
    """The lines of `outbox show`: a name and a value each."""
    closed = entry["status"] in {RowStatus.SENT, RowStatus.DEAD}
    found = [
        ("row", f"{entry['id']}, {title(entry)}"),
        ("ticket", entry["ticket"] or "-"),
        ("status", entry["status"]),
        ("why", reason_now(entry) if entry["status"] != RowStatus.SENT else ""),
        ("pause", _pause(entry, zone)),
        ("attempts", str(entry["attempts"])),
        ("created", local_time(entry["created_at"], zone)),
        ("next attempt", "" if closed else local_time(entry["next_at"], zone)),
        ("first attempt", local_time(entry["first_attempt_at"], zone)),
        ("done", local_time(entry["done_at"], zone)),
        ("error", entry["error"] or ""),
        ("lane", entry["lane"]),
        ("key", entry["key"]),
        ("object", entry["object"] or ""),
        ("their id", entry["provider_id"] or ""),
        ("reported as", entry["proof"] or ""),
        ("about", ", ".join(f"event {number}" for number in entry["events"] or ())),
    ]
    return [(name, value) for name, value in found if value]


def body_text(entry: Entry) -> str:
    """The output of `outbox show --body`."""
    if entry["forgotten"]:
        return "Its content was deleted: the customer was erased."
    if is_task(entry):
        return "It has no content: nothing is sent."
    if entry["content"] != Content.RENDERED:
        return f"Its content ({entry['content']}) is written when it is sent, from the events of its ticket."
    return clean(entry["body"])


def _pause(entry: Entry, zone: ZoneInfo) -> str:
    """Explain why the row's channel is paused, and what to do; "" if it is not."""
    if not entry["pause"]:
        return ""
    until = local_time(entry["pause"]["until"], zone) or "?"
    error = error_text(entry["pause"]["error"]) or "no reason was recorded"
    return (
        f"{channel_name(entry['channel'])} is paused until {until}: {error}. "
        f"Once that is fixed: python -m ops outbox resume {entry['channel']}"
    )


def _next(entry: Entry) -> str:
    """When it is sent."""
    if entry["held"] and not entry["as_template"] and entry["content"] == Content.NOTIFICATION:
        return "waits for the customer's first message"
    if entry["held"] and not entry["as_template"]:
        return "waits for the customer's next message"
    if entry["held"]:
        return (
            f"tried again {_in(entry)}, or sent as free text when the customer writes; see `templates status`"
        )
    if entry["pause"]:
        return f"{channel_name(entry['channel'])} is paused"
    if entry["behind"]:
        return f"waits for row {entry['behind']}, which goes first"
    unclear = (entry["status"], entry["channel"]) == (RowStatus.UNKNOWN, Channel.WHATSAPP)
    if unclear and not _past(entry["next_at"]):
        wait = between(now(), datetime.fromisoformat(entry["next_at"]))
        return f"waits another {wait} for Meta's delivery status"
    return f"will be {'tried' if is_task(entry) else 'sent'} {_in(entry)}"


def _in(entry: Entry) -> str:
    if _past(entry["next_at"]):
        return "with the next sweep"
    return f"in {between(now(), datetime.fromisoformat(entry['next_at']))}"


def _past(text: str | None) -> bool:
    return text is None or datetime.fromisoformat(text) < now()
