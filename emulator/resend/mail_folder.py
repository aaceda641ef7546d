"""Keeps the e-mails between runs: one file for each, with the request of a sent and the original of a received one."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from emulator import Json
from emulator.resend.email_rules import ResendError, SentEmail, read_email
from emulator.resend.received_mail import Envelope, ReceivedEmail, read_received
from state.model.received_mail import Authentication

MAX_MAILS = 500  # of earlier runs


@dataclass(frozen=True, slots=True)
class MailFolder:
    """Of sent e-mails. Files are named by the time and the id of their e-mail, so that they sort by age."""

    folder: Path

    def save(self, mail: SentEmail, body: bytes) -> None:
        """body: the request with which it was sent."""
        kept = {"id": mail.id, "at": mail.at, "key": mail.key, "request": body.decode()}
        _write(self.folder, mail.at, mail.id, kept)

    def load(self) -> list[tuple[SentEmail, bytes]]:
        """Those of earlier runs with their requests, oldest first; the oldest beyond MAX_MAILS are deleted."""
        return [mail for kept in _read_all(self.folder) if (mail := _sent(kept))]


@dataclass(frozen=True, slots=True)
class ReceivedFolder:
    """Of received e-mails, which the function may not have fetched yet."""

    folder: Path

    def save(self, mail: ReceivedEmail) -> None:
        kept = {"envelope": asdict(mail.envelope), "raw": b64encode(mail.raw).decode()}
        _write(self.folder, mail.at, mail.id, kept)

    def load(self) -> list[ReceivedEmail]:
        """Those of earlier runs, oldest first; the oldest beyond MAX_MAILS are deleted."""
        return [_received(kept) for kept in _read_all(self.folder)]


def _write(folder: Path, at: float, mail_id: str, kept: Json) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{at:017.6f}-{mail_id}.json"
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(kept))
    unfinished.replace(path)


def _read_all(folder: Path) -> Iterator[Json]:
    paths = sorted(folder.glob("*.json"))
    for path in paths[:-MAX_MAILS]:
        path.unlink()
    for path in paths[-MAX_MAILS:]:
        yield json.loads(path.read_text())


def _sent(kept: Json) -> tuple[SentEmail, bytes] | None:
    body = kept.pop("request").encode()
    try:
        return read_email(body).model_copy(update=kept), body
    except ResendError:  # accepted by the rules of an earlier version
        return None


def _received(kept: Json) -> ReceivedEmail:
    said = kept["envelope"]["authentication"]
    envelope = kept["envelope"] | {
        "received_for": tuple(kept["envelope"]["received_for"]),
        "authentication": said and Authentication(**said),
    }
    return read_received(b64decode(kept["raw"]), Envelope(**envelope))
