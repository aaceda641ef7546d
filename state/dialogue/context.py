"""The context and the type of an action in the table, and the actions that only reply."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Concatenate, Final, ParamSpec

from state.model.message import Deleted, Edited, Message, Press
from state.model.session import Session
from state.model.turn import Button, Facts, Reply, Turn
from state.understanding.triggers import Meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The input of an action. `meaning` is resolved: its trigger is a `Trigger`, not a `Question`."""

    session: Session
    meaning: Meaning
    facts: Facts
    message: Message

    @property
    def code(self) -> str:
        """The code of the ticket that the message is about."""
        return self.meaning.code or ""

    @property
    def quotes(self) -> bool:
        """True if the reply quotes the message it answers: any that can be seen in the chat, but no pressed button."""
        return not isinstance(self.message.content, Press | Deleted | Edited)

    def acknowledged_within(self, time: timedelta) -> bool:
        """True if an addition was acknowledged within `time`, so the next one needs no bubble."""
        last = self.session.acknowledged_at
        return last is not None and self.message.at - last < time


_KIND_LINES: Final = frozenset({"you_are_welcome", "goodbye"})

# An action does not change the state of the session: `step` sets the next state by the table.
Act = Callable[[Context], Turn]
P = ParamSpec("P")


def with_parameters(act: Callable[Concatenate[Context, P], Turn]) -> Callable[P, Act]:
    """Decorate an action that takes more than the context: the table passes the rest, as in `start("confirm_problem")`."""

    def with_arguments(*args: P.args, **kwargs: P.kwargs) -> Act:
        return lambda context: act(context, *args, **kwargs)

    return with_arguments


def say(key: str, *buttons: Button) -> Act:
    """An action that only replies."""
    return lambda context: Turn(session=context.session, effects=(Reply(say=key, buttons=buttons),))


def leave(key: str, *buttons: Button) -> Act:
    """An action that replies, and discards the draft and the current ticket."""
    return lambda context: Turn(
        session=context.session.without_draft(), effects=(Reply(say=key, buttons=buttons),)
    )


def leave_as_is(key: str, *buttons: Button) -> Act:
    """An action that replies, and goes on with the current ticket without the question about the latest note."""
    return lambda context: Turn(
        session=context.session.without_draft(context.session.current_ticket),
        effects=(Reply(say=key, values={"code": context.session.current_ticket or ""}, buttons=buttons),),
    )


def stay_silent(context: Context) -> Turn:
    return Turn(session=context.session)


def keeping_draft(act: Act) -> Act:
    """The same action without its change to the session, for use while a report is being written."""
    return lambda context: replace(act(context), session=context.session)


@with_parameters
def close_politely(context: Context, key: str) -> Turn:
    """One kind line for a thank-you or a goodbye, and silence for those that follow it."""
    if context.session.last_reply in _KIND_LINES:
        return stay_silent(context)
    return Turn(session=context.session, effects=(Reply(say=key),))
