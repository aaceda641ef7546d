"""Detecting the language of a text."""

import subprocess
import sys

import pytest

from bench.understanding.sentences import SAID, read_folder
from state.model.language import Language
from state.understanding.detect_language import detect_language
from tests.support.paths import ROOT

ES, EN, PT = Language.ES, Language.EN, Language.PT


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("hola", ES),
        ("holaaaa", ES),
        ("hi", EN),
        ("oi", PT),
        ("olá", PT),
        ("se me pifió la pantalla", ES),
        ("my laptop won’t boot", EN),
        ("o computador travou e não liga", PT),
        ("mis tickets", ES),
        ("my tickets", EN),
        ("meus chamados", PT),
        ("¿menu?", ES),
        ("ação", PT),
    ],
)
def test_words_tell_the_language(text: str, language: Language) -> None:
    assert detect_language(text) is language


@pytest.mark.parametrize(
    "text", ["", "ok", "no", "menu", "cancelar", "wifi", "TK-7F3K-9QX2", "😟", "1234", "hola my friend", "pc"]
)
def test_silence_when_unsure(text: str) -> None:
    assert detect_language(text) is None


def test_a_wrong_language_is_rare() -> None:
    """Who asks for another language often does so in it: they are not counted."""
    said = [*read_folder(SAID / "train"), *read_folder(SAID / "held")]
    told = [(s.language, detect_language(s.text)) for s in said if not s.labels[0].startswith("lang:")]
    wrong = sum(found is not None and found != language for language, found in told)
    right = sum(found == language for language, found in told)
    assert wrong / (wrong + right) <= 0.02
    assert right / len(told) >= 0.80


def test_a_long_text_is_read_no_further_than_needed() -> None:
    assert detect_language("la compu no prende " * 100_000) is ES


FOUR_LANGUAGES = """
from enum import StrEnum
import state.model.language as module
module.Language = StrEnum("Language", {**{each.name: each.value for each in module.Language}, "FR": "fr"})
from state.dialogue.table import LANGUAGES
from state.understanding.detect_language import detect_language
from state.understanding.intents import find_act
print(detect_language("se me pifió la pantalla"), find_act("mis tickets", None).act, len(LANGUAGES))
"""


def test_a_fourth_language_needs_no_change_of_the_code() -> None:
    """Its words, texts and countries are data: nothing breaks before they are written."""
    done = subprocess.run(
        [sys.executable, "-c", FOUR_LANGUAGES], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == f"es mine {len(Language) + 1}\n"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("me sale 'The printer is not responding, please check the connection' y no imprime", Language.ES),
        ("aparece “Your device ran into a problem and needs to restart” na minha tela", Language.PT),
        ('my till says "la impresora no responde, revise la conexión" and will not print', Language.EN),
        ("'Windows could not start because the following file is missing'", None),
        ("I can't log in, it won't let me", Language.EN),
    ],
)
def test_what_is_quoted_counts_for_nothing(text: str, language: Language | None) -> None:
    assert detect_language(text) is language


ERROR_MESSAGES = [
    "Error 0x80070057: The parameter is incorrect",
    "The parameter is incorrect.",
    "Windows cannot access the specified device, path, or file.",
    "Your PC ran into a problem and needs to restart. We're just collecting some error info",
    "This site can’t be reached. Check if there is a typo",
    "ERR_CONNECTION_TIMED_OUT",
    "No boot device found. Press any key to reboot",
    "Operating System not found",
    "A problem has been detected and windows has been shut down to prevent damage",
    "The application was unable to start correctly (0xc000007b). Click OK to close the application.",
    "Excel has stopped working",
    "Unable to connect to the server. Please try again later.",
    "Access is denied",
    "HTTP Error 503. The service is unavailable.",
    "Invalid username or password",
    "The operation couldn’t be completed. (OSStatus error -43.)",
    "DRIVER_IRQL_NOT_LESS_OR_EQUAL",
    "Paper jam. Open door and remove paper",
    "java.lang.NullPointerException at com.foo.Bar",
    "Fatal error: Call to undefined function mysql_connect() in /var/www/index.php on line 12",
    "Low disk space: You are running out of disk space on C:",
]


@pytest.mark.parametrize("text", ERROR_MESSAGES)
def test_an_error_message_alone_is_nobodys_language(text: str) -> None:
    assert detect_language(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "hello, the screen says Error 0x80070057: The parameter is incorrect",
        "my printer says paper jam",
        "I am unable to open the file",
        "the printer is not working",
        "the laptop will not boot anymore",
        "it shows access denied when I log in",
    ],
)
def test_whoever_tells_of_one_in_english_speaks_it(text: str) -> None:
    assert detect_language(text) is EN
