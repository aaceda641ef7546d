"""Rows that were sent and are not marked as sent in the database yet: a bounded buffer in memory.

A mark is one update of its row. Many are stored by one call: they ride along with the next commit of this instance, or
handlers/mark_flusher.py stores them. Until then the row is leased to us; if the instance dies, Meta's delivery status or Resend's
key keeps the row from being sent twice. A mark stays here until a call says that it is done: storing it again changes nothing.

What Meta reports of a message that is marked (delivered, read) is kept beside the marks, and stored with them. It is only needed
if Meta should report later that the same message failed, so it may be lost.
"""

import threading
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Final

from state.model.clock import Moment, moment, seconds_since
from state.model.message import Proof
from state.model.outbox_row import Channel, Content, OutboxRow, SentMark
from state.store.lru import Lru

_MAX_MARKS: Final = 1000
_MAX_WITH_A_COMMIT: Final = 50
_MAX_WAITING: Final = 1000
_MAX_PROOFS: Final = 1000
_MAX_KNOWN: Final = 4096
# A lease (40 s) and the wait for a delivery status (120 s): then the row has been sent again, or soon will be.
_USELESS_AFTER_SECONDS: Final = 160.0
# Within this time nobody can have taken the row over, so what is done was marked, and not fenced.
_UNDISPUTED_SECONDS: Final = 120.0


@dataclass(slots=True, kw_only=True)
class _Kept:
    """A mark with its row. rides: with a commit that has not been answered yet, so that no second one takes it."""

    row: OutboxRow
    mark: SentMark
    since: Moment
    rides: bool = False


class SentMarks:
    """Safe to use from many threads. What it knows as stored needs no call when Meta reports it as sent."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._kept: dict[int, _Kept] = {}  # by row, the oldest first
        self._waiting: dict[str, tuple[int, float]] = {}  # how many rows wait in a lane, and since when
        # By provider id: a marked row, and the best that Meta has reported of it.
        self._known = Lru[tuple[int, Proof]](_MAX_KNOWN)
        self._proofs: dict[int, SentMark] = {}  # by row, the oldest first

    def add(self, row: OutboxRow, provider_id: str | None, emails: int | None = None) -> bool:
        """Keep the mark of a row that was sent, as so many e-mails. Returns False if it is to be stored at once, by itself.

        That is so when a row of its lane waits, when there are too many marks, and for an id that the database could refuse:
        it would take the other marks of its call with it.
        """
        with self._lock:
            waits = self._let_one_leave(row)
            strange = provider_id is not None and not provider_id.isprintable()
            if waits or strange or len(self._kept) >= _MAX_MARKS:
                return False
            mark = SentMark(
                id=row.id, attempt=row.attempts, lease=row.lease, provider_id=provider_id, emails=emails
            )
            self._kept.pop(row.id, None)
            self._kept[row.id] = _Kept(row=row, mark=mark, since=moment())
            return True

    def lanes_wait(self, lanes: Collection[str]) -> bool:
        """In each of these lanes one more row waits. Returns True if one of our marks is what it waits for.

        If this instance is sending that row right now, `add` will refuse its mark. If neither, another instance has it.
        """
        if not lanes:
            return False
        now = time.monotonic()
        with self._lock:
            ours = {kept.row.lane for kept in self._kept.values()}.intersection(lanes)
            for lane in lanes:
                self._waiting[lane] = self._waiting.pop(lane, (0, 0.0))[0] + 1, now
            while len(self._waiting) > _MAX_WAITING:
                del self._waiting[next(iter(self._waiting))]
            return bool(ours)

    def holds(self, provider_ids: Collection[str]) -> bool:
        """Return True if the mark of one of these messages is not stored yet."""
        with self._lock:
            return any(kept.mark.provider_id in provider_ids for kept in self._kept.values())

    def learn(self, provider_id: str, row: int, proof: Proof) -> None:
        """The row of this message is stored as sent, with this proof or a better one."""
        with self._lock:
            known = self._known.get(provider_id)
            if known is None or proof.is_better_than(known[1]):
                self._known.put(provider_id, (row, proof))

    def forget(self, provider_id: str) -> None:
        """The row of this message is not stored as sent any more: Meta has reported that it failed."""
        self._known.pop(provider_id)

    def proof_of(self, provider_id: str) -> Proof | None:
        """The best that Meta has reported of a message whose row is stored as sent. None if that is not known here."""
        known = self._known.get(provider_id)
        return known[1] if known else None

    def prove(self, provider_id: str, proof: Proof) -> bool:
        """Keep what Meta reports of a message whose row is known as sent. Returns False if that is nothing new."""
        with self._lock:
            known = self._known.get(provider_id)
            if known is None or not proof.is_better_than(known[1]):
                return False
            row = known[0]
            self._known.put(provider_id, (row, proof))
            self._proofs.pop(row, None)
            self._proofs[row] = SentMark(
                id=row, attempt=None, lease=None, provider_id=provider_id, proof=proof
            )
            while len(self._proofs) > _MAX_PROOFS:
                del self._proofs[next(iter(self._proofs))]
            return True

    def has_proofs(self) -> bool:
        """Return True if something that Meta has reported waits to be stored."""
        return bool(self._proofs)

    def oldest_seconds(self) -> float | None:
        """For how long the oldest mark has been kept. None if there is none."""
        with self._lock:
            return next((seconds_since(kept.since) for kept in self._kept.values()), None)

    def take_for_commit(self) -> tuple[SentMark, ...]:
        """Marks that may ride along with a commit. `settle` must be called with them.

        Not of notifications: their customers are locked before their rows, and a commit has locked one customer already.
        """
        with self._lock:
            fitting = (
                kept
                for kept in self._kept.values()
                if not kept.rides and kept.row.content is not Content.NOTIFICATION
            )
            taken = list(islice(fitting, _MAX_WITH_A_COMMIT))
            for kept in taken:
                kept.rides = True
            reported = list(islice(self._proofs, _MAX_WITH_A_COMMIT - len(taken)))
            return (*(kept.mark for kept in taken), *(self._proofs.pop(row) for row in reported))

    def take(self) -> tuple[SentMark, ...]:
        """All marks. Also those that ride: their commit may hang, or bring them back because its turn was not committed."""
        with self._lock:
            return (*(kept.mark for kept in self._kept.values()), *self._proofs.values())

    def settle(self, taken: Iterable[SentMark], done: Collection[int]) -> None:
        """A call has been answered: forget the marks that are done. The others are kept, to be stored again."""
        with self._lock:
            for mark in taken:
                if mark.attempt is None:
                    self._settle_proof(mark, mark.id in done)
                    continue
                kept = self._kept.get(mark.id)
                if kept is None or kept.mark is not mark:
                    continue
                kept.rides = False
                if mark.id in done:
                    del self._kept[mark.id]
                    self._let_one_leave(kept.row)
                    self._remember(kept)

    def _settle_proof(self, mark: SentMark, is_done: bool) -> None:
        """One that is not done is kept again, unless there is a better one by now."""
        if self._proofs.setdefault(mark.id, mark) is mark and is_done:
            del self._proofs[mark.id]

    def drop(self, mark: SentMark) -> None:
        """Forget a mark that can never be stored."""
        with self._lock:
            if mark.attempt is None:
                self._proofs.pop(mark.id, None)
            else:
                self._kept.pop(mark.id, None)

    def drop_useless(self) -> list[OutboxRow]:
        """Forget the marks that are too old to be of use. Returns their rows."""
        with self._lock:
            old = [
                kept.row for kept in self._kept.values() if seconds_since(kept.since) > _USELESS_AFTER_SECONDS
            ]
            for row in old:
                del self._kept[row.id]
            return old

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._waiting.clear()
            self._proofs.clear()

    def __len__(self) -> int:
        return len(self._kept)

    def _let_one_leave(self, row: OutboxRow) -> bool:
        """This row is done with. Returns True if another one waits for that, as far as is known."""
        count, since = self._waiting.pop(row.lane, (0, 0.0))
        if count > 1:
            self._waiting[row.lane] = count - 1, since
        # Another instance may have sent what was waited for: after a lease, nobody waits for us.
        return count > 0 and time.monotonic() - since < row.lease_seconds

    def _remember(self, kept: _Kept) -> None:
        undisputed = seconds_since(kept.since) < _UNDISPUTED_SECONDS
        if kept.mark.provider_id and kept.row.channel is Channel.WHATSAPP and undisputed:
            self.learn(kept.mark.provider_id, kept.row.id, Proof.SENT)
