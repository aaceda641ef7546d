"""The meaning of a text in a session: after "what is wrong?" it is a description, with a current ticket it is a note."""

import re
from dataclasses import replace
from typing import Final

from state.model.session import Session, State
from state.understanding.intents import Intent, Understanding
from state.understanding.reading import Reading
from state.understanding.triggers import Meaning, Question, Trigger

_ANOTHER_PROBLEM: Final = re.compile(
    r"\W*(otr[oa]|nuev[oa]|another|a new|new|outr[oa]|nov[oa])\s+"
    r"(problema|falla|tema|ticket|caso|problem|issue|chamado|defeito)\b",
    re.IGNORECASE,
)
_ABOUT_A_TICKET: Final = re.compile(r"\b(ticket|caso|reclamo|reporte|case|chamado)\b", re.IGNORECASE)
_BEGINS_WITH_YES: Final = re.compile(r"\W*(s[ií]|sim|yes)\b", re.IGNORECASE)

_COMMANDS: Final[dict[Intent | None, Trigger | Question]] = {
    Intent.GREETING: Trigger.GREETING,
    Intent.REPORT: Trigger.REPORT,
    Intent.STATUS: Question.TICKETS,
    Intent.TICKETS: Question.TICKETS,
    Intent.HUMAN: Trigger.HUMAN,
    Intent.CANCEL: Trigger.CANCEL,
    Intent.THANKS: Trigger.THANKS,
    Intent.ERASE: Trigger.ERASE,
}


def interpret_text(session: Session, reading: Reading) -> Meaning:
    """The meaning of a text. A ticket code in it takes precedence; while a report is being written, only if it is all there is."""
    meaning = Meaning(
        trigger=Trigger.UNCLEAR,
        text=reading.text,
        language=reading.understood.language,
        wanted_language=reading.understood.wanted_language,
    )
    plain = _without_codes(session, reading, meaning)
    writing_report = session.state in {State.DESCRIBING, State.CONFIRMING}
    if writing_report and not reading.only_codes:
        return plain
    return _with_codes(session, reading, meaning, plain)


def _with_codes(session: Session, reading: Reading, meaning: Meaning, plain: Meaning) -> Meaning:
    """`meaning` with the tickets that the text names; `plain` if it names none.

    What is perhaps only a number is a code if we asked for one, or if they have that ticket.
    """
    codes = reading.codes.codes
    asked = session.state is State.ASKING_CODE and not session.open_question
    sure = [code for code in codes if code.certain or asked]
    right = [code for code in codes if code.valid]
    if sure and not any(code.valid for code in sure):
        plain = replace(meaning, trigger=reading.mistyped_asks or plain.trigger, code=sure[0].code)
    if not right:
        return plain
    first = next((code for code in sure if code.valid), None)
    return replace(
        meaning,
        trigger=reading.code_asks or plain.trigger,
        code=(first or right[0]).code,
        codes=tuple(code.code for code in right),
        otherwise=None if first else plain,
    )


def _without_codes(session: Session, reading: Reading, meaning: Meaning) -> Meaning:
    """The meaning of a text, whatever codes are in it."""
    understood = reading.understood
    match session.state:
        case State.DESCRIBING:
            return _describing(session, understood, meaning)
        case State.CONFIRMING:
            return _confirming(session, understood, meaning)
        case State.FOLLOWING if session.current_ticket:
            return _following(session.current_ticket, understood, meaning)
        case State.ERASING if understood.intent in {Intent.NO, Intent.CANCEL}:
            return replace(meaning, trigger=Trigger.ERASE_NO)
        case State.ERASING if understood.intent is Intent.YES or _BEGINS_WITH_YES.match(reading.text):
            return replace(meaning, trigger=Trigger.ERASE_WRITTEN)  # only the button erases
        case _ if session.open_question and understood.intent in {None, Intent.YES, Intent.NO}:
            return replace(meaning, trigger=Question.NOTE, code=session.open_question)
        case _:
            return _menu(understood, meaning)


def _command(understood: Understanding, meaning: Meaning) -> Meaning | None:
    """The meaning of a command, the same in every state. If the text is nothing but the command, its meaning has no text."""
    if understood.intent is Intent.LANGUAGE:
        trigger = Trigger.LANGUAGE_CHOSEN if understood.wanted_language else Trigger.LANGUAGE_ASKED
        return replace(meaning, trigger=trigger, text="")
    if command := _COMMANDS.get(understood.intent):
        return replace(meaning, trigger=command, text="" if understood.whole else meaning.text)
    return None


def _menu(understood: Understanding, meaning: Meaning) -> Meaning:
    """The meaning without a draft or a ticket: a command, a problem, or not understood."""
    if command := _command(understood, meaning):
        return command
    match understood.intent:
        case Intent.PROBLEM:
            return replace(meaning, trigger=Trigger.PROBLEM)
        case Intent.YES | Intent.NO:
            return replace(meaning, trigger=Trigger.GREETING, text="")
        case _:
            return meaning


def _describing(session: Session, understood: Understanding, meaning: Meaning) -> Meaning:
    """The meaning while a description is expected: any text is the description, unless it is nothing but a command."""
    return _answer(session, understood, meaning) or replace(meaning, trigger=Trigger.DESCRIPTION)


def _confirming(session: Session, understood: Understanding, meaning: Meaning) -> Meaning:
    """The meaning while a draft waits for confirmation: text is added to it, unless it is a command or asks for a person."""
    if understood.intent is Intent.HUMAN:
        return replace(meaning, trigger=Trigger.HUMAN, text="" if understood.whole else meaning.text)
    missed_again = understood.intent is None and session.misses
    more = Trigger.MORE_UNCLEAR if missed_again else Trigger.MORE
    return _answer(session, understood, meaning) or replace(meaning, trigger=more)


def _answer(session: Session, understood: Understanding, meaning: Meaning) -> Meaning | None:
    """The meaning of a message that is nothing but a command, a yes or a no. None for others."""
    if not understood.whole:
        return None
    match understood.intent:
        case Intent.YES:
            return replace(meaning, trigger=Trigger.YES if session.has_draft else Trigger.REPORT, text="")
        case Intent.NO:
            return replace(meaning, trigger=Trigger.CANCEL, text="")
        case _:
            return _command(understood, meaning)


def _following(ticket: str, understood: Understanding, meaning: Meaning) -> Meaning:
    """The meaning with a current ticket: any text that is not a command is added to it."""
    about = replace(meaning, code=ticket)
    match understood.intent:
        case Intent.YES | Intent.NO if understood.whole:
            return replace(about, trigger=Question.NOTE, yes_or_no=understood.intent is Intent.YES)
        case Intent.PROBLEM | None if _ANOTHER_PROBLEM.match(meaning.text):
            return replace(meaning, trigger=Trigger.PROBLEM)
        case Intent.CANCEL if _ABOUT_A_TICKET.search(meaning.text):
            return replace(about, trigger=Question.NOTE)  # left to the technicians
        case Intent.HUMAN:
            return replace(about, trigger=Question.HUMAN, text="" if understood.whole else meaning.text)
        case Intent.STATUS:
            return replace(about, trigger=Question.CODE, text="")
        case Intent.REPORT | Intent.TICKETS | Intent.ERASE:
            return _command(understood, meaning) or meaning
        case _:
            command = _command(understood, meaning) if understood.whole else None
            return command or replace(about, trigger=Question.NOTE)
