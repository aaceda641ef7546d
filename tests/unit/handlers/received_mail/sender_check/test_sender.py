"""Who sent an answer: the technician's own address, and proved; everything else is refused and says why."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from channels.header_block import header_lines
from handlers.mail_addresses import Mailbox
from handlers.received_mail.refusal import MailRefused
from handlers.received_mail.sender_check.sender import check_sender
from state.model.received_mail import Authentication, MailOutcome, ReceivedMail
from state.model.technician import Technician

Headers = Sequence[tuple[str, str]]
MARTA = Technician(address="Marta@Example.com", name="Marta Ruiz")
SHARED = Technician(address="soporte@example.com")
PASS = Authentication(spf="pass", dkim="pass", dmarc="pass")
NO_RECORD = Authentication(spf="pass", dkim="none", dmarc="none")


def not_needed() -> Headers:
    raise AssertionError("the original was asked for")


def sent(
    sender: str = "Marta Ruiz <marta@example.com>", authentication: Authentication | None = PASS, **more: Any
) -> ReceivedMail:
    return ReceivedMail(id="1", sender=sender, authentication=authentication, **more)


def refused(
    mail: ReceivedMail, technician: Technician = MARTA, headers: Callable[[], Headers] = not_needed
) -> tuple[MailOutcome, str]:
    with pytest.raises(MailRefused) as raised:
        check_sender(mail, technician, headers)
    assert "@" not in str(raised.value)
    return raised.value.outcome, raised.value.detail.sender


class TestWhose:
    def test_the_technician_s(self) -> None:
        found = check_sender(sent(), MARTA, not_needed)
        assert found == Mailbox(address="marta@example.com", name="Marta Ruiz")
        assert "marta" not in repr(found).lower()

    @pytest.mark.parametrize(
        ("setting", "sender"),
        [
            ("marta@example.com", "MARTA@EXAMPLE.COM"),
            ("marta+soporte@example.com", "marta@example.com"),
            ("marta+soporte@example.com", "marta+soporte@example.com"),
            ("marta.ruiz@gmail.com", "martaruiz@gmail.com"),
            ("martaruiz@gmail.com", "Marta.Ruiz@googlemail.com"),
            ("marta.ruiz+desk@googlemail.com", "martaruiz@gmail.com"),
        ],
    )
    def test_written_in_another_way(self, setting: str, sender: str) -> None:
        technician = Technician(address=setting, name="Marta")
        assert check_sender(sent(sender), technician, not_needed).address == sender.lower()

    @pytest.mark.parametrize(
        ("setting", "sender"),
        [
            ("marta@example.com", "luis@example.com"),
            ("marta@example.com", "marta@example.org"),
            ("marta@example.com", "marta+x@example.com"),
            ("marta+soporte@example.com", "marta+otra@example.com"),
            ("marta.ruiz@example.com", "martaruiz@example.com"),
            ("marta@example.com", "marta@sub.example.com"),
        ],
    )
    def test_another_s(self, setting: str, sender: str) -> None:
        technician = Technician(address=setting, name="Marta")
        assert refused(sent(sender), technician) == (MailOutcome.NOT_THEIRS, sender)

    def test_a_shared_mailbox_is_everybody_s_of_its_domain(self) -> None:
        found = check_sender(sent("Luis <luis@example.com>"), SHARED, not_needed)
        assert (found.address, found.name) == ("luis@example.com", "Luis")

    @pytest.mark.parametrize("sender", ["luis@sub.example.com", "luis@example.org", "luis@notexample.com"])
    def test_but_of_no_other(self, sender: str) -> None:
        assert refused(sent(sender), SHARED) == (MailOutcome.NOT_THEIRS, sender)

    def test_at_a_public_domain_it_is_one_mailbox(self) -> None:
        shared = Technician(address="taller.acme@gmail.com")
        assert check_sender(sent("talleracme@gmail.com"), shared, not_needed)
        assert refused(sent("luis@gmail.com"), shared) == (MailOutcome.NOT_THEIRS, "luis@gmail.com")


class TestFrom:
    @pytest.mark.parametrize(
        "sender",
        [
            "",
            "Marta",
            "marta@example.com, luis@example.com",
            "marta@example.com, marta@example.com",
            "Marta: marta@example.com;",
            "=?utf-8?q?marta=40example.com?=",
            "x" * 10_000 + "<marta@example.com>",
            "mar\u212aa@example.com",
        ],
    )
    def test_that_is_no_single_mailbox(self, sender: str) -> None:
        assert refused(sent(sender)) == (MailOutcome.NOT_THEIRS, "")

    def test_with_another_s_address_as_the_name(self) -> None:
        sender = '"marta@example.com" <luis@evil.example>'
        assert refused(sent(sender)) == (MailOutcome.NOT_THEIRS, "luis@evil.example")

    @pytest.mark.parametrize(
        "headers",
        [
            ("Luis <luis@evil.example>",),
            ("Marta <marta@example.com>", "Luis <luis@evil.example>"),
            ("Luis <luis@evil.example>, Marta <marta@example.com>",),
            ("Marta <marta@example.com>", "Marta <marta@example.com>"),
        ],
    )
    def test_that_is_not_what_the_headers_say(self, headers: tuple[str, ...]) -> None:
        """Of two From headers DMARC is computed for one, and perhaps the other is shown."""
        mail = sent("Marta <marta@example.com>", headers={"from": headers})
        assert refused(mail)[0] is MailOutcome.NOT_THEIRS

    @pytest.mark.parametrize(
        "sender", ["", "Luis <luis@evil.example>", "marta@example.com, luis@evil.example", "Marta"]
    )
    def test_that_is_not_what_resend_says(self, sender: str) -> None:
        mail = sent(sender, headers={"from": ("Marta <marta@example.com>",)})
        assert refused(mail) == (MailOutcome.NOT_THEIRS, "")

    def test_the_header_may_say_more_than_resend(self) -> None:
        mail = sent("marta@example.com", headers={"from": ('"Ruiz, Marta" <marta@example.com>',)})
        assert check_sender(mail, MARTA, not_needed).name == "Ruiz, Marta"


class TestResendsVerdict:
    def test_passed(self) -> None:
        assert check_sender(sent(authentication=Authentication(dmarc=" PASS ")), MARTA, not_needed)

    @pytest.mark.parametrize(
        "verdict", ["fail", "temperror", "permerror", "bestguesspass", "passed", "unreadable", "", "gray"]
    )
    def test_not_passed(self, verdict: str) -> None:
        mail = sent(authentication=Authentication(spf="pass", dkim="pass", dmarc=verdict))
        assert refused(mail) == (MailOutcome.UNPROVED, "marta@example.com")


def ses(
    *results: str, sender: str = "marta@example.com", above: Headers = (), below: Headers = ()
) -> Headers:
    """The headers of a mail as Amazon SES stores it."""
    return (
        ("return-path", f"<{sender}>"),
        ("received", "from mail.example.com by inbound-smtp.eu-west-1.amazonaws.com with SMTP id x"),
        ("x-ses-spam-verdict", "PASS"),
        ("x-ses-virus-verdict", "PASS"),
        ("received-spf", "pass (spfCheck: ...) client-ip=192.0.2.7"),
        *above,
        ("authentication-results", f"amazonses.com; {'; '.join(results)};"),
        ("x-ses-receipt", "AEFB"),
        ("received", "from a by b"),
        *below,
        ("from", "Marta Ruiz <marta@example.com>"),
    )


SPF = "spf=pass (spfCheck: domain of {0} designates 192.0.2.7 as permitted sender) client-ip=192.0.2.7; envelope-from=marta@{0}; helo=x"
SPF_FAIL = SPF.replace("=pass", "=fail", 1)
NO_DMARC = "dmarc=none header.from=example.com"
EVIL = SPF.format("evil.example")
FORGED = "amazonses.com; spf=pass smtp.mailfrom=example.com; dkim=pass header.d=example.com; dmarc=pass header.from=example.com"

PROVED = {
    "DMARC": ses(EVIL, "dkim=none", "dmarc=pass header.from=example.com"),
    "SPF": ses(SPF.format("example.com"), "dkim=none header.i=unknown", NO_DMARC),
    "SPF of a subdomain": ses(SPF.format("bounces.example.com"), NO_DMARC),
    "SPF as RFC 8601 writes it": ses("spf=pass smtp.mailfrom=example.com", NO_DMARC),
    "SPF and Return-Path": ses("spf=pass", NO_DMARC),
    "DKIM": ses(EVIL, "dkim=pass header.i=@example.com", NO_DMARC),
    "DKIM of a subdomain": ses(EVIL, "dkim=pass header.i=@mail.example.com", NO_DMARC),
    "DKIM by domain": ses("dkim=pass header.d=example.com header.s=x", NO_DMARC),
    "DKIM twice": ses("dkim=pass header.i=@amazonses.com", "dkim=pass header.i=@example.com", NO_DMARC),
    "nothing of DMARC": ses(EVIL, "dkim=pass header.i=@example.com"),
}
UNPROVED = {
    "no headers": (),
    "no results": tuple(each for each in ses(NO_DMARC) if each[0] != "authentication-results"),
    "none": ses("dkim=none", NO_DMARC),
    "DMARC failed": ses(
        SPF.format("example.com"), "dkim=pass header.i=@example.com", "dmarc=fail header.from=example.com"
    ),
    "DMARC later": ses(SPF.format("example.com"), "dmarc=temperror header.from=example.com"),
    "DMARC of another": ses("dmarc=pass header.from=evil.example"),
    "DMARC of a subdomain": ses("dmarc=pass header.from=mail.example.com"),
    "DMARC of nobody": ses("dmarc=pass"),
    "DMARC of two": ses("dmarc=pass header.from=evil.example header.from=example.com"),
    "SPF failed": ses(SPF_FAIL.format("example.com"), NO_DMARC),
    "SPF soft": ses("spf=softfail smtp.mailfrom=example.com", NO_DMARC),
    "SPF of another": ses(EVIL, NO_DMARC, sender="marta@evil.example"),
    "SPF of two": ses("spf=pass smtp.mailfrom=evil.example smtp.mailfrom=example.com", NO_DMARC),
    "SPF and its words": ses("spf=none (x; spf=pass smtp.mailfrom=example.com)", NO_DMARC),
    "DKIM of another": ses(EVIL, "dkim=pass header.i=@evil.example", NO_DMARC),
    "DKIM of another, ours failed": ses(
        EVIL, "dkim=pass header.i=@evil.example", "dkim=fail header.i=@example.com", NO_DMARC
    ),
    "DKIM of another in our name": ses("dkim=pass header.d=evil.example header.i=@example.com", NO_DMARC),
    "DKIM of a longer domain": ses("dkim=pass header.i=@example.com.evil.example", NO_DMARC),
    "DKIM of a like domain": ses("dkim=pass header.i=@notexample.com", NO_DMARC),
    "DKIM of com": ses("dkim=pass header.d=com", NO_DMARC),
    "DKIM of nobody": ses("dkim=pass", NO_DMARC),
    "DKIM in a comment": ses(
        "dkim=fail (dkim=pass header.i=@example.com; dmarc=pass) header.i=@example.com", NO_DMARC
    ),
    "DKIM in quotes": ses(
        'dkim=fail reason="; dkim=pass header.i=@example.com;" header.i=@example.com', NO_DMARC
    ),
    "DKIM with another word": ses("dkim=passed header.i=@example.com", NO_DMARC),
    "another method": ses("arc=pass header.d=example.com", "auth=pass smtp.mailfrom=example.com", NO_DMARC),
    "an open comment": ses("dmarc=pass header.from=example.com ("),
    "a second header": ses(
        EVIL, NO_DMARC, below=[("authentication-results", FORGED)], sender="a@evil.example"
    ),
    "a second Return-Path": ses(
        "spf=pass", NO_DMARC, below=[("return-path", "<marta@example.com>")], sender="a@evil.example"
    ),
    "two Return-Paths above": ses("spf=pass", NO_DMARC, above=[("return-path", "<marta@evil.example>")]),
    "below what the sender wrote": (
        ("subject", "x"),
        ("authentication-results", FORGED),
        ("from", "marta@example.com"),
    ),
    "of a server on the way": ses(
        NO_DMARC, above=[("authentication-results", "mx.evil.example; dmarc=pass")]
    ),
    "after a second Received": ses("dmarc=pass header.from=example.com", above=[("received", "from a by b")]),
    "two From": ses("dmarc=pass header.from=example.com", below=[("from", "luis@evil.example")]),
    "another From": (*ses("dmarc=pass header.from=example.com")[:-1], ("from", "luis@evil.example")),
    "no From": ses("dmarc=pass header.from=example.com")[:-1],
}


@pytest.mark.parametrize(
    "authentication", [None, NO_RECORD, Authentication()], ids=["unsaid", "none", "empty"]
)
class TestWithoutADmarcRecord:
    @pytest.mark.parametrize("headers", PROVED.values(), ids=PROVED)
    def test_proved(self, authentication: Authentication | None, headers: Headers) -> None:
        assert check_sender(sent(authentication=authentication), MARTA, lambda: headers)

    @pytest.mark.parametrize("headers", UNPROVED.values(), ids=UNPROVED)
    def test_unproved(self, authentication: Authentication | None, headers: Headers) -> None:
        mail = sent(authentication=authentication)
        assert refused(mail, MARTA, lambda: headers) == (MailOutcome.UNPROVED, "marta@example.com")

    def test_the_original_is_asked_for_once_and_for_theirs_alone(
        self, authentication: Authentication | None
    ) -> None:
        calls = []

        def headers() -> Headers:
            calls.append(1)
            return PROVED["DKIM"]

        check_sender(sent(authentication=authentication), MARTA, headers)
        assert calls == [1]
        refused(sent("luis@evil.example", authentication))

    def test_what_cannot_be_read_is_tried_again(self, authentication: Authentication | None) -> None:
        def headers() -> Headers:
            raise TimeoutError

        with pytest.raises(TimeoutError):
            check_sender(sent(authentication=authentication), MARTA, headers)


RAW = (
    b"Return-Path: <marta@example.com>\r\n"
    b"Received: from mail-lf1-f51.example.net (mail-lf1-f51.example.net [192.0.2.7])\r\n"
    b" by inbound-smtp.eu-west-1.amazonaws.com with SMTP id 795hue2ttd6ie60k15\r\n"
    b" for tk7f3k9qx2-x@answers.example.com;\r\n"
    b" Mon, 30 Nov 2026 12:16:06 +0000 (UTC)\r\n"
    b"X-SES-Spam-Verdict: PASS\r\n"
    b"X-SES-Virus-Verdict: PASS\r\n"
    b"Received-SPF: pass (spfCheck: domain of example.com designates 192.0.2.7 as permitted sender) client-ip=192.0.2.7;"
    b" envelope-from=marta@example.com; helo=mail-lf1-f51.example.net;\r\n"
    b"Authentication-Results: amazonses.com;\r\n"
    b" spf=pass (spfCheck: domain of example.com designates 192.0.2.7 as permitted sender) client-ip=192.0.2.7;"
    b" envelope-from=marta@example.com; helo=mail-lf1-f51.example.net;\r\n"
    b" dkim=none header.i=unknown;\r\n"
    b" dmarc=none header.from=example.com;\r\n"
    b"X-SES-RECEIPT: AEFBQUFB\r\n"
    b"Received: by mail-lf1-f51.example.net with SMTP id 2adb3069b0e04\r\n"
    b" for <tk7f3k9qx2-x@answers.example.com>; Mon, 30 Nov 2026 04:16:06 -0800 (PST)\r\n"
    b"From: =?utf-8?q?Marta_Ru=C3=ADz?= <marta@example.com>\r\n"
    b"\r\n"
)


def test_a_mail_as_it_lies_at_resend() -> None:
    assert check_sender(sent(authentication=NO_RECORD), MARTA, lambda: header_lines(RAW))
    forged = RAW.replace(b"=pass", b"=softfail")
    mail = sent(authentication=NO_RECORD)
    assert refused(mail, MARTA, lambda: header_lines(forged))[0] is MailOutcome.UNPROVED


NAMES = st.sampled_from(
    ["from", "received", "return-path", "authentication-results", "x-ses-receipt", "received-spf", "subject"]
)
SPACES = [" ", "; ", "\t", "\r", "\0", "\udc00"]
WORDS = st.sampled_from(SPACES) | st.sampled_from(
    """
    amazonses.com ; ( ) " \\ spf= dkim= dmarc= fail none softfail neutral header.from= header.i=@ header.d= smtp.mailfrom=
    envelope-from= helo= example.com evil.example Marta <marta@example.com> luis@evil.example , : 1 / reason= 😀
    """.split()
)
VALUES = st.lists(WORDS, max_size=14).map("".join) | st.text(max_size=40)


@given(st.lists(st.tuples(NAMES, VALUES | VALUES.map("amazonses.com; {}".format)), max_size=6), VALUES)
@example([], "")
def test_nobody_is_proved_without_a_pass(headers: Headers, sender: str) -> None:
    """No value has the word `pass`. Whatever else is there, the only error is a refusal."""
    headers = [each for each in headers if "pass" not in each[1].lower()]
    for address in ("marta@example.com", sender):
        with pytest.raises(MailRefused):
            check_sender(sent(address, NO_RECORD), MARTA, lambda: headers)


@given(st.text(max_size=80) | VALUES, st.lists(VALUES, max_size=2))
def test_a_pass_is_of_the_address_that_is_read(sender: str, written: list[str]) -> None:
    mail = sent(sender, PASS, headers={"from": tuple(written)} if written else {})
    try:
        found = check_sender(mail, MARTA, not_needed)
    except MailRefused:
        return
    assert found.address == "marta@example.com"
    assert "marta@example.com" in sender.lower()


@given(st.lists(VALUES, max_size=4), st.integers(0, 4))
def test_what_stands_below_ses_s_results_changes_nothing(forged: list[str], passes: int) -> None:
    below = [
        ("authentication-results", f"amazonses.com; {each}; dkim=pass header.d=example.com")
        for each in forged
    ]
    below += [("return-path", "<marta@example.com>"), ("received-spf", "pass")] * passes
    headers = ses(EVIL, "dkim=none", NO_DMARC, sender="a@evil.example", below=below)
    assert refused(sent(authentication=None), MARTA, lambda: headers)[0] is MailOutcome.UNPROVED
