"""Expired links: the page they show, and its button, which e-mails a new link to the technicians, within limits."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.test import TestResponse

from handlers.signed_links import LIFETIME, SignedLinks
from state.model import ticket_code
from tests.support.database import capped
from tests.support.function import BETO, PUBLIC_URL, World, settle
from tests.support.links import MAILBOX
from tests.support.technician import Shown, Technician, dump

ASK = {"action": "fresh-link"}


def forged(code: str) -> str:
    """A link by somebody who has not our key."""
    return path_of(SignedLinks(PUBLIC_URL, ["not our key"]).ticket_page(code, MAILBOX.id, datetime.now(UTC)))


def expired(technician: Technician) -> str:
    links = technician.service.desk.pages.links
    return path_of(
        links.ticket_page(technician.code, MAILBOX.id, datetime.now(UTC) - LIFETIME - timedelta(minutes=1))
    )


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
            assert Shown(answer).buttons == []
            assert "impresora" not in Shown(answer).text

    @pytest.mark.parametrize("token", ["x", ".", "é", "%00", "%3Cscript%3E", "a.b.c", "x" * 3000, ".eJw.x"])
    def test_what_we_did_not_sign_has_no_button(self, technician: Technician, token: str) -> None:
        for answer in (technician.service.client.get(f"/t/{token}/"), ask(technician, f"/t/{token}/")):
            assert answer.status_code == 403
            assert Shown(answer).buttons == []
            assert "script" not in Shown(answer).tags

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
        links = technician.service.desk.pages.links
        gone = path_of(
            links.ticket_page(ticket_code.generate(), MAILBOX.id, datetime.now(UTC) - 2 * LIFETIME)
        )
        there, nowhere = ask(technician, expired(technician)), ask(technician, gone)
        assert (there.status_code, there.data) == (nowhere.status_code, nowhere.data)
        assert put(world) == 1

    def test_a_link_that_we_did_not_sign_causes_nothing(self, world: World, technician: Technician) -> None:
        """On any instance, whatever code it names: no mail, no call, no line in the log."""
        world.forget()
        instances = (technician.service, world.start())
        before = dump(world)
        world.supabase.call_log.clear()
        for code in (technician.code, *(ticket_code.generate() for _ in range(20))):
            for service in instances:
                assert service.client.post(forged(code), data=ASK).status_code == 403
        assert not world.supabase.call_log.all()
        assert world.log("ticket_action") == []
        assert {**dump(world), "inbound": []} == {**before, "inbound": []}

    def test_one_cap_over_all_instances(self, world: World, technician: Technician) -> None:
        for customer in (BETO, replace(BETO, wa_id="5491155550103", user_id="AR.c3c3c3c3c3")):
            technician.service.open_ticket(customer)
        codes = world.column("select code from tickets order by id")
        links, over = technician.service.desk.pages.links, datetime.now(UTC) - 2 * LIFETIME
        with capped(world.database_url, "max_links_per_hour", 2):
            asked = [
                world.start()
                .client.post(path_of(links.ticket_page(code, MAILBOX.id, over)), data=ASK)
                .status_code
                for code in codes
            ]
        assert asked == [202, 202, 429]
        assert put(world) == 2

    def test_a_refusal_is_remembered(self, world: World, technician: Technician) -> None:
        path = expired(technician)
        world.supabase.call_log.clear()
        with capped(world.database_url, "max_links_per_hour", 0):
            assert [ask(technician, path).status_code for _ in range(5)] == [429] * 5
        assert world.supabase.calls()["mail_link"] == 1
        assert len(world.log("ticket_action")) == 1

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
        assert (line["code"], line["action"], line["result"]) == (technician.code, "fresh-link", "mailed")
