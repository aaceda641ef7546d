"""Messages that we cannot use as they are: their words are kept, in order, and the customer hears what is missing."""

from typing import Any, Final

import pytest

from emulator import Json
from emulator.meta.webhook_payload import encode, webhook
from tests.support.function import ANA, Service, World, settle
from tests.support.ticket_case import open_case

WORDS: Final = "así suena la fuente del servidor"
REPORT: Final = "mi impresora no imprime"
FORM: Final = '{"flow_token": "t0k3n", "equipo": "servidor", "detalle": "así suena la fuente del servidor"}'
TOO_LARGE: Final = [
    ANA.undelivered_file(kind, caption=WORDS)
    for kind in ("document", "video", "image", "audio", "unsupported")
]
TEXT_TOO: Final = {**ANA.undelivered_file("unsupported"), "text": {"body": WORDS}}
OTHER: Final = [
    {**ANA.image(caption=WORDS), "errors": [{"code": 131000}]},
    ANA.message("order", {"catalog_id": "1", "text": WORDS, "product_items": []}),
    ANA.message("hologram", {"body": WORDS}),
    ANA.message("hologram", {"caption": WORDS, "id": "1"}),
    {**ANA.message("ephemeral", {"text": WORDS}), "errors": [{"code": 131051}]},
    {**ANA.unsupported("link_preview"), "text": {"body": WORDS}},
    ANA.message("interactive", {"type": "nfm_reply", "nfm_reply": {"name": "flow", "body": "Sent", "response_json": FORM}}),
]  # fmt: skip
PLAIN: Final = [
    {**ANA.text(WORDS), "errors": [{"code": 131051}]},
    {**ANA.text(WORDS), "context": {"forwarded": True}},
    {**ANA.text(WORDS), "context": {"frequently_forwarded": True}},
    {**ANA.text(WORDS), "referral": {"source_type": "ad", "headline": "Compra ya", "body": "Oferta", "ctwa_clid": "x"}},
    {**ANA.text(WORDS), "context": {"from": "1", "id": "wamid.unknown", "referred_product": {"catalog_id": "1"}}},
]  # fmt: skip


def deliver(service: Service, *messages: Json) -> str:
    """In one call. Returns the latest bubble."""
    assert service.post(ANA.webhook(*messages)).status_code == 200
    settle()
    return service.graph.messages[-1].text


def notes(world: World) -> list[str]:
    return world.column("select body from ticket_events where kind = 'note' order by id")


@pytest.mark.parametrize("message", [*TOO_LARGE, TEXT_TOO, *OTHER, *PLAIN])
class TestWords:
    def test_begin_a_report(self, world: World, service: Service, message: Json) -> None:
        assert WORDS in deliver(service, message)
        service.press("yes")
        settle()
        (description,) = world.column("select description from tickets")
        assert WORDS in description
        assert "Oferta" not in description
        assert "t0k3n" not in description
        assert world.log("poison") == []

    def test_are_added_to_the_report_that_waits(self, world: World, service: Service, message: Json) -> None:
        deliver(service, ANA.text(REPORT))
        deliver(service, message)
        service.press("yes")
        settle()
        (description,) = world.column("select description from tickets")
        assert description.startswith(f"{REPORT}\n")
        assert WORDS in description

    def test_are_a_note_of_the_ticket(self, world: World, service: Service, message: Json) -> None:
        open_case(world, service)
        deliver(service, ANA.text("es la de la caja"))
        deliver(service, message)
        assert [WORDS in note for note in notes(world)] == [False, True]


@pytest.mark.parametrize(
    ("messages", "told"),
    [([*TOO_LARGE, TEXT_TOO], "100 MB"), (OTHER, "solo pude leer el texto")],
    ids=["too large", "other"],
)
class TestWhatIsMissing:
    def test_is_told_with_the_question(
        self, world: World, service: Service, messages: list[Json], told: str
    ) -> None:
        del world
        for message in messages:
            assert told in deliver(service, message)

    def test_is_told_with_a_note_that_would_need_no_bubble(
        self, world: World, service: Service, messages: list[Json], told: str
    ) -> None:
        open_case(world, service)
        for message in messages:
            deliver(service, ANA.text("es la de la caja"))
            assert told in deliver(service, message)


class TestNoWords:
    @pytest.mark.parametrize(
        ("message", "answer"),
        [
            (ANA.sticker(), "stickers"),
            (ANA.contacts("Beto Gómez", "5491155550102"), "contactos"),
            (ANA.unsupported("poll_creation"), "encuestas"),
            (ANA.unsupported("view_once"), "no lo puedo leer"),
            (ANA.message("unsupported", {}), "no lo puedo leer"),
            (ANA.message("order", {"catalog_id": "1", "product_items": []}), "no lo puedo leer"),
            (ANA.quick_reply("Quiero más info", "Quiero más info", None), "ya no sirve"),
            (ANA.press("zzz/9", "Otro", "wamid.unknown"), "ya no sirve"),
            (ANA.choose("zzz/9", "Otro", "wamid.unknown"), "ya no sirve"),
        ],
    )
    def test_is_answered_and_a_report_waits(
        self, world: World, service: Service, message: Json, answer: str
    ) -> None:
        deliver(service, ANA.text(REPORT))
        shown = deliver(service, message)
        assert answer in shown or REPORT in shown
        service.say("sí")
        settle()
        assert world.column("select description from tickets") == [REPORT]

    @pytest.mark.parametrize(
        ("entered", "kept"),
        [
            ('{"falla": ["no imprime", "atasco"], "flow_token": "x"}', "falla: no imprime, atasco"),
            (f'{{"falla": "no imprime", "serie": {"9" * 5000}}}', f"falla: no imprime\nserie: {'9' * 5000}"),
            ('{"falla": " no imprime ", "desde": null, "foto": [], "más": {"a": 1}}', "falla: no imprime"),
        ],
    )
    def test_all_that_was_entered_in_a_form(
        self, world: World, service: Service, entered: str, kept: str
    ) -> None:
        form = {"type": "nfm_reply", "nfm_reply": {"response_json": entered}}
        deliver(service, ANA.text(REPORT), ANA.message("interactive", form))
        assert world.column("select session->>'draft' from conversations") == [f"{REPORT}\n{kept}"]

    @pytest.mark.parametrize(
        "message",
        [
            ANA.reaction("👍", "wamid.unknown"),
            ANA.reaction(None, "wamid.unknown"),
            ANA.unsupported("poll_update"),
            ANA.unsupported("pin"),
            ANA.message("hologram", {"depth": 3}),
            ANA.message("interactive", {"type": "call_permission_reply", "call_permission_reply": {"response": "accept"}}),
            ANA.message("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "[not json"}}),
            ANA.message("interactive", {"type": "nfm_reply", "nfm_reply": {"response_json": "[1, 2]"}}),
            ANA.text("  \n "),
        ],
    )  # fmt: skip
    def test_a_gesture_is_silence_and_changes_nothing(
        self, world: World, service: Service, message: Json
    ) -> None:
        deliver(service, ANA.text(REPORT))
        deliver(service, message)
        assert len(service.graph.messages) == 1
        assert world.column("select session->>'draft' from conversations") == [REPORT]
        assert world.log("poison") == []


def _poison(kind: str) -> Json:
    broken: dict[str, Any] = {
        "no id": {**ANA.text("perdido"), "id": None},
        "no time": {**ANA.text("perdido"), "timestamp": "ayer"},
        "no body": {**ANA.text("perdido"), "text": "perdido"},
        "no type": {**ANA.text("perdido"), "type": 7},
        "a file without an id": {**ANA.message("image", {"caption": "perdido"})},
        "nowhere": ANA.location(400.0, 0.0),
        "a button without an id": ANA.message("interactive", {"type": "button_reply", "button_reply": {}}),
        "no sender": {key: value for key, value in ANA.text("perdido").items() if not key.startswith("from")},
    }
    found: Json = broken[kind]
    return found


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize(
    "kind",
    [
        "no id",
        "no time",
        "no body",
        "no type",
        "a file without an id",
        "nowhere",
        "a button without an id",
        "no sender",
    ],
)
def test_one_that_cannot_be_read_takes_no_other_with_it(
    world: World, service: Service, kind: str, place: int
) -> None:
    lines = [REPORT, "es la que está en la caja", "hace un ruido raro al prenderla"]
    messages = [ANA.text(line) for line in lines]
    messages.insert(place, _poison(kind))
    service.graph.users.learn_payload(ANA.webhook(*(ANA.text(line) for line in lines)))
    payload = webhook({"contacts": [ANA.contact()], "messages": messages})
    assert service.post(encode(payload)).status_code == 200
    settle()
    assert world.column("select session->>'draft' from conversations") == ["\n".join(lines)]
    assert world.column("select count(*) from inbound where outcome = 'poison'") == [1]
