"""A recording by key: everything that the checks look up."""

from collections import Counter, defaultdict

from bench.chaos.expected_state import Written, read_event
from bench.chaos.recording import Recording, Row
from state.model.message import Message


class RecordingIndex:
    """`accepted`: how often Meta or Resend accepted something under a dedup key. `newest`: the last outbox row of a lane.

    `written`: what each message wrote into tickets. `erased`: customers who were erased at least once; some of their
    messages have no customer now.
    """

    def __init__(self, recording: Recording) -> None:
        tables = recording.tables
        self.recording = recording
        events = (read_event(message.payload) for message in recording.customer_messages)
        self.messages = {event.wamid: event for event in events if isinstance(event, Message)}
        self._author = {message.wamid: message.customer for message in recording.customer_messages}
        self.inbound = {row["wamid"]: row for row in tables["inbound"]}
        self.outbox = {row["dedup_key"]: row for row in tables["outbox"]}
        self.tickets = {row["id"]: row for row in tables["tickets"]}
        self.events = {row["id"]: row for row in tables["ticket_events"]}
        self.whatsapp = Counter(sent.callback_data or "" for sent in recording.whatsapp_messages)
        self.emails = Counter(row_key(mail) for mail in recording.emails)
        self.accepted = self.whatsapp + self.emails
        self.newest = {row["lane"]: row["id"] for row in tables["outbox"]}  # they are ordered by id
        self.ticket_of = {row["wamid"]: row for row in tables["tickets"]}
        self.written: dict[str, Written] = defaultdict(list)
        for event in tables["ticket_events"]:
            if event["wamid"] and effect_of(event):
                self.written[event["wamid"]].append((self.code(event), effect_of(event)))
        self.erased = {
            self._author[wamid]
            for wamid, row in self.inbound.items()
            if wamid in self._author and row["customer_id"] is None
        }

    def owner(self, event: Row) -> int | None:
        """The customer of the event's ticket; None after they were erased."""
        owner: int | None = self.tickets[event["ticket_id"]]["customer_id"]
        return owner

    def code(self, event: Row) -> str:
        return str(self.tickets[event["ticket_id"]]["code"])

    def notified_of(self, event: Row) -> list[Row]:
        """The events in the notification that this event records; the same transaction wrote both."""
        return [
            self.events[number]
            for row in self.outbox.values()
            if row["content"] == "notification"
            if (row["ticket_id"], row["done_at"]) == (event["ticket_id"], event["created_at"])
            for number in row["events"]
        ]

    def notifications(self, channel: str) -> dict[int, list[Row]]:
        """The outbox rows of this channel that notify of each event."""
        found: dict[int, list[Row]] = defaultdict(list)
        for row in self.outbox.values():
            # A fresh link only names an event; what follows a template repeats it in full; what became of an e-mail, beside others.
            if row["channel"] == channel and row["content"] not in {"link", "full_text", "mail_result"}:
                for event in row["events"] or ():
                    found[event].append(row)
        return found

    def of_erased(self, key: str) -> bool:
        """Whether the outbox row of this dedup key may have been erased with its customer."""
        kind, _, rest = key.partition("/")
        if kind in {"notify", "update", "undelivered"}:
            event = self.events.get(int(rest.partition("/")[0]))
            return event is not None and self.owner(event) is None
        # wa/<wamid>, wa/<wamid>/throttled, wa/<wamid>/unshown or mail/<wamid>; a wamid may contain slashes
        wamids = (rest, rest.removesuffix("/throttled"), rest.removesuffix("/unshown"))
        if any(self._author.get(wamid) in self.erased for wamid in wamids):
            return True
        return any(row["customer_id"] is None and row["code"] in rest for row in self.tickets.values())


def row_key(mail: Row) -> str:
    """The dedup key of the row of an e-mail, whose own key ends with the technician: of whom there is one here."""
    return str(mail["key"] or "").removesuffix("/plain").rpartition("/")[0]


def effect_of(event: Row) -> str:
    """What a message did to a ticket; empty for a change of status that only followed from a note."""
    return str(event["action"] or "") if event["kind"] == "status" else str(event["kind"])
