"""The recipient of a message: the number with its plus sign, else the BSUID, never both; and what the message quotes."""

import pytest

from emulator.meta.customer import Customer
from tests.support.function import ANA, Service, World, settle


class TestAddress:
    @pytest.mark.parametrize(
        ("customer", "address"),
        [
            (ANA, {"to": "+5215512345678"}),
            (Customer(user_id=None), {"to": "+5215512345678"}),
            (Customer(wa_id=None), {"recipient": "MX.4f9a2c7be1d04415a6c3", "recipient_type": "individual"}),
        ],
        ids=["both", "number", "bsuid"],
    )
    def test_to_or_recipient_never_both(
        self, world: World, service: Service, customer: Customer, address: dict[str, str]
    ) -> None:
        service.say("hola", customer)
        settle()
        (sent,) = world.sends()
        named = {
            name: sent.request[name] for name in ("to", "recipient", "recipient_type") if name in sent.request
        }
        assert named == address
        assert sent.marks == ()

    def test_the_number_again_once_it_is_seen(self, world: World, service: Service) -> None:
        people = (Customer(wa_id=None), ANA, Customer(wa_id=None))
        for customer, text in zip(people, ("hola", "mis tickets", "idioma"), strict=True):
            service.say(text, customer)
            settle()
        assert ["to" in entry.request for entry in world.sends()] == [False, True, False]
        assert world.column("select count(*) from customers") == [1]

    def test_the_key_comes_back_in_the_status(self, world: World, service: Service) -> None:
        message = service.say("hola")
        settle()
        assert world.sends()[0].request["biz_opaque_callback_data"] == f"wa/{message['id']}"
        assert world.column("select dedup_key from outbox") == [f"wa/{message['id']}"]

    def test_a_note_is_quoted_and_a_press_is_not(self, world: World, service: Service) -> None:
        service.say("mi impresora no imprime y se traba")
        settle()
        service.press("yes")
        settle()
        note = service.say("ahora tampoco escanea nada")
        settle()
        contexts = [sent.document.get("context") for sent in world.graph.messages]
        assert contexts[1:] == [None, {"message_id": note["id"]}]


class TestTestNumber:
    """131030: Meta's test numbers compare the dialable form, without Argentina's 9 and Mexico's 1."""

    @pytest.mark.parametrize(
        ("wa_id", "dialable"), [("5491155550101", "541155550101"), ("5215512345678", "525512345678")]
    )
    def test_the_other_form_is_tried_once(
        self, world: World, service: Service, wa_id: str, dialable: str
    ) -> None:
        world.graph.switches.allowed = (dialable,)
        service.say("hola", Customer(wa_id=wa_id, user_id=None))
        settle()
        assert [entry.request["to"] for entry in world.sends()] == [f"+{wa_id}", f"+{dialable}"]
        assert world.outbox() == [("whatsapp", "sent", 1)]
        assert world.column("select wa_id from customers") == [wa_id]

    def test_others_have_no_other_form(self, world: World, service: Service) -> None:
        world.graph.switches.allowed = ("1",)
        service.say("hola", Customer(wa_id="34600000001", user_id=None))
        settle()
        assert len(world.sends()) == 1
        assert world.outbox() == [("whatsapp", "dead", 1)]

    def test_a_bsuid_is_never_rewritten(self, world: World, service: Service) -> None:
        world.graph.faults.error(131030)
        service.say("hola", Customer(wa_id=None, user_id="AR.5491155550101"))
        settle()
        assert [entry.request["recipient"] for entry in world.sends()] == ["AR.5491155550101"]
