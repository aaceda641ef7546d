"""What DNS says about the e-mail of a domain: where it goes, and by what its senders can be told from others."""

import re
from collections.abc import Iterator
from typing import Any, Final

from dns.exception import DNSException
from dns.name import Name
from dns.rdatatype import RdataType
from dns.resolver import NXDOMAIN, NoResolverConfiguration, Resolver

from ops.errors import OpsError

_DMARC: Final = re.compile(r"\s*v\s*=\s*DMARC1\s*(;|$)", re.IGNORECASE)  # RFC 7489, 6.4
_SPF: Final = re.compile(r"v=spf1( |$)", re.IGNORECASE)  # RFC 7208, 4.5
_PATIENCE: Final = 4.0  # all servers and tries together


class DnsNotAnswering(OpsError):
    """Whether there is such a record is not known."""


class MailDns:
    """Asks one resolver; may be used by several threads. patience: seconds for a name. Every method raises DnsNotAnswering."""

    def __init__(self, resolver: Resolver, patience: float = _PATIENCE) -> None:
        resolver.lifetime = patience
        self._resolver = resolver

    @classmethod
    def of_this_machine(cls) -> "MailDns":
        """Raises DnsNotAnswering if it has none."""
        try:
            return cls(Resolver())
        except NoResolverConfiguration:
            raise DnsNotAnswering("this machine has no DNS resolver") from None

    def mail_servers(self, domain: str) -> list[tuple[int, str]]:
        """The MX records, the preferred first: preference, host. None for a domain that says that it takes no e-mail (RFC 7505)."""
        found = sorted(
            (each.preference, _host(each.exchange)) for each in self._records(domain, RdataType.MX)
        )
        return [(preference, host) for preference, host in found if host]

    def takes_mail(self, domain: str) -> bool:
        """Whether e-mail can be delivered there: to its MX, or without one to its address (RFC 5321, 5.1)."""
        if self._records(domain, RdataType.MX):
            return bool(self.mail_servers(domain))
        return any(self._records(domain, kind) for kind in (RdataType.A, RdataType.AAAA))

    def dmarc_records(self, domain: str) -> tuple[str, list[str]]:
        """The DMARC records of the domain, or of the nearest one above it that has any, and where they are: `_dmarc.example.com`.

        More than one at a name count as none (RFC 7489, 6.6.3).
        """
        for name in _upwards(domain):
            found = [each for each in self.texts(f"_dmarc.{name}") if _DMARC.match(each)]
            if found:
                return f"_dmarc.{name}", found
        return f"_dmarc.{domain}", []

    def has_spf(self, domain: str) -> bool:
        return any(_SPF.match(each) for each in self.texts(domain))

    def texts(self, name: str) -> list[str]:
        """The TXT records, each in one piece."""
        return [
            b"".join(each.strings).decode("ascii", "replace") for each in self._records(name, RdataType.TXT)
        ]

    def _records(self, name: str, kind: RdataType) -> list[Any]:
        """No such name and no such record are both none."""
        try:
            return list(self._resolver.resolve(name, kind, raise_on_no_answer=False, search=False))
        except NXDOMAIN:
            return []
        except (DNSException, OSError):
            raise DnsNotAnswering("DNS does not answer") from None


def _host(name: Name) -> str:
    """Lower case; empty for the root."""
    return name.to_text().rstrip(".").lower()


def _upwards(domain: str) -> Iterator[str]:
    """ "a.b.example.com", "b.example.com", "example.com"."""
    labels = domain.split(".")
    yield from (".".join(labels[start:]) for start in range(max(len(labels) - 1, 1)))
