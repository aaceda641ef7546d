"""What a person has to see to, as plain data: the problems of the desk, and e-mails that reached nobody."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class ProblemKind(StrEnum):
    """SWEEP: none has come for minutes. REFUSED: a channel refuses us all, because of a key or a limit. TEMPLATE: Meta refuses it, and
    notifications wait. ACCOUNT: bad news about the account, the number or a template. DEAD_LETTERS: outbox rows that were given up.
    MAILBOX: an address that our e-mails do not reach. DATABASE: Supabase does not answer; only the process itself can tell.
    """

    SWEEP = "sweep"
    REFUSED = "refused"
    TEMPLATE = "template"
    ACCOUNT = "account"
    DEAD_LETTERS = "dead_letters"
    MAILBOX = "mailbox"
    DATABASE = "database"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """about: the channel, the address, or Meta's field with the template; error: a code or a word of the provider's; since: None if
    it is not known; count: rows or e-mails.
    """

    kind: ProblemKind
    about: str = ""
    error: str | None = None
    since: datetime | None = None
    count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """The state of the desk. mail: the number of the e-mail to the operator that whoever asked is to send; heartbeat: when a sweep
    last came to its end.
    """

    problems: tuple[Problem, ...]
    mail: int | None
    heartbeat: datetime | None

    @property
    def sweep_is_missing(self) -> bool:
        """None has come for minutes, by the clock of the database."""
        return any(problem.kind is ProblemKind.SWEEP for problem in self.problems)


class FailureKind(StrEnum):
    """What became of an e-mail that Resend took. SUPPRESSED: it sends nothing more to an address that once refused an e-mail, or
    whose owner complained. FAILED: it could not send it. COMPLAINED: it arrived, and was reported as spam.
    """

    BOUNCED = "bounced"
    SUPPRESSED = "suppressed"
    FAILED = "failed"
    COMPLAINED = "complained"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailFailure:
    """event_id: of Resend's event; reason: its words for it, short; row: of the outbox, None if the e-mail is of none."""

    event_id: str
    kind: FailureKind
    address: str = field(repr=False)
    reason: str | None
    row: int | None
