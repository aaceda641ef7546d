"""Reports whose question never reached the customer become tickets.

Most are opened by the turn itself, when a message comes too late for an answer (`step`). Here are those whose bubble was given up
later: Meta refused it, or the service window closed while it waited in the outbox. For each there is a turn without a message. It
is committed like any other, against the version of the conversation, and under an id made of the message's, so that it is done
once. Whether there is a report to open, the dialogue decides.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from handlers.log import Log, Severity, describe_error
from handlers.render_turn import TurnRenderer
from state.dialogue.catch_up import catch_up
from state.dialogue.step import settle
from state.model import ticket_code
from state.model.language import Language
from state.model.message import Message, Press, Sender
from state.model.turn import Facts, Lookup, Turn
from state.store.client import Store, new_lease
from state.store.errors import StoreUnavailable
from state.store.rows import CommitResult, UnshownQuestion

_PAGE: Final = 50
_SUFFIX: Final = "/unshown"  # also in unshown_questions, supabase/schemas/75_turns.sql


@dataclass(frozen=True, slots=True, kw_only=True)
class UnshownQuestions:
    """For the sweep. `now`: our clock, for links."""

    store: Store
    renderer: TurnRenderer
    log: Log
    default_language: Language
    now: Callable[[], datetime]

    def open_tickets(self) -> int:
        """Open the tickets that are due. What they send is left to the sweep. Returns how many. Raises StoreUnavailable."""
        opened = after = 0
        while page := self.store.unshown_questions(after, _PAGE):
            after = page[-1].id
            opened += sum(self._opens(question) for question in page)
            if len(page) < _PAGE:
                break
        return opened

    def _opens(self, question: UnshownQuestion) -> bool:
        """Make the turn for one customer. Returns True if it opened a ticket."""
        wamid = self.log.message(question.wamid)
        try:
            turn, result = self._settle(question)
        except StoreUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - refused, or a bug of ours: the sweep has others to serve
            self.log.write("unshown_failed", Severity.ERROR, wamid=wamid, error=describe_error(error))
            return False
        opens = result is CommitResult.COMMITTED and bool(turn.effects)
        self.log.write("unshown", wamid=wamid, result=result, opens=opens)
        return opens

    def _settle(self, question: UnshownQuestion) -> tuple[Turn, CommitResult]:
        """Any result but COMMITTED changed nothing: the customer has written since, or the hourly limit of tickets is reached."""
        sender = Sender(user_id=question.user_id, wa_id=question.wa_id, name=question.name)
        message = Message(
            wamid=question.wamid + _SUFFIX, sender=sender, at=question.sent_at, content=Press(id="")
        )
        conversation = self.store.load(sender, Lookup()).conversation
        session = catch_up(conversation.session, conversation.facts, message.at)
        language = session.language or self.default_language
        facts = Facts(new_code=ticket_code.generate(), language=language, can_ask=False)
        turn = settle(Turn(session=session), message, facts)
        rows = self.renderer.rows(message, turn)
        commit = self.store.commit_turn(
            message, conversation, turn, outbox=rows, lease=new_lease(), channels=()
        )
        return turn, commit.result
