"""The command in the first line of a mail, in three languages; another word with a "#" is told, and nothing of it is lost."""

import pytest

from handlers.received_mail.command import Command, CommandKind, misplaced_command, read_command

NOTE, ASK, RESOLVE, TAKE = CommandKind.NOTE, CommandKind.ASK, CommandKind.RESOLVE, CommandKind.TAKE
WORDS = [
    *((word, NOTE) for word in ("#nota", "#note", "#notas", "#Nota", "#NOTA")),
    *((word, ASK) for word in ("#pregunta", "#preguntas", "#question", "#ask", "#pergunta", "#Pregunta")),
    *(
        (word, RESOLVE)
        for word in (
            "#resuelto",
            "#resuelta",
            "#Resueltos",
            "#resolved",
            "#solved",
            "#resolvido",
            "#resolvida",
        )
    ),
    *((word, TAKE) for word in ("#tomar", "#tomo", "#take", "#assumir", "#assumo", "#TOMAR")),
    ("#resuélto", RESOLVE),
    ("#resue\u0301lto", RESOLVE),
]


@pytest.mark.parametrize(("word", "kind"), WORDS)
@pytest.mark.parametrize("mark", ["", ":", ".", " :", ",", "!"])
def test_a_command(word: str, kind: CommandKind, mark: str) -> None:
    read = read_command(f"{word}{mark.strip()} ya está\n\n  y más ")
    assert read == Command(kind=kind, text="ya está\n\n  y más")


@pytest.mark.parametrize(
    "text", ["#nota\nya está", "\n\n #nota \n\n ya está", "#nota:ya está", "#nota:\r\nya está"]
)
def test_text_follows_on_the_line_or_below(text: str) -> None:
    assert read_command(text) == Command(kind=NOTE, text="ya está")


def test_a_command_can_be_all() -> None:
    assert read_command(" #tomar\n") == Command(kind=TAKE, text="")


@pytest.mark.parametrize(
    "text",
    ["*#nota* ya está", "**#nota:** ya está", "_#nota_ ya está", "\uff03nota ya está", "*#nota*\nya está"],
)
def test_in_bold_it_is_one_as_well(text: str) -> None:
    assert read_command(text) == Command(kind=NOTE, text="ya está")


@pytest.mark.parametrize("text", ["#nota *ya* está", "#nota: *ya* está"])
def test_the_bold_of_what_follows_stays(text: str) -> None:
    assert read_command(text) == Command(kind=NOTE, text="*ya* está")


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("ya está\n#nota", "#nota"),
        ("ya está\n\n  #Resuelto.\ngracias", "#Resuelto."),
        ("ya está\n*#nota* miente", "*#nota*"),
        ("#nota y más", "#nota"),
        ("ya está #nota", ""),
        ("1.\n#2 ya está\n#urgente", ""),
        ("", ""),
    ],
)
def test_a_line_further_down_may_begin_with_one(text: str, word: str) -> None:
    assert misplaced_command(text) == word


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("#urgente llama ya", "#urgente"),
        ("#3 ya está", "#3"),
        ("#", "#"),
        ("# nota", "#"),
        ("##nota", "##nota"),
        ("#nota/pregunta hola", "#nota/pregunta"),
        ("#notable", "#notable"),
        ("#resuelto?", "#resuelto?"),
        ("#1\n#nota", "#1"),
    ],
)
def test_another_word_is_unknown_and_all_is_kept(text: str, word: str) -> None:
    assert read_command(text) == Command(kind=CommandKind.UNKNOWN, text=text, word=word)


@pytest.mark.parametrize("text", ["", "ya está", "ya está #nota", "ya está\n#nota", "nota: ya está"])
def test_elsewhere_it_means_nothing(text: str) -> None:
    assert read_command(text) == Command(kind=CommandKind.ANSWER, text=text)


def test_what_whatsapp_reads_as_formatting_stays() -> None:
    text = "*urgente* _ya_ ~no~ ```ls```"
    assert read_command(f"#pregunta {text}") == Command(kind=ASK, text=text)
