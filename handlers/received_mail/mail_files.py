"""The files of a technician's e-mail: fetched from Resend, and checked one by one. The words go even if a file cannot."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import IO, Final

from channels.download import MediaTooLarge
from channels.resend_receiving import ReceivedMails
from handlers.answer_files import CheckedFile, FileRefused, check_files
from handlers.own_secrets import OwnSecrets
from messages.safe_text import cut, one_line
from state.model.answer_file import MAX_BYTES_TOGETHER, MAX_DOCUMENT_BYTES, MAX_FILES, FileProblem
from state.model.received_mail import LostFile, ReceivedFile, ReceivedMail

_IN_MEMORY: Final = 1024 * 1024  # the rest of a file is in a temporary one
_MAX_NAME: Final = 100


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
    mails: ReceivedMails, mail: ReceivedMail, files: Sequence[ReceivedFile], secrets: OwnSecrets
) -> Iterator[MailFiles]:
    """Fetch these files, without text files that have our secrets in them, and close them at the end. Raises ReceivingError and MediaError where another attempt may help."""
    found, opened = MailFiles(), list[IO[bytes]]()
    try:
        for file in files:
            if len(found.checked) == MAX_FILES:
                found.lose(file, FileProblem.MANY)
                continue
            content: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed below
            opened.append(content)
            _fetch(mails, mail, file, content, secrets, found)
        yield found
    finally:
        for content in opened:
            content.close()


def _fetch(
    mails: ReceivedMails,
    mail: ReceivedMail,
    file: ReceivedFile,
    content: IO[bytes],
    secrets: OwnSecrets,
    found: MailFiles,
) -> None:
    try:
        with closing(mails.open(mail, file, MAX_DOCUMENT_BYTES)) as download:
            for chunk in download.chunks:
                content.write(chunk)
        [checked] = check_files([(file.filename, content)])  # type: ignore[list-item]  # has all of a BinaryIO that is used
    except MediaTooLarge:
        found.lose(file, FileProblem.LARGE)
    except FileRefused as error:
        found.lose(file, error.problem)
    else:
        if _is_text(checked) and secrets.are_in_lines(
            content
        ):  # Exchange makes such files of the end of a mail
            found.lose(file, "own_link")
        elif found.bytes + checked.bytes > MAX_BYTES_TOGETHER:
            found.lose(file, FileProblem.LARGE_TOGETHER)
        else:
            found.checked.append(checked)


def _is_text(file: CheckedFile) -> bool:
    return file.mime_type.startswith("text/")


def given_up(files: Sequence[ReceivedFile], problem: str) -> MailFiles:
    """None of them goes to anybody."""
    found = MailFiles()
    for file in files:
        found.lose(file, problem)
    return found
