"""The meaning of a text in a session: what its author does with it, where the talk stands.

The question that is open comes first: each place has its own answers, and reads everything else as it is read anywhere.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from state.model.session import WITH_REPORT, WITH_TICKET, Session, State
from state.model.ticket import TicketStatus
from state.understanding.act import Act, Place
from state.understanding.button_meaning import interpret_typed
from state.understanding.grade import grade_of
from state.understanding.pointing import points
from state.understanding.reading import Reading
from state.understanding.triggers import Meaning, Question, Trigger
from state.understanding.understand import Understanding

Answers = Mapping[Act | None, Trigger | Question]

# None: not understood. What is not listed means the same as anywhere.
_ANYWHERE: Final[Answers] = {
    None: Trigger.UNCLEAR,
    Act.GREETING: Trigger.GREETING,
    Act.PROBLEM: Trigger.PROBLEM,
    Act.ANOTHER: Trigger.PROBLEM,
    Act.REPORT: Trigger.REPORT,
    Act.INFO: Trigger.UNCLEAR,
    Act.STATUS: Question.TICKETS,
    Act.MINE: Question.TICKETS,
    Act.WHICH: Question.WHICH,
    Act.HUMAN: Trigger.HUMAN,
    Act.AFFIRM: Trigger.GREETING,
    Act.DENY: Trigger.CANCEL,
    Act.WAIT: Trigger.WAIT,
    Act.CANCEL: Trigger.CANCEL,
    Act.CLOSE: Question.TICKETS,
    Act.REOPEN: Question.TICKETS,
    Act.THANKS: Trigger.THANKS,
    Act.BYE: Trigger.BYE,
    Act.RATE: Trigger.THANKS,
    Act.LANGUAGE: Trigger.LANGUAGE_ASKED,
    Act.ERASE: Trigger.ERASE,
    Act.QUIET: Trigger.QUIET,
    Act.OTHER: Trigger.NOT_OURS,
    Act.UNCLEAR: Trigger.UNCLEAR,
}
_DESCRIBING: Final[Answers] = {
    None: Trigger.DETAIL,
    Act.INFO: Trigger.DETAIL,
    Act.UNCLEAR: Trigger.DETAIL,
    Act.RATE: Trigger.DETAIL,
    Act.AFFIRM: Trigger.REPORT,
    Act.CLOSE: Trigger.CANCEL,
    Act.PROBLEM: Trigger.DESCRIPTION,
    Act.ANOTHER: Trigger.DESCRIPTION,
}
_WITH_DRAFT: Final[Answers] = {
    None: Trigger.MORE,
    Act.PROBLEM: Trigger.MORE,
    Act.ANOTHER: Trigger.MORE,
    Act.INFO: Trigger.MORE,
    Act.UNCLEAR: Trigger.MORE,
    Act.RATE: Trigger.MORE,
    Act.AFFIRM: Trigger.YES,
    Act.DENY: Trigger.NO,
    Act.CLOSE: Trigger.CANCEL,
    Act.WHICH: Question.WHICH,
}
_UNSURE: Final[Answers] = {
    **_WITH_DRAFT,
    None: Trigger.UNCLEAR,
    Act.UNCLEAR: Trigger.UNCLEAR,
    Act.AFFIRM: Trigger.UNCLEAR,  # yes to which of the three?
    Act.REPORT: Trigger.YES,  # "open a ticket" is one of them
}
_REOPENING: Final[Answers] = {
    **_WITH_DRAFT,
    Act.AFFIRM: Question.REOPEN,
    Act.REOPEN: Question.REOPEN,
    Act.REPORT: Trigger.YES,
    Act.ANOTHER: Trigger.YES,
}
_ABOUT_TICKET: Final[Answers] = {
    None: Question.NOTE,
    Act.PROBLEM: Question.NOTE,
    Act.INFO: Question.NOTE,
    Act.STATUS: Question.NOTE,
    Act.HUMAN: Question.HUMAN,
    Act.DENY: Question.NOTE,
    Act.WAIT: Question.NOTE,
    Act.CANCEL: Question.NOTE,
    Act.CLOSE: Question.NOTE,
    Act.REOPEN: Question.NOTE,
    Act.UNCLEAR: Question.NOTE,
    Act.OTHER: Question.NOTE,
    Act.AFFIRM: Trigger.THANKS,
}
# We do not know how the ticket stands: whoever knows it, `resolve`, reads a yes.
_UNKNOWN: Final[Answers] = {**_ABOUT_TICKET, Act.AFFIRM: Question.NOTE, Act.RATE: Question.NOTE}
_ANOTHER_PROBLEM: Final[Answers] = {
    **_ABOUT_TICKET,
    Act.AFFIRM: Trigger.OTHER,
    Act.ANOTHER: Trigger.OTHER,
    Act.REPORT: Trigger.OTHER,
    Act.DENY: Trigger.SAME_PROBLEM,
}
_CLOSING: Final[Answers] = {
    **_ABOUT_TICKET,
    Act.AFFIRM: Question.CLOSE,
    Act.CLOSE: Question.CLOSE,
    Act.DENY: Trigger.KEEP_OPEN,
    Act.WAIT: Trigger.KEEP_OPEN,
    Act.CANCEL: Trigger.KEEP_OPEN,
}
_RESOLVED: Final[Answers] = {
    **_ABOUT_TICKET,
    Act.AFFIRM: Question.FIXED,
    Act.CLOSE: Question.FIXED,
    Act.RATE: Trigger.THANKS,
    Act.DENY: Question.REOPEN,
    Act.PROBLEM: Question.REOPEN,
    Act.REOPEN: Question.REOPEN,
    Act.WAIT: Trigger.WAIT,
    Act.CANCEL: Trigger.WAIT,
}
_RATING: Final[Answers] = {
    **_ABOUT_TICKET,
    Act.RATE: Trigger.RATE_UNCLEAR,
    Act.DENY: Trigger.SKIP,
    Act.CANCEL: Trigger.SKIP,
    Act.WAIT: Trigger.SKIP,
}
_CLOSED: Final[Answers] = {
    **_ABOUT_TICKET,
    Act.WAIT: Trigger.WAIT,
    Act.CLOSE: Trigger.THANKS,
    Act.REOPEN: Question.REOPEN,
}
_WAITING: Final[Answers] = {
    **dict.fromkeys((None, *Act), Question.NOTE),
    Act.GREETING: Trigger.GREETING,
    Act.ANOTHER: Trigger.PROBLEM,
    Act.HUMAN: Question.HUMAN,
    Act.LANGUAGE: Trigger.LANGUAGE_ASKED,
    Act.ERASE: Trigger.ERASE,
    Act.THANKS: Trigger.THANKS,
    Act.BYE: Trigger.BYE,
    Act.MINE: Question.TICKETS,
}
_CHOOSING: Final[Answers] = {
    None: Question.WHICH,
    Act.WHICH: Question.WHICH,
    Act.INFO: Question.WHICH,
    Act.UNCLEAR: Question.WHICH,
    Act.AFFIRM: Question.WHICH,
    Act.STATUS: Question.WHICH,
}
_ERASING: Final[Answers] = {
    Act.AFFIRM: Trigger.ERASE_WRITTEN,
    Act.ERASE: Trigger.ERASE_WRITTEN,
    Act.DENY: Trigger.ERASE_NO,
    Act.CANCEL: Trigger.ERASE_NO,
    Act.WAIT: Trigger.ERASE_NO,
}
_IN_STATE: Final[Mapping[State, tuple[Place, Answers]]] = {
    State.MENU: (Place.MENU, {}),
    State.DESCRIBING: (Place.DESCRIBING, _DESCRIBING),
    State.CONFIRMING: (Place.CONFIRMING, _WITH_DRAFT),
    State.UNSURE: (Place.CONFIRMING, _UNSURE),
    State.REOPENING: (Place.CONFIRMING, _REOPENING),
    State.ASKING_CODE: (Place.CHOOSING, _CHOOSING),
    State.FOLLOWING: (Place.FOLLOWING, _ABOUT_TICKET),
    State.ANOTHER_PROBLEM: (Place.FOLLOWING, _ANOTHER_PROBLEM),
    State.CLOSING: (Place.RESOLVED, _CLOSING),
    State.RATING: (Place.RATING, _RATING),
    State.ERASING: (Place.ERASING, _ERASING),
}
_SURELY: Final = 0.7
_TELL_A_PROBLEM: Final = frozenset({Act.PROBLEM, Act.ANOTHER})
# Notes that get an answer of their own.
_TOLD_APART: Final = {
    Act.PROBLEM: Act.PROBLEM,
    Act.STATUS: Act.STATUS,
    Act.CLOSE: Act.CLOSE,
    Act.CANCEL: Act.CLOSE,
    Act.OTHER: Act.OTHER,
}
# Answers that come to the same for the choice between them and others.
_LIKE: Final[Mapping[Trigger | Question, Trigger | Question]] = {
    Trigger.CANCEL: Trigger.NO,
    Trigger.BYE: Trigger.THANKS,
}
# The votes that an answer needs; what cannot be taken back needs more of them.
_LEAST_OF_OTHERS: Final = 0.3
_LEAST: Final[Mapping[Trigger | Question, float]] = {
    Trigger.YES: 0.8,
    Trigger.OTHER: 0.8,
    Trigger.HUMAN: 0.5,
    Question.HUMAN: 0.5,
    Question.FIXED: 0.6,
    Question.REOPEN: 0.6,
    Question.NOTE: 0.2,
    Question.CLOSE: 0.6,
}
_LEAST_SAID: Final = (
    0.02  # the votes that a costly answer needs by the words alone, as if they were said in the menu
)
Answer = tuple[Trigger | Question, Act | None]
_WORTH_OF_ASKING: Final = 0.35  # if no answer is worth more, we had better ask
# The acts to which an answer does no harm, beside those that it is the answer to; and how much of their votes counts for it.
_WORTH_ALSO: Final = 0.7
_ANY_NOTE: Final = frozenset(
    {Act.INFO, Act.PROBLEM, Act.REPORT, Act.DENY, Act.WAIT, Act.REOPEN, Act.UNCLEAR, Act.RATE, Act.QUIET}
)
_ALSO_FITS: Final[Mapping[Answer, frozenset[Act]]] = {
    (Question.NOTE, None): _ANY_NOTE,
    (Question.NOTE, Act.PROBLEM): _ANY_NOTE | {Act.ANOTHER},
    (Question.NOTE, Act.STATUS): _ANY_NOTE | {Act.MINE},
    (Question.NOTE, Act.CLOSE): _ANY_NOTE,
    (Trigger.MORE, None): _ANY_NOTE,
    (Trigger.DETAIL, None): frozenset({Act.REPORT, Act.ANOTHER}),
    (Trigger.REPORT, None): frozenset({Act.INFO, Act.UNCLEAR, Act.ANOTHER}),
    (Trigger.PROBLEM, None): frozenset({Act.INFO}),
    (Question.TICKETS, None): frozenset({Act.WHICH}),
    (Question.WHICH, None): frozenset({Act.STATUS, Act.MINE}),
}
# Answers that keep nothing of the text. One that is longer than a few words needs more votes for them.
_KEEP_NOTHING: Final = frozenset(
    {
        Trigger.THANKS,
        Trigger.BYE,
        Trigger.GREETING,
        Trigger.WAIT,
        Trigger.QUIET,
        Trigger.SKIP,
        Question.TICKETS,
        Question.WHICH,
    }
)
_LEAST_TO_KEEP_NOTHING: Final = 0.45
# Where these keep whatever is not understood, so they do with a text that points at no ticket.
_KEEP: Final = frozenset({Question.NOTE, Trigger.MORE})
# Acts whose few words add nothing to a ticket.
_BARE: Final = frozenset(
    {Act.AFFIRM, Act.DENY, Act.CANCEL, Act.CLOSE, Act.REOPEN, Act.HUMAN, Act.ANOTHER, Act.WAIT}
)
_MAX_BARE_WORDS: Final = 4
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
        code=(first or right[0]).code,
        codes=tuple(code.code for code in right),
        otherwise=None if first else plain,
    )


def _without_codes(session: Session, reading: Reading, meaning: Meaning) -> Meaning:
    """The meaning of a text, whatever codes are in it."""
    understood = reading.understood
    place, answers = _place_of(session)
    act = _decided(understood, place, answers)
    if place is Place.WAITING and _answers_technician(act, understood):
        act = None
    if place is Place.RESOLVED and act is Act.THANKS and understood.says_it_works:
        act = Act.AFFIRM  # "gracias, ya funciona" answers whether it is fixed
    if place is Place.RATING and (grade := grade_of(reading.text)):
        return replace(meaning, trigger=Question.RATE, code=session.current_ticket, rating=grade)
    trigger = _answer(answers, act)
    meaning = replace(meaning, act=act, trigger=trigger, text=_kept(understood, act, reading.text))
    meaning = _about(session, understood, reading.text, _refined(session, understood, meaning))
    if place is Place.CHOOSING and act is Act.PROBLEM and points(reading.text):
        return replace(meaning, trigger=Question.WHICH, text=reading.text)
    otherwise = _answer(answers, None)
    if meaning.trigger is not Question.WHICH or otherwise not in _KEEP:
        return meaning
    kept = replace(meaning, act=None, trigger=otherwise, text=reading.text)
    return replace(meaning, otherwise=_about(session, understood, reading.text, kept))


def _decided(understood: Understanding, place: Place, answers: Answers) -> Act | None:
    """What its author does with a text: of the answers of this place the one that is worth most, None if we had better ask.

    An answer is worth the votes of the acts that it answers, and most of those of the acts that it does no harm to: a question
    that is kept as a note and answered with the ticket is right for most that is said about a ticket.
    """
    ranked = sorted(understood.votes(place), key=lambda vote: -vote[1])
    votes = [(act, weight, _answer_to(answers, act)) for act, weight in ranked]
    first: dict[Answer, Act] = {}
    for act, _, answer in votes:
        first.setdefault(answer, act)
    worth = {answer: _worth(answer, votes) for answer in first}
    for answer in sorted(first, key=lambda answer: -worth[answer]):
        if worth[answer] < _WORTH_OF_ASKING:
            return None
        meant = sum(weight for _, weight, given in votes if given == answer)
        if meant >= _least(answer[0], understood.words) and _is_said(answer[0], understood, answers):
            return first[answer]
    return None


def _worth(answer: Answer, votes: list[tuple[Act, float, Answer]]) -> float:
    also = _ALSO_FITS.get(answer, frozenset())
    return sum(
        weight if given == answer else _WORTH_ALSO * weight
        for act, weight, given in votes
        if given == answer or act in also
    )


def _answer_to(answers: Answers, act: Act) -> Answer:
    """The answer to an act, told apart from others as far as it makes a difference."""
    trigger = _answer(answers, act)
    return _LIKE.get(trigger, trigger), _TOLD_APART.get(act) if trigger is Question.NOTE else None


def _is_said(answer: Trigger | Question, understood: Understanding, answers: Answers) -> bool:
    """False if only the place speaks for something costly, and not the words: "wobble" and "..." are no yes to any question."""
    if answer not in _LEAST:
        return True
    if understood.only_signs:
        return answer is Question.NOTE  # a bare "?" asks how the ticket stands
    said = sum(weight for act, weight in understood.votes(Place.MENU) if _answer(answers, act) is answer)
    return said >= _LEAST_SAID


def _least(answer: Trigger | Question, words: int) -> float:
    if answer in _KEEP_NOTHING and words > _MAX_BARE_WORDS:
        return _LEAST_TO_KEEP_NOTHING
    return _LEAST.get(answer, _LEAST_OF_OTHERS)


def _answer(answers: Answers, act: Act | None) -> Trigger | Question:
    return answers[act] if act in answers else _ANYWHERE[act]


def _answers_technician(act: Act | None, understood: Understanding) -> bool:
    """True for a word that is a command elsewhere: it may be the answer. A greeting is none."""
    if act is Act.GREETING:
        return not understood.greets
    return act in _COMMANDS and understood.words <= _MAX_ANSWER_WORDS


def _place_of(session: Session) -> tuple[Place, Answers]:
    if session.state not in {State.MENU, *WITH_TICKET}:
        return _IN_STATE[session.state]
    asked = session.open_question is not None and session.current_ticket in {None, session.open_question}
    if asked and session.current_status is not TicketStatus.RESOLVED:
        return Place.WAITING, _WAITING
    if session.state is State.FOLLOWING and session.current_status is None:
        return Place.FOLLOWING, _UNKNOWN
    if session.state is State.FOLLOWING and session.current_status is TicketStatus.RESOLVED:
        return Place.RESOLVED, _RESOLVED
    if session.state is State.FOLLOWING and session.current_status is TicketStatus.CLOSED:
        return Place.CLOSED, _CLOSED
    return _IN_STATE[session.state]


def _kept(understood: Understanding, act: Act | None, text: str) -> str:
    """The part of a text that belongs in a ticket: nothing of a mere command."""
    if act is understood.intent and understood.whole and act is not Act.INFO:
        return ""
    return "" if act in _BARE and understood.words <= _MAX_BARE_WORDS else text


def _surely_a_problem(understood: Understanding) -> bool:
    """True if a ticket may be opened without a question."""
    told = sum(weight for act, weight in understood.votes(Place.DESCRIBING) if act in _TELL_A_PROBLEM)
    return told >= _SURELY


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
        case Trigger.WAIT if meaning.text and _place_of(session)[0] is Place.CLOSED:
            return replace(meaning, trigger=Question.NOTE)  # nothing waits any more
        case Trigger.THANKS if act is Act.AFFIRM and session.last_reply == "not_ours":
            return replace(
                meaning, trigger=Question.HUMAN, text=""
            )  # we asked whether to pass it to a person
        case Trigger.PROBLEM if not meaning.text:
            return replace(meaning, trigger=Trigger.REPORT)  # announced, but not told
        case Trigger.REPORT if meaning.text:
            return replace(meaning, trigger=Trigger.DETAIL)
        case Trigger.DESCRIPTION if not _surely_a_problem(understood):
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
