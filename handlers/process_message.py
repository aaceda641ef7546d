"""One message, one turn: load what is needed, step, render, commit; again if somebody else was faster."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from handlers.log import Log, Severity, milliseconds
from handlers.render_turn import TurnRenderer
from state.dialogue.step import step
from state.model import ticket_code
from state.model.language import Language, language_of_country
from state.model.message import Message
from state.model.outbox_row import Channel, OutboxRow
from state.model.session import Session
from state.model.turn import EraseCustomer, Facts, Lookup, Turn
from state.store.client import Store, StoreUnavailable, new_lease
from state.store.lru import ConversationCache, Lru
from state.store.rows import Commit, Conversation, Loaded
from state.understanding.meaning import interpret
from state.understanding.reading import Reading, read
from state.understanding.triggers import Meaning

_MAX_TRIES: Final = 8  # more conflicts in a row than a customer has fingers: let Meta deliver again


class TurnContested(StoreUnavailable):
    """Other turns of the same customer were always faster."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Processed:
    """A message that is in Postgres now, and what may leave because of it, leased under `lease`."""

    result: str
    rows: tuple[OutboxRow, ...]
    lease: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageProcessor:
    """Takes messages. `now` is our clock, for links; `channels` says which channels have threads free.

    lost_commits: the lease of each commit that may or may not have been made, as its answer never came, by wamid. Meta
    delivers the message again. Committed under the same lease, it brings the rows that were leased to the lost answer at
    once, instead of after the lease and the grace. Each is used once: two deliveries must not send the same row.
    """

    store: Store
    cache: ConversationCache
    lost_commits: Lru[str]
    renderer: TurnRenderer
    log: Log
    default_language: Language
    now: Callable[[], datetime]
    channels: Callable[[], tuple[Channel, ...]]

    def process(self, message: Message) -> Processed:
        """The message's whole effect, committed. Raises StoreUnavailable or StoreRefused, and then nothing was done."""
        key = message.sender.key
        # A time that has not come yet would keep a session and the 24-hour window open for ever.
        message = replace(message, at=min(message.at, self.now()))
        try:
            return self._process(message, self.cache.get(key))
        except BaseException:
            self.cache.pop(key)
            raise

    def _process(self, message: Message, cached: Conversation | None) -> Processed:
        lease = self.lost_commits.pop(message.wamid) or new_lease()
        timing: dict[str, Any] = {"cache": "miss" if cached is None else "hit", "loads": 0, "load_ms": 0.0}
        reading = read(message.content)
        if cached:
            conversation = Loaded(conversation=cached)
        else:
            conversation = self._load(message, interpret(Session(), reading).lookup, timing)
        may_open = True
        for attempt in range(1, _MAX_TRIES + 1):
            conversation, meaning = self._with_facts(message, reading, conversation, timing)
            commit, turn = self._commit(message, meaning, conversation, lease, timing, may_open=may_open)
            if commit.result not in {"conflict", "code_taken", "too_many_tickets"}:
                self._remember(message, commit, turn)
                self._told(message, conversation, commit, turn, timing, attempt)
                return Processed(result=commit.result, rows=commit.rows, lease=lease)
            conversation = Loaded(conversation=commit.conversation)
            may_open = may_open and commit.result != "too_many_tickets"
        raise TurnContested(f"{_MAX_TRIES} conflicts")

    def _load(self, message: Message, lookup: Lookup, timing: dict[str, Any]) -> Loaded:
        """One read, with the facts that are asked for."""
        started = time.monotonic()
        conversation = self.store.load(message.sender, lookup)
        timing["loads"] += 1
        timing["load_ms"] += milliseconds(time.monotonic() - started)
        return conversation

    def _with_facts(
        self, message: Message, reading: Reading, conversation: Loaded, timing: dict[str, Any]
    ) -> tuple[Loaded, Meaning]:
        """The conversation with the facts its session needs: a state must be as it is this second, so it is never cached."""
        while True:
            session = conversation.conversation.session.after_silence(message.at)
            meaning = interpret(session, reading)
            if conversation.answers(meaning.lookup):
                return conversation, meaning
            # What is read may be a newer session, which needs other facts.
            conversation = self._load(message, meaning.lookup, timing)

    def _commit(
        self,
        message: Message,
        meaning: Meaning,
        conversation: Loaded,
        lease: str,
        timing: dict[str, Any],
        *,
        may_open: bool,
    ) -> tuple[Commit, Turn]:
        language = language_of_country(message.sender.user_id, message.sender.wa_id) or self.default_language
        facts = Facts(
            new_code=ticket_code.mint(),
            language=language,
            ticket=conversation.ticket,
            tickets=conversation.tickets or (),
            may_open=may_open,
        )
        session = conversation.conversation.session.after_silence(message.at)
        turn = step(session, message, meaning, facts)
        rows = self.renderer.rows(message, turn, self.now())
        started = time.monotonic()
        try:
            commit = self.store.commit_turn(
                message,
                conversation.conversation,
                turn,
                outbox=rows,
                throttled=self.renderer.throttled(message, turn.session.language or language),
                lease=lease,
                channels=self.channels(),
            )
        except StoreUnavailable:
            self.lost_commits.put(message.wamid, lease)
            raise
        timing["commit_ms"] = milliseconds(time.monotonic() - started)
        return commit, turn

    def _remember(self, message: Message, commit: Commit, turn: Turn) -> None:
        erased = any(isinstance(effect, EraseCustomer) for effect in turn.effects)
        if erased or commit.conversation.customer_id is None:  # nobody to remember
            self.cache.pop(message.sender.key)
        else:
            self.cache.put(message.sender.key, commit.conversation)

    def _told(
        self,
        message: Message,
        conversation: Loaded,
        commit: Commit,
        turn: Turn,
        timing: dict[str, Any],
        attempt: int,
    ) -> None:
        committed = commit.result == "committed"
        self.log.write(
            "turn",
            Severity.WARNING if commit.result == "throttled" else Severity.INFO,
            wamid=self.log.message(message.wamid),
            customer=self.log.customer(message.sender),
            result=commit.result,
            state=f"{conversation.conversation.session.state}>{turn.session.state}" if committed else None,
            reply=turn.reply.say if committed and turn.reply else None,
            tries=attempt if attempt > 1 else None,
            **timing,
        )
