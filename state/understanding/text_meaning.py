"""The meaning of a text in a session: what its author does with it, where the talk stands.

The question that is open comes first: each place has its own answers, and reads everything else as it is read anywhere.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from state.model.session import WITH_REPORT, WITH_TICKET, Session, State
from state.understanding.act import Act, Place
from state.understanding.answers import answer_of, place_of
from state.understanding.button_meaning import interpret_typed
from state.understanding.decision import MAX_BARE_WORDS, decide, surely_a_problem
from state.understanding.grade import grade_of
from state.understanding.plain_words import adds, only_announces
from state.understanding.pointing import points
from state.understanding.reading import Reading
from state.understanding.triggers import Meaning, Question, Trigger
from state.understanding.understand import Understanding

# Where these keep whatever is not understood, so they do with a text that points at no ticket.
_KEEP: Final = frozenset({Question.NOTE, Trigger.MORE})
# Acts whose few words add nothing to a ticket.
_BARE: Final = frozenset({Act.AFFIRM, Act.DENY, Act.CANCEL, Act.CLOSE, Act.REOPEN, Act.HUMAN, Act.WAIT})
# Where a text of a report goes into the report, or into its ticket.
_REPORT_KEEPS: Final = frozenset(
    {
        Trigger.YES,
        Trigger.MORE,
        Trigger.DETAIL,
        Trigger.PROBLEM,
        Trigger.DESCRIPTION,
        Trigger.UNCLEAR,
        Trigger.NOT_OURS,
        Trigger.HUMAN,
        Question.REOPEN,
    }
)
# What a text may do to a ticket that it names, beside adding to it.
_ABOUT_A_TICKET: Final = frozenset(
    {Question.NOTE, Question.HUMAN, Question.CLOSE, Question.FIXED, Question.REOPEN}
)
# Who names the ticket of a problem means that ticket, unless they announce another.
_BESIDE_A_CODE: Final[Mapping[Act | None, Act | None]] = {
    Act.ANOTHER: Act.PROBLEM,
    Act.PROBLEM: None,
    Act.OTHER: None,
}
# What words of addition are never, and where we have asked about what they go on with.
_NOT_AN_ADDITION: Final = frozenset(
    {Act.ANOTHER, Act.REPORT, Act.AFFIRM, Act.DENY, Act.CANCEL, Act.CLOSE, Act.WAIT}
)
_ASKED: Final = frozenset({Place.CONFIRMING, Place.RESOLVED})
# Replies to a report without a problem: the next message says what it is.
ASKED_WHAT: Final = frozenset({"more_needed", "file_received"})
# One word that is a command elsewhere may be the answer to a technician's question.
_MAX_ANSWER_WORDS: Final = 2
_COMMANDS: Final = frozenset({Act.LANGUAGE, Act.ERASE, Act.HUMAN, Act.MINE})


def interpret_text(session: Session, reading: Reading) -> Meaning:
    """The meaning of a text. A typed button title is a press. A ticket code comes next; in a report it is a part of that, unless the
    report would not keep the words beside it, or they only ask for the ticket.
    """
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
    plain = _without_codes(session, understood, reading, meaning)
    if session.state in {State.DESCRIBING, *WITH_REPORT} and not reading.only_asks:
        return _in_report(session, reading, meaning, plain)
    return _with_codes(session, reading, meaning, plain)


def _in_report(session: Session, reading: Reading, meaning: Meaning, plain: Meaning) -> Meaning:
    """The meaning of a text in a report: of one that names a ticket of theirs, and that the report would not keep, a note to that."""
    if not reading.codes or plain.trigger in _REPORT_KEEPS:
        return plain
    certain = any(code.certain for code in reading.codes.codes)
    kept = replace(meaning, trigger=answer_of(place_of(session)[1], None)) if certain else plain
    named = tuple(code.code for code in reading.codes.codes if code.valid)
    if not named:
        return kept
    about = _about_named(session, reading, meaning, named)
    return replace(about, aside=True, code=named[0], codes=named, otherwise=kept)


def _with_codes(session: Session, reading: Reading, meaning: Meaning, plain: Meaning) -> Meaning:
    """`meaning` with the tickets that the text names; `plain` if it names none.

    What is perhaps only a number is a code if we asked for one, or if they have that ticket.
    """
    codes = reading.codes.codes
    asked = session.state is State.ASKING_CODE and not session.open_question
    sure = [code for code in codes if code.certain or asked]
    right = tuple(code.code for code in codes if code.valid)
    if sure and not any(code.valid for code in sure):
        plain = replace(meaning, trigger=_mistyped(session, reading, meaning), code=sure[0].code)
    if not right:
        return plain
    about = _about_named(session, reading, meaning, right)
    first = next((code.code for code in sure if code.valid), None)
    return replace(about, code=first or right[0], codes=right, otherwise=None if first else plain)


def _mistyped(session: Session, reading: Reading, meaning: Meaning) -> Trigger:
    """The trigger of a text whose code has an error: the words beside it are kept, as of one that is not theirs."""
    if reading.only_asks:
        return Trigger.CODE_MISTYPED
    asks = _about_named(session, reading, meaning, ()).trigger
    return Trigger.HUMAN if asks is Question.HUMAN else Trigger.CODE_AND_STORY


def _about_named(session: Session, reading: Reading, meaning: Meaning, codes: tuple[str, ...]) -> Meaning:
    """The meaning of a text that names tickets: a plain question shows the ticket. All else is read as if it were the current one.

    What would be no answer about a ticket is added to it: no word that is not a plain question is only answered.
    """
    if reading.only_asks:
        return replace(meaning, trigger=Question.CODE)
    if codes != (session.current_ticket,) or session.state not in WITH_TICKET:
        code = codes[0] if codes else None
        session = replace(session.without_draft(code), state=State.FOLLOWING, current_status=None)
    about = _without_codes(session, reading.beside, reading, meaning)
    act = _BESIDE_A_CODE.get(about.act, about.act)
    trigger = about.trigger if about.trigger in _ABOUT_A_TICKET else Question.NOTE
    return replace(about, trigger=trigger, act=act, text=reading.text, otherwise=None)


def _without_codes(
    session: Session, understood: Understanding, reading: Reading, meaning: Meaning
) -> Meaning:
    """The meaning of a text, whatever codes are in it. understood: what it says, with or without them."""
    place, answers = place_of(session)
    act = decide(understood, place, answers)
    if place is Place.WAITING and _answers_technician(act, understood):
        act = None
    if place is Place.RESOLVED and act is Act.THANKS and understood.says_it_works:
        act = Act.AFFIRM  # "gracias, ya funciona" answers whether it is fixed
    if act in _NOT_AN_ADDITION and place is not Place.ERASING and adds(reading.text):
        # "además no tiene batería" goes on with what is open. It is no answer to what we asked.
        act = Act.INFO if place in _ASKED else Act.PROBLEM
    if place is Place.RATING and (grade := grade_of(reading.text)):
        return replace(meaning, trigger=Question.RATE, code=session.current_ticket, rating=grade)
    trigger = answer_of(answers, act)
    meaning = replace(
        meaning,
        act=act,
        guessed=act is not understood.intent,
        trigger=trigger,
        text=_kept(understood, place, act, reading),
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


def _kept(understood: Understanding, place: Place, act: Act | None, reading: Reading) -> str:
    """The part of a text that belongs in a ticket: nothing of a mere command. "Sí, la negra" tells more about the report.

    What stands beside a ticket's code is no mere command.
    """
    text = reading.text
    if any(code.certain for code in reading.codes.codes):
        return text
    if place is Place.CONFIRMING and act is Act.AFFIRM and understood.yes_and_more:
        return text
    if act is understood.intent and understood.whole and act is not Act.INFO:
        return ""
    if act is Act.ANOTHER:
        return "" if only_announces(text) else text
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
