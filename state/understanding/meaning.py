"""The meaning of a message in its session: from a reading to a trigger of the dialogue, or a question to the database."""

from dataclasses import replace
from typing import Any, Final

from state.model.message import Attachment, AttachmentKind, Deleted, Edited, Press, Text, Unsupported
from state.model.session import WITH_REPORT, WITH_TICKET, Session, State
from state.understanding.button_meaning import interpret_button
from state.understanding.reading import Reading
from state.understanding.text_meaning import ASKED_WHAT, interpret_text
from state.understanding.triggers import Meaning, Question, Trigger

MAX_FILES: Final = 10  # of one report, before it is a ticket


def interpret(session: Session, reading: Reading, quoted: str | None = None) -> Meaning:
    """The meaning of the message in `session`. Needs no facts; `Meaning.lookup` says which ones `resolve` needs.

    quoted: the code of the ticket that the message quotes. Whatever would be about a current ticket is about this one.
    """
    meaning = _interpret_quoting(session, reading, quoted)
    if meaning.trigger is Trigger.GREETING and session.is_new and session.current_ticket:
        # Somebody for whom a ticket was opened says hello: they come because of it.
        return replace(meaning, trigger=Question.CODE, code=session.current_ticket)
    if session.language and reading.understood.words < 2:
        return _in_any_case(meaning, language=None)  # "ok", "status", a code, an emoji: said in all of them
    return meaning


def _in_any_case(meaning: Meaning, **changes: Any) -> Meaning:
    """The meaning with these fields, also if the ticket that it names is not theirs."""
    return replace(meaning, **changes, otherwise=meaning.otherwise and replace(meaning.otherwise, **changes))


def _interpret_quoting(session: Session, reading: Reading, quoted: str | None) -> Meaning:
    match reading.content:
        case Deleted(of=of) | Edited(of=of) if quoted or session.report.holds(of):
            return Meaning(trigger=_change(session, reading.content), code=quoted)
        case Deleted():
            return Meaning(trigger=Trigger.MESSAGE_CHANGED)
        case Edited():  # of a message that is nowhere: as if it were new
            quoted = None
    plain = _interpret(session, reading)
    if session.has_left_report:
        plain = _in_any_case(plain, aside=True)
    if quoted is None or _follows(session, quoted):
        return plain
    about = _interpret(replace(session.without_draft(quoted), state=State.FOLLOWING), reading)
    if quoted not in {about.code, about.otherwise and about.otherwise.code}:
        return plain  # a command, or a code in the text
    busy = session.state in {State.DESCRIBING, *WITH_REPORT, *WITH_TICKET} or session.has_left_report
    return _in_any_case(about, aside=True) if busy else about


def _change(session: Session, change: Deleted | Edited) -> Trigger:
    if session.state not in WITH_REPORT or not session.report.holds(change.of):
        return Trigger.MESSAGE_CHANGED
    left = session.report.without(change.of)
    emptied = isinstance(change, Deleted) and not (left.words or left.files)
    return Trigger.REPORT_EMPTIED if emptied else Trigger.REPORT_CHANGED


def _follows(session: Session, code: str) -> bool:
    return session.state in WITH_TICKET and session.current_ticket == code


def _interpret(session: Session, reading: Reading) -> Meaning:
    match reading.content:
        case Attachment() as file:
            return _interpret_file(session, (file,), reading)
        case Edited(body=body, file=Attachment() as file):
            return _interpret_file(session, (replace(file, caption=body),), reading)
        case Text() | Edited():
            return interpret_text(session, reading)
        case Press():
            return interpret_button(session, reading.button)
        case Unsupported() if reading.text:
            return _interpret_file(session, (), reading)
        case Unsupported(what=what):
            return Meaning(trigger=Trigger.UNSUPPORTED, unhandled=what)
        case Deleted():
            return Meaning(trigger=Trigger.MESSAGE_CHANGED)


def _interpret_file(session: Session, files: tuple[Attachment, ...], reading: Reading) -> Meaning:
    """The meaning of a file, or of the words that came without theirs. If they name a ticket of theirs it is added to it."""
    meaning = _plain_file(session, files, reading)
    named = tuple(code.code for code in reading.codes.codes if code.valid)
    if not named or session.state in {State.DESCRIBING, *WITH_REPORT}:
        return meaning
    return replace(meaning, trigger=Question.NOTE, code=named[0], codes=named, otherwise=meaning)


def _plain_file(session: Session, files: tuple[Attachment, ...], reading: Reading) -> Meaning:
    caption = reading.text
    meaning = Meaning(trigger=Trigger.FILE, text=caption, files=files, language=reading.understood.language)
    is_voice = any(file.kind is AttachmentKind.VOICE for file in files)
    state, is_told = session.state, caption or is_voice
    if state in WITH_TICKET and session.current_ticket:
        return replace(meaning, trigger=Question.NOTE, code=session.current_ticket)
    if state in {State.MENU, State.ASKING_CODE} and session.open_question:
        return replace(meaning, trigger=Question.NOTE, code=session.open_question)
    if state in WITH_REPORT:
        if files and len(session.files) >= MAX_FILES:
            return replace(meaning, trigger=Trigger.TOO_MANY_FILES)
        asked = is_told and session.last_reply in ASKED_WHAT
        return replace(meaning, trigger=Trigger.DESCRIPTION if asked else Trigger.MORE)
    if state is State.DESCRIBING and is_told:
        return replace(meaning, trigger=Trigger.DESCRIPTION)
    return replace(meaning, trigger=Trigger.PROBLEM) if caption else meaning
