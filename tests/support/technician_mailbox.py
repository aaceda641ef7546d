"""A technician who answers e-mails of the desk: what they write arrives at Resend's stand-in, which tells the function of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import make_msgid

from werkzeug.test import TestResponse

from emulator.resend.email_rules import SentEmail
from state.model.received_mail import Authentication
from tests.support.function import Service, World, settle

DOMAIN = "answers.example.com"
PASSED = Authentication(spf="pass", dkim="pass", dmarc="pass")
FORGED = Authentication(spf="fail", dkim="fail", dmarc="fail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """The mailbox of one technician. from_header: as their mail program writes it."""

    world: World
    service: Service
    address: str
    from_header: str = ""

    def latest(self) -> SentEmail:
        """The latest e-mail of the desk."""
        return next(mail for mail in reversed(self.world.resend.messages) if self.address in mail.to)

    def all(self) -> list[SentEmail]:
        return [mail for mail in self.world.resend.messages if self.address in mail.to]

    def write(
        self,
        text: str,
        mail: SentEmail | None = None,
        *,
        cc: Sequence[str] = (),
        files: Sequence[tuple[str, bytes, str]] = (),
        headers: dict[str, str] | None = None,
        message_id: str = "",
    ) -> EmailMessage:
        """An answer to the latest e-mail, or to another, with all of it quoted."""
        answered = mail or self.latest()
        written = EmailMessage()
        written["From"] = self.from_header or self.address
        written["To"] = answered.reply_to[0]
        if cc:
            written["Cc"] = ", ".join(cc)
        written["Subject"] = f"Re: {answered.subject}"
        written["Message-ID"] = message_id or make_msgid(domain="mail.example.com")
        for name, value in (headers or {}).items():
            written[name] = value
        quoted = "\n".join(f"> {line}" for line in (answered.text or "").splitlines())
        written.set_content(
            f"{text}\n\nEl lun, 30 nov 2026 a las 10:00, Soporte (<desk@example.com>) escribió:\n\n{quoted}\n"
        )
        for name, content, kind in files:
            main, _, sub = kind.partition("/")
            written.add_attachment(content, maintype=main, subtype=sub, filename=name)
        return written

    def send(
        self,
        written: EmailMessage,
        authentication: Authentication | None = PASSED,
        *,
        dkim_domain: str | None = None,
    ) -> TestResponse:
        """It arrives, and the function hears of it."""
        delivery = self.world.resend.receive(written, authentication, dkim_domain=dkim_domain)
        return self.service.client.post("/mail", data=delivery.body, headers=delivery.headers)

    def answer(self, text: str, mail: SentEmail | None = None, **more: object) -> TestResponse:
        """Write and send, and wait until all is done."""
        said = self.send(self.write(text, mail, **more))  # type: ignore[arg-type]
        settle()
        return said
