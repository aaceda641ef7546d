"""`python -m emulator` and `python -m emulator say`: what a newcomer types first, as processes, from start to clean end."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from dotenv import dotenv_values

from emulator.run import for_operators
from state.codes import mint
from tests.support.paths import ROOT

CODE = re.compile(r"TK-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
REPORT = "mi impresora no imprime y se traba"
LINES = 6

Run = subprocess.Popen[str]


@contextmanager
def running(folder: Path) -> Iterator[Run]:
    """The emulator as a developer starts it, its temporary files beside its data; ready when the block begins."""
    folder.mkdir(exist_ok=True)
    with subprocess.Popen(
        [sys.executable, "-m", "emulator", "--data", folder / "data", "--port", "0"],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                end(process, signal.SIGINT)


def welcome(process: Run) -> list[str]:
    assert process.stdout is not None
    return [process.stdout.readline() for _ in range(LINES)]


def end(process: Run, signum: signal.Signals) -> tuple[int, str]:
    """Its exit code, and what else it wrote."""
    process.send_signal(signum)
    rest, _ = process.communicate(timeout=60)
    return process.returncode, rest


def typed(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "emulator", "say", "--data", str(folder / "data"), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=90)


def say(folder: Path, *words: str) -> dict[str, Any]:
    """What came back, for programs."""
    ended = typed(folder, "--json", *words)
    assert ended.returncode == 0, ended.stderr
    heard: dict[str, Any] = json.loads(ended.stdout)
    assert heard["quiet"]
    return heard


def choice(heard: dict[str, Any], action: str) -> str:
    """The id of the button for this action."""
    choices = heard["bubbles"][-1]["choices"]
    found: str = next(offered["id"] for offered in choices if f"/{action}" in offered["id"])
    return found


def left(folder: Path) -> list[str]:
    """Processes that were started from here: they have its temporary folder in their environment."""
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
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One that runs for all who only talk to it, each as a customer of their own."""
    folder = tmp_path_factory.mktemp("emulator")
    with running(folder) as process:
        welcome(process)
        yield folder


def test_a_report_is_confirmed_and_becomes_a_ticket(desk: Path) -> None:
    asked = say(desk, REPORT, "--from", "5491155550201", "--name", "Eva Luz")
    assert REPORT in asked["bubbles"][0]["text"]
    assert asked["mails"] == []
    told = say(desk, "--press", choice(asked, "yes"), "--from", "5491155550201")
    assert told["said"] == "[Sí, abrirlo]"
    (code,) = set(CODE.findall(told["bubbles"][0]["text"]))
    (mail,) = told["mails"]
    assert code in mail["subject"]
    assert mail["to"] == ["soporte@example.com"]
    card = say(desk, code.lower(), "--from", "5491155550201")
    assert code in card["bubbles"][0]["text"]
    assert card["mails"] == []


def test_nobody_sees_the_ticket_of_another(desk: Path) -> None:
    asked = say(desk, REPORT, "--from", "5491155550202")
    told = say(desk, "--press", choice(asked, "yes"), "--from", "5491155550202")
    (theirs,) = set(CODE.findall(told["bubbles"][0]["text"]))
    shown, never = (
        say(desk, code, "--from", phone)["bubbles"][0]["text"]
        for code, phone in ((theirs, "5491155550203"), (mint(), "5491155550204"))
    )
    assert CODE.sub("", shown) == CODE.sub("", never)


def test_in_english(desk: Path) -> None:
    heard = say(desk, "my printer is not printing", "--from", "15551230205")
    assert "my printer is not printing" in heard["bubbles"][0]["text"]
    assert "ticket" in heard["bubbles"][0]["text"]
    assert not re.search("[¿¡ñáéíóú]", heard["bubbles"][0]["text"])


def test_a_customer_without_a_number(desk: Path) -> None:
    heard = say(desk, "hola", "--bsuid", "AR.s3cr3t")
    assert heard["customer"]["phone"] is None
    assert len(heard["bubbles"]) == 1


def test_delivered_three_times_it_is_one_ticket(desk: Path) -> None:
    asked = say(desk, REPORT, "--from", "5491155550206", "--repeat", "3")
    assert asked["webhook"] == [200] * 3
    assert len(asked["bubbles"]) == 1
    told = say(desk, "--press", choice(asked, "yes"), "--from", "5491155550206", "--repeat", "2")
    assert (len(told["bubbles"]), len(told["mails"])) == (1, 1)


def test_a_photo_with_its_caption(desk: Path, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(b"\xff\xd8\xff\xe0 a picture")
    asked = say(desk, "la pantalla se ve así", "--photo", str(photo), "--from", "5491155550207")
    assert "la pantalla se ve así" in asked["bubbles"][0]["text"]


def ops(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`python -m ops` against what is running."""
    command = [sys.executable, "-m", "ops", "--env", str(folder / "data" / "env"), *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=90)


def test_the_doctor_finds_it_well(desk: Path) -> None:
    ended = ops(desk, "doctor")
    assert (ended.returncode, "0 wrong" in ended.stdout) == (0, True), ended.stdout + ended.stderr


@pytest.mark.parametrize("words", ["migrate", "templates status", "webhook subscribe"])
def test_an_operator_can_look_after_it(desk: Path, words: str) -> None:
    ended = ops(desk, *words.split())
    assert (ended.returncode, ended.stderr) == (0, "")


def test_its_settings_are_for_nobody_else_s_eyes(desk: Path) -> None:
    assert (desk / "data" / "env").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "value", ["plain", "Soporte <a@b.example>", r"back\\slash's", 'a "b" #c $D ${E}', "a=b\tc"]
)
def test_a_setting_is_read_back_as_it_was(tmp_path: Path, value: str) -> None:
    with for_operators(tmp_path / "env", {"NAME": value, "OTHER": "x"}):
        assert dotenv_values(tmp_path / "env", interpolate=False) == {"NAME": value, "OTHER": "x"}
    assert not (tmp_path / "env").exists()


def test_for_a_person_to_read(desk: Path) -> None:
    ended = typed(desk, REPORT, "--from", "5491155550208", "--name", "Eva Luz")
    assert ended.returncode == 0
    assert "Eva Luz:" in ended.stdout
    assert "Mostrador:" in ended.stdout
    assert re.search(r"--press confirming/yes/\d+", ended.stdout)
    assert re.search(r"webhook: 200 in \d+ ms", ended.stdout)


@pytest.mark.parametrize(
    ("words", "problem"),
    [((), "write a text"), (("--photo", "/nowhere.jpg"), "The photo cannot be read")],
)
def test_a_slip_is_explained(desk: Path, words: tuple[str, ...], problem: str) -> None:
    ended = typed(desk, *words)
    assert ended.returncode == 1
    assert problem in ended.stderr
    assert "Traceback" not in ended.stderr


def test_nothing_is_running(tmp_path: Path) -> None:
    ended = typed(tmp_path, "hola")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "Nothing is running here. Start it in another terminal: make run\n"


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_six_lines_and_a_clean_end(tmp_path: Path, signum: signal.Signals) -> None:
    with running(tmp_path) as process:
        lines = welcome(process)
        where = json.loads((tmp_path / "data" / "running.json").read_text())
        database = re.search(r"postgresql://\S+", "".join(lines))
        assert database is not None
        addresses = [where["address"], where["webhook"], where["sweep"], database[0]]
        assert all(address in "".join(lines) for address in addresses)
        assert not any(is_free(urlsplit(address).port) for address in addresses)
        assert end(process, signum) == (0, "")
    assert all(is_free(urlsplit(address).port) for address in addresses)
    assert left(tmp_path) == []
    assert not (tmp_path / "data" / "running.json").exists()
    assert not (tmp_path / "data" / "env").exists()


def test_tickets_are_kept_between_runs(tmp_path: Path) -> None:
    with running(tmp_path) as process:
        welcome(process)
        asked = say(tmp_path, REPORT)
        told = say(tmp_path, "--press", choice(asked, "yes"))
        (code,) = set(CODE.findall(told["bubbles"][0]["text"]))
    with running(tmp_path) as process:
        welcome(process)
        card = say(tmp_path, code)
        assert code in card["bubbles"][0]["text"]
        assert REPORT in card["bubbles"][0]["text"]
