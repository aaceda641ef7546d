"""The status template, for notifying a ticket's owner outside the 24-hour window, and its translations for Meta.

It carries one line: the reply to the customer's message, or what the technicians did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from messages.safe_text import cut, cut_at_word, fair_shares, one_line, utf16_length
from messages.texts.catalogue import text
from messages.whatsapp.notification_steps import NotificationStep, StepKind, notification_steps, who
from state.model.language import Language
from state.model.outbox_row import Template
from state.model.ticket import TicketRecord, TicketStatus
from state.model.turn import Reply

# UTF-16 units; Meta limits the line only together with the template's own words.
_MAX_LINE: Final = 300

_MAX_SAID: Final = 5  # of more texts, only a word of each would fit
_SEPARATOR: Final = " · "
_FULL_STOP: Final = "."
_LINES: Final[Mapping[str, str]] = {
    "ticket_opened": "template_line_opened",
    "human_opened": "template_line_human",
    "human_asked": "template_line_human",
    "human_asked_aside": "template_line_human",
    "note_added": "template_line_note",
    "note_other": "template_line_note",
    "status_noted": "template_line_note",
    "noted_shown": "template_line_note",
    "close_question": "template_line_note",
    "not_ours": "template_line_note",
    "rate_again": "template_line_note",
    "noted_in_report": "template_line_note",
    "noted_before_report": "template_line_note",
    "noted_in_another": "template_line_note",
    "answer_added": "template_line_note",
    "closed_by_owner": "template_line_closed",
    "fixed": "template_line_closed",
    "reopened": "template_line_reopened",
}
_EXAMPLE_CODE: Final = "TK-7F3K-9QXP"


def status_template(name: str, language: Language, code: str, line: str) -> Template:
    """The approved template with its two body parameters, each one line as Meta wants it: not empty, no tab or line end."""
    parameters = (one_line(code), cut(one_line(line), _MAX_LINE) or text(language, "no_text"))
    return Template(name=name, language=text(language, "template_language"), parameters=parameters)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateTranslation:
    """One translation. language: Meta's code, "pt_BR"; body: with {{1}}, the ticket's code, and {{2}}, what happened in one line.

    example: a value for each, which Meta's reviewers require.
    """

    language: str
    body: str
    example: tuple[str, str]


def template_translations() -> tuple[TemplateTranslation, ...]:
    """The translations to register with Meta: one for each language of the desk."""
    return tuple(
        TemplateTranslation(
            language=text(language, "template_language"),
            body=text(language, "template_body", code="{{1}}", line="{{2}}"),
            example=(_EXAMPLE_CODE, text(language, "template_line_human")),
        )
        for language in Language
    )


def reply_line(reply: Reply, language: Language) -> str | None:
    """A reply about a ticket in one line. None for a reply that is of no use once the 24-hour window has closed."""
    if reply.say not in _LINES:
        return None
    words = one_line(reply.values.get("summary", "")) or text(language, "no_text")
    return text(language, _LINES[reply.say], words=words)


def notification_line(ticket: TicketRecord) -> str:
    """The technicians' messages, the last question first, or else their last action. At most 300 UTF-16 units.

    A template has no buttons, so the line about a resolved ticket ends with the question whether it is fixed.
    """
    if ticket.opening:
        words = one_line(ticket.summary) or text(ticket.language, "no_text")
        return text(ticket.language, "template_line_opened_for", words=words)
    steps, closing = notification_steps(ticket.events), ""
    if ticket.status is TicketStatus.RESOLVED:
        closing = text(ticket.language, "template_line_is_it_fixed")
    if not (said := _said(ticket, steps)):
        return _closed(_last(ticket, steps), closing)
    speech = partial(_speech, ticket, steps)
    ours = utf16_length(_closed(speech(""), closing) + _FULL_STOP + _SEPARATOR * (len(said) - 1))
    given = zip(said, fair_shares([utf16_length(words) for words in said], _MAX_LINE - ours), strict=True)
    return _closed(speech(_SEPARATOR.join(cut_at_word(words, share) for words, share in given)), closing)


def _said(ticket: TicketRecord, steps: Sequence[NotificationStep]) -> list[str]:
    """The latest texts, each as one line. While the ticket is active, the last question comes first."""
    said = [(step.kind, shown) for step in steps for words in step.said if (shown := one_line(words))]
    questions = [place for place, (kind, _) in enumerate(said) if kind is StepKind.ASK]
    asked = [said.pop(questions[-1])] if questions and ticket.status.active else []
    return [words for _, words in asked + said[len(asked) - _MAX_SAID :]]


def _speech(ticket: TicketRecord, steps: Sequence[NotificationStep], words: str) -> str:
    """`words` with their speaker: the author or, if there are several, the team."""
    language, speakers = ticket.language, [step for step in steps if step.said]
    single_author = len({step.author for step in speakers}) == 1
    name = who(speakers[-1], language) if single_author else text(language, "notification_team")
    if ticket.status.active and any(step.kind is StepKind.ASK for step in speakers):
        return text(language, "template_line_asks", who=name, words=words)
    ended = "" if ticket.status.active else f"{text(language, f'status_{ticket.status}')}. "
    return ended + text(language, "template_line_says", who=name, words=words)


def _last(ticket: TicketRecord, steps: Sequence[NotificationStep]) -> str:
    """The last action or, if there is none, the status."""
    language = ticket.language
    if not (steps and steps[-1].to_status):
        return text(language, f"status_{ticket.status}")
    name, it = who(steps[-1], language), text(language, "notification_your_ticket")
    other = ticket.merged_into or text(language, "notification_another_ticket")
    return text(language, f"notification_{steps[-1].kind}", who=name, ticket=it, other=other)


def _closed(line: str, closing: str) -> str:
    """The line with `closing` as another sentence."""
    if not closing:
        return line
    return (
        f"{line} {closing}" if line.endswith((_FULL_STOP, "!", "?", "…")) else f"{line}{_FULL_STOP} {closing}"
    )
