"""`python -m ops tickets open`: a ticket for somebody who called."""

import pytest

from tests.support.ops_tickets import OpsCli

CALLED = ("tickets", "open", "--number", "+52 55 1234-0077", "--text", "no prende")
TEAM = {"SUPPORT_EMAIL_TO": "Marta Ruiz <marta@example.com>, bea@example.com", "CATEGORIES": "Laptops"}


def test_opens_it_and_tells_its_customer(cli: OpsCli) -> None:
    said = cli.output(
        *CALLED, "--name", "Eva", "--language", "pt", "--category", "Laptops", "--by", "marta ruiz", **TEAM
    )
    ticket = cli.tables.one("select * from tickets")
    assert said.startswith(f"✓ {ticket['code']}: its customer is told")
    assert (ticket["summary"], ticket["language"], ticket["category"]) == ("no prende", "pt", "Laptops")
    event = cli.tables.one("select * from ticket_events")
    assert (event["kind"], event["actor"], event["author"]) == ("created", "technician", "Marta Ruiz")
    assert event["author_address"] == "marta@example.com"
    assert cli.tables.one("select wa_id, name from customers") == {"wa_id": "5215512340077", "name": "Eva"}
    rows = cli.tables.all("select channel, content, status from outbox order by id")
    assert [(row["channel"], row["content"], row["status"]) for row in rows] == [
        ("whatsapp", "notification", "ready"),
        ("email", "opened", "ready"),
    ]
    shown = cli.output("tickets", "show", ticket["code"])
    assert "Marta Ruiz opened the ticket for the customer" in shown


def test_reads_the_text_from_stdin(cli: OpsCli) -> None:
    cli.output(*CALLED[:-1], "-", stdin="no prende\ny huele mal\n")
    assert cli.tables.value("select description from tickets") == "no prende\ny huele mal"
    assert cli.error(*CALLED[:-1], "-", stdin=" ") == "there is no text on stdin"


def test_with_the_same_key_once(cli: OpsCli) -> None:
    cli.output(*CALLED, "--key", "a")
    assert "before with the same key" in cli.output(*CALLED, "--key", "a")
    assert cli.tables.value("select count(*) from tickets") == 1
    cli.output(*CALLED)
    assert cli.tables.value("select count(*) from tickets") == 2


def test_json(cli: OpsCli) -> None:
    document = cli.json(*CALLED)
    assert (document["result"], document["code"]) == ("opened", cli.tables.value("select code from tickets"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--number", "5512340077"), "country code"),
        (("--text", ""), "there is no text"),
        (("--text", "x" * 60_001), "60000"),
        (("--category", "Autos"), "CATEGORIES"),
    ],
)
def test_what_is_wrong_opens_nothing(cli: OpsCli, words: tuple[str, str], says: str) -> None:
    error = cli.error(*CALLED, *words, **TEAM)
    assert says in error
    assert "0077" not in error
    assert cli.tables.value("select count(*) from customers") == 0


def test_what_follows_waits_for_their_first_message(cli: OpsCli) -> None:
    code = cli.json(*CALLED)["code"]
    said = cli.output("tickets", "answer", code, "Ya la tengo.")
    assert "when they write for the first time" in said
    assert "Goes out when the customer first writes" in cli.output("tickets", "show", code)
    held = cli.tables.value("select id from outbox where held")
    assert "waits for the customer's first message" in cli.output("outbox", "show", str(held))
