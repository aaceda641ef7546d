"""What programs write gets no answer; what people write is not taken for it, whatever headers their programs add."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.received_mail.automatic import is_automatic
from state.model.received_mail import ReceivedMail

OURS = ("soporte@example.com", "answers.example.com")
SUBJECT = "Re: [TK-7F3K-9QX2] No imprime"


def automatic(
    headers: dict[str, str] | None = None, subject: str = SUBJECT, sender: str = "Marta <marta@acme.example>"
) -> bool:
    by_name = {name.lower(): (value,) for name, value in (headers or {}).items()}
    return is_automatic(ReceivedMail(id="1", sender=sender, subject=subject, headers=by_name), OURS)


# The headers that these programs send with a person's answer (names and forms as they write them).
PEOPLE = {
    "Gmail": {
        "MIME-Version": "1.0",
        "References": "<TK-7F3K-9QX2@example.com> <x@example.com>",
        "In-Reply-To": "<x@example.com>",
        "From": "Marta Ruiz <marta@acme.example>",
        "Date": "Mon, 30 Nov 2026 09:12:41 -0300",
        "Message-ID": "<CAJx+abc=1@mail.gmail.com>",
        "Content-Type": 'multipart/alternative; boundary="000000000000d1"',
        "X-Gm-Message-State": "AOJu0YwzctWa",
        "X-Gm-Gg": "ASbGnct8",
        "X-Google-Smtp-Source": "AGHT+IHy",
        "X-Google-DKIM-Signature": "v=1; a=rsa-sha256; d=1e100.net",
        "X-Received": "by 2002:a19:6b19:0:b0:55b with SMTP id 2adb",
        "DKIM-Signature": "v=1; a=rsa-sha256; d=acme.example; s=20230601",
        "Return-Path": "<marta@acme.example>",
    },
    "Outlook on the desktop, Exchange Online": {
        "From": "Marta Ruiz <marta@acme.example>",
        "Thread-Topic": "[TK-7F3K-9QX2] No imprime",
        "Thread-Index": "AQHbZ1x2q3J0bq8zaEy5p6sLw4i1xbOQ",
        "Accept-Language": "es-AR, en-US",
        "Content-Language": "es-AR",
        "X-MS-Has-Attach": "yes",
        "X-MS-TNEF-Correlator": "",
        "msip_labels": "",
        "authentication-results": "dkim=none (message not signed) header.d=none;dmarc=none action=none header.from=acme.example;",
        "x-ms-publictraffictype": "Email",
        "x-ms-traffictypediagnostic": "CP6PR80MB1234:EE_|SC1P80MB5678:EE_",
        "x-ms-office365-filtering-correlation-id": "5b1c2d3e-0000-0000-0000-08dd10d5e5e1",
        "x-ms-exchange-senderadcheck": "1",
        "x-ms-exchange-antispam-relay": "0",
        "x-microsoft-antispam": "BCL:0;ARA:13230040|366016",
        "x-forefront-antispam-report": "CIP:255.255.255.255;CTRY:;LANG:es;SCL:1",
        "x-ms-exchange-antispam-messagedata-chunkcount": "1",
        "x-ms-exchange-transport-forked": "True",
        "X-OriginatorOrg": "acme.example",
        "X-MS-Exchange-CrossTenant-AuthAs": "Internal",
        "X-MS-Exchange-CrossTenant-AuthSource": "CP6PR80MB1234.lamprd80.prod.outlook.com",
        "X-MS-Exchange-CrossTenant-originalarrivaltime": "30 Nov 2026 12:12:41.0000 (UTC)",
        "X-MS-Exchange-CrossTenant-fromentityheader": "Hosted",
        "X-MS-Exchange-CrossTenant-id": "0a1b2c3d-0000-0000-0000-000000000000",
        "X-MS-Exchange-CrossTenant-mailboxtype": "HOSTED",
        "X-MS-Exchange-Transport-CrossTenantHeadersStamped": "SC1P80MB5678",
        "Content-Type": 'multipart/related; boundary="_004_x"; type="multipart/alternative"',
        "Return-Path": "marta@acme.example",
    },
    "Outlook with importance and a receipt asked for": {
        "Importance": "high",
        "X-Priority": "1",
        "X-MSMail-Priority": "High",
        "Disposition-Notification-To": "Marta Ruiz <marta@acme.example>",
        "Return-Receipt-To": "<marta@acme.example>",
        "X-Mailer": "Microsoft Outlook 16.0",
        "X-MimeOLE": "Produced By Microsoft MimeOLE",
        "Thread-Index": "AdlZ",
        "Sensitivity": "normal",
        "X-Auto-Response-Suppress": "DR, OOF, AutoReply",
        "Auto-Submitted": "no",
    },
    "Exchange on their own server": {
        "X-MS-Exchange-Organization-AuthAs": "Internal",
        "X-MS-Exchange-Organization-SCL": "-1",
        "X-MS-Exchange-Organization-MessageDirectionality": "Originating",
        "X-MS-Exchange-Transport-EndToEndLatency": "00:00:01.2",
        "X-MS-Exchange-Processed-By-BccFoldering": "15.20.8207.0",
        "X-ClientProxiedBy": "EX01.acme.example (10.0.0.5) To EX02.acme.example (10.0.0.6)",
        "X-Originating-IP": "[10.0.0.9]",
    },
    "Apple Mail": {
        "Content-Type": 'multipart/alternative; boundary="Apple-Mail=_5F2A"',
        "Mime-Version": "1.0 (Mac OS X Mail 16.0 \\(3826.200.121\\))",
        "X-Mailer": "Apple Mail (2.3826.200.121)",
        "X-Universally-Unique-Identifier": "0A1B2C3D",
    },
    "iPhone": {
        "Content-Type": "multipart/mixed; boundary=Apple-Mail-1A2B; charset=utf-8",
        "Mime-Version": "1.0 (1.0)",
        "X-Mailer": "iPhone Mail (22B91)",
    },
    "Thunderbird": {
        "User-Agent": "Mozilla Thunderbird",
        "Content-Type": 'multipart/signed; micalg=pgp-sha256; protocol="application/pgp-signature"',
        "Autocrypt": "addr=marta@acme.example; keydata=x",
        "X-Enigmail-Draft-Status": "N1110",
        "Content-Language": "es-MX",
        "Organization": "Acme",
    },
    "Samsung": {
        "X-Mailer": "Samsung Email",
        "Importance": "Normal",
        "Content-Type": 'multipart/alternative; boundary="--_com.samsung.android.email_123"',
        "Message-ID": "<x.123@email.android.com>",
    },
    "Yahoo": {
        "X-Mailer": "WebService/1.1.23040 YMailNorrin",
        "X-YMail-OSG": "abc",
        "X-Sonic-MF": "<marta@acme.example>",
    },
    "Zimbra": {
        "X-Mailer": "Zimbra 8.8.15_GA_4372 (ZimbraWebClient - GC130 (Win)/8.8.15_GA_4372)",
        "X-Originating-IP": "[10.0.0.9]",
        "Thread-Topic": "x",
    },
    "an invitation": {"Content-Type": "text/calendar; method=REQUEST; charset=UTF-8"},
    "none at all": {},
}


@pytest.mark.parametrize("headers", PEOPLE.values(), ids=PEOPLE)
def test_people(headers: dict[str, str]) -> None:
    assert not automatic(headers)


PROGRAMS = {
    "RFC 3834": {"Auto-Submitted": "auto-replied"},
    "RFC 3834, with a comment": {"Auto-Submitted": "Auto-Generated (rejected)"},
    "RFC 3834, with parameters": {"Auto-Submitted": 'auto-notified; owner-email="a@b.example"'},
    "Gmail's absence notice": {
        "Auto-Submitted": "auto-replied",
        "Precedence": "bulk",
        "X-Autoreply": "yes",
    },
    "cPanel": {"X-Autorespond": "Re: x", "Precedence": "auto_reply"},
    "X-Auto-Reply": {"X-Auto-Reply": "yes"},
    "X-Auto-Reply-From": {"X-Auto-Reply-From": "marta@acme.example"},
    "X-Autoresponder": {"X-Autoresponder": "Plesk"},
    "Precedence: junk": {"Precedence": "junk"},
    "Precedence: LIST": {"Precedence": "LIST"},
    "a list": {"List-Id": "<equipo.acme.example>", "List-Post": "<mailto:equipo@acme.example>"},
    "a newsletter": {
        "List-Unsubscribe": "<https://news.example/u>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
    "a bounce": {"Return-Path": "<>", "Content-Type": "multipart/report; report-type=delivery-status"},
    "a bounce without its type": {"Return-Path": " < > "},
    "Exim": {"X-Failed-Recipients": "luis@acme.example", "Auto-Submitted": "auto-replied"},
    "a read receipt": {
        "Content-Type": 'multipart/report; report-type=disposition-notification; boundary="x"'
    },
    "a read receipt alone": {"Content-Type": "message/disposition-notification"},
    "a report": {"Content-Type": "Message/Delivery-Status"},
    "the notice of a ticket system": {"X-Auto-Response-Suppress": "All"},
    "an answer to an invitation": {"Content-Type": "text/calendar; method=REPLY; charset=UTF-8"},
    "a rule in Exchange": {"X-MS-Exchange-Inbox-Rules-Loop": "marta@acme.example"},
    "Exchange itself": {"X-MS-Exchange-Generated-Message-Source": "Mailbox Rules Agent"},
}


@pytest.mark.parametrize("headers", PROGRAMS.values(), ids=PROGRAMS)
def test_programs(headers: dict[str, str]) -> None:
    assert automatic(headers)
    assert automatic({**PEOPLE["Outlook on the desktop, Exchange Online"], **headers})


@pytest.mark.parametrize(
    "headers", [{"Auto-Submitted": "no"}, {"Auto-Submitted": " No (a person) "}, {"X-Autoreply": "no"}]
)
def test_headers_that_say_no(headers: dict[str, str]) -> None:
    assert not automatic(headers)


def test_any_of_several_values_counts() -> None:
    mail = ReceivedMail(
        id="1", sender="marta@acme.example", headers={"auto-submitted": ("no", "auto-replied")}
    )
    assert is_automatic(mail, OURS)


@pytest.mark.parametrize(
    "sender",
    [
        "MAILER-DAEMON@acme.example",
        "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
        "postmaster@acme.example",
        "no-reply@acme.example",
        "noreply@acme.example",
        "Acme <do-not-reply@acme.example>",
        "no_responder@acme.example",
        "nao-responda@acme.example",
        "noreply+x@acme.example",
    ],
)
def test_addresses_of_programs(sender: str) -> None:
    assert automatic(sender=sender)


@pytest.mark.parametrize(
    "sender",
    ["Marta <reply@acme.example>", '"noreply@acme.example" <marta@acme.example>', "norep@acme.example"],
)
def test_addresses_of_people(sender: str) -> None:
    assert not automatic(sender=sender)


@pytest.mark.parametrize(
    ("sender", "headers"),
    [
        ("Soporte <Soporte@Example.com>", {}),
        ("tk7f3k9qx2-x@answers.example.com", {}),
        ("Marta <marta@acme.example>", {"Return-Path": "<bounces@answers.example.com>"}),
        ("Marta <marta@acme.example>", {"Sender": "soporte@example.com"}),
        ("Marta <marta@acme.example>", {"From": "soporte@example.com"}),
        ("soporte@example.com, marta@acme.example", {}),
    ],
)
def test_our_own(sender: str, headers: dict[str, str]) -> None:
    assert automatic(headers, sender=sender)


def test_of_our_own_only_what_is_named() -> None:
    assert not automatic(sender="marta@example.com")
    assert not automatic(sender="marta@notanswers.example.com")


@pytest.mark.parametrize(
    "subject",
    [
        "Respuesta automática: [TK-7F3K-9QX2] No imprime",
        "RESPUESTA AUTOMATICA: x",
        "Respuesta automa\u0301tica: x",
        "Re: Respuesta automática: x",
        "RE: RV: Respuesta automática : x",
        "Automatic reply: x",
        "Auto-Reply: x",
        "Autoreply: x",
        "Resposta automática: x",
        "Out of Office: x",
        "Out of Office AutoReply: x",
        "Fuera de la oficina: x",
        "Fuera de oficina: x",
        "Ausência temporária: x",
        "Fora do escritório: x",
        "Leído: [TK-7F3K-9QX2] No imprime",
        "No leído: x",
        "Read: [TK-7F3K-9QX2] No imprime",
        "Lida: x",
        "Não lida: x",
        "Undeliverable: x",
        "Undelivered Mail Returned to Sender",
        "Mail delivery failed: returning message to sender",
        "No se puede entregar: x",
        "Delivery Status Notification (Failure)",
        "Out of Office Re: [TK-7F3K-9QX2] No imprime",
        "Re: Estoy fuera de la oficina",
        "Fora do escritório até segunda",
        "Accepted: [TK-7F3K-9QX2] No imprime @ Mon 30 Nov 2026",
        "Aceptada: visita",
        "Recusado: visita",
    ],
)
def test_subjects_of_programs(subject: str) -> None:
    assert automatic(subject=subject)


@pytest.mark.parametrize(
    "subject",
    [
        SUBJECT,
        "RE: [TK-7F3K-9QX2] Respuesta automática: no sale",
        "Re: [TK-7F3K-9QX2] Out of Office: I cannot set it",
        "RV: [TK-7F3K-9QX2] read: permission denied",
        "Leído, gracias",
        "Read this please: x",
        "Re: [TK-7F3K-9QX2] Ana: Aceptado: no imprime",
        "Aceptado por el cliente",
        "Re: [TK-7F3K-9QX2] Estoy fuera de la oficina y no imprime",
        "Re: Lidar com a impressora: x",
        "Autorespuestas: cómo se configuran",
        "Resuelto",
        "Re:",
        "",
    ],
)
def test_subjects_of_people(subject: str) -> None:
    assert not automatic(subject=subject)


@given(
    st.dictionaries(st.sampled_from([*PROGRAMS["Exim"], "From", "Return-Path", "Content-Type"]), st.text()),
    st.text(),
    st.text(),
)
def test_junk_does_no_harm(headers: dict[str, str], subject: str, sender: str) -> None:
    assert automatic(headers, subject, sender) in {True, False}


def test_long_junk_does_no_harm() -> None:
    for junk in (
        "a" * 500_000,
        "re: " * 50_000,
        "re:" * 50_000,
        "(" * 200_000,
        "@" * 200_000,
        "a@" * 100_000,
    ):
        automatic({"Return-Path": junk, "Content-Type": junk, "Auto-Submitted": f"no {junk}"}, junk, junk)
