"""A message, its edits and its deletion, in whatever order Meta delivers them: nothing of what was deleted is kept, and of what was
edited the latest words are.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import permutations
from typing import Any, Final

import pytest

from emulator import Json
from state.model.ticket import TechnicianAction
from tests.support.builders import side_by_side
from tests.support.function import ANA, BETO, Service, World, settle
from tests.support.ticket_case import open_case

# In brackets, as a random id may have any letters.
FIRST: Final = "el monitor de recepción parpadea (AAA)"
SECOND: Final = "el monitor de recepción parpadea (BBB)"
THIRD: Final = "el monitor de recepción parpadea (CCC)"
TABLES: Final = ("tickets", "ticket_events", "attachments", "conversations", "inbound", "outbox")


def in_the_menu(world: World, service: Service) -> None:
    """Nothing is open, and they have never written."""


def in_a_report(world: World, service: Service) -> None:
    service.say("mi impresora no imprime")


def asked_what_is_wrong(world: World, service: Service) -> None:
    service.say("quiero reportar un problema")


def with_a_ticket(world: World, service: Service) -> None:
    open_case(world, service)


def asked_by_a_technician(world: World, service: Service) -> None:
    case = open_case(world, service)
    case.work(TechnicianAction.ASK, "¿Qué modelo es?")
    case.notifications()


PLACES: Final = (in_the_menu, in_a_report, asked_what_is_wrong, with_a_ticket, asked_by_a_technician)
Place = Callable[[World, Service], None]


def at(message: Json, seconds: int) -> Json:
    """The message as written so many seconds later."""
    return {**message, "timestamp": str(int(message["timestamp"]) + seconds - 60)}


def deliver(service: Service, messages: Iterable[Json]) -> None:
    for message in messages:
        assert service.post(ANA.webhook(message)).status_code == 200
        settle()


def kept(world: World) -> str:
    """All that is stored, but for our own bubbles that were sent."""
    rows: list[Any] = []
    for table in TABLES[:-1]:
        rows += world.rows(f"select * from {table} order by 1")
    return str(rows)


def told(world: World) -> str:
    """What the ticket says, or the draft of a report: a correction comes after what it corrects."""
    events = world.column("select body from ticket_events where body is not null order by id")
    return "\n".join(map(str, events if len(events) > 1 else [*events, draft(world)]))


def draft(world: World) -> str:
    """With a ticket it is the latest note."""
    (found,) = world.column("select session->>'draft' from conversations")
    return str(found or "")


@pytest.mark.parametrize("place", PLACES)
class TestDeleted:
    @pytest.mark.parametrize("order", list(permutations(range(2))))
    def test_is_not_kept(self, world: World, service: Service, place: Place, order: Sequence[int]) -> None:
        place(world, service)
        settle()
        message = ANA.text(FIRST)
        sent = (at(message, 0), at(ANA.revoke(message["id"]), 20))
        deliver(service, (sent[n] for n in order))
        deliver(world.start(), sent)  # once more, to an instance that remembers nothing
        assert "(AAA)" not in kept(world)

    def test_is_not_kept_of_a_photo(self, world: World, service: Service, place: Place) -> None:
        place(world, service)
        settle()
        photo = ANA.image(caption=FIRST)
        deliver(service, (at(ANA.revoke(photo["id"]), 20), at(photo, 0)))
        assert "(AAA)" not in kept(world)
        assert world.column("select count(*) from attachments") == [0]

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_is_not_kept_with_its_edit(
        self, world: World, service: Service, place: Place, order: Sequence[int]
    ) -> None:
        place(world, service)
        settle()
        message = ANA.text(FIRST)
        edit, revoke = ANA.edit(message["id"], SECOND), ANA.revoke(message["id"])
        sent = (at(message, 0), at(edit, 10), at(revoke, 20))
        deliver(service, (sent[n] for n in order))
        deliver(world.start(), sent)
        assert "(AAA)" not in kept(world)
        assert "(BBB)" not in kept(world)


@pytest.mark.parametrize("place", PLACES)
class TestEdited:
    @pytest.mark.parametrize("order", list(permutations(range(2))))
    def test_says_the_new_words_once(
        self, world: World, service: Service, place: Place, order: Sequence[int]
    ) -> None:
        place(world, service)
        settle()
        message = ANA.text(FIRST)
        sent = (at(message, 0), at(ANA.edit(message["id"], SECOND), 10))
        deliver(service, (sent[n] for n in order))
        deliver(world.start(), sent)
        said = told(world)
        assert said.count("(BBB)") == 1
        assert "(AAA)" not in draft(world)
        assert "(AAA)" not in said[said.index("(BBB)") :]
        if order == (1, 0):
            assert "(AAA)" not in said

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_says_the_latest_words_last(
        self, world: World, service: Service, place: Place, order: Sequence[int]
    ) -> None:
        place(world, service)
        settle()
        message = ANA.text(FIRST)
        edits = (at(ANA.edit(message["id"], SECOND), 10), at(ANA.edit(message["id"], THIRD), 20))
        sent = (at(message, 0), *edits)
        deliver(service, (sent[n] for n in order))
        said = told(world)
        assert said.count("(CCC)") == 1
        latest = said.index("(CCC)")
        assert "(AAA)" not in said[latest:]
        assert "(BBB)" not in said[latest:]


class TestEditedFile:
    def test_that_comes_first_keeps_the_file(self, world: World, service: Service) -> None:
        open_case(world, service)
        photo = ANA.image(caption=FIRST)
        new = {"context": {"id": "M0"}, "type": "image", "image": {**photo["image"], "caption": SECOND}}
        edit = ANA.message("edit", {"original_message_id": photo["id"], "message": new})
        deliver(service, (at(edit, 10), at(photo, 0)))
        assert world.column("select caption from attachments") == [SECOND]
        assert "(AAA)" not in kept(world)

    def test_that_comes_first_without_it_keeps_the_file_that_follows(
        self, world: World, service: Service
    ) -> None:
        open_case(world, service)
        photo = ANA.image(caption=FIRST)
        new = {"context": {"id": "M0"}, "type": "image", "image": {"caption": SECOND}}
        edit = ANA.message("edit", {"original_message_id": photo["id"], "message": new})
        deliver(service, (at(edit, 10), at(photo, 0)))
        assert world.column("select count(*) from attachments") == [1]
        assert "(BBB)" in told(world)


def test_a_note_of_an_edited_greeting_is_deleted_with_it(world: World, service: Service) -> None:
    """The greeting was no note, so the note is from the edit; who deletes the message deletes that."""
    open_case(world, service)
    thanks = ANA.text("gracias")
    deliver(service, (at(thanks, 0), at(ANA.edit(thanks["id"], FIRST), 10)))
    assert "(AAA)" in told(world)
    deliver(service, [at(ANA.revoke(thanks["id"]), 20)])
    assert "(AAA)" not in kept(world)


def test_somebody_else_deletes_nothing(world: World, service: Service) -> None:
    open_case(world, service)
    note = ANA.text(FIRST)
    deliver(service, [at(note, 0)])
    assert service.post(BETO.webhook(BETO.revoke(note["id"]))).status_code == 200
    assert "(AAA)" in told(world)


def test_who_was_erased_is_not_back_through_a_deletion(world: World, service: Service) -> None:
    service.say("hola")
    settle()
    world.rows("select erase_person(id) from customers")
    message = ANA.text(FIRST)
    deliver(service, (at(ANA.revoke(message["id"]), 20), at(message, 0)))
    assert world.rows("select * from customers") == []


@pytest.mark.parametrize("attempt", range(3))
def test_at_the_same_moment_on_two_instances(world: World, attempt: int) -> None:
    one, other = world.start(), world.start()
    open_case(world, one)
    message = ANA.text(FIRST)
    revoke = at(ANA.revoke(message["id"]), 20)
    side_by_side(
        lambda: deliver(one, [at(message, 0)]),
        lambda: deliver(other, [revoke]),
    )
    assert "(AAA)" not in kept(world)
