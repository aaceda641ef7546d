"""Expired links: the page they show, and its button, which e-mails a new link to the technicians, within limits."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from itsdangerous import URLSafeSerializer
from werkzeug.test import TestResponse

from handlers.signed_links import LIFETIME, SignedLinks
from state.model import ticket_code
from tests.support.function import PUBLIC_URL, World, settle
from tests.support.technician import Shown, Technician, dump

ASK = {"action": "fresh-link"}


def forged(code: str) -> str:
    """A link by somebody who has not our key."""
    return path_of(SignedLinks(PUBLIC_URL, ["not our key"]).ticket_page(code, datetime.now(UTC)))


def expired(technician: Technician) -> str:
    links = technician.service.desk.pages.links
    return path_of(links.ticket_page(technician.code, datetime.now(UTC) - LIFETIME - timedelta(minutes=1)))


def path_of(link: str) -> str:
    return link.removeprefix(PUBLIC_URL)


def ask(technician: Technician, path: str, **headers: str) -> TestResponse:
    return technician.service.client.post(path, data=ASK, headers=headers)


def put(world: World) -> int:
    """The number of fresh links in the outbox."""
    return int(world.column("select count(*) from outbox where content = 'link'")[0])


class TestClosed:
    def test_expired(self, technician: Technician) -> None:
        answer = technician.service.client.get(expired(technician))
        assert answer.status_code == 410
        assert Shown(answer).buttons == ["fresh-link"]
        assert "impresora" not in Shown(answer).text

    def test_cut_or_changed(self, technician: Technician) -> None:
        for path in (technician.path[:-4], technician.path[:-1] + "x", forged(technician.code)):
            answer = technician.service.client.get(path)
            assert answer.status_code == 403
            assert Shown(answer).buttons == ["fresh-link"]
            assert "impresora" not in Shown(answer).text

    @pytest.mark.parametrize("token", ["x", ".", "é", "%00", "%3Cscript%3E", "a.b.c", "x" * 3000, ".eJw.x"])
    def test_without_a_code_in_it_there_is_no_button(self, technician: Technician, token: str) -> None:
        for answer in (technician.service.client.get(f"/t/{token}/"), ask(technician, f"/t/{token}/")):
            assert answer.status_code == 403
            assert Shown(answer).buttons == []
            assert "script" not in Shown(answer).tags

    @pytest.mark.parametrize(
        "content", [None, [], ["TK-0000-0001", 1], ["drop table", 1], [["TK"]], {"a": 1}]
    )
    def test_a_code_that_cannot_be_is_none(self, technician: Technician, content: object) -> None:
        token = URLSafeSerializer("x", salt="y").dumps(content)
        assert Shown(technician.service.client.get(f"/t/{token}/")).buttons == []

    def test_looking_and_pressing_anything_else_changes_nothing(self, technician: Technician) -> None:
        before = dump(technician.world)
        for path in (expired(technician), forged(technician.code)):
            technician.service.client.get(path)
            technician.service.client.head(path)
            technician.service.client.post(path)
            technician.service.client.post(path, data={"action": "close", "text": "x"})
            ask(technician, path, **{"Sec-Fetch-Site": "cross-site"})
        assert dump(technician.world) == before


class TestAsking:
    def test_the_technicians_get_a_link_that_opens(self, world: World, technician: Technician) -> None:
        answer = ask(technician, expired(technician))
        assert answer.status_code == 202
        assert "Revisa el correo" in Shown(answer).text
        world.make_due()
        world.sweep()
        settle()
        mail = world.resend.messages[-1]
        assert mail.to == ("soporte@example.com",)
        (path,) = set(re.findall(r"https://mostrador\.example(/t/[\w.-]+/)", mail.text or ""))
        assert technician.service.client.get(path).status_code == 200

    def test_once_in_ten_minutes(self, world: World, technician: Technician) -> None:
        path = expired(technician)
        world.supabase.call_log.clear()
        for _ in range(5):
            assert ask(technician, path).status_code == 202
        assert put(world) == 1
        assert world.supabase.calls()["mail_link"] == 1
        other = world.start()
        other.client.post(path, data=ASK)
        assert put(world) == 1

    def test_the_answer_does_not_say_whether_there_is_such_a_ticket(
        self, world: World, technician: Technician
    ) -> None:
        there = ask(technician, forged(technician.code))
        nowhere = ask(technician, forged(ticket_code.generate()))
        assert (there.status_code, there.data) == (nowhere.status_code, nowhere.data)
        assert put(world) == 1

    def test_a_flood_of_forged_links_does_not_reach_the_database(
        self, world: World, technician: Technician
    ) -> None:
        world.supabase.call_log.clear()
        statuses = [ask(technician, forged(ticket_code.generate())).status_code for _ in range(40)]
        assert statuses[0] == 202
        assert statuses[-1] == 429
        assert world.supabase.calls()["mail_link"] <= 20  # ten a minute, and the minute may turn
        assert ask(technician, expired(technician)).status_code == 202
        assert put(world) == 1

    def test_supabase_away_is_no_reason_to_wait_ten_minutes(
        self, world: World, technician: Technician
    ) -> None:
        path = expired(technician)
        world.supabase.faults.down()
        assert ask(technician, path).status_code == 503
        world.supabase.faults.clear()
        assert ask(technician, path).status_code == 202
        assert put(world) == 1

    def test_the_log_says_so(self, world: World, technician: Technician) -> None:
        ask(technician, expired(technician))
        (line,) = world.log("ticket_action")
        assert (line["code"], line["action"], line["result"]) == (technician.code, "fresh-link", "done")
