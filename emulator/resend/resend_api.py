"""The stand-in for Resend: takes e-mails by Resend's rules, each idempotency key once."""

import asyncio
import hashlib
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from emulator.bounded_list import Shelf
from emulator.call_list import Ledger
from emulator.faults import Fault, Faults
from emulator.rate_limit import Buckets
from emulator.resend.email_rules import Mail, ResendError, read_mail
from emulator.stand_in import front

REQUESTS_PER_SECOND = 10
KEY_SECONDS = 24 * 3600


@dataclass(slots=True, kw_only=True)
class ResendSwitches:
    """`quota`: "" or the code with which every new mail is refused: daily_ or monthly_quota_exceeded.

    `seconds`: how long a mail is being taken; only then can two calls with one key meet. `sending_only`: what the key
    may do; `domains`: the status of each, "verified", "pending" or "failed".
    """

    rate_limit: bool = True
    quota: str = ""
    seconds: float = 0.0
    sending_only: bool = False
    domains: dict[str, str] = field(default_factory=lambda: {"example.com": "verified"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is remembered of an idempotency key; `mail_id` is None while the first call is under way."""

    digest: str
    until: float
    mail_id: str | None = None


class Resend:
    """`app` is what to serve; `url` is for whoever serves it to fill in. The key is made up."""

    def __init__(
        self,
        *,
        api_key: str = "re_standin_0123456789",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.api_key = api_key
        self.url = ""
        self.clock = clock
        self.switches = ResendSwitches()
        self.ledger, self.faults = Ledger(), Faults(render_fault)
        self._forget()
        self.app: ASGIApp = front(self._routes(), ledger=self.ledger, faults=self.faults)

    @property
    def messages(self) -> list[Mail]:
        """The mails that were accepted, each once."""
        return self._mailbox.all()

    def wait(self, count: int, seconds: float = 10.0) -> list[Mail]:
        """All mails, once there are at least `count`; raises TimeoutError."""
        return self._mailbox.wait(count, seconds)

    def reset(self, *, clock: Callable[[], float] = time.time) -> None:
        """As new, but for the address it is served at."""
        self.clock = clock
        self.switches = ResendSwitches()
        self.faults.clear()
        self.ledger.clear()
        self._forget()

    def _forget(self) -> None:
        self._mailbox: Shelf[Mail] = Shelf()
        self._keys: dict[str, Kept] = {}
        self._rate = Buckets(
            burst=REQUESTS_PER_SECOND, seconds=1 / REQUESTS_PER_SECOND, clock=lambda: self.clock()
        )

    def _routes(self) -> Starlette:
        routes = [
            Route("/emails", self._post, methods=["POST"]),
            Route("/emails/{mail_id}", self._get, methods=["GET"]),
            Route("/domains", self._domains, methods=["GET"]),
        ]
        return Starlette(routes=routes, exception_handlers={ResendError: _answer_error})

    async def _post(self, request: Request) -> Response:
        self._authorize(request)
        self._check_rate()
        key, body = _idempotency_key(request), await request.body()
        if key is None:
            return JSONResponse({"id": await self._send(body, None)})
        return JSONResponse({"id": await self._send_once(body, key)})

    async def _get(self, request: Request) -> Response:
        self._authorize(request)
        self._check_rate()
        wanted = request.path_params["mail_id"]
        mail = next((mail for mail in self._mailbox.all() if mail.id == wanted), None)
        if mail is None:
            raise ResendError(404, "not_found", "Email not found")
        return JSONResponse({"object": "email", **mail.as_json(), "last_event": "delivered"})

    async def _domains(self, request: Request) -> Response:
        self._authorize(request)
        self._check_rate()
        if self.switches.sending_only:
            message = "This API key is restricted to only send emails"
            raise ResendError(401, "restricted_api_key", message)
        listed = [
            {
                "id": str(uuid.uuid5(uuid.NAMESPACE_DNS, name)),
                "name": name,
                "status": status,
                "created_at": "2026-11-01T00:00:00.000Z",
                "region": "sa-east-1",
            }
            for name, status in self.switches.domains.items()
        ]
        return JSONResponse({"object": "list", "has_more": False, "data": listed})

    async def _send_once(self, body: bytes, key: str) -> str:
        digest = hashlib.sha256(body).hexdigest()
        kept = self._keys.get(key)
        if kept is not None and self.clock() < kept.until:
            return _earlier(kept, digest)
        until = self.clock() + KEY_SECONDS
        self._keys[key] = Kept(digest=digest, until=until)
        try:
            mail_id = await self._send(body, key)
        except BaseException:
            del self._keys[key]  # only what was accepted is remembered
            raise
        self._keys[key] = Kept(digest=digest, until=until, mail_id=mail_id)
        return mail_id

    async def _send(self, body: bytes, key: str | None) -> str:
        if self.switches.quota:
            raise ResendError(429, self.switches.quota, "You have reached your email sending quota.")
        mail = read_mail(body, mail_id=str(uuid.uuid4()), at=self.clock(), key=key)
        await asyncio.sleep(self.switches.seconds)
        self._mailbox.add(mail)
        return mail.id

    def _authorize(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        if not given.startswith("Bearer "):
            raise ResendError(401, "missing_api_key", "Missing API key in the authorization header")
        if given != f"Bearer {self.api_key}":
            raise ResendError(403, "invalid_api_key", "API key is invalid")

    def _check_rate(self) -> None:
        if self.switches.rate_limit and self._rate.take("team"):
            raise ResendError(429, "rate_limit_exceeded", "Too many requests. Limit: 10 per second.", 1)


def render_fault(fault: Fault) -> Response:
    """A fault that was switched on, in Resend's form."""
    code = str(fault.code or ("service_unavailable" if fault.status == 503 else "application_error"))
    limited = code == "rate_limit_exceeded" or code.endswith("quota_exceeded")
    status = fault.status or (429 if limited else 500)
    return ResendError(status, code, "switched on", fault.retry_after).response()


def _earlier(kept: Kept, digest: str) -> str:
    if kept.digest != digest:
        raise ResendError(
            409, "invalid_idempotent_request", "Same idempotency key used with a different request payload."
        )
    if kept.mail_id is None:
        raise ResendError(
            409,
            "concurrent_idempotent_requests",
            "Same idempotency key used while the original request is in progress.",
        )
    return kept.mail_id


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= 256:
        raise ResendError(400, "invalid_idempotency_key", "The key must be between 1-256 chars.")
    return key


async def _answer_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, ResendError):
        raise error
    return error.response()
