"""E-mails that Resend received: read by id, with the headers as they were transmitted, and their files.

It needs a key with full access. What Resend's webhook tells of a received mail has no text: that is asked for here.
"""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from urllib3 import BaseHTTPResponse, Timeout
from urllib3.exceptions import HTTPError, LocationValueError

from channels.download import Download, MediaError, MediaGone, download
from channels.header_block import ends, header_lines
from channels.http import AnswerTooLong, Http, parse_address
from channels.resend_client import resend_sdk, result_of_error
from channels.resend_received_mail import received_mail
from state.model.outbox_row import Outcome, Result
from state.model.received_mail import ReceivedFile, ReceivedMail

if TYPE_CHECKING:
    from resend.exceptions import ResendError

_ID: Final = re.compile(r"[0-9A-Za-z_-]{1,100}")
_NOT_FOUND: Final = 404
_MAX_ATTEMPTS_TO_FIND: Final = 4  # it may be announced a moment before it can be read
_MAX_HEADERS: Final = 64 * 1024  # bytes
_FIRST_BYTES: Final = {"Range": f"bytes=0-{_MAX_HEADERS - 1}"}
_TIMEOUT: Final = Timeout(connect=2.0, read=3.0)
_MAX_SECONDS_OF_HEADERS: Final = 5.0
# Refusals of the whole account: they say nothing of what was asked for.
_OF_THE_ACCOUNT: Final = {Outcome.PAUSED, Outcome.LIMITED}


class ReceivingError(Exception):
    """A received mail, or a part of it, cannot be read. result: what that means for the row that is to read it."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.error)
        self.result = result


class NotThere(ReceivingError):
    """Resend has nothing with this id: not yet, or not any more."""


class ReceivedMails:
    """Resend's received mails, through its SDK. Made without a connection; safe to use from many threads."""

    def __init__(self, api_key: str, http: Http) -> None:
        self._api_key = api_key
        self._http = http

    def fetch(self, mail_id: str, attempts: int) -> ReceivedMail:
        """Read a mail; the images in its HTML stand as `cid:`. attempts: of the row, with this one. Raises ReceivingError.

        It may take 10 s to connect and 10 s between two parts of the answer, which may have 8 MB.
        """
        _check_ids(mail_id)
        receiving = self._receiving
        with _receiving_errors(attempts):
            answer = receiving.get(mail_id, {"html_format": "cid"})
        try:
            return received_mail(answer)
        except ValueError:
            raise ReceivingError(_dead("resend 200 not a received mail")) from None

    def original_headers(self, mail: ReceivedMail) -> tuple[tuple[str, str], ...]:
        """The headers of the mail as it was transmitted: in order, names in lower case, unfolded. Raises ReceivingError.

        Of more than 64 KB of headers the first ones; none if Resend does not have the original.
        """
        if mail.raw_url is None:
            return ()
        if not self._may_ask(mail.raw_url):
            raise ReceivingError(_dead("resend an address that is not Resend's"))
        try:
            return header_lines(self._first_bytes(mail.raw_url))
        except HTTPError as error:
            raise ReceivingError(_again(f"resend original {type(error).__name__}")) from None

    def open(self, mail: ReceivedMail, file: ReceivedFile, max_bytes: int, max_seconds: float) -> Download:
        """Begin to download a file of at most `max_bytes`, in at most `max_seconds` from its first byte.

        Raises MediaError if it cannot be had, ReceivingError if Resend refuses the account: then the mail is to wait, too.
        """
        attachments = self._receiving.Attachments
        try:
            _check_ids(mail.id, file.id)
            with _receiving_errors(_MAX_ATTEMPTS_TO_FIND):
                found = attachments.get(mail.id, file.id)
        except NotThere as error:
            raise MediaGone(str(error)) from None
        except ReceivingError as error:
            if error.result.outcome in _OF_THE_ACCOUNT:
                raise
            raise MediaError(str(error)) from None
        url = found.get("download_url")
        if not isinstance(url, str) or not self._may_ask(url):
            raise MediaError("an address that is not Resend's")
        return download(
            self._http,
            url,
            {},
            size=found.get("size"),
            sha256=None,
            max_bytes=max_bytes,
            max_seconds=max_seconds,
        )

    def _first_bytes(self, url: str) -> bytes:
        """The beginning of a file, with the end of the headers, or 64 KB of it. Raises HTTPError; without our key, and from there only."""
        until = time.monotonic() + _MAX_SECONDS_OF_HEADERS
        answer = self._http.open("GET", url, headers=_FIRST_BYTES, timeout=_TIMEOUT)
        try:
            return _beginning(answer, until)
        finally:
            answer.close()

    def _may_ask(self, url: str) -> bool:
        """https; or plain http at the host of Resend's own API, which is the stand-in's."""
        import resend

        try:
            address, api = parse_address(url), parse_address(resend.api_url)
        except LocationValueError:
            return False
        return address.auth is None and (
            address.scheme == "https" or (address.scheme, address.host) == (api.scheme, api.host)
        )

    @cached_property
    def _receiving(self) -> Any:
        return resend_sdk(self._api_key, self._http).EmailsReceiving


def _check_ids(*ids: str) -> None:
    """Raises ReceivingError for an id of another form: `../domains` would ask for something else."""
    if not all(map(_ID.fullmatch, ids)):
        raise ReceivingError(_dead("resend not an id of Resend's"))


@contextmanager
def _receiving_errors(attempts: int) -> Iterator[None]:
    """Raises ReceivingError for the SDK's errors."""
    from resend.exceptions import ResendError

    try:
        yield
    except ResendError as error:
        is_resends = error.__context__ is None
        kind = NotThere if error.code == _NOT_FOUND and is_resends else ReceivingError
        raise kind(_result_of(error, attempts)) from None


def _beginning(answer: BaseHTTPResponse, until: float) -> bytes:
    if answer.status not in {200, 206}:
        raise HTTPError(f"http {answer.status}")
    read = b""
    # The read that finds nothing more raises if that is not the end of the file.
    while len(read) < _MAX_HEADERS and not ends(read):
        more = answer.read1(_MAX_HEADERS - len(read), decode_content=False)
        if time.monotonic() > until:
            raise HTTPError("too slow")
        if not more:
            break
        read += more
    return read


def _result_of(error: "ResendError", attempts: int) -> Result:
    """What an error means: reading can always be repeated, so nothing is unclear."""
    cause = error.__context__
    if isinstance(cause, AnswerTooLong):
        return _dead("resend 200 AnswerTooLong")
    result = result_of_error(error)
    if result.outcome in _OF_THE_ACCOUNT:
        return result
    is_resends = cause is None  # and not a proxy's word
    may_come = error.code == _NOT_FOUND and attempts < _MAX_ATTEMPTS_TO_FIND
    if result.outcome is Outcome.DEAD and is_resends and not may_come:
        return result
    return _again(result.error)


def _dead(error: str | None) -> Result:
    return Result(outcome=Outcome.DEAD, error=error)


def _again(error: str | None) -> Result:
    return Result(outcome=Outcome.RETRY, error=error)
