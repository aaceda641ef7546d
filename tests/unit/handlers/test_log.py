"""The log: one line an event, whatever is in it, and ids that identify nobody."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from handlers.log import Log, Severity, milliseconds
from state.model.message import Sender


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def log(lines: list[str]) -> Log:
    return Log("key", lines.append)


def read(line: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(line)
    return parsed


def test_a_line(log: Log, lines: list[str]) -> None:
    log.write("turn", Severity.WARNING, wamid="wamid.x", loads=1)
    assert [read(line) for line in lines] == [
        {"severity": "WARNING", "event": "turn", "wamid": "wamid.x", "loads": 1}
    ]


def test_what_is_not_known_is_left_out(log: Log, lines: list[str]) -> None:
    log.write("turn", wamid=None, loads=0, late=False)
    assert read(lines[0]) == {"severity": "INFO", "event": "turn", "loads": 0, "late": False}


@pytest.mark.parametrize("word", ['a\nb\r\n{"severity": "ERROR"}', "\u2028\x00", "\ud800", 'quo"te'])
def test_nothing_makes_a_second_line(log: Log, lines: list[str], word: str) -> None:
    log.write("ignored", reason=word)
    (line,) = lines
    assert line.isascii()
    assert len(line.splitlines()) == 1
    assert read(line)["reason"] == word


def test_anything_can_be_noted(log: Log, lines: list[str]) -> None:
    log.write("sweep", at=datetime(2026, 1, 1, tzinfo=UTC), outcomes={"sent": 2}, severity_of=Severity.INFO)
    assert read(lines[0])["at"] == "2026-01-01 00:00:00+00:00"


def test_a_customer_is_the_same_word_each_time(log: Log) -> None:
    ana = Sender(user_id="MX.4f9a2c7be1d04415a6c3", wa_id="5215512345678")
    again = Sender(user_id="MX.4f9a2c7be1d04415a6c3", name="Ana")
    assert log.customer(ana) == log.customer(again)
    assert log.customer(ana) != log.customer(Sender(wa_id="5215512345678"))


def test_and_nobody_can_look_it_up(log: Log) -> None:
    ana = Sender(wa_id="5215512345678")
    assert log.customer(ana) != Log("another key").customer(ana)
    assert "5215512345678" not in log.customer(ana)


def test_it_goes_to_stdout_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    Log("key").write("turn")
    assert capsys.readouterr().out == '{"severity": "INFO", "event": "turn"}\n'


def test_milliseconds() -> None:
    assert milliseconds(0.01234) == 12.3


class TestMessageIds:
    NUMBER = "16505551234"

    def wamid(self, number: str) -> str:
        content = b"\x1c\x18" + bytes([len(number)]) + number.encode() + b"\x15\x02\x00\x11\x18\x12ABC"
        return "wamid." + base64.b64encode(content).decode()

    def test_lose_the_number_that_is_in_them(self) -> None:
        shown = Log("key").message(self.wamid(self.NUMBER)) or ""
        assert self.NUMBER.encode() not in base64.b64decode(shown.removeprefix("wamid."))

    def test_keep_their_length_and_their_end(self) -> None:
        whole, shown = self.wamid(self.NUMBER), Log("key").message(self.wamid(self.NUMBER)) or ""
        assert (len(shown), shown[-12:]) == (len(whole), whole[-12:])

    def test_without_a_number_stay_as_they_are(self) -> None:
        for wamid in ("wamid.c3ludGhldGlj", "wamid.???", "no wamid", ""):
            assert Log("key").message(wamid) == wamid
        assert Log("key").message(None) is None
