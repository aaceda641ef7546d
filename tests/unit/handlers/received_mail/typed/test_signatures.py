"""What phones and mail programs write below an answer goes; what somebody typed about one stays."""

import pytest

from handlers.received_mail.typed.lines import Line
from handlers.received_mail.typed.signatures import above_signature

SIGNATURES = """Enviado desde mi iPhone
Enviado desde mi iPad
Enviado desde mi Samsung Galaxy
Enviado desde mi dispositivo móvil
Enviado desde mi teléfono Redmi Note 12
Enviado desde Outlook para iOS
Enviado desde Outlook para Android<https://aka.ms/AAb9ysg>
Enviado desde Correo para Windows
Enviado desde el correo de Yahoo
Enviado desde Yahoo Mail con Android
Enviado desde Samsung Mail
Enviado con Proton Mail
Enviado desde un dispositivo móvil
Enviado de Samsung Mobile
Libre de virus.www.avast.com<https://www.avast.com/sig-email?utm_medium=email>
Obtener Outlook para Android
Obtener Outlook para iOS<https://aka.ms/o0ukef>
Obtén Outlook para iOS (https://aka.ms/o0ukef)
Sent from my iPhone
Sent from my Verizon, Samsung Galaxy smartphone
Sent from my Galaxy
Sent from a mobile device
Sent from Outlook for iOS
Sent from Mail for Windows
Sent from Yahoo Mail for iPhone
Sent with Proton Mail
Get Outlook for Android
Virus-free. www.avg.com
Get Outlook for iOS<https://aka.ms/o0ukef>
Enviado do meu iPhone
Enviada do meu iPad
Enviado do meu Galaxy
Enviado do Outlook para Android
Enviado do Yahoo Mail no Android
Enviado do Email para Windows 10
Enviado via iPhone
Livre de vírus. www.avast.com
Obter o Outlook para iOS
Obter Outlook para Android
Baixe o Outlook para Android""".splitlines()


def above(text: str) -> str:
    return "\n".join(line.text for line in above_signature([Line(text=each) for each in text.split("\n")]))


@pytest.mark.parametrize("signature", SIGNATURES)
def test_goes_from_the_end(signature: str) -> None:
    assert above(f"Ya está lista.\n\n{signature}\n\n") == "Ya está lista."
    assert above(signature.upper()) == ""


def test_below_it_may_be_lines_that_look_empty() -> None:
    signed = [
        Line(text="Ya está lista."),
        Line(text="Enviado desde mi iPhone"),
        Line(text=Line.shown("\ufeff\xa0\u200b")),
    ]
    assert above_signature(signed) == signed[:1]


def test_with_its_dashes() -> None:
    assert above("Ya está lista.\n\n--\nEnviado desde mi iPhone") == "Ya está lista."
    assert above("Ya está lista.\n--") == "Ya está lista."


@pytest.mark.parametrize(
    "typed",
    [
        "Te llega un correo enviado desde mi iPhone con la clave",
        "Enviado desde mi iPhone\nLo vi recién.",
        "Enviado desde mi casa. Lo retiras mañana.",
        "Enviado desde la sucursal",
        "Enviado desde una sucursal",
        "Enviado desde mi taller",
        "Enviado por correo certificado",
        "Enviado por Samsung el lunes",
        "Sent via mail to the lab",
        "Sent from my desk it takes a minute",
        "Get Outlook for the new laptop. It is free.",
        "Saludos, Marta",
        "Gracias,\nMarta",
        "Thanks",
        "-----",
    ],
)
def test_what_was_typed_stays(typed: str) -> None:
    assert above(typed) == typed


def test_a_picture_in_the_last_line_stays() -> None:
    lines = [Line(text="Mira:"), Line(text="", images=("a@b",))]
    assert above_signature([*lines, Line(text="")]) == lines
