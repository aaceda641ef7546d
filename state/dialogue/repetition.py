"""The same message over and over: an auto-responder answers each of our bubbles with it. After the second we answer no more.

What answers an open question is answered always, and so is a pressed button.
"""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Final
from zlib import crc32

from state.dialogue.bursts import in_burst
from state.model.message import Attachment, Content, Deleted, Edited, Message, Press, Text, Unsupported
from state.model.session import Session
from state.model.turn import ChangeKind, ChangeTicket, Reply, Turn
from state.understanding.triggers import Trigger

_MAX_ANSWERED: Final = 2  # of the same in a row
_MAX_PAUSE: Final = timedelta(minutes=5)  # between two of them
_MANY_WORDS: Final = 8  # in a text of so many, numbers make no difference: auto-responders put the time or a number into theirs
_NUMBER: Final = re.compile(r"\d+")
# They answer the question that is open, each time it is.
_ANSWERS: Final = frozenset(
    {
        Trigger.YES,
        Trigger.NO,
        Trigger.DESCRIPTION,
        Trigger.OTHER,
        Trigger.SAME_PROBLEM,
        Trigger.KEEP_OPEN,
        Trigger.SKIP,
        Trigger.ERASE_YES,
        Trigger.ERASE_WRITTEN,
        Trigger.ERASE_NO,
    }
)
# Replies that say what was not kept, once for all that comes in a row.
NOT_KEPT: Final = frozenset({"too_many_files", "report_full", "ticket_full"})
_ADD: Final = frozenset({ChangeKind.NOTE, ChangeKind.HUMAN})


def count(before: Session, session: Session, message: Message) -> Session:
    """The session, in which the message is counted. before: as it was when the message came."""
    if isinstance(message.content, Deleted | Edited):
        return session
    said = _hash(message.content, exact=in_burst(before.at, message))
    again = said is not None and said == before.repeated
    times = before.times if again and before.at and message.at - before.at <= _MAX_PAUSE else 0
    return replace(session, repeated=said, times=times + 1 if said else 0)


def is_one_too_many(turn: Turn, trigger: Trigger) -> bool:
    """True if the message was said too often in a row to be answered once more: it answers nothing, and does no more than add."""
    if turn.reply and turn.reply.say in NOT_KEPT:
        return False
    adds = all(
        isinstance(effect, Reply) or (isinstance(effect, ChangeTicket) and effect.kind in _ADD)
        for effect in turn.effects
    )
    return turn.session.times > _MAX_ANSWERED and trigger not in _ANSWERS and adds


def _hash(content: Content, *, exact: bool) -> str | None:
    """The same for what a customer would call the same. None for a button, and for a change of an earlier message."""
    match content:
        case Text(body=body):
            words = body.casefold().split()
            text = " ".join(words)
            said = text if exact or len(words) < _MANY_WORDS else _NUMBER.sub("0", text)
        case Attachment() as file:
            said = (
                f"{file.kind} {file.sha256 or file.media_id} {file.latitude} {file.longitude} {file.caption}"
            )
        case Unsupported(what=what):
            said = what
        case Press() | Deleted() | Edited():
            return None
    return f"{crc32(said.encode('utf-8', 'surrogatepass')):08x}"
