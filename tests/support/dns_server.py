"""A small DNS server on a free UDP port: it answers from a list of records, as dnspython encodes them."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
from dns.resolver import Resolver

from ops.mail_dns import MailDns

_TTL = 300


@dataclass(slots=True)
class DnsServer:
    """records: by name and type ("example.com", "MX"), each as a zone's file has it. A name with none of any type does not exist.

    silent: names that get no answer; failing: names that get SERVFAIL; asked: each question so far.
    """

    records: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)
    port: int = 0

    def mail_dns(self, patience: float = 10) -> MailDns:
        resolver = Resolver(configure=False)
        resolver.nameservers, resolver.port = ["127.0.0.1"], self.port
        return MailDns(resolver, patience)

    def answer(self, wire: bytes) -> bytes | None:
        query = dns.message.from_wire(wire)
        (question,) = query.question
        name, kind = question.name.to_text().rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if name in self.silent:
            return None
        response = dns.message.make_response(query)
        response.flags |= dns.flags.RA
        if name in self.failing:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif found := self.records.get((name, kind)):
            response.answer.append(dns.rrset.from_text_list(question.name, _TTL, "IN", kind, found))
        elif not any(each == name or each.endswith(f".{name}") for each, _ in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire()


@contextmanager
def dns_server() -> Iterator[DnsServer]:
    server = DnsServer()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        server.port = listener.getsockname()[1]
        thread = threading.Thread(target=_serve, args=(server, listener), daemon=True)
        thread.start()
        yield server
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
            stop.sendto(b"", ("127.0.0.1", server.port))
        thread.join()


def _serve(server: DnsServer, listener: socket.socket) -> None:
    """Until an empty datagram comes."""
    while True:
        wire, client = listener.recvfrom(4096)
        if not wire:
            return
        if (answer := server.answer(wire)) is not None:
            listener.sendto(answer, client)
