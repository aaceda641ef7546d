"""The part of the Graph API that an operator uses: tokens, phone numbers, subscriptions and templates."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emulator import Json
from emulator.meta.account import CLOUD_API, MANAGEMENT, Account, Subscription
from emulator.meta.errors import GraphError, unknown_object

# Those fields of the object whatsapp_business_account that are useful here. `user_id_update` is none of them (Meta's changelog of
# 2026-08-11): a number that changed is told on `messages`.
FIELDS = (
    "account_alerts", "account_review_update", "account_update", "business_capability_update", "flows",
    "message_template_components_update", "message_template_quality_update", "message_template_status_update",
    "messages", "phone_number_name_update", "phone_number_quality_update", "security", "template_category_update",
    "user_preferences",
)  # fmt: skip
VERIFY_SECONDS = 5.0
ONLY_WHEN_ASKED = {"rejected_reason", "health_status"}


class ManagementApi:
    """The part of the stand-in that answers these calls, from its `account`."""

    account: Account
    clock: Callable[[], float]

    def management_routes(self) -> list[Route]:
        return [
            Route("/{version}/debug_token", self._debug_token),
            Route("/{version}/me/permissions", self._permissions),
            Route("/{version}/{object_id}/phone_numbers", self._phone_numbers),
            Route("/{version}/{object_id}", self._change_number, methods=["POST"]),
            Route("/{version}/{object_id}/register", self._register, methods=["POST"]),
            Route("/{version}/{object_id}/subscribed_apps", self._subscribed_apps),
            Route("/{version}/{object_id}/subscribed_apps", self._subscribe_app, methods=["POST"]),
            Route("/{version}/{object_id}/subscribed_apps", self._unsubscribe_app, methods=["DELETE"]),
            Route("/{version}/{object_id}/subscriptions", self._subscriptions),
            Route("/{version}/{object_id}/subscriptions", self._unsubscribe, methods=["DELETE"]),
            Route("/{version}/{object_id}/subscriptions", self._subscribe, methods=["POST"]),
            Route("/{version}/{object_id}/message_templates", self._templates),
            Route("/{version}/{object_id}/message_templates", self._create_template, methods=["POST"]),
        ]

    def authorize(self, request: Request) -> None:
        """Raises GraphError 190 unless the bearer is the access token and it is valid."""
        if _bearer(request) != self.account.access_token or not self.account.token_valid:
            raise GraphError(code=190)

    async def _debug_token(self, request: Request) -> Response:
        if _bearer(request) != self.account.app_token:
            self.authorize(request)
        asked = request.query_params.get("input_token")
        if asked == self.account.access_token and self.account.token_valid:
            return JSONResponse({"data": self.account.token_description()})
        error = {"code": 190, "message": "Invalid OAuth access token."}
        return JSONResponse({"data": {"error": error, "is_valid": False, "scopes": []}})

    async def _permissions(self, request: Request) -> Response:
        self.authorize(request)
        return _listed({"permission": scope, "status": "granted"} for scope in self.account.scopes)

    async def _phone_numbers(self, request: Request) -> Response:
        account = self._managed(request)
        return _listed([select_fields(account.number(), request)])

    async def _change_number(self, request: Request) -> Response:
        """Only its address for webhooks: an empty one removes it."""
        account = self._number(request)
        found = (await read_document(request)).get("webhook_configuration")
        given = found if isinstance(found, dict) else {}
        override = given.get("override_callback_uri")
        if not isinstance(override, str):
            title = "(#100) The parameter webhook_configuration[override_callback_uri] is required"
            raise GraphError(code=100, title=title)
        if override:
            await verify_callback(override, given.get("verify_token", ""))
        account.number_override = override
        return JSONResponse({"success": True})

    async def _register(self, request: Request) -> Response:
        account = self._number(request)
        verified = account.code_verification_status != "NOT_VERIFIED"
        asked = await read_document(request)
        account.registration.register(asked, verified=verified, clock=self.clock)
        account.platform_type = CLOUD_API
        return JSONResponse({"success": True})

    async def _subscribed_apps(self, request: Request) -> Response:
        account = self._managed(request)
        override = {"override_callback_uri": account.override} if account.override else {}
        link, name = "https://www.facebook.com/games/?app_id=", account.app_name
        apps = ({"id": app, "link": f"{link}{app}", "name": name} for app in account.subscribed)
        return _listed({"whatsapp_business_api_data": app, **override} for app in apps)

    async def _subscribe_app(self, request: Request) -> Response:
        """Without an address of its own, the account uses the app's again."""
        account = self._managed(request)
        given = {**request.query_params, **await read_document(request)}
        override = given.get("override_callback_uri", "")
        if override:
            await verify_callback(override, given.get("verify_token", ""))
        account.override = override
        if account.app_id not in account.subscribed:
            account.subscribed.append(account.app_id)
        return JSONResponse({"success": True})

    async def _unsubscribe_app(self, request: Request) -> Response:
        account = self._managed(request)
        account.subscribed, account.override = [], ""
        return JSONResponse({"success": True})

    async def _subscriptions(self, request: Request) -> Response:
        subscription = self._app(request).subscription
        if subscription is None:
            return _listed([])
        shown = {
            "object": "whatsapp_business_account",
            "callback_url": subscription.callback_url,
            "active": subscription.active,
            "fields": [{"name": name, "version": "v25.0"} for name in subscription.fields],
        }
        return _listed([shown])

    async def _subscribe(self, request: Request) -> Response:
        account = self._app(request)
        given = {**request.query_params, **await read_document(request)}
        for name in ("object", "callback_url", "fields", "verify_token"):
            if not given.get(name):
                raise GraphError(code=100, title=f"(#100) The parameter {name} is required")
        if given["object"] != "whatsapp_business_account":
            raise GraphError(code=100, details="Param object must be one of {whatsapp_business_account}.")
        asked = given["fields"]
        fields = tuple(asked if isinstance(asked, list) else asked.split(","))
        for place, name in enumerate(fields):
            if name not in FIELDS:
                expected = f"must be one of {{{', '.join(FIELDS)}}} - got {name!r}."
                raise GraphError(code=100, title=f"(#100) Param fields[{place}] {expected}")
        await verify_callback(given["callback_url"], given["verify_token"])
        account.subscription = Subscription(callback_url=given["callback_url"], fields=fields)
        return JSONResponse({"success": True})

    async def _unsubscribe(self, request: Request) -> Response:
        """Of the fields that are named, or of the whole object."""
        account = self._app(request)
        given = {**request.query_params, **await read_document(request)}
        if given.get("object") != "whatsapp_business_account":
            raise GraphError(code=100, details="Param object must be one of {whatsapp_business_account}.")
        found, names = account.subscription, given.get("fields", "").split(",")
        left = tuple(name for name in (found.fields if found else ()) if names != [""] and name not in names)
        account.subscription = replace(found, fields=left) if found and left else None
        return JSONResponse({"success": True})

    async def _templates(self, request: Request) -> Response:
        templates = self._managed(request).templates.all
        # A search, not a look-up: "ticket_update" finds "ticket_update_2" too.
        wanted = request.query_params.get("name", "")
        return _listed(select_fields(each.as_json(), request) for each in templates if wanted in each.name)

    async def _create_template(self, request: Request) -> Response:
        made = self._managed(request).templates.create(await read_document(request))
        return JSONResponse({"id": made.id, "status": made.status, "category": made.category})

    def _managed(self, request: Request) -> Account:
        """The business account in the path. Raises GraphError."""
        self.authorize(request)
        account = self.account
        if request.path_params["object_id"] != account.business.account_id:
            raise unknown_object(request.path_params["object_id"], request.method)
        if MANAGEMENT not in account.scopes:
            title = "(#200) You do not have the necessary permissions required to access this resource."
            raise GraphError(code=200, status=403, title=title)
        return account

    def _number(self, request: Request) -> Account:
        """The account, if its number is in the path. Raises GraphError."""
        self.authorize(request)
        if request.path_params["object_id"] != self.account.business.phone_number_id:
            raise unknown_object(request.path_params["object_id"], request.method)
        return self.account

    def _app(self, request: Request) -> Account:
        """The app in the path, which needs the app's own token. Raises GraphError."""
        account = self.account
        if _bearer(request) == account.access_token:
            raise GraphError(code=15, title="(#15) This method must be called with an app access_token.")
        if _bearer(request) != account.app_token or request.path_params["object_id"] != account.app_id:
            raise GraphError(code=190, title="Invalid OAuth access token signature.")
        return account


async def verify_callback(url: str, verify_token: str) -> None:
    """Verify the address as Meta does. Raises GraphError 2200 unless it answers with the challenge."""
    challenge = str(secrets.randbelow(10**10))
    asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
    try:
        async with httpx.AsyncClient(timeout=VERIFY_SECONDS, trust_env=False) as client:
            answer = await client.get(url, params=asked)
    except (httpx.HTTPError, httpx.InvalidURL):
        why = "curl_errno = 7; curl_error = Couldn't connect to server; HTTP Status Code = 0"
    else:
        if answer.status_code == 200 and answer.text == challenge:
            return
        why = f"HTTP Status Code = {answer.status_code}; HTTP Message = {answer.reason_phrase}"
        if answer.status_code == 200:
            received = f'expected value="{challenge}", received="{answer.text[:20]}..."'
            why = f"Response does not match challenge, {received}"
    title = f"(#2200) Callback verification failed with the following errors: {why}"
    raise GraphError(code=2200, title=title)


def select_fields(whole: Json, request: Request) -> Json:
    """The fields that the query asks for, and the id. Raises GraphError for an unknown field."""
    asked = request.query_params.get("fields")
    if asked is None:
        return {name: value for name, value in whole.items() if name not in ONLY_WHEN_ASKED}
    names = [name.strip() for name in asked.split(",")]
    for name in names:
        if name not in whole:
            raise GraphError(code=100, title=f"(#100) Tried accessing nonexisting field ({name})")
    return {name: whole[name] for name in dict.fromkeys([*names, "id"])}


async def read_document(request: Request) -> Json:
    """The body, as JSON or as a form. Raises GraphError unless it is an object."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(httpx.QueryParams((await request.body()).decode()))
    try:
        document = await request.json() if await request.body() else {}
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise GraphError(code=100, details="The body is not a JSON object.")
    return document


def _bearer(request: Request) -> str:
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    return given if kind == "Bearer" else request.query_params.get("access_token", "")


def _listed(items: Iterable[Json]) -> Response:
    return JSONResponse({"data": list(items)})
