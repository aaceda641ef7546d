"""How well Meta behaves today, and how far it has come with a webhook."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from emulator.meta.wire import Json


@dataclass(slots=True, kw_only=True)
class Habits:
    """How well Meta behaves today; may be changed at any time.

    `late` in seconds; `batch_seconds` is how long webhooks are gathered into one POST (0: not at all);
    `out_of_order` lets the next webhook overtake this one, if it comes within `hold_seconds`.
    """

    twice: bool = False
    late: float = 0.0
    out_of_order: bool = False
    hold_seconds: float = 1.0
    batch_seconds: float = 0.0


class Stage(Enum):
    """Where a webhook is on its way."""

    TAKEN = auto()  # Meta has it, and will bring it
    TRYING = auto()  # a POST begins; of a batch, with all that is in it
    TRIED = auto()  # that POST is over
    OVER = auto()  # answered 200, or given up


Watch = Callable[[Stage, Json, int], None]
