"""How technicians answer by e-mail: Resend receives it, and delivers its event until it is answered 200, sometimes twice at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from random import Random
from typing import Any, Final

from emulator.resend.composed_reply import COMPOSERS, Reply
from emulator.resend.email_rules import SentEmail
from emulator.resend.received_mail import ReceivedEmail
from emulator.resend.resend_api import Resend

_COMMANDS: Final = {"ask": "#pregunta ", "answer": "", "resolve": "#resuelto "}
_STRANGERS: Final = 0.15  # the share of e-mails that somebody else sends
_TWICE: Final = 0.3

Post = Callable[[bytes, dict[str, str]], bool]  # whether it was answered 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedAnswer:
    """An e-mail. author: as in TechnicianAction; email_ids: as Resend received it; stranger: it is of nobody who may answer.

    acknowledged: Resend was answered 200.
    """

    author: str
    code: str
    action: str
    email_ids: tuple[str, ...]
    stranger: bool
    acknowledged: bool


class MailProgram:
    """Answers the desk's latest e-mail about a ticket. Used by all technicians."""

    def __init__(self, resend: Resend) -> None:
        self.answers: list[MailedAnswer] = []
        self._resend = resend

    def can_answer(self, code: str, action: str) -> bool:
        return action in _COMMANDS and self._latest(code) is not None

    def answer(self, form: dict[str, str], code: str, random: Random, post: Post) -> None:
        """form: its action, text and author."""
        stranger = random.random() < _STRANGERS
        written = self._written(form, code, random, stranger=stranger)
        events = [self._resend.receive(written).mail]
        if random.random() < _TWICE:
            # Resend delivers one event twice, or has received the e-mail twice.
            events += [random.choice((events[0], self._resend.receive(written).mail))]
        with ThreadPoolExecutor(len(events), thread_name_prefix="resend") as pool:
            answered = list(pool.map(lambda mail: self._deliver(mail, post), events))
        self.answers.append(
            MailedAnswer(
                author=form["author"],
                code=code,
                action=form["action"],
                email_ids=tuple({mail.id for mail in events}),
                stranger=stranger,
                acknowledged=any(answered),
            )
        )

    def _deliver(self, mail: ReceivedEmail, post: Post) -> bool:
        return post(*self._resend.received_event(mail))

    def _written(self, form: dict[str, str], code: str, random: Random, *, stranger: bool) -> EmailMessage:
        answered = self._latest(code)
        assert answered  # nothing is taken from what Resend has accepted
        author, domain = form["author"], "example.org" if stranger else "example.com"
        reply = Reply(
            answered=answered,
            sender=f"{author} <{author.lower()}@{domain}>",
            text=f"{_COMMANDS[form['action']]}{form['text']}".strip(),
            at=datetime.now(UTC),
        )
        return random.choice(list(COMPOSERS.values()))(reply)

    def _latest(self, code: str) -> SentEmail | None:
        about = (mail for mail in reversed(self._resend.messages) if mail.tags.get("ticket") == code)
        return next((mail for mail in about if self._is_for_answers(mail)), None)

    def _is_for_answers(self, mail: Any) -> bool:
        domains = {address.rpartition("@")[2] for address in mail.reply_to}
        return domains <= self._resend.switches.receiving
