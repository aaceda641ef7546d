"""The stand-in for Resend sends each idempotency key once and refuses what Resend refuses."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
import resend

from emulator import Json
from emulator.resend.email_rules import SentEmail
from emulator.resend.resend_api import Resend
from emulator.resend.switches import RegisteredWebhook

MAIL: Json = {
    "from": "Mostrador <soporte@example.com>",
    "to": ["ana@example.com"],
    "subject": "TK-7F3K-9QX2: no enciende",
    "html": "<p>No enciende</p>",
    "text": "No enciende",
}
ADDRESSES = [f"t{n}@example.com" for n in range(51)]


class Desk:
    def __init__(self, resend: Resend, client: httpx.Client) -> None:
        self.resend, self.client = resend, client

    def send(self, key: str | None = None, **changed: Any) -> httpx.Response:
        """Send a valid e-mail with these changes; None leaves a field out."""
        mail = {name: value for name, value in (MAIL | changed).items() if value is not None}
        headers = {} if key is None else {"idempotency-key": key}
        return self.client.post("/emails", json=mail, headers=headers)


@pytest.fixture
def desk(resend_standin: Resend) -> Iterator[Desk]:
    headers = {"authorization": f"Bearer {resend_standin.api_key}"}
    with httpx.Client(base_url=resend_standin.url, headers=headers, trust_env=False, verify=False) as client:
        yield Desk(resend_standin, client)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    document = answer.json()
    assert document.keys() == {"statusCode", "name", "message"}
    assert document["statusCode"] == answer.status_code
    return answer.status_code, document["name"]


def test_an_accepted_email_is_in_the_messages(desk: Desk) -> None:
    answer = desk.send("alert:7", tags=[{"name": "outbox", "value": "7"}], headers={"X-Ticket": "TK-1"})
    assert answer.status_code == 200
    (mail,) = desk.resend.messages
    assert answer.json() == {"id": mail.id}
    assert (mail.sender, mail.to, mail.key) == (MAIL["from"], ("ana@example.com",), "alert:7")
    assert (mail.html, mail.text, mail.tags) == (MAIL["html"], MAIL["text"], {"outbox": "7"})
    assert json.loads(json.dumps(mail.as_json()))["from"] == MAIL["from"]


def test_an_email_of_an_earlier_run_is_there_and_is_not_sent_again(desk: Desk) -> None:
    kept: list[tuple[SentEmail, bytes]] = []
    desk.resend.on_sent = lambda mail, body: kept.append((mail, body))
    first = desk.send("mail/1").json()
    desk.resend.reset()
    desk.resend.restore(*kept[0])

    assert desk.send("mail/1").json() == first
    assert desk.send("mail/1", subject="another").status_code == 409
    assert [mail.id for mail in desk.resend.messages] == [first["id"]]


def test_an_email_can_be_looked_up(desk: Desk) -> None:
    mail_id = desk.send().json()["id"]
    assert desk.client.get(f"/emails/{mail_id}").json()["subject"] == MAIL["subject"]
    assert refusal(desk.client.get("/emails/none")) == (404, "not_found")


@pytest.mark.parametrize(
    ("header", "status", "name"),
    [("", 401, "missing_api_key"), ("Bearer re_wrong", 403, "invalid_api_key")],
)
def test_a_call_without_the_key_is_refused(desk: Desk, header: str, status: int, name: str) -> None:
    desk.client.headers["authorization"] = header
    assert refusal(desk.send()) == (status, name)
    assert desk.resend.messages == []


@pytest.mark.parametrize("missing", ["from", "to", "subject"])
def test_a_missing_field_is_refused(desk: Desk, missing: str) -> None:
    assert refusal(desk.send(**{missing: None})) == (422, "missing_required_field")


def test_one_of_html_and_text_is_enough(desk: Desk) -> None:
    assert desk.send(html=None).status_code == 200
    assert desk.send(text=None).status_code == 200
    assert refusal(desk.send(html=None, text=None)) == (422, "missing_required_field")


@pytest.mark.parametrize(
    "changed",
    [
        {"from": "nobody"},
        {"from": "Two <a@example.com>, b@example.com"},
        {"to": "ana@localhost"},
        {"to": ["ana@example.com", "bob"]},
        {"to": ADDRESSES},
        {"cc": ["bob"]},
        {"subject": "two\nlines"},
        {"html": 7},
        {"tags": [{"name": "código", "value": "7"}]},
        {"tags": [{"name": "outbox", "value": "7 8"}]},
        {"tags": [{"name": "outbox", "value": "x" * 257}]},
        {"tags": {"outbox": "7"}},
        {"headers": ["X-Ticket"]},
        {"headers": {"References": "<a@b.example>\r\nBcc: x@evil.example"}},
        {"to": [7]},
    ],
)
def test_invalid_emails_are_refused(desk: Desk, changed: Json) -> None:
    assert refusal(desk.send(**changed)) == (422, "validation_error")
    assert desk.resend.messages == []


@pytest.mark.parametrize(
    "changed",
    [{"to": ADDRESSES[:50]}, {"to": "ana@example.com"}, {"to": "Ana <ana@example.com>"}, {"cc": ["b@x.org"]}],
)
def test_formats_of_addresses(desk: Desk, changed: Json) -> None:
    assert desk.send(**changed).status_code == 200


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_a_body_that_is_not_a_json_object_is_refused(desk: Desk, body: bytes) -> None:
    assert refusal(desk.client.post("/emails", content=body)) == (422, "validation_error")


def test_one_key_sends_one_email(desk: Desk) -> None:
    first, second, other = desk.send("alert:7"), desk.send("alert:7"), desk.send("alert:8")
    assert first.json() == second.json() != other.json()
    assert [mail.key for mail in desk.resend.messages] == ["alert:7", "alert:8"]


def test_without_a_key_each_call_sends(desk: Desk) -> None:
    assert desk.send().json() != desk.send().json()


def test_a_key_with_another_body_is_refused(desk: Desk) -> None:
    desk.send("alert:7")
    assert refusal(desk.send("alert:7", subject="Otro")) == (409, "invalid_idempotent_request")
    assert len(desk.resend.messages) == 1


def test_a_key_expires_after_a_day(desk: Desk) -> None:
    start = time.time()
    desk.send("alert:7")
    desk.resend.clock = lambda: start + 23 * 3600
    desk.send("alert:7")
    assert len(desk.resend.messages) == 1
    desk.resend.clock = lambda: start + 25 * 3600
    desk.send("alert:7", subject="Otro")
    assert len(desk.resend.messages) == 2


def test_the_key_of_a_refused_email_can_be_used_again(desk: Desk) -> None:
    assert desk.send("alert:7", to="bob").status_code == 422
    assert desk.send("alert:7").status_code == 200


def test_concurrent_calls_with_one_key_send_one_email(desk: Desk) -> None:
    desk.resend.switches.seconds = 0.3
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: desk.send("alert:7"), range(5)))
    assert {answer.status_code for answer in answers} == {200, 409}
    late = next(answer for answer in answers if answer.status_code == 409)
    assert refusal(late) == (409, "concurrent_idempotent_requests")
    assert len(desk.resend.messages) == 1


@pytest.mark.parametrize("key", ["", "x" * 257])
def test_a_key_has_1_to_256_characters(desk: Desk, key: str) -> None:
    assert refusal(desk.send(key)) == (400, "invalid_idempotency_key")
    assert desk.send("x" * 256).status_code == 200


def test_no_second_has_more_than_ten_requests(desk: Desk) -> None:
    """There is no allowance for bursts: what was not used before is lost."""
    now = time.time()
    desk.resend.clock = lambda: now
    assert {desk.send().status_code for _ in range(10)} == {200}
    limited = desk.send()
    assert refusal(limited) == (429, "rate_limit_exceeded")
    assert limited.headers["retry-after"] == "1"
    desk.resend.clock = lambda: now + 0.9
    assert desk.send().status_code == 429
    desk.resend.clock = lambda: now + 60
    assert [desk.send().status_code for _ in range(11)] == [200] * 10 + [429]


def test_the_rate_limit_can_be_switched_off(desk: Desk) -> None:
    desk.resend.switches.rate_limit = False
    assert {desk.send().status_code for _ in range(30)} == {200}


@pytest.mark.parametrize("quota", ["daily_quota_exceeded", "monthly_quota_exceeded"])
def test_beyond_the_quota_only_sent_emails_are_confirmed(desk: Desk, quota: str) -> None:
    sent = desk.send("alert:7").json()
    desk.resend.switches.quota = quota
    assert refusal(desk.send("alert:8")) == (429, quota)
    assert desk.send("alert:7").json() == sent


@pytest.mark.parametrize(
    ("code", "status"),
    [("rate_limit_exceeded", 429), ("daily_quota_exceeded", 429), ("application_error", 500)],
)
def test_an_error_can_be_switched_on_by_its_name(desk: Desk, code: str, status: int) -> None:
    desk.resend.faults.error(code, retry_after=3, times=1)
    answer = desk.send()
    assert refusal(answer) == (status, code)
    assert answer.headers["retry-after"] == "3"
    assert desk.send().status_code == 200


@pytest.mark.parametrize("drop", [False, True])
def test_after_a_lost_answer_the_key_still_sends_once(desk: Desk, drop: bool) -> None:
    desk.resend.faults.error_after_effect(drop=drop, times=1)
    if drop:
        with pytest.raises(httpx.RemoteProtocolError):
            desk.send("alert:7")
    else:
        assert desk.send("alert:7").status_code == 500
    assert desk.send("alert:7").json()["id"] == desk.resend.messages[0].id
    assert len(desk.resend.messages) == 1
    assert [entry.status for entry in desk.resend.call_log.all()] == [0 if drop else 500, 200]


def test_a_service_that_is_down_answers_in_resend_s_form(desk: Desk) -> None:
    desk.resend.faults.down(drop=False, times=1)
    assert refusal(desk.send()) == (503, "service_unavailable")


@pytest.mark.parametrize(("status", "media_type"), [(200, "text/html"), (307, "application/json"), (403, "")])
def test_something_else_answers_in_its_place(desk: Desk, status: int, media_type: str) -> None:
    desk.resend.faults.foreign(status, "<p>no</p>", media_type, times=1)
    answer = desk.send()
    assert (answer.status_code, answer.text) == (status, "<p>no</p>")
    assert media_type in answer.headers.get("content-type", "")
    assert desk.resend.messages == []


def test_a_test_can_wait_for_an_email(desk: Desk) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(desk.send)
        assert len(desk.resend.wait(1)) == 1
    with pytest.raises(TimeoutError):
        desk.resend.wait(2, seconds=0.01)


class TestAccount:
    @pytest.fixture(autouse=True)
    def sdk(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """Resend's own client, whose answers are those of the documentation."""
        monkeypatch.setattr(resend, "api_url", desk.resend.url)
        monkeypatch.setattr(resend, "api_key", desk.resend.api_key)
        # What the function gives it takes nothing but what the function asks for.
        monkeypatch.setattr(resend, "default_http_client", resend.RequestsClient())

    def test_domains_have_a_status(self, desk: Desk) -> None:
        desk.resend.switches.domains["example.net"] = "pending"
        found = resend.Domains.list()
        assert found["object"] == "list"
        assert [(each["name"], each["status"]) for each in found["data"]] == [
            ("example.com", "verified"),
            ("answers.example.com", "verified"),
            ("example.net", "pending"),
        ]

    def test_a_domain_may_receive(self, desk: Desk) -> None:
        found = desk.client.get("/domains").json()["data"]
        assert [each["capabilities"] for each in found] == [
            {"sending": "enabled", "receiving": "disabled"},
            {"sending": "enabled", "receiving": "enabled"},
        ]

    def test_the_webhooks_are_listed(self, desk: Desk) -> None:
        endpoint = "https://desk.example/mail"
        desk.resend.switches.webhooks.append(
            RegisteredWebhook(endpoint=endpoint, events=("email.received",), status="disabled")
        )
        (found,) = resend.Webhooks.list()["data"]
        assert (found["endpoint"], found["events"], found["status"]) == (
            endpoint,
            ["email.received"],
            "disabled",
        )

    def test_long_lists_come_in_pages(self, desk: Desk) -> None:
        desk.resend.switches.domains = {f"d{number}.example": "verified" for number in range(25)}
        first = resend.Domains.list()
        assert (len(first["data"]), first["has_more"]) == (20, True)
        rest = resend.Domains.list({"after": first["data"][-1]["id"]})
        assert (rest["data"][0]["name"], len(rest["data"]), rest["has_more"]) == ("d20.example", 5, False)
        back = resend.Domains.list({"before": rest["data"][0]["id"], "limit": 2})
        assert [each["name"] for each in back["data"]] == ["d18.example", "d19.example"]
        for wrong in ("limit=0", "limit=101", "after=none", "after=a&before=b"):
            assert refusal(desk.client.get(f"/domains?{wrong}")) == (422, "validation_error")

    def test_each_recipient_counts(self, desk: Desk) -> None:
        desk.send(to=["ana@example.com", "luis@example.com"], cc=["eva@example.com"])
        emails = resend.Usage.get()["emails"]
        assert (emails["daily"]["used"], emails["daily"]["sent"], emails["daily"]["limit"]) == (3, 3, None)
        assert (emails["monthly"]["used"], emails["monthly"]["limit"]) == (3, 50_000)

    def test_a_day_later_the_day_has_begun_anew(self, desk: Desk) -> None:
        start = datetime(2026, 11, 10, 12, tzinfo=UTC).timestamp()
        desk.resend.clock = lambda: start
        desk.send()
        assert desk.resend.usage()["emails"]["daily"]["resets_at"] == "2026-11-11T12:00:00.000Z"
        desk.resend.clock = lambda: start + 25 * 3600
        emails = desk.resend.usage()["emails"]
        assert (emails["daily"]["used"], emails["monthly"]["used"]) == (0, 1)
        assert emails["monthly"]["resets_at"] == "2026-12-01T00:00:00.000Z"

    def test_beyond_the_limit_of_the_day_nothing_is_sent(self, desk: Desk) -> None:
        desk.resend.switches.daily_limit = 2
        assert [desk.send().status_code for _ in range(2)] == [200, 200]
        assert refusal(desk.send()) == (429, "daily_quota_exceeded")

    @pytest.mark.parametrize("path", ["/domains", "/webhooks"])
    def test_a_sending_only_key_sees_nothing_of_the_account(self, desk: Desk, path: str) -> None:
        desk.resend.switches.sending_only = True
        assert refusal(desk.client.get(path)) == (401, "restricted_api_key")
        assert desk.send().status_code == 200

    def test_a_sending_only_key_sees_its_usage(self, desk: Desk) -> None:
        desk.resend.switches.sending_only = True
        assert desk.client.get("/usage").status_code == 200

    @pytest.mark.parametrize("path", ["/domains", "/webhooks", "/usage"])
    def test_a_wrong_key(self, desk: Desk, path: str) -> None:
        answer = desk.client.get(path, headers={"authorization": "Bearer re_other"})
        assert refusal(answer) == (403, "invalid_api_key")
