"""The dialogue as a table: in which state, moved by what, the desk does what and is where next.

Two rules. Everything that changes `Session.state` is the table below, and nothing here knows a clock, a network, a random
number or a word of text. The diagram in docs/dialogue.md is drawn from the table by `state/dialogue/diagram.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from state.model.language import Language
from state.model.message import Content, Message, Press, Unhandled
from state.model.session import Session, State
from state.model.ticket import TicketStatus, TicketView
from state.model.turn import (
    Action,
    AddNote,
    Button,
    Change,
    ChangeTicket,
    Effect,
    EraseCustomer,
    Facts,
    OpenTicket,
    Reply,
)
from state.understanding.meaning import Meaning, Trigger

QUIET: Final = timedelta(seconds=60)  # a file this soon after an acknowledged addition needs no second bubble
HASTE: Final = timedelta(seconds=20)  # nor does a line, if it is no question
MAX_DRAFT: Final = 60_000  # characters of one report
_SUMMARY: Final = 80  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """All that an action may look at."""

    session: Session
    meaning: Meaning
    facts: Facts
    message: Message


Outcome = tuple[Session, tuple[Effect, ...]]
Act = Callable[[Step], Outcome]


# --- what is offered ------------------------------------------------------------------------------------------------


def _menu(*actions: Action) -> tuple[Button, ...]:
    return tuple(Button(state=State.MENU, action=action) for action in actions)


_DESK: Final = _menu(Action.REPORT, Action.TICKETS, Action.HUMAN)
_LANGUAGES: Final = tuple(
    Button(state=State.MENU, action=Action.LANGUAGE, argument=language) for language in Language
)


def _bound(session: Session, state: State, *actions: Action) -> tuple[Button, ...]:
    return tuple(Button(state=state, action=action, argument=str(session.serial)) for action in actions)


def _of(code: str, *actions: Action) -> tuple[Button, ...]:
    """Buttons that name their ticket, and so are good for as long as it is there."""
    return tuple(Button(state=State.FOLLOWING, action=action, argument=code) for action in actions)


def _view(code: str) -> Button:
    return _of(code, Action.VIEW)[0]


def _rating(code: str) -> tuple[Button, ...]:
    stars = (
        Button(state=State.FOLLOWING, action=Action.RATE, argument=f"{code}/{n}") for n in range(5, 0, -1)
    )
    return (*stars, *_of(code, Action.SKIP))


def _quotes(content: Content) -> bool:
    """A quoted message shows which one is answered; a pressed button needs no such help."""
    return not isinstance(content, Press)


# --- what is done ---------------------------------------------------------------------------------------------------


def _say(key: str, *buttons: Button) -> Act:
    """An action that only talks."""

    def act(turn: Step) -> Outcome:
        return turn.session, (Reply(say=key, buttons=buttons),)

    return act


def _leave(key: str, *buttons: Button) -> Act:
    """An action that talks, and takes everything off the table."""

    def act(turn: Step) -> Outcome:
        return replace(turn.session.cleared(), ticket=None), (Reply(say=key, buttons=buttons),)

    return act


def _silence(turn: Step) -> Outcome:
    return turn.session, ()


def _ask_problem(turn: Step) -> Outcome:
    """What is on the table already, or was said along with the wish, stays and waits for the rest."""
    table = _report(turn.session)
    asked = replace(
        table,
        draft=_with(table.draft, turn.meaning.text)[:MAX_DRAFT],
        ticket=None,
        # Asked again it is the same question: the buttons of both bubbles are good.
        serial=table.serial if table.state is State.DESCRIBING else table.serial + 1,
        acknowledged_at=None,
    )
    return asked, (_question(asked),)


def _question(session: Session) -> Reply:
    """What is wrong? With something on the table it can also go in as it is."""
    if not session.draft and not session.files:
        return Reply(say="ask_problem", buttons=_bound(session, State.DESCRIBING, Action.CANCEL))
    return Reply(
        say="file_kept",
        values={"draft": session.draft, "files": str(len(session.files))},
        buttons=_bound(session, State.DESCRIBING, Action.YES, Action.CANCEL),
    )


def _report(session: Session) -> Session:
    """The session with its report; with a ticket on the table the draft is its latest note, which it has already."""
    return session.cleared() if session.state is State.FOLLOWING else session


def _draft(key: str, *, misses: int = 0) -> Act:
    """A new report on the table, to be confirmed."""

    def act(turn: Step) -> Outcome:
        drafted = replace(
            turn.session,
            draft=turn.meaning.text[:MAX_DRAFT],
            files=turn.meaning.files,
            ticket=None,
            serial=turn.session.serial + 1,
            misses=misses,
            acknowledged_at=turn.message.at if turn.meaning.files else None,
        )
        return drafted, (_confirmation(key, drafted, turn),)

    return act


def _confirmation(key: str, session: Session, turn: Step) -> Reply:
    if key == "confirm_problem" and not session.draft:
        key = "file_received"
    buttons = _bound(session, State.CONFIRMING, Action.YES, Action.CANCEL)
    if key in {"maybe_problem", "offer_human"}:
        buttons = (buttons[0], *_menu(Action.HUMAN), buttons[1])
    if key == "code_and_problem":
        buttons = (*buttons, *_menu(Action.TICKETS))
    return Reply(
        say=key,
        values={
            "draft": session.draft,
            "files": str(len(session.files)),
            "code": turn.meaning.code or "",
        },
        buttons=buttons,
        quote=_quotes(turn.message.content) and key != "confirm_problem",
    )


def _confirm_again(turn: Step) -> Outcome:
    return turn.session, (_confirmation("confirm_problem", turn.session, turn),)


def _add_to_draft(key: str, *, misses: int = 0) -> Act:
    def act(turn: Step) -> Outcome:
        added = replace(
            turn.session,
            draft=_with(turn.session.draft, turn.meaning.text)[:MAX_DRAFT],
            files=turn.session.files + turn.meaning.files,
            misses=turn.session.misses + misses,
        )
        return _acknowledged(added, turn, _confirmation(key, added, turn))

    return act


def _with(draft: str, text: str) -> str:
    """A report with one more part. What was just said again is not said twice."""
    if f"\n{draft}".endswith(f"\n{text}"):
        return draft
    return "\n".join(part for part in (draft, text) if part)


def _keep_file(turn: Step) -> Outcome:
    """A file before the words: it waits for them, or goes in as it is."""
    kept = replace(turn.session, files=turn.session.files + turn.meaning.files)
    return _acknowledged(kept, turn, _question(kept))


def _too_many_files(turn: Step) -> Outcome:
    """The file is refused; the words that came with it are not."""
    kept = replace(turn.session, draft=_with(turn.session.draft, turn.meaning.text)[:MAX_DRAFT])
    return kept, (Reply(say="too_many_files", buttons=_bound(kept, kept.state, Action.YES, Action.CANCEL)),)


def _acknowledged(session: Session, turn: Step, reply: Reply) -> Outcome:
    """The bubble; or, for the next photo of an album, silence."""
    if turn.meaning.files and _just_said(session, turn):
        return session, ()
    return replace(session, acknowledged_at=turn.message.at), (reply,)


def _goes_without_saying(turn: Step) -> bool:
    """Whether a note needs no bubble: the next photo of an album, the next line of somebody who writes in pieces."""
    if turn.meaning.files:
        return _just_said(turn.session, turn)
    return "?" not in turn.meaning.text and _just_said(turn.session, turn, HASTE)


def _just_said(session: Session, turn: Step, lately: timedelta = QUIET) -> bool:
    return session.acknowledged_at is not None and turn.message.at - session.acknowledged_at < lately


def _open(turn: Step) -> Outcome:
    """The ticket, from the report on the table and what this message adds to it."""
    return _opened(turn, "ticket_opened", wants_human=False)


def _open_human(turn: Step) -> Outcome:
    """A ticket marked so: nobody is at the other end this second, and we say so."""
    return _opened(turn, "human_opened", wants_human=True)


def _opened(turn: Step, key: str, *, wants_human: bool) -> Outcome:
    code = turn.facts.new_code
    table = _report(turn.session)
    description = _with(table.draft, turn.meaning.text)
    ticket = OpenTicket(
        code=code,
        summary=summarise(description),
        description=description[:MAX_DRAFT],
        files=table.files + turn.meaning.files,
        wants_human=wants_human,
    )
    reply = Reply(
        say=key,
        values={"code": code, "summary": ticket.summary, "files": str(len(ticket.files))},
        buttons=(_view(code), *_menu(Action.MENU)),
        quote=_quotes(turn.message.content),
    )
    return replace(turn.session.cleared(), ticket=code, acknowledged_at=None), (ticket, reply)


def _show_ticket(turn: Step) -> Outcome:
    ticket = turn.facts.ticket or turn.facts.tickets[0]
    # Somebody with one ticket has just seen all of them.
    elsewhere = Action.REPORT if len(turn.facts.tickets) == 1 else Action.TICKETS
    match ticket.status:
        case TicketStatus.RESOLVED:
            buttons = (*_of(ticket.code, Action.FIXED, Action.NOT_FIXED), *_menu(elsewhere))
        case TicketStatus.CLOSED:
            buttons = (*_of(ticket.code, Action.REOPEN), *_menu(elsewhere, Action.HUMAN))
        case _:
            buttons = (*_of(ticket.code, Action.CLOSE), *_menu(elsewhere, Action.HUMAN))
    reply = Reply(say="ticket_card", ticket=ticket, buttons=buttons)
    return _following(turn.session, ticket.code), (reply,)


def _glance(turn: Step) -> Outcome:
    """A ticket, shown in the middle of a report, which stays on the table."""
    ticket = turn.facts.ticket or turn.facts.tickets[0]
    buttons = _bound(turn.session, State.CONFIRMING, Action.YES, Action.CANCEL)
    return turn.session, (Reply(say="ticket_glance", ticket=ticket, buttons=buttons),)


def _choose_ticket(turn: Step) -> Outcome:
    rows = tuple(_view(ticket.code) for ticket in turn.facts.tickets)
    reply = Reply(say="choose_ticket", tickets=turn.facts.tickets, buttons=rows)
    return replace(turn.session.cleared(), ticket=None), (reply,)


def _no_such_ticket(key: str) -> Act:
    def act(turn: Step) -> Outcome:
        values = {"code": turn.meaning.code or ""}
        reply = Reply(say=key, values=values, buttons=_menu(Action.TICKETS, Action.REPORT, Action.HUMAN))
        return replace(turn.session.cleared(), ticket=None), (reply,)

    return act


def _code_in_report(key: str) -> Act:
    """A code that leads nowhere, in the middle of a report: the report stays on the table."""

    def act(turn: Step) -> Outcome:
        values = {"code": turn.meaning.code or ""}
        buttons = _bound(turn.session, State.CONFIRMING, Action.YES, Action.CANCEL)
        return turn.session, (Reply(say=key, values=values, buttons=(*buttons, *_menu(Action.TICKETS))),)

    return act


def _note(turn: Step) -> Outcome:
    """The draft is what "it is another problem" would report: all that was said since the bubble which offers it."""
    code = turn.meaning.code or ""
    note = AddNote(code=code, text=turn.meaning.text, files=turn.meaning.files)
    if turn.session.ticket == code and _goes_without_saying(turn):
        draft = _with(turn.session.draft, note.text)[:MAX_DRAFT]
        return replace(turn.session, draft=draft, files=turn.session.files + note.files), (note,)
    noted = replace(
        turn.session,
        ticket=code,
        draft=note.text,
        files=note.files,
        serial=turn.session.serial + 1,
        acknowledged_at=turn.message.at,
    )
    other = _bound(noted, State.FOLLOWING, Action.OTHER)
    reply = Reply(
        say="answer_added" if _waits(turn.facts.ticket) else "note_added",
        ticket=turn.facts.ticket,
        buttons=(*other, _view(code), *_menu(Action.MENU)),
        quote=True,
    )
    return noted, (note, reply)


def _waits(ticket: TicketView | None) -> bool:
    return ticket is not None and ticket.status is TicketStatus.WAITING_CUSTOMER


def _note_closed(turn: Step) -> Outcome:
    """The ticket is done: with what was said it is opened again, or another one is opened."""
    drafted, effects = _draft("ticket_closed")(turn)
    again = Button(
        state=State.CONFIRMING, action=Action.REOPEN, argument=f"{turn.meaning.code}/{drafted.serial}"
    )
    buttons = (again, *_bound(drafted, State.CONFIRMING, Action.NEW, Action.CANCEL))
    return drafted, tuple(replace(effect, buttons=buttons) for effect in effects if isinstance(effect, Reply))


def _change(key: str, change: Change) -> Act:
    """The owner changes the state of their ticket, which is on the table then."""

    def act(turn: Step) -> Outcome:
        code = turn.meaning.code or ""
        done = ChangeTicket(code=code, change=change, text=turn.meaning.text, files=turn.meaning.files)
        reply = Reply(
            say=key,
            values={"code": code, "draft": done.text, "files": str(len(done.files))},
            buttons=_after(change, code),
        )
        return _following(turn.session.cleared(), code), (done, reply)

    return act


def _after(change: Change, code: str) -> tuple[Button, ...]:
    match change:
        case Change.FIXED:
            return _rating(code)
        case Change.CLOSE:
            return (*_of(code, Action.REOPEN), *_menu(Action.REPORT))
        case _:
            return (_view(code), *_menu(Action.MENU))


def _aside(act: Act) -> Act:
    """The same in the middle of a report, which stays on the table."""

    def beside(turn: Step) -> Outcome:
        return turn.session, act(turn)[1]

    return beside


def _rate(turn: Step) -> Outcome:
    rated = ChangeTicket(code=turn.meaning.code or "", change=Change.RATING, rating=turn.meaning.rating)
    return turn.session, (rated, Reply(say="rated"))


def _another_problem(turn: Step) -> Outcome:
    drafted = replace(turn.session, ticket=None)  # the same serial: a second tap is seen to be one
    return drafted, (_confirmation("confirm_problem", drafted, turn),)


def _wait(turn: Step) -> Outcome:
    """Somebody has opened too many tickets within the hour: the report stays on the table, and a yes opens it later."""
    table = _report(turn.session)
    kept = replace(
        table,
        draft=_with(table.draft, turn.meaning.text)[:MAX_DRAFT],
        files=table.files + turn.meaning.files,
        ticket=None,
        serial=table.serial if table.state is State.CONFIRMING else table.serial + 1,
        acknowledged_at=None,
    )
    return kept, (_confirmation("report_waits", kept, turn),)


def _ask_human(turn: Step) -> Outcome:
    code = turn.meaning.code or ""
    note = AddNote(code=code, text=turn.meaning.text, wants_human=True)
    reply = Reply(say="human_asked", values={"code": code}, buttons=(_view(code), *_menu(Action.MENU)))
    return _following(turn.session, code), (note, reply)


def _following(session: Session, code: str) -> Session:
    """With this ticket on the table. Coming back to it does not spoil "it is another problem" under its latest note."""
    table = session if session.ticket == code else session.cleared()
    return replace(table, ticket=code, acknowledged_at=None)


def _choose_language(turn: Step) -> Outcome:
    spoken = replace(turn.session, language=turn.meaning.wanted, chosen=True)
    match spoken.state:  # an open question is asked again, in the new language
        case State.CONFIRMING:
            reply = _confirmation("confirm_problem", spoken, turn)
        case State.DESCRIBING:
            reply = _question(spoken)
        case State.ERASING:
            reply = Reply(say="erase_explained", buttons=_erasure(spoken))
        case _:
            reply = Reply(say="language_changed", buttons=_DESK)
    return spoken, (reply,)


def _explain_erasure(turn: Step) -> Outcome:
    asked = replace(turn.session.cleared(), ticket=None, serial=turn.session.serial + 1)
    return asked, (Reply(say="erase_explained", buttons=_erasure(asked)),)


def _press_to_erase(turn: Step) -> Outcome:
    return turn.session, (Reply(say="erase_press", buttons=_erasure(turn.session)),)


def _erasure(session: Session) -> tuple[Button, ...]:
    return _bound(session, State.ERASING, Action.ERASE, Action.KEEP)


def _erase(turn: Step) -> Outcome:
    fresh = Session(language=turn.session.language, at=turn.session.at)
    return fresh, (EraseCustomer(), Reply(say="erased"))


def _unsupported(turn: Step) -> Outcome:
    what = turn.meaning.unhandled or Unhandled.OTHER
    return turn.session, (Reply(say=f"unsupported_{what}", quote=True),)


def summarise(description: str) -> str:
    """The words in one line, cut at a word, at most 80 characters. Empty if there are none."""
    line = ""
    for words in (" ".join(each.split()) for each in description.splitlines()):
        line += " · " * bool(line and words) + words
        if len(line) > _SUMMARY:
            break  # a report may have 60,000 characters
    else:
        return line
    return line[: _SUMMARY - 1].rsplit(" ", 1)[0][: _SUMMARY - 1].rstrip(" ,;:.") + "…"


# --- the table ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rule:
    """What is done, and the state after it. `next` None: the state stays."""

    act: Act
    next: State | None


_SAME: Final = None

# Understood at any time. A state's own rows, below, come first.
ANYWHERE: Final[Mapping[Trigger, Rule]] = {
    Trigger.GREETING: Rule(_leave("welcome", *_DESK), State.MENU),
    Trigger.REPORT: Rule(_ask_problem, State.DESCRIBING),
    Trigger.PROBLEM: Rule(_draft("confirm_problem"), State.CONFIRMING),
    Trigger.FILE: Rule(_draft("file_received"), State.CONFIRMING),
    Trigger.UNCLEAR: Rule(_draft("maybe_problem", misses=1), State.CONFIRMING),
    Trigger.CODE_FOUND: Rule(_show_ticket, State.FOLLOWING),
    Trigger.CODE_UNKNOWN: Rule(_no_such_ticket("code_unknown"), State.ASKING_CODE),
    Trigger.CODE_MISTYPED: Rule(_no_such_ticket("code_mistyped"), State.ASKING_CODE),
    Trigger.CODE_AND_STORY: Rule(_draft("code_and_problem"), State.CONFIRMING),
    Trigger.NO_TICKETS: Rule(_leave("no_tickets", *_menu(Action.REPORT, Action.HUMAN)), State.MENU),
    Trigger.ONE_TICKET: Rule(_show_ticket, State.FOLLOWING),
    Trigger.MANY_TICKETS: Rule(_choose_ticket, State.ASKING_CODE),
    Trigger.NOTE: Rule(_note, State.FOLLOWING),
    Trigger.NOTE_CLOSED: Rule(_note_closed, State.CONFIRMING),
    Trigger.CLOSE: Rule(_change("closed_by_owner", Change.CLOSE), State.FOLLOWING),
    Trigger.FIXED: Rule(_change("fixed", Change.FIXED), State.FOLLOWING),
    Trigger.REOPEN: Rule(_change("reopened", Change.REOPEN), State.FOLLOWING),
    Trigger.RATE: Rule(_rate, _SAME),
    Trigger.SKIP: Rule(_say("not_rated"), _SAME),
    Trigger.REPORT_WAITS: Rule(_wait, State.CONFIRMING),
    Trigger.HUMAN: Rule(_open_human, State.FOLLOWING),
    Trigger.HUMAN_WAITS: Rule(_say("too_many_tickets", *_menu(Action.TICKETS, Action.MENU)), _SAME),
    Trigger.HUMAN_FOR_TICKET: Rule(_ask_human, State.FOLLOWING),
    Trigger.CANCEL: Rule(_leave("cancelled", *_DESK), State.MENU),
    Trigger.THANKS: Rule(_say("you_are_welcome"), _SAME),
    Trigger.LANGUAGE_CHOSEN: Rule(_choose_language, _SAME),
    Trigger.LANGUAGE_ASKED: Rule(_say("choose_language", *_LANGUAGES), _SAME),
    Trigger.ERASE: Rule(_explain_erasure, State.ERASING),
    Trigger.STALE: Rule(_leave("stale", *_DESK), State.MENU),
    Trigger.REPEATED: Rule(_silence, _SAME),
    Trigger.UNSUPPORTED: Rule(_unsupported, _SAME),
}

OWN: Final[Mapping[State, Mapping[Trigger, Rule]]] = {
    State.MENU: {},
    State.DESCRIBING: {
        Trigger.DESCRIPTION: Rule(_open, State.FOLLOWING),
        Trigger.FILE: Rule(_keep_file, _SAME),
        Trigger.TOO_MANY_FILES: Rule(_too_many_files, _SAME),
        Trigger.YES: Rule(_open, State.FOLLOWING),
        Trigger.STALE: Rule(_ask_problem, _SAME),
        Trigger.CLOSE: Rule(_aside(_change("closed_by_owner", Change.CLOSE)), _SAME),
        Trigger.FIXED: Rule(_aside(_change("fixed", Change.FIXED)), _SAME),
        Trigger.REOPEN: Rule(_aside(_change("reopened", Change.REOPEN)), _SAME),
    },
    State.CONFIRMING: {
        Trigger.YES: Rule(_open, State.FOLLOWING),
        Trigger.MORE: Rule(_add_to_draft("confirm_problem"), _SAME),
        Trigger.MORE_UNCLEAR: Rule(_add_to_draft("offer_human", misses=1), _SAME),
        Trigger.TOO_MANY_FILES: Rule(_too_many_files, _SAME),
        Trigger.GREETING: Rule(_confirm_again, _SAME),
        Trigger.THANKS: Rule(_confirm_again, _SAME),
        Trigger.STALE: Rule(_confirm_again, _SAME),
        Trigger.CODE_UNKNOWN: Rule(_code_in_report("code_unknown"), _SAME),
        Trigger.CODE_MISTYPED: Rule(_code_in_report("code_mistyped"), _SAME),
        Trigger.CODE_FOUND: Rule(_glance, _SAME),
        Trigger.ONE_TICKET: Rule(_glance, _SAME),
        Trigger.MANY_TICKETS: Rule(_aside(_choose_ticket), _SAME),
        Trigger.REOPEN_WITH: Rule(_change("reopened", Change.REOPEN), State.FOLLOWING),
        Trigger.CLOSE: Rule(_aside(_change("closed_by_owner", Change.CLOSE)), _SAME),
        Trigger.FIXED: Rule(_aside(_change("fixed", Change.FIXED)), _SAME),
        Trigger.REOPEN: Rule(_aside(_change("reopened", Change.REOPEN)), _SAME),
    },
    State.ASKING_CODE: {},
    State.FOLLOWING: {
        Trigger.OTHER: Rule(_another_problem, State.CONFIRMING),
        Trigger.STALE: Rule(_say("stale", *_DESK), _SAME),
    },
    State.ERASING: {
        Trigger.ERASE_YES: Rule(_erase, State.MENU),
        Trigger.ERASE_WRITTEN: Rule(_press_to_erase, _SAME),
        Trigger.ERASE_NO: Rule(_leave("kept", *_DESK), State.MENU),
    },
}

# Every state with all its rows: what `step` walks.
TABLE: Final[Mapping[State, Mapping[Trigger, Rule]]] = {state: {**ANYWHERE, **OWN[state]} for state in State}
