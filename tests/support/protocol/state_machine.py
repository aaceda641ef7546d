"""A Hypothesis state machine: everything that can happen to the function, one step at a time and in any order.

Steps never overlap: the threads of an instance run as a step of their own, possibly hours later, so the same choices always
lead to the same result. The function and Postgres are real; stand-ins replace Meta and Resend.
"""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bench.chaos.customers import CustomerMessage
from bench.chaos.mail_program import MailedAnswer
from emulator import Json
from emulator.faults import Faults
from emulator.meta.customer import Customer, batch
from emulator.meta.sent_message import SentMessage
from tests.support.protocol import invariants
from tests.support.protocol.held_instances import HeldInstances, HeldRow, UnfinishedRow

REPORT = "mi impresora no imprime y se traba"
_PHOTO = "(a photo)"
TEXTS = (
    ["hola"],
    [REPORT],
    [REPORT, "sí"],
    ["sí"],
    ["no"],
    ["sigue igual"],
    ["quiero hablar con una persona"],
    [_PHOTO],
    [REPORT, _PHOTO, "sí"],
)
CALLS = (
    "load_conversation",
    "commit_turn",
    "mark_sent",
    "finish_outbox",
    "confirm_outbox",
    "claim_outbox",
    "reserve_file",
    "record_stored",
    "/storage/",
)
_MAX_TEXTS = 15  # for each customer, so that nobody is throttled
_MAX_HOURS = 12

which = st.integers(0, 99)
one_of_two = st.integers(0, 1)


class Progress(StrEnum):
    """How far a message is processed at once. UNFINISHED: its rows are sent, and not marked yet, or never."""

    UNDELIVERED = "undelivered"
    HELD = "held"
    UNFINISHED = "unfinished"
    SENT = "sent"


class Failure(StrEnum):
    """How the next call fails. LOST, ERROR_AFTER_EFFECT: it has its effect, then no answer or a 500."""

    DOWN = "down"
    LOST = "lost"
    ERROR_AFTER_EFFECT = "error after effect"
    BUSY = "busy"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenText:
    """A text that a customer wrote."""

    person: int
    sender: Customer
    message: Json


class ProtocolMachine(RuleBasedStateMachine):
    """The test sets `shared` on a subclass."""

    shared: HeldInstances

    def __init__(self) -> None:
        super().__init__()
        self.shared.clear()
        self.world, self.instances, self.clock = self.shared.world, self.shared.instances, self.shared.clock
        self.people = [
            Customer(username=None, clock=self.clock.written),
            Customer(wa_id="5491155550102", user_id="AR.b2", username=None, clock=self.clock.written),
        ]
        self.said: list[WrittenText] = []
        self.waiting: list[WrittenText] = []  # not answered with 200 yet
        self.confirmed: set[str] = set()
        self.unclear: Counter[str] = Counter()

    # --- Meta ---

    @rule(person=one_of_two, texts=st.sampled_from(TEXTS), by=which, progress=st.sampled_from(Progress))
    def say(self, person: int, texts: list[str], by: int, progress: Progress) -> None:
        """Messages in order; each bit of `by` chooses the instance for one of them."""
        for place, text in enumerate(texts):
            said = self._write(person, text)
            if said and progress is not Progress.UNDELIVERED and self._post(by >> place & 1, [said]):
                self.waiting.remove(said)
            if progress in {Progress.SENT, Progress.UNFINISHED}:
                self._run(stops=progress is Progress.UNFINISHED)

    @precondition(lambda self: self.waiting)
    @rule(number=which, by=one_of_two, crashes=st.booleans())
    def deliver(self, number: int, by: int, crashes: bool) -> None:
        """Messages may overtake each other. An instance that crashes has committed, but its answer is lost."""
        said = self.waiting[number % len(self.waiting)]
        answered = self._post(by, [said])
        if crashes:
            self.instances[by].forget()
        elif answered:
            self.waiting.remove(said)

    @precondition(lambda self: self.waiting)
    @rule(by=one_of_two)
    def deliver_all_at_once(self, by: int) -> None:
        if self._post(by, self.waiting):
            self.waiting.clear()

    @precondition(lambda self: self.said)
    @rule(number=which, by=one_of_two)
    def deliver_again(self, number: int, by: int) -> None:
        said = self.said[number % len(self.said)]
        if self._post(by, [said]) and said in self.waiting:
            self.waiting.remove(said)

    @precondition(lambda self: self._unconfirmed())
    @rule(number=which, by=one_of_two)
    def confirm(self, number: int, by: int) -> None:
        """Meta reports a message as sent: early, late, or never."""
        unconfirmed = self._unconfirmed()
        sent = unconfirmed[number % len(unconfirmed)]
        if self.instances[by].service.confirm(sent, "sent").status_code == 200:
            self.confirmed.add(sent.wamid)

    # --- instances ---

    @precondition(lambda self: self._held())
    @rule(number=which, stops=st.booleans())
    def run_thread(self, number: int, stops: bool) -> None:
        """A thread runs. If it stops, it stops after sending and before finishing the row."""
        held = self._held()[number % len(self._held())]
        held.instance.run(held, stops)

    @precondition(lambda self: self._held())
    @rule()
    def run_all_threads(self) -> None:
        self._run(stops=False)

    @precondition(lambda self: self._unfinished())
    @rule(number=which)
    def finish_late(self, number: int) -> None:
        unfinished = self._unfinished()[number % len(self._unfinished())]
        unfinished.instance.finish(unfinished)

    @rule(by=one_of_two)
    def flush(self, by: int) -> None:
        """The ticker's turn: what this instance has sent is marked."""
        self.instances[by].flush()

    @rule(by=one_of_two, replaced=st.booleans())
    def forget(self, by: int, replaced: bool) -> None:
        """The cache is cleared, or a new instance replaces this one."""
        if replaced:
            self.instances[by].forget()
        self.instances[by].service.desk.webhook.messages.processor.cache.clear()

    # --- time ---

    @rule(hours=st.integers(0, 3))
    def sweep(self, hours: int) -> None:
        """The scheduler calls now, and again after each hour."""
        self._sweep()
        for _ in range(hours):
            self.an_hour_passes()
            self._sweep()

    @rule()
    def an_hour_passes(self) -> None:
        """Leases expire; grace periods, back-offs and pauses end."""
        unknown = self.world.column(
            "select dedup_key from outbox where channel = 'whatsapp' and status = 'unknown' order by id"
        )
        taken = {sent.callback_data or "" for sent in self.world.graph.messages}
        heard = {sent.callback_data for sent in self.world.graph.messages if sent.wamid in self.confirmed}
        # Meta has it but has sent no status in an hour: it may be sent again.
        self.unclear.update(key for key in unknown if key in taken - heard)
        self.world.make_due()
        self.clock.hour += 1
        for instance in self.instances:
            instance.age(3600)

    # --- failures of the next call ---

    @rule(call=st.sampled_from(CALLS), done=st.booleans(), times=st.integers(1, 2))
    def break_supabase(self, call: str, done: bool, times: int) -> None:
        """Twice, so that the second try fails, too."""
        if done:
            self.world.supabase.faults.error_after_effect(drop=True, path=call, times=times)
        else:
            self.world.supabase.faults.down(path=call, times=times)

    @rule(how=st.sampled_from(Failure), graph=st.booleans())
    def break_provider(self, how: Failure, graph: bool) -> None:
        if graph:
            _break(self.world.graph.faults, how, busy=131000, token=190)
        else:
            _break(self.world.resend.faults, how, busy="rate_limit_exceeded", token="daily_quota_exceeded")

    # --- invariants ---

    @invariant()
    def nothing_is_doubled(self) -> None:
        invariants.nothing_is_doubled(self.world, self.unclear)

    def teardown(self) -> None:
        """At the end, everything is delivered, confirmed and swept, and has happened exactly once."""
        self.shared.mend()
        for said in list(self.waiting):
            assert self._post(0, [said])
        for _ in range(_MAX_HOURS):
            self._run(stops=False)
            for sent in self._unconfirmed():
                assert self.instances[0].service.confirm(sent, "sent").status_code == 200
                self.confirmed.add(sent.wamid)
            if not self.world.rows("select 1 from outbox where status not in ('sent', 'dead') limit 1"):
                break
            self.an_hour_passes()
            self._sweep()
        written = [
            CustomerMessage(
                customer=said.person, wamid=said.message["id"], payload=said.sender.webhook(said.message)
            )
            for said in self.said
        ]
        invariants.everything_happened_once(self.world, written, self.unclear, self.mailed_answers())

    def mailed_answers(self) -> list[MailedAnswer]:
        """Those of technicians, as far as these sequences have them."""
        return []

    def _write(self, person: int, text: str) -> WrittenText | None:
        if sum(said.person == person for said in self.said) == _MAX_TEXTS:
            return None
        sender = self.people[person]
        said = WrittenText(person=person, sender=sender, message=self._message(sender, text))
        self.said.append(said)
        self.waiting.append(said)
        return said

    def _message(self, sender: Customer, text: str) -> Json:
        if text != _PHOTO:
            return sender.text(text)
        content = f"photo {len(self.said)}".encode()
        return sender.image(content, media_id=self.world.graph.media.put(content, "image/jpeg"))

    def _run(self, *, stops: bool) -> None:
        """Run all threads. If they do not stop, what they have sent is marked, and what follows it is sent."""
        while held := self._held():
            held[0].instance.run(held[0], stops)
            if not stops and not self._held():
                for instance in self.instances:
                    instance.flush()

    def _sweep(self) -> None:
        assert self.shared.sweeper.client.post("/").status_code in {200, 503}

    def _post(self, by: int, said: list[WrittenText]) -> bool:
        payload = batch(*((one.sender, one.message) for one in said))
        status = self.instances[by].service.post(payload).status_code
        assert status in {200, 503}
        return status == 200

    def _unconfirmed(self) -> list[SentMessage]:
        return [sent for sent in self.world.graph.messages if sent.wamid not in self.confirmed]

    def _held(self) -> list[HeldRow]:
        return [held for instance in self.instances for held in instance.held]

    def _unfinished(self) -> list[UnfinishedRow]:
        return [unfinished for instance in self.instances for unfinished in instance.unfinished]


def _break(faults: Faults, how: Failure, *, busy: int | str, token: int | str) -> None:
    match how:
        case Failure.DOWN:
            faults.down(times=1)
        case Failure.LOST:
            faults.error_after_effect(drop=True, times=1)
        case Failure.ERROR_AFTER_EFFECT:
            faults.error_after_effect(times=1)
        case Failure.BUSY:
            faults.error(busy, times=1)
        case Failure.REFUSED:
            faults.error(token, times=1)
