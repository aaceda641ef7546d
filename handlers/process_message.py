"""One message, one turn: load, step, render, commit; repeated if the conversation has changed in the meantime."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from handlers.log import Log, Severity, milliseconds
from handlers.render_turn import TurnRenderer
from handlers.sent_marks import SentMarks
from messages.whatsapp.reply_bubble import button_titles
from state.dialogue.bursts import wait_for_next_line
from state.dialogue.catch_up import catch_up
from state.dialogue.step import step
from state.model import ticket_code
from state.model.language import Language, language_of_country
from state.model.message import Deleted, Edited, Message, Sender
from state.model.outbox_row import Channel
from state.model.session import Session
from state.model.ticket_fact import FactKind, TicketFact
from state.model.turn import EraseCustomer, Facts, Lookup, Turn
from state.store.client import Store, new_lease
from state.store.errors import StoreError, StoreUnavailable
from state.store.lru import ConversationCache, Lru
from state.store.rows import Commit, CommitResult, Conversation, Loaded
from state.understanding.meaning import interpret
from state.understanding.reading import Reading, Titles, read, titles_of
from state.understanding.triggers import Meaning

_MAX_TRIES: Final = 8  # then Meta delivers again
_MAX_LOADED_AT_ONCE: Final = 250  # takes some 0.1 s
SERVICE_WINDOW: Final = timedelta(hours=23, minutes=55)  # as service_window in supabase/schemas/40_outbox.sql
# What a refusal of the database changes for the next step.
_STEP_AGAIN: Final[Mapping[CommitResult, Mapping[str, bool]]] = {
    CommitResult.CONFLICT: {},
    CommitResult.CODE_TAKEN: {},
    CommitResult.TOO_MANY_TICKETS: {"can_open_ticket": False},
    CommitResult.TICKET_FULL: {"can_note": False},
    CommitResult.TICKET_FULL_TOLD: {"can_note": False, "full_told": True},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A conversation, its session caught up, the meaning of the message in it and the facts for the turn.

    load_ms: the duration of each load.
    """

    loaded: Loaded
    session: Session
    meaning: Meaning
    load_ms: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageProcessor:
    """Processes messages. `now`: our clock, for links; `channels`: returns the channels with free threads; `bubbles_a_day`: the
    replies that one customer may have.

    lost_commits: leases, by wamid, of commits whose response never arrived. If the commit's response was lost, retrying with
    the same lease returns its rows immediately, not after the lease and Meta's delivery status. Each lease is used once: two
    deliveries must not send the same row.
    """

    store: Store
    cache: ConversationCache
    lost_commits: Lru[str]
    marks: SentMarks
    renderer: TurnRenderer
    log: Log
    default_language: Language
    now: Callable[[], datetime]
    channels: Callable[[], tuple[Channel, ...]]
    bubbles_a_day: int
    titles: Titles = field(default_factory=lambda: titles_of(button_titles()), repr=False)

    def process(self, message: Message, *, more_follow: bool = False) -> Commit:
        """Process the message and commit all its effects. One that was committed before changes nothing (DUPLICATE).

        more_follow: the same delivery brings more messages of this customer, so the reply may wait for them.
        Raises StoreUnavailable or StoreRefused; then nothing was done.
        """
        key = message.sender.key
        # Clamp timestamps from the future; otherwise the session and the 24-hour window would stay open too long.
        message = replace(message, at=min(message.at, self.now()))
        try:
            return self._process(message, self.cache.get(key), more_follow)
        except BaseException:
            self.cache.pop(key)
            raise

    def load_many(self, senders: Iterable[Sender]) -> None:
        """Load the conversations of those whom this instance does not know, by one call for many, before their messages come.

        It only saves calls: whoever is missing, or has changed meanwhile, is loaded with their message.
        """
        unknown = [sender for sender in senders if sender.key not in self.cache]
        for start in range(0, len(unknown), _MAX_LOADED_AT_ONCE):
            page = unknown[start : start + _MAX_LOADED_AT_ONCE]
            try:
                conversations = self.store.load_many(page)
            except StoreError as error:
                self.log.write("not_loaded", Severity.WARNING, customers=len(page), error=str(error))
                return
            for sender, conversation in zip(page, conversations, strict=True):
                self.cache.put(sender.key, conversation)

    def _process(self, message: Message, cached: Conversation | None, more_follow: bool) -> Commit:
        lease = self.lost_commits.pop(message.wamid) or new_lease()
        reading = read(message.content, self.titles)
        loaded = Loaded(conversation=cached) if cached else None
        load_ms: list[float] = []
        refused: dict[str, bool] = {}
        recorded, tries = False, 0
        while True:
            tries += 1
            ready = self._ready(message, reading, loaded)
            load_ms += ready.load_ms
            turn = step(ready.session, message, ready.meaning, self._facts(message, ready, refused))
            match message.content:
                case Deleted(of=of) if _changes_nothing(ready.session, turn):
                    if recorded or self.store.record_deletion(of):
                        return self._ignored(message, ready.loaded, "deletes nothing that is kept")
                    # It was processed before, or just now: then what is kept of it is there at the second look.
                    loaded, recorded = None, True
                    continue
                case Edited() if _is_outdated(message, ready.loaded):
                    return self._ignored(message, ready.loaded, "edited or deleted since")
            started = time.monotonic()
            commit = self._commit(message, ready.loaded.conversation, turn, lease, more_follow)
            if commit.result not in _STEP_AGAIN:
                break
            if tries == _MAX_TRIES:
                raise StoreUnavailable(f"{_MAX_TRIES} conflicts")
            loaded = Loaded(conversation=commit.conversation)
            refused |= _STEP_AGAIN[commit.result]
        commit_ms = milliseconds(time.monotonic() - started)
        self._remember(message, commit, turn)
        self._log(
            message,
            ready,
            turn,
            commit,
            tries=tries if tries > 1 else None,
            cache="hit" if cached else "miss",
            loads=len(load_ms),
            load_ms=sum(load_ms),
            commit_ms=commit_ms,
        )
        return commit

    def _ready(self, message: Message, reading: Reading, loaded: Loaded | None) -> _Ready:
        """Load until the facts fit the session. Tickets are never cached: their current status matters."""
        load_ms: list[float] = []
        lookup: Lookup | None = None
        while True:
            if loaded is None:
                started = time.monotonic()
                # The session is not known yet, so load the facts that the message would need in a new one.
                wanted = lookup or interpret(Session(), reading).lookup
                loaded = self.store.load(message.sender, wanted, message.quoted)
                load_ms.append(milliseconds(time.monotonic() - started))
            conversation = loaded.conversation
            session = catch_up(conversation.session, conversation.facts, message.at)
            meaning = interpret(session, reading, loaded.quoted.code if loaded.quoted else None)
            if loaded.quoting == message.quoted and loaded.answers(meaning.lookup):
                if loaded.merged and loaded.ticket:
                    meaning = meaning.instead(loaded.merged, loaded.ticket.code)
                return _Ready(loaded=loaded, session=session, meaning=meaning, load_ms=load_ms)
            loaded, lookup = None, meaning.lookup

    def _facts(self, message: Message, ready: _Ready, refused: Mapping[str, bool]) -> Facts:
        return Facts(
            new_code=ticket_code.generate(),
            language=_told_in(ready.loaded.conversation) or self._language(message),
            ticket=ready.loaded.ticket_for(ready.meaning.lookup),
            tickets=ready.loaded.tickets or (),
            can_ask=self._can_ask(message, ready.loaded.conversation),
            replies_left=self.bubbles_a_day - ready.loaded.conversation.bubbles_by(message.at),
            **refused,
        )

    def _can_ask(self, message: Message, conversation: Conversation) -> bool:
        """True while the service window is open: the customer's newest message opens it, which may not be this one."""
        newest = max(message.at, conversation.session.at or message.at)
        return self.now() - newest < SERVICE_WINDOW

    def _language(self, message: Message) -> Language:
        return language_of_country(message.sender.user_id, message.sender.wa_id) or self.default_language

    def _commit(
        self, message: Message, base: Conversation, turn: Turn, lease: str, more_follow: bool
    ) -> Commit:
        now = self.now()
        wait = wait_for_next_line(
            turn.reply, message, written_before=base.session.at, more_follow=more_follow, now=now
        )
        outbox = self.renderer.rows(message, turn, wait)
        sent = self.marks.take_for_commit()  # of earlier rows, also of other customers
        done: tuple[int, ...] = ()
        commit_turn = partial(
            self.store.commit_turn,
            message,
            base,
            turn,
            outbox=outbox,
            sent=sent,
            lease=lease,
            channels=self.channels(),
        )
        try:
            commit = commit_turn()
            if commit.result is CommitResult.THROTTLE_REPLY_NEEDED:
                language = turn.session.language or self._language(message)
                commit = commit_turn(throttle_reply=self.renderer.throttle_reply(message, language))
            done = commit.done
            return commit
        except StoreUnavailable:
            self.lost_commits.put(message.wamid, lease)
            raise
        finally:
            self.marks.settle(sent, done)

    def _ignored(self, message: Message, loaded: Loaded, reason: str) -> Commit:
        """There is nothing to change. Not stored: a person who was erased would be back."""
        self.log.write("ignored", reason=reason, wamid=self.log.message(message.wamid))
        return Commit(result=CommitResult.DUPLICATE, conversation=loaded.conversation, rows=())

    def _remember(self, message: Message, commit: Commit, turn: Turn) -> None:
        erased = any(isinstance(effect, EraseCustomer) for effect in turn.effects)
        if erased or commit.conversation.customer_id is None:  # the customer no longer exists
            self.cache.pop(message.sender.key)
        else:
            self.cache.put(message.sender.key, commit.conversation)

    def _log(self, message: Message, ready: _Ready, turn: Turn, commit: Commit, **timing: Any) -> None:
        committed = commit.result is CommitResult.COMMITTED
        before = ready.loaded.conversation.session.state
        self.log.write(
            "turn",
            Severity.WARNING if commit.result is CommitResult.THROTTLED else Severity.INFO,
            wamid=self.log.message(message.wamid),
            customer=self.log.customer(message.sender),
            result=commit.result,
            state=f"{before}>{turn.session.state}" if committed else None,
            reply=turn.reply.say if committed and turn.reply else None,
            **timing,
        )


def _told_in(conversation: Conversation) -> Language | None:
    """The language of the ticket that a technician has opened for them since they last wrote."""
    facts = (fact for fact in conversation.facts if isinstance(fact, TicketFact))
    return next((fact.language for fact in facts if fact.kind is FactKind.OPENED), None)


def _is_outdated(message: Message, loaded: Loaded) -> bool:
    """True for an edit that comes after a later one, or after the deletion: Meta gives no order."""
    edited_since = loaded.edited_at is not None and loaded.edited_at > message.at
    return loaded.deleted or edited_since


def _changes_nothing(before: Session, turn: Turn) -> bool:
    return not turn.effects and turn.session.report == before.report
