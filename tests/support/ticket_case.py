"""An open ticket for tests: actions of technicians and customers on it, and the notifications they cause."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from emulator.meta.customer import Customer
from emulator.meta.sent_message import SentMessage
from emulator.resend.email_rules import SentEmail
from state.model.message import Sender
from state.model.ticket import ActionResult, TechnicianAction
from state.model.turn import ChangeKind, ChangeTicket
from tests.support.builders import Desk, message, tables_of
from tests.support.function import ANA, Service, World, settle


@dataclass(slots=True, kw_only=True)
class Case:
    """One open ticket of a customer. The rows of its opening are sent, so a test sees only what follows."""

    world: World
    service: Service
    code: str
    customer: Customer

    def work(self, action: TechnicianAction, text: str = "", author: str = "Marta") -> None:
        """A technician acts from the ticket's page."""
        done = self.service.desk.sweep.store.act_on_ticket(
            self.code, action, text, author=author, key=str(uuid4()), seen=None
        )
        assert done.result is ActionResult.DONE

    def changes(self, change: ChangeKind, text: str = "", rating: int | None = None) -> None:
        """The customer changes their ticket."""
        sender = Sender(user_id=self.customer.user_id, wa_id=self.customer.wa_id, name=self.customer.name)
        with tables_of(self.world.database_url) as tables:
            desk = Desk(self.service.desk.sweep.store, tables)
            effect = ChangeTicket(code=self.code, kind=change, text=text, rating=rating)
            assert desk.take(message(str(uuid4()), sender), effect, outbox=[]).result == "committed"

    def notifications(self) -> list[SentMessage]:
        """The notifications that the customer has received, after a sweep."""
        self.world.make_due()
        assert self.world.sweep().status_code == 200
        return [
            sent for sent in self.world.graph.messages if (sent.callback_data or "").startswith("notify/")
        ]

    def mails(self) -> list[SentEmail]:
        """The e-mails that the technicians have received, after a sweep."""
        self.world.make_due()
        assert self.world.sweep().status_code == 200
        return [mail for mail in self.world.resend.messages if "/opened/" not in (mail.key or "")]

    def row(self, channel: str = "whatsapp") -> dict[str, Any]:
        """The latest notification in the outbox."""
        found: list[dict[str, Any]] = self.world.rows(
            "select *, extract(epoch from next_at - now())::float as waits from outbox "
            "where events is not null and channel = %s and content <> 'full_text' order by id desc limit 1",
            channel,
        )
        return found[0]

    def status(self) -> str:
        (found,) = self.world.column("select status from tickets where code = %s", self.code)
        return str(found)

    def notified(self) -> list[str]:
        """How the customer was notified, from the events of the ticket."""
        return [
            str(body)
            for body in self.world.column(
                "select e.body from ticket_events e join tickets t on t.id = e.ticket_id "
                "where t.code = %s and e.kind = 'notified' order by e.id",
                self.code,
            )
        ]


def open_case(world: World, service: Service, customer: Customer = ANA) -> Case:
    service.open_ticket(customer)
    settle()
    (code,) = world.column("select code from tickets order by id desc limit 1")
    return Case(world=world, service=service, code=code, customer=customer)
