"""A ticket whose customer writes and writes: its page is shown in parts, and beyond a day's measure one line says what is not kept."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from tests.support.database import capped
from tests.support.function import ANA, BETO, World, settle
from tests.support.technician import Shown, Technician

NOTES = 7200
MAX = 4  # notes a day, for the tests of the cap
NOTE = "insert into ticket_events (ticket_id, kind, actor, body) select max(t.id), 'note', 'customer', {} from tickets t, generate_series(1, {}) n group by n order by n"


def flooded(world: World, size: int, number: int = NOTES) -> None:
    """As many notes as a customer could write in twelve hours before there was a cap. Without what follows from them: e-mails, words for the search."""
    world.rows("alter table ticket_events disable trigger user")
    try:
        world.rows(NOTE.format(f"n || ' ' || repeat('ñ', {size})", number))
    finally:
        world.rows("alter table ticket_events enable trigger user")


def numbers(shown: Shown) -> list[int]:
    return [int(found) for found in re.findall(r"\b(\d+) ñ", shown.text)]


class TestPage:
    def test_it_is_small_whatever_the_customer_wrote(self, world: World, technician: Technician) -> None:
        flooded(world, 2000)  # 4 kB each
        answer = technician.get()
        assert answer.status_code == 200
        assert len(answer.data) < 200_000
        shown = Shown(answer)
        assert "mi impresora no imprime" in shown.text
        assert numbers(shown)[-1] == NOTES
        (record,) = world.column("select load_ticket(%s)", technician.code)
        assert len(json.dumps(record)) < 300_000

    def test_everything_can_be_read_from_link_to_link(self, world: World, technician: Technician) -> None:
        flooded(world, 1, 120)
        seen: list[int] = []
        path, pages = technician.path, 0
        while path:
            shown = Shown(technician.service.client.get(path))
            assert "mi impresora no imprime" in shown.text  # the report is on top of each
            seen = numbers(shown) + seen
            path = next((link for link in shown.loads("href") if "?before=" in link), "")
            assert not path or path.startswith(technician.path)
            pages += 1
        assert (seen, pages) == (list(range(1, 121)), 3)

    def test_what_came_before_has_no_form(self, world: World, technician: Technician) -> None:
        """Who answers has seen the latest."""
        flooded(world, 1, 120)
        (earlier,) = (link for link in technician.shown().loads("href") if "?before=" in link)
        shown = Shown(technician.service.client.get(earlier))
        assert shown.buttons == []
        assert f"{technician.path}#latest" in shown.loads("href")
        assert technician.press("answer", "Vamos mañana.").status_code == 303

    @pytest.mark.parametrize("before", ["", "0", "x", "-1", "9" * 18, "9" * 30, "%00", "1'"])
    def test_a_place_that_is_none(self, technician: Technician, before: str) -> None:
        assert technician.get(f"?before={before}").status_code == 200

    def test_a_short_one_has_no_links(self, world: World, technician: Technician) -> None:
        flooded(world, 1, 40)
        assert not [link for link in technician.shown().loads("href") if "before" in link]

    def test_a_file_is_found_among_thousands(self, world: World, technician: Technician) -> None:
        media_id = technician.service.graph.media.put(b"x", "image/jpeg")
        technician.service.post(ANA.webhook(ANA.image(b"x", media_id=media_id)))
        settle()
        flooded(world, 1, 120)
        (number,) = world.column("select id from attachments")
        answer = technician.get(f"files/{number}")
        assert answer.status_code == 302
        assert httpx.get(answer.headers["Location"]).content == b"x"


@pytest.fixture
def few(database: str) -> Iterator[None]:
    with ExitStack() as caps:
        for cap, most in (
            ("max_notes_per_day", MAX),
            ("max_characters_per_day", 1000),
            ("max_files_per_day", 2),
        ):
            caps.enter_context(capped(database, cap, most))
        yield


@pytest.mark.usefixtures("few")
class TestCap:
    def kept(self, world: World) -> list[str]:
        return world.column("select body from ticket_events where kind = 'note' order by id")

    def full(self, world: World) -> int:
        return int(world.column("select count(*) from ticket_events where kind = 'full'")[0])

    def told(self, world: World) -> int:
        settle()
        return len([text for text in world.bubbles() if "esto no se guardó" in text])

    def test_one_line_says_what_is_not_kept(self, world: World, technician: Technician) -> None:
        for n in range(MAX + 5):
            technician.service.say(f"y además hace un ruido raro número {n}")
            settle()
        assert self.kept(world) == [f"y además hace un ruido raro número {n}" for n in range(MAX)]
        assert (self.full(world), self.told(world)) == (1, 1)
        assert technician.code in world.bubbles()[-1]
        assert "no se guardó" in technician.shown().text

    def test_on_the_next_day_there_is_room(self, world: World, technician: Technician) -> None:
        for n in range(MAX + 1):
            technician.service.say(f"y además hace un ruido raro número {n}")
        world.rows("update ticket_events set created_at = created_at - interval '25 hours'")
        technician.service.say("hoy tampoco imprime nada")
        assert self.kept(world)[-1] == "hoy tampoco imprime nada"

    def test_characters_count(self, world: World, technician: Technician) -> None:
        technician.service.say("hace ruido " + "x" * 900)
        technician.service.say("hace ruido " + "y" * 900)
        technician.service.say("y huele a quemado")
        assert [len(text) for text in self.kept(world)] == [911, 17]
        assert (self.full(world), self.told(world)) == (1, 1)

    def test_files_count(self, world: World, technician: Technician) -> None:
        for n in range(4):
            technician.service.post(ANA.webhook(ANA.image(caption=f"así queda {n}")))
            settle()
        assert world.column("select count(*) from attachments") == [2]
        assert (self.full(world), self.told(world)) == (1, 1)

    def test_another_ticket_has_its_own_measure(self, world: World, technician: Technician) -> None:
        for n in range(MAX + 1):
            technician.service.say(f"y además hace un ruido raro número {n}")
        technician.service.open_ticket(BETO)
        settle()
        technician.service.say("y además hace un ruido raro", BETO)
        assert self.kept(world)[-1] == "y además hace un ruido raro"
        assert self.full(world) == 1

    def test_buttons_still_work(self, world: World, technician: Technician) -> None:
        for n in range(MAX + 1):
            technician.service.say(f"y además hace un ruido raro número {n}")
        settle()
        technician.service.press("view")
        settle()
        technician.service.press("close")
        settle()
        assert technician.status == "closed"

    def test_a_second_delivery_says_nothing_again(self, world: World, technician: Technician) -> None:
        for n in range(MAX):
            technician.service.say(f"y además hace un ruido raro número {n}")
        again = technician.service.say("y una cosa más")
        assert technician.service.post(ANA.webhook(again)).status_code == 200
        assert (self.full(world), self.told(world)) == (1, 1)
