"""One turn from JSON to JSON, as tools outside rely on it."""

import json
import subprocess
import sys
from typing import Any

import pytest

from state.dialogue.__main__ import answer, answers
from state.model import ticket_code
from tests.support.dialogue import MINE, MY_OTHER
from tests.support.paths import ROOT

KEYS = {"id", "acts", "asks", "says", "shows", "bubble", "buttons", "draft", "where", "language", "session"}
PRINTER = {"code": MINE, "status": "in_progress", "summary": "La impresora no imprime"}
LAPTOP = {"code": MY_OTHER, "status": "open", "summary": "La notebook no prende"}


def acts(given: dict[str, Any]) -> list[str]:
    return [act["act"] for act in given["acts"]]


class TestOneLine:
    def test_all_keys_are_there(self) -> None:
        assert set(answer({"text": "hola"})) == KEYS
        assert set(answer({"text": "no prende la notebook", "id": 7, "color": "green"})) == KEYS

    def test_the_id_comes_back_as_it_is(self) -> None:
        assert answer({"id": {"n": [1]}, "text": "hola"})["id"] == {"n": [1]}

    def test_a_report_is_asked_about_and_its_words_are_in_the_draft(self) -> None:
        given = answer({"text": "no prende la notebook", "where": "new"})
        assert (given["asks"], given["draft"], given["where"]) == (
            "confirm_report",
            "no prende la notebook",
            "confirming",
        )
        assert "no prende la notebook" in given["bubble"]
        assert given["buttons"] == ["Sí, abrirlo", "Cancelar"]

    def test_a_yes_opens_the_ticket_with_the_whole_draft(self) -> None:
        given = answer({"text": "sí", "where": "confirming", "draft": "no prende"})
        (act,) = given["acts"]
        assert (act["act"], act["text"], act["rating"]) == ("open_ticket", "no prende", None)
        assert ticket_code.is_code(act["ticket"])
        assert (given["where"], given["draft"]) == ("following", None)

    def test_a_person_is_called_and_no_ticket_is_said_to_be_opened(self) -> None:
        assert acts(answer({"text": "quiero hablar con una persona"})) == ["call_person"]
        following = {"text": "quiero hablar con una persona", "where": "following", "tickets": [PRINTER]}
        assert acts(answer(following)) == ["call_person"]

    def test_a_note_carries_its_words(self) -> None:
        given = answer({"text": "es la del tercer piso", "where": "following", "tickets": [PRINTER]})
        assert given["acts"] == [
            {"act": "note", "ticket": MINE, "text": "es la del tercer piso", "rating": None}
        ]
        assert (given["says"], given["draft"]) == ("added", None)

    def test_the_current_ticket_is_the_one_that_is_named(self) -> None:
        line = {"text": "es la azul", "where": "following", "tickets": [PRINTER, LAPTOP], "ticket": MY_OTHER}
        assert answer(line)["acts"][0]["ticket"] == MY_OTHER

    def test_the_tickets_are_shown(self) -> None:
        given = answer({"text": "mis tickets", "where": "menu", "tickets": [PRINTER, LAPTOP]})
        assert (given["asks"], given["shows"], given["where"]) == (
            "which_ticket",
            [MINE, MY_OTHER],
            "choosing",
        )
        assert given["buttons"] == [MINE, MY_OTHER]

    @pytest.mark.parametrize(("language", "wanted"), [("es", "es"), ("en", "en"), ("pt", "pt"), (None, "es")])
    def test_the_bubble_is_in_the_language(self, language: str | None, wanted: str) -> None:
        assert answer({"text": "👍", "language": language})["language"] == wanted

    @pytest.mark.parametrize(
        "where",
        [
            "new",
            "menu",
            "describing",
            "confirming",
            "following",
            "choosing",
            "waiting",
            "resolved",
            "closed",
            "rating",
            "erasing",
        ],
    )
    def test_every_place_works_with_nothing_else_given(self, where: str) -> None:
        assert answer({"text": "sí", "where": where})["bubble"]

    def test_what_the_place_says_of_the_ticket_counts(self) -> None:
        given = answer({"text": "sí", "where": "resolved", "tickets": [PRINTER]})
        assert (acts(given), given["asks"], given["where"]) == (["fixed"], "rating", "rating")
        given = answer({"text": "no", "where": "resolved", "tickets": [PRINTER]})
        assert (acts(given), given["where"]) == (["reopen"], "following")

    def test_the_same_line_gives_the_same_answer(self) -> None:
        line = {"text": "sí", "where": "confirming", "draft": "no prende"}
        assert answer(line) == answer(line)


class TestTheLinesOfOneTalk:
    def test_a_ticket_that_was_opened_exists_later(self) -> None:
        opened = answer({"text": "sí", "where": "confirming", "draft": "no prende"})
        code = opened["acts"][0]["ticket"]
        noted = answer({"text": "es la del segundo piso", "session": opened["session"]})
        assert noted["acts"][0]["ticket"] == code
        assert answer({"text": code, "session": noted["session"]})["shows"] == [code]

    def test_two_tickets_have_two_codes(self) -> None:
        given = answer({"text": "sí", "where": "confirming", "draft": "no prende"})
        codes = [given["acts"][0]["ticket"]]
        for text in ("menú", "no anda la impresora", "sí"):
            given = answer({"text": text, "session": given["session"]})
        codes.append(given["acts"][0]["ticket"])
        assert len(set(codes)) == 2

    def test_an_answer_to_the_technician_ends_the_waiting(self) -> None:
        given = answer({"text": "es una HP 1102", "where": "waiting", "tickets": [PRINTER]})
        assert given["where"] == "following"

    def test_the_session_replaces_the_place_and_the_draft(self) -> None:
        given = answer({"text": "no prende la notebook"})
        again = answer(
            {"text": "sí", "session": given["session"], "where": "erasing", "draft": "x", "language": "pt"}
        )
        assert again["acts"][0]["text"] == "no prende la notebook"
        assert again["language"] == "es"

    def test_tickets_given_anew_replace_those_that_are_known(self) -> None:
        given = answer({"text": "hola", "tickets": [PRINTER], "where": "menu"})
        again = answer({"text": "mis tickets", "session": given["session"], "tickets": [LAPTOP]})
        assert again["shows"] == [MY_OTHER]

    def test_no_line_is_too_soon_after_another_for_a_bubble(self) -> None:
        given = answer({"text": "es la azul", "where": "following", "tickets": [PRINTER]})
        assert answer({"text": "la del fondo", "session": given["session"]})["bubble"]

    def test_a_session_goes_through_json(self) -> None:
        given = answer({"text": "no prende la notebook", "tickets": [PRINTER]})
        plain = json.loads(json.dumps(given["session"]))
        assert acts(answer({"text": "sí", "session": plain})) == ["open_ticket"]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"{}",
        b'{"text": 3}',
        b'{"text": "a", "where": "moon"}',
        b'{"text": "a", "where": []}',
        b'{"text": "a", "language": "fr"}',
        b'{"text": "a", "tickets": {}}',
        b'{"text": "a", "tickets": ["x"]}',
        b'{"text": "a", "tickets": [{}]}',
        b'{"text": "a", "tickets": [{"code": "x", "status": "lost"}]}',
        b'{"text": "a", "draft": 3}',
        b'{"text": "a", "session": {}}',
        b'{"text": "a", "session": 3}',
        b"[" * 100_000,
    ],
)
def test_a_bad_line_gives_an_error_and_the_next_goes_on(line: bytes) -> None:
    bad, good = answers([line, b'{"id": 2, "text": "hola"}'])
    assert set(bad) == {"id", "error"}
    assert (good["id"], good["says"]) == (2, "menu")


def test_a_bad_line_is_named_by_its_id() -> None:
    assert [given["id"] for given in answers([b'{"id": "a7"}'])] == ["a7"]


def test_the_command_answers_each_line_at_once() -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "state.dialogue", "--jsonl"],
        cwd=ROOT,
        env={},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for text in ("mañana 📠", "\ud83d"):
            process.stdin.write(json.dumps({"id": text, "text": text}).encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["id"] == text
        process.stdin.close()
        assert process.wait(timeout=10) == 0
