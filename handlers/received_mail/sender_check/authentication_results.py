"""What the server that received a mail found out about its sender: the Authentication-Results header (RFC 8601), as Amazon SES writes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handlers.received_mail.sender_check.header_text import HeaderText, Malformed, read_header

# Resend receives with Amazon SES: MX records of its domains lead to inbound-smtp.<region>.amazonaws.com.
# https://resend.com/docs/dashboard/receiving/custom-domains
SERVER: Final = "amazonses.com"
_NAME: Final = "authentication-results"
_ABOVE: Final = {"return-path", "received", "received-spf"}
_ABOVE_PREFIX: Final = "x-ses-"
_MAX_LENGTH: Final = 16 * 1024
_VERSION: Final = "1"
# SES ends its words on SPF with semicolons: `spf=pass (...) client-ip=192.0.2.1; envelope-from=a@example.com; helo=example.com;`
_OF_SPF: Final = {"client-ip", "envelope-from", "helo"}
_ENVELOPE: Final = ("smtp.mailfrom", "envelope-from")


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodResult:
    """One method's result. method, result: such as "dkim" and "pass"; properties: such as ("header.i", "@example.com"); lower case."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...] = ()

    def values(self, *names: str) -> tuple[str, ...]:
        """Of the properties with these names."""
        return tuple(value for name, value in self.properties if name in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationResults:
    """All of one server's results. envelope: whom the envelope named as the sender; empty if it is not known."""

    results: tuple[MethodResult, ...]
    envelope: str = ""

    def of(self, method: str) -> tuple[MethodResult, ...]:
        """The results of one method; of DKIM there is one for each signature."""
        return tuple(each for each in self.results if each.method == method)


def receivers_results(headers: Sequence[tuple[str, str]]) -> AuthenticationResults | None:
    """What the receiver wrote on top of a mail; None if it did not. headers: in order, names in lower case. Raises Malformed.

    Whoever sent the mail may have written a header like it. So the first one counts, by SES, above which there is only what SES
    writes there, one Received at most. SES gives one verdict each on SPF and DMARC; if there are two, one is not its own.
    """
    place = next((place for place, (name, _) in enumerate(headers) if name == _NAME), None)
    if place is None:
        return None
    above = headers[:place]
    names = [name for name, _ in above]
    if names.count("received") > 1 or not all(
        name in _ABOVE or name.startswith(_ABOVE_PREFIX) for name in names
    ):
        return None
    results = _read(headers[place][1])
    if results is None:
        return None
    found = AuthenticationResults(results=results)
    if len(found.of("spf")) > 1 or len(found.of("dmarc")) > 1:
        raise Malformed
    return AuthenticationResults(results=results, envelope=_envelope(found, above))


def _envelope(results: AuthenticationResults, above: Sequence[tuple[str, str]]) -> str:
    said = [value for each in results.of("spf") for value in each.values(*_ENVELOPE)]
    paths = [value.strip("<> ").lower() for name, value in above if name == "return-path"]
    given = set(said or paths)
    return given.pop() if len(given) == 1 else ""


def _read(value: str) -> tuple[MethodResult, ...] | None:
    """The results in a header; None if another server wrote it. Raises Malformed."""
    header = read_header(value, _MAX_LENGTH)
    server, *segments = header.text.split(";")
    if server.replace("\1", " ").split() not in ([SERVER], [SERVER, _VERSION]):
        return None
    # SES puts a space after each semicolon. What an SMTP client says of itself, and SES repeats, cannot have one.
    if not all(segment[:1] in {"", " ", "\t"} for segment in segments):
        raise Malformed
    return _method_results(_words(header, segments))


def _words(header: HeaderText, segments: list[str]) -> list[list[str]]:
    """The words of each segment: `method=result` or `property=value`."""
    words = ["=".join(map(str.strip, segment.replace("\1", " ").split("="))).split() for segment in segments]
    restored = iter(header.restore([word for segment in words for word in segment]))
    return [[next(restored).lower() for _ in segment] for segment in words]


def _method_results(segments: list[list[str]]) -> tuple[MethodResult, ...]:
    found: list[MethodResult] = []
    for words in segments:
        if words in ([], ["none"]):  # after the last semicolon; and RFC 8601, 2.2: no result
            continue
        pairs = [_pair(word) for word in words]
        name, result = pairs[0]
        if name in _OF_SPF:
            found[-1:] = [_continued(found, pairs)]
        else:
            method = name.partition("/")[0]
            found.append(MethodResult(method=method, result=result, properties=tuple(pairs[1:])))
    return tuple(found)


def _continued(found: list[MethodResult], pairs: list[tuple[str, str]]) -> MethodResult:
    """The result of SPF, with more properties. They follow it at once, each once. Raises Malformed."""
    last = found[-1] if found else None
    if last is None or last.method != "spf" or any(last.values(name) for name, _ in pairs):
        raise Malformed
    return MethodResult(method=last.method, result=last.result, properties=(*last.properties, *pairs))


def _pair(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not (name and equals and value):
        raise Malformed
    return name, value
