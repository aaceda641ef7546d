"""A ticket is opened while an instance crashes; other instances recover, and the result is checked."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from emulator import Json
from emulator.meta.customer import Customer
from emulator.meta.users import Person as User
from emulator.resend.resend_api import Delivery
from handlers.desk_links import COOKIE, DeskAccess
from state.model.outbox_row import Channel
from state.model.technician import Technician as Person
from state.store.files import BUCKET
from tests.support.crash.crash_injection import CrashInjection
from tests.support.crash.instances import Answer, Instance
from tests.support.crash.points import How, Point, Poison
from tests.support.function import ANA, PUBLIC_URL, Service, World, settle
from tests.support.sample_files import JPEG
from tests.support.technician import Technician, read_the_mail
from tests.support.technician_mailbox import Mailbox

# A crash after the first e-mail of a row is one between two of them.
TWO_TECHNICIANS = "marta@example.com, luis@example.com"
RUI = Customer(name="Rui", wa_id="551188887777", user_id=None, username=None)
PHOTO = b"\xff\xd8\xff a photo"
_MAX_HOURS = 8
_PATIENCE_SECONDS = 20.0


@dataclass(slots=True, kw_only=True)
class CrashScenario:
    """`healthy` gets the messages that the crashed instance did not take; the scheduler calls `sweeper`."""

    world: World
    healthy: Service
    sweeper: Service
    said: list[Json] = field(default_factory=list)
    confirmed: set[str] = field(default_factory=set)
    path: str = "/"
    form: dict[str, str] = field(default_factory=dict)
    cookie: dict[str, str] = field(default_factory=dict)
    photo: bytes | None = None
    mail: Delivery | None = None

    def report(self, instance: Instance | None = None) -> None:
        """Describe a problem to this instance, or the healthy one; the reply asks whether to open a ticket."""
        message = ANA.text("mi impresora no imprime y se traba")
        self.said.append(message)
        payload = ANA.webhook(message)
        if instance:
            self.world.graph.users.learn_payload(payload)
            answer = Answer()
            instance.post(payload, self.world.graph.app_secret, answer)
            assert answer.wait() == 200
        else:
            assert self.healthy.post(payload).status_code == 200
            settle()

    def confirm_report(self) -> Json:
        """Meta's payload for the button that opens the ticket. It causes one reply and one e-mail to each technician."""
        (asked,) = self.world.graph.messages
        button, title = next(choice for choice in asked.choices.items() if "/yes/" in choice[0])
        self.said.append(ANA.press(button, title, asked.wamid))
        payload = ANA.webhook(self.said[-1])
        self.world.graph.users.learn_payload(payload)
        return payload

    def go_on(self) -> Json:
        """Meta's payload for one more line of the report. It causes one reply, which waits for the next line."""
        self.said.append(ANA.text("es la de la caja"))
        payload = ANA.webhook(self.said[-1])
        self.world.graph.users.learn_payload(payload)
        return payload

    def send_a_photo(self) -> Json:
        """Meta's payload for a photo that belongs to a ticket that is open."""
        self.report()
        assert self.healthy.post(self.confirm_report()).status_code == 200
        self.confirm()
        self.world.a_pause()
        media_id = self.world.graph.media.put(PHOTO, "image/jpeg")
        self.said.append(ANA.image(PHOTO, media_id=media_id))
        return ANA.webhook(self.said[-1])

    def check_the_photo_is_there_once(self) -> None:
        """One attachment, and its object; no row is open."""
        (file,) = self.world.rows(
            "select object, bytes, missing, stored_at is not null as stored from attachments"
        )
        storage = self.world.supabase.storage
        assert list(storage.objects(BUCKET)) == [file["object"]]
        assert storage.content(BUCKET, file["object"]) == PHOTO
        assert (file["bytes"], file["missing"], file["stored"]) == (len(PHOTO), None, True)
        assert storage.uploads[f"{BUCKET}/{file['object']}"] <= 2
        assert set(self.world.column("select status from outbox order by id")) == {"sent"}

    def check_the_photo_of_the_answer_arrived_once(self) -> None:
        """With the words, and from the one object that is left; and no row is open."""
        assert [sent.kind for sent in self.world.graph.messages].count("image") == 1
        # Some hours later.
        self.world.rows("update outbox set next_at = now() where status = 'ready'")
        self.sweep()
        (file,) = self.world.rows("select object from attachments")
        storage = self.world.supabase.storage
        assert list(storage.objects(BUCKET)) == [file["object"]]
        assert self.open_rows() == []

    def erase(self) -> None:
        """The person asks the operator to be erased."""
        self.world.rows("select erase_person(id) from customers")

    def check_nothing_is_left_of_the_photo(self) -> None:
        self.recover()
        self.world.make_due()
        self.sweep()
        assert list(self.world.supabase.storage.objects(BUCKET)) == []
        assert self.world.column("select object from attachments") == []
        assert self.open_rows() == []

    def take_without_sending(self, payload: Json) -> None:
        """Post it to an instance without free threads, so that both rows wait for the sweep."""
        busy = self.world.start()
        busy.fill_threads(*Channel)
        assert busy.post(payload).status_code == 200

    def write_on_page(self) -> Technician:
        """A technician with the page of a ticket that is open, and an answer in its form."""
        self.report()
        assert self.healthy.post(self.confirm_report()).status_code == 200
        self.confirm()
        technician = read_the_mail(self.world, self.healthy)
        self.path, self.form = technician.path, technician.form("answer", "Prueba con otro cable.")
        return technician

    def answer_by_mail(self) -> None:
        """A technician has answered, with a photo, the e-mail about a ticket to which its customer has added something since."""
        self.report()
        assert self.healthy.post(self.confirm_report()).status_code == 200
        self.confirm()
        self.world.a_pause()
        marta = Mailbox(world=self.world, service=self.healthy, address="marta@example.com")
        written = marta.write(self.form["text"], files=[("foto.jpg", JPEG, "image/jpeg")])
        message = ANA.text("ah, y hace un ruido raro")
        self.said.append(message)
        assert self.healthy.post(ANA.webhook(message)).status_code == 200
        self.confirm()
        self.world.make_due()
        self.sweep()
        self.confirm()
        self.mail = self.world.resend.receive(written)

    def deliver_mail(self) -> int:
        """Resend delivers the event to the healthy instance. Returns the status of the answer."""
        assert self.mail
        return self.healthy.client.post("/mail", data=self.mail.body, headers=self.mail.headers).status_code

    def check_the_mail_was_done_once(self) -> None:
        """The words and the photo arrived once, and its author was told once what they had not seen."""
        self.check_the_words_arrived_once()
        self.check_the_photo_of_the_answer_arrived_once()
        told = [mail for mail in self.world.resend.messages if (mail.key or "").startswith("mailed/")]
        assert [mail.to for mail in told] == [("marta@example.com",)]
        assert "ruido raro" in (told[0].text or "")
        assert "foto.jpg" not in (told[0].text or "")  # it is not said to be lost
        assert self.world.column("select outcome from received_mails") == ["sent"]

    def ask_for_the_list(self) -> int:
        """A technician asks the healthy instance, too, for the link to the list."""
        return self.healthy.client.post(self.path, data=self.form, base_url=PUBLIC_URL).status_code

    def stand_at_the_counter(self) -> None:
        """A technician with the cookie of the list, and the form for somebody whose number Meta writes without its ninth digit."""
        self.world.graph.users.learn(User(name="Rui", wa_id=RUI.wa_id))
        access = DeskAccess(technician=Person(address=TWO_TECHNICIANS.split(", ")[0]).id, epoch=0)
        links = self.healthy.desk.desk.links
        cookie = links.cookie(access, datetime.now(UTC))
        self.cookie = {"Cookie": f"{COOKIE}={cookie}"}
        self.healthy.client.set_cookie(COOKIE, cookie)
        self.path = "/desk/"
        self.form = {"key": "k" * 22, "number": "+55 11 98888-7777", "text": "não liga", "language": "pt"}

    def open_for_him(self) -> int:
        """Send the form to the healthy instance. Returns the status of the answer."""
        return self.healthy.client.post(self.path, data=self.form).status_code

    def check_he_was_told_once_and_is_one_customer(self) -> None:
        """One ticket, one template with its code, one e-mail to each technician; his first message is about it."""
        (code,) = self.world.column("select code from tickets")
        (told,) = self.world.graph.messages
        assert (told.kind, told.parameters[0]) == ("template", code)
        assert sorted(mail.to for mail in self.world.resend.messages) == sorted(
            (address,) for address in TWO_TECHNICIANS.split(", ")
        )
        assert self.world.column("select status from outbox order by id") == ["sent"] * 2
        self.healthy.say("oi", RUI)
        settle()
        assert code in self.world.graph.messages[-1].text
        assert self.world.column("select wa_id from customers") == [RUI.wa_id]

    def crash(
        self,
        instance: Instance,
        point: Point,
        how: How,
        payload: Json | None = None,
    ) -> int | None:
        """Call the instance and let it crash. Returns the status of the answer; None while the connection is open."""
        answer = Answer()
        injection = CrashInjection(point, instance, answer)
        with injection.armed(self.world.supabase.faults, self.world.graph.faults, self.world.resend.faults):
            if self.mail:
                instance.deliver(self.mail.body, self.mail.headers, answer)
            elif self.form:
                instance.submit(self.path, self.form, answer, self.cookie, self.photo)
            else:
                instance.post(payload, self.world.graph.app_secret, answer)
            if point.wire:
                assert injection.crashed.wait(_PATIENCE_SECONDS), (
                    f"the call was not made\n{instance.output()}"
                )
            elif how is not How.EXCEPTION:
                instance.wait_for_the_crash()
        if how is How.FREEZE and not point.answered:
            return None
        status = answer.wait()
        if how is How.EXCEPTION:
            instance.settle()
        assert point.wire or instance.reached(), f"the point was not reached\n{instance.output()}"
        return status

    def recover(self) -> None:
        """Deliver statuses, let time pass and call the sweep, until no row is open."""
        self.confirm()
        for _ in range(_MAX_HOURS):
            if not self.open_rows():
                return
            self.world.make_due()
            self.sweep()
            self.confirm()
        raise AssertionError(f"still open: {self.open_rows()}")

    def deliver_again(self) -> None:
        """Deliver every message again, and call the sweep."""
        for message in self.said:
            assert self.healthy.post(ANA.webhook(message)).status_code == 200
        settle()
        self.world.make_due()
        assert self.sweep() == {}

    def sweep(self) -> Json:
        """Call the sweep. Returns how many rows had which outcome."""
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

    def check_everything_happened_once(self, poison: Poison) -> None:
        """One ticket, one e-mail to each technician, one reply for each message in order; and no row is open."""
        keys = [f"wa/{message['id']}" for message in self.said]
        assert [sent.callback_data for sent in self.world.graph.messages] == keys
        tickets = self.world.column("select code from tickets")
        mails = [(mail.tags["ticket"], *mail.to) for mail in self.world.resend.messages]
        assert mails == [(code, address) for code in tickets for address in TWO_TECHNICIANS.split(", ")]
        assert len(tickets) == 1
        assert self.world.column("select version from conversations") == [2]
        assert self.world.column("select status from outbox order by id") == ["sent"] * 3
        assert self._outcomes() == {"done": 2} | ({"poison": 1} if poison is Poison.BESIDE else {})

    def check_the_words_arrived_once(self) -> None:
        """One event, one bubble with the words; and no row is open."""
        assert self.world.column("select body from ticket_events where actor = 'technician'") == [
            self.form["text"]
        ]
        told = [
            sent.text
            for sent in self.world.graph.messages
            if (sent.callback_data or "").startswith("notify/")
        ]
        assert [self.form["text"] in text for text in told] == [True]
        if not self.photo and not self.mail:
            assert self.world.column("select status from outbox order by id") == ["sent"] * 4

    def check_each_link_was_mailed_once(self) -> None:
        """One e-mail for a row, of which there is one in ten minutes; and no row is open."""
        rows = self.world.rows("select dedup_key, recipient, status from outbox order by id")
        assert [row["status"] for row in rows] == ["sent"] * len(rows)
        keys = [f"{row['dedup_key']}/{Person(address=row['recipient']).id}" for row in rows]
        assert [mail.key for mail in self.world.resend.messages] == keys
        assert 1 <= len(rows) <= 2

    def check_each_line_was_answered_once(self) -> None:
        """One reply for each message in order; and no row is open."""
        keys = [f"wa/{message['id']}" for message in self.said]
        assert [sent.callback_data for sent in self.world.graph.messages] == keys
        assert self.world.column("select version from conversations") == [2]
        assert self.world.column("select status from outbox order by id") == ["sent"] * 2
        assert self._outcomes() == {"done": 2}

    def check_only_the_message_was_kept(self) -> None:
        """The message is stored as poison, and nothing of its turn is stored."""
        assert self._outcomes() == {"done": 1, "poison": 1}
        assert self.world.column("select code from tickets") == []
        assert len(self.world.graph.messages) == 1
        assert self.world.resend.messages == []
        assert self.world.column("select version from conversations") == [1]

    def _outcomes(self) -> Counter[str]:
        return Counter(self.world.column("select outcome from inbound order by wamid"))
