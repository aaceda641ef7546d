"""What an action of the table is given and gives back; the actions that only talk."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Concatenate, ParamSpec

from state.model.message import Message, Press
from state.model.session import Session
from state.model.turn import Button, Facts, Reply, Turn
from state.understanding.triggers import Meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """All that an action may look at. `meaning` is resolved: its trigger is one of the table."""

    session: Session
    meaning: Meaning
    facts: Facts
    message: Message

    @property
    def code(self) -> str:
        """Of the ticket that the message is about."""
        return self.meaning.code or ""

    @property
    def quotes(self) -> bool:
        """Whether the reply quotes the message it answers; a pressed button needs no such help."""
        return not isinstance(self.message.content, Press)

    def acknowledged_within(self, time: timedelta) -> bool:
        """Whether an addition was acknowledged so recently that the next one needs no bubble."""
        last = self.session.acknowledged_at
        return last is not None and self.message.at - last < time


# An action leaves the state of the session as it is: `step` sets the next one, by the table.
Act = Callable[[Context], Turn]
P = ParamSpec("P")


def with_parameters(act: Callable[Concatenate[Context, P], Turn]) -> Callable[P, Act]:
    """An action that takes more than the context: the table calls it with the rest, as in `start("confirm_problem")`."""

    def with_arguments(*args: P.args, **kwargs: P.kwargs) -> Act:
        return lambda context: act(context, *args, **kwargs)

    return with_arguments


def say(key: str, *buttons: Button) -> Act:
    """An action that only talks."""
    return lambda context: Turn(session=context.session, effects=(Reply(say=key, buttons=buttons),))


def leave(key: str, *buttons: Button) -> Act:
    """An action that talks, and discards the draft and the current ticket."""
    return lambda context: Turn(
        session=context.session.without_draft(), effects=(Reply(say=key, buttons=buttons),)
    )


def stay_silent(context: Context) -> Turn:
    return Turn(session=context.session)


def keeping_draft(act: Act) -> Act:
    """The same while a report is being written: the session stays as it is."""
    return lambda context: replace(act(context), session=context.session)
