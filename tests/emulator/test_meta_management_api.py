"""The management part of the Graph API stand-in: tokens, phone numbers, subscriptions and templates."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from emulator import Json
from emulator.meta.account import MANAGEMENT, MESSAGING
from emulator.meta.graph_api import Graph
from emulator.serving import serve_in_thread
from emulator.site.calls import Calls

BODY = "Hay novedades de tu ticket {{1}}, que son estas:\n\n{{2}}\n\nResponde aquí."
TEMPLATE: Json = {
    "name": "other",
    "language": "es",
    "category": "UTILITY",
    "components": [{"type": "BODY", "text": BODY, "example": {"body_text": [["TK-1", "Listo"]]}}],
}


class Caller:
    """Calls one version of the API with a token."""

    def __init__(self, graph: Graph, client: httpx.Client) -> None:
        self.graph, self.client = graph, client

    def send(self, method: str, path: str, token: str | None = None, **request: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {token or self.graph.access_token}"}
        return self.client.request(method, f"/v25.0/{path}", headers=headers, **request)

    def get(self, path: str, token: str | None = None, **parameters: str) -> Any:
        answer = self.send("GET", path, token, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Json, token: str | None = None) -> Any:
        answer = self.send("POST", path, token, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refusal(self, method: str, path: str, token: str | None = None, **request: Any) -> Json:
        answer = self.send(method, path, token, **request)
        assert answer.status_code >= 400, answer.text
        error: Json = answer.json()["error"]
        return error


@pytest.fixture
def caller(graph: Graph) -> Iterator[Caller]:
    with httpx.Client(base_url=graph.url, trust_env=False, verify=False) as client:
        yield Caller(graph, client)


class TestTokens:
    def test_a_token_may_ask_about_itself(self, caller: Caller) -> None:
        account = caller.graph.account
        data = caller.get("debug_token", input_token=account.access_token)["data"]
        assert (data["is_valid"], data["type"], data["expires_at"]) == (True, "SYSTEM_USER", 0)
        assert data["app_id"] == account.app_id
        assert {"scope": MANAGEMENT, "target_ids": [account.business.account_id]} in data["granular_scopes"]

    def test_the_app_may_ask_about_it(self, caller: Caller) -> None:
        account = caller.graph.account
        data = caller.get("debug_token", account.app_token, input_token=account.access_token)["data"]
        assert {MANAGEMENT, MESSAGING} <= set(data["scopes"])

    def test_an_unknown_token(self, caller: Caller) -> None:
        data = caller.get("debug_token", caller.graph.account.app_token, input_token="EAAother")["data"]
        assert (data["is_valid"], data["error"]["code"]) == (False, 190)

    def test_an_expired_token_is_refused(self, caller: Caller) -> None:
        caller.graph.account.token_valid = False
        for path in ("debug_token", "me/permissions", caller.graph.phone_number_id):
            assert caller.refusal("GET", path)["code"] == 190
        message = {
            "messaging_product": "whatsapp",
            "to": "+5215512345678",
            "type": "text",
            "text": {"body": "x"},
        }
        assert caller.refusal("POST", f"{caller.graph.phone_number_id}/messages", json=message)["code"] == 190

    def test_a_wrong_token_is_refused(self, caller: Caller) -> None:
        assert caller.refusal("GET", "me/permissions", "EAAother")["code"] == 190

    def test_permissions(self, caller: Caller) -> None:
        caller.graph.account.scopes = (MESSAGING,)
        assert caller.get("me/permissions") == {"data": [{"permission": MESSAGING, "status": "granted"}]}


class TestNumber:
    def test_only_the_requested_fields_and_the_id(self, caller: Caller) -> None:
        caller.graph.account.quality_rating = "YELLOW"
        number = caller.graph.phone_number_id
        asked = caller.get(number, fields="quality_rating,throughput")
        assert asked == {"quality_rating": "YELLOW", "throughput": {"level": "STANDARD"}, "id": number}

    def test_an_unknown_field(self, caller: Caller) -> None:
        error = caller.refusal("GET", caller.graph.phone_number_id, params={"fields": "colour"})
        assert (error["code"], "nonexisting field (colour)" in error["message"]) == (100, True)

    def test_the_account_s_phone_numbers(self, caller: Caller) -> None:
        account = caller.graph.business.account_id
        assert caller.get(f"{account}/phone_numbers", fields="id") == {
            "data": [{"id": caller.graph.phone_number_id}]
        }

    def test_another_account(self, caller: Caller) -> None:
        error = caller.refusal("GET", "999/phone_numbers")
        assert (error["code"], error["error_subcode"]) == (100, 33)


class TestRegistration:
    """Of the number: by its PIN, ten times in 72 hours."""

    @pytest.fixture(autouse=True)
    def unregistered(self, graph: Graph) -> None:
        graph.account.platform_type = "NOT_APPLICABLE"

    def path(self, caller: Caller) -> str:
        return f"{caller.graph.phone_number_id}/register"

    def asked(self, pin: str) -> Json:
        return {"messaging_product": "whatsapp", "pin": pin}

    def register(self, caller: Caller, pin: str) -> Any:
        """The code of the refusal, or that it succeeded."""
        answer = caller.send("POST", self.path(caller), json=self.asked(pin)).json()
        return answer["error"]["code"] if "error" in answer else answer["success"]

    def test_the_first_pin_is_kept(self, caller: Caller) -> None:
        assert self.register(caller, "123456") is True
        assert (
            caller.get(caller.graph.phone_number_id, fields="platform_type")["platform_type"] == "CLOUD_API"
        )
        assert self.register(caller, "654321") == 133005
        assert self.register(caller, "123456") is True

    @pytest.mark.parametrize("pin", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦"])
    def test_a_pin_has_six_digits(self, caller: Caller, pin: str) -> None:
        assert self.register(caller, pin) == 100
        assert caller.graph.account.registration.requests == []

    def test_another_product_or_number(self, caller: Caller) -> None:
        assert caller.refusal("POST", self.path(caller), json={"pin": "123456"})["code"] == 100
        error = caller.refusal("POST", "999/register", json=self.asked("123456"))
        assert (error["code"], error["error_subcode"]) == (100, 33)

    def test_a_number_that_is_not_verified(self, caller: Caller) -> None:
        caller.graph.account.code_verification_status = "NOT_VERIFIED"
        assert self.register(caller, "123456") == 133006

    def test_after_too_many_guesses_the_right_one_does_not_help(self, caller: Caller) -> None:
        caller.graph.account.registration.pin = "123456"
        assert [self.register(caller, "000000") for _ in range(5)] == [133005] * 5
        assert self.register(caller, "123456") == 133008

    def test_ten_times_in_72_hours(self, caller: Caller) -> None:
        now = 1_796_000_000.0
        caller.graph.clock = lambda: now
        assert [self.register(caller, "123456") for _ in range(10)] == [True] * 10
        now += 72 * 3600 - 1
        assert self.register(caller, "123456") == 133016
        now += 1
        assert self.register(caller, "123456") is True

    def test_unregistered_it_sends_nothing(self, caller: Caller) -> None:
        message = {
            "messaging_product": "whatsapp",
            "to": "+5215512345678",
            "type": "text",
            "text": {"body": "x"},
        }
        path = f"{caller.graph.phone_number_id}/messages"
        assert caller.refusal("POST", path, json=message)["code"] == 133010
        self.register(caller, "123456")
        caller.post(path, message)


@pytest.fixture
def hook() -> Iterator[str]:
    """A webhook whose verify token is "right"; /wrong answers something else."""

    async def verify(request: Request) -> Response:
        if request.query_params["hub.verify_token"] != "right":
            return PlainTextResponse("no", 403)
        assert request.query_params["hub.mode"] == "subscribe"
        return PlainTextResponse(request.query_params["hub.challenge"])

    async def wrong(_: Request) -> Response:
        return PlainTextResponse("hello")

    with serve_in_thread(Starlette(routes=[Route("/", verify), Route("/wrong", wrong)])) as url:
        yield url


class TestSubscriptions:
    def subscription(self, url: str, **changed: str) -> Json:
        given = {
            "object": "whatsapp_business_account",
            "callback_url": f"{url}/",
            "verify_token": "right",
            "fields": "messages,account_update",
        }
        return {name: value for name, value in (given | changed).items() if value}

    def path(self, caller: Caller) -> str:
        return f"{caller.graph.account.app_id}/subscriptions"

    def refused(self, caller: Caller, subscription: Json) -> tuple[int, str]:
        error = caller.refusal("POST", self.path(caller), caller.graph.account.app_token, json=subscription)
        assert caller.graph.account.subscription is None
        return error["code"], error["message"]

    @pytest.mark.parametrize("form", ["json", "data", "params"])
    def test_an_address_that_returns_the_challenge_is_accepted(
        self, caller: Caller, hook: str, form: str
    ) -> None:
        token = caller.graph.account.app_token
        body: dict[str, Any] = {form: self.subscription(hook)}
        assert caller.send("POST", self.path(caller), token, **body).json() == {"success": True}
        (found,) = caller.get(self.path(caller), token)["data"]
        assert (found["callback_url"], found["active"]) == (f"{hook}/", True)
        assert [each["name"] for each in found["fields"]] == ["messages", "account_update"]

    def test_there_is_no_subscription_at_first(self, caller: Caller) -> None:
        assert caller.get(self.path(caller), caller.graph.account.app_token) == {"data": []}

    def test_an_address_that_refuses_the_verify_token(self, caller: Caller, hook: str) -> None:
        code, message = self.refused(caller, self.subscription(hook, verify_token="other"))
        assert code == 2200
        assert message.endswith("HTTP Status Code = 403; HTTP Message = Forbidden")

    def test_an_address_that_answers_something_else(self, caller: Caller, hook: str) -> None:
        code, message = self.refused(caller, self.subscription(hook, callback_url=f"{hook}/wrong"))
        assert (code, "Response does not match challenge" in message) == (2200, True)

    @pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://nowhere.invalid", "nonsense"])
    def test_an_unreachable_address(self, caller: Caller, url: str) -> None:
        code, message = self.refused(caller, self.subscription(url))
        assert (code, "HTTP Status Code = 0" in message) == (2200, True)

    @pytest.mark.parametrize("name", ["object", "callback_url", "verify_token", "fields"])
    def test_a_missing_parameter(self, caller: Caller, hook: str, name: str) -> None:
        code, message = self.refused(caller, self.subscription(hook, **{name: ""}))
        assert (code, name in message) == (100, True)

    @pytest.mark.parametrize(
        ("name", "value"),
        [("object", "page"), ("fields", "messages,dances"), ("fields", "messages,user_id_update")],
    )
    def test_an_unknown_object_or_field(self, caller: Caller, hook: str, name: str, value: str) -> None:
        assert self.refused(caller, self.subscription(hook, **{name: value}))[0] == 100

    @pytest.mark.parametrize(("fields", "left"), [("", []), ("messages", ["account_update"])])
    def test_it_is_removed_whole_or_by_its_fields(
        self, caller: Caller, hook: str, fields: str, left: list[str]
    ) -> None:
        token = caller.graph.account.app_token
        caller.post(self.path(caller), self.subscription(hook), token)
        asked = {"object": "whatsapp_business_account", **({"fields": fields} if fields else {})}
        assert caller.send("DELETE", self.path(caller), token, params=asked).json() == {"success": True}
        found = caller.get(self.path(caller), token)["data"]
        assert [field["name"] for each in found for field in each["fields"]] == left

    def test_what_is_removed_must_be_named(self, caller: Caller) -> None:
        token = caller.graph.account.app_token
        assert caller.refusal("DELETE", self.path(caller), token)["code"] == 100
        assert caller.refusal("DELETE", self.path(caller))["code"] == 15

    def test_the_account_has_an_address_of_its_own_until_it_subscribes_without_one(
        self, caller: Caller, hook: str
    ) -> None:
        path = f"{caller.graph.business.account_id}/subscribed_apps"
        override = {"override_callback_uri": f"{hook}/", "verify_token": "right"}
        assert caller.post(path, override) == {"success": True}
        assert caller.get(path)["data"][0]["override_callback_uri"] == f"{hook}/"
        assert caller.refusal("POST", path, json={**override, "verify_token": "other"})["code"] == 2200
        caller.post(path, {})
        assert "override_callback_uri" not in caller.get(path)["data"][0]
        assert caller.send("DELETE", path).json() == {"success": True}
        assert caller.get(path) == {"data": []}

    def test_the_number_has_an_address_of_its_own_until_it_is_empty(self, caller: Caller, hook: str) -> None:
        number = caller.graph.phone_number_id
        override = {"override_callback_uri": f"{hook}/", "verify_token": "right"}
        assert caller.post(number, {"webhook_configuration": override}) == {"success": True}
        wrong = {"webhook_configuration": {**override, "verify_token": "other"}}
        assert caller.refusal("POST", number, json=wrong)["code"] == 2200
        caller.graph.account.subscribe("https://app.example/", ("messages",))
        shown = caller.get(number, fields="webhook_configuration")["webhook_configuration"]
        assert shown == {"phone_number": f"{hook}/", "application": "https://app.example/"}
        caller.post(number, {"webhook_configuration": {"override_callback_uri": ""}})
        shown = caller.get(number, fields="webhook_configuration")["webhook_configuration"]
        assert shown == {"application": "https://app.example/"}
        assert caller.refusal("POST", number, json={})["code"] == 100

    def test_subscriptions_need_the_app_token(self, caller: Caller) -> None:
        assert caller.refusal("GET", self.path(caller))["code"] == 15
        assert caller.refusal("GET", self.path(caller), f"{caller.graph.account.app_id}|wrong")["code"] == 190

    def test_the_app_is_subscribed_to_the_account_once(self, caller: Caller) -> None:
        path = f"{caller.graph.business.account_id}/subscribed_apps"
        assert caller.get(path) == {"data": []}
        for _ in range(2):
            assert caller.post(path, {}) == {"success": True}
        (found,) = caller.get(path)["data"]
        assert found["whatsapp_business_api_data"]["id"] == caller.graph.account.app_id

    def test_the_management_permission_is_required(self, caller: Caller) -> None:
        caller.graph.account.scopes = (MESSAGING,)
        assert (
            caller.refusal("POST", f"{caller.graph.business.account_id}/subscribed_apps", json={})["code"]
            == 200
        )


class TestTemplates:
    def path(self, caller: Caller) -> str:
        return f"{caller.graph.business.account_id}/message_templates"

    def test_ticket_update_is_approved_from_the_start(self, caller: Caller) -> None:
        found = caller.get(self.path(caller), name="ticket_update", fields="language,status,category")["data"]
        assert [(each["language"], each["status"], each["category"]) for each in found] == [
            (code, "APPROVED", "UTILITY") for code in ("es", "en", "pt_BR")
        ]

    def test_a_new_template_is_pending(self, caller: Caller) -> None:
        made = caller.post(self.path(caller), TEMPLATE)
        assert (made["status"], made["category"]) == ("PENDING", "UTILITY")
        (found,) = caller.get(self.path(caller), name="other")["data"]
        assert (found["id"], found["status"], found["components"][0]["text"]) == (made["id"], "PENDING", BODY)
        assert "rejected_reason" not in found

    def test_the_name_is_a_search(self, caller: Caller) -> None:
        caller.post(self.path(caller), TEMPLATE | {"name": "ticket_update_2"})
        names = {each["name"] for each in caller.get(self.path(caller), name="ticket_update")["data"]}
        assert names == {"ticket_update", "ticket_update_2"}

    def test_a_second_template_in_one_language_is_refused(self, caller: Caller) -> None:
        caller.post(self.path(caller), TEMPLATE)
        error = caller.refusal("POST", self.path(caller), json=TEMPLATE)
        assert (error["code"], error["error_subcode"]) == (100, 2388024)
        assert error["error_user_title"]
        caller.post(self.path(caller), TEMPLATE | {"language": "en"})

    @pytest.mark.parametrize(
        ("changed", "subcode"),
        [
            ({"name": "Other-One"}, None),
            ({"language": "spanish"}, None),
            ({"category": "TRANSACTIONAL"}, None),
            ({"components": None}, None),
            ({"components": []}, 2388043),
        ],
    )
    def test_templates_that_are_refused_at_once(
        self, caller: Caller, changed: Json, subcode: int | None
    ) -> None:
        error = caller.refusal("POST", self.path(caller), json=TEMPLATE | changed)
        assert (error["code"], error.get("error_subcode")) == (100, subcode)

    @pytest.mark.parametrize(
        ("text", "values", "subcode"),
        [
            ("{{1}} es tu ticket, y esto es lo que hay de nuevo sobre él: {{2}} y nada más", 2, 2388299),
            ("Esto es lo que hay de nuevo sobre tu ticket de soporte {{1}}: {{2}}.", 2, 2388299),
            ("Tu ticket {{1}} tiene {{2}} novedades", 2, 2388293),
            ("Hay algo nuevo sobre tu ticket {{2}}, míralo cuando puedas", 1, 2388072),
            ("Hay algo nuevo sobre tu ticket {{code}}, míralo cuando puedas", 1, 2388072),
            ("Hay algo nuevo.\n\n\nSobre tu ticket, míralo cuando puedas", 0, 2388072),
            ("Hay algo nuevo sobre tu ticket {{1}}, míralo cuando puedas", 0, 2388043),
            ("Hay algo nuevo sobre tu ticket {{1}}, míralo cuando puedas", 2, 2388043),
            ("x" * 1025, 0, 2388040),
            (" ", 0, 2388043),
        ],
    )
    def test_bodies_that_are_refused(self, caller: Caller, text: str, values: int, subcode: int) -> None:
        example = {"example": {"body_text": [["x"] * values]}} if values else {}
        body = {"type": "BODY", "text": text, **example}
        error = caller.refusal("POST", self.path(caller), json=TEMPLATE | {"components": [body]})
        assert error["error_subcode"] == subcode

    def test_the_management_permission_is_required(self, caller: Caller) -> None:
        caller.graph.account.scopes = (MESSAGING,)
        assert caller.refusal("GET", self.path(caller))["code"] == 200


def test_the_page_distinguishes_operators_calls_from_the_function_s(caller: Caller) -> None:
    calls = Calls(list)
    caller.graph.call_log.on_call = calls.recorder("graph")
    try:
        caller.get("debug_token", input_token="EAAother")
        caller.get(f"{caller.graph.business.account_id}/message_templates")
        caller.post(f"{caller.graph.business.account_id}/subscribed_apps", {})
    finally:
        caller.graph.call_log.on_call = lambda _: None
    shown = [(call["name"], call["wamids"]) for call in calls.since(0)]
    assert shown == [("debug_token", []), ("message_templates", []), ("subscribed_apps", [])]
