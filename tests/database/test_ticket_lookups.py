"""Look-ups by operators and technicians: a list of tickets, one in full, a person before they are erased."""

from dataclasses import asdict
from typing import Any

import pytest

from state.model.message import Attachment, AttachmentKind, Poison
from state.model.outbox_row import Channel, Content, Outcome
from state.model.ticket import StoredFile, TechnicianAction
from state.model.turn import ChangeTicket
from tests.support.builders import ANA, BEA, Desk, code, mail, message, notes, opens, reply

PHOTO = Attachment(kind=AttachmentKind.IMAGE, media_id="m1", caption="la luz", mime_type="image/jpeg")


def listed(desk: Desk, *given: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.tables.value(
        f"select list_tickets({', '.join(['%s'] * len(given))})", *given
    )
    return found


def codes(tickets: list[dict[str, Any]]) -> list[str]:
    return [ticket["code"] for ticket in tickets]


class TestList:
    @pytest.fixture(autouse=True)
    def _five(self, desk: Desk) -> None:
        for number in range(1, 6):
            desk.take(message(str(number), BEA if number == 5 else ANA), opens(number), outbox=[])
        for number, status in ((1, "closed"), (2, "resolved"), (3, "in_progress")):
            desk.tables.do("update tickets set status = %s where code = %s", status, code(number))

    def test_oldest_first(self, desk: Desk) -> None:
        assert codes(listed(desk)) == [code(number) for number in (1, 2, 3, 4, 5)]

    def test_says_what_a_list_shows(self, desk: Desk) -> None:
        desk.store.act_on_ticket(code(5), TechnicianAction.TAKE, "", author="Marta", key=None, seen=None)
        ticket = listed(desk)[-1]
        assert {name: ticket[name] for name in ("status", "assignee", "customer", "summary", "rating")} == {
            "status": "in_progress",
            "assignee": "Marta",
            "customer": "Bea",
            "summary": "no prende",
            "rating": None,
        }

    @pytest.mark.parametrize(
        ("statuses", "numbers"),
        [
            (["open"], [4, 5]),
            (["open", "in_progress"], [3, 4, 5]),
            (["closed", "closed"], [1]),
            (["waiting_customer"], []),
            ([], []),
            (None, [1, 2, 3, 4, 5]),
        ],
    )
    def test_with_some_statuses(self, desk: Desk, statuses: list[str] | None, numbers: list[int]) -> None:
        assert codes(listed(desk, statuses)) == [code(number) for number in numbers]

    def test_page_by_page(self, desk: Desk) -> None:
        first = listed(desk, None, 2)
        second = listed(desk, None, 2, first[-1]["id"])
        assert codes(first + second) == [code(number) for number in (1, 2, 3, 4)]
        assert codes(listed(desk, ["open", "closed"], 2, second[-1]["id"])) == [code(5)]

    def test_of_somebody_who_was_erased(self, desk: Desk) -> None:
        desk.tables.value("select erase_person(id) from customers where name = 'Bea'")
        assert (codes(listed(desk))[-1], listed(desk)[-1]["customer"]) == (code(5), None)


class TestRecord:
    def test_has_every_event_with_its_files(self, desk: Desk) -> None:
        desk.take(message("1"), opens(1), outbox=[mail(code(1))], channels=())
        desk.take(message("2"), ChangeTicket(code=code(1), text="mira", files=(PHOTO,)), outbox=[])
        record = desk.store.load_ticket(code(1))
        assert record
        assert [event.kind for event in record.events] == ["created", "note"]
        (stored,) = record.events[1].files
        assert stored == StoredFile(id=stored.id, object=stored.object, **asdict(PHOTO))
        assert (stored.object or "").startswith(f"{code(1)}/")
        assert (record.description, record.waiting, record.status_then) == ("mi compu no prende", 2, None)

    def test_of_no_ticket(self, desk: Desk) -> None:
        assert desk.store.load_ticket(code(9)) is None

    def test_in_the_language_that_they_speak_now(self, desk: Desk) -> None:
        desk.take(message("1"), opens(1), outbox=[])
        desk.tables.do('update conversations set session = session || \'{"language": "pt"}\'')
        record = desk.store.load_ticket(code(1))
        assert record
        assert record.language == "pt"


class TestPerson:
    @pytest.fixture(autouse=True)
    def _ana(self, desk: Desk) -> None:
        desk.take(message("1"), opens(1), outbox=[])
        desk.take(
            message("2"),
            ChangeTicket(code=code(1), text="mira", files=(PHOTO,)),
            outbox=[reply("2")],
            channels=(),
        )
        desk.take(message("3"), opens(2), outbox=[])
        desk.tables.do("update tickets set status = 'closed' where code = %s", code(2))
        desk.take(message("4", BEA), opens(3), outbox=[])

    @pytest.mark.parametrize("aliases", [(ANA.user_id, None), (None, ANA.wa_id), (ANA.user_id, ANA.wa_id)])
    def test_is_counted(self, desk: Desk, aliases: tuple[str | None, str | None]) -> None:
        found = desk.tables.value("select find_person(%s, %s)", *aliases)
        assert (found["name"], found["wa_id"], found["user_id"]) == ("Ana", ANA.wa_id, ANA.user_id)
        counted = {name: found[name] for name in ("tickets", "open_tickets", "files", "messages", "waiting")}
        # Waiting: the reply, the update about the note, the notification about the closed one.
        assert counted == {"tickets": 2, "open_tickets": 1, "files": 1, "messages": 3, "waiting": 3}

    @pytest.mark.parametrize("aliases", [("AR.none", None), (None, "5490"), (None, None)])
    def test_nobody(self, desk: Desk, aliases: tuple[str | None, str | None]) -> None:
        assert desk.tables.value("select find_person(%s, %s)", *aliases) is None

    def test_is_erased_once_and_nobody_else(self, desk: Desk) -> None:
        person = desk.tables.value("select id from customers where name = 'Ana'")
        assert desk.tables.value("select erase_person(%s)", person) is True
        assert desk.tables.value("select erase_person(%s)", person) is False
        assert desk.tables.value("select find_person(%s, %s)", ANA.user_id, ANA.wa_id) is None
        assert desk.tables.all("select name from customers") == [{"name": "Bea"}]
        assert desk.tables.value("select count(*) from attachments") == 0
        assert desk.tables.value("select count(*) from tickets where customer_id is null") == 2

    def test_with_what_could_not_be_understood_of_them(self, desk: Desk) -> None:
        for key, payload in (
            ("number", f'{{"from": "{ANA.wa_id}"}}'),
            ("name", f'{{"from_user_id": "{ANA.user_id}"}}'),
            ("other", f'{{"from": "{BEA.wa_id}"}}'),
        ):
            desk.store.record_poison(Poison(key=key, payload=payload, reason="?"))
        desk.tables.value("select erase_person(id) from customers where name = 'Ana'")
        left = desk.tables.all("select wamid from inbound where outcome = 'poison'")
        assert left == [{"wamid": "other"}]

    def test_a_notification_to_them_is_never_sent(self, desk: Desk) -> None:
        desk.tables.value("select erase_person(id) from customers where name = 'Ana'")
        desk.tables.do("update outbox set next_at = now()")
        assert {row.content for row in desk.claim(channels=(Channel.WHATSAPP, Channel.EMAIL))} == {
            Content.UPDATE
        }

    def test_a_reply_that_is_being_sent_is_scrubbed_afterwards(self, desk: Desk) -> None:
        (row,) = desk.claim(channels=(Channel.WHATSAPP,))
        desk.tables.value("select erase_person(id) from customers where name = 'Ana'")
        assert desk.tables.outbox("wa/2")["body"] == row.body == "body of wa/2"
        assert desk.finish(row, Outcome.SENT).finished
        assert desk.tables.outbox("wa/2")["body"] is None


def test_a_note_of_somebody_else_s_ticket_is_a_conflict(desk: Desk) -> None:
    desk.take(message("1"), opens(1), outbox=[])
    assert desk.take(message("2", BEA), notes(1), outbox=[]).result == "conflict"
