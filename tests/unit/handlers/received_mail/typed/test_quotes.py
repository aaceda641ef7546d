"""Where the quoted mail begins, by its words: what is certainly one goes, and what may have been typed stays."""

import pytest

from handlers.received_mail.typed.lines import Line, Origin
from handlers.received_mail.typed.quotes import MAX_SEARCHED, above_quoted_mail

ADDRESS = "soporte@example.com"
ATTRIBUTIONS = [
    f"El lun, 30 nov 2026 a las 10:00, Soporte (<{ADDRESS}>) escribió:",
    f"El lun, 30 nov 2026 a las 10:00, Soporte (<{ADDRESS}>)\nescribió:",
    f"El lun, 30 nov 2026 a las 10:00, Soporte de la tienda\n(<{ADDRESS}>)\nescribió:",
    f"El lun., 30 de noviembre de 2026\n10:00, Soporte <\n{ADDRESS}> escribió:",
    f"El lun, 30 nov 2026 a las 10:00,\nEl Taller (<{ADDRESS}>) escribió:",
    f"El 30 nov 2026, a las 10:00 a. m., Soporte <{ADDRESS}> escribió:",
    f"En lunes, 30 de noviembre de 2026, 10:00:00 GMT-3, Soporte <{ADDRESS}> escribió:",
    f"On Mon, Nov 30, 2026 at 10:00\u202fAM Soporte <{ADDRESS}> wrote:",
    f"On Mon, Nov 30, 2026 at 10:00 AM Soporte <{ADDRESS}>\nwrote:",
    f"On Monday, November 30th, 2026 at 10:00 AM, Soporte <{ADDRESS}> wrote:",
    f"Em seg., 30 de nov. de 2026 às 10:00, Soporte <{ADDRESS}> escreveu:",
    f"Em seg., 30 de nov. de 2026 às 10:00, Soporte <{ADDRESS}>\nescreveu:",
    f"Soporte <{ADDRESS}> escribió el 30 nov 2026:",
    f"Soporte <{ADDRESS}> escreveu (segunda, 30/11/2026 à(s) 10:00):",
    f"2026-11-30 10:00 GMT-03:00 Soporte <{ADDRESS}>:",
]
# Thunderbird's, which somebody could have typed.
WITHOUT_ADDRESS = [
    "El 30/11/26 a las 10:00, Soporte escribió:",
    "On 11/30/26 10:00, Soporte wrote:",
    "Em 30/11/2026 10:00, Soporte escreveu:",
]
HEADERS = [
    f"De: Soporte <{ADDRESS}>\nEnviado: lunes, 30 de noviembre de 2026 10:00\nPara: Marta\nAsunto: No prende",
    "De: Soporte\nEnviado el: lunes, 30 de noviembre de 2026 10:00\nPara: Marta\nAsunto: No prende",
    f"*De:* Soporte <{ADDRESS}>\n*Enviado:* lunes, 30 de noviembre de 2026 10:00\n*Para:* Marta",
    f"From: Soporte <{ADDRESS}>\nSent: Monday, November 30, 2026 10:00 AM\nTo: Marta\nSubject: It does not start",
    "From: Soporte\nDate: 30/11/26  10:00  (GMT-03:00)\nTo: Marta\nCc: Luis\nSubject: It does not start",
    "De: Soporte\nEnviada em: segunda-feira, 30 de novembro de 2026 10:00\nPara: Marta\nAssunto: Não liga",
    "De: Soporte\nFecha: 30/11/26  10:00  (GMT-03:00)\nA: Marta\nAsunto: No prende",
    "> De: Soporte\n> Data: 30/11/26 10:00\n> Para: Marta",
    "________________________________\nDe: Soporte\nEnviado: lunes, 30 de noviembre de 2026 10:00\nPara: Marta",
    "-----Mensaje original-----\nDe: Soporte",
    "-----Original Message-----\nFrom: Soporte",
    "-------- Mensagem original --------\nDe: Soporte",
    "---------- Forwarded message ---------\nFrom: Soporte",
]


def above(text: str) -> str:
    return "\n".join(line.text for line in above_quoted_mail([Line(text=each) for each in text.split("\n")]))


class TestAQuote:
    @pytest.mark.parametrize("beginning", [*ATTRIBUTIONS, *HEADERS])
    def test_goes_with_all_that_is_below(self, beginning: str) -> None:
        assert above(f"Ya está lista.\n\n{beginning}\n\nLa notebook no prende.") == "Ya está lista."

    @pytest.mark.parametrize("beginning", [*ATTRIBUTIONS, *WITHOUT_ADDRESS, *HEADERS])
    def test_goes_when_the_rest_has_gone_before(self, beginning: str) -> None:
        assert above(f"Ya está lista.\n\n{beginning}\n").rstrip() == "Ya está lista."

    @pytest.mark.parametrize("beginning", [*ATTRIBUTIONS, *WITHOUT_ADDRESS, *HEADERS])
    def test_goes_when_the_rest_is_marked_as_quoted(self, beginning: str) -> None:
        lines = [Line(text=each) for each in f"Ya está lista.\n\n{beginning}".split("\n")]
        kept = above_quoted_mail([*lines, Line(text="No prende", origin=Origin.QUOTE)])
        assert [line.text for line in kept] == ["Ya está lista."]

    @pytest.mark.parametrize("beginning", [*ATTRIBUTIONS, *WITHOUT_ADDRESS])
    def test_takes_no_line_that_was_typed_right_above_it(self, beginning: str) -> None:
        assert (
            above(f"El cable está roto.\nEn la tienda hay.\n{beginning}")
            == "El cable está roto.\nEn la tienda hay."
        )

    def test_may_be_all_that_there_is(self) -> None:
        assert above(f"{ATTRIBUTIONS[0]}\n> No prende") == ""


class TestWhatMayHaveBeenTyped:
    @pytest.mark.parametrize(
        "typed",
        [
            "De: 10 a 12 hs\nPara: Juan",
            "De: 10 a 12 hs\nA: Juan\nAsunto: la notebook",
            "Para: Juan\nDe: Marta",
            "From: Monday\nTo: Friday",
            "-----\nPrimero\n-----\nSegundo",
            "------------------------------\nPrecio: 100\n------------------------------\nGracias",
            "__________",
            "El técnico escribió:\nno prende",
            "A ana@example.com el técnico le escribió:\nno prende",
            "En el mail de Ana <ana@example.com> ella escribió:\nno prende",
            "El 30/11 Juan escribió:\nno prende",
            "El 30/11/2026 a las 10:00 el cliente escribió:\nno prende, y le creo",
            "On 12/05/2026 at 10:30 the customer wrote:\nit does not start, and I believe it",
            "On Monday I wrote: it works",
            "Gracias, mañana paso a buscarla",
            "Thanks,\nI will come by",
            "- uno\n- dos",
            "-uno\n-dos",
            "Aviso: la página pide el mail dos veces",
            "Caution: the mail is hot",
            "Sent from my desk it takes a minute\nand then it works",
        ],
    )
    def test_stays(self, typed: str) -> None:
        assert above(f"Hola\n\n{typed}\n\nSaludos, Marta") == f"Hola\n\n{typed}\n\nSaludos, Marta"

    def test_keeps_its_indentation_and_its_blank_lines(self) -> None:
        typed = "Pasos:\n\n\n\n  1.  abre   la consola\n\t\tipconfig  /all"
        assert above(f"{typed}\n\n{ATTRIBUTIONS[0]}\n") == typed


class TestASignature:
    @pytest.mark.parametrize("dashes", ["--", "-- "])
    def test_begins_with_two_dashes(self, dashes: str) -> None:
        assert above(f"Ya está lista.\n\n{dashes}\nMarta Ruiz\nTaller Sur") == "Ya está lista."

    def test_may_be_all_that_there_is(self) -> None:
        assert above("-- \nMarta Ruiz") == ""


def test_beyond_so_much_nothing_is_searched() -> None:
    typed = "\n".join(["palabra"] * MAX_SEARCHED)
    assert above(f"{typed}\n\n{ATTRIBUTIONS[0]}") == f"{typed}\n\n{ATTRIBUTIONS[0]}"
