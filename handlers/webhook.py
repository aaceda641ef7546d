"""Meta's webhook: verify, read, take every message, and answer 200 when all of it is in Postgres, and not before."""

from __future__ import annotations

import hmac
import threading
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from flask import Request, Response

from channels.graph_errors import result_of_failure
from handlers.log import Log, Severity
from handlers.outbox_sender import LeasedRow, OutboxSender
from handlers.payload import parse_body, poison_of, read_payload
from handlers.process_message import MessageProcessor
from handlers.settings import Settings
from handlers.signature import HEADER, verified
from state.model.message import AccountUpdate, Event, IdentityChange, Ignored, Message, Poison, Status
from state.model.outbox_row import Outcome, Result
from state.store.client import Store, StoreRefused, StoreUnavailable, new_lease
from state.store.lru import RecentKeys
from state.store.rows import ConfirmResult

_LONGEST_CHALLENGE: Final = 200
_GOOD_NEWS: Final = {
    "APPROVED",
    "GREEN",
    "UTILITY",
    "UNFLAGGED",
    "ONBOARDING",
    "THROUGHPUT_UPGRADE",
    "UPGRADE",
}
_AT_ONCE: Final = 8  # customers of one call that are served side by side


def plain(text: str, status: int) -> Response:
    """An answer for a machine: plain text, so that nothing in it is ever read as a page."""
    return Response(text, status=status, mimetype="text/plain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """What happens with a call from Meta."""

    settings: Settings
    store: Store
    processor: MessageProcessor
    delivery: OutboxSender
    log: Log
    recent: RecentKeys

    def verify(self, request: Request) -> Response:
        """Meta asks whether this address is ours: its challenge goes back, raw, if it knows our word."""
        token = request.args.get("hub.verify_token", "").encode()
        ours = hmac.compare_digest(token, self.settings.whatsapp_verify_token.encode())
        challenge = request.args.get("hub.challenge", "")
        if request.args.get("hub.mode") != "subscribe" or not ours or len(challenge) > _LONGEST_CHALLENGE:
            self._refused("verified with another word than ours")
            return plain("not verified", 403)
        return plain(challenge, 200)

    def receive(self, request: Request) -> Response:
        """A delivery. 401 unsigned, 400 not Meta's, 503 not stored (Meta delivers again), else 200."""
        body = request.get_data()
        if not verified(body, request.headers.get(HEADER), self.settings.whatsapp_app_secrets):
            self._refused("not signed with our app secret")
            return plain("not signed by Meta", 401)
        payload = parse_body(body)
        if not isinstance(payload, dict) or payload.get("object") != "whatsapp_business_account":
            return plain("not a WhatsApp payload", 400)
        events = read_payload(payload, self.settings.whatsapp_phone_number_id)
        if not self._handle(events):
            return plain("not stored, deliver again", 503)
        return plain("ok", 200)

    def _refused(self, why: str) -> None:
        """A wrong secret looks like silence, so it is told; once a minute, or whoever knocks could fill the log."""
        if self.recent.add(f"{why}/{int(time.time() // 60)}"):
            self.log.write("refused", Severity.WARNING, why=why)

    def _handle(self, events: Sequence[Event]) -> bool:
        """Everything in one call. False if something is not in Postgres; what is, stays: dedup makes the repeat harmless."""
        for reason in {event.reason for event in events if isinstance(event, Ignored)}:
            # A number that is not ours is Meta's test button, or a slip in our settings that would cost every message.
            odd = reason.startswith("another number")
            self.log.write("ignored", Severity.WARNING if odd else Severity.INFO, reason=reason)
        for event in dict.fromkeys(event for event in events if isinstance(event, AccountUpdate)):
            severity = Severity.INFO if event.news in _GOOD_NEWS else Severity.WARNING
            self.log.write("account", severity, field=event.field, news=event.news, about=event.about)
        # First who is who, then the customers, who wait; statuses last, as nobody waits for them and there may be many.
        told = (event for event in events if isinstance(event, Poison | IdentityChange))
        known = self._all_stored(dict.fromkeys(told))  # the same thing twice is one row: it needs one call
        groups = by_customer(event for event in events if isinstance(event, Message))
        outcomes = [self._serve(groups[0])] if len(groups) == 1 else self._side_by_side(groups)
        lanes = [lane for _, lanes in outcomes for lane in lanes]
        if not self.delivery.wait(lanes, self.settings.reply_budget_seconds):
            self.log.write("reply_late", lanes=len(lanes))
        taken = all(done for done, _ in outcomes)
        return known and taken and self._all_stored(event for event in events if isinstance(event, Status))

    def _all_stored(self, events: Iterable[Poison | IdentityChange | Status]) -> bool:
        """Ends with the first that cannot be stored: Supabase is away, and everything will come again."""
        return all(self._safely(event) for event in events)

    def _side_by_side(self, groups: list[list[Message]]) -> list[tuple[bool, list[LeasedRow]]]:
        if not groups:
            return []
        with ThreadPoolExecutor(
            max_workers=min(_AT_ONCE, len(groups)), thread_name_prefix="customer"
        ) as pool:
            return list(pool.map(self._serve, groups))

    def _serve(self, messages: list[Message]) -> tuple[bool, list[LeasedRow]]:
        """One customer's messages, in order. Stops at the first that cannot be stored: order matters more."""
        lanes: list[LeasedRow] = []
        answered = threading.Event()
        self._receipt(messages[-1], answered)
        for message in messages:
            # Of a batch that comes again because of one message, what this instance has taken needs no call: or a large
            # one would hardly ever be taken whole while every tenth call fails.
            if f"taken/{message.wamid}" in self.recent:
                continue
            try:
                taken = self.processor.process(message)
            except StoreUnavailable as error:
                self.log.write(
                    "store_unavailable",
                    Severity.ERROR,
                    wamid=self.log.message(message.wamid),
                    error=str(error),
                )
                return False, lanes
            except StoreRefused as error:
                if not self._safely(poison_of(message, str(error))):
                    return False, lanes
                continue
            except Exception as error:  # noqa: BLE001 - a turn that fails for its own reason would be delivered for 7 days
                if not self._safely(poison_of(message, _where(error))):
                    return False, lanes
                continue
            self._note_throttling(message, taken.result)
            if taken.rows:
                answered.set()
            lanes += self.delivery.start(taken.rows, taken.lease)
            self.recent.add(f"taken/{message.wamid}")
        return True, lanes

    def _note_throttling(self, message: Message, result: str) -> None:
        name = f"throttled/{message.sender.key}"
        if result == "throttled":
            self.recent.add(name)
        elif result == "committed":
            self.recent.pop(name)

    def _receipt(self, message: Message, answered: threading.Event) -> None:
        """Once per message and instance: after a redelivery nobody is typing, and a flood gets no receipts."""
        if not self.recent.add(message.wamid) or f"throttled/{message.sender.key}" in self.recent:
            return
        self.delivery.receipt(message.wamid, answered.is_set)

    def _safely(self, event: Poison | IdentityChange | Status) -> bool:
        try:
            self._record(event)
        except StoreUnavailable as error:
            self.log.write("store_unavailable", Severity.ERROR, error=str(error))
            return False
        except StoreRefused as error:  # nothing we could keep either: say so and let Meta go on
            self.log.write("event_refused", Severity.ERROR, kind=type(event).__name__, error=str(error))
        return True

    def _record(self, event: Poison | IdentityChange | Status) -> None:
        match event:
            case Poison():
                new = self.store.record_poison(event)
                self.log.write("poison", Severity.ERROR, key=event.key, reason=event.reason, new=new)
            case IdentityChange():
                self.log.write("identity", linked=self.store.link_identity(event))
            case Status():
                self._echo(event)

    def _echo(self, status: Status) -> None:
        """`sent` closes a row, `failed` puts it back or ends it; the others tell nothing that these do not."""
        if status.status == "failed":
            result = result_of_failure(status.error_code)
        elif status.status == "sent":
            result = Result(outcome=Outcome.SENT)
        else:
            return
        # A provider's id is closed once; what this instance has closed needs no call.
        if not self.recent.add(f"{status.status}/{status.provider_id}"):
            return
        try:
            self._confirm(status, result)
        except BaseException:
            self.recent.pop(f"{status.status}/{status.provider_id}")
            raise

    def _confirm(self, status: Status, result: Result) -> None:
        lease = new_lease()
        answer = self.store.confirm(
            status.dedup_key, status.provider_id, result, lease, self.delivery.channels()
        )
        self.delivery.start(answer.rows, lease)
        severity = Severity.ERROR if answer.result is ConfirmResult.DEAD else Severity.INFO
        self.log.write(
            "echo",
            severity,
            wamid=self.log.message((status.dedup_key or status.provider_id).removeprefix("wa/")),
            status=status.status,
            error=result.error,
            result=answer.result,
        )


def by_customer(messages: Iterable[Message]) -> list[list[Message]]:
    """Each customer's messages in the order they were written; a message that is there twice is there once.

    Somebody may be named by BSUID in one message and by number in the next: one alias in common is enough.
    """
    groups: dict[str, list[Message]] = {}
    seen: set[str] = set()
    for message in messages:
        if message.wamid in seen:
            continue
        seen.add(message.wamid)
        aliases = [alias for alias in (message.sender.user_id, message.sender.wa_id) if alias]
        met = {id(groups[alias]): groups[alias] for alias in aliases if alias in groups}.values()
        group = [*(earlier for known in met for earlier in known), message]
        joined = [alias for alias, known in groups.items() if any(known is other for other in met)]
        groups.update(dict.fromkeys([*joined, *aliases], group))
    distinct = {id(group): group for group in groups.values()}.values()
    return [sorted(group, key=lambda message: message.at) for group in distinct]


def _where(error: Exception) -> str:
    """The class of an error and the line it came from: its words may be a customer's."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f" at {trace.tb_frame.f_code.co_qualname}:{trace.tb_lineno}" if trace else ""
    return f"{type(error).__name__}{place}"
