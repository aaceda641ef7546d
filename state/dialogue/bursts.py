"""People write in bursts: "hola", "no me anda", "la impresora". The first line is answered at once, the others share a bubble.

Here is how long a reply waits for the next line. The outbox holds it back, and gives its place to the reply to that line.
Meta's timestamps are whole seconds, and say when something was written: what an outage has held up was not written just now.
"""

from datetime import datetime, timedelta
from typing import Final

from state.model.message import Message
from state.model.turn import Reply

MAX_GAP: Final = timedelta(seconds=3)  # between two lines of a burst
_ROUNDING: Final = timedelta(seconds=1)
# What was written so long ago has been held up, and more may come right behind it.
_LATE: Final = timedelta(minutes=2)
_WAIT_FOR_MORE: Final = timedelta(seconds=1)
_AT_ONCE: Final = timedelta()


def in_burst(written_before: datetime | None, message: Message) -> bool:
    """True if the customer had written just before this message. written_before: the time of their newest message until then."""
    return written_before is not None and message.at - written_before <= MAX_GAP


def wait_for_next_line(
    reply: Reply | None,
    message: Message,
    *,
    written_before: datetime | None,
    more_follow: bool,
    now: datetime,
) -> timedelta:
    """How long the reply to a message waits. more_follow: the same delivery brings more messages of this customer.

    `max_reply_wait` in supabase/schemas/40_outbox.sql limits the sum of the waits of one burst.
    """
    if reply is None or not reply.may_wait:
        return _AT_ONCE
    waits = [_AT_ONCE]
    if in_burst(written_before, message):
        waits.append(message.at + MAX_GAP + _ROUNDING - now)
    if more_follow or now - message.at > _LATE:
        waits.append(_WAIT_FOR_MORE)
    return max(waits)
