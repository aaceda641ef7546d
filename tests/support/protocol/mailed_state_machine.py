"""The same state machine with technicians who answer our e-mails, among everything else that happens."""

from dataclasses import dataclass, replace
from email.message import EmailMessage
from enum import StrEnum

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from bench.chaos.mail_program import MailedAnswer
from emulator.function import MAILBOX
from emulator.resend.email_rules import SentEmail
from emulator.resend.received_mail import ReceivedEmail
from tests.support.protocol import invariants
from tests.support.protocol.state_machine import REPORT, Progress, ProtocolMachine, one_of_two, which
from tests.support.technician_mailbox import DOMAIN, FORGED, PASSED

_MAX_MAILS = 8  # fewer than what somebody is told in an hour
_MAIL_CALLS = ("receive_mail", "act_on_ticket", "finish_mail")


class Writing(StrEnum):
    """What is written, and by whom."""

    ANSWER = "answer"
    ASK = "ask"
    RESOLVE = "resolve"
    EMPTY = "empty"
    STRANGER = "stranger"
    FORGED = "forged"

    @property
    def is_refused(self) -> bool:
        return self in {Writing.EMPTY, Writing.STRANGER, Writing.FORGED}


_COMMANDS = {Writing.ASK: "#pregunta ", Writing.RESOLVE: "#resuelto "}


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenMail:
    """words: in no other e-mail; received: as Resend has it, once for each time that it came."""

    writing: Writing
    author: str
    words: str
    code: str
    raw: EmailMessage
    received: tuple[ReceivedEmail, ...]


class MailedMachine(ProtocolMachine):
    """Needs instances with answers by e-mail, and the columns of `number_commits`."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[WrittenMail] = []
        self.undelivered: list[ReceivedEmail] = []  # Resend has not been answered 200

    @initialize()
    def open_a_ticket(self) -> None:
        """Of which technicians have been told: else few sequences would have one."""
        self.say(person=0, texts=[REPORT, "sí"], by=0, progress=Progress.SENT)
        assert self._answerable()

    @precondition(lambda self: self._answerable() and len(self.mails) < _MAX_MAILS)
    @rule(
        number=which,
        writing=st.sampled_from(Writing),
        by=one_of_two,
        progress=st.sampled_from(Progress),
        lost=st.sampled_from((None, *_MAIL_CALLS)),
    )
    def answer_by_mail(
        self, number: int, writing: Writing, by: int, progress: Progress, lost: str | None
    ) -> None:
        """A technician answers some e-mail of the desk, perhaps an old one. lost: the call whose answer does not come."""
        ours = self._answerable()
        mail = self._write_mail(writing, ours[number % len(ours)])
        self.undelivered.append(mail)
        if lost:
            self.world.supabase.faults.error_after_effect(drop=True, path=lost, times=2)
        if progress is not Progress.UNDELIVERED and self._post_mail(by, mail):
            self.undelivered.remove(mail)
        if progress in {Progress.SENT, Progress.UNFINISHED}:
            self._run(stops=progress is Progress.UNFINISHED)

    @precondition(lambda self: self.undelivered)
    @rule(number=which, by=one_of_two, crashes=st.booleans())
    def deliver_mail(self, number: int, by: int, crashes: bool) -> None:
        """An instance that crashes has committed, but its answer is lost."""
        mail = self.undelivered[number % len(self.undelivered)]
        answered = self._post_mail(by, mail)
        if crashes:
            self.instances[by].forget()
        elif answered:
            self.undelivered.remove(mail)

    @precondition(lambda self: self.mails)
    @rule(number=which, by=one_of_two, received=st.booleans())
    def deliver_mail_again(self, number: int, by: int, received: bool) -> None:
        """Resend delivers an event twice; or it has received the e-mail twice, which is another event."""
        place = number % len(self.mails)
        mail = self.mails[place]
        again = mail.received[0]
        if received:
            again = self._receive(mail.raw, mail.writing)
            self.mails[place] = replace(mail, received=(*mail.received, again))
        self._post_mail(by, again)

    @rule(call=st.sampled_from(_MAIL_CALLS), done=st.booleans(), times=st.integers(1, 2))
    def break_mailed_answers(self, call: str, done: bool, times: int) -> None:
        if done:
            self.world.supabase.faults.error_after_effect(drop=True, path=call, times=times)
        else:
            self.world.supabase.faults.down(path=call, times=times)

    @rule(times=st.integers(1, 3))
    def break_receiving(self, times: int) -> None:
        """Resend does not give out what it has received."""
        self.world.resend.faults.down(path="/receiving/", times=times)

    @invariant()
    def each_mail_has_one_effect_at_most(self) -> None:
        invariants.mails_have_one_effect(
            self.world,
            allowed={mail.words: not mail.writing.is_refused for mail in self.mails},
        )

    def teardown(self) -> None:
        self.shared.mend()
        for mail in list(self.undelivered):
            assert self._post_mail(0, mail)
        super().teardown()

    def mailed_answers(self) -> list[MailedAnswer]:
        return [
            MailedAnswer(
                author=mail.author,
                code=mail.code,
                action=mail.writing,
                email_ids=tuple(received.id for received in mail.received),
                stranger=mail.writing.is_refused,
                acknowledged=True,
            )
            for mail in self.mails
        ]

    def _write_mail(self, writing: Writing, ours: SentEmail) -> ReceivedEmail:
        author = f"T{len(self.mails)}"
        words = f"{author}: prueba con otro cable"
        raw = EmailMessage()
        raw["From"] = f"{author} <{author}@{'example.org' if writing is Writing.STRANGER else 'example.com'}>"
        raw["To"] = ours.reply_to[0]
        raw["Subject"] = f"Re: {ours.subject}"
        raw["Message-ID"] = f"<{len(self.mails)}@mail.example.com>"
        quoted = "\n".join(f"> {line}" for line in (ours.text or "").splitlines())
        typed = "" if writing is Writing.EMPTY else f"{_COMMANDS.get(writing, '')}{words}"
        raw.set_content(f"{typed}\n\nEl lun, 30 nov 2026 a las 10:00, Soporte escribió:\n\n{quoted}\n")
        received = self._receive(raw, writing)
        self.mails.append(
            WrittenMail(
                writing=writing,
                author=author,
                words=words,
                code=ours.tags["ticket"],
                raw=raw,
                received=(received,),
            )
        )
        return received

    def _receive(self, raw: EmailMessage, writing: Writing) -> ReceivedEmail:
        found = FORGED if writing is Writing.FORGED else PASSED
        return self.world.resend.receive(raw, found).mail

    def _post_mail(self, by: int, mail: ReceivedEmail) -> bool:
        body, headers = self.world.resend.received_event(mail)
        status = self.instances[by].service.client.post("/mail", data=body, headers=headers).status_code
        assert status in {200, 503}
        return status == 200

    def _answerable(self) -> list[SentEmail]:
        return [
            mail
            for mail in self.world.resend.messages
            if MAILBOX in mail.to and mail.reply_to and mail.reply_to[0].endswith(f"@{DOMAIN}")
        ]
