"""What goes to the customer of a mail's parts: what was attached, and what was put into the typed text."""

import pytest

from handlers.received_mail.attached_files import attached_files
from state.model.received_mail import ReceivedFile, ReceivedMail

PDF = ReceivedFile(id="pdf", filename="manual.pdf", content_type="application/pdf")
PHOTO = ReceivedFile(
    id="photo", filename="IMG_0123.jpeg", content_type="image/jpeg", content_id="foto@1", inline=True
)
LOGO = ReceivedFile(
    id="logo", filename="logo.png", content_type="image/png", content_id="logo@1", inline=True
)
TYPED = '<p>Mira: <img src="cid:foto@1"></p><p>--<br><img src="cid:logo@1"></p>'


def meant(*files: ReceivedFile, html: str | None = TYPED, typed: tuple[str, ...] = ("foto@1",)) -> list[str]:
    mail = ReceivedMail(id="1", sender="marta@example.com", html=html, text="x", files=files)
    return [each.id for each in attached_files(mail, typed)]


def test_attached_and_typed_but_no_logo() -> None:
    assert meant(LOGO, PDF, PHOTO) == ["pdf", "photo"]


def test_nothing_typed() -> None:
    assert meant(LOGO, PDF, PHOTO, typed=()) == ["pdf"]


def test_gmail_gives_an_id_to_what_is_attached() -> None:
    file = ReceivedFile(
        id="f", filename="foto.png", content_type="image/png", content_id="f_lx0abc1", inline=False
    )
    assert meant(file) == ["f"]


def test_apple_s_programs_call_inline_what_is_attached() -> None:
    """iPhone: no text of the HTML refers to it."""
    photo = ReceivedFile(id="p", filename="image0.jpeg", content_type="image/jpeg", inline=True)
    named = ReceivedFile(
        id="q", filename="image1.jpeg", content_type="image/jpeg", content_id="A1B2-L0-001", inline=True
    )
    scan = ReceivedFile(id="s", filename="scan.pdf", content_type="application/pdf", inline=True)
    assert meant(photo, named, scan) == ["p", "q", "s"]


def test_what_outlook_left_of_a_signature() -> None:
    left = ReceivedFile(
        id="o",
        filename="image001.png",
        content_type="image/png",
        content_id="image001.png@01DC5F2A.1B2C3D40",
        inline=True,
    )
    assert meant(left) == []
    shown = '<img src="cid:image001.png@01DC5F2A.1B2C3D40">'
    assert meant(left, html=shown, typed=("image001.png@01DC5F2A.1B2C3D40",)) == ["o"]


def test_an_image_in_the_text_may_be_called_an_attachment() -> None:
    logo = ReceivedFile(id="l", filename="logo.png", content_type="image/png", content_id="logo@1")
    assert meant(logo) == []


def test_ids_are_compared_as_urls_write_them() -> None:
    photo = ReceivedFile(id="p", content_type="image/png", content_id="<Foto 1@X>", inline=True)
    html = "<img src='CID:foto%201@x'>"
    assert meant(photo, html=html, typed=("foto%201@x",)) == ["p"]
    assert meant(photo, html=html, typed=()) == []


@pytest.mark.parametrize("html", [None, TYPED], ids=["without HTML", "with HTML"])
@pytest.mark.parametrize(
    ("filename", "content_type"),
    [
        ("smime.p7s", "application/pkcs7-signature"),
        ("smime.p7s", "application/x-pkcs7-signature; name=smime.p7s"),
        ("smime.p7s", "application/octet-stream"),
        ("smime.p7m", "application/pkcs7-mime"),
        ("signature.asc", "application/pgp-signature"),
        ("OpenPGP_signature", "application/pgp-signature"),
        ("OpenPGP_0x1234ABCD5678EF90.asc", "application/pgp-keys"),
        ("publickey - marta@example.com - 0x1234ABCD.asc", "application/octet-stream"),
        ("invite.ics", "text/calendar; method=REPLY"),
        ("", "text/calendar"),
        ("invite.ics", "application/ics"),
        ("details.txt", "message/delivery-status"),
    ],
)
def test_what_programs_attach(filename: str, content_type: str, html: str | None) -> None:
    file = ReceivedFile(id="x", filename=filename, content_type=content_type)
    assert meant(file, html=html) == []


def test_without_html_each_part_with_a_name() -> None:
    nameless = ReceivedFile(id="n", content_type="image/png", content_id="a@b", inline=True)
    assert meant(PDF, PHOTO, LOGO, nameless, html=None, typed=()) == ["pdf", "photo", "logo"]
    assert meant(PDF, nameless, html="", typed=()) == ["pdf"]


def test_parts_of_the_text_without_a_name() -> None:
    footer = ReceivedFile(id="t", content_type="text/plain", inline=True)
    forwarded = ReceivedFile(id="m", content_type="message/rfc822")
    photo = ReceivedFile(id="p", content_type="image/png")
    log = ReceivedFile(id="l", filename="log.txt", content_type="text/plain")
    assert meant(footer, forwarded, photo, log) == ["p", "l"]


def test_a_mail_without_files() -> None:
    assert meant() == []


def test_long_names_do_no_harm() -> None:
    file = ReceivedFile(id="x", filename="openpgp_" + "a" * 500_000, content_type="x" * 500_000)
    assert meant(file) == ["x"]
