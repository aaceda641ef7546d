"""The e-mails of earlier runs, as files."""

import json
from pathlib import Path
from typing import Any

import pytest

from emulator.resend import mail_folder
from emulator.resend.email_rules import read_email
from emulator.resend.mail_folder import MailFolder

REQUEST: dict[str, Any] = {
    "from": "Mostrador <soporte@example.com>",
    "to": ["ana@example.com"],
    "subject": "TK-7F3K-9QX2: ñandú",
    "html": "<p>No enciende</p>",
    "text": "No enciende",
    "attachments": [{"filename": "foto.jpg", "content": "aG9sYQ=="}],
}
BODY = json.dumps(REQUEST, ensure_ascii=False).encode()


def save(folder: MailFolder, number: int) -> None:
    own = {"id": f"mail-{number}", "at": 1_796_000_000.0 + number, "key": f"key-{number}"}
    folder.save(read_email(BODY).model_copy(update=own), BODY)


def test_the_next_run_has_them_as_they_were_oldest_first(tmp_path: Path) -> None:
    for number in (9, 10, 2):
        save(MailFolder(tmp_path / "mails"), number)
    mails = [mail for mail, _ in MailFolder(tmp_path / "mails").load()]

    assert [(mail.id, mail.key) for mail in mails] == [
        ("mail-2", "key-2"),
        ("mail-9", "key-9"),
        ("mail-10", "key-10"),
    ]
    assert (mails[0].subject, mails[0].attachments[0].size) == ("TK-7F3K-9QX2: ñandú", 4)


def test_the_oldest_are_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail_folder, "MAX_MAILS", 2)
    for number in range(4):
        save(MailFolder(tmp_path), number)

    assert [mail.id for mail, _ in MailFolder(tmp_path).load()] == ["mail-2", "mail-3"]
    assert len(list(tmp_path.iterdir())) == 2


def test_one_that_would_be_refused_now_is_left_out(tmp_path: Path) -> None:
    save(MailFolder(tmp_path), 1)
    [file] = tmp_path.iterdir()
    file.write_text(json.dumps({**json.loads(file.read_text()), "request": "{}"}))

    assert MailFolder(tmp_path).load() == []
