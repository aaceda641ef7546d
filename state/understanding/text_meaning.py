"""The meaning of a text in a session: what its author does with it, where the talk stands.

The question that is open comes first: each place has its own answers, and reads everything else as it is read anywhere.
"""

from dataclasses import replace
from typing import Final

from state.model.session import WITH_REPORT, Session, State
from state.understanding.act import Act, Place
from state.understanding.answers import answer_of, place_of
from state.understanding.button_meaning import interpret_typed
from state.understanding.decision import MAX_BARE_WORDS, decide, surely_a_problem
from state.understanding.grade import grade_of
from state.understanding.pointing import points
from state.understanding.reading import Reading
from state.understanding.triggers import Meaning, Question, Trigger
from state.understanding.understand import Understanding

# Where these keep whatever is not understood, so they do with a text that points at no ticket.
_KEEP: Final = frozenset({Question.NOTE, Trigger.MORE})
# Acts whose few words add nothing to a ticket.
_BARE: Final = frozenset(
    {Act.AFFIRM, Act.DENY, Act.CANCEL, Act.CLOSE, Act.REOPEN, Act.HUMAN, Act.ANOTHER, Act.WAIT}
)
# Replies to a report without a problem: the next message says what it is.
ASKED_WHAT: Final = frozenset({"more_needed", "file_received"})
# One word that is a command elsewhere may be the answer to a technician's question.
_MAX_ANSWER_WORDS: Final = 2
_COMMANDS: Final = frozenset({Act.LANGUAGE, Act.ERASE, Act.HUMAN, Act.MINE})


def interpret_text(session: Session, reading: Reading) -> Meaning:
    """The meaning of a text. A typed button title is a press. A ticket code comes next; in a report, only if it is all there is."""
    understood = reading.understood
    if reading.typed and (pressed := interpret_typed(session, reading.typed)):
        return replace(pressed, language=understood.language)
    meaning = Meaning(
        trigger=Trigger.UNCLEAR,
        text=reading.text,
        language=understood.language,
        wanted_language=understood.wanted_language,
        angry=understood.angry,
    )
    plain = _without_codes(session, reading, meaning)
    writing_report = session.state in {State.DESCRIBING, *WITH_REPORT}
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
        act=reading.code_act,
        code=(first or right[0]).code,
        codes=tuple(code.code for code in right),
        otherwise=None if first else plain,
    )


def _without_codes(session: Session, reading: Reading, meaning: Meaning) -> Meaning:
    """The meaning of a text, whatever codes are in it."""
    understood = reading.understood
    place, answers = place_of(session)
    act = decide(understood, place, answers)
    if place is Place.WAITING and _answers_technician(act, understood):
        act = None
    if place is Place.RESOLVED and act is Act.THANKS and understood.says_it_works:
        act = Act.AFFIRM  # "gracias, ya funciona" answers whether it is fixed
    if place is Place.RATING and (grade := grade_of(reading.text)):
        return replace(meaning, trigger=Question.RATE, code=session.current_ticket, rating=grade)
    trigger = answer_of(answers, act)
    meaning = replace(
        meaning,
        act=act,
        guessed=act is not understood.intent,
        trigger=trigger,
        text=_kept(understood, place, act, reading.text),
    )
    meaning = _about(session, understood, reading.text, _refined(session, understood, meaning))
    if place is Place.CHOOSING and act is Act.PROBLEM and points(reading.text):
        return replace(meaning, trigger=Question.WHICH, text=reading.text)
    otherwise = answer_of(answers, None)
    if meaning.trigger is not Question.WHICH or otherwise not in _KEEP:
        return meaning
    kept = replace(meaning, act=None, trigger=otherwise, text=reading.text)
    return replace(meaning, otherwise=_about(session, understood, reading.text, kept))


def _answers_technician(act: Act | None, understood: Understanding) -> bool:
    """True for a word that is a command elsewhere: it may be the answer. A greeting is none."""
    if act is Act.GREETING:
        return not understood.greets
    if act is Act.ANOTHER:
        return understood.words < 2  # "otro" may be, "otro problema" is not
    return act in _COMMANDS and understood.words <= _MAX_ANSWER_WORDS


def _kept(understood: Understanding, place: Place, act: Act | None, text: str) -> str:
    """The part of a text that belongs in a ticket: nothing of a mere command. "Sí, la negra" tells more about the report."""
    if place is Place.CONFIRMING and act is Act.AFFIRM and understood.yes_and_more:
        return text
    if act is understood.intent and understood.whole and act is not Act.INFO:
        return ""
    return "" if act in _BARE and understood.words <= MAX_BARE_WORDS else text


def _refined(session: Session, understood: Understanding, meaning: Meaning) -> Meaning:
    """What the act alone does not say."""
    act = meaning.act
    match meaning.trigger:
        case Trigger.LANGUAGE_ASKED if meaning.wanted_language:
            return replace(meaning, trigger=Trigger.LANGUAGE_CHOSEN, text="")
        case Trigger.NO if understood.corrects and Act.AFFIRM not in understood.refused:
            return replace(
                meaning, trigger=Trigger.MORE, act=Act.INFO
            )  # no to what was wrong, with what is right
        case Trigger.WAIT if session.state is State.MENU and meaning.text:
            return replace(meaning, trigger=Trigger.GREETING)  # nothing is open that could wait
        case Trigger.NO if meaning.text or understood.intent is not Act.DENY:
            return replace(meaning, trigger=Trigger.CANCEL)  # no plain no: the report is kept
        case Trigger.CANCEL if act is Act.DENY and session.state is State.MENU and session.has_draft:
            return replace(meaning, trigger=Trigger.NO)
        case Trigger.KEEP_OPEN | Trigger.SAME_PROBLEM | Trigger.SKIP if meaning.text:
            return replace(meaning, trigger=Question.NOTE, act=Act.DENY)  # more than a no: a note
        case Trigger.WAIT if meaning.text and place_of(session)[0] is Place.CLOSED:
            return replace(meaning, trigger=Question.NOTE)  # nothing waits any more
        case Trigger.THANKS if act is Act.AFFIRM and session.last_reply == "not_ours":
            return replace(
                meaning, trigger=Question.HUMAN, text=""
            )  # we asked whether to pass it to a person
        case Trigger.PROBLEM | Trigger.DESCRIPTION if not meaning.text:
            return replace(meaning, trigger=Trigger.REPORT)  # announced, but not told
        case Trigger.REPORT if meaning.text:
            return replace(meaning, trigger=Trigger.DETAIL)
        case Trigger.DESCRIPTION if not surely_a_problem(understood):
            return replace(meaning, trigger=Trigger.PROBLEM)
        case Trigger.MORE if session.last_reply in ASKED_WHAT and act is Act.PROBLEM:
            return replace(meaning, trigger=Trigger.DESCRIPTION)
        case Trigger.OTHER if act is Act.ANOTHER and meaning.text:
            return replace(meaning, trigger=Trigger.PROBLEM)  # one more, that is told: a report of its own
        case Trigger.OTHER if act is Act.AFFIRM and session.last_reply != "note_other":
            return replace(meaning, trigger=Trigger.THANKS)  # a yes to something else
        case Trigger.UNCLEAR if act is Act.AFFIRM and session.last_reply == "not_ours":
            return replace(meaning, trigger=Trigger.HUMAN, text="")  # we asked whether to pass it to a person
        case Trigger.UNCLEAR if act is Act.AFFIRM and understood.whole:
            return replace(meaning, text="")
        case Question.REOPEN if session.state is State.REOPENING:
            text = "\n".join(part for part in (session.draft, meaning.text) if part)
            return replace(meaning, text=text, files=session.files)
        case _:
            return meaning


def _only_cancels(understood: Understanding, meaning: Meaning) -> bool:
    return meaning.act is Act.CANCEL and not meaning.text and not understood.names_ticket


def _about(session: Session, understood: Understanding, text: str, meaning: Meaning) -> Meaning:
    """Add the code of the ticket that the text is about. A note keeps all its words."""
    about = replace(meaning, code=session.current_ticket or session.open_question)
    match meaning.trigger:
        case Question.NOTE if meaning.act is Act.STATUS and not understood.words:
            return replace(about, trigger=Question.CODE, text="")  # a bare "?"
        case Question.NOTE if session.open_question is None and _only_cancels(understood, meaning):
            return replace(meaning, trigger=Trigger.CANCEL)
        case Question.NOTE:
            return replace(about, text=text)
        case Question.TICKETS:
            return replace(meaning, text=text)
        case Question.WHICH:  # if it points at none, it may answer a technician
            return replace(meaning, text=text, code=session.open_question)
        case Question():
            return about
        case _:
            return meaning
