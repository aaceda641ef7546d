"""Each file of an e-mail is had, or lost with its reason: the others and the words go all the same."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from channels.download import Download, MediaError, MediaTooLarge
from channels.resend_receiving import ReceivingError
from handlers.answer_files import CheckedFile
from handlers.own_secrets import OwnSecrets
from handlers.received_mail.mail_files import MailFiles, fetched_files
from state.model.answer_file import MAX_DOCUMENT_BYTES, MAX_FILES
from state.model.outbox_row import Outcome, Result
from state.model.received_mail import ReceivedFile, ReceivedMail
from tests.support.sample_files import JPEG

SECRETS = OwnSecrets("https://desk.example.com")
MAIL = ReceivedMail(id="1", sender="marta@example.com")
PAUSED = ReceivingError(Result(outcome=Outcome.PAUSED, error="resend 401"))


@dataclass
class Mails:
    """Resend's side of an e-mail: what it answers when a file is opened, by the file's name."""

    answers: dict[str, bytes | Exception]
    seconds: list[float] = field(default_factory=list)

    def open(self, mail: ReceivedMail, file: ReceivedFile, max_bytes: int, max_seconds: float) -> Download:
        self.seconds.append(max_seconds)
        answer = self.answers[file.filename]
        if isinstance(answer, Exception):
            raise answer
        return Download(size=len(answer), chunks=_chunks(answer), close=lambda: None)


def _chunks(content: bytes) -> Iterator[bytes]:
    yield content


def fetch(mails: Mails, *, is_last: bool = False, until: float = math.inf) -> MailFiles:
    files = [ReceivedFile(id=str(number), filename=name) for number, name in enumerate(mails.answers)]
    with fetched_files(mails, MAIL, files, SECRETS, until=until, is_last=is_last) as found:  # type: ignore[arg-type]
        assert not any(checked.content.closed for checked in found.checked)
        return found


def names(found: tuple[CheckedFile, ...] | list[CheckedFile]) -> list[str]:
    return [file.filename for file in found]


def lost(found: MailFiles) -> dict[str, str]:
    return {file.name: file.problem for file in found.lost}


def test_those_that_can_be_sent_and_those_that_cannot() -> None:
    found = fetch(
        Mails({"a.jpg": JPEG, "b.exe": b"MZ\0\0", "c.zip": MediaTooLarge("too large"), "d.jpg": JPEG})
    )
    assert names(found.checked) == ["a.jpg", "d.jpg"]
    assert lost(found) == {"b.exe": "type", "c.zip": "large"}


def test_all_are_closed_in_the_end() -> None:
    found = fetch(Mails({"a.jpg": JPEG, "b.jpg": JPEG}))
    assert all(checked.content.closed for checked in found.checked)


def test_more_than_whatsapp_takes_at_once() -> None:
    found = fetch(Mails({f"{number}.jpg": JPEG for number in range(MAX_FILES + 2)}))
    assert len(found.checked) == MAX_FILES
    assert set(lost(found).values()) == {"many"}


def test_too_much_together() -> None:
    text = b"a" * (MAX_DOCUMENT_BYTES // 2 + 1)
    found = fetch(Mails({"a.txt": text, "b.txt": text, "c.jpg": JPEG}))
    assert names(found.checked) == ["a.txt", "c.jpg"]
    assert lost(found) == {"b.txt": "large_together"}


class TestOneThatCannotBeHad:
    def test_may_be_had_with_another_attempt(self) -> None:
        with pytest.raises(MediaError):
            fetch(Mails({"a.jpg": JPEG, "b.jpg": MediaError("http 500")}))

    def test_is_lost_alone_with_the_last(self) -> None:
        found = fetch(Mails({"a.jpg": MediaError("http 500"), "b.jpg": JPEG}), is_last=True)
        assert names(found.checked) == ["b.jpg"]
        assert lost(found) == {"a.jpg": "unreadable"}

    @pytest.mark.parametrize("is_last", [False, True])
    def test_as_the_account_is_refused_waits(self, *, is_last: bool) -> None:
        with pytest.raises(ReceivingError):
            fetch(Mails({"a.jpg": PAUSED}), is_last=is_last)


class TestTheTime:
    def test_is_for_all_of_them(self) -> None:
        mails = Mails({"a.jpg": JPEG, "b.jpg": JPEG})
        fetch(mails, until=time.monotonic() + 60)
        first, second = mails.seconds
        assert second <= first <= 60

    def test_once_over_asks_for_no_more(self) -> None:
        mails = Mails({"a.jpg": JPEG})
        assert lost(fetch(mails, until=time.monotonic(), is_last=True)) == {"a.jpg": "unreadable"}
        assert mails.seconds == []
