"""A line of a mail's text, and whose it is as far as the mail itself says so."""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

# A space that may not be broken is one. What has no width is no letter, and stands in lines that look empty (iOS).
_UNSEEN: Final = {0xA0: " ", 0xFEFF: None, 0x200B: None, 0x2060: None}


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

    @staticmethod
    def shown(text: str) -> str:
        """A text as it may stand in a line."""
        return text.translate(_UNSEEN).rstrip()

    @property
    def is_blank(self) -> bool:
        """Whether there are no words in it. An image has none."""
        return not self.text.strip()
