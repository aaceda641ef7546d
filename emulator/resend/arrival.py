"""What a receiving mail server writes above an e-mail: who brought it, and what it found out about the sender.

As Amazon SES does it, where Resend receives: https://docs.aws.amazon.com/ses/latest/dg/receiving-email-concepts.html
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.utils import format_datetime

from emulator.resend.mail_headers import addresses
from state.model.received_mail import Authentication

_IP = "203.0.113.9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """sender: of the envelope, "" for what nobody answers; from_domain: that of the From header; dkim_domain: that which signed."""

    at: float
    sender: str
    from_domain: str
    dkim_domain: str
    received_for: tuple[str, ...]
    authentication: Authentication | None

    def written_above(self, content: bytes) -> bytes:
        """The original as the receiver keeps it."""
        end = b"\r\n" if b"\r\n" in content else b"\n"
        lines = [f"{name}: {value}".encode() for name, value in self._headers().items()]
        return b"".join(line + end for line in lines) + content

    def _headers(self) -> dict[str, str]:
        """In their order."""
        spf, by = self._spf(), "inbound-smtp.us-east-1.amazonaws.com with SMTP"
        for_whom = f" for {self.received_for[0]}" if self.received_for else ""
        when = format_datetime(datetime.fromtimestamp(self.at, UTC))
        found = {
            "Return-Path": f"<{self.sender}>",
            "Received": f"from {self._helo} ({self._helo} [{_IP}]) by {by}{for_whom}; {when}",
        }
        if spf:
            found["Received-SPF"] = spf
        if self.authentication is not None:
            found["Authentication-Results"] = self._results(self.authentication, spf)
        return found

    @property
    def _helo(self) -> str:
        return f"mail.{self.sender.rpartition('@')[2] or self.from_domain}"

    def _spf(self) -> str:
        said = self.authentication.spf if self.authentication else None
        if said is None:
            return ""
        domain = self.sender.rpartition("@")[2] or self._helo
        return (
            f"{said} (spfCheck: {said} for domain of {domain}) "
            f"client-ip={_IP}; envelope-from={self.sender}; helo={self._helo};"
        )

    def _results(self, said: Authentication, spf: str) -> str:
        results = ["amazonses.com;"]
        if spf:
            results.append(f"spf={spf}")
        if said.dkim is not None:
            signer = "" if said.dkim == "none" else f" header.i=@{self.dkim_domain}"
            results.append(f"dkim={said.dkim}{signer};")
        if said.dmarc is not None:
            results.append(f"dmarc={said.dmarc} header.from={self.from_domain};")
        return " ".join(results)


def arrival(
    content: bytes,
    authentication: Authentication | None,
    *,
    at: float,
    sender: str | None,
    dkim_domain: str | None,
    receiving: Collection[str],
) -> Arrival:
    """Of an e-mail as its sender sends it. Without them, sender and dkim_domain are as in its From header.

    receiving: the domains whose addresses in To and Cc it is delivered to.
    """
    message = message_from_bytes(content)
    written = next((address for _, address in addresses(message, "from")), "")
    from_domain = written.rpartition("@")[2].lower()
    to = [address for name in ("to", "cc") for _, address in addresses(message, name)]
    return Arrival(
        at=at,
        sender=written if sender is None else sender,
        from_domain=from_domain,
        dkim_domain=dkim_domain or from_domain,
        received_for=tuple(address for address in to if address.rpartition("@")[2].lower() in receiving),
        authentication=authentication,
    )
