"""Whether a mail really comes from the domain in its From header: by DMARC, or without a DMARC record by SPF or DKIM."""

from collections.abc import Callable, Sequence
from typing import Final

from handlers.received_mail.sender_check.aligned_domains import aligned
from handlers.received_mail.sender_check.authentication_results import (
    AuthenticationResults,
    MethodResult,
    receivers_results,
)
from handlers.received_mail.sender_check.mail_mailbox import domain_of, read_from
from state.model.received_mail import ReceivedMail

_PASS: Final = "pass"  # noqa: S105 - a verdict
_NO_RECORD: Final = "none"
_SIGNERS: Final = ("header.d", "header.i")

Headers = Sequence[tuple[str, str]]


def is_proved(mail: ReceivedMail, address: str, original_headers: Callable[[], Headers]) -> bool:
    """True if it is. address: of its From header, in lower case. Raises what `original_headers` raises, which is called only if needed."""
    verdict = _dmarc_verdict(mail)
    if verdict != _NO_RECORD:
        return verdict == _PASS
    headers = original_headers()
    try:
        return _is_from(headers, address) and _results_prove(receivers_results(headers), domain_of(address))
    except ValueError:
        return False


def _dmarc_verdict(mail: ReceivedMail) -> str:
    """As Resend says it. That it says nothing is the same as that there is no record: then the receiver's own words count."""
    said = mail.authentication.dmarc if mail.authentication else None
    return _NO_RECORD if said is None else said.strip().lower()


def _is_from(headers: Headers, address: str) -> bool:
    """True if the mail names this sender and no other. Programs differ in which of two From headers they believe."""
    written = [value for name, value in headers if name == "from"]
    return len(written) == 1 and read_from(written[0]).address == address


def _results_prove(found: AuthenticationResults | None, domain: str) -> bool:
    if found is None:
        return False
    verdict = next(iter(found.of("dmarc")), None)
    if verdict is not None and verdict.result != _NO_RECORD:
        return verdict.result == _PASS and verdict.values("header.from") == (domain,)
    return _is_senders(found, domain) or any(_is_signed(each, domain) for each in found.of("dkim"))


def _is_senders(found: AuthenticationResults, domain: str) -> bool:
    """SPF is about the sender in the envelope, whom nobody sees."""
    passed = any(each.result == _PASS for each in found.of("spf"))
    return passed and aligned(domain_of(found.envelope), domain)


def _is_signed(signature: MethodResult, domain: str) -> bool:
    """All that it says of who signed has to be aligned."""
    signers = [domain_of(value) for value in signature.values(*_SIGNERS)]
    return signature.result == _PASS and bool(signers) and all(aligned(each, domain) for each in signers)
