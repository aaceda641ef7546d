"""All stand-ins behind one address: Meta under /graph, Resend under /resend, Supabase under /rest/v1, and the page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from emulator.call_list import Ledger
from emulator.faults import Faults
from emulator.instances import Instances
from emulator.meta.admin import FIELDS
from emulator.meta.graph_api import Graph
from emulator.meta.payloads import media_of, messages_in
from emulator.meta.sent_message import SentMessage
from emulator.meta.users import Person
from emulator.meta.webhook_delivery import SCHEDULE, Stage, WebhookDelivery
from emulator.meta.wire import Json
from emulator.resend.resend_api import Resend
from emulator.site.calls import Calls
from emulator.site.chat import Chat
from emulator.site.chat_storage import MediaFolder
from emulator.site.database_view import DatabaseView
from emulator.site.event_stream import EventStream
from emulator.site.fault_switches import FaultSwitches
from emulator.site.message_tracker import MessageTracker
from emulator.site.page_server import PageServer
from emulator.site.say_request import SayHandler
from emulator.site.sections import Sections
from emulator.site.turn_log import TurnLog
from emulator.stand_in import front
from emulator.supabase.project import LocalSupabase

_FOR_THE_FUNCTION = ("/graph/", "/resend/", "/rest/")
_CALLER = re.compile(r"/from/([\w-]+)(/.*)")
_SUPABASE_CALLS = 2_000  # a commit carries whole mails
# Meta goes on for seven days, if ever more seldom; at a desk twice a minute is seldom enough.
_SEVEN_DAYS = (*SCHEDULE, *(30.0,) * 20_160)


class StandIns:
    """Meta, Resend and Supabase as they run beside the function, and the page that shows them.

    `app` is what to serve, once Supabase has started; `connect` tells where the function is; `close` comes before the
    server ends. What has to outlive a run is kept in `folder`.
    """

    def __init__(self, supabase: LocalSupabase, folder: Path) -> None:
        self.supabase = supabase
        self.supabase_ledger, self.supabase_faults = Ledger(_SUPABASE_CALLS), Faults()
        self.graph, self.resend = Graph(), Resend()
        self.graph.switches.echo = ("sent", "delivered", "read", "failed")
        self.customers = WebhookDelivery(
            None, self.graph.app_secret, schedule=_SEVEN_DAYS, noted=self.graph.note_payload
        )
        self.chat, self.tracker = Chat(folder / "chat.jsonl"), MessageTracker()
        self.calls = Calls(self.tracker.in_post)
        self._files = MediaFolder(folder / "files")
        self._log = folder / "log"
        self._stream: EventStream | None = None
        self._undelivered = self._remember()
        self._listen()

    def connect(self, instances: Instances, sweep_url: str) -> None:
        """From now on what customers write, and what becomes of our messages, is posted there."""
        for delivery in (self.customers, self.graph.delivery):
            delivery.choose_url = instances.turns()
            delivery.url = instances.first.function.url
        self.graph.account.subscribe(f"{instances.first.function.url}/", FIELDS)
        self._page.sweep_url = sweep_url
        for payload in self._undelivered:
            self.customers.deliver(payload)

    def app(self, instances: Instances) -> ASGIApp:
        """Everything under one address."""
        services = self._services()
        page = self._page_server(instances).app()

        async def house(scope: Scope, receive: Receive, send: Send) -> None:
            scope = _with_caller(scope)
            inside = scope["type"] != "http" or scope["path"].startswith(_FOR_THE_FUNCTION)
            await (services if inside else page)(scope, receive, send)

        return house

    def close(self) -> None:
        """Lets every page go, and brings nothing more."""
        if self._stream is not None:
            self._stream.closing = True
        self.customers.close()
        self.graph.close()
        self.chat.close()

    def _services(self) -> Starlette:
        data_api = self.supabase.app

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            async with data_api.router.lifespan_context(data_api):
                yield
            await self._page.sections.database.close()

        return Starlette(
            routes=[
                Mount("/graph", self.graph.app),
                Mount("/resend", self.resend.app),
                Mount("/", front(data_api, ledger=self.supabase_ledger, faults=self.supabase_faults)),
            ],
            lifespan=lifespan,
        )

    def _page_server(self, instances: Instances) -> PageServer:
        switches = FaultSwitches(
            services={
                "graph": self.graph.faults,
                "resend": self.resend.faults,
                "supabase": self.supabase_faults,
            },
            deliveries=(self.customers, self.graph.delivery),
            instances=instances,
        )
        sections = Sections(
            chat=self.chat,
            calls=self.calls,
            tracker=self.tracker,
            database=DatabaseView(self.supabase.database_url, self.tracker),
            turn_log=TurnLog(self._log / "webhook.log", self._log / "webhook-2.log"),
            resend=self.resend,
            switches=switches,
        )
        self._stream = EventStream(sections)
        self._page = PageServer(
            sections=sections,
            stream=self._stream,
            switches=switches,
            graph=self.graph,
            customers=self.customers,
            say=SayHandler(self.graph, self.resend, self.customers, self.supabase.database_url),
        )
        return self._page

    # --- what is remembered and heard -------------------------------------------------------------------------------

    def _remember(self) -> list[Json]:
        """What Meta knows from earlier runs: the messages, the people and their files. Returns what it still has to bring."""
        undelivered = self.chat.load()
        shown = [(key, item) for key, items in self.chat.items().items() for item in items]
        for each in self.chat.customers.all():
            person = Person(name=each.name, wa_id=each.wa_id, user_id=each.user_id, username=each.username)
            self.graph.book.learn(person)
        for key, item in shown:
            self.graph.book.remember(item["id"])
            if item["from"] == "customer":
                self.graph.note_inbound(key, item["at"])
        files = {item["file"]["url"].rpartition("/")[2] for _, item in shown if item["file"]}
        self._files.restore(self.graph.media, files)
        return undelivered

    def _listen(self) -> None:
        self.customers.watch = self._customer_wrote
        self.graph.delivery.watch = self.chat.watch_statuses
        self.graph.sent, self.graph.marked = self._desk_wrote, self.chat.marked
        ledgers = {
            "webhook": self.customers.ledger,
            "status": self.graph.delivery.ledger,
            "supabase": self.supabase_ledger,
            "graph": self.graph.ledger,
            "resend": self.resend.ledger,
        }
        for to, ledger in ledgers.items():
            ledger.told = self.calls.recorder(to)

    def _customer_wrote(self, stage: Stage, payload: Json, status: int) -> None:
        if stage is Stage.TAKEN:
            for message, _ in messages_in(payload):
                media = self.graph.media.get(media_of(message) or "")
                if media is not None:
                    self._files.save(media)
        self.tracker.watch(stage, payload, status)
        self.chat.watch_customers(stage, payload, status)

    def _desk_wrote(self, sent: SentMessage) -> None:
        self.tracker.sent(sent)
        self.chat.sent(sent)


def _with_caller(scope: Scope) -> Scope:
    """Each instance is told addresses of its own, /from/its-name/graph and so on: so it is known who calls."""
    found = _CALLER.fullmatch(scope["path"]) if scope["type"] == "http" else None
    if found is None:
        return scope
    return {**scope, "path": found[2], "raw_path": found[2].encode(), "caller": found[1]}
