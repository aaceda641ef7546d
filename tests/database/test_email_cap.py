"""The limit of e-mails in an hour: the rest go into digests at the next full hour, and every ticket is in an e-mail."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from messages.email.new_ticket import digest_email
from state.model.language import Language
from state.model.outbox_row import Content, Outcome
from state.model.ticket import Digest, DigestLine
from state.model.turn import ChangeKind, ChangeTicket
from state.store.rows import parse
from tests.support.builders import ANA, Desk, at_once, code, keys, mail, message, opens
from tests.support.database import capped
from tests.support.emails import MARKUP, Page
from tests.support.function import BETO, Service, World, settle
from tests.support.links import MAILBOX

MAX = 60  # for these tests; the real cap is higher
AT = datetime(2026, 11, 23, 17, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def cap(database: str) -> Iterator[None]:
    with capped(database, "max_emails_per_hour", MAX):
        yield


def sent_already(desk: Desk | World, mails: int = MAX) -> None:
    """As if other tickets had had as many e-mails this hour."""
    statement = (
        "insert into outbox (dedup_key, lane, channel, status) "
        f"select 'mail/old/' || n, 'mail:old', 'email', 'sent' from generate_series(1, {mails}) n"
    )
    _do(desk, statement)


def _do(desk: Desk | World, statement: str) -> None:
    if isinstance(desk, Desk):
        desk.tables.do(statement)
    else:
        desk.rows(statement)


def reports(desk: Desk, number: int) -> list[str]:
    """A ticket with its e-mail; the keys of what may leave now. A customer each, or the other cap would stop us."""
    sender = replace(ANA, user_id=f"AR.c{number}", wa_id=None)
    return keys(desk.take(message(f"m{number}", sender), opens(number), outbox=[mail(code(number))]).rows)


def digests(desk: Desk) -> list[list[str]]:
    """The tickets of each digest, in the order in which the digests will leave."""
    statement = """
        select (select array_agg(t.code order by e.id) from ticket_events e join tickets t on t.id = e.ticket_id
                 where e.id = any (o.events)) as codes
          from outbox o where content = 'digest' order by next_at, id"""
    return [row["codes"] for row in desk.tables.all(statement)]


class TestHeld:
    def test_the_last_one_leaves_and_the_next_ones_wait(self, desk: Desk) -> None:
        sent_already(desk, MAX - 1)
        assert [reports(desk, n) for n in (1, 2, 3)] == [[f"mail/{code(1)}/opened"], [], []]
        assert digests(desk) == [[code(2), code(3)]]

    def test_until_the_next_full_hour(self, desk: Desk) -> None:
        sent_already(desk)
        reports(desk, 1)
        assert desk.claim() == ()
        (held,) = desk.tables.all("select * from outbox where content = 'digest'")
        assert held["next_at"] == desk.tables.value("select date_trunc('hour', now()) + interval '1 hour'")
        assert held["dedup_key"] == f"digest/{held['next_at'].timestamp():.0f}/1"

    def test_an_hour_later_they_are_single_again(self, desk: Desk) -> None:
        sent_already(desk)
        desk.tables.do("update outbox set created_at = created_at - interval '1 hour'")
        assert reports(desk, 1) == [f"mail/{code(1)}/opened"]

    def test_replies_are_not_held(self, desk: Desk) -> None:
        sent_already(desk)
        assert keys(desk.take(message("1")).rows) == ["wa/1"]

    def test_a_fresh_link_is_not_held(self, desk: Desk) -> None:
        sent_already(desk)
        reports(desk, 1)
        assert desk.store.mail_link(code(1), MAILBOX.address) == "mailed"
        assert [row.content for row in desk.claim()] == [Content.LINK]

    def test_fresh_links_push_no_ticket_into_it(self, desk: Desk) -> None:
        reports(desk, 1)
        desk.tables.do(
            "insert into outbox (dedup_key, lane, channel, content) "
            "select 'link/' || n, 'link', 'email', 'link' from generate_series(1, max_emails_per_hour()) n"
        )
        desk.take(message("2"), opens(2), outbox=[mail(code(2), "2")])
        assert digests(desk) == []

    def test_requests_for_a_person_and_updates_are_in_it_too(self, desk: Desk) -> None:
        desk.take(message("1"), opens(1), outbox=[])
        sent_already(desk)
        desk.take(
            message("2"), ChangeTicket(code=code(1), kind=ChangeKind.HUMAN), outbox=[mail(code(1), "2")]
        )
        desk.take(message("3"), ChangeTicket(code=code(1), text="sigue igual"), outbox=[])
        assert digests(desk) == [[code(1), code(1)]]
        kinds = desk.tables.value(
            "select array_agg(e.kind order by e.id) from ticket_events e, outbox o where e.id = any (o.events)"
        )
        assert kinds == ["human", "note"]

    def test_all_of_two_hundred_at_once_are_in_a_mail(self, desk: Desk) -> None:
        at_once(16, lambda n: [reports(desk, n * 100 + m) for m in range(12)])
        single = desk.tables.value("select count(*) from outbox where lane like 'mail:TK%%'")
        assert MAX <= single <= MAX + 16
        first, second = digests(desk)
        assert len(first) == 100
        assert len({*first, *second}) == len(first) + len(second) == 16 * 12 - single


class TestDigest:
    @pytest.fixture(autouse=True)
    def full(self, desk: Desk) -> None:
        sent_already(desk)
        reports(desk, 1)
        reports(desk, 2)
        desk.tables.do("update outbox set next_at = now() where content = 'digest'")

    def test_leaves_with_its_facts(self, desk: Desk) -> None:
        (row,) = desk.claim()
        assert row.record
        lines = parse(Digest, row.record).tickets
        assert [(line.code, line.summary) for line in lines] == [
            (code(1), "no prende"),
            (code(2), "no prende"),
        ]
        assert desk.finish(row, Outcome.SENT).status == "sent"

    def test_once_tried_takes_no_more(self, desk: Desk) -> None:
        (row,) = desk.claim()
        reports(desk, 3)
        desk.finish(row, Outcome.RETRY)
        reports(desk, 4)
        assert digests(desk) == [[code(1), code(2)], [code(3), code(4)]]

    @pytest.mark.parametrize("outcome", [Outcome.PAUSED, Outcome.LIMITED, Outcome.RELEASED])
    def test_once_tried_takes_no_more_even_if_the_try_does_not_count(
        self, desk: Desk, outcome: Outcome
    ) -> None:
        (row,) = desk.claim()
        desk.finish(row, outcome)
        desk.tables.do(
            "update outbox set status = 'ready', next_at = date_trunc('hour', now()) + interval '1 hour' where id = %s",
            row.id,
        )
        reports(desk, 3)
        assert digests(desk) == [[code(1), code(2)], [code(3)]]

    def test_the_rest_is_in_the_next_one_of_the_same_hour(self, desk: Desk, database: str) -> None:
        with capped(database, "max_digest_events", 3):
            for number in range(3, 9):
                reports(desk, number)
        assert [len(codes) for codes in digests(desk)] == [3, 3, 2]
        assert [codes[0] for codes in digests(desk)[1:]] == [code(4), code(7)]
        rows = desk.tables.all("select * from outbox where content = 'digest' order by id")
        assert len({row["lane"] for row in rows}) == 1
        assert rows[1]["next_at"] == rows[2]["next_at"]

    def test_the_next_one_leaves_as_soon_as_the_first_has(self, desk: Desk, database: str) -> None:
        with capped(database, "max_digest_events", 1):
            reports(desk, 3)
            reports(desk, 4)
        desk.tables.do("update outbox set next_at = now() where content = 'digest'")
        (row,) = desk.claim()
        left = [row.dedup_key]
        while rows := desk.finish(row, Outcome.SENT).rows:
            (row,) = rows
            left.append(row.dedup_key)
        assert len(set(left)) == 3

    def test_many_at_once_fill_one_after_the_other(self, desk: Desk, database: str) -> None:
        with capped(database, "max_digest_events", 10):
            at_once(8, lambda n: [reports(desk, n * 100 + m) for m in range(10, 20)])
        waiting = [len(codes) for codes in digests(desk)]
        assert (sum(waiting), max(waiting)) == (82, 10)
        assert len(waiting) <= 10  # one was not filled: it is due

    def test_outlives_the_customer(self, desk: Desk) -> None:
        desk.tables.do("delete from customers")
        (row,) = desk.claim()
        assert row.record
        assert len(row.record["tickets"]) == 2

    def test_of_tickets_that_are_gone_says_so(self, desk: Desk) -> None:
        desk.tables.do("delete from tickets")
        (row,) = desk.claim()
        assert row.record is not None
        assert row.record["tickets"] == []


def test_the_technicians_get_one_mail_with_every_ticket(world: World, service: Service) -> None:
    sent_already(world)
    for customer in (BETO, replace(BETO, name="x", wa_id=None, user_id="AR.other")):
        service.open_ticket(customer)
        settle()
    assert world.resend.messages == []
    world.make_due()
    assert world.swept() == {"sent": 1}
    (mail,) = world.resend.messages
    assert mail.subject == "Tickets sin correo propio: 2"
    codes = world.column("select code from tickets order by id")
    links = Page(mail.html or "").links
    for number, ticket in enumerate(codes):
        assert ticket in (mail.text or "")
        assert (
            service.client.get((links[number] or "").removeprefix("https://mostrador.example")).status_code
            == 200
        )
    assert world.swept() == {}


@pytest.mark.parametrize("desk", Language)
def test_the_mail(desk: Language) -> None:
    line = DigestLine(code="TK-7F3K-9QX2", summary="no prende", wants_human=False, at=AT)
    hostile = replace(line, summary=f"{MARKUP}\r\n{MARKUP}\u2028x\u202ey", wants_human=True)
    plain = digest_email(
        Digest(tickets=(line, replace(line, wants_human=True))), desk, ["https://a", "https://b"]
    )
    mail = digest_email(Digest(tickets=(line, hostile)), desk, ["https://a", "https://b"])
    assert mail == digest_email(Digest(tickets=(line, hostile)), desk, ["https://a", "https://b"])
    assert (Page(mail.html).tags, Page(mail.html).links) == (
        Page(plain.html).tags,
        ["https://a", "https://b"],
    )
    assert len(mail.text.splitlines()) == len(plain.text.splitlines())
    assert mail.subject.endswith(": 2")
    assert "no prende" not in repr(line)
