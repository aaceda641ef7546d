"""Meta's webhook: verifies the call, handles every event, and answers 200 only once all of them are in Postgres."""

import hmac
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from flask import Request, Response

from handlers.customer_messages import CustomerMessages
from handlers.delivery_status import DeliveryStatusHandler
from handlers.log import Log, Severity, describe_error
from handlers.operator_mail import OperatorMail
from handlers.outbox_sender import OutboxSender
from handlers.payload import parse_body, read_payload
from handlers.responses import plain
from handlers.settings import Settings
from handlers.signature import HEADER, has_valid_signature
from state.model.message import AccountUpdate, Event, IdentityChange, Ignored, Message, Poison, Status
from state.store.client import Store
from state.store.errors import StoreUnavailable
from state.store.lru import RecentKeys

_MAX_CHALLENGE: Final = 200
_MAX_AGE: Final = timedelta(days=8)  # Meta gives up after 7, and `inbound` knows a message for 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Handles calls from Meta."""

    settings: Settings
    store: Store
    messages: CustomerMessages
    statuses: DeliveryStatusHandler
    sender: OutboxSender
    operator: OperatorMail
    log: Log
    recent: RecentKeys

    def verify(self, request: Request) -> Response:
        """Meta's check that we own the URL: echo the challenge if the verify token is right."""
        token = request.args.get("hub.verify_token", "").encode()
        ours = hmac.compare_digest(token, self.settings.whatsapp_verify_token.encode())
        challenge = request.args.get("hub.challenge", "")
        if request.args.get("hub.mode") != "subscribe" or not ours or len(challenge) > _MAX_CHALLENGE:
            self._log_rejected("wrong verify token")
            return plain("not verified", 403)
        return plain(challenge, 200)

    def receive(self, request: Request) -> Response:
        """Handle a delivery. 401 unsigned, 400 not a WhatsApp payload, 503 not stored (Meta redelivers), else 200."""
        body = request.get_data()
        if not has_valid_signature(body, request.headers.get(HEADER), self.settings.whatsapp_app_secrets):
            self._log_rejected("not signed with our app secret")
            return plain("not signed by Meta", 401)
        payload = parse_body(body)
        if not isinstance(payload, dict) or payload.get("object") != "whatsapp_business_account":
            self._log_rejected("signed, but not a WhatsApp payload")
            return plain("not a WhatsApp payload", 400)
        oldest = datetime.now(UTC) - _MAX_AGE
        events = read_payload(payload, self.settings.whatsapp_phone_number_id, oldest)
        if not self._handle(events):
            self.operator.database_fails()
            return plain("not stored, deliver again", 503)
        self.operator.database_answers()
        self.operator.look()
        return plain("ok", 200)

    def _log_rejected(self, why: str) -> None:
        """Log rejected calls, once a minute for each reason: one of our secrets may be wrong."""
        if self.recent.add(f"{why}/{int(time.time() // 60)}"):
            self.log.write("refused", Severity.WARNING, why=why)

    def _handle(self, events: Sequence[Event]) -> bool:
        """Handle all events of a call. Returns False if any is not in Postgres; redelivering the others is harmless."""
        self._log_for_operator(events)
        # Identities and what is for the operator first, then messages, as customers are waiting; statuses last: there may be many, and
        # they can wait.
        first = (event for event in events if isinstance(event, Poison | IdentityChange) or _is_kept(event))
        stored = self._all_stored(dict.fromkeys(first))  # skip duplicates
        taken = self.messages.take(event for event in events if isinstance(event, Message))
        if not self.sender.wait(taken.replies, self.settings.reply_budget_seconds):
            self.log.write("reply_late", replies=len(taken.replies))
        stored = self._all_stored(taken.poison) and taken.stored and stored
        return stored and self._confirmed([event for event in events if isinstance(event, Status)])

    def _log_for_operator(self, events: Sequence[Event]) -> None:
        """Log the events that only concern the operator, each once, with their number."""
        for event, count in Counter(events).items():
            match event:
                case Ignored():
                    # A number that is not ours: Meta's test button, or a wrong setting that makes us miss every message. Or a
                    # call that somebody has kept, and delivers again.
                    severity = Severity.WARNING if event.unexpected else Severity.INFO
                    self.log.write("ignored", severity, reason=event.reason, count=count)
                case AccountUpdate():
                    severity = Severity.WARNING if event.needs_operator else Severity.INFO
                    self.log.write(
                        "account", severity, field=event.field, change=event.change, about=event.about
                    )

    def _confirmed(self, statuses: Sequence[Status]) -> bool:
        try:
            self.statuses.handle(statuses)
        except StoreUnavailable as error:
            self.log.write("store_unavailable", Severity.ERROR, error=str(error))
            return False
        return True

    def _all_stored(self, events: Iterable[Event]) -> bool:
        """Store events until one fails: Supabase is unavailable then, and Meta will redeliver everything."""
        return all(self._stored(event) for event in events)

    def _stored(self, event: Event) -> bool:
        """Store one event. Returns False only if a redelivery may help."""
        try:
            self._store(event)
        except StoreUnavailable as error:
            self.log.write("store_unavailable", Severity.ERROR, error=str(error))
            return False
        except Exception as error:  # noqa: BLE001 - refused, or a bug of ours: Meta would redeliver it for 7 days
            reason = describe_error(error)
            self.log.write("event_refused", Severity.ERROR, kind=type(event).__name__, error=reason)
        return True

    def _store(self, event: Event) -> None:
        match event:
            case Poison():
                new = self.store.record_poison(event)
                self.log.write("poison", Severity.ERROR, key=event.key, reason=event.reason, new=new)
            case IdentityChange():
                self.log.write("identity", linked=self.store.link_identity(event))
            case AccountUpdate():
                self.store.record_account_update(event)


def _is_kept(event: Event) -> bool:
    """For the operator: what somebody has to see to, and what says that it is over."""
    return isinstance(event, AccountUpdate) and (event.needs_operator or event.takes_back)
