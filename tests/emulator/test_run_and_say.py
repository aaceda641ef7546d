"""`python -m emulator` and `python -m emulator say` as processes, from start to clean end."""

import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
from dotenv import dotenv_values

from emulator.__main__ import main
from emulator.meta.account import APP_SECRET
from emulator.meta.customer import Customer
from emulator.meta.webhook_payload import encode, sign
from emulator.run import env_file, temporary_file
from state.model.ticket_code import generate
from tests.support.browser import until
from tests.support.ops import run_ops
from tests.support.paths import ROOT

CODE = re.compile(r"TK-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
REPORT = "mi impresora no imprime y se traba"
LINES = 6


@dataclass(slots=True)
class Desk:
    """The emulator as a developer starts it; its temporary files are beside its data."""

    folder: Path
    welcome: list[str] = field(default_factory=list)
    _process: subprocess.Popen[str] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Does nothing if it is running."""
        if self._process is not None:
            return
        self._process = subprocess.Popen(
            [sys.executable, "-m", "emulator", "--data", self.data, "--port", "0"],
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(self.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        self.welcome = [self._process.stdout.readline() for _ in range(LINES)]

    def end(self, signum: signal.Signals) -> tuple[int, str]:
        """Its exit code and the rest of its output. Does nothing if it has ended."""
        process, self._process = self._process, None
        if process is None:
            return 0, ""
        process.send_signal(signum)
        rest, _ = process.communicate(timeout=60)
        return process.returncode, rest


def typed(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m emulator say WORDS` as a process."""
    command = [sys.executable, "-m", "emulator", "say", "--data", str(data), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=90)


def say(desk: Desk, *words: str) -> dict[str, Any]:
    """Run `say --json` in this process, which is faster, and return its output."""
    written = io.StringIO()
    with redirect_stdout(written):
        main(["say", "--json", "--data", str(desk.data), *words])  # SystemExit if it is not well
    heard: dict[str, Any] = json.loads(written.getvalue())
    assert heard["quiet"]
    return heard


def choice(heard: dict[str, Any], action: str) -> str:
    """The id of the button for this action."""
    choices = heard["bubbles"][-1]["choices"]
    found: str = next(offered["id"] for offered in choices if f"/{action}" in offered["id"])
    return found


def left(folder: Path) -> list[str]:
    """The processes that it started: they have its temporary folder in their environment."""
    mark = f"TMPDIR={folder}\0".encode()
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text().replace("\0", " "))
        except OSError:  # it ended meanwhile
            continue
    return found


def is_free(port: int | None) -> bool:
    assert port is not None
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture(scope="module")
def only_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    desk = Desk(tmp_path_factory.mktemp("emulator"))
    yield desk
    desk.end(signal.SIGINT)


@pytest.fixture
def desk(only_desk: Desk) -> Desk:
    """Shared by all tests, which have different customers; started again after a test that has ended it."""
    only_desk.start()
    return only_desk


def test_a_report_is_confirmed_and_becomes_a_ticket(desk: Desk) -> None:
    asked = say(desk, REPORT, "--from", "5491155550201", "--name", "Eva Luz")
    assert REPORT in asked["bubbles"][0]["text"]
    assert asked["mails"] == []
    opened = say(desk, "--press", choice(asked, "yes"), "--from", "5491155550201")
    assert opened["said"] == "[Sí, abrirlo]"
    (code,) = set(CODE.findall(opened["bubbles"][0]["text"]))
    assert all(code in mail["subject"] for mail in opened["mails"])
    assert [mail["to"] for mail in opened["mails"]] == [["marta@example.com"], ["luis@example.com"]]
    card = say(desk, code.lower(), "--from", "5491155550201")
    assert code in card["bubbles"][0]["text"]
    assert card["mails"] == []


def test_nobody_sees_the_ticket_of_another(desk: Desk) -> None:
    asked = say(desk, REPORT, "--from", "5491155550202")
    opened = say(desk, "--press", choice(asked, "yes"), "--from", "5491155550202")
    (theirs,) = set(CODE.findall(opened["bubbles"][0]["text"]))
    shown, never = (
        say(desk, code, "--from", phone)["bubbles"][0]["text"]
        for code, phone in ((theirs, "5491155550203"), (generate(), "5491155550204"))
    )
    assert CODE.sub("", shown) == CODE.sub("", never)


def test_in_english(desk: Desk) -> None:
    heard = say(desk, "my printer is not printing", "--from", "15551230205")
    assert "my printer is not printing" in heard["bubbles"][0]["text"]
    assert "ticket" in heard["bubbles"][0]["text"]
    assert not re.search("[¿¡ñáéíóú]", heard["bubbles"][0]["text"])


def test_a_customer_without_a_number(desk: Desk) -> None:
    heard = say(desk, "hola", "--bsuid", "AR.s3cr3t")
    assert heard["customer"]["phone"] is None
    assert len(heard["bubbles"]) == 1


def test_delivered_three_times_it_is_one_ticket(desk: Desk) -> None:
    asked = say(desk, REPORT, "--from", "5491155550206", "--repeat", "3")
    assert asked["webhook"] == [200] * 3
    assert len(asked["bubbles"]) == 1
    opened = say(desk, "--press", choice(asked, "yes"), "--from", "5491155550206", "--repeat", "2")
    assert (len(opened["bubbles"]), len(opened["mails"])) == (1, 2)


def test_a_photo_with_its_caption(desk: Desk, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0 a picture")
    asked = say(desk, "la pantalla se ve así", "--photo", str(photo), "--from", "5491155550207")
    assert "la pantalla se ve así" in asked["bubbles"][0]["text"]


def test_somebody_else_may_deliver_it(desk: Desk) -> None:
    """Postman or curl, signed with the local app secret: Meta's stand-in learns who has written, and the answer arrives."""
    ana = Customer(name="Ana Luz", wa_id="5491155550209", user_id="AR.outside1")
    message = ana.text(REPORT)
    body = encode(ana.webhook(message))
    where = json.loads((desk.data / "running.json").read_text())
    headers = {"x-hub-signature-256": sign(body, APP_SECRET)}
    answer = httpx.post(where["webhook"], content=body, headers=headers, timeout=30, trust_env=False)
    assert answer.status_code == 200

    database = dotenv_values(desk.data / "env")["SUPABASE_DB_URL"]
    assert database
    query = b"select status, proof from outbox where wamid = %s"
    with psycopg.connect(database, autocommit=True) as connection:
        until(
            lambda: connection.execute(query, [message["id"]]).fetchall() == [("sent", "read")],
            "the reply was read",
        )


def test_the_doctor_finds_nothing_wrong(desk: Desk) -> None:
    command = [sys.executable, "-m", "ops", "--env", str(desk.data / "env"), "doctor"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=90)
    assert (ended.returncode, "0 wrong" in ended.stdout) == (0, True), ended.stdout + ended.stderr


@pytest.mark.parametrize("words", ["migrate", "templates status", "webhook subscribe"])
def test_operators_commands_work(desk: Desk, words: str) -> None:
    ended = run_ops("--env", str(desk.data / "env"), *words.split())
    assert (ended.code, ended.err) == (0, "")


def test_only_its_user_can_read_the_settings(desk: Desk) -> None:
    assert (desk.data / "env").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "value", ["plain", "Soporte <a@b.example>", r"back\\slash's", 'a "b" #c $D ${E}', "a=b\tc"]
)
def test_settings_are_read_back_unchanged(tmp_path: Path, value: str) -> None:
    with temporary_file(tmp_path / "env", env_file({"NAME": value, "OTHER": "x"})):
        assert dotenv_values(tmp_path / "env", interpolate=False) == {"NAME": value, "OTHER": "x"}
    assert not (tmp_path / "env").exists()


def test_the_printed_transcript(desk: Desk) -> None:
    ended = typed(desk.data, REPORT, "--from", "5491155550208", "--name", "Eva Luz")
    assert ended.returncode == 0
    assert "Eva Luz:" in ended.stdout
    assert "Mostrador:" in ended.stdout
    assert re.search(r"--press confirming/yes/\d+", ended.stdout)
    assert re.search(r"webhook: 200 in \d+ ms", ended.stdout)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ((), "write a text"),
        (("--photo", "/nowhere.jpg"), "The photo cannot be read"),
        (("hola \udced",), "The text is not valid UTF-8"),  # a byte of another encoding
    ],
)
def test_mistakes_are_explained(desk: Desk, words: tuple[str, ...], problem: str) -> None:
    ended = typed(desk.data, *words)
    assert ended.returncode == 1
    assert problem in ended.stderr
    assert "Traceback" not in ended.stderr


def test_nothing_is_running(tmp_path: Path) -> None:
    ended = typed(tmp_path, "hola")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "Nothing is running here. Start it in another terminal: make run\n"


def ends_cleanly(desk: Desk, signum: signal.Signals) -> None:
    """Its six lines name everything it serves; after the signal there is no port, process or file left."""
    said = "".join(desk.welcome)
    where = json.loads((desk.data / "running.json").read_text())
    database = re.search(r"postgresql://\S+", said)
    assert database is not None
    addresses = [where["address"], where["webhook"], where["sweep"], database[0]]
    assert all(address in said for address in addresses)
    assert not any(is_free(urlsplit(address).port) for address in addresses)
    assert desk.end(signum) == (0, "")
    assert all(is_free(urlsplit(address).port) for address in addresses)
    assert left(desk.folder) == []
    assert not (desk.data / "running.json").exists()
    assert not (desk.data / "env").exists()


def test_on_either_signal_it_ends_cleanly_and_keeps_the_tickets(desk: Desk) -> None:
    asked = say(desk, REPORT)
    opened = say(desk, "--press", choice(asked, "yes"))
    (code,) = set(CODE.findall(opened["bubbles"][0]["text"]))
    ends_cleanly(desk, signal.SIGINT)

    desk.start()
    card = say(desk, code)
    assert code in card["bubbles"][0]["text"]
    assert REPORT in card["bubbles"][0]["text"]
    ends_cleanly(desk, signal.SIGTERM)
