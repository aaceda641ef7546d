"""Checks that customers and technicians were notified of each ticket event exactly once, with its words."""

from collections.abc import Iterable, Mapping

from bench.chaos.recording import Row
from bench.chaos.recording_index import RecordingIndex, effect_of, row_key
from emulator.meta.sent_message import SentMessage

# Events without a notification (or one that leaves out their words), and events with more than one.
LostAndDoubled = tuple[list[str], list[str]]


def technician_notifications(index: RecordingIndex) -> LostAndDoubled:
    """What customers did to their tickets: each in exactly one e-mail to the technicians."""
    events = [
        event
        for event in index.events.values()
        if event["actor"] == "customer" and effect_of(event) not in {"", "created", "erased"}
    ]
    texts = {row_key(mail): mail["text"] or "" for mail in index.recording.emails}
    return _compare(index, events, "email", texts)


def customer_notifications(index: RecordingIndex) -> LostAndDoubled:
    """What technicians did: each in exactly one message, or template, to the customer."""
    events = [
        event
        for event in index.events.values()
        if event["actor"] == "technician" and (event["kind"] == "status" or event["body"])
    ]
    texts = {sent.callback_data or "": _text(sent) for sent in index.recording.whatsapp_messages}
    return _compare(index, events, "whatsapp", texts)


def _compare(
    index: RecordingIndex, events: Iterable[Row], kind: str, texts: Mapping[str, str | None]
) -> LostAndDoubled:
    lost, doubled, notifications = list[str](), list[str](), index.notifications(kind)
    for event in events:
        keys = [row["dedup_key"] for row in notifications.get(event["id"], [])]
        sent = [key for key in keys if index.accepted[key]]
        if len(sent) > 1:
            doubled.append(f"event {event['id']} in {sent}")
        elif sent and not _contains(texts[sent[0]], event):
            lost.append(f"event {event['id']} is not in the text of {sent[0]}")
        elif not sent and index.owner(event) is not None:  # what waits is erased with the customer
            lost.append(f"event {event['id']} ({event['kind']}, {index.code(event)})")
    return lost, doubled


def _text(sent: SentMessage) -> str | None:
    """What the customer reads; None for a template, which has one line for all events."""
    return None if sent.kind == "template" else sent.text


def _contains(text: str | None, event: Row) -> bool:
    words = event["body"] if event["kind"] != "rating" else None
    return text is None or not words or all(line.strip() in text for line in words.splitlines())
