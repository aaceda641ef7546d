"""What a technician typed in a mail, and nothing else: not the mail that is quoted, not what their mail program added."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from handlers.received_mail.typed.cut_line import above_cut_line
from handlers.received_mail.typed.html_text import html_lines
from handlers.received_mail.typed.lines import Line, Origin
from handlers.received_mail.typed.plain_text import text_lines
from handlers.received_mail.typed.quotes import above_quoted_mail
from handlers.received_mail.typed.signatures import above_signature
from messages.safe_text import clean
from state.model.blank import is_visible
from state.model.received_mail import ReceivedMail

MAX_TEXT: Final = 1_000_000  # characters of HTML, or of plain text; what comes after is not read


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What was typed.

    text: stripped; empty if nothing was typed. content_ids: of the images that stand in what was typed (a pasted screenshot yes; a
    signature's logo or one in the quote no). was_cut: the mail had more than MAX_TEXT characters of text.
    """

    text: str = field(repr=False)
    content_ids: tuple[str, ...] = ()
    was_cut: bool = False


def typed_text(mail: ReceivedMail) -> Typed:
    """What was typed in a mail: of its HTML, as most programs wrap the plain text; of that, if there is nothing in the HTML."""
    lines, was_cut = _lines(mail)
    typed = _typed(lines)
    text = clean("\n".join(line.text for line in typed if not line.images or not line.is_blank)).strip()
    return Typed(
        text=text if any(map(is_visible, text)) else "",
        content_ids=tuple(dict.fromkeys(image for line in typed for image in line.images)),
        was_cut=was_cut,
    )


def _lines(mail: ReceivedMail) -> tuple[Sequence[Line], bool]:
    html, text = mail.html or "", mail.text or ""
    lines = html_lines(html[:MAX_TEXT])
    if any(not line.is_blank or line.images for line in lines):
        return lines, len(html) > MAX_TEXT
    return text_lines(text[:MAX_TEXT], mail.header("content-type")), len(text) > MAX_TEXT


def _typed(lines: Sequence[Line]) -> Sequence[Line]:
    unsigned = [line for line in above_cut_line(lines) if line.origin is not Origin.SIGNATURE]
    typed = [line for line in above_quoted_mail(unsigned) if line.origin is Origin.TYPED]
    return [] if _all_quoted(typed) else above_signature(typed)


def _all_quoted(lines: Sequence[Line]) -> bool:
    """Whether each line begins with ">": in HTML somebody may have typed one, but nobody answers with nothing else."""
    return all(line.is_blank or line.text.startswith(">") for line in lines) and not any(
        line.images for line in lines
    )
