"""`python -m tests.support.bubble_lengths`: how many characters a customer has to read, for each flow and language.

A flow is the bubbles for one errand of a customer with a short report; buttons are not counted.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from messages.safe_text import utf16_length
from messages.whatsapp.reply_bubble import reply_bubble
from state.model.language import Language
from state.model.ticket import TicketStatus, TicketView
from state.model.turn import Reply

_CODE: Final = "TK-7F3K-9QX2"
_WORDS: Final = {
    Language.ES: "La impresora no imprime",
    Language.EN: "The printer doesn't print",
    Language.PT: "A impressora não imprime",
}

# The keys of the bubbles.
FLOWS: Final[Mapping[str, tuple[str, ...]]] = {
    "report in one message": ("confirm_problem", "ticket_opened"),
    "report step by step": ("welcome", "ask_problem", "ticket_opened"),
    "status by code": ("ticket_card",),
    "several tickets, one shown": ("choose_ticket", "ticket_card"),
    "a person": ("human_opened",),
    "a person for a ticket": ("ticket_card", "human_asked"),
    "an addition": ("note_added",),
    "an answer to a technician": ("answer_added",),
    "thanks": ("you_are_welcome",),
    "goodbye": ("goodbye",),
    "not understood twice, then a person": ("unsure", "unsure_again", "human_opened"),
    "resolved: yes, rated": ("fixed", "rated"),
    "resolved: no": ("reopened",),
    "solved itself: closed": ("close_question", "closed_by_owner"),
    "silence": ("quiet",),
    "erase": ("erase_explained", "erased"),
}


def lengths(flow: str, language: Language) -> int:
    """The UTF-16 units of the flow's bubbles."""
    return sum(_length(key, language) for key in FLOWS[flow])


def _length(key: str, language: Language) -> int:
    moment, words = datetime(2026, 11, 23, 17, 5, tzinfo=UTC), _WORDS[language]
    ticket = TicketView(
        code=_CODE, status=TicketStatus.OPEN, summary=words, created_at=moment, updated_at=moment
    )
    values = {"code": _CODE, "draft": words}
    reply = Reply(say=key, values=values, ticket=ticket if key == "ticket_card" else None)
    return utf16_length(reply_bubble(reply, language, ZoneInfo("UTC")).body)


def table() -> str:
    """The flows as Markdown."""
    lines = [f"| flow | bubbles | {' | '.join(Language)} |", "|---|---|" + "---|" * len(Language)]
    for flow, keys in FLOWS.items():
        counts = " | ".join(str(lengths(flow, language)) for language in Language)
        lines.append(f"| {flow} | {len(keys)} | {counts} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
