"""The points where an instance may crash, by name: from the first byte of a call to the last update of an outbox row."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class How(StrEnum):
    """KILL: the process group is killed. FREEZE: it is stopped and resumed an hour later. EXCEPTION: the code raises there."""

    KILL = "kill"
    FREEZE = "freeze"
    EXCEPTION = "exception"


class Poison(StrEnum):
    """Whether an exception leaves a poison message. INSTEAD: it replaces the turn, and Meta does not deliver the message again.

    BESIDE: it is stored in addition to the turn, which was already committed.
    """

    NONE = "none"
    INSTEAD = "instead"
    BESIDE = "beside"


class Reply(StrEnum):
    """The reply thread. HELD: it waits until the crash is over. OVER: the crash waits until the thread has ended."""

    AS_IT_COMES = "as it comes"
    HELD = "held"
    OVER = "over"


class Call(StrEnum):
    """What comes to the instance. ANSWER: the form on a ticket's page, with an answer to the customer. LIST: the form that asks for
    the link to the list of tickets. OPENING: the form that opens a ticket for somebody who has never written, and whose number Meta
    writes in another form. PHOTO: a photo for an open ticket. ERASURE: the same, by somebody who is erased before all is over.
    FILE: the form on a ticket's page, with an answer and a photo. MAIL: Resend's webhook, as a technician has answered an e-mail, with a
    photo; the customer has added something in between, so they are told.
    """

    MESSAGE = "message"
    ANSWER = "answer"
    LIST = "list"
    OPENING = "opening"
    PHOTO = "photo"
    ERASURE = "erasure"
    FILE = "file"
    MAIL = "mail"


class Wire(StrEnum):
    """A crash during a call to a dependency. ASKED: the call has no effect. LOST: it has its effect, but its answer is lost.

    LATE: it has its effect, and the answer waits in the socket until the caller resumes; so only for a freeze.
    """

    ASKED = "asked"
    LOST = "lost"
    LATE = "late"


ALL: Final = tuple(How)
# Between the last check of the lease and the call to Meta nothing can stop a frozen instance from sending what another has
# sent meanwhile: Meta has no idempotency key. The protocol accepts that a freeze of 150 s could hit these microseconds.
NOT_FROZEN: Final = (How.KILL, How.EXCEPTION)
# A call that fails on the wire is a fault of the dependency: test_reply_failures, test_new_ticket_email and the random
# sequences cover it.
ON_THE_WIRE: Final = (How.KILL, How.FREEZE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A place in the code (`code`: a function, as "module:name") or in a call (`call`: the end of its path).

    before: crash before the function runs, not after it returns; kind: only for rows of this channel; answered: only once Meta
    has its 200; with_a_mark: the instance takes the report, too, and the mark of its reply rides along with the commit; waits: the
    message is one more line of the report, whose reply waits for the next; limited: Resend's rate is exceeded at the mail's first try;
    comes: what the instance is called with; poison: what an exception there leaves; reply: how the reply thread is ordered against the
    crash.
    """

    name: str
    target: str = "webhook"
    code: str = ""
    before: bool = False
    call: str = ""
    wire: Wire | None = None
    kind: str = ""
    answered: bool = False
    with_a_mark: bool = False
    waits: bool = False
    limited: bool = False
    comes: Call = Call.MESSAGE
    reply: Reply = Reply.AS_IT_COMES
    poison: Poison = Poison.NONE
    ways: tuple[How, ...] = ALL


def _before(name: str, code: str, **more: object) -> Point:
    return Point(name=name, code=code, before=True, **more)  # type: ignore[arg-type]


def _after(name: str, code: str, **more: object) -> Point:
    return Point(name=name, code=code, **more)  # type: ignore[arg-type]


def _on_the_wire(name: str, call: str, **more: object) -> list[Point]:
    return [
        Point(
            name=f"{name}-{wire}",
            call=call,
            wire=wire,
            ways=(How.FREEZE,) if wire is Wire.LATE else ON_THE_WIRE,
            **more,  # type: ignore[arg-type]
        )
        for wire in Wire
    ]


_TURN: Final = [
    _before("call-came", "handlers.app:App.answer_webhook"),
    _before("signature-checked", "handlers.webhook:read_payload"),
    _after("parsed", "handlers.webhook:read_payload"),
    _before("turn-begins", "handlers.process_message:MessageProcessor.process", poison=Poison.INSTEAD),
    _after("loaded", "state.store.client:Store.load", poison=Poison.INSTEAD),
    _after("stepped", "handlers.process_message:step", poison=Poison.INSTEAD),
    _after("rendered", "handlers.render_turn:TurnRenderer.rows", poison=Poison.INSTEAD),
    _before("commit-begins", "state.store.client:Store.commit_turn", poison=Poison.INSTEAD),
    _after("committed", "state.store.client:Store.commit_turn", poison=Poison.BESIDE),
    _after("remembered", "state.store.lru:ConversationCache.put", poison=Poison.BESIDE),
    _after("turn-taken", "handlers.process_message:MessageProcessor.process", poison=Poison.BESIDE),
    _before("threads-start", "handlers.outbox_sender:OutboxSender.start"),
    _after("threads-started", "handlers.outbox_sender:OutboxSender.start", reply=Reply.HELD),
    _after("waited-for-the-reply", "handlers.outbox_sender:OutboxSender.wait", reply=Reply.OVER),
    _after("answer-ready", "handlers.app:App.answer_webhook", reply=Reply.OVER),
    *_on_the_wire("load", "load_conversation"),
    *_on_the_wire("commit", "commit_turn"),
]

_REPLY: Final = [
    _before("reply-thread-begins", "handlers.outbox_sender:OutboxSender._send_lane", kind="whatsapp"),
    _before("reply-send-begins", "channels.whatsapp:WhatsApp.send", ways=NOT_FROZEN),
    _after("reply-sent", "channels.whatsapp:WhatsApp.send"),
    _after("reply-mark-kept", "handlers.sent_marks:SentMarks.add", kind="whatsapp"),
    _after(
        "reply-thread-ends", "handlers.outbox_sender:OutboxSender._send_lane", kind="whatsapp", answered=True
    ),
    *_on_the_wire("reply-send", "messages"),
]

# The reply and the mail have been sent, and neither is marked.
_MARKS: Final = [
    _before(
        "flush-is-due",
        "handlers.mark_flusher:MarkFlusher._flush_and_look_again",
        answered=True,
        ways=ON_THE_WIRE,  # it calls nothing that could raise
    ),
    _before("flush-begins", "state.store.client:Store.mark_sent", answered=True),
    _after("flush-stored", "state.store.client:Store.mark_sent", answered=True),
    _after("flush-settled", "handlers.mark_flusher:MarkFlusher._store", answered=True),
    *_on_the_wire("flush", "mark_sent", answered=True),
    # A commit with the mark of the reply before, which this instance has sent, too.
    *_on_the_wire("commit-with-a-mark", "commit_turn", with_a_mark=True),
]

# A reply waits in the outbox for the customer's next line, and the instance that would send it dies.
_WAITING: Final = [
    _before(
        "waiting-is-due",
        "handlers.waiting_replies:WaitingReplies._send",
        answered=True,
        waits=True,
        ways=ON_THE_WIRE,  # it calls nothing that could raise
    ),
    _after("waiting-leased", "state.store.client:Store.lease_waiting", answered=True, waits=True),
    *_on_the_wire("lease-waiting", "lease_waiting", answered=True, waits=True),
]

_MAIL: Final = [
    _before(
        "mail-thread-begins", "handlers.outbox_sender:OutboxSender._send_lane", kind="email", answered=True
    ),
    _before("mail-send-begins", "channels.resend_email:Resend.send", answered=True),
    _after("mail-sent", "channels.resend_email:Resend.send", answered=True),
    _after("mail-mark-kept", "handlers.sent_marks:SentMarks.add", kind="email", answered=True),
    _after("mail-thread-ends", "handlers.outbox_sender:OutboxSender._send_lane", kind="email", answered=True),
    *_on_the_wire("mail-send", "emails", answered=True),
]

# A timer claims: it calls nothing else that could raise.
_CLAIMED: Final[dict[str, object]] = {"answered": True, "limited": True, "ways": ON_THE_WIRE}

# Resend answers 429: the row goes back, the channel rests for all instances, and the one that knows when dies.
_LIMITED: Final = [
    _after("limited-mail-tried", "channels.resend_email:Resend.send", answered=True, limited=True),
    _before("limited-mail-finish-begins", "state.store.client:Store.finish", answered=True, limited=True),
    _after("limited-mail-finished", "state.store.client:Store.finish", answered=True, limited=True),
    _before("limited-mail-claim-begins", "state.store.client:Store.claim", **_CLAIMED),
    _after("limited-mail-claimed", "state.store.client:Store.claim", **_CLAIMED),
    *_on_the_wire("limited-mail-finish", "finish_outbox", answered=True, limited=True),
    *_on_the_wire("limited-mail-claim", "claim_outbox", answered=True, limited=True),
]

# A technician answers the customer on the ticket's page.
_PAGE: Final = [
    _before("form-came", "handlers.app:App.answer_webhook", comes=Call.ANSWER),
    _before("action-begins", "state.store.client:Store.act_on_ticket", comes=Call.ANSWER),
    _after("action-done", "state.store.client:Store.act_on_ticket", comes=Call.ANSWER),
    _after(
        "words-threads-started",
        "handlers.outbox_sender:OutboxSender.start",
        comes=Call.ANSWER,
        reply=Reply.HELD,
    ),
    _after("page-ready", "handlers.app:App.answer_webhook", comes=Call.ANSWER, reply=Reply.OVER),
    _before("words-send-begins", "channels.whatsapp:WhatsApp.send", comes=Call.ANSWER, ways=NOT_FROZEN),
    _after("words-sent", "channels.whatsapp:WhatsApp.send", comes=Call.ANSWER),
    _after("words-mark-kept", "handlers.sent_marks:SentMarks.add", comes=Call.ANSWER),
    *_on_the_wire("action", "act_on_ticket", comes=Call.ANSWER),
    *_on_the_wire("words-send", "messages", comes=Call.ANSWER),
    *_on_the_wire("words-flush", "mark_sent", comes=Call.ANSWER, answered=True),
]

# A technician asks for the link to the list.
_LIST: Final = [
    _before("list-asked-for", "handlers.desk_pages:DeskPages.mail_link", comes=Call.LIST),
    _after("link-stored", "state.store.client:Store.mail_desk_link", comes=Call.LIST),
    _after("link-threads-started", "handlers.outbox_sender:OutboxSender.start", comes=Call.LIST),
    _before("link-send-begins", "channels.resend_email:Resend.send", answered=True, comes=Call.LIST),
    _after("link-sent", "channels.resend_email:Resend.send", answered=True, comes=Call.LIST),
    _after("link-mark-kept", "handlers.sent_marks:SentMarks.add", answered=True, comes=Call.LIST),
    *_on_the_wire("link", "mail_desk_link", comes=Call.LIST),
    *_on_the_wire("link-send", "emails", answered=True, comes=Call.LIST),
]

# A technician opens a ticket for somebody at the counter: they are told its code, and Meta's answer says how their number is written.
_COUNTER: Final = [
    _before("opening-begins", "state.store.client:Store.open_ticket_for", comes=Call.OPENING),
    _after("opening-done", "state.store.client:Store.open_ticket_for", comes=Call.OPENING),
    _after("opened-page-ready", "handlers.app:App.answer_webhook", comes=Call.OPENING, reply=Reply.OVER),
    _before("code-send-begins", "channels.whatsapp:WhatsApp.send", comes=Call.OPENING, ways=NOT_FROZEN),
    _after("code-sent", "channels.whatsapp:WhatsApp.send", comes=Call.OPENING),
    _before("number-comes", "state.store.client:Store.learn_number", comes=Call.OPENING),
    _after("number-kept", "state.store.client:Store.learn_number", comes=Call.OPENING),
    _after("code-mark-kept", "handlers.sent_marks:SentMarks.add", kind="whatsapp", comes=Call.OPENING),
    *_on_the_wire("opening", "open_ticket_for", comes=Call.OPENING),
    *_on_the_wire("code-send", "messages", comes=Call.OPENING),
    *_on_the_wire("number", "learn_number", comes=Call.OPENING),
]

_STORE: Final = "storage"
_BUCKET: Final = "object/ticket-files"


def _photo(comes: Call, begin: str) -> list[Point]:
    """A photo is fetched from Meta and stored, once its message was answered."""
    came: dict[str, object] = {"answered": True, "comes": comes}
    return [
        _before(
            f"{begin}-thread-begins", "handlers.outbox_sender:OutboxSender._send_lane", kind=_STORE, **came
        ),
        _before(f"{begin}-fetch-begins", "channels.whatsapp_media:Media.open", **came),
        _after(f"{begin}-fetch-begun", "channels.whatsapp_media:Media.open", **came),
        _after(f"{begin}-room-kept", "state.store.client:Store.reserve_file", **came),
        _before(f"{begin}-upload-begins", "state.store.files:FileStorage.put", **came),
        _after(f"{begin}-uploaded", "state.store.files:FileStorage.put", **came),
        _after(f"{begin}-recorded", "state.store.client:Store.record_stored", **came),
        _after(f"{begin}-mark-kept", "handlers.sent_marks:SentMarks.add", kind=_STORE, **came),
        *_on_the_wire(f"{begin}-room", "reserve_file", **came),
        *_on_the_wire(f"{begin}-upload", _BUCKET, **came),
        *_on_the_wire(f"{begin}-record", "record_stored", **came),
    ]


_FILES: Final = [
    _after("photo-committed", "state.store.client:Store.commit_turn", comes=Call.PHOTO, ways=NOT_FROZEN[:1]),
    *_photo(Call.PHOTO, "photo"),
    *_photo(Call.ERASURE, "erased-photo"),
]

# A technician's photo is stored before the answer is committed, and given to Meta before it is sent.
_ANSWERED_FILE: Final = [
    _after("file-announced", "state.store.client:Store.announce_files", comes=Call.FILE),
    _before("file-put-begins", "state.store.files:FileStorage.put", comes=Call.FILE),
    _after("file-put", "state.store.files:FileStorage.put", comes=Call.FILE),
    _after("file-answered", "state.store.client:Store.act_on_ticket", comes=Call.FILE),
    _before("file-upload-begins", "channels.whatsapp_media:Media.upload", comes=Call.FILE),
    _after("file-uploaded", "channels.whatsapp_media:Media.upload", comes=Call.FILE),
    _after("file-upload-recorded", "state.store.client:Store.record_uploaded", comes=Call.FILE),
    *_on_the_wire("file-announce", "announce_files", comes=Call.FILE),
    *_on_the_wire("file-put", _BUCKET, comes=Call.FILE),
    *_on_the_wire("file-answer", "act_on_ticket", comes=Call.FILE),
    *_on_the_wire("file-upload", "media", comes=Call.FILE),
    *_on_the_wire("file-upload-record", "record_uploaded", comes=Call.FILE),
]

# A technician answers by e-mail: once the webhook has its 200, a row of the outbox fetches it, does it, and tells its author.
_BY_MAIL: Final[dict[str, object]] = {"comes": Call.MAIL, "answered": True}
_MAILED: Final = [
    _before("mail-came", "handlers.received_mail.inbox:MailInbox.receive", comes=Call.MAIL),
    _after("mail-received", "state.store.client:Store.receive_mail", comes=Call.MAIL),
    _after("mail-taken-in", "handlers.received_mail.inbox:MailInbox.receive", comes=Call.MAIL),
    _before("fetch-begins", "channels.resend_receiving:ReceivedMails.fetch", **_BY_MAIL),
    _after("fetched", "channels.resend_receiving:ReceivedMails.fetch", **_BY_MAIL),
    _after("mailed-file-announced", "state.store.client:Store.announce_files", **_BY_MAIL),
    _after("mailed-file-put", "state.store.files:FileStorage.put", **_BY_MAIL),
    _before("mailed-action-begins", "state.store.client:Store.act_on_ticket", **_BY_MAIL),
    _after("mailed-action-done", "state.store.client:Store.act_on_ticket", **_BY_MAIL),
    _before("end-begins", "state.store.client:Store.finish_mail", **_BY_MAIL),
    _after("end-recorded", "state.store.client:Store.finish_mail", **_BY_MAIL),
    _after("inbox-mark-kept", "handlers.sent_marks:SentMarks.add", kind="inbox", **_BY_MAIL),
    _after("author-told", "channels.resend_email:Resend.send", **_BY_MAIL),
    *_on_the_wire("receive", "receive_mail", comes=Call.MAIL),
    *_on_the_wire("fetch", "receiving", **_BY_MAIL),
    *_on_the_wire("mailed-file-announce", "announce_files", **_BY_MAIL),
    *_on_the_wire("mailed-file-put", _BUCKET, **_BY_MAIL),
    *_on_the_wire("mailed-action", "act_on_ticket", **_BY_MAIL),
    *_on_the_wire("end", "finish_mail", **_BY_MAIL),
    *_on_the_wire("author-telling", "emails", **_BY_MAIL),
]

_SWEEP: Final = [
    _before("sweep-begins", "handlers.sweep:Sweep.run", target="sweep"),
    _after("sweep-claimed", "state.store.client:Store.claim", target="sweep"),
    _before("sweep-reply-begins", "handlers.outbox_sender:OutboxSender.run", kind="whatsapp", target="sweep"),
    _before("sweep-reply-send-begins", "channels.whatsapp:WhatsApp.send", target="sweep", ways=NOT_FROZEN),
    _after("sweep-reply-sent", "channels.whatsapp:WhatsApp.send", target="sweep"),
    _after("sweep-reply-finished", "state.store.client:Store.finish", kind="whatsapp", target="sweep"),
    _before("sweep-mail-begins", "handlers.outbox_sender:OutboxSender.run", kind="email", target="sweep"),
    _after("sweep-mail-sent", "channels.resend_email:Resend.send", target="sweep"),
    _after("sweep-mail-finished", "state.store.client:Store.finish", kind="email", target="sweep"),
    _after("sweep-dead-reported", "state.store.client:Store.report_dead", target="sweep"),
    _after("sweep-purged", "state.store.client:Store.purge_expired", target="sweep"),
    *_on_the_wire("sweep-reply-claim", "claim_outbox", kind="whatsapp", target="sweep"),
    *_on_the_wire("sweep-mail-claim", "claim_outbox", kind="email", target="sweep"),
    *_on_the_wire("sweep-reply-send", "messages", target="sweep"),
    *_on_the_wire("sweep-reply-finish", "finish_outbox", kind="whatsapp", target="sweep"),
    *_on_the_wire("sweep-mail-send", "emails", target="sweep"),
    *_on_the_wire("sweep-mail-finish", "finish_outbox", kind="email", target="sweep"),
]

POINTS: Final = [
    *_TURN,
    *_REPLY,
    *_MARKS,
    *_WAITING,
    *_MAIL,
    *_LIMITED,
    *_PAGE,
    *_LIST,
    *_COUNTER,
    *_FILES,
    *_ANSWERED_FILE,
    *_MAILED,
    *_SWEEP,
]
CASES: Final = [(point, how) for point in POINTS for how in point.ways]


def named(name: str) -> Point:
    return next(point for point in POINTS if point.name == name)
