"""Our line in the e-mails is found whatever a mail program has made of it; a text that only mentions it is no such line."""

import pytest

from handlers.received_mail.typed.cut_line import above_cut_line
from handlers.received_mail.typed.lines import Line, Origin
from messages.email.layout import HIDDEN_CUT, cut_lines


def above(text: str) -> str:
    return "\n".join(line.text for line in above_cut_line([Line(text=each) for each in text.split("\n")]))


@pytest.mark.parametrize("ours", cut_lines())
@pytest.mark.parametrize(
    "quoted", ["{}", "> {}", ">> > {}", "    {}", "| {}", "*{}*", "> *{}*", "_{}_", "\u200b{}", "{} "]
)
def test_in_every_language_and_however_it_is_quoted(ours: str, quoted: str) -> None:
    assert above(f"Ya está lista.\n\n{quoted.format(ours)}\nNo prende") == "Ya está lista.\n"


@pytest.mark.parametrize(
    "line",
    [
        "— escribe arriba de esta línea —",
        "– escribe arriba de esta línea –",
        "− escribe arriba de esta línea −",
        "escribe arriba de esta línea",
        "--escribe arriba de esta línea--",
        "--  escribe  arriba\xa0de esta   línea  --",
        "-- ESCRIBE ARRIBA DE ESTA LÍNEA --",
        "-- escribe arriba de esta linea --",
        "-- escribe arriba de esta li\u0301nea --",
        "-- escribe arriba de esta línea -- Ticket nuevo: TK-7F3K-9QX2",
        "-- escribe arriba de\nesta línea --",
        "> -- escribe arriba de esta\n> línea --",
        "--\nescribe arriba de esta línea\n--",
    ],
)
def test_however_a_program_has_changed_it(line: str) -> None:
    assert above(f"Ya está lista.\n{line}\nNo prende").removesuffix("\n--") == "Ya está lista."


def test_the_first_counts() -> None:
    first, second, third = cut_lines()
    assert above(f"Ya está lista.\n{second}\n{first}\n{third}") == "Ya está lista."


def test_also_in_what_is_marked_as_quoted() -> None:
    lines = [Line(text="Hola"), Line(text=cut_lines()[0], origin=Origin.QUOTE), Line(text="Aviso legal")]
    assert above_cut_line(lines) == lines[:1]


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "Por favor escribe arriba de esta línea la clave",
        "escribe arriba de esta línea punteada",
        "escribe arriba",
        "La etiqueta dice: escribe arriba de esta línea",
    ],
)
def test_what_only_mentions_it_stays(typed: str) -> None:
    assert above(f"Hola\n{typed}\nChau") == f"Hola\n{typed}\nChau"


def test_what_the_e_mail_hides_above_its_line_is_below() -> None:
    assert above(f"Hola\n{HIDDEN_CUT}Nota interna · No paga\n{cut_lines()[0]}") == "Hola"
