"""The receiver's own results are found and read, and nothing that a sender wrote passes for them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.received_mail.sender_check.authentication_results import (
    AuthenticationResults,
    MethodResult,
    receivers_results,
)
from handlers.received_mail.sender_check.header_text import Malformed

# As SES writes it.
SES = (
    "amazonses.com; spf=pass (spfCheck: domain of example.com designates 192.0.2.7 as permitted sender) client-ip=192.0.2.7;"
    " envelope-from=marta@example.com; helo=mail.example.com; dkim=pass header.i=@example.com;"
    " dkim=fail header.i=@other.example; dmarc=none header.from=example.com;"
)
ABOVE = (
    ("return-path", "<marta@example.com>"),
    ("received", "from mail.example.com by inbound-smtp.eu-west-1.amazonaws.com with SMTP id x"),
    ("x-ses-spam-verdict", "PASS"),
    ("x-ses-virus-verdict", "PASS"),
    ("received-spf", "pass (spfCheck: domain of example.com designates 192.0.2.7)"),
)
BELOW = (("x-ses-receipt", "AEFB"), ("received", "from a by b"), ("from", "marta@example.com"))


def read(value: str) -> AuthenticationResults | None:
    return receivers_results((*ABOVE, ("authentication-results", value), *BELOW))


def test_as_ses_writes_it() -> None:
    found = read(SES)
    assert found == AuthenticationResults(
        results=(
            MethodResult(
                method="spf",
                result="pass",
                properties=(
                    ("client-ip", "192.0.2.7"),
                    ("envelope-from", "marta@example.com"),
                    ("helo", "mail.example.com"),
                ),
            ),
            MethodResult(method="dkim", result="pass", properties=(("header.i", "@example.com"),)),
            MethodResult(method="dkim", result="fail", properties=(("header.i", "@other.example"),)),
            MethodResult(method="dmarc", result="none", properties=(("header.from", "example.com"),)),
        ),
        envelope="marta@example.com",
    )


def test_as_rfc_8601_writes_it() -> None:
    found = read(
        'AmazonSES.com 1; spf = pass smtp.mailfrom="marta@example.com"; DKIM/1=Pass reason="good; signature" header.d=Example.com'
    )
    assert found is None  # the name of SES is written in one way


def test_with_other_spaces_names_and_quoted_strings() -> None:
    found = read(
        'amazonses.com 1 ; spf = pass smtp.mailfrom="marta@example.com";\tDKIM/1=Pass reason="good; dmarc=pass" header.d=Example.com'
    )
    assert found is not None
    assert found.envelope == "marta@example.com"
    assert found.of("dmarc") == ()
    (signature,) = found.of("dkim")
    assert (signature.result, signature.values("header.d")) == ("pass", ("example.com",))


def test_no_results() -> None:
    assert read("amazonses.com; none") == AuthenticationResults(results=(), envelope="marta@example.com")


@pytest.mark.parametrize(
    "value",
    [
        "mx.google.com; dmarc=pass",
        "",
        "amazonses.com.evil.example; x=y",
        "(amazonses.com) evil.example; x=y",
        '"amazonses.com"; x=y',
        "amazonses.com 2; x=y",
    ],
)
def test_of_another_server(value: str) -> None:
    assert read(value) is None


class TestWhereItStands:
    def test_nowhere(self) -> None:
        assert receivers_results((*ABOVE, *BELOW)) is None
        assert receivers_results(()) is None

    def test_the_first_one_counts(self) -> None:
        first = ("authentication-results", "amazonses.com; dmarc=fail header.from=example.com")
        forged = ("authentication-results", "amazonses.com; dmarc=pass header.from=example.com")
        found = receivers_results((*ABOVE, first, forged))
        assert found is not None
        assert [each.result for each in found.of("dmarc")] == ["fail"]

    def test_of_another_server_first(self) -> None:
        other = ("authentication-results", "evil.example; dmarc=pass")
        assert receivers_results((*ABOVE, other, ("authentication-results", SES))) is None

    @pytest.mark.parametrize(
        "name", ["from", "subject", "dkim-signature", "received", "x-mailer", "arc-seal"]
    )
    def test_below_what_the_sender_wrote(self, name: str) -> None:
        assert receivers_results((*ABOVE, (name, "x"), ("authentication-results", SES))) is None

    @pytest.mark.parametrize("place", range(len(ABOVE)))
    def test_not_everything_has_to_stand_above_it(self, place: int) -> None:
        assert receivers_results((*ABOVE[:place], ("authentication-results", SES))) is not None

    def test_the_return_path_above_it_says_who_the_envelope_named(self) -> None:
        results = ("authentication-results", "amazonses.com; spf=pass")
        forged = ("return-path", "<evil@example.com>")
        found = receivers_results((*ABOVE, results, forged))
        assert found is not None
        assert found.envelope == "marta@example.com"
        assert receivers_results((results, forged)) == AuthenticationResults(
            results=(MethodResult(method="spf", result="pass"),)
        )


FORGED = {
    "two verdicts on DMARC": "amazonses.com; dmarc=pass header.from=example.com; dmarc=fail header.from=example.com",
    "two verdicts on SPF": "amazonses.com; spf=pass; spf=fail",
    "an open comment": "amazonses.com; dmarc=pass (",
    "an open string": 'amazonses.com; dmarc=pass header.from="example.com',
    "what an SMTP client says of itself": "amazonses.com; spf=pass client-ip=192.0.2.7; envelope-from=a@evil.example;"
    " helo=x;dkim=pass(x)header.i=@example.com; dkim=none; dmarc=none header.from=example.com;",
    "the same with a comment for a space": "amazonses.com; spf=pass client-ip=192.0.2.7; envelope-from=a@evil.example;"
    " helo=x;(x)dkim=pass(x)header.i=@example.com; dkim=none; dmarc=none header.from=example.com;",
    "the envelope's sender": "amazonses.com; spf=pass client-ip=192.0.2.7; envelope-from=a;"
    " dkim=pass header.i=@example.com; x=@evil.example; helo=evil.example; dmarc=none header.from=example.com;",
    "the envelope's sender, with helo": "amazonses.com; spf=pass client-ip=192.0.2.7; envelope-from=a; helo=x;"
    " dkim=pass header.i=@example.com; x=@evil.example; helo=evil.example; dmarc=none header.from=example.com;",
    "two of the envelope's senders": "amazonses.com; spf=pass client-ip=192.0.2.7; envelope-from=a@evil.example;"
    " envelope-from=a@example.com; helo=x; dmarc=none header.from=example.com;",
    "no result": "amazonses.com; dmarc",
    "an empty result": "amazonses.com; dmarc=; dkim=pass",
    "a property without a method": "amazonses.com; helo=x; dmarc=pass",
    "a control character": "amazonses.com; dmarc=pass\r header.from=example.com",
    "20 kB": "amazonses.com; " + "x=y; " * 4_000,
}


@pytest.mark.parametrize("value", FORGED.values(), ids=FORGED)
def test_what_ses_would_not_write(value: str) -> None:
    with pytest.raises(Malformed):
        read(value)


def test_a_quoted_local_part_stays_one_word() -> None:
    found = read(
        'amazonses.com; spf=pass; envelope-from="a; dmarc=pass header.from=x"@evil.example; helo=x; dmarc=fail'
    )
    assert found is not None
    assert [each.result for each in found.of("dmarc")] == ["fail"]
    assert found.envelope.endswith("@evil.example")


PIECES = st.sampled_from(
    [
        "amazonses.com",
        ";",
        " ",
        "dmarc",
        "dkim",
        "spf",
        "=",
        "pass",
        "none",
        "(",
        ")",
        '"',
        "\\",
        "header.from",
        "helo",
        "@",
        "1",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60))
def test_junk_is_nothing_or_malformed(value: str) -> None:
    try:
        read("amazonses.com; " + value)
    except Malformed:
        return
