"""Keeps the accepted e-mails between runs: one file for each, with the request as it came."""

import json
from dataclasses import dataclass
from pathlib import Path

from emulator.resend.email_rules import ResendError, SentEmail, read_email

MAX_MAILS = 500  # of earlier runs


@dataclass(frozen=True, slots=True)
class MailFolder:
    """Files are named by the time and the id of their e-mail, so that they sort by age."""

    folder: Path

    def save(self, mail: SentEmail, body: bytes) -> None:
        """body: the request with which it was sent."""
        self.folder.mkdir(parents=True, exist_ok=True)
        kept = {"id": mail.id, "at": mail.at, "key": mail.key, "request": body.decode()}
        path = self.folder / f"{mail.at:017.6f}-{mail.id}.json"
        unfinished = path.with_suffix(".new")
        unfinished.write_text(json.dumps(kept))
        unfinished.replace(path)

    def load(self) -> list[tuple[SentEmail, bytes]]:
        """Those of earlier runs with their requests, oldest first; the oldest beyond MAX_MAILS are deleted."""
        paths = sorted(self.folder.glob("*.json"))
        for path in paths[:-MAX_MAILS]:
            path.unlink()
        return [mail for path in paths[-MAX_MAILS:] if (mail := _read(path))]


def _read(path: Path) -> tuple[SentEmail, bytes] | None:
    kept = json.loads(path.read_text())
    body = kept.pop("request").encode()
    try:
        return read_email(body).model_copy(update=kept), body
    except ResendError:  # accepted by the rules of an earlier version
        return None
