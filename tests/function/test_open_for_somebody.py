"""A technician opens a ticket for somebody who called or stands at the counter: the form, what is told, and who writes then."""

import re

import pytest
from werkzeug.test import TestResponse

from emulator.meta.customer import Customer
from tests.function.test_desk_list import LUIS, MARTA, come_in, is_shut, look
from tests.support.database import capped
from tests.support.function import ANA, PUBLIC_URL, Service, World, settle
from tests.support.technician import Shown, Technician, dump

TEAM = f"Marta Ruiz <{MARTA}>, Luis Paz <{LUIS}>"
WORDS = "la laptop no enciende y huele a quemado"
MEXICO = Customer(name="Eva", wa_id="5215512340077", user_id=None, username=None)
DIALLED = "+52 (55) 1234-0077"


@pytest.fixture
def service(world: World) -> Service:
    service = world.start(SUPPORT_EMAIL_TO=TEAM, CATEGORIES="Impresoras, Laptops")
    come_in(service)
    return service


def form(service: Service, **typed: str) -> dict[str, str]:
    """The fields of a form that was just loaded, with what a technician types."""
    shown = Shown(look(service, "?open"))
    fields = {name: value for name, value in shown.fields.items() if name not in {"takes", "author"}}
    return {**fields, "number": DIALLED, "text": WORDS, "language": "es", **typed}


def send(service: Service, fields: dict[str, str], **headers: str) -> TestResponse:
    return service.client.post("/desk/", data=fields, base_url=PUBLIC_URL, headers=headers)


def opens(service: Service, **typed: str) -> TestResponse:
    """Open a ticket. Returns the page of it, to which the answer leads."""
    answer = send(service, form(service, **typed))
    assert answer.status_code == 303, Shown(answer).text
    settle()
    return follow(service, answer)


def follow(service: Service, answer: TestResponse) -> TestResponse:
    return service.client.get(answer.headers["Location"].partition("#")[0], base_url=PUBLIC_URL)


def code_of(world: World) -> str:
    (code,) = world.column("select code from tickets order by id desc limit 1")
    return str(code)


def technician_of(world: World, service: Service) -> Technician:
    """With the link of the latest ticket."""
    location = (
        send(service, form(service)).headers["Location"]
        if not world.column("select code from tickets")
        else ""
    )
    settle()
    return Technician(
        world=world,
        service=service,
        code=code_of(world),
        path=location.partition("?")[0].removeprefix(PUBLIC_URL),
    )


class TestForm:
    def test_the_list_leads_to_it(self, service: Service) -> None:
        assert "/desk/?open" in Shown(look(service)).loads("href")
        shown = Shown(look(service, "?open"))
        assert {"key", "number", "name", "text"} <= set(shown.fields)
        assert shown.options == {"language": ["es", "en", "pt"], "category": ["Impresoras", "Laptops"]}
        assert "off" in shown.loads("autocomplete")
        assert "tel" in shown.loads("inputmode")

    def test_is_for_who_has_the_cookie(self, world: World, service: Service) -> None:
        stranger = world.start(SUPPORT_EMAIL_TO=TEAM)
        before = dump(world)
        assert is_shut(look(stranger, "?open"))
        assert is_shut(send(stranger, {"number": DIALLED, "text": WORDS, "key": "k" * 22}))
        assert dump(world) == before

    def test_is_for_nobody_who_was_logged_out(self, world: World, service: Service) -> None:
        fields = form(service)
        world.rows("select end_desk_access()")
        assert is_shut(look(service, "?open"))
        assert is_shut(send(service, fields))
        assert world.column("select count(*) from tickets") == [0]

    def test_leads_to_the_page_of_the_ticket(self, world: World, service: Service) -> None:
        shown = Shown(opens(service, name="Eva", category="Laptops"))
        assert f"Ticket abierto: {code_of(world)}" in shown.text
        assert "cuando escriba por primera vez" in shown.text
        assert "Marta Ruiz abrió el ticket en nombre del cliente" in shown.text
        assert "Hola, Marta" in shown.text
        (ticket,) = world.rows("select * from tickets")
        assert (ticket["summary"], ticket["description"]) == (WORDS, WORDS)
        assert (ticket["language"], ticket["category"], ticket["status"]) == ("es", "Laptops", "open")
        assert (ticket["assignee_address"], ticket["answer_due"]) == (None, True)
        (event,) = world.rows("select * from ticket_events where kind = 'created'")
        assert (event["actor"], event["author"], event["author_address"]) == (
            "technician",
            "Marta Ruiz",
            MARTA,
        )

    def test_twice_is_one_ticket(self, world: World, service: Service) -> None:
        fields = form(service)
        first, second = send(service, fields), send(service, fields)
        settle()
        assert first.headers["Location"] == second.headers["Location"]
        assert world.column("select count(*) from tickets") == [1]
        assert len(world.graph.messages) == 1

    def test_another_text_from_the_same_page_is_another_ticket(self, world: World, service: Service) -> None:
        fields = form(service)
        send(service, fields)
        send(service, {**fields, "text": "y la impresora"})
        assert world.column("select count(*) from tickets") == [2]

    def test_one_whose_answer_was_lost_is_told_by_the_same_form(self, world: World, service: Service) -> None:
        fields = form(service)
        world.supabase.faults.down(path="open_ticket_for")
        answer = send(service, fields)
        assert answer.status_code == 503
        world.supabase.faults.clear()
        shown = Shown(answer)
        assert shown.fields["text"] == WORDS
        assert send(service, {**shown.fields}).status_code == 303
        settle()
        assert world.column("select count(*) from tickets") == [1]
        assert len(world.graph.messages) == 1

    def test_of_another_site_does_nothing(self, world: World, service: Service) -> None:
        fields = form(service)
        before = dump(world)
        assert send(service, fields, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert dump(world) == before

    @pytest.mark.parametrize(
        ("typed", "field", "says"),
        [
            ({"number": "55 1234 5678"}, "number", "código de país"),
            ({"number": "+52 55 1234"}, "number", "código de país"),
            ({"number": "+999 1234 5678"}, "number", "código de país"),
            ({"number": "mañana"}, "number", "código de país"),
            ({"number": ""}, "number", "código de país"),
            ({"text": " \n "}, "text", "Falta el problema"),
            ({"text": "x" * 60_001}, "text", "60000"),
            ({"category": "Autos"}, "category", "categoría"),
        ],
    )
    def test_that_is_wrong_says_so_at_the_field_and_keeps_what_was_typed(
        self, world: World, service: Service, typed: dict[str, str], field: str, says: str
    ) -> None:
        before = dump(world)
        answer = send(service, form(service, name="Eva", **typed))
        assert answer.status_code == 422
        page = answer.get_data(as_text=True)
        assert Shown(answer).fields["name"] == "Eva"
        (wrong,) = re.findall(r"<(?:input|textarea|select)[^>]*aria-invalid=\"true\"[^>]*>", page)
        assert f'id="{field}"' in wrong
        assert 'aria-describedby="alert' in wrong
        (alert,) = re.findall(r'<p class="alert" role="alert" id="alert">(.*?)</p>', page)
        assert says in alert
        if "text" not in typed:
            assert Shown(answer).fields["text"] == WORDS
        assert dump(world) == before

    def test_our_own_number_is_nobodys(self, world: World, service: Service) -> None:
        own = world.graph.account.number()["display_phone_number"]
        for _ in range(2):
            answer = send(service, form(service, number=own))
            assert answer.status_code == 422
            assert "nuestro propio número" in Shown(answer).text
        assert len([call for call in world.graph.call_log.complete() if call.method == "GET"]) == 1

    def test_no_more_than_thirty_tickets_an_hour_for_one_customer(
        self, world: World, service: Service
    ) -> None:
        with capped(world.database_url, "max_tickets_per_hour", 1):
            send(service, form(service))
            answer = send(service, form(service, text="otra cosa"))
        assert answer.status_code == 429
        assert "muchos tickets" in Shown(answer).text
        assert world.column("select count(*) from tickets") == [1]

    def test_taken_at_once_by_who_wants_it(self, world: World, service: Service) -> None:
        opens(service, takes="1")
        (ticket,) = world.rows("select * from tickets")
        assert (ticket["assignee"], ticket["assignee_address"]) == ("Marta Ruiz", MARTA)
        assert (ticket["status"], ticket["answer_due"]) == ("in_progress", True)

    def test_no_word_or_number_is_logged(self, world: World, service: Service) -> None:
        opens(service, name="Eva Secreta")
        send(service, form(service, number="5512340077"))
        written = world.output()
        for secret in ("0077", "Secreta", "quemado", MARTA):
            assert secret not in written


class TestMail:
    def test_all_but_who_opened_it_get_the_mail_which_says_who(self, world: World, service: Service) -> None:
        opens(service)
        (mail,) = world.resend.messages
        assert mail.to == (LUIS,)
        assert "Marta Ruiz, en nombre del cliente" in (mail.text or "")
        assert "Lo que contó" in (mail.text or "")


class TestToldOfIt:
    def test_who_has_never_written_gets_the_template(self, world: World, service: Service) -> None:
        opens(service)
        (sent,) = world.graph.messages
        assert sent.kind == "template"
        assert sent.parameters == [code_of(world), f"Lo abrimos por ti: {WORDS}"]
        assert sent.recipient.written == "+5215512340077"
        assert world.column("select wa_id from customers") == ["5215512340077"]

    def test_in_their_language(self, world: World, service: Service) -> None:
        opens(service, language="pt")
        assert world.graph.messages[0].parameters[1].startswith("Abrimos para você")

    def test_within_the_service_window_in_free_text(self, world: World, service: Service) -> None:
        service.say("hola")
        settle()
        opens(service, number=f"+{ANA.wa_id}")
        sent = world.graph.messages[-1]
        assert sent.kind == "interactive"
        assert sent.text.startswith(f"📝 Abrimos el ticket *{code_of(world)}* por ti:")
        assert WORDS in sent.text
        service.say("la compré hace dos años")
        settle()
        assert world.column("select body from ticket_events where kind = 'note'") == [
            "la compré hace dos años"
        ]

    def test_what_somebody_is_reporting_stays_as_it_is(self, world: World, service: Service) -> None:
        service.say("mi impresora no imprime y se traba")
        settle()
        opens(service, number=f"+{ANA.wa_id}")
        service.press("yes")
        settle()
        assert world.column("select summary from tickets order by id") == [
            WORDS,
            "mi impresora no imprime y se traba",
        ]

    def test_nothing_else_leaves_until_they_write(self, world: World, service: Service) -> None:
        page = opens(service)
        path = page.request.path
        for action, text in (("answer", "Ya la tengo."), ("ask", "¿Qué modelo es?"), ("resolve", "")):
            fields = Shown(service.client.get(path, base_url=PUBLIC_URL)).fields
            done = service.client.post(
                path, data={**fields, "action": action, "text": text}, base_url=PUBLIC_URL
            )
            assert done.status_code == 303
            assert (
                "Listo: sale cuando el cliente escriba por primera vez." in Shown(follow(service, done)).text
            )
        settle()
        world.make_due()
        world.sweep()
        assert len(world.graph.messages) == 1
        shown = Shown(service.client.get(path, base_url=PUBLIC_URL))
        assert shown.text.count("Sale cuando el cliente escriba por primera vez") == 3
        assert "El cliente todavía no nos ha escrito" in shown.text
        service.say("hola", MEXICO)
        settle()
        told, card = sorted(world.graph.messages[1:], key=lambda sent: "te pregunta" not in sent.text)
        assert code_of(world) in card.text
        assert told.kind == "interactive"
        assert (
            told.text.index("Ya la tengo.")
            < told.text.index("¿Qué modelo es?")
            < told.text.index("¿Quedó bien?")
        )

    def test_a_refused_template_waits_and_leaves_first_as_free_text(
        self, world: World, service: Service
    ) -> None:
        for template in world.graph.account.templates.all:
            template.status = "PAUSED"
        path = opens(service).request.path
        assert world.graph.messages == []
        fields = Shown(service.client.get(path, base_url=PUBLIC_URL)).fields
        service.client.post(
            path, data={**fields, "action": "answer", "text": "Ya la tengo."}, base_url=PUBLIC_URL
        )
        service.say("hola", MEXICO)
        settle()
        first, second = [sent.text for sent in world.graph.messages if not sent.text.startswith("*TK-")]
        assert first.startswith("📝 Abrimos el ticket")
        assert "Ya la tengo." in second


class TestFirstMessage:
    def test_hello_shows_the_ticket(self, world: World, service: Service) -> None:
        opens(service)
        service.say("hola", MEXICO)
        settle()
        shown = world.graph.messages[-1].text
        assert shown.startswith(f"*{code_of(world)}* · Abierto")
        assert "Marta Ruiz lo abrió por ti" in shown

    def test_days_later_too(self, world: World, service: Service) -> None:
        opens(service)
        world.rows(
            "update conversations set facts = jsonb_set(facts, '{0,at}', to_jsonb(now() - interval '9 days'))"
        )
        service.say("buenas", MEXICO)
        settle()
        assert world.graph.messages[-1].text.startswith(f"*{code_of(world)}*")

    def test_without_words_is_answered_in_the_language_of_the_ticket(
        self, world: World, service: Service
    ) -> None:
        opens(service, language="en")
        assert service.post(MEXICO.webhook(MEXICO.image(b"a photo"))).status_code == 200
        settle()
        assert world.graph.messages[-1].text.startswith("📌 Added to ticket")

    def test_how_is_it_going_shows_it(self, world: World, service: Service) -> None:
        opens(service)
        service.say("¿cómo va?", MEXICO)
        settle()
        assert world.graph.messages[-1].text.startswith(f"*{code_of(world)}*")

    def test_a_detail_is_added_to_it(self, world: World, service: Service) -> None:
        opens(service)
        service.say("la compré hace dos años", MEXICO)
        settle()
        assert world.column("select body from ticket_events where kind = 'note'") == [
            "la compré hace dos años"
        ]
        assert world.column("select count(*) from tickets") == [1]

    def test_a_photo_is_added_to_it(self, world: World, service: Service) -> None:
        opens(service)
        assert service.post(MEXICO.webhook(MEXICO.image(b"a photo"))).status_code == 200
        settle()
        assert world.column("select t.code from attachments a join tickets t on t.id = a.ticket_id") == [
            code_of(world)
        ]

    def test_a_reply_that_quotes_the_template_is_about_it(self, world: World, service: Service) -> None:
        opens(service)
        (template,) = world.graph.messages
        opens(service, text="otra cosa")
        said = MEXICO.text("es la negra", quoting=template.wamid)
        assert service.post(MEXICO.webhook(said)).status_code == 200
        settle()
        (noted,) = world.column(
            "select t.summary from ticket_events e join tickets t on t.id = e.ticket_id where e.kind = 'note'"
        )
        assert noted == WORDS

    @pytest.mark.parametrize(
        ("typed", "opened", "writes"),
        [
            ("+52 55 1234 0077", "5215512340077", "5215512340077"),
            ("+52 1 55 1234 0077", "5215512340077", "525512340077"),
            ("+54 11 15 5555-0177", "5491155550177", "5491155550177"),
            ("+54 11 5555-0177", "5491155550177", "541155550177"),
            ("+55 11 8888-7777", "5511988887777", "551188887777"),
            ("+55 11 98888-7777", "5511988887777", "551188887777"),
        ],
    )
    @pytest.mark.parametrize("user_id", [None, "XX.c3c3c3"])
    def test_in_another_form_of_the_number_is_theirs(
        self, world: World, service: Service, typed: str, opened: str, writes: str, user_id: str | None
    ) -> None:
        world.graph.switches.statuses = ()
        opens(service, number=typed)
        assert world.column("select wa_id from customers") == [opened]
        somebody = Customer(name="Eva", wa_id=writes, user_id=user_id, username=None)
        service.say("hola", somebody)
        settle()
        assert world.graph.messages[-1].text.startswith(f"*{code_of(world)}*")
        assert world.rows("select wa_id, user_id from customers") == [{"wa_id": writes, "user_id": user_id}]

    def test_of_anybody_else_finds_nothing(self, world: World, service: Service) -> None:
        """Not by its code, and not by the number of a neighbour."""
        opens(service)
        neighbour = Customer(name="Noé", wa_id="5215512340078", user_id=None, username=None)
        for stranger in (ANA, neighbour):
            for words in (code_of(world), "hola", "mis tickets"):
                service.say(words, stranger)
                settle()
        assert not [sent for sent in world.graph.messages[1:] if "laptop" in sent.text]
        assert world.column("select count(distinct customer_id) from tickets") == [1]

    def test_of_somebody_who_has_written_is_not_looked_for_in_other_forms(
        self, world: World, service: Service
    ) -> None:
        """A number in Argentina without its 9 may be a landline of somebody else."""
        service.say("hola", Customer(name="Eva", wa_id="5491155550177", user_id=None, username=None))
        service.say("hola", Customer(name="Noé", wa_id="541155550177", user_id=None, username=None))
        assert world.column("select wa_id from customers order by id") == ["5491155550177", "541155550177"]


class TestNumberOfMeta:
    """Meta answers the send with the number as WhatsApp writes it."""

    OLD = Customer(name="Rui", wa_id="551188887777", user_id=None, username=None)

    def known_to_meta(self, world: World) -> None:
        world.graph.users.learn_payload(self.OLD.webhook(self.OLD.text("oi")))

    def test_is_kept(self, world: World, service: Service) -> None:
        self.known_to_meta(world)
        opens(service, number="+55 11 98888-7777")
        assert world.column("select wa_id from customers") == ["551188887777"]

    def test_of_somebody_we_know_joins_the_two(self, world: World, service: Service) -> None:
        """Whom we know under a number that only Meta knows to be the same."""
        other = Customer(name="Rui", wa_id="5521977770000", user_id=None, username=None)
        service.say("oi", other)
        settle()
        world.graph.users._people["5511988887777"] = world.graph.users.find("5521977770000")
        opens(service, number="+55 11 98888-7777")
        (row,) = world.rows("select id, wa_id from customers")
        assert row["wa_id"] == "5521977770000"
        assert world.column("select customer_id from tickets") == [row["id"]]
        assert world.column(
            "select distinct lane from outbox where channel = 'whatsapp' and content = 'notification'"
        ) == [f"notify:{row['id']}"]

    def test_says_nothing_of_somebody_who_has_written(self, world: World, service: Service) -> None:
        service.say("oi", Customer(name="Rui", wa_id="5511988887777", user_id=None, username=None))
        settle()
        self.known_to_meta(world)
        opens(service, number="+55 11 98888-7777")
        assert world.column("select wa_id from customers") == ["5511988887777"]
        assert world.supabase.calls()["learn_number"] == 0

    def test_that_is_lost_costs_nothing(self, world: World, service: Service) -> None:
        world.supabase.faults.down(drop=False, path="learn_number")
        self.known_to_meta(world)
        opens(service, number="+55 11 98888-7777")
        assert world.log("number_not_learned")
        service.say("oi", self.OLD)
        settle()
        assert world.graph.messages[-1].text.startswith(f"*{code_of(world)}*")
