"""What must not reach a customer is found, however a mail program has written it; and nothing else is."""

import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from handlers.answer_address import AnswerAddress, AnswerAddresses
from handlers.desk_links import DeskAccess, DeskLinks
from handlers.own_secrets import OwnSecrets
from handlers.received_mail.typed.typed_text import typed_text
from handlers.signed_links import SignedLinks
from state.model.language import Language
from state.model.received_mail import ReceivedMail
from tests.support.recorded_answers import our_email

URL = "https://desk.example/support"
NOW = datetime(2026, 11, 30, tzinfo=UTC)
TECHNICIAN = "0123456789ab"
KEYS = ["k" * 40]
PAGE = SignedLinks(URL, KEYS).ticket_page("TK-7F3K-9QX2", TECHNICIAN, NOW)
LIST = DeskLinks(URL, KEYS).link(DeskAccess(technician=TECHNICIAN, epoch=1), NOW)
ADDRESS = AnswerAddresses("answers.example.com", KEYS).write(
    AnswerAddress(code="TK-7F3K-9QX2", technician=TECHNICIAN, seen=12)
)
SECRETS = OwnSecrets(URL)


def _of_proofpoint(link: str) -> str:
    changed = link.replace("-", "-2D").replace("_", "-5F").replace("/", "_").replace(":", "-3A")
    return f"https://urldefense.proofpoint.com/v2/url?u={changed}&d=x"


WRITTEN: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "without https": lambda link: link.removeprefix("https://"),
    "in another case": lambda link: link.replace("desk.example", "DESK.Example"),
    "wrapped": lambda link: f"{link[:35]}\n{link[35:]}",
    "wrapped within the address": lambda link: f"{link[:15]}\n> {link[15:]}",
    "as WhatsApp shows it in bold": lambda link: f"*{link}*",
    "with what nobody sees": lambda link: "\u200b".join(link),
    "behind words": lambda link: f"Abrir el ticket ({link})",
    "in a link of Outlook": lambda link: (
        f"https://x.safelinks.protection.outlook.com/?url={quote(link, safe='')}&d=1"
    ),
    "in a link in a link": lambda link: f"https://a.example/?u={quote(quote(link, safe=''), safe='')}",
    "in a newer link of Proofpoint": lambda link: f"https://urldefense.com/v3/__{link}__;!!x",
}


@pytest.mark.parametrize("secret", [PAGE, LIST], ids=["page", "list"])
@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_a_link(written: Callable[[str], str], secret: str) -> None:
    assert SECRETS.are_in(f"Mira: {written(secret)} y dime.")


@pytest.mark.parametrize(
    "text",
    [
        PAGE.rpartition("/t/")[2],
        PAGE.replace("desk.example/support", "old.example"),
        _of_proofpoint(PAGE),
        ADDRESS,
        ADDRESS.upper(),
        ADDRESS.partition("@")[0],
    ],
    ids=["its signature alone", "of an older address", "of Proofpoint", "address", "in capitals", "its user"],
)
def test_what_opens_the_same(text: str) -> None:
    assert SECRETS.are_in(f"Mira: {text}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Tu ticket es TK-7F3K-9QX2.",
        "Entra en https://desk.example/ayuda o en https://example.com/t/1",
        "Mide 10 % más, 50%25, y 100%",
        "https://desk.example/support",
        "WYJUSY",
    ],
)
def test_other_words_are_none(text: str) -> None:
    assert not SECRETS.are_in(text)


@pytest.mark.parametrize("desk", Language)
@pytest.mark.parametrize("part", ["html", "text"])
@pytest.mark.parametrize("quote_with", ["", "MR> ", "| ", "\t"])
def test_our_e_mail_without_its_line_quoted_in_an_unknown_way(
    desk: Language, part: str, quote_with: str
) -> None:
    """Whoever takes the line away and writes with a program of another language sends all of it: the link gives it away."""
    ours = our_email(desk, cut_line=False)
    whole = getattr(ours, part) or ""
    quoted = "\n".join(f"{quote_with}{line}" for line in whole.splitlines())
    written = f"Hallo\n\nAm Montag schrieb Soporte:\n\n{quoted}"
    mail = ReceivedMail(
        id="1", sender="", html=written if part == "html" else None, text=written if part == "text" else None
    )
    assert OwnSecrets("https://desk.example").are_in(typed_text(mail).text)


def test_a_file_line_by_line() -> None:
    assert SECRETS.are_in_lines([b"Abrir el ticket:\n", f"{PAGE}\n".encode()])
    assert not SECRETS.are_in_lines([b"nada\n", b"\xff\xfe\n"])


@pytest.mark.parametrize("before", [64 * 1024 - 20, 64 * 1024, 200_000])
def test_in_a_file_without_line_ends(before: int) -> None:
    """Which is not taken whole: its forms would take many times its size."""
    line = b"x" * before + PAGE.encode() + b"x" * 100_000
    assert SECRETS.are_in_lines([line])
    assert not SECRETS.are_in_lines([b"x" * len(line)])


def test_a_long_line_takes_little_memory() -> None:
    line = b"abcdefg " * 500_000
    tracemalloc.start()
    try:
        SECRETS.are_in_lines([line])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < len(line)
