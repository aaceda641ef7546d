"""The list at /desk/: who comes in and how, what they see, what a search costs and leaves behind."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from werkzeug.test import TestResponse

from handlers.desk_links import COOKIE_LIFETIME, LINK_LIFETIME, DeskAccess, DeskLinks
from state.model.outbox_row import Channel
from state.model.technician import Technician as Person
from tests.support.database import capped
from tests.support.function import ANA, BETO, PUBLIC_URL, Service, World, settle
from tests.support.technician import Shown, dump

MARTA, LUIS = "marta@example.com", "luis@example.com"
TEAM = f"Marta Ruiz <{MARTA}>, {LUIS}"
ASK = {"address": MARTA}
MARTAS = Person(address=MARTA).id


@pytest.fixture
def service(world: World) -> Service:
    world.settings["SUPPORT_EMAIL_TO"] = TEAM  # of the sweep, too
    return world.start()


def links(service: Service) -> DeskLinks:
    return service.desk.desk.links


def now() -> datetime:
    return datetime.now(UTC)


def link_of(service: Service, technician: str = MARTAS, epoch: int = 0, at: datetime | None = None) -> str:
    access = DeskAccess(technician=technician, epoch=epoch)
    return links(service).link(access, at or now()).removeprefix(PUBLIC_URL)


def mailed_link(world: World) -> str:
    """The path of the link in the latest e-mail."""
    settle()
    text = world.resend.messages[-1].text or ""
    (path,) = set(re.findall(rf"{re.escape(PUBLIC_URL)}(/desk/[\w.-]+/)", text))
    return str(path)


def come_in(service: Service, path: str | None = None) -> TestResponse:
    """Press the button behind the link. Werkzeug's client keeps the cookie, if it may be sent in the clear."""
    answer = service.client.post(path or link_of(service), base_url=PUBLIC_URL)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/desk/"
    return answer


def look(service: Service, query: str = "", **posted: str) -> TestResponse:
    if posted:
        return service.client.post("/desk/", data=posted, base_url=PUBLIC_URL)
    return service.client.get(f"/desk/{query}", base_url=PUBLIC_URL)


def mailed_about(world: World, service: Service, words: str) -> set[str]:
    """Who gets an e-mail once the customer has written this."""
    world.resend.reset()
    service.say(words)
    settle()
    world.make_due()
    assert world.sweep().status_code == 200
    return {address for mail in world.resend.messages for address in mail.to}


def is_shut(answer: TestResponse) -> bool:
    """It asks for an address, and shows nothing."""
    return answer.status_code == 200 and "address" in Shown(answer).fields and "TK-" not in Shown(answer).text


class TestComingIn:
    def test_from_the_form_to_the_list(self, world: World, service: Service) -> None:
        service.open_ticket()
        assert is_shut(look(service))
        assert look(service, **ASK).status_code == 202
        path = mailed_link(world)
        shown = Shown(service.client.get(path, base_url=PUBLIC_URL))
        assert "Hola, Marta Ruiz" in shown.text
        assert len(shown.buttons) == 1
        come_in(service, path)
        assert "impresora no imprime" in Shown(look(service)).text

    def test_the_mail_goes_to_that_technician_at_once_and_is_a_row(
        self, world: World, service: Service
    ) -> None:
        look(service, address=f"  {LUIS.upper()} ")
        settle()
        (mail,) = world.resend.messages
        assert mail.to == (LUIS,)
        (row,) = world.rows("select * from outbox")
        assert (row["content"], row["status"], row["recipient"]) == ("desk_link", "sent", LUIS)
        assert LUIS not in row["dedup_key"] + row["lane"]
        token = mailed_link(world).split("/")[2]
        assert token not in str(row)

    def test_a_scanner_that_follows_the_link_gets_no_cookie(self, service: Service) -> None:
        for method in ("GET", "HEAD"):
            answer = service.client.open(link_of(service), method=method)
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers

    def test_the_cookie(self, service: Service) -> None:
        cookie = come_in(service).headers["Set-Cookie"]
        for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/", f"Max-Age={30 * 24 * 3600}"):
            assert part in cookie
        assert MARTA not in cookie

    def test_the_button_works_again_and_changes_nothing(self, world: World, service: Service) -> None:
        before = dump(world)
        path = link_of(service)
        come_in(service, path)
        come_in(service, path)
        assert dump(world) == before
        assert not world.supabase.call_log.all()

    def test_the_same_answer_whoever_asks(self, world: World, service: Service) -> None:
        """Known, known and mailed a moment ago, unknown, nothing, and a database that does not answer."""
        asked = (MARTA, MARTA, "eve@example.com", "", "x" * 9999)
        answers = [look(service, address=address) for address in asked]
        world.supabase.faults.down(drop=False, path="mail_desk_link")
        answers.append(look(service, address=LUIS))
        world.supabase.faults.clear()
        assert {(answer.status_code, answer.data) for answer in answers} == {(202, answers[0].data)}
        settle()
        assert len(world.resend.messages) == 1

    def test_from_the_page_of_a_ticket_without_an_address(self, world: World, service: Service) -> None:
        """Its link says who asks; what we did not sign asks for nobody, and gets the same answer."""
        page = service.desk.pages.links.ticket_page("TK-4QSG-G2E7", MARTAS, now())
        token = page.removeprefix(f"{PUBLIC_URL}/t/").removesuffix("/")
        answers = [look(service, ticket=ticket) for ticket in (token, "x", token[:-3])]
        assert {(answer.status_code, answer.data) for answer in answers} == {(202, answers[0].data)}
        settle()
        assert [mail.to for mail in world.resend.messages] == [(MARTA,)]

    def test_an_unknown_address_costs_nothing(self, world: World, service: Service) -> None:
        world.forget()
        for number in range(20):
            look(service, address=f"eve{number}@example.com")
        assert not world.supabase.call_log.all()
        assert world.output() == ""

    def test_one_mail_in_ten_minutes_whatever_instance(self, world: World, service: Service) -> None:
        for _ in range(5):
            look(service, **ASK)
        assert world.supabase.calls()["mail_desk_link"] == 1
        look(world.start(SUPPORT_EMAIL_TO=TEAM), **ASK)
        settle()
        assert len(world.resend.messages) == 1

    def test_a_cap_for_all(self, world: World, service: Service) -> None:
        with capped(world.database_url, "max_links_per_hour", 1):
            look(service, **ASK)
            look(service, address=LUIS)
        settle()
        assert [mail.to for mail in world.resend.messages] == [(MARTA,)]

    def test_these_mails_push_no_ticket_into_the_digest(self, world: World, service: Service) -> None:
        with capped(world.database_url, "max_emails_per_hour", 1):
            look(service, **ASK)
            service.open_ticket()
        settle()
        assert world.column("select count(*) from outbox where content = 'digest'") == [0]


class TestFromTicketToTicket:
    """Who has the cookie goes on from a ticket's page to the list, and to other tickets."""

    @pytest.fixture
    def codes(self, world: World, service: Service) -> list[str]:
        """Three tickets, the first of which waits longest."""
        service.open_ticket(ANA)
        service.open_ticket(BETO)
        world.a_pause()
        for said in ("menu", "report", "mi monitor no enciende", "yes"):
            settle()
            (service.press if said in {"report", "yes"} else service.say)(said)
        settle()
        return [str(code) for code in world.column("select code from tickets order by id")]

    def page_of(self, service: Service, code: str, technician: str = MARTAS) -> Shown:
        path = service.desk.pages.links.ticket_page(code, technician, now())
        answer = service.client.get(path.removeprefix(PUBLIC_URL), base_url=PUBLIC_URL)
        assert answer.status_code == 200
        return Shown(answer)

    def led_to(self, service: Service, query: str) -> str:
        """The code on the page that one is led to. Empty: the list."""
        answer = look(service, query)
        assert answer.status_code == 303
        if answer.headers["Location"] == "/desk/":
            return ""
        path = answer.headers["Location"].removeprefix(PUBLIC_URL)
        page = Shown(service.client.get(path, base_url=PUBLIC_URL))
        assert "Hola, Marta." in page.text
        return str(re.findall(r"TK-\w{4}-\w{4}", page.text)[0])

    def test_the_page_leads_on_for_who_has_the_cookie(self, service: Service, codes: list[str]) -> None:
        def leads(technician: str = MARTAS) -> set[str]:
            return {at for at in self.page_of(service, codes[0], technician).loads("href") if "desk" in at}

        assert leads() == set()
        come_in(service)
        to_the_other = f"/desk/?ticket={codes[2]}"
        assert leads() == {"../../desk/", f"../../desk/?next={codes[0]}", to_the_other}
        assert leads(Person(address=LUIS).id) == set()

    def test_who_has_none_asks_for_the_link_with_one_button(
        self, world: World, service: Service, codes: list[str]
    ) -> None:
        shown = self.page_of(service, codes[0])
        assert look(service, ticket=shown.asks["ticket"]).status_code == 202
        come_in(service, mailed_link(world))

    def test_to_another_ticket(self, service: Service, codes: list[str]) -> None:
        come_in(service)
        assert self.led_to(service, f"?ticket={codes[1]}") == codes[1]

    def test_to_the_next_that_waits_and_after_the_last_to_the_first(
        self, service: Service, codes: list[str]
    ) -> None:
        come_in(service)
        after = [self.led_to(service, f"?next={code}") for code in codes]
        assert after == [codes[1], codes[2], codes[0]]

    def test_not_to_a_colleagues_nor_to_what_is_answered(
        self, world: World, service: Service, codes: list[str]
    ) -> None:
        come_in(service)
        world.rows("update tickets set assignee_address = %s where code = %s", LUIS, codes[1])
        assert self.led_to(service, f"?next={codes[0]}") == codes[2]
        world.rows("update tickets set answer_due = false where code = %s", codes[2])
        assert self.led_to(service, f"?next={codes[0]}") == ""

    @pytest.mark.parametrize("query", ["?ticket={}", "?next={}"])
    def test_nobody_without_a_cookie_or_once_it_was_ended(
        self, world: World, service: Service, codes: list[str], query: str
    ) -> None:
        assert is_shut(look(service, query.format(codes[1])))
        come_in(service)
        world.rows("select end_desk_access()")
        assert is_shut(look(service, query.format(codes[1])))


class TestShut:
    def shut_by(self, service: Service, path: str) -> int:
        """The status of a link that opens nothing; its button neither."""
        answers = [
            service.client.open(path, method=method, base_url=PUBLIC_URL) for method in ("GET", "POST")
        ]
        assert not any("Set-Cookie" in answer.headers for answer in answers)
        assert is_shut(look(service))
        (status,) = {answer.status_code for answer in answers}
        return status

    def test_an_expired_link(self, service: Service) -> None:
        assert self.shut_by(service, link_of(service, at=now() - LINK_LIFETIME - timedelta(seconds=1))) == 410

    def test_a_link_of_somebody_who_left(self, service: Service) -> None:
        assert self.shut_by(service, link_of(service, Person(address="left@example.com").id)) == 403

    @pytest.mark.parametrize("token", ["x", ".", "%00", "a.b.c", "x" * 3000])
    def test_what_we_did_not_sign(self, service: Service, token: str) -> None:
        assert self.shut_by(service, f"/desk/{token}/") == 403

    def test_with_another_key_or_for_another_purpose(self, service: Service) -> None:
        access = DeskAccess(technician=MARTAS, epoch=0)
        forged = DeskLinks(PUBLIC_URL, ["guessed"]).link(access, now()).removeprefix(PUBLIC_URL)
        cookie = links(service).cookie(access, now())
        ticket = service.desk.pages.links.ticket_page("TK-4QSG-G2E7", MARTAS, now()).removeprefix(
            f"{PUBLIC_URL}/t/"
        )
        for path in (forged, f"/desk/{cookie}/", f"/desk/{ticket}"):
            assert self.shut_by(service, path) == 403

    @pytest.mark.parametrize("which", ["none", "nonsense", "forged", "expired", "a link", "left"])
    def test_a_cookie_that_opens_nothing(self, world: World, service: Service, which: str) -> None:
        mine = DeskAccess(technician=MARTAS, epoch=0)
        theirs = DeskAccess(technician=Person(address="left@example.com").id, epoch=0)
        value = {
            "none": "",
            "nonsense": "x.y",
            "forged": DeskLinks(PUBLIC_URL, ["guessed"]).cookie(mine, now()),
            "expired": links(service).cookie(mine, now() - COOKIE_LIFETIME - timedelta(seconds=1)),
            "a link": link_of(service).split("/")[2],
            "left": links(service).cookie(theirs, now()),
        }[which]
        service.client.set_cookie("desk", value, domain="mostrador.example", path="/desk/")
        world.supabase.call_log.clear()
        assert is_shut(look(service))
        assert is_shut(look(service, words="impresora"))
        assert not world.supabase.call_log.all()

    def test_logout_ends_cookies_and_links(self, world: World, service: Service) -> None:
        service.open_ticket()
        path = link_of(service)
        come_in(service, path)
        assert not is_shut(look(service))
        world.rows("select end_desk_access()")
        assert is_shut(look(service))
        come_in(service, path)
        assert is_shut(look(service))
        come_in(service, link_of(service, epoch=1))
        assert not is_shut(look(service))

    def test_a_form_of_another_site(self, world: World, service: Service) -> None:
        path = link_of(service)
        for target, data in ((path, {}), ("/desk/", ASK), ("/desk/", {"words": "x"})):
            answer = service.client.post(target, data=data, headers={"Sec-Fetch-Site": "cross-site"})
            assert answer.status_code == 403
            assert "Set-Cookie" not in answer.headers
        assert not world.supabase.call_log.all()

    def test_without_the_last_slash_one_is_led_to_it(self, service: Service) -> None:
        answer = service.client.get("/desk")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/desk/")

    def test_other_methods(self, service: Service) -> None:
        for path in ("/desk/", link_of(service)):
            assert service.client.put(path).status_code == 405

    def test_a_mail_of_who_left_meanwhile_is_not_sent(self, world: World, service: Service) -> None:
        service.fill_threads(Channel.EMAIL)
        look(service, **ASK)
        settle()
        world.start("sweep", SUPPORT_EMAIL_TO=LUIS).client.post("/")
        settle()
        assert world.resend.messages == []
        assert world.column("select status from outbox") == ["dead"]


class TestList:
    @pytest.fixture(autouse=True)
    def _inside(self, service: Service) -> None:
        come_in(service)

    def test_each_row_leads_to_its_ticket(self, service: Service) -> None:
        service.open_ticket()
        (path,) = [href for href in Shown(look(service)).loads("href") if "/t/" in href]
        assert service.client.get(path.removeprefix(PUBLIC_URL)).status_code == 200

    def test_one_call_and_nothing_is_changed(self, world: World, service: Service) -> None:
        service.open_ticket()
        settle()
        before = dump(world)
        world.supabase.call_log.clear()
        for query in (
            "",
            "?tab=mine",
            "?tab=nonsense",
            "?tab=all&after=x",
            "?after=1-1",
            "?after=" + "9" * 40,
        ):
            assert look(service, query).status_code == 200
        look(service, words="impresora")
        assert dict(world.supabase.calls()) == {"open_desk": 7}
        assert dump(world) == before

    def test_a_search_by_words_and_by_a_code_however_it_is_written(
        self, world: World, service: Service
    ) -> None:
        service.open_ticket()
        service.open_ticket(BETO)
        (code,) = world.column("select code from tickets order by id limit 1")
        for words in (code, code.lower().replace("-", " "), code.replace("-", "")):
            shown = Shown(look(service, words=words)).text
            assert code in shown
            assert "Beto" not in shown
        assert "Beto" in Shown(look(service, words="beto")).text

    def test_what_is_searched_for_stands_in_no_address_and_no_log(
        self, world: World, service: Service
    ) -> None:
        service.open_ticket()
        world.output()
        answer = look(service, words="Ana zanahoria")
        assert Shown(answer).fields["words"] == "Ana zanahoria"
        assert not any("zanahoria" in href for href in Shown(answer).loads("href"))
        assert "zanahoria" not in world.output()

    def test_words_are_never_read_as_html(self, service: Service) -> None:
        shown = Shown(look(service, words='"><script>alert(1)</script>'))
        assert "script" not in shown.tags

    def test_pages(self, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("handlers.desk_pages.PAGE_ROWS", 1)
        service.open_ticket()
        service.open_ticket(BETO)
        first = Shown(look(service, "?tab=our_turn"))
        (more,) = [href for href in first.loads("href") if "after=" in href]
        assert "Beto" not in first.text
        assert "Beto" in Shown(service.client.get(more, base_url=PUBLIC_URL)).text
        found = Shown(look(service, words="impresora"))
        assert "Beto" in found.text
        assert "Ana" in Shown(look(service, words="impresora", after=found.fields["after"])).text

    def test_a_draft_that_was_left(self, world: World, service: Service) -> None:
        service.say("mi impresora no imprime y se traba")
        settle()
        assert "Sin confirmar" not in Shown(look(service)).text
        world.rows("update drafts set since = since - interval '2 days'")
        world.rows("update conversations set last_inbound_at = last_inbound_at - interval '2 days'")
        assert "Sin confirmar 1" in Shown(look(service)).text
        shown = Shown(look(service, "?tab=drafts"))
        assert "mi impresora no imprime y se traba" in shown.text

    def test_away_until_a_day_and_back(self, world: World, service: Service) -> None:
        ticket = service.open_ticket()
        world.rows("update tickets set assignee = 'Marta Ruiz', assignee_address = 'marta@example.com'")
        day = (now() + timedelta(days=9)).date()
        assert look(service, away=day.isoformat()).status_code == 303
        assert f"Estás fuera hasta el {day.day}" in Shown(look(service)).text
        assert mailed_about(world, service, f"{ticket} sigue igual") == {MARTA, LUIS}
        assert look(service, away="", back="1").status_code == 303
        assert "Estás fuera" not in Shown(look(service)).text
        assert mailed_about(world, service, f"{ticket} tampoco escanea") == {MARTA}

    @pytest.mark.parametrize("day", ["", "x", "2020-01-01", "9999-12-31"])
    def test_a_day_that_cannot_be(self, world: World, service: Service, day: str) -> None:
        assert look(service, away=day).status_code == 422
        assert world.rows("select * from technicians") == []

    def test_away_needs_the_cookie_and_our_own_form(self, world: World, service: Service) -> None:
        day = (now() + timedelta(days=9)).date().isoformat()
        elsewhere = service.client.post(
            "/desk/", data={"away": day}, base_url=PUBLIC_URL, headers={"Sec-Fetch-Site": "cross-site"}
        )
        assert elsewhere.status_code == 403
        world.rows("select end_desk_access()")
        assert is_shut(look(service, away=day))
        service.client.delete_cookie("desk")
        assert is_shut(look(service, away=day))
        assert world.rows("select * from technicians") == []

    def test_the_database_is_away(self, world: World, service: Service) -> None:
        world.supabase.faults.down(drop=False, path="open_desk")
        answer = look(service)
        assert answer.status_code == 503
        assert "TK-" not in answer.get_data(as_text=True)

    def test_nothing_is_kept_and_nothing_is_loaded_from_elsewhere(self, service: Service) -> None:
        service.open_ticket()
        for answer in (look(service), look(service, words="x"), service.client.get(link_of(service))):
            assert answer.headers["Cache-Control"] == "no-store"
            assert answer.headers["Referrer-Policy"] == "no-referrer"
            assert "script-src" not in answer.headers["Content-Security-Policy"]
            assert Shown(answer).loads("src") == []
