"""Processes the messages of one delivery: each customer's in the order they were written, customers in parallel."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Final

from handlers.customer_queue import CustomerQueue
from handlers.daemon_threads import DaemonThreads
from handlers.log import Log, Severity, describe_error
from handlers.outbox_sender import LeasedRow, OutboxSender
from handlers.payload_fields import poison
from handlers.process_message import MessageProcessor
from handlers.receipts import Receipts
from handlers.side_by_side import side_by_side
from handlers.waiting_replies import WaitingReplies
from state.model.message import Message, Poison
from state.store.errors import StoreUnavailable
from state.store.lru import RecentKeys
from state.store.rows import Commit, CommitResult

_MAX_CUSTOMERS_AT_ONCE: Final = 8


@dataclass(slots=True, kw_only=True)
class Taken:
    """The outcome for a group of messages.

    stored: all except the poison messages are in Postgres; replies: those being sent now; poison: messages that could not be
    processed, still to be stored.
    """

    stored: bool = True
    replies: list[LeasedRow] = field(default_factory=list)
    poison: list[Poison] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMessages:
    """Processes messages and starts sending the replies. `recent`: messages this instance has processed, throttled senders.

    queue: makes the messages of one customer wait for each other, also those of other calls.
    """

    processor: MessageProcessor
    sender: OutboxSender
    receipts: Receipts
    threads: DaemonThreads
    log: Log
    recent: RecentKeys
    waiting: WaitingReplies
    queue: CustomerQueue = field(default_factory=CustomerQueue)

    def take(self, messages: Iterable[Message]) -> Taken:
        """Process all of them.

        Messages already stored stay stored if a later one fails; redelivery is harmless (dedup in commit_turn).
        """
        groups = by_customer(messages)
        if len(groups) < 2:
            return self._in_order(groups[0]) if groups else Taken()
        if len(groups) > _MAX_CUSTOMERS_AT_ONCE:
            self.processor.load_many(group[0].sender for group in groups)
        done = side_by_side(self.threads, self._in_order, groups, _MAX_CUSTOMERS_AT_ONCE)
        return Taken(
            stored=all(each.stored for each in done),
            replies=[reply for each in done for reply in each.replies],
            poison=[poison for each in done for poison in each.poison],
        )

    def _in_order(self, messages: list[Message]) -> Taken:
        """Process one customer's messages, and mark them as read once all are stored."""
        answered = threading.Event()
        if not self._throttled(messages[-1]):
            self.receipts.show_typing_unless(answered.is_set, messages[-1])
        taken = self._process_in_order(messages, answered)
        answered.set()
        if taken.stored and not self._throttled(messages[-1]):
            self.receipts.mark_later(messages[-1])
        return taken

    def _process_in_order(self, messages: list[Message], answered: threading.Event) -> Taken:
        """Stops at the first that cannot be stored, to keep them in order. Sets `answered` when the first reply is being sent."""
        taken = Taken()
        for message, following in zip_longest(messages, messages[1:]):
            # Skip what this instance has committed when Meta redelivers a batch because one message failed; otherwise, with
            # a 10 % error rate, a large batch would almost never complete.
            if f"taken/{message.wamid}" in self.recent:
                continue
            try:
                with self.queue.turn(message.sender.key):
                    commit = self.processor.process(message, more_follow=following is not None)
            except StoreUnavailable as error:
                wamid = self.log.message(message.wamid)
                self.log.write("store_unavailable", Severity.ERROR, wamid=wamid, error=str(error))
                taken.stored = False
                break
            except Exception as error:  # noqa: BLE001 - refused, or a bug of ours: Meta would redeliver it for 7 days
                taken.poison.append(poison(message.raw, describe_error(error)))
            else:
                taken.replies += self._send(message, commit, answered)
        return taken

    def _send(self, message: Message, commit: Commit, answered: threading.Event) -> list[LeasedRow]:
        self._note_throttling(message, commit.result)
        # Others' rows may follow a mark that was stored with this commit: nobody here waits for them.
        ours = [
            leased for leased in self.sender.start(commit.rows) if leased.row.wamid in (None, message.wamid)
        ]
        if ours:
            answered.set()
        self.sender.let_next_leave(commit.waiting)
        self.waiting.add(commit.due)
        self.recent.add(f"taken/{message.wamid}")
        return ours

    def _note_throttling(self, message: Message, result: CommitResult) -> None:
        key = f"throttled/{message.sender.key}"
        if result is CommitResult.THROTTLED:
            self.recent.add(key)
        elif result is CommitResult.COMMITTED:
            self.recent.pop(key)

    def _throttled(self, message: Message) -> bool:
        return f"throttled/{message.sender.key}" in self.recent


def by_customer(messages: Iterable[Message]) -> list[list[Message]]:
    """Group messages by customer, in the order they were written, without duplicates.

    One message may name a customer by BSUID and the next by number: sharing one alias is enough.
    """
    groups: dict[str, list[Message]] = {}  # by alias
    unique: dict[str, Message] = {}
    for message in messages:
        unique.setdefault(message.wamid, message)
    for message in unique.values():
        met = {id(groups[alias]): groups[alias] for alias in _aliases(message) if alias in groups}
        joined = [*(earlier for group in met.values() for earlier in group), message]
        groups.update((alias, joined) for member in joined for alias in _aliases(member))
    distinct = {id(group): group for group in groups.values()}.values()
    return [sorted(group, key=lambda message: message.at) for group in distinct]


def _aliases(message: Message) -> list[str]:
    return [alias for alias in (message.sender.user_id, message.sender.wa_id) if alias]
