"""All stand-ins at one address: Meta under /graph, Resend under /resend, Supabase under /rest/v1 and /storage/v1, and the page."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp, Receive, Scope, Send

from emulator import Json
from emulator.call_log import CallLog
from emulator.faults import Faults
from emulator.instances import Instances
from emulator.meta.graph_api import Graph
from emulator.meta.management_api import FIELDS
from emulator.meta.sent_message import SentMessage
from emulator.meta.users import Person
from emulator.meta.webhook_delivery import RETRY_DELAYS, Stage, WebhookDelivery
from emulator.meta.webhook_payload import media_of, messages_in
from emulator.resend.mail_delivery import MailDelivery
from emulator.resend.mail_folder import MailFolder, ReceivedFolder
from emulator.resend.resend_api import Resend
from emulator.resend.switches import RegisteredWebhook
from emulator.site.calls import Calls
from emulator.site.chat import Chat
from emulator.site.chat_storage import MediaFolder
from emulator.site.database_view import DatabaseView
from emulator.site.fault_switches import FaultSwitches
from emulator.site.mailed_replies import MailedReplies
from emulator.site.message_tracker import MessageTracker
from emulator.site.outside_deliveries import learn_from_commits
from emulator.site.page_server import PageServer
from emulator.site.say_request import SayHandler
from emulator.site.sections import Sections
from emulator.site.technicians_desk import TechniciansDesk
from emulator.site.turn_log import TurnLog
from emulator.stand_in import instrument
from emulator.supabase import storage_errors
from emulator.supabase.project import LocalSupabase
from handlers.settings import Settings

_SERVICES = ("/graph/", "/resend/", "/rest/", "/storage/")
_CALLER = re.compile(r"/from/([\w-]+)(/.*)")
_MAX_SUPABASE_CALLS = 2_000  # one commit may contain whole e-mails
# Meta retries for seven days, less and less often; here it is twice a minute.
_SEVEN_DAYS = (*RETRY_DELAYS, *(30.0,) * 20_160)


class StandIns:
    """Meta, Resend and Supabase for a function that runs beside them, and the page that shows them.

    Serve `app` once Supabase has started, call `connect` when the function has started, and `close` before the server
    stops. `folder` keeps what the next run needs. `whatsapp` is the real number that is used instead of the stand-in for Meta.
    """

    def __init__(self, supabase: LocalSupabase, folder: Path, whatsapp: Json | None = None) -> None:
        self.supabase = supabase
        self.supabase_call_log, self.supabase_faults = CallLog(_MAX_SUPABASE_CALLS), Faults()
        self.storage_faults = Faults(storage_errors.render_fault)
        self.graph, self.resend = Graph(), Resend()
        self.graph.switches.statuses = ("sent", "delivered", "read", "failed")
        self.customers = WebhookDelivery(
            None, self.graph.app_secret, retry_delays=_SEVEN_DAYS, on_payload=self.graph.users.learn_payload
        )
        self.chat, self.tracker = Chat(folder / "chat.json"), MessageTracker()
        self.calls = Calls(self.tracker.in_post)
        self._files, self._mails = MediaFolder(folder / "files"), MailFolder(folder / "mails")
        self._received = ReceivedFolder(folder / "received")
        self._log, self._whatsapp = folder / "log", whatsapp
        self._sections: Sections | None = None
        self._undelivered = self._restore()
        self._connect_callbacks()

    def connect(self, instances: Instances, sweep_url: str) -> None:
        """From now on, post customers' messages and delivery statuses to the instances."""
        for delivery in (self.customers, self.graph.delivery):
            delivery.choose_url = instances.round_robin()
            delivery.url = instances.first.function.url
        self.graph.account.subscribe(f"{instances.first.function.url}/", FIELDS)
        self.resend.switches.webhooks = [
            RegisteredWebhook(endpoint=f"{instances.first.function.url}/mail", created_at=time.time())
        ]
        self._page.sweep_url = sweep_url
        for payload in self._undelivered:
            self.customers.deliver(payload)

    def sweeps_at(self, when: float) -> None:
        """The next scheduled sweep, in unix seconds: the page counts down to it."""
        self._page.sections.next_sweep = when

    def app(self, instances: Instances, settings: Settings) -> ASGIApp:
        """Routes the function's calls to the services and all others to the page. settings: those of the function."""
        services = self._services()
        page = self._page_server(instances, settings).app()

        async def route(scope: Scope, receive: Receive, send: Send) -> None:
            scope = _with_caller(scope)
            service = scope["type"] != "http" or scope["path"].startswith(_SERVICES)
            await (services if service else page)(scope, receive, send)

        return route

    def close(self) -> None:
        """Close the pages' streams and deliver nothing more."""
        if self._sections is not None:
            self._sections.closing = True
        self.customers.close()
        self.graph.delivery.close()
        self.chat.close()

    def _services(self) -> Starlette:
        supabase = self.supabase.app

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            async with supabase.router.lifespan_context(supabase):
                yield
            await self._page.sections.database.close()

        return Starlette(
            routes=[
                Mount("/graph", self.graph.app),
                Mount("/resend", self.resend.app),
                Mount("/", self._supabase_app()),
            ],
            lifespan=lifespan,
        )

    def _supabase_app(self) -> ASGIApp:
        """The Data API and Storage, each with its own faults."""
        supabase = learn_from_commits(self.supabase.app, self.graph.users)
        data_api, storage = (
            instrument(supabase, call_log=self.supabase_call_log, faults=faults)
            for faults in (self.supabase_faults, self.storage_faults)
        )

        async def route(scope: Scope, receive: Receive, send: Send) -> None:
            is_file = scope["path"].startswith("/storage/")
            await (storage if is_file else data_api)(scope, receive, send)

        return route

    def _page_server(self, instances: Instances, settings: Settings) -> PageServer:
        switches = FaultSwitches(
            services={
                "graph": self.graph.faults,
                "resend": self.resend.faults,
                "supabase": self.supabase_faults,
                "storage": self.storage_faults,
            },
            deliveries=(self.customers, self.graph.delivery),
            instances=instances,
            media=self.graph.media,
            resend=self.resend.switches,
        )
        self._sections = Sections(
            chat=self.chat,
            calls=self.calls,
            tracker=self.tracker,
            database=DatabaseView(self.supabase.database_url, self.tracker),
            turn_log=TurnLog(self._log / "webhook.log", self._log / "webhook-2.log"),
            resend=self.resend,
            switches=switches,
        )
        self._page = PageServer(
            sections=self._sections,
            desk=TechniciansDesk(settings=settings, resend=self.resend, whatsapp=self._whatsapp),
            graph=self.graph,
            customers=self.customers,
            replies=MailedReplies(
                settings=settings, resend=self.resend, delivery=self._mail_delivery(settings)
            ),
            say=SayHandler(self.graph, self.resend, self.customers, self.supabase.database_url),
        )
        return self._page

    def _mail_delivery(self, settings: Settings) -> MailDelivery:
        delivery = MailDelivery(f"{settings.public_url}/mail", self.resend.received_event)
        delivery.call_log.on_call = self.calls.recorder("resend")
        return delivery

    def _restore(self) -> list[Json]:
        """Restore messages, customers, files and e-mails of earlier runs. Returns the webhooks that are not delivered yet."""
        undelivered = self.chat.load()
        shown = [(key, item) for key, items in self.chat.items().items() for item in items]
        for each in self.chat.customers.all():
            person = Person(name=each.name, wa_id=each.wa_id, user_id=each.user_id, username=each.username)
            self.graph.users.learn(person)
        for key, item in shown:
            self.graph.users.remember_message(item["id"])
            if item["from"] == "customer":
                self.graph.note_inbound(key, item["at"])
        for mail, body in self._mails.load():
            self.resend.restore(mail, body)
        for received in self._received.load():
            self.resend.receiving.mails.add(received)
        self._files.restore(self.graph.media, [item for _, item in shown])
        return undelivered

    def _connect_callbacks(self) -> None:
        self.customers.on_stage = self._customer_wrote
        self.graph.delivery.on_stage = self.chat.watch_statuses
        self.graph.on_sent, self.graph.on_read = self._desk_wrote, self.chat.marked
        self.resend.on_sent, self.resend.on_received = self._mails.save, self._received.save
        call_logs = {
            "webhook": self.customers.call_log,
            "status": self.graph.delivery.call_log,
            "supabase": self.supabase_call_log,
            "graph": self.graph.call_log,
            "resend": self.resend.call_log,
        }
        for to, call_log in call_logs.items():
            call_log.on_call = self.calls.recorder(to)

    def _customer_wrote(self, stage: Stage, payload: Json, status: int) -> None:
        if stage is Stage.ACCEPTED:
            for message, _ in messages_in(payload):
                self._keep_file(media_of(message))
        self.tracker.watch(stage, payload, status)
        self.chat.watch_customers(stage, payload, status)

    def _keep_file(self, media_id: str | None) -> None:
        media = self.graph.media.get(media_id or "")
        if media is not None:
            self._files.save(media)

    def _desk_wrote(self, sent: SentMessage) -> None:
        self._keep_file(sent.media_id)
        self.tracker.sent(sent)
        self.chat.sent(sent)


def _with_caller(scope: Scope) -> Scope:
    """Each instance calls addresses of its own, /from/its-name/graph and so on: move the name into the scope."""
    found = _CALLER.fullmatch(scope["path"]) if scope["type"] == "http" else None
    if found is None:
        return scope
    return {**scope, "path": found[2], "raw_path": found[2].encode(), "caller": found[1]}
