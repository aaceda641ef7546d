"""The doctor's checks of Meta: token, secret, number, account, webhook and template, each right and each wrong."""

from typing import ClassVar

import pytest

from emulator import Json
from emulator.meta.account import MANAGEMENT, MESSAGING, Subscription
from ops.commands.webhook import FIELDS
from ops.graph import NEW_TOKEN
from tests.support.ops import Operator

CODES = ["es", "en", "pt_BR"]  # Meta's, of the languages that the desk speaks
REGISTER = "python -m ops templates register"
SUBSCRIBE = "python -m ops webhook subscribe"
BY_ITSELF: dict[str, str | None] = {"WHATSAPP_APP_ID": None, "WHATSAPP_BUSINESS_ACCOUNT_ID": None}


class TestToken:
    def test_right(self, operator: Operator) -> None:
        assert operator.doctor("token") == [("right", "valid, of a system user, never expires", "")]

    def test_one_that_has_ended(self, operator: Operator) -> None:
        operator.account.token_valid = False
        assert operator.doctor("token") == [("wrong", "the token is invalid or has expired", NEW_TOKEN)]
        assert operator.doctor("permissions") == []

    def test_one_that_is_none(self, operator: Operator) -> None:
        assert operator.doctor("token", WHATSAPP_ACCESS_TOKEN="EAAother")[0][0] == "wrong"

    def test_one_that_will_end(self, operator: Operator) -> None:
        operator.account.expires_at = 1_800_000_000
        assert operator.doctor("token") == [("warning", "valid, but it expires on 2027-01-15", NEW_TOKEN)]

    def test_one_of_a_person(self, operator: Operator) -> None:
        operator.account.kind = "USER"
        ((state, text, _),) = operator.doctor("token")
        assert (state, "of a person" in text) == ("warning", True)

    def test_meta_has_a_temporary_problem(self, operator: Operator) -> None:
        operator.graph.faults.error(2, path="debug_token")
        ((state, text, _),) = operator.doctor("token")
        assert (state, "try again" in text) == ("wrong", True)

    def test_not_the_address_of_meta(self, operator: Operator) -> None:
        ((state, text, fix),) = operator.doctor("meta", GRAPH_API_URL=operator.url)
        assert (state, "is GRAPH_API_URL right" in text + fix) == ("wrong", True)


class TestPermissions:
    def test_right(self, operator: Operator) -> None:
        assert operator.doctor("permissions")[0][0] == "right"

    @pytest.mark.parametrize("kept", [MESSAGING, MANAGEMENT])
    def test_one_is_missing(self, operator: Operator, kept: str) -> None:
        operator.account.scopes = (kept,)
        lacking = {MESSAGING, MANAGEMENT} - {kept}
        assert operator.doctor("permissions") == [("wrong", f"the token lacks {lacking.pop()}", NEW_TOKEN)]


class TestApp:
    @pytest.mark.parametrize("known", [{}, BY_ITSELF])
    def test_right(self, operator: Operator, known: dict[str, str | None]) -> None:
        text = f"WHATSAPP_APP_SECRET is that of app {operator.account.app_id}"
        assert operator.doctor("app", **known) == [("right", text, "")]

    def test_the_secret_of_another(self, operator: Operator) -> None:
        ((state, text, fix),) = operator.doctor("app", WHATSAPP_APP_SECRET="f" * 32)
        assert (state, text) == ("wrong", f"WHATSAPP_APP_SECRET is not that of app {operator.account.app_id}")
        assert "App settings, Basic" in fix

    def test_an_old_secret_beside_the_new_one(self, operator: Operator) -> None:
        secrets = f"{operator.account.app_secret},{'f' * 32}"
        found = operator.doctor("app", WHATSAPP_APP_SECRET=secrets)
        assert [state for state, _, _ in found] == ["warning", "right"]

    def test_the_id_of_another(self, operator: Operator) -> None:
        ((state, text, _),) = operator.doctor("app", WHATSAPP_APP_ID="1")
        assert (state, "but the token is of app" in text) == ("wrong", True)


class TestWebhook:
    def test_right(self, operator: Operator) -> None:
        assert operator.doctor("webhook") == [("right", f"Meta delivers to {operator.url}/", "")]
        assert operator.doctor("webhook fields") == [("right", "subscribed to all that are needed", "")]

    def test_none(self, operator: Operator) -> None:
        operator.account.subscription = None
        assert operator.doctor("webhook") == [
            ("wrong", "Meta has no address to deliver messages to", SUBSCRIBE)
        ]

    def test_another_address(self, operator: Operator) -> None:
        operator.account.subscription = Subscription(callback_url="https://old.example/", fields=FIELDS)
        text = f"Meta delivers to https://old.example/, not to {operator.url}/"
        assert operator.doctor("webhook") == [("wrong", text, SUBSCRIBE)]

    def test_switched_off(self, operator: Operator) -> None:
        operator.account.subscription = Subscription(
            callback_url=f"{operator.url}/", fields=FIELDS, active=False
        )
        assert operator.doctor("webhook") == [("wrong", "Meta has switched it off", SUBSCRIBE)]

    @pytest.mark.parametrize("lacking", FIELDS)
    def test_a_field_is_missing(self, operator: Operator, lacking: str) -> None:
        fields = tuple(name for name in FIELDS if name != lacking)
        operator.account.subscription = Subscription(callback_url=f"{operator.url}/", fields=fields)
        assert operator.doctor("webhook fields") == [("wrong", f"not subscribed: {lacking}", SUBSCRIBE)]


class TestNumber:
    def test_right(self, operator: Operator) -> None:
        text = "15550100200 (Mostrador), quality GREEN, throughput STANDARD"
        assert operator.doctor("number") == [("right", text, "")]

    @pytest.mark.parametrize(
        ("name", "value", "state", "expected"),
        [
            ("platform_type", "ON_PREMISE", "wrong", "is not registered with the Cloud API"),
            ("code_verification_status", "NOT_VERIFIED", "wrong", "is not verified"),
            ("quality_rating", "RED", "warning", "quality RED"),
            ("quality_rating", "YELLOW", "warning", "quality YELLOW"),
        ],
    )
    def test_not_as_it_should_be(
        self, operator: Operator, name: str, value: str, state: str, expected: str
    ) -> None:
        setattr(operator.account, name, value)
        ((found, text, fix),) = operator.doctor("number")
        assert (found, expected in text, bool(fix)) == (state, True, True)

    def test_a_verification_that_has_run_out_is_usual(self, operator: Operator) -> None:
        operator.account.code_verification_status = "EXPIRED"
        assert operator.doctor("number")[0][0] == "right"

    def test_one_that_is_not_there(self, operator: Operator) -> None:
        ((state, text, _),) = operator.doctor("number", WHATSAPP_PHONE_NUMBER_ID="12345678")
        assert (state, text) == (
            "wrong",
            "WHATSAPP_PHONE_NUMBER_ID: there is no such id, or the token may not see it",
        )


class TestSending:
    TOLD: ClassVar[Json] = {
        "error_code": 141006,
        "error_description": "There is no valid payment method.",
        "possible_solution": "Add one.",
    }

    def test_right(self, operator: Operator) -> None:
        assert operator.doctor("sending") == [("right", "Meta lets this number send", "")]

    def test_blocked(self, operator: Operator) -> None:
        operator.account.health, operator.account.health_errors = "BLOCKED", [self.TOLD]
        text = "Meta does not let this number send: There is no valid payment method."
        assert operator.doctor("sending") == [("wrong", text, "Add one.")]

    def test_limited(self, operator: Operator) -> None:
        operator.account.health, operator.account.health_errors = "LIMITED", [self.TOLD]
        ((state, text, _),) = operator.doctor("sending")
        assert (state, "no valid payment method" in text) == ("warning", True)

    def test_an_api_that_does_not_say(self, operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
        whole = operator.account.number()
        known = {name: value for name, value in whole.items() if name != "health_status"}
        monkeypatch.setattr(type(operator.account), "number", lambda _: known)
        assert operator.doctor("number")[0][0] == "right"
        ((state, text, _),) = operator.doctor("sending")
        assert (state, "nonexisting field (health_status)" in text) == ("warning", True)

    def test_without_a_reason(self, operator: Operator) -> None:
        operator.account.health = "BLOCKED"
        assert operator.doctor("sending") == [("wrong", "Meta does not let this number send: BLOCKED", "")]


class TestAccount:
    def test_right(self, operator: Operator) -> None:
        text = f"the number is one of business account {operator.graph.business.account_id}"
        assert operator.doctor("account") == [("right", text, "")]

    def test_the_token_names_it(self, operator: Operator) -> None:
        assert operator.doctor("account", **BY_ITSELF)[0][0] == "right"

    def test_of_several_it_is_the_one_with_the_number(self, operator: Operator) -> None:
        operator.account.targets = ("999", operator.graph.business.account_id)
        assert operator.doctor("account", **BY_ITSELF)[0][0] == "right"

    @pytest.mark.parametrize("targets", [None, (), ("998", "999")])
    def test_nobody_names_it(self, operator: Operator, targets: tuple[str, ...] | None) -> None:
        operator.account.targets = targets
        ((state, text, _),) = operator.doctor("account", **BY_ITSELF)
        assert (state, "set WHATSAPP_BUSINESS_ACCOUNT_ID" in text) == ("wrong", True)

    def test_another_one(self, operator: Operator) -> None:
        ((state, text, _),) = operator.doctor("account", WHATSAPP_BUSINESS_ACCOUNT_ID="999")
        assert (state, text) == ("wrong", "the number is not one of business account 999")


class TestDeliveries:
    def test_right(self, operator: Operator) -> None:
        text = f"the business account sends to app {operator.account.app_id}"
        assert operator.doctor("deliveries") == [("right", text, "")]

    @pytest.mark.parametrize("apps", [[], ["another"]])
    def test_not_to_us(self, operator: Operator, apps: list[str]) -> None:
        operator.account.subscribed = apps
        text = f"the business account sends nothing to app {operator.account.app_id}"
        assert operator.doctor("deliveries") == [("wrong", text, SUBSCRIBE)]

    def test_to_an_address_of_its_own(self, operator: Operator) -> None:
        operator.account.override = "https://old.example/"
        ((state, text, _),) = operator.doctor("deliveries")
        assert (state, "https://old.example/" in text) == ("wrong", True)
        operator.account.override = f"{operator.url}/"
        assert operator.doctor("deliveries")[0][0] == "right"


class TestTemplate:
    def test_right(self, operator: Operator) -> None:
        assert operator.doctor("template") == [
            ("right", f"ticket_update is approved in {', '.join(CODES)}", "")
        ]

    def test_none_of_that_name(self, operator: Operator) -> None:
        found = operator.doctor("template", STATUS_TEMPLATE="other")
        assert found == [("wrong", f"other in {name} is not registered", REGISTER) for name in CODES]

    def test_one_language_is_missing(self, operator: Operator) -> None:
        templates = operator.account.templates
        templates.all.remove(templates.find("ticket_update", "pt_BR"))
        assert operator.doctor("template") == [
            ("wrong", "ticket_update in pt_BR is not registered", REGISTER)
        ]

    @pytest.mark.parametrize(
        ("status", "reason", "state", "expected"),
        [
            ("PENDING", "NONE", "warning", "ticket_update in en waits for Meta's review"),
            ("REJECTED", "PROMOTIONAL", "wrong", "ticket_update in en is REJECTED (PROMOTIONAL)"),
            ("PAUSED", "NONE", "wrong", "ticket_update in en is PAUSED"),
        ],
    )
    def test_not_approved(
        self, operator: Operator, status: str, reason: str, state: str, expected: str
    ) -> None:
        template = operator.account.templates.find("ticket_update", "en")
        template.status, template.rejected_reason = status, reason
        assert operator.doctor("template") == [(state, expected, "python -m ops templates status")]

    def test_another_number_of_values(self, operator: Operator) -> None:
        operator.account.templates.find("ticket_update", "es").components[0]["text"] = (
            "Tu ticket {{1}} cambió."
        )
        text = "ticket_update in es takes 1 values, the desk sends 2"
        assert operator.doctor("template") == [("wrong", text, "python -m ops templates")]

    def test_another_category(self, operator: Operator) -> None:
        operator.account.templates.find("ticket_update", "es").category = "MARKETING"
        ((state, text, _),) = operator.doctor("template")
        assert (state, "is MARKETING, not UTILITY" in text) == ("warning", True)
