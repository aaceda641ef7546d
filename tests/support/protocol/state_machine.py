"""Everything that can happen to the function, one step at a time and in any order, for Hypothesis to choose from.

Nothing here runs beside anything else: the threads of an instance run when the play says so, an hour later if it likes, so the
same choices always come to the same end. The product is real, and so are Postgres and what stands in for Meta and Resend.
"""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bench.chaos.customers import CustomerMessage
from emulator import Json
from emulator.faults import Faults
from emulator.meta.customer import Customer, batch
from emulator.meta.sent_message import SentMessage
from tests.support.protocol import invariants
from tests.support.protocol.held_instances import Held, Scene, Unmarked

_REPORT = "mi impresora no imprime y se traba"
SAID = (
    ["hola"],
    [_REPORT],
    [_REPORT, "sí"],
    ["sí"],
    ["no"],
    ["sigue igual"],
    ["quiero hablar con una persona"],
)
CALLS = ("load_conversation", "commit_turn", "finish_outbox", "confirm_outbox", "claim_outbox")
_MAX_SAID = 15  # of one customer: nobody is throttled
_MAX_HOURS = 12

which = st.integers(0, 99)
one_of_two = st.integers(0, 1)


class Meanwhile(StrEnum):
    """How far a message is processed at once. UNMARKED: its rows are sent, and the instance stops before it can finish them."""

    UNDELIVERED = "undelivered"
    HELD = "held"
    UNMARKED = "unmarked"
    SENT = "sent"


class Trouble(StrEnum):
    """What goes wrong with the next call. LOST, STUMBLES: it has its effect, and no answer or a 500. REFUSED: the whole account is."""

    DOWN = "down"
    LOST = "lost"
    STUMBLES = "stumbles"
    BUSY = "busy"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a customer wrote."""

    person: int
    sender: Customer
    message: Json


class Play(RuleBasedStateMachine):
    """`scene` is set on a subclass, by the test that has it."""

    scene: Scene

    def __init__(self) -> None:
        super().__init__()
        self.scene.clear()
        self.world, self.instances, self.clock = self.scene.world, self.scene.instances, self.scene.clock
        self.people = [
            Customer(username=None, clock=self.clock.written),
            Customer(wa_id="5491155550102", user_id="AR.b2", username=None, clock=self.clock.written),
        ]
        self.said: list[Said] = []
        self.waiting: list[Said] = []  # what Meta has had no 200 for
        self.confirmed: set[str] = set()
        self.unclear: Counter[str] = Counter()

    # --- Meta ---

    @rule(person=one_of_two, texts=st.sampled_from(SAID), by=which, meanwhile=st.sampled_from(Meanwhile))
    def say(self, person: int, texts: list[str], by: int, meanwhile: Meanwhile) -> None:
        """One message after the other, each to either instance, as the bits of `by` say."""
        for place, text in enumerate(texts):
            said = self._write(person, text)
            if said and meanwhile is not Meanwhile.UNDELIVERED and self._post(by >> place & 1, [said]):
                self.waiting.remove(said)
            if meanwhile in {Meanwhile.SENT, Meanwhile.UNMARKED}:
                self._run(stops=meanwhile is Meanwhile.UNMARKED)

    @precondition(lambda self: self.waiting)
    @rule(number=which, by=one_of_two, dies=st.booleans())
    def deliver(self, number: int, by: int, dies: bool) -> None:
        """In any order. An instance that dies has committed, but its answer is lost."""
        said = self.waiting[number % len(self.waiting)]
        answered = self._post(by, [said])
        if dies:
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

    @precondition(lambda self: self._unheard())
    @rule(number=which, by=one_of_two)
    def confirm(self, number: int, by: int) -> None:
        """Early, late, or never."""
        unheard = self._unheard()
        sent = unheard[number % len(unheard)]
        if self.instances[by].service.confirm(sent, "sent").status_code == 200:
            self.confirmed.add(sent.wamid)

    # --- instances ---

    @precondition(lambda self: self._held())
    @rule(number=which, stops=st.booleans())
    def run_thread(self, number: int, stops: bool) -> None:
        """A thread runs. If it stops, it does so after sending and before marking."""
        held = self._held()[number % len(self._held())]
        held.instance.run(held, stops)

    @precondition(lambda self: self._held())
    @rule()
    def run_all_threads(self) -> None:
        self._run(stops=False)

    @precondition(lambda self: self._unmarked())
    @rule(number=which)
    def mark_late(self, number: int) -> None:
        unmarked = self._unmarked()[number % len(self._unmarked())]
        unmarked.instance.mark(unmarked)

    @rule(by=one_of_two, replaced=st.booleans())
    def forget(self, by: int, replaced: bool) -> None:
        """The cache is emptied, or the whole instance ends and another replaces it."""
        if replaced:
            self.instances[by].forget()
        self.instances[by].service.desk.webhook.messages.processor.cache.clear()

    # --- time ---

    @rule(hours=st.integers(0, 3))
    def sweep(self, hours: int) -> None:
        """The scheduler calls; and again after each hour that passes."""
        self._sweep()
        for _ in range(hours):
            self.an_hour_passes()
            self._sweep()

    @rule()
    def an_hour_passes(self) -> None:
        """Leases run out, graces and back-offs and pauses end."""
        unknown = self.world.column(
            "select dedup_key from outbox where kind = 'whatsapp' and status = 'unknown' order by id"
        )
        taken = {sent.callback_data or "" for sent in self.world.graph.messages}
        heard = {sent.callback_data for sent in self.world.graph.messages if sent.wamid in self.confirmed}
        # Meta has it and has sent no status in all that time: it may go again.
        self.unclear.update(key for key in unknown if key in taken - heard)
        self.world.make_due()
        self.clock.hour += 1

    # --- trouble, for the next call ---

    @rule(call=st.sampled_from(CALLS), done=st.booleans(), times=st.integers(1, 2))
    def break_supabase(self, call: str, done: bool, times: int) -> None:
        """Twice, or the second try would get through."""
        if done:
            self.world.supabase.faults.error_after_effect(drop=True, path=call, times=times)
        else:
            self.world.supabase.faults.down(path=call, times=times)

    @rule(how=st.sampled_from(Trouble), graph=st.booleans())
    def break_provider(self, how: Trouble, graph: bool) -> None:
        if graph:
            _break(self.world.graph.faults, how, busy=131000, token=190)
        else:
            _break(self.world.resend.faults, how, busy="rate_limit_exceeded", token="daily_quota_exceeded")

    # --- what must hold ---

    @invariant()
    def nothing_is_doubled(self) -> None:
        invariants.nothing_is_doubled(self.world, self.unclear)

    def teardown(self) -> None:
        """At the end all is delivered, confirmed and swept, and everything has happened once."""
        self.scene.mend()
        for said in list(self.waiting):
            assert self._post(0, [said])
        for _ in range(_MAX_HOURS):
            self._run(stops=False)
            for sent in self._unheard():
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
        invariants.all_has_happened_once(self.world, written, self.unclear)

    def _write(self, person: int, text: str) -> Said | None:
        if sum(said.person == person for said in self.said) == _MAX_SAID:
            return None
        sender = self.people[person]
        said = Said(person=person, sender=sender, message=sender.text(text))
        self.said.append(said)
        self.waiting.append(said)
        return said

    def _run(self, *, stops: bool) -> None:
        while held := self._held():
            held[0].instance.run(held[0], stops)

    def _sweep(self) -> None:
        assert self.scene.sweeper.client.post("/").status_code in {200, 503}

    def _post(self, by: int, said: list[Said]) -> bool:
        payload = batch(*((one.sender, one.message) for one in said))
        status = self.instances[by].service.post(payload).status_code
        assert status in {200, 503}
        return status == 200

    def _unheard(self) -> list[SentMessage]:
        return [sent for sent in self.world.graph.messages if sent.wamid not in self.confirmed]

    def _held(self) -> list[Held]:
        return [held for instance in self.instances for held in instance.held]

    def _unmarked(self) -> list[Unmarked]:
        return [unmarked for instance in self.instances for unmarked in instance.unmarked]


def _break(faults: Faults, how: Trouble, *, busy: int | str, token: int | str) -> None:
    match how:
        case Trouble.DOWN:
            faults.down(times=1)
        case Trouble.LOST:
            faults.error_after_effect(drop=True, times=1)
        case Trouble.STUMBLES:
            faults.error_after_effect(times=1)
        case Trouble.BUSY:
            faults.error(busy, times=1)
        case Trouble.REFUSED:
            faults.error(token, times=1)
