"""One instance of the function's inside: turns with a cache of their own, and a store that counts its calls."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from channels.http import Http, HttpxClient
from handlers.log import Log
from handlers.process_message import MessageProcessor
from handlers.render_turn import TurnRenderer
from handlers.sent_marks import SentMarks
from handlers.settings import Settings
from state.dialogue.catch_up import catch_up
from state.dialogue.step import step
from state.model.language import Language
from state.model.message import Attachment, AttachmentKind, Content, Message, Press, Text
from state.model.outbox_row import Channel
from state.model.session import Session
from state.model.turn import Facts
from state.store.client import Store
from state.store.errors import StoreUnavailable
from state.store.lru import ConversationCache, Lru
from state.store.rows import Commit
from state.understanding.meaning import interpret
from state.understanding.reading import read
from tests.support.builders import Desk, code, message
from tests.support.database import SupabaseLocal

T = TypeVar("T")
SETTINGS = Settings.from_environment(
    {
        "WHATSAPP_ACCESS_TOKEN": "token",
        "WHATSAPP_APP_SECRET": "secret",
        "WHATSAPP_VERIFY_TOKEN": "word",
        "WHATSAPP_PHONE_NUMBER_ID": "1000",
        "SUPABASE_URL": "https://project.supabase.co",
        "SUPABASE_SECRET_KEY": "sb_secret_x",
        "RESEND_API_KEY": "re_x",
        "SUPPORT_EMAIL_FROM": "desk@example.com",
        "SUPPORT_EMAIL_TO": "tech@example.com",
        "PUBLIC_URL": "https://desk.example.com",
        "LINK_SIGNING_KEY": "k" * 32,
    }
)
# Everything that changes a session directly, or through its current ticket, which stays open.
CONTENTS: tuple[Content, ...] = (
    Text(body="hola"),
    Text(body="quiero reportar un problema"),
    Text(body="mi impresora no imprime y se traba"),
    Text(body="sí"),
    Text(body="cancelar"),
    Text(body="english please"),
    Text(body="gracias"),
    Text(body="borren mis datos"),
    Text(body="blablabla trululú"),
    Press(id="menu/report"),
    Press(id="confirming/yes/1"),
    Press(id="unsure/open/2"),
    Press(id="another_problem/other/2"),
    Attachment(kind=AttachmentKind.IMAGE, media_id="m1", caption="la pantalla rota"),
)


class CountingStore(Store):
    """A store that records its calls. `before` runs before each call, and may be replaced."""

    def __init__(self, local: SupabaseLocal) -> None:
        super().__init__(local.url, local.secret_key, HttpxClient(Http()))
        self.calls: list[str] = []
        self.before: Callable[[str], None] = self.calls.append

    def _call(self, name: str, arguments: Mapping[str, Any], read: Callable[[Any], T]) -> T:
        self.before(name)
        return super()._call(name, arguments, read)


def instance(store: Store, *, cache_size: int = 1024) -> MessageProcessor:
    return MessageProcessor(
        store=store,
        cache=ConversationCache(cache_size),
        lost_commits=Lru(1024),
        marks=SentMarks(),
        renderer=TurnRenderer(settings=SETTINGS),
        log=Log("key", write=lambda line: None),
        default_language=Language.ES,
        now=lambda: datetime.now(UTC),
        channels=lambda: tuple(Channel),
        bubbles_a_day=SETTINGS.bubbles_a_day,
    )


def says(number: int, what: Content) -> Message:
    return replace(message(f"m{number:02}", ago=timedelta(seconds=60 - number)), content=what)


def delivered(turns: MessageProcessor, given: Message) -> Commit:
    """Deliver it until it is accepted, as Meta does."""
    while True:
        try:
            return turns.process(given)
        except StoreUnavailable:
            continue


def replayed(desk: Desk, messages: list[Message]) -> Session:
    """The session after these messages, processed one by one in the order of their commits."""
    by_wamid = {given.wamid: given for given in messages}
    session = Session()
    for row in desk.tables.all("select wamid, ticket, version from inbound order by version"):
        given = by_wamid.pop(row["wamid"])
        session = catch_up(session, (), given.at)
        meaning = interpret(session, read(given.content))
        ticket = desk.store.load(given.sender, meaning.lookup).ticket if meaning.lookup.codes else None
        facts = Facts(new_code=row["ticket"] or code(0), language=Language.ES, ticket=ticket)
        session = step(session, given, meaning, facts).session
    assert by_wamid == {}, "a message was lost"
    return session


def check(desk: Desk, messages: list[Message]) -> None:
    """Check that all were accepted, that each made one version, and that the session is the one a replay gives."""
    outcomes = desk.tables.all("select version, outcome from inbound order by version")
    assert [row["version"] for row in outcomes] == list(range(1, len(messages) + 1))
    assert desk.conversation().session == replayed(desk, messages)
    bubbles = "select i.version from outbox o join inbound i using (wamid) where o.channel = 'whatsapp' order by o.id"
    order = [row["version"] for row in desk.tables.all(bubbles)]
    assert order == sorted(set(order)), "a reply out of order, or twice"
