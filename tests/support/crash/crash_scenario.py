"""A ticket is opened while an instance crashes; then the others go on as always, and what is left is checked."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from emulator import Json
from state.model.outbox_row import Channel
from tests.support.crash.crash_injection import Trap
from tests.support.crash.instances import Answer, Instance
from tests.support.crash.points import How, Point, Poison
from tests.support.function import ANA, Service, World, settle

_MAX_HOURS = 6
_PATIENCE_SECONDS = 20.0


@dataclass(slots=True, kw_only=True)
class Story:
    """`healthy` takes what the instance that crashes did not, and `sweeper` is another that the scheduler calls."""

    world: World
    healthy: Service
    sweeper: Service
    said: list[Json] = field(default_factory=list)
    confirmed: set[str] = field(default_factory=set)

    def report(self) -> None:
        """The problem is described; the desk has asked whether that is it."""
        self.said.append(self.healthy.say("mi impresora no imprime y se traba"))
        settle()

    def yes(self) -> Json:
        """The press that opens the ticket, as Meta brings it: one reply, one e-mail."""
        (asked,) = self.world.graph.messages
        button, title = next(choice for choice in asked.choices.items() if "/yes/" in choice[0])
        self.said.append(ANA.press(button, title, asked.wamid))
        payload = ANA.webhook(self.said[-1])
        self.world.graph.users.learn_payload(payload)
        return payload

    def take_without_sending(self, payload: Json) -> None:
        """By an instance all of whose threads are busy: both rows wait for the sweep."""
        busy = self.world.start()
        busy.desk.webhook.sender._running = dict.fromkeys(Channel, 1000)
        assert busy.post(payload).status_code == 200

    def crash(self, instance: Instance, point: Point, how: How, payload: Json | None) -> int | None:
        """The call, up to the crash. The status that the caller got; None while the line is still open."""
        answer = Answer()
        trap = Trap(point, instance, answer)
        with trap.armed(self.world.supabase.faults, self.world.graph.faults, self.world.resend.faults):
            instance.post(payload, self.world.graph.app_secret, answer)
            if point.wire:
                assert trap.struck.wait(_PATIENCE_SECONDS), f"nobody made the call\n{instance.output()}"
            elif how is not How.EXCEPTION:
                instance.wait_for_the_crash()
        if how is How.FREEZE and not point.answered:
            return None
        status = answer.wait()
        if how is How.EXCEPTION:
            instance.settle()
        assert point.wire or instance.reached(), f"nobody came to the point\n{instance.output()}"
        return status

    def others_go_on(self) -> None:
        """Delivery statuses come, time passes, the scheduler calls: until nothing is open."""
        self.confirm()
        for _ in range(_MAX_HOURS):
            if not self.open_rows():
                return
            self.world.make_due()
            self.sweep()
            self.confirm()
        raise AssertionError(f"still open: {self.open_rows()}")

    def again(self) -> None:
        """Everything comes once more, and the scheduler calls."""
        for message in self.said:
            assert self.healthy.post(ANA.webhook(message)).status_code == 200
        settle()
        self.world.make_due()
        assert self.sweep() == {}

    def sweep(self) -> Json:
        """The scheduler calls. What became of the rows, by outcome."""
        answer = self.sweeper.client.post("/")
        assert answer.status_code == 200
        outcomes: Json = answer.get_json()["outcomes"]
        return outcomes

    def confirm(self) -> None:
        """Meta reports `sent` for what it has accepted, once each."""
        settle()
        for sent in self.world.graph.messages:
            if sent.wamid not in self.confirmed:
                self.confirmed.add(sent.wamid)
                assert self.healthy.confirm(sent, "sent").status_code == 200
        settle()

    def open_rows(self) -> list[dict[str, Any]]:
        return self.world.rows(
            "select dedup_key, status, attempts, last_error from outbox where status not in ('sent', 'dead') order by id"
        )

    def judge(self, poison: Poison) -> None:
        """One ticket, one e-mail, one bubble for each message, in order; and nothing is open."""
        keys = [f"wa/{message['id']}" for message in self.said]
        assert [sent.callback_data for sent in self.world.graph.messages] == keys
        tickets = self.world.column("select code from tickets")
        assert [mail.tags["ticket"] for mail in self.world.resend.messages] == tickets
        assert len(tickets) == 1
        assert self.world.column("select version from conversations") == [2]
        assert self.world.column("select status from outbox order by id") == ["sent"] * 3
        assert self._outcomes() == {"done": 2} | ({"poison": 1} if poison is Poison.BESIDE else {})

    def judge_kept(self) -> None:
        """The message is stored as poison, and nothing of its turn is."""
        assert self._outcomes() == {"done": 1, "poison": 1}
        assert self.world.column("select code from tickets") == []
        assert len(self.world.graph.messages) == 1
        assert self.world.resend.messages == []
        assert self.world.column("select version from conversations") == [1]

    def _outcomes(self) -> Counter[str]:
        return Counter(self.world.column("select outcome from inbound order by wamid"))
