"""Nothing leaks by accident: log lines, errors and reprs contain nobody's words, name or number, and no secret."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import handlers.process_message
from channels.http import Http, HttpxClient
from channels.resend_email import Resend
from channels.whatsapp import WhatsApp, message_request
from channels.whatsapp_media import Media
from emulator.function import settings
from emulator.meta.customer import Customer, batch
from handlers.log import Log
from handlers.payload import read_payload
from messages.whatsapp.reply_bubble import reply_bubble
from messages.whatsapp.status_template import status_template
from state.dialogue.step import step
from state.model.language import Language
from state.model.message import Message, Sender
from state.model.outbox_row import Channel, NewOutboxRow, OutboxRow
from state.model.session import Session, State
from state.model.ticket import Digest, TicketStatus, TicketView
from state.model.turn import Action, Button, ChangeTicket, Facts, Reply
from state.store.client import Store
from state.store.rows import parse
from state.understanding.meaning import interpret
from state.understanding.reading import read
from tests.support.function import PUBLIC_URL, Service, World, settle

WORD = "zanahoria"
NUMBER, USER_ID = "5491155550199", f"AR.{WORD}1"
CARLA = Customer(name=f"Carla {WORD}", wa_id=NUMBER, user_id=USER_ID, username=WORD)
PERSONAL = re.compile(f"{WORD}|{NUMBER}|{NUMBER[3:]}|Carla|-34\\.5|media-of-hers", re.IGNORECASE)
SECRET = "sk-never-to-be-seen"
EVENTS = {
    *("turn", "delivery", "poison", "ignored", "identity", "store_unavailable", "event_refused", "delivery_status", "sweep"),
    *("refused", "reply_late", "receipt_failed", "finish_failed", "dead_letter"),
    *("marks_not_stored", "ticker_failed"),
}  # fmt: skip
INJECTIONS = [
    'x\n{"severity":"ERROR","event":"turn","wamid":"forged"}',
    'x"}\r\n{"severity":"CRITICAL","event":"forged"}',
    "x\u2028{\"event\":\"forged\"}\x85\x0b\x0c\x1e",
    "x\x1b[2J\x1b]0;forged\x07\x00\x08",
    "%s %(event)s {event} ${event}",
]  # fmt: skip


def lines(world: World) -> list[dict[str, Any]]:
    return [json.loads(line) for line in world.output().split("\n") if line]


class TestLog:
    @pytest.mark.parametrize("words", INJECTIONS, ids=ascii)
    def test_no_line_can_be_made(self, world: World, service: Service, words: str) -> None:
        """From whatever field, also those of Meta's that stand in the log."""
        named = Customer(name=words, wa_id=NUMBER, user_id=USER_ID, username=None)
        bad = [{**named.text(words), key: words} for key in ("type", "id", "timestamp", "group_id")]
        pressed = named.press(words, words, of=words)
        reacted = named.reaction(words, to=words)
        payload = batch(*((named, item) for item in (named.text(words), pressed, reacted, *bad[:2])))
        payload["entry"].append({"changes": [{"field": words, "value": {}}]})
        value = {"metadata": {"phone_number_id": words}, "messages": [bad[2]]}
        payload["entry"].append({"changes": [{"field": "messages", "value": value}]})
        assert service.post(json.dumps(payload).encode()).status_code == 200
        service.client.get(f"/{words}?hub.mode=subscribe&hub.verify_token={words}")
        settle()
        logged = lines(world)
        assert {line["event"] for line in logged} <= EVENTS
        assert {line["severity"] for line in logged} <= {"INFO", "WARNING", "ERROR"}
        assert "forged" not in {line.get("wamid") for line in logged}
        assert world.output().isascii()
        assert world.output().replace("\n", "").isprintable()

    def test_what_the_database_quotes_is_not_passed_on(self, world: World, service: Service) -> None:
        """Postgres shows the failing row, which is somebody's report: only the code of the error is kept."""
        service.say(f"mi {WORD} no enciende", CARLA)
        settle()
        world.rows("alter table tickets add constraint closed_today check (summary = '')")
        try:
            service.press("yes", CARLA)
            settle()
        finally:
            world.rows("alter table tickets drop constraint closed_today")
        assert world.column("select reason from inbound where outcome = 'poison'") == ["commit_turn: 23514"]
        assert not PERSONAL.search(world.output())

    def test_nor_what_an_error_of_ours_says(
        self, world: World, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def stumbles(*_: object) -> None:
            raise ValueError(f"cannot handle {WORD} of {NUMBER} with {SECRET}")

        monkeypatch.setattr(handlers.process_message, "step", stumbles)
        service.say(f"mi {WORD} no enciende", CARLA)
        settle()
        (reason,) = world.column("select reason from inbound where outcome = 'poison'")
        assert re.fullmatch(r"ValueError at (\S+\.py:\d+:\w+ > )+\S+:\d+:stumbles", reason)
        assert not PERSONAL.search(world.output())
        assert SECRET not in world.output()

    def test_everything_a_customer_can_do(self, world: World, service: Service) -> None:
        """From the first word to the last, with every dependency failing in between."""
        service.say(f"mi {WORD} no enciende", CARLA)
        settle()
        service.press("yes", CARLA)
        settle()
        mail = world.resend.messages[0]
        (token,) = set(re.findall(r"/t/(\S+?)/", mail.text or ""))
        for path in (f"/t/{token}/", f"/t/{token}x/", f"/t/{WORD}/"):
            service.client.get(path)
            service.client.post(path, data={"text": WORD})
        service.post(CARLA.webhook(CARLA.image(caption=WORD, media_id="media-of-hers"), CARLA.voice()))
        service.post(
            CARLA.webhook(CARLA.document(filename=f"{WORD}.pdf"), CARLA.location(-34.5, -58, WORD, WORD))
        )
        settle()
        for faults in (world.graph.faults, world.resend.faults, world.supabase.faults):
            faults.down()
            service.post(CARLA.webhook(CARLA.text(f"sigue igual, {WORD}")))
            service.post(CARLA.webhook(CARLA.text(f"quiero hablar con una persona por la {WORD}")))
            settle()
            faults.clear()
        for code in (131026, 131047, 190, 1):
            world.graph.faults.error(code)
            service.post(CARLA.webhook(CARLA.text("mis tickets")))
            settle()
        world.graph.faults.clear()
        world.rows("update conversations set tokens = 20")
        service.say("borrar mis datos", CARLA)
        settle()
        world.make_due()
        world.sweep()
        output = world.output()
        assert len(output.splitlines()) > 20
        assert not PERSONAL.search(output)
        given = settings("", PUBLIC_URL, world.graph, world.resend)
        secrets = [value for name, value in given.items() if re.search("SECRET|KEY|TOKEN|EMAIL", name)]
        assert len(secrets) == 10
        assert [secret for secret in [*secrets, token, PUBLIC_URL] if secret in output] == []


class TestReprs:
    """A repr ends in tracebacks and debuggers."""

    def test_no_secret_in_what_the_function_is_made_of(self, world: World, service: Service) -> None:
        given = settings("", PUBLIC_URL, world.graph, world.resend)
        secrets = [value for name, value in given.items() if re.search("SECRET|KEY|TOKEN", name)]
        shown = repr(service.desk) + repr(vars(service.client.application).get("config"))
        assert [secret for secret in secrets if secret in shown] == []

    @pytest.mark.parametrize(
        "made",
        [
            Store("https://x", SECRET, HttpxClient(Http())),
            WhatsApp("https://x", "v1", "1", SECRET, Http()),
            Media("https://x", "v1", "1", SECRET, Http()),
            Resend(SECRET, Media("https://x", "v1", "1", SECRET, Http()), Http()),
            Log(SECRET),
        ],
        ids=lambda made: type(made).__name__,
    )
    def test_no_secret_in_what_holds_one(self, made: object) -> None:
        assert SECRET not in f"{made!r} {made!s} {made}"

    def events(self) -> Iterator[object]:
        sent = [
            CARLA.text(WORD),
            CARLA.image(caption=WORD),
            CARLA.document(filename=WORD),
            CARLA.location(-34.5, -34.5, WORD, WORD),
            CARLA.press("menu/menu", WORD, of="wamid.x"),
            CARLA.choose("menu/menu", WORD, of="wamid.x"),
            CARLA.quick_reply("menu/menu", WORD, of=None),
            CARLA.sticker(),
            {**CARLA.text(WORD), "timestamp": WORD},
            {**CARLA.text(WORD), "group_id": WORD},
        ]
        yield from read_payload(CARLA.webhook(*sent), CARLA.business.phone_number_id)

    def test_no_person_in_an_event(self) -> None:
        events = list(self.events())
        assert len(events) == 10
        assert [event for event in events if PERSONAL.search(repr(event))] == []

    def test_no_person_in_a_turn(self) -> None:
        session = Session(draft=WORD)
        for message in self.events():
            if isinstance(message, Message):
                meaning = interpret(session, read(message.content))
                turn = step(session, message, meaning, Facts(new_code="TK-0000-0000", language=Language.ES))
                session = turn.session
                assert not PERSONAL.search(repr(turn))

    def test_no_person_in_what_is_sent(self) -> None:
        at = datetime(2026, 11, 23, tzinfo=UTC)
        view = TicketView(
            code="TK-0000-0000",
            status=TicketStatus.OPEN,
            summary=WORD,
            wants_human=False,
            created_at=at,
            updated_at=at,
        )
        shows = Button(state=State.FOLLOWING, action=Action.VIEW, argument=view.code)
        reply = Reply(say="choose_ticket", values={"summary": WORD}, tickets=(view,), buttons=(shows,))
        shown = reply_bubble(reply, Language.ES, ZoneInfo("UTC"))
        assert WORD in shown.rows[0].description
        body = message_request(shown, Sender(wa_id=NUMBER), "k") + WORD
        row = {"id": 1, "dedup_key": "k", "lane": "wa:1", "channel": "whatsapp", "attempts": 1}
        row |= {"content": "rendered", "body": body}
        things = [
            view,
            reply,
            shown,
            ChangeTicket(code="TK-0000-0000", text=WORD),
            status_template("x", Language.ES, "TK-0000-0000", WORD),
            NewOutboxRow(dedup_key="k", channel=Channel.WHATSAPP, body=body, template=body),
            parse(OutboxRow, {**row, "lease_seconds": 30, "record": {"summary": WORD}}),
            parse(
                Digest,
                {"tickets": [{"code": "x", "summary": WORD, "wants_human": True, "at": at.isoformat()}]},
            ),
        ]
        assert [thing for thing in things if PERSONAL.search(repr(thing))] == []
