"""The DNS's part of the answers that technicians mail: whether they arrive at Resend, and by what their senders are believed."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Final

from handlers.people import People
from handlers.received_mail.sender_check.public_domains import PUBLIC_DOMAINS
from ops.checks.finding import AtDeploy, Finding, right, warning, wrong
from ops.errors import OpsError
from ops.mail_dns import DnsNotAnswering, MailDns
from ops.operator_settings import OperatorSettings
from ops.resend_api import is_of_resend, is_stand_in

# Resend receives with Amazon SES: https://docs.aws.amazon.com/general/latest/gr/ses.html
_RESEND: Final = re.compile(r"inbound-smtp\.[a-z0-9-]+\.amazonaws\.com")
_DOMAINS: Final = "resend.com/domains"
_SUBDOMAIN: Final = "take a subdomain for this alone"


def check_mail_domains(settings: OperatorSettings, dns: MailDns | None = None) -> Iterator[Finding]:
    """Nothing unless technicians can answer our e-mails, nor of the desk of `make run`, of whose domains no DNS knows.

    dns: None for this machine's. Every name is looked up at once.
    """
    if not (domain := settings.answer_domain):
        return
    if dns is None and is_stand_in(settings):
        return
    try:
        dns = dns or MailDns.of_this_machine()
    except DnsNotAnswering as error:
        yield warning("answer domain", f"its DNS is not checked: {error}")
        return
    people = _people(settings)
    senders = list(dict.fromkeys(map(_domain, people.addresses)))
    looks = [
        partial(_told, "answer domain", domain, partial(_answer_domain, dns, domain, senders)),
        *(
            partial(_told, "technicians' domains", each, partial(_technicians_domain, dns, each))
            for each in senders
        ),
    ]
    with ThreadPoolExecutor(max_workers=len(looks)) as pool:
        for found in pool.map(lambda look: look(), looks):
            yield from found
    yield from _shared_in_public(people)


def _told(check: str, domain: str, look: Callable[[], Iterator[Finding]]) -> list[Finding]:
    try:
        return list(look())
    except DnsNotAnswering as error:
        return [warning(check, f"{domain} is not checked: {error}")]


def _people(settings: OperatorSettings) -> People:
    try:
        return settings.people
    except OpsError:  # check_settings reports it
        return People(technicians=())


def _domain(address: str) -> str:
    return address.rpartition("@")[2].lower()


def _shared_in_public(people: People) -> Iterator[Finding]:
    """At a domain of their own, all who share a mailbox may answer for it."""
    shared = [
        each.address
        for each in people.technicians
        if not each.name and _domain(each.address) in PUBLIC_DOMAINS
    ]
    if shared:
        text = f"for {' and '.join(shared)} only that very address may answer, as anybody can have a mailbox at its provider"
        yield right("shared mailboxes", text)


def _answer_domain(dns: MailDns, domain: str, senders: list[str]) -> Iterator[Finding]:
    """Raises DnsNotAnswering."""
    if is_of_resend(domain):
        return
    if domain in senders:
        text = f"technicians have their mailboxes at {domain}: Resend's MX record there takes all of their e-mail"
        yield warning("answer domain", text, f"{_SUBDOMAIN}, such as answers.{domain}")
        return
    servers = dns.mail_servers(domain)
    if not servers:
        text = f"{domain} has no MX record, so no answer arrives"
        yield wrong("answer domain", text, f"{_DOMAINS}, {domain}, Receiving: copy the MX record to its DNS")
        return
    first = [host for preference, host in servers if preference == servers[0][0]]
    if others := [host for host in first if not _RESEND.fullmatch(host)]:
        text = f"e-mail to {domain} goes to {others[0]} first, and may never reach Resend"
        fix = f"give Resend's MX record alone the lowest number; if people have mailboxes there, {_SUBDOMAIN}"
        yield warning("answer domain", text, fix)
    else:
        yield right("answer domain", f"e-mail to {domain} goes to Resend, at {first[0]}")


def _technicians_domain(dns: MailDns, domain: str) -> Iterator[Finding]:
    """Raises DnsNotAnswering."""
    check = "technicians' domains"
    if not dns.takes_mail(domain):
        text = f"{domain} is not checked: no e-mail is received there"
        yield warning(check, text, "is the address in SUPPORT_EMAIL_TO right?")
        return
    place, found = dns.dmarc_records(domain)
    if len(found) == 1:
        yield right(check, f"{domain} has a DMARC record ({place})")
    elif found:
        text = f"{place} has {len(found)} DMARC records, which count as none"
        yield warning(check, text, "keep one of them")
    else:
        yield _without_dmarc(check, domain, spf=dns.has_spf(domain))


def _without_dmarc(check: str, domain: str, *, spf: bool) -> Finding:
    record = f'_dmarc.{domain} TXT "v=DMARC1; p=none"'
    if spf:
        text = f"{domain} has no DMARC record: an answer from there counts only if SPF or DKIM passes for {domain} itself"
        return warning(check, text, f"add to its DNS: {record}")
    text = f"{domain} has neither a DMARC record nor SPF: answers from there are refused, unless signed with DKIM for {domain}"
    fix = f"add to its DNS the SPF and DKIM records that its mail service names, and {record}"
    return wrong(check, text, fix, at_deploy=AtDeploy.UNCHANGED)
