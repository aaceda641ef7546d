"""`python -m ops answers`: the canned answers for the tickets' pages."""

from tests.support.ops_tickets import OpsCli

TEXT = "Hola, {nombre}:\nrevisa el cable."


def test_none_says_how_to_make_one(cli: OpsCli) -> None:
    assert "There are none" in cli.output("answers", "list")
    assert cli.json("answers", "list") == []


def test_one_is_stored_and_changed_and_removed(cli: OpsCli) -> None:
    assert "cable (es)" in cli.output("answers", "set", "cable", "--text", TEXT)
    assert [(each["name"], each["language"], each["body"]) for each in cli.json("answers", "list")] == [
        ("cable", "es", TEXT)
    ]
    cli.output("answers", "set", "cable", "--text", "Confira o cabo.", "--language", "pt")
    shown = cli.output("answers", "list")
    assert "Confira o cabo." in shown
    assert "revisa" not in shown
    cli.output("answers", "remove", "cable")
    assert cli.json("answers", "list") == []


def test_from_stdin(cli: OpsCli) -> None:
    cli.output("answers", "set", "cable", "--text", "-", stdin=f"{TEXT}\n")
    assert cli.json("answers", "list")[0]["body"] == TEXT


def test_what_is_no_answer(cli: OpsCli) -> None:
    assert "the text is empty" in cli.error("answers", "set", "cable", "--text", " \u200b")
    assert "has room for 3000" in cli.error("answers", "set", "cable", "--text", "x" * 3001)
    assert "a name has 1 to 60 characters" in cli.error("answers", "set", "x" * 61, "--text", "hola")
    assert "there is no answer otra" in cli.error("answers", "remove", "otra")


def test_a_language_of_the_desk_that_is_none(cli: OpsCli) -> None:
    error = cli.error("answers", "set", "cable", "--text", TEXT, DEFAULT_LANGUAGE="fr")
    assert error == "DEFAULT_LANGUAGE must be es, en or pt"


def test_they_are_one_list_on_the_page(cli: OpsCli) -> None:
    cli.tables.do(
        "insert into answers (name, language, body) select 'a' || n, 'es', 'x' from generate_series(1, 200) n"
    )
    assert "there are 200 already" in cli.error("answers", "set", "cable", "--text", TEXT)
    cli.output("answers", "set", "a1", "--text", TEXT)


def test_no_terminal_is_steered_by_a_text(cli: OpsCli) -> None:
    cli.tables.do("insert into answers (name, language, body) values ('a', 'es', %s)", "x\x1b[2Jy")
    assert "\x1b" not in cli.output("answers", "list")
