"""The doctor's lines about the answers that technicians mail: the key, the domain, the webhook, and what DNS says."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from dns.resolver import NoResolverConfiguration

from emulator.resend.resend_api import Resend
from emulator.resend.switches import RegisteredWebhook
from ops.checks.finding import AtDeploy, Finding, run_checks
from ops.checks.mail_domains import check_mail_domains
from ops.checks.mailed_answers import EVENTS, check_mailed_answers
from ops.operator_settings import OperatorSettings
from tests.support.dns_server import DnsServer, dns_server

SECRET = "whsec_c2VjcmV0LW9mLXRoZS13ZWJob29r"
OTHER_SECRET = "whsec_YW5vdGhlci1zZWNyZXQ="
DOMAIN = "answers.example.com"
URL = "https://desk.example.com/mail"
SES = "10 inbound-smtp.us-east-1.amazonaws.com."
DMARC = '"v=DMARC1; p=none"'
SPF = '"v=spf1 include:_spf.google.com ~all"'
Line = tuple[str, str, str, str]


@dataclass(slots=True)
class Desk:
    """Whose technicians answer by e-mail; all of it is right until a test changes something. patience: for DNS, seconds."""

    resend: Resend
    dns: DnsServer
    settings: dict[str, str] = field(default_factory=dict)
    patience: float = 20

    def findings(self, **changed: str) -> list[Finding]:
        settings = OperatorSettings(values=self.settings | changed, source="the test")
        checks = (
            check_mailed_answers,
            lambda settings: check_mail_domains(settings, self.dns.mail_dns(self.patience)),
        )
        return run_checks(settings, checks)

    def doctor(self, **changed: str) -> list[Line]:
        return [(each.check, each.state, each.text, each.fix) for each in self.findings(**changed)]

    def line(self, check: str, **changed: str) -> tuple[str, str, str]:
        ((_, state, text, fix),) = [each for each in self.doctor(**changed) if each[0] == check]
        return state, text, fix

    def change_webhook(self, **changed: Any) -> None:
        """The only one at Resend."""
        (webhook,) = self.resend.switches.webhooks
        self.resend.switches.webhooks = [replace(webhook, **changed)]

    def mail_domain(self, domain: str, **records: str) -> None:
        """One that receives e-mail, with these records."""
        self.dns.records[domain, "MX"] = ["10 mx.example.net."]
        if "spf" in records:
            self.dns.records[domain, "TXT"] = ['"something=else"', records["spf"]]
        if "dmarc" in records:
            self.dns.records[f"_dmarc.{domain}", "TXT"] = [records["dmarc"]]


@pytest.fixture
def desk(resend_standin: Resend) -> Iterator[Desk]:
    resend = resend_standin
    with dns_server() as dns:
        settings = {
            "INBOUND_EMAIL_DOMAIN": DOMAIN,
            "RESEND_WEBHOOK_SECRET": SECRET,
            "RESEND_API_KEY": resend.api_key,
            "RESEND_API_URL": resend.url,
            "PUBLIC_URL": "https://desk.example.com",
            "SUPPORT_EMAIL_TO": "Marta <marta@example.com>, luis@Example.com",
        }
        made = Desk(resend, dns, settings)
        resend.switches.rate_limit = False
        resend.switches.domains = {"example.com": "verified", DOMAIN: "verified"}
        resend.switches.receiving = {DOMAIN}
        resend.switches.webhooks = [
            RegisteredWebhook(endpoint=URL, events=("email.sent", *EVENTS), signing_secret=SECRET)
        ]
        dns.records[DOMAIN, "MX"] = [SES]
        made.mail_domain("example.com", dmarc=DMARC)
        yield made


class TestAsAWhole:
    def test_right(self, desk: Desk) -> None:
        assert desk.doctor() == [
            ("mailed answers", "right", "the key may read what is received", ""),
            ("answer domain", "right", f"Resend receives for {DOMAIN}, which is verified", ""),
            ("mail webhook", "right", f"Resend tells {URL} of answers, and of e-mails that bounce", ""),
            (
                "answer domain",
                "right",
                f"e-mail to {DOMAIN} goes to Resend, at inbound-smtp.us-east-1.amazonaws.com",
                "",
            ),
            ("technicians' domains", "right", "example.com has a DMARC record (_dmarc.example.com)", ""),
        ]

    def test_how_the_domain_is_written_does_not_matter(self, desk: Desk) -> None:
        assert {each.state for each in desk.findings(INBOUND_EMAIL_DOMAIN=DOMAIN.upper())} == {"right"}

    @pytest.mark.parametrize("secret", ["", SECRET])
    def test_nothing_is_said_of_what_is_not_wanted(self, desk: Desk, secret: str) -> None:
        """The webhook's secret alone is for e-mails that bounce."""
        assert desk.doctor(INBOUND_EMAIL_DOMAIN="", RESEND_WEBHOOK_SECRET=secret) == []
        assert desk.dns.asked == []

    def test_without_the_webhook_s_secret_it_is_off(self, desk: Desk) -> None:
        (line,) = desk.doctor(RESEND_WEBHOOK_SECRET="")
        assert line[:3] == (
            "mailed answers",
            "warning",
            "off, as RESEND_WEBHOOK_SECRET is missing: replies to our e-mails go to the colleagues",
        )
        assert desk.dns.asked == []


class TestKey:
    def test_one_that_may_only_send(self, desk: Desk) -> None:
        desk.resend.switches.sending_only = True
        assert desk.line("mailed answers") == (
            "wrong",
            "RESEND_API_KEY may only send, so no answer can be read",
            "make one with full access: resend.com/api-keys",
        )

    def test_with_it_no_deploy_goes_on(self, desk: Desk) -> None:
        """Each e-mail would promise that it can be answered."""
        desk.resend.switches.sending_only = True
        (found,) = [each for each in desk.findings() if each.check == "mailed answers"]
        assert found.at_deploy is AtDeploy.STOPS

    def test_none(self, desk: Desk) -> None:
        state, text, _ = desk.line("mailed answers", RESEND_API_KEY="")
        assert (state, text) == ("warning", "not checked: RESEND_API_KEY is missing")

    @pytest.mark.parametrize("path", ["/domains", "/webhooks"])
    def test_a_refusal(self, desk: Desk, path: str) -> None:
        desk.resend.faults.error("rate_limit_exceeded", path=path)
        state, text, _ = next(each[1:] for each in reversed(desk.doctor()) if each[0] == "mailed answers")
        assert (state, text) == ("warning", "not checked: Resend answers 429 (rate_limit_exceeded)")

    def test_nobody_there(self, desk: Desk) -> None:
        state, text, _ = desk.line("mailed answers", RESEND_API_URL="http://127.0.0.1:1")
        assert (state, text) == ("warning", "not checked: nobody answers there")


class TestDomain:
    def about(self, desk: Desk, **changed: str) -> tuple[str, str, str]:
        """What is said of it at Resend; what DNS says follows."""
        return next(each[1:] for each in desk.doctor(**changed) if each[0] == "answer domain")

    def test_of_another_account(self, desk: Desk) -> None:
        assert self.about(desk, INBOUND_EMAIL_DOMAIN="answers.example.net")[:2] == (
            "wrong",
            "answers.example.net is not one of this Resend account",
        )

    def test_that_only_sends(self, desk: Desk) -> None:
        assert self.about(desk, INBOUND_EMAIL_DOMAIN="example.com") == (
            "wrong",
            "Resend does not receive for example.com",
            "resend.com/domains, example.com: switch Receiving on",
        )

    @pytest.mark.parametrize(
        ("status", "state", "expected"),
        [
            ("pending", "wrong", f"{DOMAIN} is pending at Resend"),
            ("partially_verified", "warning", f"of the DNS records of {DOMAIN} only some are verified"),
        ],
    )
    def test_that_is_not_verified(self, desk: Desk, status: str, state: str, expected: str) -> None:
        desk.resend.switches.domains[DOMAIN] = status
        assert self.about(desk)[:2] == (state, expected)

    @pytest.mark.parametrize("capabilities", [None, "all", {}])
    def test_of_which_resend_does_not_say_it(self, desk: Desk, capabilities: object) -> None:
        domain = {"id": "1", "name": DOMAIN, "status": "verified", "capabilities": capabilities}
        body = json.dumps({"object": "list", "has_more": False, "data": [domain]})
        desk.resend.faults.foreign(200, body, "application/json", path="/domains")
        assert self.about(desk)[:2] == (
            "warning",
            f"whether {DOMAIN} receives is not known: Resend does not say",
        )

    def test_on_a_later_page(self, desk: Desk) -> None:
        others = {f"shop{number}.example": "verified" for number in range(130)}
        desk.resend.switches.domains = others | desk.resend.switches.domains
        assert self.about(desk)[0] == "right"

    def test_of_resend_itself_needs_no_record(self, desk: Desk) -> None:
        name = "cool-hedgehog.resend.app"
        lines = [each for each in desk.doctor(INBOUND_EMAIL_DOMAIN=name) if each[0] == "answer domain"]
        assert [each[1:3] for each in lines] == [("right", f"{name} is Resend's own, which receives")]


class TestWebhook:
    def test_none(self, desk: Desk) -> None:
        desk.change_webhook(endpoint="https://desk.example.com/")
        state, text, fix = desk.line("mail webhook")
        assert (state, text) == ("wrong", f"none at Resend leads to {URL}: the desk hears of no answer")
        for word in (URL, *EVENTS, "RESEND_WEBHOOK_SECRET"):
            assert word in fix

    def test_a_disabled_one(self, desk: Desk) -> None:
        desk.change_webhook(status="disabled")
        assert desk.line("mail webhook")[:2] == (
            "wrong",
            f"the one to {URL} is disabled: the desk hears of no answer",
        )

    @pytest.mark.parametrize("missing", EVENTS)
    def test_without_an_event(self, desk: Desk, missing: str) -> None:
        desk.change_webhook(events=tuple(event for event in EVENTS if event != missing))
        of_answers = missing == "email.received"
        so = "hears of no answer" if of_answers else "does not hear of all e-mails that bounce"
        assert desk.line("mail webhook")[:2] == (
            "wrong",
            f"the one to {URL} lacks {missing}: the desk {so}",
        )

    def test_that_a_deploy_does_not_make_worse(self, desk: Desk) -> None:
        desk.resend.switches.webhooks.clear()
        (found,) = [each for each in desk.findings() if each.check == "mail webhook"]
        assert found.at_deploy is AtDeploy.UNCHANGED

    def test_two_that_share_the_events(self, desk: Desk) -> None:
        desk.resend.switches.webhooks = [
            RegisteredWebhook(endpoint=URL, events=EVENTS[1:], signing_secret=OTHER_SECRET),
            RegisteredWebhook(endpoint=URL, events=EVENTS[:1], signing_secret=SECRET),
        ]
        assert desk.line("mail webhook")[0] == "right"

    def test_on_a_later_page(self, desk: Desk) -> None:
        others = [RegisteredWebhook(endpoint="https://other.example/") for _ in range(130)]
        desk.resend.switches.webhooks = others + desk.resend.switches.webhooks
        assert desk.line("mail webhook")[0] == "right"

    def test_with_another_secret(self, desk: Desk) -> None:
        state, text, fix = desk.line("mail webhook", RESEND_WEBHOOK_SECRET=OTHER_SECRET)
        assert (state, text) == (
            "wrong",
            f"RESEND_WEBHOOK_SECRET is not the signing secret of the webhook to {URL}: its calls are refused",
        )
        assert SECRET not in text + fix

    def test_whose_secret_is_not_shown(self, desk: Desk) -> None:
        desk.resend.faults.foreign(200, '{"object": "webhook"}', "application/json", path="/webhooks/")
        assert desk.line("mail webhook")[0] == "right"

    def test_of_a_desk_without_an_address(self, desk: Desk) -> None:
        """Before the first deploy to Cloud Run it is not known."""
        assert desk.line("mail webhook", PUBLIC_URL="") == (
            "warning",
            "not checked: PUBLIC_URL is missing",
            "",
        )


class TestMxRecords:
    def about(self, desk: Desk, **changed: str) -> list[tuple[str, str, str]]:
        """What DNS says; what Resend says stands before it."""
        return [each[1:] for each in desk.doctor(**changed) if each[0] == "answer domain"][1:]

    @pytest.mark.parametrize("records", [[], ["0 ."]])
    def test_none(self, desk: Desk, records: list[str]) -> None:
        del desk.dns.records[DOMAIN, "MX"]
        if records:
            desk.dns.records[DOMAIN, "MX"] = records
        assert self.about(desk) == [
            (
                "wrong",
                f"{DOMAIN} has no MX record, so no answer arrives",
                f"resend.com/domains, {DOMAIN}, Receiving: copy the MX record to its DNS",
            )
        ]

    @pytest.mark.parametrize(
        ("records", "state"),
        [
            ([SES, "20 mx.example.net."], "right"),
            ([SES, "5 mx.example.net."], "warning"),
            ([SES, "10 mx.example.net."], "warning"),
            (["10 inbound-smtp.sa-east-1.amazonaws.com."], "right"),
            (["10 inbound-smtp.us-east-1.amazonaws.com.example.net."], "warning"),
        ],
    )
    def test_which_one_is_first(self, desk: Desk, records: list[str], state: str) -> None:
        desk.dns.records[DOMAIN, "MX"] = records
        ((found, text, fix),) = self.about(desk)
        assert found == state
        if state == "warning":
            assert "goes to" in text
            assert "and may never reach Resend" in text
            assert "if people have mailboxes there, take a subdomain for this alone" in fix

    def test_of_the_domain_of_somebody_s_mailbox(self, desk: Desk) -> None:
        """Whether that has happened already or not."""
        for records in (["10 mx.example.net."], [SES]):
            desk.dns.records["example.com", "MX"] = records
            assert self.about(desk, INBOUND_EMAIL_DOMAIN="example.com") == [
                (
                    "warning",
                    "technicians have their mailboxes at example.com: Resend's MX record there takes all of their e-mail",
                    "take a subdomain for this alone, such as answers.example.com",
                )
            ]


class TestTechniciansDomains:
    def about(self, desk: Desk, domain: str) -> tuple[str, str, str]:
        return desk.line("technicians' domains", SUPPORT_EMAIL_TO=f"a@{domain}, Bea <b@{domain}>")

    @pytest.mark.parametrize(
        "record",
        ['"v=DMARC1;" "p=reject; rua=mailto:a@shop.example"', '"v = DMARC1 ; p = none"', '"v=DMARC1"'],
    )
    def test_with_a_record(self, desk: Desk, record: str) -> None:
        desk.mail_domain("shop.example", dmarc=record)
        assert self.about(desk, "shop.example")[0] == "right"

    def test_with_that_of_the_organization(self, desk: Desk) -> None:
        desk.mail_domain("taller.shop.example.com")
        assert self.about(desk, "taller.shop.example.com")[:2] == (
            "right",
            "taller.shop.example.com has a DMARC record (_dmarc.example.com)",
        )

    def test_that_receives_at_its_address(self, desk: Desk) -> None:
        desk.dns.records["shop.example", "A"] = ["192.0.2.1"]
        desk.dns.records["_dmarc.shop.example", "TXT"] = [DMARC]
        assert self.about(desk, "shop.example")[0] == "right"

    def test_without_one(self, desk: Desk) -> None:
        desk.mail_domain("shop.example", spf=SPF)
        assert self.about(desk, "shop.example") == (
            "warning",
            "shop.example has no DMARC record: an answer from there counts only if SPF or DKIM passes for shop.example itself",
            'add to its DNS: _dmarc.shop.example TXT "v=DMARC1; p=none"',
        )

    @pytest.mark.parametrize("other", [None, '"v=spf10 all"', '"spf2.0/pra"'])
    def test_without_spf_too(self, desk: Desk, other: str | None) -> None:
        desk.mail_domain("shop.example", **({"spf": other} if other else {}))
        state, text, fix = self.about(desk, "shop.example")
        assert (state, text) == (
            "wrong",
            "shop.example has neither a DMARC record nor SPF: answers from there are refused, unless signed with DKIM for shop.example",
        )
        assert fix.endswith('_dmarc.shop.example TXT "v=DMARC1; p=none"')

    def test_which_stop_no_deploy(self, desk: Desk) -> None:
        desk.mail_domain("shop.example")
        found = desk.findings(SUPPORT_EMAIL_TO="a@shop.example")[-1]
        assert (found.state, found.at_deploy) == ("wrong", AtDeploy.UNCHANGED)

    @pytest.mark.parametrize("record", ['"v=DMARC1x; p=none"', '"v=spf1 -all"', '"verification=1"'])
    def test_something_else_there_is_none(self, desk: Desk, record: str) -> None:
        desk.mail_domain("shop.example", dmarc=record, spf=SPF)
        assert self.about(desk, "shop.example")[0] == "warning"

    def test_two_count_as_none(self, desk: Desk) -> None:
        desk.mail_domain("shop.example", spf=SPF)
        desk.dns.records["_dmarc.shop.example", "TXT"] = [DMARC, '"v=DMARC1; p=reject"']
        assert self.about(desk, "shop.example") == (
            "warning",
            "_dmarc.shop.example has 2 DMARC records, which count as none",
            "keep one of them",
        )

    @pytest.mark.parametrize("records", [{}, {("shop.example", "MX"): ["0 ."]}])
    def test_where_nobody_has_mail(self, desk: Desk, records: dict[tuple[str, str], list[str]]) -> None:
        desk.dns.records |= records
        assert self.about(desk, "shop.example") == (
            "warning",
            "shop.example is not checked: no e-mail is received there",
            "is the address in SUPPORT_EMAIL_TO right?",
        )

    def test_each_is_asked_for_once(self, desk: Desk) -> None:
        to = "a@example.com, Bea <b@example.com>, C <c@EXAMPLE.COM>, d@shop.example"
        desk.mail_domain("shop.example", dmarc=DMARC)
        lines = [each for each in desk.doctor(SUPPORT_EMAIL_TO=to) if each[0] == "technicians' domains"]
        assert len(lines) == 2
        assert desk.dns.asked.count(("_dmarc.example.com", "TXT")) == 1

    def test_no_setting_is_no_domain(self, desk: Desk) -> None:
        for to in ("", "nobody"):
            found = desk.doctor(SUPPORT_EMAIL_TO=to)
            assert "technicians' domains" not in {each[0] for each in found}


class TestSharedMailboxes:
    """Addresses without a name."""

    def test_at_a_provider_where_anybody_can_have_one(self, desk: Desk) -> None:
        to = "taller@example.com, Shop@Gmail.com, Ana <ana@gmail.com>, desk@outlook.com"
        assert desk.line("shared mailboxes", SUPPORT_EMAIL_TO=to) == (
            "right",
            "for Shop@Gmail.com and desk@outlook.com only that very address may answer, as anybody can have a mailbox at its provider",
            "",
        )

    def test_of_which_nothing_has_to_be_said(self, desk: Desk) -> None:
        to = "taller@example.com, Ana <ana@gmail.com>"
        assert "shared mailboxes" not in {each[0] for each in desk.doctor(SUPPORT_EMAIL_TO=to)}


class TestDnsThatDoesNotAnswer:
    def test_a_name(self, desk: Desk) -> None:
        desk.patience = 1
        desk.dns.silent.add("shop.example")
        desk.dns.failing.add("store.example")
        found = desk.doctor(SUPPORT_EMAIL_TO="a@shop.example, b@example.com, c@store.example")
        assert [each[1:] for each in found if each[0] == "technicians' domains"] == [
            ("warning", "shop.example is not checked: DNS does not answer", ""),
            ("right", "example.com has a DMARC record (_dmarc.example.com)", ""),
            ("warning", "store.example is not checked: DNS does not answer", ""),
        ]

    def test_no_server(self, desk: Desk) -> None:
        dns = desk.dns.mail_dns(patience=0.3)
        dns._resolver.port = 1
        settings = OperatorSettings(values=desk.settings, source="the test")
        assert [(each.state, each.text) for each in check_mail_domains(settings, dns)] == [
            ("warning", f"{DOMAIN} is not checked: DNS does not answer"),
            ("warning", "example.com is not checked: DNS does not answer"),
        ]

    def test_a_machine_without_a_resolver(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        def none() -> None:
            raise NoResolverConfiguration

        monkeypatch.setattr("ops.mail_dns.Resolver", none)
        found = list(check_mail_domains(self.at_resend(desk)))
        assert [(each.state, each.text) for each in found] == [
            ("warning", "its DNS is not checked: this machine has no DNS resolver")
        ]

    def at_resend(self, desk: Desk) -> OperatorSettings:
        return OperatorSettings(values=desk.settings | {"RESEND_API_URL": ""}, source="the test")

    def test_nothing_is_asked_about_the_desk_of_make_run(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its domains are nobody's."""
        monkeypatch.setattr("ops.mail_dns.Resolver", lambda: pytest.fail("DNS is asked"))
        settings = OperatorSettings(values=desk.settings, source="the test")
        assert list(check_mail_domains(settings)) == []

    @pytest.mark.parametrize("name", ["answers..example.com", f"{'a' * 64}.example.com"])
    def test_what_is_no_name(self, desk: Desk, name: str) -> None:
        """check_settings says so."""
        found = desk.doctor(INBOUND_EMAIL_DOMAIN=name)
        assert {each[1] for each in found if each[0] == "answer domain"} == {"wrong", "warning"}
