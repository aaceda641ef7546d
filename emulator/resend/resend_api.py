"""The stand-in for Resend: accepts e-mails by Resend's rules, once for each idempotency key."""

import asyncio
import hashlib
import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from emulator import Json
from emulator.faults import Fault
from emulator.resend import account
from emulator.resend.arrival import arrival
from emulator.resend.email_rules import ResendError, SentEmail, read_email
from emulator.resend.lists import MAX_PAGE, listed
from emulator.resend.received_mail import Envelope, ReceivedEmail, read_received
from emulator.resend.receiving_api import ReceivingApi
from emulator.resend.switches import ResendSwitches
from emulator.resend.webhook_event import received_event, webhook_event
from emulator.stand_in import StandIn
from state.model.received_mail import Authentication

REQUESTS_PER_SECOND = 10
KEY_SECONDS = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredKey:
    """A used idempotency key; `email_id` is None while the first call is under way."""

    digest: str
    until: float
    email_id: str | None = None


PASSED = Authentication(spf="pass", dkim="pass", dmarc="pass")


class Delivery(NamedTuple):
    """A received e-mail, and what Resend's webhook tells of it: the body, and the headers that sign it."""

    mail: ReceivedEmail
    body: bytes
    headers: dict[str, str]


class Resend(StandIn[SentEmail]):
    """`on_sent` is called with each accepted e-mail and its request, `on_received` with each received e-mail."""

    api_key = "re_standin_0123456789"
    webhook_secret = "whsec_bG9jYWwtbWFpbC13ZWJob29rLXNlY3JldA=="  # noqa: S105 - opens nothing but a developer's own machine

    def __init__(self) -> None:
        self.receiving = ReceivingApi(self._admit_full_access, lambda: self.clock())
        routes = [
            Route("/emails", self._post, methods=["POST"]),
            *self.receiving.routes(),
            Route("/emails/{email_id}", self._get),
            Route("/domains", self._domains),
            Route("/webhooks", self._webhooks),
            Route("/webhooks/{webhook_id}", self._webhook),
            Route("/usage", self._usage),
        ]
        self.on_sent: Callable[[SentEmail, bytes], None] = lambda _mail, _body: None
        self.on_received: Callable[[ReceivedEmail], None] = lambda _mail: None
        super().__init__(routes, render_fault)

    def reset(self) -> None:
        super().reset()
        self.switches = ResendSwitches()
        self.receiving.mails.clear()
        self._keys: dict[str, StoredKey] = {}
        self._admitted: deque[float] = deque(maxlen=REQUESTS_PER_SECOND)  # when the latest requests were

    def restore(self, mail: SentEmail, body: bytes) -> None:
        """An e-mail of an earlier run: its key is still used."""
        self._accepted.add(mail)
        if mail.key is not None:
            digest = hashlib.sha256(body).hexdigest()
            until = mail.at + KEY_SECONDS
            self._keys[mail.key] = StoredKey(digest=digest, until=until, email_id=mail.id)

    def event(self, mail: SentEmail, kind: str) -> tuple[bytes, dict[str, str]]:
        """What Resend's webhook tells of an e-mail ("bounced", "suppressed", ...), and its headers, signed as Svix does."""
        return webhook_event(mail, kind, self.webhook_secret, self.clock())

    def receive(
        self,
        raw: bytes | EmailMessage,
        authentication: Authentication | None = PASSED,
        *,
        sender: str | None = None,
        dkim_domain: str | None = None,
    ) -> Delivery:
        """An e-mail arrives: it can be fetched from now on, and counts in the quota. The webhook is the caller's to deliver.

        raw: as its sender sends it. authentication: what the receiver finds out about the sender; None: it says nothing. sender:
        that of the envelope, "" for what nobody answers; dkim_domain: that which signed; without them both are as in the From header.
        """
        content = raw if isinstance(raw, bytes) else raw.as_bytes(policy=SMTP)
        arrived = arrival(
            content,
            authentication,
            at=self.clock(),
            sender=sender,
            dkim_domain=dkim_domain,
            receiving=self.switches.receiving,
        )
        envelope = Envelope(
            id=str(uuid.uuid4()),
            at=arrived.at,
            event_id=f"msg_{uuid.uuid4().hex}",
            received_for=arrived.received_for,
            authentication=authentication,
        )
        mail = read_received(arrived.written_above(content), envelope)
        self.receiving.mails.add(mail)
        self.on_received(mail)
        return Delivery(mail, *self.received_event(mail))

    def received_event(self, mail: ReceivedEmail, event_id: str = "") -> tuple[bytes, dict[str, str]]:
        """One more delivery of the webhook's event about a received e-mail; with an event_id, another event about it."""
        return received_event(mail, self.webhook_secret, self.clock(), event_id)

    def usage(self) -> Json:
        """What is used of the account's quotas, as Resend tells it."""
        sent = [(mail.at, len(mail.to) + len(mail.cc) + len(mail.bcc)) for mail in self.messages]
        received = [mail.at for mail in self.receiving.mails.all()]
        return account.usage(self.switches, sent, received, self.clock())

    async def _post(self, request: Request) -> Response:
        self._admit(request)
        key, body = request.headers.get("idempotency-key"), await request.body()
        if key is None:
            return JSONResponse({"id": await self._send(body, None)})
        if not 1 <= len(key) <= 256:
            raise ResendError(400, "invalid_idempotency_key", "The key must be between 1-256 chars.")
        return JSONResponse({"id": await self._send_once(body, key)})

    async def _get(self, request: Request) -> Response:
        self._admit(request)
        wanted = request.path_params["email_id"]
        email = next((email for email in self.messages if email.id == wanted), None)
        if email is None:
            raise ResendError(404, "not_found", "Email not found")
        return JSONResponse({"object": "email", **email.as_json(), "last_event": "delivered"})

    async def _domains(self, request: Request) -> Response:
        self._admit_full_access(request)
        return JSONResponse(listed(account.domains(self.switches), request.query_params))

    async def _webhooks(self, request: Request) -> Response:
        self._admit_full_access(request)
        registered = [account.webhook(each) for each in self.switches.webhooks]
        return JSONResponse(listed(registered, request.query_params, MAX_PAGE))

    async def _webhook(self, request: Request) -> Response:
        """https://resend.com/docs/api-reference/webhooks/get-webhook"""
        self._admit_full_access(request)
        wanted = request.path_params["webhook_id"]
        found = next((each for each in self.switches.webhooks if each.id == wanted), None)
        if found is None:
            raise ResendError(404, "not_found", "Webhook not found")
        secret = found.signing_secret or self.webhook_secret
        return JSONResponse({"object": "webhook", **account.webhook(found), "signing_secret": secret})

    async def _usage(self, request: Request) -> Response:
        """Open to any key: https://resend.com/changelog/account-usage-api"""
        self._admit(request)
        return JSONResponse(self.usage())

    async def _send_once(self, body: bytes, key: str) -> str:
        digest = hashlib.sha256(body).hexdigest()
        stored = self._keys.get(key)
        if stored is not None and self.clock() < stored.until:
            return _earlier(stored, digest)
        until = self.clock() + KEY_SECONDS
        self._keys[key] = StoredKey(digest=digest, until=until)
        try:
            email_id = await self._send(body, key)
        except BaseException:
            del self._keys[key]  # only the key of an accepted e-mail is stored
            raise
        self._keys[key] = StoredKey(digest=digest, until=until, email_id=email_id)
        return email_id

    async def _send(self, body: bytes, key: str | None) -> str:
        if quota := self._exceeded_quota():
            raise ResendError(429, quota, "You have reached your email sending quota.")
        own = {"id": str(uuid.uuid4()), "at": self.clock(), "key": key}
        email = read_email(body).model_copy(update=own)
        for address in email.to:
            if code := self.switches.recipients.get(address):
                raise ResendError(422 if code == "validation_error" else 429, code, "switched on", 1)
        await asyncio.sleep(self.switches.seconds)
        self._accepted.add(email)
        self.on_sent(email, body)
        return email.id

    def _exceeded_quota(self) -> str:
        """The name of Resend's error; empty as long as there is none."""
        limit = self.switches.daily_limit
        if limit is not None and self.usage()["emails"]["daily"]["used"] >= limit:
            return "daily_quota_exceeded"
        return self.switches.quota

    def _admit_full_access(self, request: Request) -> None:
        """Raises ResendError, also with a key that may only send."""
        self._admit(request)
        if self.switches.sending_only:
            raise ResendError(401, "restricted_api_key", "This API key is restricted to only send emails")

    def _admit(self, request: Request) -> None:
        """Raises ResendError without the API key, and beyond the rate limit."""
        given = request.headers.get("authorization", "")
        if not given.startswith("Bearer "):
            raise ResendError(401, "missing_api_key", "Missing API key in the authorization header")
        if given != f"Bearer {self.api_key}":
            raise ResendError(403, "invalid_api_key", "API key is invalid")
        if self.switches.rate_limit and self._too_many():
            raise ResendError(429, "rate_limit_exceeded", "Too many requests. Limit: 10 per second.", 1)

    def _too_many(self) -> bool:
        """Resend has no allowance for bursts: no second has more than ten requests."""
        now, admitted = self.clock(), self._admitted
        if len(admitted) == REQUESTS_PER_SECOND and now - admitted[0] < 1:
            return True
        admitted.append(now)
        return False


def render_fault(fault: Fault) -> Response:
    """A switched-on fault in Resend's form."""
    code = str(fault.code or ("service_unavailable" if fault.status == 503 else "application_error"))
    limited = code == "rate_limit_exceeded" or code.endswith("quota_exceeded")
    status = fault.status or (429 if limited else 500)
    return ResendError(status, code, "switched on", fault.retry_after).response()


def _earlier(stored: StoredKey, digest: str) -> str:
    """The e-mail that was sent with this key. Raises ResendError if it was another one, or is not sent yet."""
    if stored.digest != digest:
        message = "Same idempotency key used with a different request payload."
        raise ResendError(409, "invalid_idempotent_request", message)
    if stored.email_id is None:
        message = "Same idempotency key used while the original request is in progress."
        raise ResendError(409, "concurrent_idempotent_requests", message)
    return stored.email_id
