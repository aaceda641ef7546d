"""Meta's side of the set-up: tokens, numbers, subscriptions and templates, by the rules of the Graph API."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emulator.meta.account import MANAGEMENT, Account, Subscription
from emulator.meta.errors import GraphError, unknown_object
from emulator.meta.wire import Json

# The fields of the object whatsapp_business_account that are of use to anybody here.
FIELDS = (
    "account_alerts", "account_review_update", "account_update", "business_capability_update", "flows",
    "message_template_components_update", "message_template_quality_update", "message_template_status_update",
    "messages", "phone_number_name_update", "phone_number_quality_update", "security", "template_category_update",
    "user_id_update", "user_preferences",
)  # fmt: skip
VERIFY_SECONDS = 5.0
ONLY_WHEN_ASKED = {"rejected_reason", "health_status"}


class Admin:
    """`account` gives the state as it is now: a test may have put a new one in its place."""

    def __init__(self, account: Callable[[], Account]) -> None:
        self._account = account

    def routes(self) -> list[Route]:
        return [
            Route("/{version}/debug_token", self._debug_token, methods=["GET"]),
            Route("/{version}/me/permissions", self._permissions, methods=["GET"]),
            Route("/{version}/{object_id}/phone_numbers", self._phone_numbers, methods=["GET"]),
            Route("/{version}/{object_id}/subscribed_apps", self._subscribed_apps, methods=["GET", "POST"]),
            Route("/{version}/{object_id}/subscriptions", self._subscriptions, methods=["GET"]),
            Route("/{version}/{object_id}/subscriptions", self._subscribe, methods=["POST"]),
            Route("/{version}/{object_id}/message_templates", self._templates, methods=["GET"]),
            Route("/{version}/{object_id}/message_templates", self._create_template, methods=["POST"]),
        ]

    def authorize(self, request: Request) -> None:
        """Raises GraphError 190 unless this is the access token, and it is good."""
        account = self._account()
        if _bearer(request) != account.access_token or not account.token_valid:
            raise GraphError(code=190)

    async def _debug_token(self, request: Request) -> Response:
        account = self._account()
        if _bearer(request) != account.app_token:
            self.authorize(request)
        if request.query_params.get("input_token") == account.access_token and account.token_valid:
            return JSONResponse({"data": account.described_token()})
        error = {"code": 190, "message": "Invalid OAuth access token."}
        return JSONResponse({"data": {"error": error, "is_valid": False, "scopes": []}})

    async def _permissions(self, request: Request) -> Response:
        self.authorize(request)
        scopes = self._account().scopes
        return _listed({"permission": scope, "status": "granted"} for scope in scopes)

    async def _phone_numbers(self, request: Request) -> Response:
        account = self._managed(request)
        return _listed([shown(account.number(), request)])

    async def _subscribed_apps(self, request: Request) -> Response:
        account = self._managed(request)
        if request.method == "POST":
            if account.app_id not in account.subscribed:
                account.subscribed.append(account.app_id)
            return JSONResponse({"success": True})
        link = "https://www.facebook.com/games/?app_id="
        override = {"override_callback_uri": account.override} if account.override else {}
        return _listed(
            {
                "whatsapp_business_api_data": {"id": app, "link": f"{link}{app}", "name": account.app_name},
                **override,
            }
            for app in account.subscribed
        )

    async def _subscriptions(self, request: Request) -> Response:
        subscription = self._app(request).subscription
        if subscription is None:
            return _listed([])
        fields = [{"name": name, "version": "v25.0"} for name in subscription.fields]
        return _listed(
            [
                {
                    "object": "whatsapp_business_account",
                    "callback_url": subscription.callback_url,
                    "active": subscription.active,
                    "fields": fields,
                }
            ]
        )

    async def _subscribe(self, request: Request) -> Response:
        account = self._app(request)
        given = {**request.query_params, **await _document(request)}
        for name in ("object", "callback_url", "fields", "verify_token"):
            if not given.get(name):
                raise GraphError(code=100, title=f"(#100) The parameter {name} is required")
        if given["object"] != "whatsapp_business_account":
            raise GraphError(code=100, details="Param object must be one of {whatsapp_business_account}.")
        asked = given["fields"]
        fields = tuple(asked if isinstance(asked, list) else asked.split(","))
        for place, name in enumerate(fields):
            if name not in FIELDS:
                raise GraphError(
                    code=100,
                    title=f"(#100) Param fields[{place}] must be one of {{{', '.join(FIELDS)}}} - got {name!r}.",
                )
        await verify_callback(given["callback_url"], given["verify_token"])
        account.subscription = Subscription(callback_url=given["callback_url"], fields=fields)
        return JSONResponse({"success": True})

    async def _templates(self, request: Request) -> Response:
        account = self._managed(request)
        wanted = request.query_params.get("name", "")
        # A search, not a look-up: "ticket_update" finds "ticket_update_2", too.
        return _listed(
            shown(each.as_json(), request) for each in account.templates.all if wanted in each.name
        )

    async def _create_template(self, request: Request) -> Response:
        made = self._managed(request).templates.create(await _document(request))
        return JSONResponse({"id": made.id, "status": made.status, "category": made.category})

    def _managed(self, request: Request) -> Account:
        """The business account that the path names. Raises GraphError."""
        self.authorize(request)
        account = self._account()
        if request.path_params["object_id"] != account.business.account_id:
            raise unknown_object(request.path_params["object_id"], request.method)
        if MANAGEMENT not in account.scopes:
            raise GraphError(
                code=200,
                status=403,
                title="(#200) You do not have the necessary permissions required to access this resource.",
            )
        return account

    def _app(self, request: Request) -> Account:
        """The app that the path names, which only its own token may look into. Raises GraphError."""
        account = self._account()
        if _bearer(request) == account.access_token:
            raise GraphError(code=15, title="(#15) This method must be called with an app access_token.")
        if _bearer(request) != account.app_token or request.path_params["object_id"] != account.app_id:
            raise GraphError(code=190, title="Invalid OAuth access token signature.")
        return account


async def verify_callback(url: str, verify_token: str) -> None:
    """Asks the address as Meta does. Raises GraphError 2200 unless it gives the challenge back."""
    challenge = str(secrets.randbelow(10**10))
    asked = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": verify_token}
    try:
        async with httpx.AsyncClient(timeout=VERIFY_SECONDS, trust_env=False) as client:
            answer = await client.get(url, params=asked)
    except (httpx.HTTPError, httpx.InvalidURL):
        raise _not_verified(
            "curl_errno = 7; curl_error = Couldn't connect to server; HTTP Status Code = 0"
        ) from None
    if answer.status_code != 200:
        raise _not_verified(f"HTTP Status Code = {answer.status_code}; HTTP Message = {answer.reason_phrase}")
    if answer.text != challenge:
        raise _not_verified(
            f'Response does not match challenge, expected value="{challenge}", received="{answer.text[:20]}..."'
        )


def shown(whole: Json, request: Request) -> Json:
    """Of an object what `fields` asks for, and its id. Raises GraphError for a field that it does not have."""
    asked = request.query_params.get("fields")
    if asked is None:
        return {name: value for name, value in whole.items() if name not in ONLY_WHEN_ASKED}
    names = [name.strip() for name in asked.split(",")]
    for name in names:
        if name not in whole:
            raise GraphError(code=100, title=f"(#100) Tried accessing nonexisting field ({name})")
    return {name: whole[name] for name in dict.fromkeys([*names, "id"])}


def _not_verified(why: str) -> GraphError:
    return GraphError(
        code=2200, title=f"(#2200) Callback verification failed with the following errors: {why}"
    )


def _bearer(request: Request) -> str:
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    return given if kind == "Bearer" else request.query_params.get("access_token", "")


def _listed(items: Iterable[Json]) -> Response:
    return JSONResponse({"data": list(items)})


async def _document(request: Request) -> Json:
    """The body, as JSON or as a form."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(httpx.QueryParams((await request.body()).decode()))
    try:
        document = await request.json() if await request.body() else {}
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise GraphError(code=100, details="The body is not a JSON object.")
    return document
