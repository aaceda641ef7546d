"""A line of a mail's text, and whose it is as far as the mail itself says so."""

from dataclasses import dataclass
from enum import Enum, auto


class Origin(Enum):
    """TYPED: nothing says that it is anything else."""

    TYPED = auto()
    SIGNATURE = auto()
    QUOTE = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """text: without a line end, and without blanks at its end; images: the Content-IDs of those that stand in the line."""

    text: str
    origin: Origin = Origin.TYPED
    images: tuple[str, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether there are no words in it. An image has none."""
        return not self.text.strip()
