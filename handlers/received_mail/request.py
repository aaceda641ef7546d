"""What a technician's e-mail asks for: which action, with which words. Pure.

Better a colleague reads it than the customer: whatever is not certainly for the customer becomes a note.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from handlers.received_mail.command import Command, CommandKind, misplaced_command, read_command
from handlers.received_mail.refusal import MailRefused
from messages.safe_text import utf16_length
from messages.whatsapp.notification_bubble import MAX_TECHNICIAN_TEXT
from state.model.received_mail import MailOutcome
from state.model.ticket import Mark, TechnicianAction

# What a command says to the customer.
_SAYS: Final = {
    CommandKind.ANSWER: TechnicianAction.ANSWER,
    CommandKind.ASK: TechnicianAction.ASK,
    CommandKind.RESOLVE: TechnicianAction.RESOLVE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRequest:
    """action: what to do with the ticket; text: the words that go with it; note: words for the team that follow.

    outcome: what became of the e-mail once that is done.
    """

    action: TechnicianAction | Mark
    text: str = field(repr=False)
    outcome: MailOutcome
    note: str = field(default="", repr=False)
    word: str = field(default="", repr=False)

    @property
    def is_for_customer(self) -> bool:
        """True if the customer reads it, and files can go along."""
        return isinstance(self.action, TechnicianAction) and self.action.sends_files


def read_request(
    typed: str, further: Sequence[str], *, has_files: bool, for_team: bool = False
) -> MailRequest:
    """What these words ask for. Raises MailRefused.

    further: other recipients; has_files: files came with them; for_team: without a command they are a note, as the e-mail which they
    answer has said.
    """
    command = read_command(typed)
    if for_team and command.kind is CommandKind.ANSWER:
        command = replace(command, kind=CommandKind.NOTE)
    request = _for_the_team(typed, command, further)
    words = request.text or request.note
    if utf16_length(words) > MAX_TECHNICIAN_TEXT:
        raise MailRefused(MailOutcome.TOO_LONG)
    may_be_silent = request.action in {TechnicianAction.RESOLVE, TechnicianAction.TAKE}
    if not words and not may_be_silent and not (has_files and request.is_for_customer):
        raise MailRefused(MailOutcome.EMPTY)
    return request


def _for_the_team(typed: str, command: Command, further: Sequence[str]) -> MailRequest:
    """As `_wanted`, but what others are sent, too, is a conversation among them: all of it becomes a note."""
    request = _wanted(typed, command)
    if not further or request.action is Mark.INTERNAL or request.outcome is MailOutcome.TAKEN:
        return request
    return MailRequest(action=Mark.INTERNAL, text=typed, outcome=MailOutcome.OTHER_READERS)


def _wanted(typed: str, command: Command) -> MailRequest:
    """Of words with another command in them nobody knows where the customer's end: all of it becomes a note."""
    if command.kind in _SAYS and (word := misplaced_command(command.text)):
        return MailRequest(action=Mark.INTERNAL, text=typed, outcome=MailOutcome.MISPLACED, word=word)
    match command.kind:
        case CommandKind.NOTE:
            return MailRequest(action=Mark.INTERNAL, text=command.text, outcome=MailOutcome.NOTED)
        case CommandKind.UNKNOWN:
            note = MailRequest(action=Mark.INTERNAL, text=command.text, outcome=MailOutcome.OTHER_WORD)
            return replace(note, word=command.word)
        case CommandKind.TAKE:
            outcome = MailOutcome.TAKEN_NOTED if command.text else MailOutcome.TAKEN
            return MailRequest(action=TechnicianAction.TAKE, text="", outcome=outcome, note=command.text)
        case _:
            return MailRequest(action=_SAYS[command.kind], text=command.text, outcome=MailOutcome.SENT)
