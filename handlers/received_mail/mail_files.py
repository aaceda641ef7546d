"""The files of a technician's e-mail: fetched from Resend, and checked one by one. The words go even if a file cannot."""

import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from typing import IO, Final

from channels.download import MediaError, MediaTooLarge
from channels.resend_receiving import ReceivedMails
from handlers.answer_files import CheckedFile, FileRefused, check_files
from handlers.own_secrets import OwnSecrets
from messages.safe_text import cut, one_line
from state.model.answer_file import MAX_BYTES_TOGETHER, MAX_DOCUMENT_BYTES, MAX_FILES, FileProblem
from state.model.received_mail import LostFile, ReceivedFile, ReceivedMail

_IN_MEMORY: Final = 1024 * 1024  # the rest of a file is in a temporary one
_MAX_NAME: Final = 100
UNREADABLE: Final = "unreadable"


@dataclass(slots=True, kw_only=True)
class MailFiles:
    """Those that can be sent, open, and those that cannot."""

    checked: list[CheckedFile] = field(default_factory=list)
    lost: list[LostFile] = field(default_factory=list)

    def lose(self, file: ReceivedFile, problem: str) -> None:
        name = cut(one_line(file.filename), _MAX_NAME) or file.content_type
        self.lost.append(LostFile(name=name, problem=problem))

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.checked)


@contextmanager
def fetched_files(
    mails: ReceivedMails,
    mail: ReceivedMail,
    files: Sequence[ReceivedFile],
    secrets: OwnSecrets,
    *,
    until: float,
    is_last: bool,
) -> Iterator[MailFiles]:
    """Fetch these files, without text files that have our secrets in them, and close them at the end.

    until: the time to do that in (monotonic clock). is_last: there will be no other attempt, so what cannot be had is lost. Else
    raises MediaError for it. Raises ReceivingError if Resend refuses the account.
    """
    found = MailFiles()
    try:
        for file in files:
            if len(found.checked) == MAX_FILES:
                found.lose(file, FileProblem.MANY)
                continue
            try:
                _fetch(mails, mail, file, secrets, until, found)
            except MediaError:
                if not is_last:
                    raise
                found.lose(file, UNREADABLE)
        yield found
    finally:
        for checked in found.checked:
            checked.content.close()


def _fetch(
    mails: ReceivedMails,
    mail: ReceivedMail,
    file: ReceivedFile,
    secrets: OwnSecrets,
    until: float,
    found: MailFiles,
) -> None:
    """One that cannot be sent is closed at once: there may be many. Raises MediaError, ReceivingError."""
    with ExitStack() as unless_kept:
        content: IO[bytes] = unless_kept.enter_context(tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))
        try:
            _download(mails, mail, file, until, content)
            [checked] = check_files([(file.filename, content)])  # type: ignore[list-item]  # has all of a BinaryIO that is used
        except MediaTooLarge:
            found.lose(file, FileProblem.LARGE)
        except FileRefused as error:
            found.lose(file, error.problem)
        else:
            if problem := _problem(checked, secrets, found):
                found.lose(file, problem)
            else:
                found.checked.append(checked)
                unless_kept.pop_all()


def _download(
    mails: ReceivedMails, mail: ReceivedMail, file: ReceivedFile, until: float, content: IO[bytes]
) -> None:
    seconds = until - time.monotonic()
    if seconds <= 0:
        raise MediaError("too slow")
    with closing(mails.open(mail, file, MAX_DOCUMENT_BYTES, seconds)) as download:
        for chunk in download.chunks:
            content.write(chunk)


def _problem(file: CheckedFile, secrets: OwnSecrets, found: MailFiles) -> str | None:
    """Why it cannot be sent with those that were found. Exchange makes text files of the end of a mail."""
    if _is_text(file) and secrets.are_in_lines(file.content):
        return "own_link"
    return FileProblem.LARGE_TOGETHER if found.bytes + file.bytes > MAX_BYTES_TOGETHER else None


def _is_text(file: CheckedFile) -> bool:
    return file.mime_type.startswith("text/")


def given_up(files: Sequence[ReceivedFile], problem: str) -> MailFiles:
    """None of them goes to anybody."""
    found = MailFiles()
    for file in files:
        found.lose(file, problem)
    return found
