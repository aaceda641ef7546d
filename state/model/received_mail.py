"""An e-mail that was received, as Resend has it: what a technician answers to one of ours, and everything else that comes to that domain."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """What the receiver found out about the sender: each "pass", "fail", "none", ..., in lower case.

    dmarc: "none" if the sender's domain has no DMARC record. None: not said.
    """

    spf: str | None = None
    dkim: str | None = None
    dmarc: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A part of an e-mail that is not its text. content_id: without angle brackets; inline: by its Content-Disposition; bytes: its size."""

    id: str
    filename: str = field(default="", repr=False)
    content_type: str = ""
    content_id: str = ""
    inline: bool = False
    bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """An e-mail that Resend has received.

    sender: the From header as it stands, perhaps with a name, perhaps of several; to, cc: as in the headers; headers: by their names in
    lower case, of each all values; text, html: None if there is no such part; images in html stand as `cid:`; raw_url: where the
    original can be downloaded for an hour.
    """

    id: str
    sender: str = field(repr=False)
    to: tuple[str, ...] = field(default=(), repr=False)
    cc: tuple[str, ...] = field(default=(), repr=False)
    subject: str = field(default="", repr=False)
    headers: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    text: str | None = field(default=None, repr=False)
    html: str | None = field(default=None, repr=False)
    authentication: Authentication | None = None
    raw_url: str | None = field(default=None, repr=False)
    files: tuple[ReceivedFile, ...] = ()

    def header(self, name: str) -> str:
        """The first value of a header; empty without one. name: in lower case."""
        return next(iter(self.headers.get(name, ())), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMail:
    """What Resend's webhook tells of an e-mail to the address of a technician.

    event_id: of the webhook; message_id: of the e-mail's header, empty without one; email_id: by which Resend gives it; code: of the
    ticket; technician: their address; seen: the latest event of the ticket that the e-mail told which they answered; for_team: that was
    what technicians say to each other.
    """

    event_id: str
    message_id: str
    email_id: str
    code: str
    technician: str = field(repr=False)
    seen: int
    for_team: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToFetch:
    """An e-mail that is to be fetched. id: its number here; done: it was dealt with; has_customer: nobody has erased them.

    said: the event of the ticket by which an earlier attempt has said its words to the customer.
    """

    id: int
    email_id: str
    code: str
    technician: str = field(repr=False)
    seen: int
    done: bool
    has_customer: bool
    for_team: bool = False
    said: int | None = None


class MailOutcome(StrEnum):
    """What became of an e-mail.

    It was done: SENT to the customer; NOTED: among technicians, as its author wanted it; TAKEN: the ticket is theirs. It became a note
    and was not sent: OTHER_WORD, as it begins with a word after a # that is no command; OTHER_READERS, as others are in To or Cc;
    MISPLACED, as a command stands in it where none counts; TAKEN_NOTED: words after a command that says nothing to the customer.

    It was refused: NOT_THEIRS: the sender's address is not the technician's; UNPROVED: it may be forged; EMPTY: nothing was written;
    TOO_LONG for WhatsApp; OWN_LINK: a link of ours that is not for customers is in it; IMPOSSIBLE in the ticket's status; ERASED: the customer is; NO_FILES: none of its files can be sent, and there
    are no words; UNREADABLE: it could not be fetched.

    Nobody is told: AUTOMATIC: no person wrote it; FORMER: who it was sent to is no technician any more.
    """

    SENT = "sent"
    NOTED = "noted"
    TAKEN = "taken"
    OTHER_WORD = "other_word"
    OTHER_READERS = "other_readers"
    MISPLACED = "misplaced"
    TAKEN_NOTED = "taken_noted"
    NOT_THEIRS = "not_theirs"
    UNPROVED = "unproved"
    EMPTY = "empty"
    TOO_LONG = "too_long"
    OWN_LINK = "own_link"
    IMPOSSIBLE = "impossible"
    ERASED = "erased"
    NO_FILES = "no_files"
    UNREADABLE = "unreadable"
    AUTOMATIC = "automatic"
    FORMER = "former"

    @property
    def is_done(self) -> bool:
        """True if somebody reads what was written."""
        return self in _DONE


_DONE = {
    MailOutcome.SENT,
    MailOutcome.NOTED,
    MailOutcome.TAKEN,
    MailOutcome.OTHER_WORD,
    MailOutcome.OTHER_READERS,
    MailOutcome.MISPLACED,
    MailOutcome.TAKEN_NOTED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LostFile:
    """A file that went to nobody. problem: a FileProblem, or "note", "no_room", "own_link" or "unreadable"."""

    name: str = field(repr=False)
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDetail:
    """What the author of an e-mail has to know besides its outcome.

    sender: who wrote it; word: that is no command, or none where it stands; was_cut: it had more text than is read;
    meanwhile: others did something since the e-mail that it answers.
    """

    sender: str = field(default="", repr=False)
    word: str = field(default="", repr=False)
    files: tuple[LostFile, ...] = ()
    was_cut: bool = False
    meanwhile: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MailResult:
    """What became of an e-mail, for the one that tells its author. seen, for_team: as in NewMail; detail: None if the customer was
    erased since.
    """

    outcome: MailOutcome
    seen: int
    for_team: bool = False
    detail: MailDetail | None = None
